"""The page as it would print, on A4, backgrounds included.

Printing is a rendering of its own: style sheets may hide or move things on paper, and scripts hear of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from abusekit.browser.artefacts.artefact import Artefact, Sitter, TooLargeError, store_base64, string
from abusekit.browser.page.cdp import CdpError
from abusekit.webarchive.exchange import Spool

A4 = (8.2677, 11.6929)
"""Width and height in inches: 210 x 297 mm."""

READ_SIZE = 1 << 20
"""Bytes asked of the browser's stream at once."""

EMPTY_LIMIT = 100
"""Reads in a row that give nothing before the stream counts as broken."""

SHEET = re.compile(rb"/Type\s{0,4}/Page(?![A-Za-z])")


def print_of(sitter: Sitter) -> Iterator[Artefact]:
    """The print, at most `plan.max_pages` sheets. Raises CdpError, OSError (disk full)."""
    at = sitter.now()
    wanted = {
        "printBackground": True,
        "scale": 1,
        "paperWidth": A4[0],
        "paperHeight": A4[1],
        "pageRanges": f"1-{sitter.plan.max_pages}",
        "transferMode": "ReturnAsStream",
    }
    stream = string(sitter.call("Page.printToPDF", wanted), "stream")
    spool = Spool(sitter.spool)
    try:
        _receive(sitter, stream, spool)
        if spool.read(0, 5) != b"%PDF-" or b"%%EOF" not in spool.read(max(spool.size - 32, 0), 32):
            raise CdpError("the print is no whole PDF")
        pages = _sheets(spool)
    except BaseException:
        spool.close()
        raise
    finally:
        sitter.cdp.send("IO.close", {"handle": stream}, session=sitter.session)
    note: dict[str, Any] = {"pages": pages, "paper": "A4", "scale": 1}
    if pages >= sitter.plan.max_pages:
        note["cut"] = ["pages"]  # the browser does not say whether there would be more
    yield Artefact("pdf", "page.pdf", "application/pdf", spool, at, note)


def _receive(sitter: Sitter, stream: str, spool: Spool) -> None:
    limit, empty = sitter.plan.max_bytes, 0
    while empty < EMPTY_LIMIT:
        answer = sitter.call("IO.read", {"handle": stream, "size": READ_SIZE})
        data = string(answer, "data")
        if answer.get("base64Encoded"):
            store_base64(spool, data, limit)
        else:
            spool.write(data.encode("utf-8", "replace"))
        if spool.size > limit:
            raise TooLargeError(f"more than {limit} bytes")
        if answer.get("eof"):
            return
        empty = 0 if data else empty + 1
    raise CdpError("the print did not come")


def _sheets(spool: Spool) -> int:
    """Pages of a PDF as Chromium writes it: page objects are not compressed."""
    found, tail = 0, b""
    for piece in spool.pieces():
        joined = tail + piece
        tail = joined[-32:]
        # what starts in the tail is counted once more of it is known
        known = len(joined) - len(tail)
        found += sum(1 for one in SHEET.finditer(joined) if one.start() < known)
    return found + len(SHEET.findall(tail))
