"""A picture drawn anew as a plain grey PNG, for the program that reads text. Owner of Pillow's decoders here.

Runs as a process of its own with bounds (`python -m abusekit.screenshots.redraw PICTURE TYPE OUT`), since the bytes are
hostile; what it writes is pixels only. It never writes to the picture.
"""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from pathlib import Path

from abusekit.importers.decoders import HEIF_PLUGIN, PLUGINS

MOST_PIXELS = 1 << 26
"""Pixels of a picture that is read: 60 screens of a telephone below one another."""
MOST_SIDE = 32_000
"""Pixels of one side; tesseract takes no more than 32,767."""
SMALL = 1_600
"""A picture that is narrower is drawn twice as large: screens without high resolution have letters of 10 pixels."""
KINDS = frozenset(PLUGINS)
"""Media types that can be drawn."""


class _Refused(Exception):  # noqa: N818
    """Said to a person in one line."""


def main(arguments: list[str]) -> int:
    """Draw; beside the PNG stands `OUT.json`: what was done, or why not. 0: drawn; 1: not."""
    picture, media, out = Path(arguments[0]), arguments[1], Path(arguments[2])
    try:
        told: dict[str, object] = {"done": _draw(picture, media, out)}
    except _Refused as fault:
        told = {"problem": str(fault)}
    # Pillow's plugins raise whatever comes to them on hostile bytes; a fault becomes a sentence, and nothing is drawn.
    except Exception as fault:  # noqa: BLE001
        told = {"problem": f"the picture cannot be opened: broken, or cut off ({type(fault).__name__})"}
    Path(f"{out}.json").write_text(json.dumps(told), encoding="utf-8")
    return 0 if "done" in told else 1


def _draw(picture: Path, media: str, out: Path) -> dict[str, object]:
    from PIL import Image, ImageFile, ImageOps

    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and says what it found
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    kind, plugin = PLUGINS[media]
    if plugin == HEIF_PLUGIN:
        _heif()
    else:
        importlib.import_module(plugin)
    with Image.open(picture, formats=[kind]) as image:
        width, height = image.size
        if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
            raise _Refused(f"the picture is too large to be read: {width} x {height} pixels")
        frames = getattr(image, "n_frames", 1)
        image.seek(0)
        upright = ImageOps.exif_transpose(image)
        if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
            ground = Image.new("RGBA", upright.size, "white")
            upright = Image.alpha_composite(ground, upright.convert("RGBA"))
        grey = upright.convert("L")
    scale = 1
    if grey.width < SMALL and grey.width * grey.height * 4 <= MOST_PIXELS and grey.height * 2 <= MOST_SIDE:
        scale = 2
        grey = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.LANCZOS)
    grey.save(out, format="PNG", compress_level=1)
    return {"width": width, "height": height, "frames": frames, "scale": scale}


def _heif() -> None:
    try:
        importlib.import_module(HEIF_PLUGIN).register_heif_opener()
    except ImportError as fault:
        raise _Refused(
            "HEIF pictures are not read without the extra: pip install 'abusekit[heif]'"
        ) from fault


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
