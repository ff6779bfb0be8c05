"""The times and the place that a photo's tags state, by the rules that keep a camera's clock a claim.

Source: Exif 3.0 (CIPA DC-008-2023) 4.6.6 and 4.6.7. `OffsetTimeOriginal` belongs to `DateTimeOriginal`,
`OffsetTimeDigitized` to `DateTimeDigitized`, `OffsetTime` to `DateTime` (the last change) and to no other.
Without an offset the camera's reading has no zone, unless the satellite time in the same photo gives one.
A camera's clock may be wrong, and tags can be written by anyone: nothing here proves when a photo was taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from abusekit.case.moment import (
    EASTMOST,
    WESTMOST,
    Moment,
    Precision,
    ZoneBasis,
    from_instant,
    from_local,
    offset_text,
    precision_of_fraction,
)

TAKEN = "photo taken (DateTimeOriginal)"
DIGITISED = "photo digitised (DateTimeDigitized)"
CHANGED = "photo file changed (DateTime)"
GPS_FIX = "satellite position fixed (GPS date and time)"
XMP_TAKEN = "photo taken (XMP exif:DateTimeOriginal)"
PNG_CREATED = "image created (PNG Creation Time)"
IN_NAME = "date in the file name (saved or received, not taken)"

# Real offsets are multiples of a quarter hour; a fix may be some seconds older than the picture.
_QUARTER = timedelta(minutes=15)
_RESIDUE = timedelta(minutes=2)
# What a clock that was never set shows: the Unix epoch, the FAT epoch, the epoch of GPS weeks.
_UNSET_DAYS = frozenset({date(1970, 1, 1), date(1980, 1, 1)})
_UNSET_GPS_DAYS = _UNSET_DAYS | {date(1980, 1, 6)}

_DATE_TIME = re.compile(
    r"(\d{4})[:\-/](\d\d)[:\-/](\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_DATE = re.compile(r"(\d{4})[:\-/](\d\d)[:\-/](\d\d)", re.ASCII)
_OFFSET = re.compile(r"Z|[+-]\d\d:\d\d", re.ASCII)
_MAIL_ZONE = re.compile(r"(?:[+-]\d{4}|GMT|UTC?|Z)$", re.ASCII)
_BLANK = re.compile(r"[\s:0./-]*")
_NAME_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?:\d{6}(?:\d{3})?)?(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a device says that it was."""

    latitude: str
    # decimal degrees north (WGS 84 unless the photo says otherwise), at most 6 decimals
    longitude: str
    # decimal degrees east


@dataclass(frozen=True, slots=True)
class GpsTags:
    """The raw numbers of the GPS tags, from either reader; empty where absent."""

    latitude: tuple[Fraction | None, ...] = ()
    # degrees, minutes, seconds; None for a fraction over zero
    latitude_ref: str = ""
    # N or S
    longitude: tuple[Fraction | None, ...] = ()
    # degrees, minutes, seconds
    longitude_ref: str = ""
    # E or W
    clock: tuple[Fraction | None, ...] = ()
    # GPSTimeStamp: hours, minutes, seconds, UTC
    day: str = ""
    # GPSDateStamp: YYYY:MM:DD, UTC


@dataclass(frozen=True, slots=True)
class _Reading:
    local: datetime
    raw: str
    precision: Precision
    zone: str | None
    # only where the text itself ends with one


def position(gps: GpsTags, problems: list[str]) -> Position | None:
    """Decimal degrees, or None where unset (0/0, or latitude and longitude both 0); faults go to `problems`."""
    if not gps.latitude and not gps.longitude:
        return None
    values = []
    for degrees, ref, letters, limit in (
        (gps.latitude, gps.latitude_ref, "NS", 90),
        (gps.longitude, gps.longitude_ref, "EW", 180),
    ):
        parts = [part for part in degrees if part is not None]
        if len(parts) != len(degrees) or not 1 <= len(parts) <= 3:
            return None  # 0/0: how a device without a fix fills the fields
        value = sum((part / 60**power for power, part in enumerate(parts)), Fraction(0))
        if min(parts) < 0 or value > limit or any(part > 60 for part in parts[1:]):
            problems.append("the GPS coordinates are out of range and were not used")
            return None
        letter = ref.strip().upper()[:1]
        if value != 0 and (not letter or letter not in letters):
            problems.append(f"the GPS coordinates do not say {letters[0]} or {letters[1]} and were not used")
            return None
        values.append(-value if letter and letter == letters[1] else value)
    if values == [0, 0]:
        return None
    return Position(_decimal(values[0]), _decimal(values[1]))


