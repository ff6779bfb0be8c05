"""What lies inside of zip and gzip files, read forwards in bounded memory; nothing is written anywhere.

The local headers of a zip are followed, not its directory: so that what a directory does not name is looked
through as well, and a zip inside of a zip needs no copy. What cannot be followed is given as plain bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from abusekit.leaks.source import PIECE, Source

DEPTH = 3
"""Archives inside of archives."""
SMALL_TOTAL = 64 << 20
LARGEST_TOTAL = 8 << 30
RATIO = 200
"""All of one file may unpack to SMALL_TOTAL bytes or RATIO times its size, never to more than LARGEST_TOTAL."""
MEMBERS = 100_000
"""Members of all archives in one file."""
TAGS = 5_000_000
"""Entries of EXIF folders that are read in one file: those of some 80 000 photos."""

ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b\x08"
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZES_BEHIND = 0x1, 0x8


@dataclass(slots=True)
class Budget:
    """What may still be unpacked, and read, of one file."""

    unpacked: int
    # bytes
    members: int = MEMBERS
    tags: int = TAGS
    # of EXIF, that may still be read
    why: list[str] = field(default_factory=list)
    # what was not looked through, in words

    @classmethod
    def of_file(cls, size: int) -> Budget:
        return cls(min(max(SMALL_TOTAL, RATIO * size), LARGEST_TOTAL))

    def missed(self, why: str) -> None:
        if why not in self.why:
            self.why.append(why)


class Part(NamedTuple):
    """Something inside of an archive."""

    name: str
    """As the archive says, with backslash escapes; empty for gzip."""
    source: Source
    plain: bool = False
    """Bytes that could not be followed: not to be unpacked again."""


def is_packed(head: bytes) -> bool:
    return head.startswith((ZIP, GZIP))


def parts(source: Source, budget: Budget) -> Iterator[Part]:
    """The members of the archive that begins here. Each is to be read before the next is asked for."""
    if source.peek(4) == ZIP:
        yield from _zip(source, budget)
    else:
        yield from _gzip(source, budget)
    if source.peek(1):
        yield Part("", source, plain=True)  # a zip's directory, and whatever lies behind the last member


def _zip(source: Source, budget: Budget) -> Iterator[Part]:
    while source.peek(4) == ZIP and budget.members > 0:
        budget.members -= 1
        head = source.read(_LOCAL.size)
        if len(head) < _LOCAL.size:
            budget.missed("it is cut short")
            return
        _, _, flags, method, _, _, _, packed, size, named, extra_size = _LOCAL.unpack(head)
        name = source.read(named).decode("utf-8", "backslashreplace")
        packed = _packed(packed, size, source.read(extra_size))
        if flags & _ENCRYPTED or method not in (_STORED, _DEFLATED):
            budget.missed("a member is encrypted, or packed in a way that is not read")
            if flags & _SIZES_BEHIND:
                return
            _pass_over(source.up_to(packed))
        elif method == _STORED and flags & _SIZES_BEHIND:
            return  # where it ends is known by the directory only: all that follows is read as plain bytes
        elif method == _STORED:
            inner = Source(source.up_to(packed))
            yield Part(name, inner)
            _pass_over(inner.rest())
        else:
            inner = Source(_inflated(source, -zlib.MAX_WBITS, budget))
            yield Part(name, inner)
            _pass_over(inner.rest())
            if flags & _SIZES_BEHIND:
                _behind(source)
    if budget.members <= 0:
        budget.missed(f"it has more than {MEMBERS} members")


def _packed(packed: int, size: int, extra: bytes) -> int:
    """The packed size; of a large file it stands in the zip64 field, behind the unpacked one."""
    if packed != 0xFFFFFFFF:
        return packed
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        start = at + 4 + (8 if size == 0xFFFFFFFF else 0)
        if kind == 1 and start + 8 <= len(extra):
            return int(struct.unpack_from("<Q", extra, start)[0])
        at += 4 + length
    return packed


def _behind(source: Source) -> None:
    """Passes over the sizes that stand behind a member: with or without a sign, of 4 or 8 bytes each."""
    signed = source.peek(4) == b"PK\x07\x08"
    for length in (16, 24) if signed else (12, 20):
        ahead = source.peek(length + 2)
        if len(ahead) < length + 2 or ahead[length:] == b"PK":
            source.read(length)
            return


def _gzip(source: Source, budget: Budget) -> Iterator[Part]:
    while source.peek(3) == GZIP:
        inner = Source(_inflated(source, zlib.MAX_WBITS | 16, budget))
        yield Part("", inner)
        _pass_over(inner.rest())


def _inflated(source: Source, window: int, budget: Budget) -> Iterator[bytes]:
    """One deflated member; what is behind it is given back. Ends early where it is damaged, or too large."""
    inflater = zlib.decompressobj(window)
    while not inflater.eof:
        data = inflater.unconsumed_tail or source.take()
        try:
            out = inflater.decompress(data, PIECE)
        except zlib.error:
            budget.missed("a member is damaged")
            return
        budget.unpacked -= len(out)
        if budget.unpacked < 0:
            budget.missed("it unpacks to more than is looked through")
            return
        if out:
            yield out
        elif not data and not inflater.eof:
            budget.missed("a member is cut short")
            return
    source.give_back(inflater.unused_data)


def _pass_over(pieces: Iterator[bytes]) -> None:
    for _ in pieces:
        pass
