"""Time-stamp tokens inside of signed programs (PE, Authenticode): real ones of public authorities, for the tests."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from abusekit.integrity.timestamps import der

RFC3161_COUNTERSIGN = der.oid("1.3.6.1.4.1.311.3.3.1")
SIGNED_DATA = 2
"""WIN_CERT_TYPE_PKCS_SIGNED_DATA"""


def responses(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Name of each signed program in a wheel, and its token in a granted TimeStampResp."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith((".dll", ".pyd", ".exe")):
                for signature in _signatures(archive.read(name)):
                    at = signature.find(RFC3161_COUNTERSIGN)
                    if at >= 0:
                        yield name, granted(_token(signature[at + len(RFC3161_COUNTERSIGN) :]))


def granted(token: bytes) -> bytes:
    return der.element(der.SEQUENCE, der.element(der.SEQUENCE, der.integer(0)), token)


def _token(rest: bytes) -> bytes:
    """The one value of the attribute whose SET `rest` begins with; bytes of other things follow."""
    octets = rest[1] & 0x7F if rest[1] & 0x80 else 0
    length = int.from_bytes(rest[2 : 2 + octets], "big") if octets else rest[1]
    return der.read(rest[: 2 + octets + length]).children(der.SET)[0].whole


def _signatures(program: bytes) -> Iterator[bytes]:
    """The certificate table (PE format, "The Attribute Certificate Table")."""
    header = struct.unpack_from("<I", program, 0x3C)[0]
    magic = struct.unpack_from("<H", program, header + 24)[0]
    at, size = struct.unpack_from("<II", program, header + 24 + (112 if magic == 0x20B else 96) + 32)
    end = at + size
    while at and at + 8 < end:
        length, _, kind = struct.unpack_from("<IHH", program, at)
        if kind == SIGNED_DATA:
            yield program[at + 8 : at + length]
        at += (length + 7) // 8 * 8