def gps_moment(gps: GpsTags, problems: list[str]) -> Moment | None:
    """Date and time that the device had from its satellite receiver, UTC; None where unset or incomplete."""
    match = _DATE.fullmatch(gps.day.strip())
    if not match or len(gps.clock) != 3:
        return None
    hours, minutes, seconds = gps.clock
    if hours is None or minutes is None or seconds is None:
        return None
    raw = f"{gps.day.strip()} {_plain(hours)}, {_plain(minutes)}, {_plain(seconds)}"
    try:
        if min(hours, minutes, seconds) < 0 or hours >= 24 or minutes >= 60 or seconds >= 61:
            raise ValueError("no such time of day")
        day = date(int(match[1]), int(match[2]), int(match[3]))
        if day in _UNSET_GPS_DAYS:
            return None
        micros = int((hours * 3600 + minutes * 60 + seconds) * 1_000_000)
        return from_instant(
            datetime.combine(day, time(), UTC) + timedelta(microseconds=micros),
            "camera",
            "date and time that the device had from its satellite receiver (UTC)",
            raw=raw,
            precision="ms" if 1000 % seconds.denominator == 0 and seconds.denominator > 100 else "s",
            zone_basis="gps",
        )
    except (ValueError, OverflowError):
        if not _BLANK.fullmatch(raw):
            problems.append("the GPS date and time are not a time and were not used")
        return None


def moments(
    tags: Mapping[str, str], gps_utc: Moment | None, problems: list[str], limits: list[str]
) -> list[tuple[str, Moment]]:
    """Every time that the tags state, each with what it is the time of; unset ones are left out.

    `tags` are named as `exif.TAGS` names them. Contradictions are added to `problems`, what was left out to
    `limits`.
    """
    found: list[tuple[str, Moment]] = []
    taken = _reading(
        tags,
        "date_time_original",
        "subsec_time_original",
        "DateTimeOriginal",
        problems=problems,
        limits=limits,
    )
    if taken:
        offset = taken.zone or _offset(tags, "offset_time_original", problems)
        found.append((TAKEN, _taken(taken, offset, gps_utc, problems)))
    digitised = _reading(
        tags,
        "date_time_digitized",
        "subsec_time_digitized",
        "DateTimeDigitized",
        problems=problems,
        limits=limits,
    )
    if digitised:
        offset = digitised.zone or _offset(tags, "offset_time_digitized", problems)
        # Most cameras write one reading twice; the second then says nothing new.
        twice = taken is not None and digitised.local == taken.local and offset in (None, found[0][1].zone)
        if not twice:
            found.append((DIGITISED, _moment(digitised, offset, "DateTimeDigitized", "OffsetTimeDigitized")))
    changed = _reading(tags, "date_time", "subsec_time", "DateTime", problems=problems, limits=limits)
    if changed:
        offset = changed.zone or _offset(tags, "offset_time", problems)
        found.append((CHANGED, _moment(changed, offset, "DateTime", "OffsetTime")))
    xmp = _reading(
        tags, "xmp_date_time_original", "", "XMP DateTimeOriginal", problems=problems, limits=limits
    )
    if xmp:
        if taken and xmp.local.replace(second=0, microsecond=0) != taken.local.replace(
            second=0, microsecond=0
        ):
            problems.append("XMP and EXIF state different times for when the photo was taken")
        if taken is None or xmp.zone:
            found.append((XMP_TAKEN, _moment(xmp, xmp.zone, "XMP exif:DateTimeOriginal", "its text")))
    if gps_utc:
        found.append((GPS_FIX, gps_utc))
    return found


def changed_later(found: list[tuple[str, Moment]]) -> bool:
    """Whether the file says that it was changed after the photo was taken, beyond doubt of zones.

    Two readings without a zone are compared as they stand: one device's clock wrote both.
    """
    by_what = dict(found)
    taken, changed = by_what.get(TAKEN), by_what.get(CHANGED)
    if taken is None or changed is None:
        return False
    if taken.utc is None and changed.utc is None and taken.local and changed.local:
        return changed.local.replace(microsecond=0) > taken.local.replace(microsecond=0)
    return changed.earliest >= taken.latest


def named_moment(name: str) -> Moment | None:
    """The date that a file name such as IMG-20240305-WA0007.jpg carries: a whole day, in no known zone.

    None where the name holds no date, or several different ones.
    """
    days = set()
    for match in _NAME_DATE.finditer(name):
        try:
            days.add(datetime(int(match[1]), int(match[3]), int(match[4])))  # noqa: DTZ001 - no zone known
        except ValueError:
            continue
    if len(days) != 1:
        return None
    return from_local(
        days.pop(),
        raw=name[:1000],
        precision="day",
        zone=None,
        zone_basis="unknown",
        clock="file_system",
        basis="date in the file name as received: when it was saved or received, not when it was taken",
    )


def png_creation_moment(text: str) -> Moment | None:
    """The PNG keyword "Creation Time" (PNG 3rd edition 11.3.3.4: RFC 1123 advised), else None.

    None also where the text has another form; it is then still among the photo's texts.
    """
    from email.utils import parsedate_tz  # here, since it brings in socket and random

    stated = text.strip()
    try:
        reading = _parse(stated, "")
        if reading is None and (parts := parsedate_tz(stated)):
            local = datetime(*parts[:6])  # noqa: DTZ001 - naive on purpose, its zone stands beside it
            # email.utils gives 0 for a text without a zone and for "-0000" too: the text itself must say it.
            stated_zone = _MAIL_ZONE.search(stated) and not stated.endswith("-0000")
            offset = offset_text(timedelta(seconds=parts[9] or 0)) if stated_zone else None
            reading = _Reading(local, stated, "s", offset)
        if reading is None or reading.local.date() in _UNSET_DAYS:
            return None
        return _moment(reading, reading.zone, "PNG Creation Time", "its text")
    except (ValueError, OverflowError):
        return None


