"""The timeline as CSV and JSON Lines, with the columns that Timesketch asks for and those that we add.

Timesketch: `message`, `datetime` (ISO 8601 with offset) and `timestamp_desc` are mandatory, `timestamp` is in
microseconds since 1970, a field stays under 32,766 bytes, and the files end in .csv and .jsonl. A reading
whose zone is not recorded stands there with the earliest instant that it can mean, and `timestamp_desc` says so;
`earliest` and `latest` give the whole interval.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TextIO

import msgspec

from abusekit.plain import safe_text
from abusekit.timeline.cells import MAX_BYTES, quoted, short
from abusekit.timeline.row import Row

COLUMNS: dict[str, str] = {
    "message": "what the row is about: ids, kind, account, category, outcome; no content",
    "datetime": "UTC with +00:00: the reading; where the zone is not recorded, the earliest possible instant",
    "timestamp": "the same in microseconds since 1970-01-01T00:00:00Z",
    "timestamp_desc": "what happened then, and in which way `datetime` is not the reading itself",
    "item": "item id",
    "exhibit": "exhibit reference",
    "file": "path inside the case of the file in which the time stands",
    "field": "where in that file",
    "kind": "kind of row",
    "certainty": "whose clock it was, and whether its zone is known",
    "basis": "why the time is what it is",
    "earliest": "UTC: first instant that the source can mean",
    "latest": "UTC: first instant that it can no longer mean",
    "raw": "the time as its source wrote it; empty where that would show content",
    "tags": "of the item; in CSV separated by `, `",
    "log_line": "number of the line in custody/log.jsonl, from 0",
    "withdrawn": "the reason, where the item is withdrawn",
    "content": "title, address, names, words; empty unless it was asked for",
    "account": "who wrote a message, as the export names the account",
    "platform": "of a message",
    "also": "further exhibits that hold the same message; in CSV separated by `, `",
}
"""Column → what stands in it; the same in both forms and in this order."""

ZONE_NOT_RECORDED = "(zone not recorded, earliest possible)"
DAY_ONLY = "(day only, its start)"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HEADER = ",".join(COLUMNS) + "\r\n"
_CHUNK = 500  # lines written at once


class _Cells(msgspec.Struct, frozen=True, gc=False):
    """The columns of one row, in their order: safe to print and short enough."""

    message: str
    datetime: str
    timestamp: int
    timestamp_desc: str
    item: str
    exhibit: str
    file: str
    field: str
    kind: str
    certainty: str
    basis: str
    earliest: str
    latest: str
    raw: str
    tags: tuple[str, ...]
    log_line: int | None
    withdrawn: str | None
    content: str | None
    account: str
    platform: str
    also: tuple[str, ...]


def write_csv(rows: Iterable[Row], out: TextIO) -> int:
    """RFC 4180 with a header line, CRLF at line ends, texts in quotes; gives the number of rows.

    Open `out` as UTF-8 with newline="". A text that a spreadsheet would run as a formula starts with `'`;
    control characters and the like are escaped as `safe_text` does.
    """
    return write(rows, csv_out=out)


def write_jsonl(rows: Iterable[Row], out: TextIO) -> int:
    """One JSON object a line, LF at line ends; `tags` is a list, what is absent is null or empty text.

    Gives the number of rows. Texts are escaped as in the CSV, so that both show the same and are safe to print;
    there is no formula prefix.
    """
    return write(rows, jsonl_out=out)


def write(rows: Iterable[Row], *, csv_out: TextIO | None = None, jsonl_out: TextIO | None = None) -> int:
    """One pass over the rows for both forms; gives the number of rows. See `write_csv` and `write_jsonl`."""
    encode = msgspec.json.Encoder().encode
    if csv_out is not None:
        csv_out.write(_HEADER)
    left = iter(rows)
    count = 0
    while chunk := [_cells(row) for row in islice(left, _CHUNK)]:
        count += len(chunk)
        if csv_out is not None:
            csv_out.write("".join([_csv_line(cells) for cells in chunk]))
        if jsonl_out is not None:
            jsonl_out.write(b"\n".join([*(encode(cells) for cells in chunk), b""]).decode("utf-8"))
    return count


def _cells(row: Row) -> _Cells:
    desc = row.what
    if row.utc is None:
        desc = f"{desc} {ZONE_NOT_RECORDED}"
    elif row.precision == "day":
        desc = f"{desc} {DAY_ONLY}"
    at = row.utc or row.earliest
    cells = _Cells(
        row.message,
        f"{at[:-1]}+00:00",
        (datetime.fromisoformat(at) - _EPOCH) // _MICROSECOND,
        desc,
        row.item,
        row.exhibit,
        row.file,
        row.field,
        row.kind,
        row.certainty,
        row.basis,
        row.earliest,
        row.latest,
        row.raw,
        row.tags,
        row.n,
        row.withdrawn,
        row.content,
        row.account,
        row.platform,
        row.also,
    )
    # One look at all texts at once: nearly every row is plain, and a look at each costs more than the writing.
    texts = (
        f"{row.message}{desc}{row.item}{row.exhibit}{row.file}{row.field}{row.basis}{row.raw}"
        f"{row.withdrawn}{row.content}{row.account}{row.platform}"
    )
    if texts.isprintable() and len(texts) * 4 <= MAX_BYTES and "".join((*row.tags, *row.also)).isprintable():
        return cells
    return _Cells(*(_safe(getattr(cells, name)) for name in COLUMNS))


def _safe(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(short(safe_text(tag)) for tag in value)
    return short(safe_text(value)) if isinstance(value, str) else value


def _csv_line(c: _Cells) -> str:
    # `datetime`, `earliest` and the like are our own texts: they need no quotes, and the numbers no prefix.
    return (
        f"{quoted(c.message)},{c.datetime},{c.timestamp},{quoted(c.timestamp_desc)},{quoted(c.item)},"
        f"{quoted(c.exhibit)},{quoted(c.file)},{quoted(c.field)},{c.kind},{c.certainty},{quoted(c.basis)},"
        f"{c.earliest},{c.latest},{quoted(c.raw)},{quoted(short(', '.join(c.tags))) if c.tags else ''},"
        f"{'' if c.log_line is None else c.log_line},{quoted(c.withdrawn) if c.withdrawn else ''},"
        f"{quoted(c.content) if c.content else ''},{quoted(c.account)},{quoted(c.platform)},"
        f"{quoted(short(', '.join(c.also))) if c.also else ''}\r\n"
    )
