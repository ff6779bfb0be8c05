"""The index of a WACZ: one `SURT timestamp json` line for each response and resource, sorted by bytes.

Replay tools look for a page by key and second. When one key has several answers in a second (a page that
loads itself, a redirect to the same address), each gets a second of its own: that of the page's main answer
is left to it, the others move on to the next one that is free. The time itself stands in the WARC.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from abusekit.errors import InputError
from abusekit.webarchive.warc import Indexed

Main = tuple[str, datetime]
"""WARC-Target-URI and WARC-Date of an answer."""

LINE = re.compile(rb"[^ ]+ \d{14} \{")

LINE_LIMIT = 1 << 20
"""Bytes of one line; ours hold an address of 100,000 characters twice, one of them escaped."""


def index(entries: Iterable[Indexed], filename: str, main: Main | None = None) -> bytes:
    """The index of the WARC called `filename` (a plain name, as in `archive/`).

    main: address and time of the page that is opened first.
    """
    by_key: dict[str, list[Indexed]] = {}
    for entry in entries:
        by_key.setdefault(entry.asked.key(entry.url), []).append(entry)
    lines = []
    for key, group in by_key.items():
        group.sort(key=lambda one: (one.at, one.offset))
        first = next((number for number, one in enumerate(group) if main == (one.url, one.at)), None)
        stamps = spread([digits(entry.at) for entry in group], first)
        for entry, stamp in zip(group, stamps, strict=True):
            text = json.dumps(_described(entry, filename))
            lines.append(f"{key} {stamp} {text}\n".encode("ascii", "backslashreplace"))
    return b"".join(sorted(lines))


def _described(entry: Indexed, filename: str) -> dict[str, object]:
    described: dict[str, object] = {
        "url": entry.url,
        "digest": entry.digest,
        "mime": entry.mime,
        "filename": filename,
        "offset": entry.offset,
        "length": entry.length,
    }
    if entry.status is not None:
        described["status"] = entry.status
    if entry.asked.method != "GET":
        described |= {"method": entry.asked.method, "requestBody": entry.asked.body}
    return described


def digits(at: datetime) -> str:
    """The second of `at` in UTC as an index spells it: 14 digits."""
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def spread(stamps: Sequence[str], main: int | None = None) -> list[str]:
    """A second for each answer of one key, no second twice.

    stamps: their own seconds, 14 digits, in order of time; `main`: the place of the one that keeps its own.
    A stamp that is no time stays as it is.
    """
    kept = None if main is None else stamps[main]
    given = []
    last = ""
    for number, own in enumerate(stamps):
        stamp = own
        if number != main:
            stamp = own if own > last else _next(last)
            last = stamp = _next(stamp) if stamp == kept else stamp
        given.append(stamp)
    return given


def _next(stamp: str) -> str:
    try:
        return digits(datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC) + timedelta(seconds=1))
    except (ValueError, OverflowError):
        return stamp


def parse(pieces: Iterable[bytes]) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Sort key, 14-digit UTC time and JSON part of each line, one after the other, in flat memory.

    pieces: the index, cut anywhere. Raises InputError at the first line that is no index line, is longer than
    LINE_LIMIT bytes, or is out of order; lines given before it were in order.
    """
    before = b""
    for number, line in enumerate(_lines(pieces), 1):
        if not LINE.match(line):
            raise InputError(f"index line {number} is not SURT, time, JSON", "the index was altered")
        try:
            key, stamp, rest = line.decode("ascii").split(" ", 2)
            described = json.loads(rest)
        except (ValueError, RecursionError) as fault:
            raise InputError(f"index line {number} holds no JSON", "the index was altered") from fault
        if not isinstance(described, dict):
            raise InputError(f"index line {number} holds no JSON object", "the index was altered")
        if line < before:
            raise InputError("the index is not sorted", "the index was altered")
        before = line
        yield key, stamp, described


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The lines without their line feeds."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        if max(map(len, (*whole, rest))) > LINE_LIMIT:
            raise InputError(f"an index line is longer than {LINE_LIMIT} bytes", "the index was altered")
        yield from whole
    if rest:
        raise InputError("the index does not end with a line feed", "the file was cut short")
