"""The pictures of the practice site, drawn by Pillow: photos with a telephone's EXIF, and a screenshot.

The same seed and the same Pillow give the same bytes. The coordinates lie in the Irish Sea, where no gate is.
"""

from __future__ import annotations

import functools
import io
import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

BRITISH_SUMMER = timezone(timedelta(hours=1))
FACES = {
    "mira": "#c98b5a", "owl": "#4c3f73", "sam": "#5a8f7b", "gull": "#8a949e", "june": "#a8607c", "ravi": "#5277a3",
}  # fmt: skip
"""Avatars, and the colour of the ground of each."""
JPEG_NAMES = (*FACES, "garden_gate", "gate_at_night", "gate_damaged")
"""What `jpeg` draws: avatars, and three photos; besides, `view_N` for a number N of up to four digits."""
MAKE, MODEL = "Practice", "Pocket 1"


@dataclass(frozen=True, slots=True)
class Shot:
    """When and where an invented telephone took a photo."""

    at: datetime
    # aware; its offset goes to OffsetTimeOriginal
    place: tuple[str, str] | None
    # latitude and longitude, decimal degrees as text, WGS 84; None: location was switched off


SHOTS = {
    "garden_gate": Shot(datetime(2026, 6, 12, 21, 39, 50, tzinfo=BRITISH_SUMMER), None),
    "gate_at_night": Shot(datetime(2026, 6, 15, 22, 12, 31, tzinfo=BRITISH_SUMMER), ("53.7512", "-4.8475")),
    "gate_damaged": Shot(datetime(2026, 6, 16, 7, 48, 5, tzinfo=BRITISH_SUMMER), ("53.7512", "-4.8475")),
}


@functools.lru_cache(maxsize=512)
def jpeg(seed: int, name: str) -> bytes:
    """A picture as JPEG; photos carry EXIF, avatars none, as networks strip it. KeyError: unknown name."""
    if view := re.fullmatch(r"view_([0-9]{1,4})", name):
        return _saved(_view(seed, int(view[1])), None, 70)
    if name not in JPEG_NAMES:
        raise KeyError(name)
    shot = SHOTS.get(name)
    drawn = (
        _gate(seed, night=name == "gate_at_night", open_gate=name == "gate_damaged") if shot else _face(name)
    )
    return _saved(drawn, _exif(shot) if shot else None, 85)


def messenger_copy(seed: int, name: str) -> bytes:
    """The photo as a messenger passes it on: smaller, compressed once more, without any EXIF."""
    from PIL import Image

    with Image.open(io.BytesIO(jpeg(seed, name))) as received:
        return _saved(received.convert("RGB").resize((480, 360)), None, 60)


@functools.lru_cache(maxsize=8)
def screenshot_png(lines: tuple[str, ...]) -> bytes:
    """A telephone's screenshot of a conversation, one bubble a line; PNG without any time in it."""
    from PIL import Image, ImageDraw, ImageFont

    drawn = Image.new("RGB", (540, 960), "#eef1f5")
    pen, font = ImageDraw.Draw(drawn), ImageFont.load_default(22)
    pen.rectangle((0, 0, 540, 84), fill="#1b3a5c")
    pen.text((24, 28), "Chatterbox", fill="white", font=font)
    for row, line in enumerate(lines):
        top = 110 + 90 * row
        pen.rounded_rectangle((20, top, 520, top + 70), 14, fill="white", outline="#d5dce4")
        pen.text((36, top + 20), line, fill="#1c2530", font=font)
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def _gate(seed: int, *, night: bool, open_gate: bool) -> Image:
    """A garden gate of blue boards between two posts, with grass before it."""
    from PIL import Image, ImageDraw

    chance = random.Random(f"gate {seed}")  # noqa: S311 - for blades of grass
    sky, grass, wood = ("#141a2e", "#1a2a1e", "#27406b") if night else ("#bcd6ea", "#6f9a5a", "#3567b0")
    drawn = Image.new("RGB", (960, 720), sky)
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 470, 960, 720), fill=grass)
    for _ in range(260):
        x, y = chance.randint(0, 960), chance.randint(480, 720)
        pen.line(
            (x, y, x + chance.randint(-4, 4), y - chance.randint(6, 18)),
            fill=wood if night else "#57814a",
            width=2,
        )
    for x in (230, 700):
        pen.rectangle((x, 200, x + 34, 540), fill="#4a3a2c")
    for board in range(8):
        x, drop = 272 + board * 53, 14 * board if open_gate else 0
        pen.rectangle((x, 240 + drop, x + 42, 520 + drop), fill=wood, outline=sky)
    if night:
        pen.ellipse((780, 60, 850, 130), fill="#e6e3cf")
    return drawn


