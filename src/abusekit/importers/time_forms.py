"""Times in a form that a person stated, such as `DMY hh:mm`: read by that form alone, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from abusekit.errors import InputError
from abusekit.importers import times
from abusekit.importers.model import Time, WrittenClock

TimeReader = Callable[[str], Time | None]

FORMS = (
    "iso (2024-03-05T14:07:09Z), epoch_s (1709647629), epoch_ms, epoch_us, or a form such as "
    "`DMY hh:mm` (05/03/2024 14:07), `YYYY-MM-DD hh:mm:ss`, `MDY hh:mm ap` (3/5/2024 2:07 PM)"
)
_MOST = 100
_PER_SECOND = {"epoch_s": 1, "epoch_ms": 1_000, "epoch_us": 1_000_000}
_COUNT = re.compile(r"-?[0-9]{1,18}")
_SIGN = re.compile(r"DMY|MDY|YMD|YYYY|YY|MON|MM|DD|hh|mm|ss|fff|ap|zz|T|\s+|[^A-Za-z\s]")
_BLANK = r"[\s\u202f\xa0]{1,3}"
_PARTS = {
    "YYYY": "(?P<year>[0-9]{4})",
    "YY": "(?P<year>[0-9]{2})",
    "MM": "(?P<month>[0-9]{1,2})",
    "MON": "(?P<name>[A-Za-z]{3,9})\\.?",
    "DD": "(?P<day>[0-9]{1,2})",
    "hh": "(?P<hour>[0-9]{1,2})",
    "mm": "(?P<minute>[0-9]{2})",
    "ss": "(?P<second>[0-9]{2})",
    "fff": "(?P<fraction>[0-9]{1,9})",
    "ap": r"(?P<half>[AaPp])\.?[\s\u202f\xa0]?[Mm]\.?",
    "zz": r"(?P<zone>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})",
}
_APART = r"(?P<apart>[./-])"
_SHORT_YEAR = "(?P<year>[0-9]{4}|[0-9]{2})"
_PARTS["DMY"] = _PARTS["DD"] + _APART + _PARTS["MM"] + "(?P=apart)" + _SHORT_YEAR
_PARTS["MDY"] = _PARTS["MM"] + _APART + _PARTS["DD"] + "(?P=apart)" + _SHORT_YEAR
_PARTS["YMD"] = _SHORT_YEAR + _APART + _PARTS["MM"] + "(?P=apart)" + _PARTS["DD"]
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


def reader(form: str, clock: WrittenClock) -> TimeReader:
    """What reads a time of this form; it gives None for a text of another form and for no such date.

    Forms: `iso` (ISO 8601 and near kin), `epoch_s` `epoch_ms` `epoch_us` (a count since 1970, UTC), or a pattern of
    `YYYY YY MM MON DD` (MON: an English name), `DMY MDY YMD` (three numbers with one of `. / -` between them, a year
    of two figures being 20..), `hh mm ss fff`, `ap` (AM or PM), `zz` (Z, UTC, ±HH:MM), other signs as they stand.
    Without `zz` the zone stays unknown. Raises InputError: not a form.
    """
    if form == "iso":
        return lambda text: times.iso(text, clock=clock)
    if form in _PER_SECOND:
        per_second = _PER_SECOND[form]
        return lambda text: _counted(text, per_second, clock)
    pattern = _pattern(form)
    return lambda text: _read(text, pattern, clock)


def _counted(text: str, per_second: int, clock: WrittenClock) -> Time | None:
    if _COUNT.fullmatch(text.strip()) is None:
        return None
    return times.epoch(int(text), per_second, raw=text, clock=clock)


def _pattern(form: str) -> re.Pattern[str]:
    parts = _SIGN.findall(form[:_MOST])
    hint = f"time_form is one of: {FORMS}"
    if "".join(parts) != form:
        raise InputError(f"the form of times {form[:_MOST]!a} is not understood", hint)
    try:
        pattern = re.compile(
            "".join(_PARTS.get(one) or (_BLANK if one.isspace() else re.escape(one)) for one in parts)
        )
    except re.error as fault:  # the same part twice
        raise InputError(f"the form of times {form!a} names a part twice", hint) from fault
    named = set(pattern.groupindex)
    whole = {"year", "day"} <= named and len(named & {"month", "name"}) == 1
    clock_face = ("hour" in named) == ("minute" in named) and ("second" not in named or "minute" in named)
    clock_face = clock_face and ("fraction" not in named or "second" in named)
    if not whole or not clock_face or not ("hour" in named or named.isdisjoint({"half", "zone"})):
        raise InputError(f"the form of times {form!a} names no whole date, or half a time of day", hint)
    return pattern


def _read(text: str, pattern: re.Pattern[str], clock: WrittenClock) -> Time | None:
    found = pattern.fullmatch(text.strip())
    if found is None:
        return None
    part = found.groupdict()
    month = int(part["month"]) if "month" in part else _month(part["name"])
    year = part["year"]
    day = f"{year if len(year) == 4 else f'20{year}'}-{month:02}-{int(part['day']):02}"
    if "hour" not in part:
        return _date(day, text, clock)
    hour = int(part["hour"])
    if "half" in part:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if part["half"] in "Pp" else 0)
    seconds = f":{part['second']}" if "second" in part else ""
    if "fraction" in part:
        seconds += f".{part['fraction']}"
    time = times.iso(f"{day}T{hour:02}:{part['minute']}{seconds}{part.get('zone', '')}", clock=clock)
    if time is not None:
        time.raw = text
    return time


def _date(day: str, text: str, clock: WrittenClock) -> Time | None:
    try:
        at = datetime.strptime(day, "%Y-%m-%d")  # noqa: DTZ007 - a date in no known zone
    except ValueError:
        return None
    return times.local(at, raw=text, precision="day", clock=clock) if times.in_years(at.year) else None


def _month(name: str) -> int:
    """From 1; 0, which no date has: not the name of a month."""
    name = name.lower()
    return (
        next((n for n in range(12) if name in (_MONTHS[n], _FULL[n]) or (n == 8 and name == "sept")), -1) + 1
    )
