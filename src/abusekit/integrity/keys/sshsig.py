"""SSH signatures (OpenSSH PROTOCOL.sshsig) with Ed25519: what `ssh-keygen -Y sign` and `-Y verify` speak.

A signature that verifies shows that the holder of the private key stood by exactly these bytes, in
this namespace. It shows neither who that holder is (`signers.py` asks whom somebody vouches for), nor
when the signing happened, nor that the text is true.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from abusekit.errors import EvidenceError, UsageError
from abusekit.integrity.keys.publickey import (
    ED25519,
    SK_ED25519,
    PublicKey,
    WireError,
    WireReader,
    ed25519_parts,
    public_key_of,
    sound_point,
    wire_string,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAMESPACE = "abusekit-seal-v1"
"""The only namespace in which seals are signed: a signature made for e-mail or git is not one of a seal."""
RECEIPT_NAMESPACE = "abusekit-receipt-v1"
"""That of the words of a receipt: who signs them has not signed a seal, nor the other way round."""

MAX_ARMOR = 16_384
_MAGIC = b"SSHSIG"
_BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{1,76}={0,2}")
_NAMESPACE_FORM = re.compile(r"[!-~]{1,200}")
_DIGESTS = {"sha512": hashlib.sha512, "sha256": hashlib.sha256}


class Reason(StrEnum):
    """Why a signature is refused."""

    MALFORMED = "malformed"  # not an SSH signature in its one strict form
    UNSUPPORTED = "unsupported"  # well formed, but of a kind that we do not check
    WEAK_KEY = "weak_key"  # a key under which signatures can be made without a secret
    OTHER_NAMESPACE = "other_namespace"  # made for another purpose
    MISMATCH = "mismatch"  # text, key and signature do not belong together


class BadSignature(EvidenceError):  # noqa: N818 - read as a finding: BadSignature, reason MISMATCH
    """The signature does not verify; `reason` says in which way."""

    def __init__(self, reason: Reason, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature file says of itself. Nothing in it is checked against a text yet."""

    public_key: PublicKey
    # the key that claims to have signed
    namespace: str
    # the purpose that was signed along, e.g. abusekit-seal-v1
    hash_algorithm: str
    # sha512 or sha256: the digest of the text that was signed
    raw: bytes
    # the 64 bytes of RFC 8032 section 5.1.6
    flags: int | None
    # FIDO authenticator flags (bit 0: somebody touched it); None for a key without a token
    counter: int | None
    # FIDO signature counter; None for a key without a token


def verify_ed25519(point: bytes, raw: bytes, message: bytes) -> None:
    """The primitive under every verification here: pure Ed25519 (RFC 8032 section 5.1.7) on a sound key.

    Returns on success; raises BadSignature (WEAK_KEY, MISMATCH).
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if not sound_point(point):
        raise BadSignature(
            Reason.WEAK_KEY,
            "the signing key is weak: signatures under it can be made without a secret",
            "treat the text as unsigned, and ask the signer for another key",
        )
    try:
        Ed25519PublicKey.from_public_bytes(point).verify(raw, message)
    except InvalidSignature as fault:
        raise BadSignature(
            Reason.MISMATCH,
            "the signature does not belong to this text",
            "the text, the signature or both were changed after signing",
        ) from fault


def _signed_blob(namespace: str, algorithm: str, message: bytes) -> bytes:
    digest = _DIGESTS[algorithm](message).digest()
    return _MAGIC + b"".join(map(wire_string, (namespace.encode(), b"", algorithm.encode(), digest)))


def sign(key: Ed25519PrivateKey, message: bytes, namespace: str = NAMESPACE) -> bytes:
    """Signs `message` → armored signature in 70-column lines, the same bytes that `ssh-keygen` makes.

    Raises UsageError for a namespace that is empty or not printable ASCII.
    """
    if not _NAMESPACE_FORM.fullmatch(namespace):
        raise UsageError(f"not a signature namespace: {namespace[:60]!r}")
    raw = key.sign(_signed_blob(namespace, "sha512", message))
    fields = (
        public_key_of(key).blob,
        namespace.encode("ascii"),
        b"",
        b"sha512",
        wire_string(ED25519.encode()) + wire_string(raw),
    )
    text = base64.b64encode(_MAGIC + struct.pack(">I", 1) + b"".join(map(wire_string, fields)))
    lines = [text[i : i + 70] for i in range(0, len(text), 70)]
    return b"\n".join([_BEGIN, *lines, _END, b""])


def _dearmor(armored: bytes) -> bytes:
    """The blob between the armor's lines. LF or CRLF; nothing before, between or after. Raises WireError."""
    if len(armored) > MAX_ARMOR:
        raise WireError(f"it is longer than {MAX_ARMOR} bytes")
    lines = [line.removesuffix(b"\r") for line in armored.split(b"\n")]
    if lines[-1] == b"":
        lines.pop()
    if len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        raise WireError("the BEGIN and END lines of an SSH signature are not its first and last line")
    body = lines[1:-1]
    if not all(_BASE64_LINE.fullmatch(line) for line in body):
        raise WireError("a line in it is not base64")
    text = b"".join(body)
    try:
        blob = base64.b64decode(text, validate=True)
    except binascii.Error as fault:
        raise WireError("its base64 is damaged") from fault
    if base64.b64encode(blob) != text:
        raise WireError("its base64 has stray bits")
    return blob


