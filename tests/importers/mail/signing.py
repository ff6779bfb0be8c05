"""Signs invented mails with dkimpy, the outside judge, so that the checks have something to check."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import dkim
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

HEADERS = [b"from", b"to", b"subject", b"date", b"message-id"]
MAIL = (
    b"Received: by in.victim.example; Tue, 5 Mar 2024 18:00:07 +0000\r\n"
    b"Message-ID: <1@mail.example>\r\n"
    b"Date: Tue, 05 Mar 2024 18:00:00 +0000\r\n"
    b"From: Sam <sam@mail.example>\r\n"
    b"To: Jo <jo@victim.example>\r\n"
    b"Subject: hello\r\n"
    b"\r\n"
    b"I know where you are.\r\n\r\nFrom now on  you listen.\t\r\n\r\n\r\n"
)


@dataclass
class Signer:
    """A key, its record, and mails signed with it."""

    private: rsa.RSAPrivateKey

    @classmethod
    def make(cls, bits: int = 2048) -> Signer:
        return cls(rsa.generate_private_key(65537, bits))

    @property
    def pem(self) -> bytes:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())

    @property
    def p(self) -> str:
        der = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    @property
    def record(self) -> str:
        return f"v=DKIM1; k=rsa; p={self.p}"

    def sign(
        self,
        mail: bytes = MAIL,
        *,
        headers: list[bytes] | None = None,
        canonical: tuple[bytes, bytes] = (b"relaxed", b"relaxed"),
        domain: bytes = b"mail.example",
        length: bool = False,
        algorithm: bytes | None = None,
    ) -> bytes:
        line = dkim.DKIM(mail, minkey=512).sign(
            b"sel",
            domain,
            self.pem,
            signature_algorithm=algorithm,
            canonicalize=canonical,
            include_headers=headers or [*HEADERS, b"from"],
            length=length,
        )
        return bytes(line) + mail


def ed25519_record(private: ed25519.Ed25519PrivateKey) -> str:
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"
