"""Wall-clock dates of a table: ISO, or numbers in an order that the table itself has to decide."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypeAlias

from abusekit.case.moment import Precision
from abusekit.importers import times
from abusekit.importers.model import Time, WrittenClock

Order: TypeAlias = Literal["DMY", "MDY", "undecided", "mixed", "none"]
"""none: no date is in numbers whose order is open; mixed: dates in both orders, so that each stands for itself."""

_NUMBERS = re.compile(
    r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2}),?[\s\u202f]{1,3}([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?"
    r"(?:[\s\u202f\xa0]{0,2}([AaPp])\.?[Mm]\.?)?"
)


def order_of(dates: Iterable[str]) -> Order:
    """What the dates prove together: a number above 12 is no month."""
    first = second = seen = False
    for text in dates:
        found = _NUMBERS.fullmatch(text.strip())
        if found is not None:
            seen = True
            first = first or 12 < int(found[1]) <= 31
            second = second or 12 < int(found[3]) <= 31
    if first and second:
        return "mixed"
    return "DMY" if first else "MDY" if second else "undecided" if seen else "none"


def local_date(text: str, order: Order, clock: WrittenClock) -> Time | None:
    """The reading without a zone (with one, where the text states it). None: no form that is known, or no such date."""
    if (time := times.iso(text, clock=clock)) is not None:
        return time
    found = _NUMBERS.fullmatch(text.strip())
    if found is None:
        return None
    readings = {name: at for name in ("DMY", "MDY") if (at := _reading(found, name)) is not None}
    precision: Precision = "s" if found[7] else "min"
    if order in readings:
        return times.local(readings[order], raw=text, precision=precision, clock=clock, order="over_12")
    if len(readings) == 1:
        return times.local(*readings.values(), raw=text, precision=precision, clock=clock, order="over_12")
    if not readings:
        return None
    return times.local(
        readings["DMY"], raw=text, precision=precision, clock=clock, order="undecided", readings=readings
    )


def _reading(found: re.Match[str], order: str) -> datetime | None:
    first, _, second, year, hour, minute, seconds, half = found.groups()
    day, month = (first, second) if order == "DMY" else (second, first)
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half in "Pp" else 0)
    try:
        whole = int(year) if len(year) == 4 else 2000 + int(year)
        return datetime(whole, int(month), int(day), hours, int(minute), int(seconds or 0))  # noqa: DTZ001
    except ValueError:
        return None
