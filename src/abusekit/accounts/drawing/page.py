"""The drawing as one self-contained HTML page: opened from a disk, it loads nothing and sends nothing.

The content security policy forbids all network and every script and style but the two in the page, named by their
SHA-256. Without script it is whole: every account and link of the picture leads to its row in the tables below. The
script only shows such a row in a panel and moves the focus with the arrow keys.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime
from html import escape
from importlib.resources import files
from typing import TextIO
from zoneinfo import ZoneInfo

from abusekit.accounts.drawing.drawn import Drawn
from abusekit.accounts.drawing.lanes_svg import lanes, signs
from abusekit.accounts.drawing.marks import Picture, xml, xml_whole
from abusekit.accounts.drawing.svg import graph, legend, styles, summary
from abusekit.accounts.drawing.tables import account_table, lane_table, link_table, other_table
from abusekit.case.moment import offset_text

_BESIDE = 56
"""Pixels of a window beside its pictures: margins, borders, and a scroll bar."""
_WIDEST = 1_300
"""Of a picture that the page can show whole (`main` of page.css)."""


def write(drawn: Drawn, out: TextIO, *, made_at: datetime) -> None:
    """The page into `out` (UTF-8). `made_at`: now, aware. The same input gives the same bytes."""
    for part in _parts(drawn, made_at.astimezone(ZoneInfo(drawn.zone))):
        out.write(part)


def _parts(drawn: Drawn, made_at: datetime) -> Iterator[str]:
    above, below = graph(drawn, linked=True), lanes(drawn)
    style, script = styles() + _part("page.css") + _hints(graph=above, lanes=below), _part("page.js")
    title = f"Accounts of case {drawn.case}"
    made = f"{made_at:%Y-%m-%d %H:%M} {offset_text(made_at.utcoffset() or made_at - made_at)}"
    yield _head(title, style, script)
    yield (
        f'<a class="skip" href="#accounts">To the tables</a>\n<main class="drawing">\n<h1>{xml(title)}</h1>\n'
        f"<p>{xml(summary(drawn))} Made {xml(made)}.</p>\n"
        "<p>Accounts are never merged. A link is the claim of the person named, with that person's reason; it says "
        "nothing of who anybody is. What speaks against a link stands before what speaks for it.</p>\n"
    )
    yield from _notes(drawn)
    yield "<h2>Accounts and links</h2>\n"
    yield from _legend(drawn)
    yield _figure("graph", above, "Accounts as boxes by platform, links as lines beside them", "accounts")
    yield (
        "<h2>Activity over time</h2>\n<p>One lane an account, all on one scale. "
        f"Letters: {xml(signs())}. Red dotted lines carry blocks and suspensions through all lanes, so that what "
        "begins after them is seen; within one bar no order is shown.</p>\n"
    )
    yield _figure("lanes", below, "Messages of each account over time, with blocks and names", "activity")
    yield "<h2>The same as tables</h2>\n"
    for table in (account_table, link_table, lane_table):
        yield from table(drawn)
    if drawn.others_count:
        yield from other_table(drawn)
    yield (
        '</main>\n<aside id="panel" class="drawing" aria-labelledby="panel-title" hidden>\n'
        '<h2 id="panel-title" tabindex="-1"></h2>\n<button type="button" id="panel-close">Close (Esc)</button>\n'
        f'<dl id="panel-rows"></dl>\n</aside>\n<script>{script}</script>\n</body>\n</html>\n'
    )


def _head(title: str, style: str, script: str) -> str:
    policy = (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{xml(title)}</title>
<style>{style}</style>
</head>
<body>
"""


def _notes(drawn: Drawn) -> Iterator[str]:
    if drawn.notes:
        rows = "".join(f"<li>{xml(note)}</li>" for note in drawn.notes)
        heading = '<h2 id="notes">To be kept in mind</h2>'
        yield f'<section class="notes" aria-labelledby="notes">{heading}<ul>{rows}</ul></section>\n'


def _legend(drawn: Drawn) -> Iterator[str]:
    yield '<ul class="legend">'
    for sample, words in legend(drawn):
        shown = f'<svg width="60" height="16" aria-hidden="true">{sample}</svg>' if sample else ""
        yield f"<li>{shown}<span>{xml(words)}</span></li>"
    yield "</ul>\n"


def _hints(**pictures: Picture) -> str:
    """Rules that hide the hint that a picture scrolls where the window shows the whole of it."""
    return "".join(
        f"@media (min-width: {picture.width + _BESIDE:g}px) {{ #{name}-hint {{ display: none; }} }}\n"
        for name, picture in pictures.items()
        if picture.width <= _WIDEST
    )


def _figure(name: str, picture: Picture, said: str, table: str) -> str:
    """Its parts are links and titled pictures, so the whole is a group, not an image: an image hides its parts."""
    size = f'width="{picture.width:g}" height="{picture.height:g}" viewBox="0 0 {picture.width:g} {picture.height:g}"'
    return (
        f'<p class="hint" id="{name}-hint">← → The picture is wider than this window: it scrolls sideways. '
        f'<a href="#{table}">The same as a table</a></p>\n'
        f'<div class="wide" tabindex="0" role="region" aria-label="{xml_whole(said)}">\n'
        f'<svg id="{name}" role="group" aria-labelledby="{name}-title" {size}>\n'
        f'<title id="{name}-title">{xml_whole(said)}</title>\n{picture.body}\n</svg>\n</div>\n'
    )


def _part(name: str) -> str:
    return files("abusekit.accounts.drawing").joinpath("templates", name).read_text("utf-8")


def _source(text: str) -> str:
    """CSP Level 3, 2.3.1: the hash of exactly the characters between the tags."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
