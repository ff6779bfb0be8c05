"""Times as exports write them → `Time`. Nothing is guessed: no zone without a basis."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

from abusekit.case.moment import (
    EASTMOST,
    UNIT,
    WESTMOST,
    Precision,
    offset_text,
)
from abusekit.importers.model import OrderBasis, Time, WrittenBasis, WrittenClock

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, written with its Z afterwards
_FIRST_SECOND = (datetime(1800, 1, 1) - _EPOCH) // timedelta(seconds=1)  # noqa: DTZ001
_LAST_SECOND = (datetime(2201, 1, 1) - _EPOCH) // timedelta(seconds=1)  # noqa: DTZ001
_QUARTER = timedelta(minutes=15)
_WEST_QUARTERS, _EAST_QUARTERS = WESTMOST // _QUARTER, EASTMOST // _QUARTER
_PER_SECOND: dict[int, tuple[Precision, int]] = {1: ("s", 0), 1_000: ("ms", 3), 1_000_000: ("us", 6)}
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?", re.ASCII
)


def epoch(
    count: int, per_second: int = 1000, *, raw: str = "", clock: WrittenClock, basis: WrittenBasis = "epoch"
) -> Time | None:
    """`count` units since 1970 in UTC; per_second 1, 1,000 or 1,000,000. None: no year that a `Moment` has."""
    seconds, rest = divmod(count, per_second)
    if not _FIRST_SECOND <= seconds < _LAST_SECOND:
        return None
    precision, digits = _PER_SECOND[per_second]
    text = (_EPOCH + timedelta(seconds=seconds)).isoformat()
    at = f"{text}.{rest:0{digits}}Z" if digits else f"{text}Z"
    return Time(raw or str(count), at, precision, basis, clock)


def iso(
    text: str, *, clock: WrittenClock, unzoned: WrittenBasis = "unknown", order: OrderBasis = "stated"
) -> Time | None:
    """ISO 8601 and its near kin (`2024-06-03 16:05:00 UTC`, offset with or without colon).

    Without an offset: `unzoned` says why it is UTC all the same (`convention`, `native_id`), or `unknown`: local.
    None: not of this form, or no such date.
    """
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return None
    day, minute, second, fraction, offset = found.groups()
    precision, fraction = _resolved(second, fraction)
    try:
        at = datetime.fromisoformat(f"{day}T{minute}:{second or '00'}")
    except ValueError:
        return None
    if not in_years(at.year):
        return None
    zone, basis = "", unzoned
    if offset is not None:
        known = _known_offset(offset)
        if known is None:
            return None
        zone, away = known
        basis = "stated"
        if away:
            at -= away
    start = at.isoformat(timespec="minutes" if precision == "min" else "seconds")
    written = f"{start}.{fraction}" if fraction else start
    return Time(
        text,
        written if basis == "unknown" else f"{written}Z",
        precision,
        basis,
        clock,
        zone=zone,
        order=order,
    )


def _resolved(second: str | None, fraction: str | None) -> tuple[Precision, str]:
    """The precision, and the digits of the fraction that it has: `20:00:00.5` is resolved finer than a second."""
    if second is None:
        return "min", ""
    if fraction is None:
        return "s", ""
    return (
        ("ms", fraction.ljust(3, "0"))
        if len(fraction) < 6 and not fraction[3:]
        else ("us", fraction[:6].ljust(6, "0"))
    )


@lru_cache(maxsize=512)
def _known_offset(offset: str) -> tuple[str, timedelta] | None:
    """Its ±HH:MM, and how far from UTC; None: no zone has it."""
    zone = "+00:00" if offset in ("Z", "UTC", "GMT") else f"{offset[:3]}:{offset[-2:]}"
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    away = timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    return None if int(zone[4:]) > 59 or not WESTMOST <= away <= EASTMOST else (zone, away)


def local(
    at: datetime,
    *,
    raw: str,
    precision: Precision,
    clock: WrittenClock,
    order: OrderBasis = "stated",
    readings: dict[str, datetime] | None = None,
) -> Time:
    """A wall-clock reading in no known zone; `readings`: all of them (`DMY` → …) where the order is undecided."""
    return Time(
        raw,
        spelled(at, precision),
        precision,
        "unknown",
        clock,
        order=order,
        readings=tuple((name, spelled(one, precision)) for name, one in (readings or {}).items()),
    )


def paired(at: datetime, instant: Time, *, raw: str, precision: Precision, clock: WrittenClock) -> Time:
    """A wall-clock reading whose epoch stands beside it: their difference is the clock's offset, if a zone has it.

    Where no zone has that offset the epoch counts, and `agrees` says CONFLICT.
    """
    away = at - datetime.fromisoformat(instant.at[:-1])
    rounded = round(away / _QUARTER)
    if abs(away - rounded * _QUARTER) <= UNIT["min"] and _WEST_QUARTERS <= rounded <= _EAST_QUARTERS:
        return Time(raw, instant.at, instant.precision, "paired", clock, zone=_quarters(rounded))
    return Time(
        raw, instant.at, instant.precision, "epoch", clock, agrees=(f"CONFLICT: {at.isoformat()} beside it",)
    )


@lru_cache(maxsize=256)
def _quarters(count: int) -> str:
    return offset_text(count * _QUARTER)


def utc_of(time: Time) -> datetime:
    """The instant of a time that ends in Z; ValueError for others."""
    if not time.at.endswith("Z"):
        raise ValueError("the zone is not known")
    return datetime.fromisoformat(time.at)


def in_years(year: int) -> bool:
    return 1800 <= year <= 2200


def spelled(at: datetime, precision: Precision) -> str:
    """ISO 8601 without offset, as many digits as the precision has."""
    at = at.replace(tzinfo=None)
    if precision == "day":
        return at.date().isoformat()
    return at.isoformat(
        timespec={"min": "minutes", "s": "seconds", "ms": "milliseconds", "us": "microseconds"}[precision]
    )