def _view(seed: int, number: int) -> Image:
    """Three ranges of hills and a sun, other ones for each number."""
    from PIL import Image, ImageDraw

    chance = random.Random(f"view {seed} {number}")  # noqa: S311 - for hills
    drawn = Image.new("RGB", (480, 270), (188, 206 + number % 40, 234))
    pen = ImageDraw.Draw(drawn)
    x, y = chance.randint(60, 420), chance.randint(40, 90)
    pen.ellipse((x - 22, y - 22, x + 22, y + 22), fill="#f2d98a")
    for row in range(3):
        ground = (70 + 18 * row, 110 + chance.randint(0, 60), 90 - 14 * row)
        points = [(at, 120 + 45 * row + chance.randint(-22, 22)) for at in range(0, 481, 60)]
        pen.polygon(((0, 270), *points, (480, 270)), fill=ground)
    return drawn


def _face(name: str) -> Image:
    """An avatar: two eyes on a ground of the name's colour."""
    from PIL import Image, ImageDraw

    drawn = Image.new("RGB", (192, 192), FACES[name])
    pen = ImageDraw.Draw(drawn)
    for x in (62, 130):
        pen.ellipse((x - 26, 54, x + 26, 106), fill="white")
        pen.ellipse((x - 10, 70, x + 10, 90), fill="#1c2530")
    pen.polygon(((86, 112), (106, 112), (96, 136)), fill="#e0a63a")
    return drawn


def _exif(shot: Shot) -> Exif:
    """The tags of CIPA DC-008 (Exif 2.32): sections 4.6.4 to 4.6.6."""
    from PIL import Image
    from PIL.ExifTags import GPS, IFD, Base

    offset = shot.at.strftime("%z")
    local = shot.at.strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model], exif[Base.DateTime] = MAKE, MODEL, local
    exif[IFD.Exif] = {
        Base.DateTimeOriginal.value: local,
        Base.DateTimeDigitized.value: local,
        Base.OffsetTime.value: f"{offset[:3]}:{offset[3:]}",
        Base.OffsetTimeOriginal.value: f"{offset[:3]}:{offset[3:]}",
        Base.SubsecTimeOriginal.value: "418",
    }
    if shot.place is not None:
        latitude, longitude = shot.place
        fixed = shot.at.astimezone(UTC) - timedelta(
            seconds=2
        )  # satellites' time is UTC; the fix is a little older
        exif[IFD.GPSInfo] = {
            GPS.GPSLatitudeRef.value: "S" if latitude.startswith("-") else "N",
            GPS.GPSLatitude.value: _degrees(latitude),
            GPS.GPSLongitudeRef.value: "W" if longitude.startswith("-") else "E",
            GPS.GPSLongitude.value: _degrees(longitude),
            GPS.GPSTimeStamp.value: (float(fixed.hour), float(fixed.minute), float(fixed.second)),
            GPS.GPSDateStamp.value: fixed.strftime("%Y:%m:%d"),
        }
    return exif


def _degrees(decimal: str) -> tuple[float, float, float]:
    """Degrees, minutes, seconds of the absolute value."""
    from fractions import Fraction

    value = abs(Fraction(decimal))
    degrees, rest = divmod(value, 1)
    minutes, rest = divmod(rest * 60, 1)
    return float(degrees), float(minutes), float(round(rest * 60, 3))


def _saved(drawn: Image, exif: Exif | None, quality: int) -> bytes:
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=quality, **({"exif": exif} if exif is not None else {}))
    return out.getvalue()