def _taken(taken: _Reading, offset: str | None, gps_utc: Moment | None, problems: list[str]) -> Moment:
    stated = _moment(taken, offset, "DateTimeOriginal", "OffsetTimeOriginal")
    if gps_utc is None or gps_utc.utc is None:
        return stated
    if offset:
        apart = abs((stated.utc or gps_utc.utc) - gps_utc.utc)
        if apart > _RESIDUE:
            problems.append(f"camera clock conflict: with its offset it is {_span(apart)} from the GPS time")
        return stated
    apart = taken.local - gps_utc.utc.replace(tzinfo=None)
    nearest = _QUARTER * round(apart / _QUARTER)
    if not WESTMOST <= nearest <= EASTMOST or abs(apart - nearest) > _RESIDUE:
        problems.append(
            f"camera clock conflict: it is {_span(abs(apart))} {'ahead of' if apart > timedelta(0) else 'behind'}"
            " the GPS time, which no time zone explains"
        )
        return stated
    basis = (
        "the camera's clock (DateTimeOriginal), its offset inferred from the GPS time in the same photo"
        f" (difference {_span(abs(apart - nearest))})"
    )
    return _moment(taken, offset_text(nearest), "", "", basis=basis, zone_basis="gps")


def _moment(
    reading: _Reading,
    offset: str | None,
    tag: str,
    offset_tag: str,
    *,
    basis: str = "",
    zone_basis: ZoneBasis = "stated",
) -> Moment:
    known = f"the clock of the device or program ({tag}), with the offset in {offset_tag}"
    unknown = f"the clock of the device or program ({tag}); time zone not recorded"
    return from_local(
        reading.local,
        raw=reading.raw,
        precision=reading.precision,
        zone=offset,
        zone_basis=zone_basis if offset else "unknown",
        clock="camera",
        basis=basis or (known if offset else unknown),
    )


def _reading(
    tags: Mapping[str, str], tag: str, subsec_tag: str, name: str, *, problems: list[str], limits: list[str]
) -> _Reading | None:
    text = tags.get(tag, "").strip()
    if not text:
        return None
    try:
        if _BLANK.fullmatch(text) or text.startswith("0000"):
            limits.append(f"{name} is unset (the clock had no date)")
            return None
        reading = _parse(text, tags.get(subsec_tag, "").strip())
        if reading is not None:
            # Whether it can be a moment at all is settled here, so that the rules above need not ask.
            _moment(reading, reading.zone, "", "")
    except (ValueError, OverflowError):
        reading = None
    if reading is None:
        problems.append(f"{name} is not a date and time and was not used")
        return None
    if reading.local.date() in _UNSET_DAYS:
        limits.append(f"{name} is unset (it shows {reading.local.date().isoformat()}, where clocks start)")
        return None
    return reading


def _parse(text: str, subsec: str) -> _Reading | None:
    """A date and time of Exif or XMP form; None where it has another form, ValueError where it is no date."""
    match = _DATE_TIME.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute = (int(match[group]) for group in range(1, 6))
    decimals = match[7] or (subsec if subsec.isascii() and subsec.isdigit() else "")
    local = datetime(year, month, day, hour, minute, int(match[6] or 0))  # noqa: DTZ001 - zone kept beside it
    local += timedelta(microseconds=int(decimals[:6].ljust(6, "0")))
    precision: Precision = precision_of_fraction(len(decimals)) if match[6] else "min"
    raw = f"{text} (SubSec {subsec})" if subsec and not match[7] else text
    return _Reading(local, raw, precision, "+00:00" if match[8] == "Z" else match[8])


def _offset(tags: Mapping[str, str], tag: str, problems: list[str]) -> str | None:
    text = tags.get(tag, "").strip()
    if not text.strip(": "):
        return None
    if text == "Z":
        return "+00:00"
    if _OFFSET.fullmatch(text) and int(text[4:6]) < 60:
        offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6])) * (-1 if text[0] == "-" else 1)
        if WESTMOST <= offset <= EASTMOST:
            return offset_text(offset)
    problems.append(f"{tag} {text[:20]!r} is not the offset of any time zone and was not used")
    return None


def _decimal(value: Fraction) -> str:
    micro = round(value * 1_000_000)  # a millionth of a degree is 11 cm
    return format(Decimal(micro).scaleb(-6).normalize(), "f") if micro else "0"


def _plain(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def _span(apart: timedelta) -> str:
    seconds = int(apart.total_seconds())
    days, rest = divmod(seconds, 86_400)
    text = f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02} h"
    return f"{days} d {text}" if days else text
