"""The picture of the whole page, lossless, as one PNG or as tiles from top to bottom.

Measured with Chromium 156 without a GPU on a page of 1,280 x 13,008 pixels (text and two photographs): the PNG
as Chromium makes it by default costs 0.97 s of CPU and is 4.16 MB, with `optimizeForSpeed` 0.45 s and 5.19 MB
and the same pixels; that is what we ask for. Lossless WebP: 1.56 MB, but 1.0 to 1.6 s. Chromium draws 60,000
pixels in one go without fault when it draws in software; with a GPU the limit of textures is usually 16,384, and
many viewers choke on taller pictures, so beyond that there are tiles.

A page that does not scroll itself, but has a part that does, is pictured as it stands: what lies further down in
that part cannot be drawn without changing the page, and `inner_scroll` says how much it is.

Elements that stay in place while a page scrolls are drawn once, where the window stood (`window_y` in the note).
The page sees one or two `resize` events while its picture is taken, unless its scripts are off.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from typing import Any

from abusekit.browser.artefacts.artefact import Artefact, Sitter, pixels, store_base64, string
from abusekit.browser.artefacts.dom import frame_tree
from abusekit.browser.page.cdp import CdpError
from abusekit.webarchive.exchange import Spool

WHOLE_HEIGHT = 16_000
"""CSS pixels: a page up to this height is one picture."""

TILE_HEIGHT = 8_000
"""CSS pixels of one tile."""

MAX_WIDTH = 4_096
"""CSS pixels: content beyond the window's right edge is pictured up to here."""

PIXELS_LIMIT = 24_000_000
"""Pixels of one picture: the browser holds four bytes for each, and so does whoever looks at it."""

INNER_SCROLL = """(() => {
  const root = document.documentElement;
  const skipped = getComputedStyle(root).overflowY === "visible" ? document.body : null;
  let most = 0, seen = 0;
  for (const one of root.querySelectorAll("body, body *")) {
    if (++seen > 100000) break;
    const more = one.scrollHeight - one.clientHeight;
    if (more <= most || one.clientHeight * 2 < innerHeight || one.clientWidth * 2 < innerWidth) continue;
    if (one !== skipped && /auto|scroll/.test(getComputedStyle(one).overflowY)) most = more;
  }
  return Math.round(most);
})()"""
"""Pixels hidden in the part of the page that scrolls by itself and fills at least half of the window each way."""

PNG_START = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


def pictures(sitter: Sitter) -> Iterator[Artefact]:
    """The page from its top to `plan.max_height`, one artefact a tile. Raises CdpError, OSError (disk full).

    What was given before an error is good: a page too heavy for its lower tiles still has its upper ones.
    """
    metrics = sitter.call("Page.getLayoutMetrics")
    content, window = metrics.get("cssContentSize"), metrics.get("cssVisualViewport")
    left, top = pixels(content, "x"), pixels(content, "y")
    wide = max(round(pixels(content, "width")), round(pixels(window, "clientWidth")), 1)
    high = max(round(pixels(content, "height")), round(pixels(window, "clientHeight")), 1)
    width, height = min(wide, MAX_WIDTH), min(high, sitter.plan.max_height)
    step = height if height <= WHOLE_HEIGHT and height * width <= PIXELS_LIMIT else TILE_HEIGHT
    step = min(step, max(PIXELS_LIMIT // width, 1))
    tiles = -(-height // step)
    shared: dict[str, Any] = {
        "page_width": wide,
        "page_height": high,
        "window_y": round(pixels(window, "pageY")),
        "tiles": tiles,
    }
    inner = _inner_scroll(sitter)
    if inner:
        shared["inner_scroll"] = inner
    cut = [
        name for name, missing in (("width", wide > width), ("height", high > height or inner > 0)) if missing
    ]
    if cut:
        shared["cut"] = cut
    for number in range(tiles):
        offset = number * step
        rows = min(step, height - offset)
        at = sitter.now()
        clip = {"x": left, "y": top + offset, "width": width, "height": rows, "scale": 1}
        spool, (across, down) = _shot(sitter, clip)
        note = {
            **shared,
            "width": across,
            "height": down,
            "offset": offset,
            "scale_percent": round(across * 100 / width),
        }
        name = "page.png" if tiles == 1 else f"page-{number + 1:02d}.png"
        yield Artefact("picture", name, "image/png", spool, at, note)


def _inner_scroll(sitter: Sitter) -> int:
    """Pixels that a scrolling part of the page hides; 0 also where the page does not answer."""
    with contextlib.suppress(CdpError):
        value = sitter.evaluate(frame_tree(sitter)[0][0], INNER_SCROLL)
        if isinstance(value, int) and value > 0:
            return min(value, 1 << 40)
    return 0


def _shot(sitter: Sitter, clip: dict[str, float]) -> tuple[Spool, tuple[int, int]]:
    asked = {"format": "png", "optimizeForSpeed": True, "captureBeyondViewport": True, "clip": clip}
    data = string(sitter.call("Page.captureScreenshot", asked), "data")
    spool = Spool(sitter.spool)
    try:
        store_base64(spool, data, sitter.plan.max_bytes)
        across, down = png_size(spool)
        scale = across / clip["width"]
        if abs(down - clip["height"] * scale) > max(1.0, scale):
            raise CdpError(f"the picture has {across} x {down} pixels: another shape than was asked for")
    except BaseException:
        spool.close()
        raise
    return spool, (across, down)


def png_size(spool: Spool) -> tuple[int, int]:
    """Width and height in pixels that a PNG states (ISO/IEC 15948 section 11.2.2).

    Raises CdpError when it is no PNG or does not end like one. Does not prove that all of it can be unpacked.
    """
    head = spool.read(0, 24)
    if len(head) < 24 or not head.startswith(PNG_START) or spool.read(spool.size - 12, 12) != PNG_END:
        raise CdpError("the picture is no whole PNG")
    width, height = struct.unpack(">II", head[16:24])
    if not width or not height:
        raise CdpError("the picture is empty")
    return width, height
