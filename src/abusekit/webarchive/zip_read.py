"""Reading a ZIP with exactly one reading: used to check WACZ files, where nothing may hide.

`zipfile` believes the central directory and forgives the rest: other bytes before, between and after the
members, local headers that say something else, two members of one name. Each of these shows one content to
one tool and another content to the next, so here each is a fault.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from abusekit.errors import EvidenceError
from abusekit.webarchive.exchange import PIECE

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")

MEMBER_LIMIT = 10_000
"""Members of one file; our own have six."""

SMALL_TOTAL = 64 << 20
RATIO_LIMIT = 200
"""All members together may unpack to SMALL_TOTAL bytes, or RATIO_LIMIT times the file; ours are not packed."""

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,127}){0,3}")


class ZipError(EvidenceError):
    """A ZIP that cannot be read in exactly one way. `label` names the kind, `member` the file in it.

    Labels: not-zip, trailing-bytes, hidden-bytes, local-header, encrypted, method, bad-name, duplicate-name,
    too-many, too-large, bad-data, crc, size.
    """

    def __init__(self, label: str, detail: str, member: str = "") -> None:
        super().__init__(f"{member}: {detail}" if member else detail, "get the file again from its source")
        self.label = label
        self.detail = detail
        self.member = member


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the ZIP, as its two headers agree."""

    name: str
    # path inside, ASCII, "/" between parts
    method: int
    # 0 stored, 8 deflated
    crc: int
    # CRC-32 of the unpacked bytes
    packed: int
    # bytes in the ZIP
    size: int
    # bytes unpacked
    start: int
    # byte in the ZIP at which its data begins


def members(stream: BinaryIO) -> dict[str, Member]:
    """Every member by name, in the order of the file. `stream` must be seekable.

    Raises `ZipError` unless members, central directory and end record fill the file to the byte.
    """
    size = stream.seek(0, 2)
    stream.seek(max(size - END.size, 0))
    tail = stream.read(END.size)
    if len(tail) < END.size or tail[:4] != b"PK\5\6":
        label = "trailing-bytes" if b"PK\5\6" in _last(stream, size) else "not-zip"
        raise ZipError(label, "no ZIP end record where the file ends")
    _, disk, start_disk, here, count, length, start, comment = END.unpack(tail)
    if disk or start_disk or here != count or comment or start + length != size - END.size:
        raise ZipError("hidden-bytes", "its end record does not fit the file")
    if count > MEMBER_LIMIT or length > MEMBER_LIMIT * 512:
        raise ZipError("too-many", f"it has more than {MEMBER_LIMIT} members")
    stream.seek(start)
    directory = stream.read(length)
    found: dict[str, Member] = {}
    folded: set[str] = set()
    position = expected = 0
    for _ in range(count):
        entry, offset, position = _central(directory, position)
        if entry.name.lower() in folded:
            raise ZipError("duplicate-name", "this name occurs twice", entry.name)
        folded.add(entry.name.lower())
        if offset != expected:
            raise ZipError("hidden-bytes", "there are bytes that belong to no member", entry.name)
        data_start = _local(stream, offset, entry)
        found[entry.name] = Member(entry.name, entry.method, entry.crc, entry.packed, entry.size, data_start)
        expected = data_start + entry.packed
    allowed = max(SMALL_TOTAL, RATIO_LIMIT * size)
    if sum(member.size for member in found.values()) > allowed:
        raise ZipError("too-large", f"it claims to unpack to more than {allowed} bytes")
    if position != length or expected != start:
        raise ZipError("hidden-bytes", "there are bytes that belong to no member")
    return found


def _last(stream: BinaryIO, size: int) -> bytes:
    stream.seek(max(size - 0x10000 - END.size, 0))
    return stream.read()


