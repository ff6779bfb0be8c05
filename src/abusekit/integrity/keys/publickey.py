"""OpenSSH public keys: their wire encoding, their fingerprint, and whether an Ed25519 key is sound."""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from abusekit.errors import InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519 = "ssh-ed25519"
SK_ED25519 = "sk-ssh-ed25519@openssh.com"
OTHER_KEY_TYPES = frozenset(
    {
        "ssh-rsa",
        "ssh-dss",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    }
)
"""Key types that a file of signers may name, but whose signatures we do not check."""

# edwards25519, RFC 8032 section 5.1: -x² + y² = 1 + d·x²·y² over the integers modulo P.
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_SQRT_MINUS_1 = pow(2, (_P - 1) // 4, _P)


class WireError(ValueError):
    """Bytes that are not the SSH wire encoding they should be; callers turn it into their own error."""


class WireReader:
    """Reads the SSH wire encoding (RFC 4251 section 5) and raises WireError at the first doubt."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        if size > len(self._data) - self._at:
            raise WireError("it ends too early")
        self._at += size
        return self._data[self._at - size : self._at]

    def byte(self) -> int:
        return self.take(1)[0]

    def uint32(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        return self.take(self.uint32())

    def text(self) -> str:
        value = self.string()
        if not value.isascii():
            raise WireError("a name in it is not ASCII")
        return value.decode("ascii")

    def end(self) -> None:
        if self._at != len(self._data):
            raise WireError(f"{len(self._data) - self._at} bytes too many")


def wire_string(value: bytes) -> bytes:
    """A `string` of RFC 4251 section 5: 32-bit length and bytes."""
    return struct.pack(">I", len(value)) + value


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key as OpenSSH writes it. Equal blobs are equal keys."""

    type: str
    # OpenSSH key type, e.g. ssh-ed25519
    blob: bytes
    # the whole key in SSH wire encoding (RFC 8709 section 4; PROTOCOL.u2f for sk-ssh-ed25519)

    @property
    def fingerprint(self) -> str:
        """`SHA256:` and the unpadded base64 of the blob's SHA-256, as `ssh-keygen -l` prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode("ascii").rstrip("=")

    @property
    def openssh_line(self) -> str:
        """Type and base64, as in a `.pub` file, without comment and line feed."""
        return f"{self.type} {base64.b64encode(self.blob).decode('ascii')}"


def public_key_of(key: Ed25519PrivateKey) -> PublicKey:
    """The public half of a private key."""
    return PublicKey(
        ED25519, wire_string(ED25519.encode()) + wire_string(key.public_key().public_bytes_raw())
    )


def ed25519_parts(key: PublicKey) -> tuple[bytes, bytes]:
    """The 32-byte point, and the FIDO application (empty without a token). Raises WireError."""
    wire = WireReader(key.blob)
    if wire.text() != key.type:
        raise WireError("the key's type stands in it twice, and differs")
    point = wire.string()
    application = wire.string() if key.type == SK_ED25519 else b""
    wire.end()
    if len(point) != 32:
        raise WireError(f"an Ed25519 key has 32 bytes, not {len(point)}")
    return point, application


def _decoded_key(type_: str, text: str) -> PublicKey:
    """Raises ValueError (binascii.Error, WireError) unless `text` is the one base64 of a key of that type."""
    blob = base64.b64decode(text, validate=True)
    if base64.b64encode(blob).decode("ascii") != text:
        raise WireError("its base64 has stray bits")
    if WireReader(blob).text() != type_:
        raise WireError("the key's type stands in it twice, and differs")
    return PublicKey(type_, blob)


def read_public_line(line: str) -> tuple[PublicKey, str]:
    """Reads `TYPE BASE64 [COMMENT]` (a `.pub` file's line) → key and comment.

    Raises InputError: certificate, unknown type, bad base64, wrong length, or an Ed25519 key that
    `sound_point` refuses. Keys of other types are only checked to name their own type.
    """
    fields = line.strip(" \t\r\n").split(None, 2)
    if len(fields) < 2:
        raise InputError("not a public key: type and base64 are expected")
    type_, text = fields[0], fields[1]
    if "-cert-v0" in type_:
        raise InputError("certificates are not accepted, only plain public keys")
    if type_ not in OTHER_KEY_TYPES and type_ not in (ED25519, SK_ED25519):
        raise InputError(f"unknown key type {type_[:60]!r}")
    try:
        key = _decoded_key(type_, text)
        point = None if type_ in OTHER_KEY_TYPES else ed25519_parts(key)[0]
    except ValueError as fault:  # WireError, or base64 that is damaged or not ASCII
        raise InputError(f"not a public key: {fault}") from fault
    if point is not None and not sound_point(point):
        raise InputError("this key is weak: signatures under it can be made without a secret")
    return key, fields[2] if len(fields) == 3 else ""


def sound_point(encoded: bytes) -> bool:
    """True for an Ed25519 public key that is a canonically encoded curve point of large order.

    A point of order 1, 2, 4 or 8 is refused (8·A is the identity): with it one signature can hold for
    many or all messages, and common libraries accept that. Also refused: y ≥ p, and a y that is not on
    the curve (RFC 8032 section 5.1.3; its "minus zero" for x exists only at orders 1 and 2).
    """
    y = int.from_bytes(encoded, "little") & (2**255 - 1)  # the top bit is the sign of x
    if len(encoded) != 32 or y >= _P:
        return False
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    ratio = u * pow(v, -1, _P) % _P  # v is never 0: -1/d is not a square
    x = pow(ratio, (_P + 3) // 8, _P)
    if x * x % _P != ratio:
        x = x * _SQRT_MINUS_1 % _P
    if x * x % _P != ratio:
        return False
    # The sign of x does not change the order, so it need not be applied.
    for _ in range(3):
        xx, yy = x * x % _P, y * y % _P
        dxxyy = _D * xx * yy % _P
        x = 2 * x * y * pow(1 + dxxyy, -1, _P) % _P
        y = (yy + xx) * pow(1 - dxxyy, -1, _P) % _P
    return not (x == 0 and y == 1)
