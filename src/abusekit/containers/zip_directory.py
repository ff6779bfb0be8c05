"""The central directory of a zip (APPNOTE 6.3, 4.3.12 to 4.3.16): what it says is there, without believing it.

Own reading in place of `zipfile`: that one refuses a whole zip for one odd name, takes a directory of any size into
memory, and what it accepts differs between the versions of Python.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import NamedTuple

from abusekit.containers.names import extra_field
from abusekit.containers.source import PIECE, Reader
from abusekit.errors import InputError

LOCAL = struct.Struct("<4s5H3L2H")
LOCAL_SIGN = b"PK\3\4"
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_CENTRAL_SIGN = b"PK\1\2"
_END = struct.Struct("<4s4H2LH")
_END_SIGN = b"PK\5\6"
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ZIP64 = 0x0001
_MOST32 = 0xFFFF_FFFF

_LARGEST = 512 << 20
"""Bytes of a directory: a million members have some 150 MB."""

DAMAGED = "get the file again from where it came: it may have been cut short on the way"


class Entry(NamedTuple):
    """One member as the directory describes it."""

    raw: bytes
    """The name, as it stands."""
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    """Bytes in the zip."""
    size: int
    """Bytes unpacked."""
    offset: int
    """Byte of the zip at which the local header stands."""
    mode: int
    """Unix mode, 0 where none is recorded."""
    extra: bytes


class Directory(NamedTuple):
    """Where the central directory stands."""

    start: int
    end: int
    stated: int
    """Members that the end record counts."""
    before: int
    """Bytes before the zip's own begin: something was put before it, or its first part is lost."""
    behind: int
    """Bytes behind the end record and its comment."""


def find(reader: Reader) -> Directory | None:
    """The directory of the end record that fits the file; None: there is none. Raises InputError: part of a set.

    Of several end records the last one counts whose comment fills the file, else the last one that leads to a
    directory: a zip can hold another one unpacked, or in its comment.
    """
    size = reader.source.size
    first = max(0, size - _END.size - 0xFFFF)
    tail = reader.at(first, size - first)
    found: Directory | None = None
    at = tail.rfind(_END_SIGN)
    while at >= 0:
        if len(tail) - at >= _END.size:
            directory = _directory(reader, first + at, tail[at : at + _END.size])
            if directory is not None and directory.behind == 0:
                return directory
            found = found or directory
        at = tail.rfind(_END_SIGN, 0, at + 3) if at else -1
    return found


def _directory(reader: Reader, at: int, record: bytes) -> Directory | None:
    """What one end record leads to; None where no directory stands there."""
    _, disk, start_disk, here, count, length, start, comment = _END.unpack(record)
    behind = reader.source.size - at - _END.size - comment
    end = at
    large = _end64(reader, at)
    if large is not None:
        end, disk, start_disk, here, count, length, start = large
    before = end - length - start
    if behind < 0 or before < 0:
        return None
    if count and reader.at(end - length, 4) != _CENTRAL_SIGN:
        return None
    if length > _LARGEST:
        raise InputError(
            f"the directory of {reader.source.name!a} is larger than any real one ({length} bytes)", DAMAGED
        )
    if disk or start_disk or here != count:
        raise InputError(
            f"{reader.source.name!a} is one piece of a zip that was split",
            "put the pieces together first (zip -s 0), or ask for the export as one file",
        )
    return Directory(end - length, end, count, before, behind)


def _end64(reader: Reader, at: int) -> tuple[int, int, int, int, int, int, int] | None:
    """Place and values of the zip64 end record; None where there is none (APPNOTE 4.3.14, 4.3.15)."""
    raw = reader.at(at - _LOCATOR.size, _LOCATOR.size) if at >= _LOCATOR.size + _END64.size else b""
    if len(raw) < _LOCATOR.size or raw[:4] != b"PK\6\7":
        return None
    stated = _LOCATOR.unpack(raw)[2]
    for place in (at - _LOCATOR.size - _END64.size, stated):
        record = reader.at(place, _END64.size) if place <= at - _LOCATOR.size - _END64.size else b""
        if len(record) == _END64.size and record[:4] == b"PK\6\6":
            _, _, _, _, disk, start_disk, here, count, length, start = _END64.unpack(record)
            return place, disk, start_disk, here, count, length, start
    return None


def entries(reader: Reader, directory: Directory) -> Iterator[Entry]:
    """The members in the order of the directory. Raises InputError where it is damaged: what precedes was given."""
    stream = io.BufferedReader(_Window(reader, directory.start, directory.end), PIECE)
    while head := stream.read(_CENTRAL.size):
        if len(head) < _CENTRAL.size or head[:4] != _CENTRAL_SIGN:
            raise InputError(f"the directory of {reader.source.name!a} is damaged", DAMAGED)
        values = _CENTRAL.unpack(head)
        _, _, _, flags, method, time, date, crc, packed, size, named, extra_size, comment = values[:13]
        rest = stream.read(named + extra_size + comment)
        if len(rest) < named + extra_size + comment:
            raise InputError(f"the directory of {reader.source.name!a} is damaged", DAMAGED)
        extra = rest[named : named + extra_size]
        offset = values[16]
        if _MOST32 in {size, packed, offset}:
            size, packed, offset = _wide(extra, size, packed, offset)
        yield Entry(
            rest[:named], flags, method, time, date, crc, packed, size, offset + directory.before,
            values[15] >> 16, extra,
        )  # fmt: skip


def _wide(extra: bytes, *values: int) -> list[int]:
    """Values of which those of 32 ones stand in the zip64 field (APPNOTE 4.5.3); kept where the field lacks them."""
    field = extra_field(extra, _ZIP64)
    wide = []
    for value in values:
        if value == _MOST32 and len(field) >= 8:
            value = int.from_bytes(field[:8], "little")  # noqa: PLW2901
            field = field[8:]
        wide.append(value)
    return wide


class LocalHeader(NamedTuple):
    """What stands before the data of a member."""

    start: int
    """Byte at which the data begin."""
    differs: str
    """In what it disagrees with the directory, in words; empty where it does not."""


def local_header(reader: Reader, entry: Entry) -> LocalHeader | None:
    """The local header of a member (APPNOTE 4.3.7); None: there is none."""
    head = reader.at(entry.offset, LOCAL.size + len(entry.raw) + 64)
    if len(head) < LOCAL.size or head[:4] != LOCAL_SIGN:
        return None
    _, _, flags, method, _, _, crc, packed, size, named, extra_size = LOCAL.unpack_from(head)
    end = LOCAL.size + named + extra_size
    if end > len(head):
        head = reader.at(entry.offset, end)
    differs = []
    if head[LOCAL.size : LOCAL.size + named] != entry.raw:
        differs.append("name")
    if method != entry.method or (flags ^ entry.flags) & 1:
        differs.append("way of packing")
    if not flags & 8:  # else the sizes stand behind the data
        if _MOST32 in {size, packed}:
            size, packed = _wide(head[LOCAL.size + named : end], size, packed)
        if (size, packed) != (entry.size, entry.packed):
            differs.append("size")
        if crc != entry.crc:
            differs.append("check sum")
    return LocalHeader(entry.offset + end, ", ".join(differs))


class _Window(io.RawIOBase):
    """The bytes [start, end) of a reader, forwards."""

    def __init__(self, reader: Reader, start: int, end: int) -> None:
        super().__init__()
        self._reader = reader
        self._at = start
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, into: bytearray | memoryview, /) -> int:  # type: ignore[override]
        view = memoryview(into).cast("B")
        data = self._reader.at(self._at, min(len(view), self._end - self._at))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)
