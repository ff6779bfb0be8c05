"""Dates of mails: RFC 5322 section 3.3 with the old forms of section 4.3, read from the raw text.

The standard library renders a wrong day of the week right and reads much that is no date. Here what is not of the
form gives None, and a day of the week that does not fit is said.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from abusekit.case.moment import EASTMOST, WESTMOST, Precision
from abusekit.importers import times
from abusekit.importers.model import Time, WrittenClock

_MONTHS = dict(zip("jan feb mar apr may jun jul aug sep oct nov dec".split(), range(1, 13), strict=True))  # noqa: SIM905
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DATE = re.compile(
    r"(?:([A-Za-z]{3,9})\s{0,9},?\s{1,9})?(\d{1,2})\s{1,9}([A-Za-z]{3,9})\s{1,9}(\d{2,4})\s{1,9}"
    r"(\d{1,2})\s?:\s?(\d\d)(?:\s?:\s?(\d\d))?(?:\s{0,9}([+-]\d{4})|\s{1,9}([A-Za-z]{1,5})|)(?:\s{0,9}\([A-Z]{1,5}\))?\s{0,9}",
    re.ASCII,
)
_MARK = re.compile(r"\\.|[()]")
_ZONE_NAME = re.compile(r"\([A-Z]{1,5}\)", re.ASCII)
_LONGEST = 200
"""Characters of a date, comments apart."""
_ZONES = {
    **dict.fromkeys(("UT", "GMT", "Z", "UTC"), 0),
    **{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
}
"""RFC 5322 section 4.3; any other letters say nothing that is known."""


def mail_date(text: str, clock: WrittenClock) -> tuple[Time | None, tuple[str, ...]]:
    """The time that `text` states, and flags: `date_unreadable`, `date_form:iso`, `weekday_differs`, `zone_letters`,
    `date_comment`.

    With an offset: the instant, and that zone. `-0000`: the instant in UTC, of a clock whose zone is not known
    (RFC 5322 section 3.3). Letters that are no zone of the RFC, or no zone: a wall clock in no known zone.

    Comments in round brackets are left out of `Time.raw` (`date_comment`), but for one that has the form of a zone's
    name, such as `(CET)`: anybody can write a sentence there, which would be shown as if it were part of the time.
    """
    bare, commented = _uncommented(text)
    at, flags = _stated(bare, clock)
    return at, (*flags, "date_comment") if commented and at is not None else flags


def _uncommented(text: str) -> tuple[str, bool]:
    """`text` without its comments (RFC 5322 section 3.2.2, nested ones too), and whether there were any.

    Brackets that do not close stay, so that it is no date.
    """
    kept: list[str] = []
    depth = opened = at = 0
    cut = False
    for mark in _MARK.finditer(text):
        if mark[0] == "(":
            if not depth:
                opened = mark.start()
            depth += 1
        elif mark[0] == ")" and depth:
            depth -= 1
            if not depth and _ZONE_NAME.fullmatch(text, opened, mark.end()) is None:
                kept += [text[at:opened], " "]
                at, cut = mark.end(), True
    return ("".join(kept) + text[at:]).strip(), cut


def _stated(text: str, clock: WrittenClock) -> tuple[Time | None, tuple[str, ...]]:
    """The same of a text without comments and without spaces around it."""
    if len(text) > _LONGEST:
        return None, ("date_unreadable",)
    found = _DATE.fullmatch(text)
    if found is None:
        iso = times.iso(text, clock=clock)
        return iso, ("date_form:iso",) if iso is not None else ("date_unreadable",)
    day_name, day, month, year, hour, minute, second, offset, letters = found.groups()
    at = _reading(day, month, year, hour, minute, second)
    if at is None or not times.in_years(at.year):
        return None, ("date_unreadable",)
    flags = _weekday_flag(day_name, at)
    precision: Precision = "min" if second is None else "s"
    if offset is None and (letters is None or letters.upper() not in _ZONES):
        wall = times.local(at, raw=text, precision=precision, clock=clock)
        return wall, (*flags, *(() if letters is None else ("zone_letters",)))
    away = timedelta(hours=_ZONES[letters.upper()]) if offset is None else _offset(offset)
    if away is None:
        return None, ("date_unreadable",)
    zone = "" if offset == "-0000" else _zone(away)
    utc = times.spelled(at - away, precision) + "Z"
    return Time(text, utc, precision, "stated", clock, zone=zone), flags


def _reading(day: str, month: str, year: str, hour: str, minute: str, second: str | None) -> datetime | None:
    number = int(year)
    if second == "60":
        second = "59"  # a leap second: no clock of a computer shows it apart
    if len(year) < 4:
        number += 2000 if len(year) == 2 and number < 50 else 1900  # RFC 5322 section 4.3
    try:
        return datetime(  # noqa: DTZ001
            number, _MONTHS[month[:3].lower()], int(day), int(hour), int(minute), int(second or 0)
        )
    except (KeyError, ValueError):
        return None


def _offset(offset: str) -> timedelta | None:
    hours, minutes = int(offset[1:3]), int(offset[3:])
    away = timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1)
    return away if minutes < 60 and WESTMOST <= away <= EASTMOST else None


def _zone(away: timedelta) -> str:
    minutes = away.days * 1440 + away.seconds // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _weekday_flag(name: str | None, at: datetime) -> tuple[str, ...]:
    """A mail program does not get the day of the week wrong; a person who edits a date does."""
    if name is None or name[:3].lower() == _DAYS[at.weekday()]:
        return ()
    return (f"weekday_differs:{name[:9]}",)
