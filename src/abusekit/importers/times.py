"""Times as exports write them → `Time`. Nothing is guessed: no zone without a basis."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from abusekit.case.moment import (
    EASTMOST,
    UNIT,
    WESTMOST,
    Precision,
    offset_text,
    precision_of_fraction,
)
from abusekit.importers.model import OrderBasis, Time, WrittenBasis, WrittenClock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


def epoch(
    count: int, per_second: int = 1000, *, raw: str = "", clock: WrittenClock, basis: WrittenBasis = "epoch"
) -> Time | None:
    """`count` units since 1970 in UTC; per_second 1, 1,000 or 1,000,000. None: no year that a `Moment` has."""
    try:
        at = _EPOCH + timedelta(microseconds=count * (1_000_000 // per_second))
    except OverflowError:
        return None
    if not in_years(at.year):
        return None
    precision: Precision = "s" if per_second == 1 else "ms" if per_second == 1000 else "us"
    return Time(raw or str(count), spelled(at, precision) + "Z", precision, basis, clock)


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
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    try:
        at = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))  # noqa: DTZ001
        at += timedelta(microseconds=int((fraction or "0")[:6].ljust(6, "0")))
    except ValueError:
        return None
    precision: Precision = "min" if second is None else precision_of_fraction(min(len(fraction or ""), 6))
    if second is not None and fraction and precision == "s":
        precision = "ms"  # `20:00:00.5`: resolved finer than a second; the reading keeps what was written
    if not in_years(at.year):
        return None
    if offset is None and unzoned == "unknown":
        return Time(text, spelled(at, precision), precision, "unknown", clock, order=order)
    if offset is None:
        return Time(text, spelled(at, precision) + "Z", precision, unzoned, clock, order=order)
    zone = "+00:00" if offset in ("Z", "UTC", "GMT") else f"{offset[:3]}:{offset[-2:]}"
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    away = timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    if not WESTMOST <= away <= EASTMOST or int(zone[4:]) > 59:
        return None
    return Time(text, spelled(at - away, precision) + "Z", precision, "stated", clock, zone=zone, order=order)


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
    away = at.replace(tzinfo=UTC) - utc_of(instant)
    quarter = timedelta(minutes=15)
    rounded = timedelta(seconds=round(away / quarter) * 900)
    if abs(away - rounded) <= UNIT["min"] and WESTMOST <= rounded <= EASTMOST:
        return Time(raw, instant.at, instant.precision, "paired", clock, zone=offset_text(rounded))
    return Time(
        raw, instant.at, instant.precision, "epoch", clock, agrees=(f"CONFLICT: {at.isoformat()} beside it",)
    )


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
