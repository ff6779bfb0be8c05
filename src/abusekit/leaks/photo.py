"""Place, serial numbers and owner in the EXIF of a picture: a reader of the tags that matter (TIFF 6.0, Exif 3.0).

Works on a window of bytes, so that a picture inside of an archive needs no copy. `importers.exif` reads more, and
of a file only.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

START = re.compile(rb"(?:Exif\x00\x00|eXIf|EXIF.{4})(?=II\*\x00|MM\x00\*)", re.S)
"""Before the TIFF header: JPEG APP1 and HEIF items; the chunks of PNG and of WebP."""
SIGNS = (b"Exif\x00\x00", b"eXIf", b"EXIF")
WINDOW = 128 << 10
"""Bytes behind the beginning that are looked at."""

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


def found_in(tiff: bytes) -> list[tuple[str, str, str]]:
    """(kind of leak, tag, value) of what a TIFF structure states. Nothing for what is none; raises nothing.

    The value of a position is not given.
    """
    found: list[tuple[str, str, str]] = []
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return found
    seen: set[int] = set()
    waiting = [(struct.unpack_from(f"{order}L", tiff, 4)[0], "main")]
    while waiting and len(seen) < _FOLDERS:
        at, what = waiting.pop(0)
        if at in seen:
            continue
        seen.add(at)
        for tag, kind, count, value in _entries(tiff, at, order):
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


def _entries(tiff: bytes, at: int, order: str) -> Iterator[tuple[int, int, int, bytes]]:
    """(tag, type, count, bytes of the value) of one folder, as far as it lies within the window."""
    if at + 2 > len(tiff):
        return
    count = min(struct.unpack_from(f"{order}H", tiff, at)[0], _ENTRIES)
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
            yield tag, kind, values, tiff[begin : begin + size]
