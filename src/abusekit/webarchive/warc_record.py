"""One WARC record as bytes: its header (ISO 28500:2017, section 4) and its gzip member."""

from __future__ import annotations

import re
import struct
import zlib
from datetime import UTC, datetime
from hashlib import sha256

from abusekit.errors import InputError

FIELD_TEXT = re.compile(r"[\x20-\x7e]*")

STORED_BLOCK = 65_535
"""Bytes: the most that one stored block holds."""

ADDRESS_LIMIT = 100_000
"""Characters of an address that is written as such: readers bound the header of a record and an index line."""

LONG_ADDRESS = "urn:sha256:"
"""Stands with the digest for a longer address, which no page has; the request shows it in full."""


def warc_date(at: datetime) -> str:
    """`at` in UTC with microseconds (WARC 1.1 section 5.4 allows fractions)."""
    if at.tzinfo is None:
        raise ValueError("a WARC-Date needs an aware time")
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def stored_member(data: bytes) -> bytes:
    """A gzip member (RFC 1952) that stores `data` in blocks of type 0 (RFC 1951 3.2.4), uncompressed.

    For what is small or compressed already: setting up a compressor costs more than it would save.
    """
    parts = [b"\x1f\x8b\x08\0\0\0\0\0\0\xff"]
    for start in range(0, len(data), STORED_BLOCK) or (0,):
        piece = data[start : start + STORED_BLOCK]
        last = start + STORED_BLOCK >= len(data)
        parts += [struct.pack("<BHH", last, len(piece), len(piece) ^ 0xFFFF), piece]
    parts.append(struct.pack("<LL", zlib.crc32(data), len(data) & 0xFFFFFFFF))
    return b"".join(parts)


def target(url: str) -> str:
    """What stands as WARC-Target-URI for `url`. Raises InputError when it would break the header."""
    return checked(url) if len(url) <= ADDRESS_LIMIT else LONG_ADDRESS + sha256(url.encode()).hexdigest()


def checked(value: str) -> str:
    """A header value; InputError when it holds anything that could start another header."""
    if not FIELD_TEXT.fullmatch(value):
        raise InputError(
            f"this cannot stand in a WARC header: {value[:200]!r}", "percent-encode it before it is stored"
        )
    return value


def record_head(
    kind: str, record_id: str, at: datetime, headers: list[tuple[str, str]], length: int, block_hex: str
) -> bytes:
    """The header of a record up to its block; block_hex: SHA-256 of the block, length: its bytes."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: {record_id}\r\nWARC-Date: {warc_date(at)}\r\n"
        f"{fields}WARC-Block-Digest: sha256:{block_hex}\r\nContent-Length: {length}\r\n\r\n"
    ).encode("ascii")