def _central(directory: bytes, position: int) -> tuple[Member, int, int]:
    if len(directory) - position < CENTRAL.size:
        raise ZipError("not-zip", "its directory is cut short")
    (sign, _, _, flags, method, _, _, crc, packed, size, named, extra, comment, disk, _, _, offset) = (
        CENTRAL.unpack_from(directory, position)
    )
    raw = directory[position + CENTRAL.size : position + CENTRAL.size + named]
    name = raw.decode("ascii", "backslashreplace")
    if sign != b"PK\1\2" or disk:
        raise ZipError("not-zip", "its directory is damaged")
    if extra or comment:
        raise ZipError("hidden-bytes", "its directory entry carries extra fields", name)
    if flags & 0x2041:
        raise ZipError("encrypted", "it is encrypted", name)
    if flags & ~0x0806:  # bits 1, 2: how hard it was deflated; bit 11: the name is UTF-8
        raise ZipError("method", f"its flags {flags:#06x} are not supported", name)
    if method not in (0, 8) or (method == 0 and packed != size):
        raise ZipError("method", "it is neither stored nor deflated", name)
    if not NAME.fullmatch(name):
        raise ZipError("bad-name", "this name is not a plain relative path", name)
    end = position + CENTRAL.size + named
    return Member(name, method, crc, packed, size, 0), offset, end


def _local(stream: BinaryIO, offset: int, entry: Member) -> int:
    """Checks the local header against the directory; gives the byte at which the data starts."""
    stream.seek(offset)
    raw = stream.read(LOCAL.size + len(entry.name))
    if len(raw) < LOCAL.size + len(entry.name):
        raise ZipError("local-header", "its local header is cut short", entry.name)
    sign, _, flags, method, _, _, crc, packed, size, named, extra = LOCAL.unpack_from(raw)
    same = (method, crc, packed, size, named) == (
        entry.method,
        entry.crc,
        entry.packed,
        entry.size,
        len(entry.name),
    )
    if sign != b"PK\3\4" or not same or flags & ~0x0806 or raw[LOCAL.size :] != entry.name.encode():
        raise ZipError("local-header", "its local header says something else than the directory", entry.name)
    if extra:
        raise ZipError("hidden-bytes", "its local header carries extra fields", entry.name)
    return offset + len(raw)


def packed_pieces(stream: BinaryIO, member: Member) -> Iterator[bytes]:
    """The member's bytes as they lie in the ZIP."""
    position, left = member.start, member.packed
    while left:
        stream.seek(position)  # each time: another reader may have moved the stream between two pieces
        piece = stream.read(min(PIECE, left))
        if not piece:
            raise ZipError("size", "the file ends inside of it", member.name)
        position += len(piece)
        left -= len(piece)
        yield piece


def pieces(stream: BinaryIO, member: Member) -> Iterator[bytes]:
    """The member's unpacked bytes; never more than its directory entry says, 64 KiB at a time.

    Raises `ZipError` at the latest with the last piece when size or CRC do not match.
    """
    crc = got = 0
    for piece in packed_pieces(stream, member) if member.method == 0 else _inflated(stream, member):
        got += len(piece)
        if got > member.size:
            raise ZipError("size", "it unpacks to more than its header says", member.name)
        crc = zlib.crc32(piece, crc)
        yield piece
    if got != member.size:
        raise ZipError("size", "it is shorter than its header says", member.name)
    if crc != member.crc:
        raise ZipError("crc", "its bytes do not match their CRC", member.name)


def _inflated(stream: BinaryIO, member: Member) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    for packed in packed_pieces(stream, member):
        data = packed
        while data:
            if inflater.eof:
                raise ZipError("hidden-bytes", "there are bytes after its deflated data", member.name)
            out = _inflate(inflater, data, member)
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            if out:
                yield out
    while not inflater.eof and (out := _inflate(inflater, b"", member)):
        yield out
    if not inflater.eof:
        raise ZipError("bad-data", "its deflate data is cut short", member.name)


def _inflate(inflater: zlib._Decompress, data: bytes, member: Member) -> bytes:
    try:
        return inflater.decompress(data, PIECE)
    except zlib.error as fault:
        raise ZipError("bad-data", f"damaged deflate data ({fault})", member.name) from fault


def content(stream: BinaryIO, member: Member, limit: int) -> bytes:
    """The whole member in memory. Raises `ZipError` when it is longer than `limit` bytes, or damaged."""
    if member.size > limit:
        raise ZipError("too-large", f"it is longer than {limit} bytes", member.name)
    return b"".join(pieces(stream, member))
