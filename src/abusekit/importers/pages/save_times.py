"""When a page was saved, as browsers write it. It is the clock of the saving computer, never the time of a post."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from abusekit.importers import times
from abusekit.importers.model import Time

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MAIL = re.compile(
    r"(?:([A-Z][a-z]{2}),\s*+)?(\d{1,2})\s+([A-Z][a-z]{2})\s+(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s+"
    r"([+-]\d{4}|GMT|UTC|UT)(?:\s+\([^)]{0,80}\))?",
    re.ASCII,
)
_JAVASCRIPT = re.compile(
    r"([A-Z][a-z]{2}) ([A-Z][a-z]{2}) (\d\d) (\d{4}) (\d\d):(\d\d):(\d\d) GMT([+-]\d{4})(?: \([^)]{0,80}\))?",
    re.ASCII,
)


def mail_date(raw: str) -> Time | None:
    """The `Date` of an MHTML file (RFC 5322 3.3: `-0000` is UTC, the local zone untold). None: not of that form."""
    found = _MAIL.fullmatch(raw.strip())
    if found is None:
        return None
    weekday, day, month, year, hour, minute, second, zone = found.groups()
    return _time(raw, weekday or "", day, month, year, (hour, minute, second), zone)


def javascript_date(raw: str) -> Time | None:
    """What `Date.prototype.toString` gives, as in the comment of SingleFile; the name of the zone stays in `raw`."""
    found = _JAVASCRIPT.fullmatch(raw.strip())
    if found is None:
        return None
    weekday, month, day, year, hour, minute, second, zone = found.groups()
    return _time(raw, weekday, day, month, year, (hour, minute, second), zone)


def _time(
    raw: str, weekday: str, day: str, month: str, year: str, clock: tuple[str, str, str | None], zone: str
) -> Time | None:
    if month not in _MONTHS:
        return None
    number = _MONTHS.index(month) + 1
    offset = zone if zone[0] in "+-" and zone != "-0000" else "Z"
    seconds = f":{clock[2]}" if clock[2] else ""
    time = times.iso(
        f"{year}-{number:02}-{int(day):02}T{clock[0]}:{clock[1]}{seconds}{offset}", clock="export"
    )
    if time is None:
        return None
    fits = not weekday or _DAYS[date(int(year), number, int(day)).weekday()] == weekday
    agrees = () if fits else (f"CONFLICT: that day was no {weekday}",)
    return msgspec.structs.replace(time, raw=raw.strip(), agrees=agrees)
