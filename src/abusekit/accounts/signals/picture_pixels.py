"""A picture's bytes as small squares of pixels: opened with bounds, upright, on white. Owner of Pillow's decoders here.

The bytes come from strangers. One decoder, chosen by the content, sees them; what declares too many pixels is not
decoded; of a picture that moves only the first frame is; a file that is cut off is no picture. The decoding happens in
this process: for thousands of profile pictures a process each would cost more than all the rest.
"""

from __future__ import annotations

import importlib
import logging
import warnings
from io import BytesIO
from typing import TYPE_CHECKING

from abusekit.accounts.signals.phash import SIDE
from abusekit.errors import InputError
from abusekit.importers.decoders import HEIF_PLUGIN, PLUGINS
from abusekit.importers.media import HEAD_BYTES, media_type

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 20 << 20
"""Bytes of a picture that is read."""
MOST_PIXELS = 1 << 25
"""Pixels that a picture may declare: 33 million, about 130 MB while it is decoded; no site shows such a portrait."""
MOST_SIDE = 20_000
"""Pixels of one side."""
LEAST_SIDE = 24
"""Pixels: below, squares of 32 x 32 would show the filter more than the picture."""
WORKING_SIDE = 256
"""Pixels of the longer side on which everything is measured."""
LOOK_SIDE = 64
"""Pixels of the square whose colours are counted."""
_DRAFT = (2 * WORKING_SIDE, 2 * WORKING_SIDE)
"""A JPEG is decoded at a half, a quarter or an eighth (its own blocks allow it), not below this."""
_BORDER = 24
"""Levels by which a pixel differs from the corner's colour, to be more than noise of compression."""
_LEAST_INSIDE = 0.3
"""Share of each side that must be left when a border is trimmed."""


def pixels(data: bytes) -> Image:
    """The picture in RGB, upright, its longer side at most 256 pixels.

    Raises InputError where `data` is no picture of a kind that is read, is broken or cut off, or too large.
    """
    media = media_type(data[:HEAD_BYTES])
    if media not in PLUGINS:
        raise InputError(f"this is no picture that can be compared: {media}", "give a JPEG, PNG, GIF or WebP")
    if len(data) > MOST_BYTES:
        raise InputError(f"the picture has {len(data)} bytes, {MOST_BYTES} are the limit")
    _registered(PLUGINS[media][1])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _opened(data, PLUGINS[media][0])
    except InputError:
        raise
    # Pillow's plugins raise whatever comes to them on hostile bytes (SyntaxError, struct.error, KeyError, …).
    except Exception as fault:
        raise InputError(
            f"the picture cannot be opened: broken, or cut off ({type(fault).__name__})"
        ) from fault


def _registered(plugin: str) -> None:
    log = logging.getLogger("PIL")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    if plugin != HEIF_PLUGIN:
        importlib.import_module(plugin)
        return
    try:
        importlib.import_module(plugin).register_heif_opener()
    except ImportError as fault:
        raise InputError(
            "HEIF pictures are not read without the extra", "pip install 'abusekit[heif]'"
        ) from fault


def _opened(data: bytes, kind: str) -> Image:
    from PIL import Image, ImageOps

    with Image.open(BytesIO(data), formats=[kind]) as image:
        width, height = image.size
        if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
            raise InputError(f"the picture is too large to be compared: {width} x {height} pixels")
        image.draft("RGB", _DRAFT)
        image.load()
        upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16"):  # else everything above 255 would become white
        upright = upright.convert("I").point(lambda value: value / 256)
    if upright.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in upright.info:
        ground = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(ground, upright.convert("RGBA"))
    plain = upright.convert("RGB")
    scale = WORKING_SIDE / max(plain.size)
    if scale < 1:
        size = (max(1, round(plain.width * scale)), max(1, round(plain.height * scale)))
        plain = plain.resize(size, Image.Resampling.BOX)
    return plain


def square(grey: Image, box: tuple[float, float, float, float] | None = None) -> bytes:
    """1,024 grey bytes of the part `box` (left, top, right, bottom in pixels) of a grey picture, drawn as a square."""
    from PIL import Image

    return grey.resize((SIDE, SIDE), Image.Resampling.LANCZOS, box=box).tobytes()


def central(grey: Image, cut: float) -> tuple[float, float, float, float]:
    """The middle of the picture without the share `cut` of each side's length (half of it at either end)."""
    across, down = grey.width * cut / 2, grey.height * cut / 2
    return across, down, grey.width - across, grey.height - down


def corners(grey: Image, cut: float) -> list[tuple[float, float, float, float]]:
    """The picture without the share `cut` of either side's length, taken from one corner: four boxes."""
    across, down = grey.width * cut, grey.height * cut
    return [
        (left, top, left + grey.width - across, top + grey.height - down)
        for left in (0.0, across)
        for top in (0.0, down)
    ]


def turned(grey: Image, degrees: float) -> Image:
    """The picture turned against the clock, black where nothing is left of it."""
    from PIL import Image

    return grey.rotate(degrees, Image.Resampling.BILINEAR)


def in_circle(grey: Image, outside: int) -> Image:
    """The picture with all outside of the ellipse that fills it in the grey `outside`, as sites round portraits."""
    from PIL import Image, ImageDraw

    mask = Image.new("L", grey.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, grey.width - 1, grey.height - 1), fill=255)
    return Image.composite(grey, Image.new("L", grey.size, outside), mask)


def without_border(image: Image) -> tuple[int, int, int, int] | None:
    """What is left when the even border in the colour of the first corner is cut off; None where there is none."""
    from PIL import Image, ImageChops

    corner = image.getpixel((0, 0))
    differs = ImageChops.difference(image, Image.new("RGB", image.size, corner)).convert("L")
    box = differs.point(lambda level: 255 if level > _BORDER else 0).getbbox()
    if box is None or box == (0, 0, *image.size):
        return None
    across, down = (box[2] - box[0]) / image.width, (box[3] - box[1]) / image.height
    if min(across, down) < _LEAST_INSIDE or max(across, down) > 0.98 < min(across, down):
        return None
    return box


def look(image: Image) -> bytes:
    """64 x 64 pixels in RGB of the middle of the picture, for its colours: what a border, a circle or a corner adds
    does not change what the picture is."""
    from PIL import Image

    box = central(image, 0.3)
    return image.resize((LOOK_SIDE, LOOK_SIDE), Image.Resampling.NEAREST, box=box).tobytes()
