"""The timeline as lines of plain text, readable in 80 columns: one heading a day, in the case's time zone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import date, tzinfo
from zoneinfo import ZoneInfo

from abusekit.plain import safe_text
from abusekit.timeline.row import CERTAINTIES, Certainty, Row, read_instant, with_offset

WIDTH = 80
_DETAIL = " " * 21


def lines(rows: Iterable[Row], zone: str) -> Iterator[str]:
    """Lines without line feeds, safe to print; `zone` is the case's (IANA).

    A row stands under the day of its earliest possible instant in `zone`: time of day with offset, sign of
    certainty, exhibit, item, what. A reading without a recorded zone starts with ≈ and names its interval.
    A legend of the signs that occurred comes last.
    """
    where = ZoneInfo(zone)
    day: date | None = None
    signs: dict[Certainty, None] = {}
    for row in rows:
        signs[row.certainty] = None
        begins = read_instant(row.earliest).astimezone(where)
        if begins.date() != day:
            if day is not None:
                yield ""
            day = begins.date()
            yield f"{day.isoformat()} {day:%A}"
        yield from _row(row, where, day)
    if day is None:
        yield "nothing with a time"
        return
    yield ""
    yield f"Times in {zone}."
    for certainty in (known for known in CERTAINTIES if known in signs):
        sign, meaning = CERTAINTIES[certainty]
        yield from textwrap.wrap(f"{sign}  {certainty}: {meaning}", WIDTH, subsequent_indent="   ")


def _row(row: Row, where: tzinfo, day: date) -> Iterator[str]:
    sign, _ = CERTAINTIES[row.certainty]
    head = f"  {_time_of_day(row, where)} {sign} {safe_text(row.exhibit):7} {safe_text(row.item):6} "
    said = row.message.removeprefix(f"{row.exhibit} ({row.item}): ")
    yield from _wrapped(head, said)
    if row.utc is None:
        first, last = (
            with_offset(read_instant(at).astimezone(where), "min") for at in (row.earliest, row.latest)
        )
        yield from _wrapped(_DETAIL, f"≈ {row.shown(where)},")
        yield from _wrapped(_DETAIL, f"between {first} and {last}")
    elif row.precision == "day" and row.shown(where) != day.isoformat():
        yield from _wrapped(_DETAIL, row.shown(where))
    if row.withdrawn is not None and row.kind != "custody":
        yield from _wrapped(_DETAIL, f"WITHDRAWN: {row.withdrawn}")
    if row.tags and row.kind != "custody":
        yield from _wrapped(_DETAIL, f"tags: {', '.join(row.tags)}")
    for line in (row.content or "").splitlines():
        yield from _wrapped(f"{_DETAIL}| ", line)


def _time_of_day(row: Row, where: tzinfo) -> str:
    """15 characters: time of day and offset, as precise as the source was, to the second."""
    at = row.in_zone(where)
    if at is None:
        return "zone unrecorded"
    if row.precision == "day":
        return "whole day      "
    return f"{with_offset(at, row.precision)[11:]:15}"


def _wrapped(head: str, text: str) -> list[str]:
    """The text behind `head`, its further lines indented as far; one column a character is assumed."""
    text = safe_text(text)
    if len(head) + len(text) <= WIDTH:
        return [f"{head}{text}"]
    parts = textwrap.wrap(text, max(24, WIDTH - len(head))) or [""]
    margin = head if head.endswith("| ") else " " * len(head)
    return [f"{head}{parts[0]}", *(f"{margin}{part}" for part in parts[1:])]
