"""The timeline as one self-contained HTML page: opened from a disk, it loads nothing and sends nothing.

The content security policy forbids all network and every script and style but the two in the page, which are
named by their SHA-256. All text is escaped twice over: control and bidirectional signs by `safe_text`, then for
HTML. Without script the page is the whole table; the script only filters and explains.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from html import escape
from importlib.resources import files
from typing import TextIO
from zoneinfo import ZoneInfo

from abusekit.plain import safe_text
from abusekit.timeline.row import CERTAINTIES, KINDS, Row, read_instant, with_offset

TABLE_ROWS = 200
"""Rows of one table at most. A browser lays out only the tables near the window (`content-visibility`): one
table of 50,000 rows takes it tens of seconds."""

_TABLE_START = """<section>
<table>
<caption>{}</caption>
<thead><tr>
<th scope="col">Time</th><th scope="col">Certainty</th><th scope="col">Exhibit</th><th scope="col">What</th>
</tr></thead>
<tbody>
"""
_TABLE_END = "</tbody>\n</table>\n</section>\n"


def write(rows: Iterable[Row], out: TextIO, *, title: str, zone: str, made_at: datetime) -> int:
    """The page, row by row into `out` (UTF-8); gives the number of rows.

    `zone` is the case's (IANA), `made_at` aware: now. What `rows` do not carry, such as covered content, is not
    in the file. The same input gives the same bytes.
    """
    where = ZoneInfo(zone)
    style, script = _part("page.css"), _part("page.js")
    out.write(_head(title, zone, made_at.astimezone(where), style, script))
    day: date | None = None
    count = in_table = 0
    for count, row in enumerate(rows, start=1):
        begins = read_instant(row.earliest).astimezone(where).date()
        if begins != day or in_table == TABLE_ROWS:
            heading = f"{begins.isoformat()} {begins:%A}{' (continued)' if begins == day else ''}"
            out.write(("" if count == 1 else _TABLE_END) + _TABLE_START.format(heading))
            day, in_table = begins, 0
        in_table += 1
        out.write(_row(row, where))
    out.write(_TABLE_END if count else "")
    out.write(_tail(count, script))
    return count


def _part(name: str) -> str:
    return files("abusekit.timeline").joinpath("templates", name).read_text("utf-8")


def _source(text: str) -> str:
    """CSP Level 3, 2.3.1: the hash of exactly the characters between the tags."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def _head(title: str, zone: str, made_at: datetime, style: str, script: str) -> str:
    policy = (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    kinds = "".join(f'<option value="{kind}">{kind}: {_text(said)}</option>' for kind, said in KINDS.items())
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{_text(title)}</title>
<style>{style}</style>
</head>
<body>
<h1>{_text(title)}</h1>
<p>Made {_text(with_offset(made_at, "s"))}. Times are in {_text(zone)}, with UTC below. A row stands at the earliest
instant that its source can mean; a time whose zone was not recorded is marked ≈ and is not converted.</p>
<p>The table orders what the case says. It does not show that any of the clocks was right.</p>
<form id="filter" hidden>
<label>Kind <select name="kind"><option value="">all</option>{kinds}</select></label>
<label>Text <input name="text" type="search" autocomplete="off"></label>
<label>Exhibit <input name="exhibit" autocomplete="off" placeholder="PO/1"></label>
<label class="box"><input name="custody" type="checkbox"> Hide acts of the custody log</label>
</form>
"""


def _row(row: Row, where: tzinfo) -> str:
    sign, _ = CERTAINTIES[row.certainty]
    n = "" if row.n is None else f", log line {row.n + 1}"
    parts = [
        f'<tr data-k="{row.kind}"><td>{_time(row, where)}</td>'
        f'<td><a href="#{_anchor(row.certainty)}">{sign} {row.certainty}</a></td>'
        f"<td>{_text(row.exhibit)}<small>{_text(row.item)}</small></td>"
        f"<td>{_text(row.message)}"
    ]
    if row.withdrawn is not None:
        parts.append(f" <b>WITHDRAWN: {_text(row.withdrawn)}</b>")
    if row.tags:
        parts.append(f"<small>tags: {_text(', '.join(row.tags))}</small>")
    raw = f"; as written: {_text(row.raw)}" if row.raw and row.certainty != "our clock" else ""
    parts.append(f"<small>{_text(row.basis)}{raw}; {_text(row.file)}, {_text(row.field)}{n}</small>")
    if row.content is not None:
        label = _text(f"Content of {row.exhibit} {row.item}".strip())
        parts.append(
            f"<details><summary>{label}: it may be upsetting</summary>"
            f"<pre>{_lines(row.content)}</pre></details>"
        )
    parts.append("</td></tr>\n")
    return "".join(parts)


def _time(row: Row, where: tzinfo) -> str:
    shown = _text(row.shown(where))
    if row.utc is None:
        first, last = (
            with_offset(read_instant(at).astimezone(where), "min") for at in (row.earliest, row.latest)
        )
        return f"≈ {shown}<small>between {first} and {last}</small>"
    if row.precision == "day":
        return f"{shown}<small>whole day, from {row.earliest[:16]}Z</small>"
    return f'<time datetime="{row.utc}">{shown}</time><small>{row.utc[:19].replace("T", " ")} UTC</small>'


def _tail(count: int, script: str) -> str:
    meanings = "".join(
        f'<dt id="{_anchor(name)}">{sign} {name}</dt><dd>{_text(meaning)}</dd>\n'
        for name, (sign, meaning) in CERTAINTIES.items()
    )
    return f"""<p>{count} rows.</p>
<h2>Certainty</h2>
<dl>
{meanings}</dl>
<p id="told" role="status" hidden></p>
<script>{script}</script>
</body>
</html>
"""


def _anchor(certainty: str) -> str:
    return f"c-{certainty.replace(' ', '-')}"


def _text(text: str) -> str:
    return escape(safe_text(text))


def _lines(text: str) -> str:
    """Several lines of content; each safe by itself."""
    return "\n".join(_text(line) for line in text.splitlines())
