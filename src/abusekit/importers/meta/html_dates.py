"""Times as Meta's HTML shows them: on the clock of whoever ordered the export, in that account's language."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from abusekit.case.moment import Precision
from abusekit.importers import times
from abusekit.importers.model import OrderBasis, Time
from abusekit.importers.month_names import months

_LONGEST = 90
_WORDS = re.compile(r"[^\W\d_]{2,16}")

_CLOCK = (
    r"(?:(?P<before>[ap]\.?\s?m\.?|오전|오후|午前|午後|上午|下午)\s*)?"
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?"
    r"\s*(?P<after>[ap]\.?\s?m\.?|[πμ]\.?μ\.?)?(?:\s*UTC(?P<zone>[+-]\d\d?(?::?\d\d)?)?)?"
)
_WORD = r"[^\W\d_]{2,16}"
_DAYNAME = rf"(?:{_WORD}(?:-{_WORD})?\.?,?\s+(?:den\s+)?)?"
_LINK = (
    r"(?:,?\s+(?:at|um|à|a\s+las|a\s+la|às|alle\s+ore|alle|ore|om|kl\.?|klo|o|v|в|о|la|u|saat|στις))?,?\s+"
)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_DAYNAME}(?P<name>{_WORD})\.?\s+(?P<day>\d\d?),?\s+(?P<year>\d{{4}}){_LINK}{_CLOCK}",
        rf"{_DAYNAME}(?P<day>\d\d?)(?:\.|º|er)?\s+(?:de\s+)?(?P<name>{_WORD})\.?,?\s+(?:del?\s+)?(?P<year>\d{{4}})\.?"
        rf"(?:\s*(?:г|р|r)\.)?{_LINK}{_CLOCK}",
        rf"(?P<year>\d{{4}})\.\s+(?P<name>{_WORD})\.?\s+(?P<day>\d\d?)\.?{_LINK}{_CLOCK}",
        rf"(?P<year>\d{{4}})[년年]\s*(?P<month>\d\d?)[월月]\s*(?P<day>\d\d?)[일日]\s*(?:\S[요曜]일?日?\s*)?{_CLOCK}",
        rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d){_LINK}{_CLOCK}",
        rf"(?P<one>\d\d?)(?P<sign>[./-])\s?(?P<two>\d\d?)(?P=sign)\s?(?P<year>\d{{4}}){_LINK}{_CLOCK}",
    )
)


def shown(text: str) -> Time | None:
    """The time that a line shows, and nothing beside it; None: no time, or in a form that is not known.

    Zone unknown, but where the line says `UTC+02` (exports up to about 2017); a bare `UTC` counts for nothing, as page
    heads of 2026 write it after a local time. Day and month in numbers: both readings where neither is above 12.
    A month whose name means two in two languages gives both readings, each named by its languages (`cs+pl`):
    `settled` decides them.
    Layouts: kenn-io/msgvault fixtures, and public parsers of real exports.
    """
    line = " ".join(text.split())
    if not 8 <= len(line) <= _LONGEST:
        return None
    for form in _FORMS:
        found = form.fullmatch(line)
        if found is not None:
            time = _read(found, line)
            if time is not None:
                return time
    return None


def _read(found: re.Match[str], raw: str) -> Time | None:
    parts = found.groupdict()
    clock = _clock(parts)
    if clock is None:
        return None
    year = int(parts["year"])
    readings: dict[str, datetime] = {}
    order: OrderBasis = "stated"
    if parts.get("one") is not None:
        one, two = int(parts["one"]), int(parts["two"])
        order = "over_12" if one > 12 or two > 12 else "stated" if one == two else "undecided"
        choices = {"DMY": (two, one), "MDY": (one, two)}
    else:
        day = int(parts["day"])
        if parts.get("month"):
            choices = {"": (int(parts["month"]), day)}
        else:
            meanings = months(parts["name"])
            choices = {"+".join(sorted(one)): (number, day) for number, one in meanings.items()}
            order = "undecided" if len(choices) > 1 else "stated"
    for name, (number, day) in choices.items():
        try:
            readings[name] = datetime(year, number, day, *clock)  # noqa: DTZ001 - a wall clock, in no known zone
        except ValueError:
            continue
    if not readings or not times.in_years(year):
        return None
    at = next(iter(readings.values()))
    precision: Precision = "min" if parts["second"] is None else "s"
    if parts["zone"] is not None:
        return _zoned(at, raw, precision, parts["zone"]) if len(readings) == 1 or order == "stated" else None
    undecided = order == "undecided" and len(readings) == 2
    return times.local(
        at,
        raw=raw,
        precision=precision,
        clock="export",
        order=order,
        readings=readings if undecided else None,
    )


def settled(several: list[Time]) -> list[Time | None]:
    """The times of one page, which is in one language: month names of two meanings are decided by the other times.

    None: not decided. Only true times of the page count, never what somebody wrote in a message.
    """
    languages: frozenset[str] | None = None
    for time in several:
        if not _by_language(time):
            for word in _WORDS.findall(time.raw):
                for known in months(word).values():
                    languages = known if languages is None else languages & known
    found: list[Time | None] = []
    for time in several:
        if not _by_language(time):
            found.append(time)
            continue
        fits = [at for name, at in time.readings if languages and not languages.isdisjoint(name.split("+"))]
        found.append(
            msgspec.structs.replace(time, at=fits[0], readings=(), order="stated") if len(fits) == 1 else None
        )
    return found


def _by_language(time: Time) -> bool:
    return bool(time.readings) and time.readings[0][0] not in ("DMY", "MDY")


def _clock(parts: dict[str, str | None]) -> tuple[int, int, int] | None:
    hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
    half = (parts["before"] or parts["after"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pμ" or half in ("오후", "午後", "下午") else 0)
    return hour, minute, int(parts["second"] or 0)


def _zoned(at: datetime, raw: str, precision: Precision, zone: str) -> Time | None:
    digits = zone[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "00")
    offset = f"{zone[0]}{hours:0>2}:{minutes}"
    time = times.iso(times.spelled(at, precision) + offset, clock="export")
    return None if time is None else msgspec.structs.replace(time, raw=raw)
