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
    r"(\d{1,2})\s?:\s?(\d\d)(?:\s?:\s?(\d\d))?(?:\s{0,9}([+-]\d{4})|\s{1,9}([A-Za-z]{1,5})|)(?:\s{0,9}\([^()]{0,80}\))?\s{0,9}",
    re.ASCII,
)
_ZONES = {
    **dict.fromkeys(("UT", "GMT", "Z", "UTC"), 0),
    **{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
}
"""RFC 5322 section 4.3; any other letters say nothing that is known."""


def mail_date(text: str, clock: WrittenClock) -> tuple[Time | None, tuple[str, ...]]:
    """The time that `text` states, and flags: `date_unreadable`, `date_form:iso`, `weekday_differs`, `zone_letters`.

    With an offset: the instant, and that zone. `-0000`: the instant in UTC, of a clock whose zone is not known
    (RFC 5322 section 3.3). Letters that are no zone of the RFC, or no zone: a wall clock in no known zone.
    """
    found = _DATE.fullmatch(text.strip()[:200])
    if found is None:
        iso = times.iso(text[:100], clock=clock)
        return iso, ("date_form:iso",) if iso is not None else ("date_unreadable",)
    day_name, day, month, year, hour, minute, second, offset, letters = found.groups()
    at = _reading(day, month, year, hour, minute, second)
    if at is None or not times.in_years(at.year):
        return None, ("date_unreadable",)
    flags = _weekday_flag(day_name, at)
    precision: Precision = "min" if second is None else "s"
    if offset is None and (letters is None or letters.upper() not in _ZONES):
        wall = times.local(at, raw=text.strip(), precision=precision, clock=clock)
        return wall, (*flags, *(() if letters is None else ("zone_letters",)))
    away = timedelta(hours=_ZONES[letters.upper()]) if offset is None else _offset(offset)
    if away is None:
        return None, ("date_unreadable",)
    zone = "" if offset == "-0000" else _zone(away)
    utc = times.spelled(at - away, precision) + "Z"
    return Time(text.strip(), utc, precision, "stated", clock, zone=zone), flags


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