def _read(armored: bytes) -> Signature:
    """Raises WireError, or BadSignature (UNSUPPORTED)."""
    wire = WireReader(_dearmor(armored))
    if wire.take(6) != _MAGIC:
        raise WireError("SSHSIG is missing")
    version = wire.uint32()
    if version != 1:
        raise BadSignature(Reason.UNSUPPORTED, f"SSH signature version {version}; only version 1 is known")
    blob, namespace, reserved, algorithm = wire.string(), wire.text(), wire.string(), wire.text()
    signature = WireReader(wire.string())
    wire.end()
    if not _NAMESPACE_FORM.fullmatch(namespace):
        raise WireError("its namespace is empty or not printable")
    if reserved:
        # PROTOCOL.sshsig lets a reader ignore it; but it is not signed, so it could say anything.
        raise WireError("its reserved field is not empty")
    key = PublicKey(WireReader(blob).text(), blob)
    if key.type not in (ED25519, SK_ED25519):
        raise BadSignature(
            Reason.UNSUPPORTED,
            f"signatures by {key.type[:60]!r} keys are not supported, only Ed25519",
            "check it with `ssh-keygen -Y verify`, or ask for a signature by an ssh-ed25519 key",
        )
    if algorithm not in _DIGESTS:
        raise BadSignature(Reason.UNSUPPORTED, f"hash algorithm {algorithm[:60]!r} is not supported")
    ed25519_parts(key)
    if signature.text() != key.type:
        raise WireError("its signature is of another type than its key")
    raw = signature.string()
    token = key.type == SK_ED25519
    flags, counter = (signature.byte(), signature.uint32()) if token else (None, None)
    signature.end()
    if len(raw) != 64:
        raise WireError(f"an Ed25519 signature has 64 bytes, not {len(raw)}")
    return Signature(key, namespace, algorithm, raw, flags, counter)


def parse(armored: bytes) -> Signature:
    """Reads one armored signature strictly; checks its form only.

    Raises BadSignature: MALFORMED (anything before, after or within that the format does not ask for),
    UNSUPPORTED (version, key type or hash that we do not check).
    """
    try:
        return _read(armored)
    except WireError as fault:
        raise BadSignature(
            Reason.MALFORMED,
            f"not an SSH signature: {fault}",
            "the file was damaged or is of another kind; `ssh-keygen -Y sign` makes the expected one",
        ) from fault


def verify(armored: bytes, message: bytes, namespace: str = NAMESPACE) -> PublicKey:
    """Checks that `armored` signs exactly `message` in `namespace` → the key that did.

    Raises BadSignature with its reason. Not proved: whose key it is, when it signed, whether it was
    revoked; for a FIDO key, whether somebody touched it (`parse(…).flags` says what the token claims).
    """
    signature = parse(armored)
    if signature.namespace != namespace:
        raise BadSignature(
            Reason.OTHER_NAMESPACE,
            f"signed for {signature.namespace[:60]!r}, not for {namespace!r}",
            f"sign again with `ssh-keygen -Y sign -n {namespace}`",
        )
    point, application = ed25519_parts(signature.public_key)
    signed = _signed_blob(namespace, signature.hash_algorithm, message)
    if signature.flags is not None and signature.counter is not None:
        # PROTOCOL.u2f, "SSH U2F signatures": the token signs digests, with its flags and counter between.
        signed = (
            hashlib.sha256(application).digest()
            + struct.pack(">BI", signature.flags, signature.counter)
            + hashlib.sha256(signed).digest()
        )
    verify_ed25519(point, signature.raw, signed)
    return signature.public_key
