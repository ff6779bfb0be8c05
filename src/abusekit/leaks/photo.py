"""Place, serial numbers and owner in the EXIF of a picture: a reader of the tags that matter (TIFF 6.0, Exif 3.0).

Works on a window of bytes, so that a picture inside of an archive needs no copy. `importers.exif` reads more, and
of a file only.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator

from abusekit.leaks.unpacking import Budget

START = re.compile(rb"(?:Exif\x00\x00|eXIf|EXIF.{4})(?=II\*\x00|MM\x00\*)", re.S)
"""Before the TIFF header: JPEG APP1 and HEIF items; the chunks of PNG and of WebP."""
SIGNS = (b"Exif\x00\x00", b"eXIf", b"EXIF")
WINDOW = 128 << 10
"""Bytes behind the beginning that are looked at."""
_TIFF = (b"II*\x00", b"MM\x00*")
_HEAD = 4
_SIGN = 16
"""Bytes; START is no longer."""
_ONE = 8
"""What one EXIF takes of the budget besides its entries."""

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_LATITUDE = 2
_TAGS = {
    0x013B: "Artist", 0xA430: "CameraOwnerName", 0xA431: "BodySerialNumber", 0xA435: "LensSerialNumber",
    0xC62F: "CameraSerialNumber",
}  # fmt: skip
_ENTRIES = 200
_FOLDERS = 8
_ASCII = 2
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
"""TIFF field type → bytes of one value."""


class Photos:
    """Every EXIF in a stream, however many there are: PDF files and other containers hold one for each photo.

    Memory: one piece, and WINDOW bytes. Time: by the budget.
    """

    __slots__ = ("_budget", "_first", "_held", "_starts", "found")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._held = b""
        self._starts: list[int] = []  # in what is held, where a window is not yet complete
        self._first = True
        self.found: set[tuple[str, str, str]] = set()
        """(kind of leak, tag, value)"""

    def take(self, piece: bytes, *, begins: bool) -> None:
        """The next bytes of the stream. begins: whether one of SIGNS may stand in them, or end there."""
        fresh = max(len(self._held) - _SIGN + 1, 0)
        data = self._held + piece
        if self._first and len(data) >= _HEAD:
            self._first = False
            if data.startswith(_TIFF):
                self._starts.append(0)
        if begins and any(data.find(sign, fresh) >= 0 for sign in SIGNS):
            known = self._starts[-1] if self._starts else -1
            self._starts += (found.end() for found in START.finditer(data, fresh) if found.end() > known)
        self._judge(data, len(data) - WINDOW)
        keep = min([*self._starts[:1], max(len(data) - _SIGN, 0)])
        self._held = data[keep:]
        self._starts = [start - keep for start in self._starts]

    def end(self) -> None:
        """There are no more: what is not complete is read as far as it is there."""
        self._judge(self._held, len(self._held))

    def _judge(self, data: bytes, last: int) -> None:
        """Reads those that begin at `last` or before."""
        ready = bisect_right(self._starts, last)
        view = memoryview(data)  # no copies: a hostile file may begin one every ten bytes
        for start in self._starts[:ready]:
            self.found.update(found_in(view[start : start + WINDOW], self._budget))
        self._starts = self._starts[ready:]


def found_in(tiff: memoryview, budget: Budget) -> list[tuple[str, str, str]]:
    """(kind of leak, tag, value) of what a TIFF structure states. Nothing for what is none; raises nothing.

    The value of a position is not given.
    """
    found: list[tuple[str, str, str]] = []
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(bytes(tiff[:_HEAD]))
    if order is None or len(tiff) < 8:
        return found
    if budget.tags < 0:
        budget.missed("it holds more photos than are looked through")
        return found
    budget.tags -= _ONE
    seen: set[int] = set()
    waiting = [(struct.unpack_from(f"{order}L", tiff, 4)[0], "main")]
    while waiting and len(seen) < _FOLDERS:
        at, what = waiting.pop(0)
        if at in seen:
            continue
        seen.add(at)
        for tag, kind, count, value in _entries(tiff, at, order, budget):
            if what == "gps":
                if tag == _LATITUDE and any(value):
                    found.append(("position", "GPSLatitude", ""))
            elif tag in (_EXIF_IFD, _GPS_IFD) and len(value) == 4:
                folder = struct.unpack(f"{order}L", value)[0]
                waiting.append((folder, "gps" if tag == _GPS_IFD else "exif"))
            elif tag in _TAGS and kind == _ASCII and count > 1:
                text = value.split(b"\x00", 1)[0].decode("utf-8", "replace").strip()
                if text:
                    found.append(("camera", _TAGS[tag], text))
    return found


def _entries(tiff: memoryview, at: int, order: str, budget: Budget) -> Iterator[tuple[int, int, int, bytes]]:
    """(tag, type, count, bytes of the value) of one folder, as far as it lies within the window."""
    if at + 2 > len(tiff):
        return
    count = min(struct.unpack_from(f"{order}H", tiff, at)[0], _ENTRIES)
    budget.tags -= count
    for number in range(count):
        start = at + 2 + 12 * number
        if start + 12 > len(tiff):
            return
        tag, kind, values, offset = struct.unpack_from(f"{order}HHLL", tiff, start)
        size = _SIZES.get(kind, 0) * values
        if not 0 < size <= 1_000:
            continue
        begin = start + 8 if size <= 4 else offset
        if begin + size <= len(tiff):
            yield tag, kind, values, bytes(tiff[begin : begin + size])
