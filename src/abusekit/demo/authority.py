"""A throw-away certificate authority for loopback: it vouches for localhost and can vouch for nothing else.

The authority's private key is never written down: once `LocalAuthority.make` returns, nobody can issue a
second certificate under it. A name constraint (RFC 5280 section 4.2.1.10) limits it to loopback besides, so
that a person who trusts `ca.pem` by mistake has trusted nothing that is reachable from outside.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING

from abusekit.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

NOT_BEFORE_SLACK = timedelta(minutes=5)
"""The validity starts this much before `now`: a client's clock may be a little behind ours."""


@dataclass(frozen=True, slots=True)
class LocalAuthority:
    """Where the files of a throw-away authority and its one server certificate are."""

    ca_file: Path
    # PEM; what a client is told to trust
    certificate_file: Path
    # PEM; the server's certificate for localhost, 127.0.0.1 and ::1
    key_file: Path
    # PEM, PKCS #8, not encrypted, mode 0600; the server's key

    @classmethod
    def make(cls, folder: Path, *, now: datetime, valid: timedelta = timedelta(days=7)) -> LocalAuthority:
        """Write `ca.pem`, `server.pem` and `server.key` into `folder` (made where absent).

        `now` is an aware moment; both certificates are valid from five minutes before it to `valid` after it.
        A `valid` of less than nothing gives certificates that have expired, which is of use in practice too.
        Files of the same names are written over. Raises `UsageError` for a `now` without a zone or an empty
        validity, `OSError` where the folder cannot be written.
        """
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        if now.tzinfo is None:
            raise UsageError(
                "the certificate's moment has no time zone", "give an aware datetime, such as UTC"
            )
        if valid <= -NOT_BEFORE_SLACK:
            raise UsageError("the certificate would end before it begins", "give a longer validity")
        ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        ca, server = _certificates(ca_key, server_key, now - NOT_BEFORE_SLACK, now + valid)
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder / "ca.pem", folder / "server.pem", folder / "server.key")
        made.ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
        made.certificate_file.write_bytes(server.public_bytes(serialization.Encoding.PEM))
        key_pem = server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        made.key_file.unlink(missing_ok=True)  # an older file would keep its older, perhaps wider, mode
        descriptor = os.open(made.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(key_pem)
        return made


def _certificates(
    ca_key: EllipticCurvePrivateKey, server_key: EllipticCurvePrivateKey, begin: datetime, end: datetime
) -> tuple[Certificate, Certificate]:
    """The authority's own certificate, and the server's; extensions as strict verifiers ask (RFC 5280)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def usage(*, signs_certificates: bool) -> x509.KeyUsage:
        return x509.KeyUsage(
            digital_signature=not signs_certificates,
            key_cert_sign=signs_certificates,
            crl_sign=signs_certificates,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )

    ca_name = name("abusekit practice authority (throw-away)")
    loopback: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(IPv4Network("127.0.0.0/8")),
        x509.IPAddress(IPv6Network("::1/128")),
    ]
    served: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(IPv4Address("127.0.0.1")),
        x509.IPAddress(IPv6Address("::1")),
    ]
    ca_key_id = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    ca = (
        x509.CertificateBuilder()
        .subject_name(ca_name)
        .issuer_name(ca_name)
        .public_key(ca_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(loopback, None), critical=True)
        .add_extension(ca_key_id, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    server = (
        x509.CertificateBuilder()
        .subject_name(name("localhost"))
        .issuer_name(ca_name)
        .public_key(server_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(served), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(server_key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ca_key_id), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )
    return ca, server
