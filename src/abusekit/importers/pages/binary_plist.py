"""Apple's binary property lists, read lazily and within bounds: only what is asked for is decoded.

Source: opensource.apple.com CF-*/CFBinaryPList.c. The standard library's `plistlib` decodes everything at once; lists
that share their bytes can make it hold many times the size of the file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from abusekit.errors import InputError

_MOST_REFERENCES = 1_000_000
_MOST_STRING = 1 << 20
_TRAILER = 32


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes of a data object: their range in the file."""

    start: int
    end: int


class PlistError(InputError):
    """It is no binary property list, or a broken one."""


class BinaryPlist:
    """A property list over the bytes of a file. Every method raises PlistError at what is broken."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        if not data.startswith(b"bplist0") or len(data) < 8 + _TRAILER:
            raise PlistError("it is no binary property list, or cut off")
        offset_size, self._ref_size, count, self._top, table = struct.unpack(">6xBBQQQ", data[-_TRAILER:])
        if offset_size not in (1, 2, 4, 8) or self._ref_size not in (1, 2, 4, 8):
            raise PlistError("the end of the property list is broken, or the file is cut off")
        if table + count * offset_size > len(data) - _TRAILER:
            raise PlistError("the table of the property list reaches beyond the file")
        self._offset_size, self._count, self._table = offset_size, count, table
        self._left = _MOST_REFERENCES

    def top(self) -> dict[str, int]:
        """The uppermost dictionary: key → number of its value."""
        return self.dictionary(self._top)

    def dictionary(self, number: int) -> dict[str, int]:
        """Of a key that stands twice the first counts."""
        kind, count, at = self._object(number)
        if kind != 0xD:
            raise PlistError("a dictionary is expected, and something else stands there")
        keys, values = self._references(at, count), self._references(at + count * self._ref_size, count)
        found: dict[str, int] = {}
        for key, value in zip(keys, values, strict=True):
            found.setdefault(self.string(key), value)
        return found

    def array(self, number: int) -> list[int]:
        """The numbers of the elements."""
        kind, count, at = self._object(number)
        if kind not in (0xA, 0xC):
            raise PlistError("a list is expected, and something else stands there")
        return self._references(at, count)

    def string(self, number: int) -> str:
        kind, count, at = self._object(number)
        if kind not in (0x5, 0x6) or count > _MOST_STRING:
            raise PlistError("a text is expected, and something else stands there")
        if kind == 0x5:
            return self._bytes(at, count).decode("ascii", "replace")
        return self._bytes(at, 2 * count).decode("utf-16-be", "replace")

    def data(self, number: int) -> Data:
        kind, count, at = self._object(number)
        if kind != 0x4:
            raise PlistError("data are expected, and something else stands there")
        self._bytes(at, count)
        return Data(at, at + count)

    def _object(self, number: int) -> tuple[int, int, int]:
        """(kind, count, offset of the content) of the object."""
        if number >= self._count:
            raise PlistError("an object that does not exist is named")
        at = self._whole(self._table + number * self._offset_size, self._offset_size)
        marker = self._bytes(at, 1)[0]
        kind, count, at = marker >> 4, marker & 0x0F, at + 1
        if count == 0x0F and kind in (0x4, 0x5, 0x6, 0xA, 0xC, 0xD):
            size = self._bytes(at, 1)[0]
            if size >> 4 != 0x1 or size & 0x0F > 3:
                raise PlistError("a count is no number")
            width = 1 << (size & 0x0F)
            return kind, self._whole(at + 1, width), at + 1 + width
        return kind, count, at

    def _references(self, at: int, count: int) -> list[int]:
        self._left -= count
        if self._left < 0:
            raise PlistError(f"more than {_MOST_REFERENCES} references")
        raw = self._bytes(at, count * self._ref_size)
        return [
            int.from_bytes(raw[i : i + self._ref_size], "big") for i in range(0, len(raw), self._ref_size)
        ]

    def _whole(self, at: int, size: int) -> int:
        return int.from_bytes(self._bytes(at, size), "big")

    def _bytes(self, at: int, size: int) -> bytes:
        if not 0 <= at <= at + size <= len(self._data) - _TRAILER:
            raise PlistError("an object reaches beyond the file")
        return self._data[at : at + size]
