"""The times of a phone's backup: milliseconds of its clock, and beside them the same as it showed them to a person."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from abusekit.case.moment import EASTMOST, WESTMOST, offset_text
from abusekit.importers import times
from abusekit.importers.importer import Notes
from abusekit.importers.model import Time, WrittenClock

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_COUNT = re.compile(r"-?\d{1,17}", re.ASCII)
_BEFORE_SMS = 694_224_000
"""Seconds of 1 January 1992: the first text message was sent in December of that year."""
_LATEST = 7_258_118_400
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_HOUR = r",?[\s\u202f]{1,4}([0-9]{1,2})[:.]([0-9]{2})[:.]([0-9]{2})(?:[\s\u202f\xa0]{0,2}([AaPp])\.?[Mm]\.?)?"
_DAY_NAME = re.compile(r"(\d{1,2})[ .-]{1,2}([A-Za-z]{3})[a-z]{0,6}\.?[ -](\d{4})" + _HOUR, re.ASCII)
_NAME_DAY = re.compile(r"([A-Za-z]{3})[a-z]{0,6}\.? (\d{1,2}),? (\d{4})" + _HOUR, re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)" + _HOUR, re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})" + _HOUR, re.ASCII)


def written(have: dict[str, str], clock: WrittenClock, notes: Notes, flags: list[str]) -> Time | None:
    """`date`, with what `readable_date` beside it says of the phone's offset or against it.

    None with the flag `date_not_read` where `date` is no such number. The offset is the one that the phone had for
    this instant when the backup was made; a CONFLICT means that one of the two was changed, or that the app erred.
    """
    raw = have.get("date", "")
    time = times.epoch(int(raw), clock=clock, raw=raw) if _COUNT.fullmatch(raw) else None
    if time is None:
        flags.append("date_not_read")
        return None
    shown = have.get("readable_date", "")
    if shown and shown != "null":
        readings = _readings(shown)
        if readings:
            time.agrees = (_compared(int(raw) // 1000, readings, shown, notes),)
        else:
            notes.counts["readable_date not understood"] += 1
    return time


def sent_by(have: dict[str, str], per_second: int, flags: list[str]) -> Time | None:
    """`date_sent`: the service centre's clock. None: 0 or `null`, which say that there is none.

    Some apps write the other unit than the format has. It is taken where the format's own gives a year in which there
    were no text messages and the other does not, with the flag `date_sent_unit`.
    """
    text = have.get("date_sent", "")
    if text in ("", "0", "null", "-1"):
        return None
    if not _COUNT.fullmatch(text):
        flags.append("date_sent_not_read")
        return None
    count = int(text)
    other = 1001 - per_second
    if not _plausible(count, per_second) and _plausible(count, other):
        per_second = other
        flags.append("date_sent_unit")
    time = times.epoch(count, per_second, raw=text, clock="server")
    if time is None:
        flags.append("date_sent_not_read")
    elif _COUNT.fullmatch(raw := have.get("date", "")):
        time.agrees = (f"date beside it: {count * 1000 // per_second - int(raw):+d} ms",)
    return time


def _plausible(count: int, per_second: int) -> bool:
    return _BEFORE_SMS <= count // per_second <= _LATEST


def _compared(second: int, readings: list[int], shown: str, notes: Notes) -> str:
    """What the shown time says of the instant: the offset, if a zone can have it."""
    offsets = [offset for reading in readings if (offset := _offset(reading - second)) is not None]
    if len(offsets) == 1:
        text = _spelled(offsets[0])
        notes.counts[f"readable_date {text}"] += 1
        return f"readable_date beside it: {text}"
    if offsets:
        notes.counts["readable_date not understood"] += 1
        return f"readable_date beside it: {shown[:40]}, its day and month can be read both ways"
    notes.counts["readable_date CONFLICT"] += 1
    notes.warn(
        "some readable_date do not fit the date beside them: one of the two was changed, or the app erred"
    )
    return f"CONFLICT: readable_date says {shown[:40]}"


def _offset(away: int) -> int | None:
    """Seconds of the offset, a whole quarter of an hour; None: no zone has it."""
    rounded = round(away / 900) * 900
    if abs(away - rounded) > 1 or not WESTMOST.total_seconds() <= rounded <= EASTMOST.total_seconds():
        return None
    return rounded


@lru_cache(maxsize=256)
def _spelled(offset: int) -> str:
    return offset_text(timedelta(seconds=offset))


def _readings(shown: str) -> list[int]:
    """Seconds since 1970 of what it can mean as if it were UTC; none: a form or a language that is not known."""
    if found := _DAY_NAME.fullmatch(shown):
        day, name, year, *clock = found.groups()
        days = [_day(year, _MONTHS.get(name.lower(), 0), day)]
    elif found := _NAME_DAY.fullmatch(shown):
        name, day, year, *clock = found.groups()
        days = [_day(year, _MONTHS.get(name.lower(), 0), day)]
    elif found := _YEAR_FIRST.fullmatch(shown):
        year, _, month, day, *clock = found.groups()
        days = [_day(year, int(month), day)]
    elif found := _NUMBERS.fullmatch(shown):
        first, _, second, year, *clock = found.groups()
        year = year if len(year) == 4 else f"20{year}"
        days = list({_day(year, int(second), first), _day(year, int(first), second)})
    else:
        return []
    within = _within(*clock)
    if within is None:
        return []
    return [day * 86_400 + within for day in days if day is not None]


def _within(hour: str, minute: str, second: str, half: str | None) -> int | None:
    """Seconds since midnight; None: no such time of day."""
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half in "Pp" else 0)
    if hours > 23 or int(minute) > 59 or int(second) > 59:
        return None
    return hours * 3600 + int(minute) * 60 + int(second)


@lru_cache(maxsize=1024)
def _day(year: str, month: int, day: str) -> int | None:
    """Days since 1970; None: no such day."""
    try:
        return date(int(year), month, int(day)).toordinal() - _EPOCH_DAY
    except ValueError:
        return None
