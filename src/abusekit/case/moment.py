"""A time as its source gave it: raw text, zone or none, precision, and the interval it can mean.

Nothing is guessed. A reading without a zone stays without one and spans every zone on Earth
(UTC-12 to UTC+14); a coarse reading spans its whole unit. A moment says what a clock showed, and which
clock; that the clock was right is not proved here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from abusekit.errors import InputError, UsageError

Precision = Literal["us", "ms", "s", "min", "day"]
ZoneBasis = Literal[
    "stated", "epoch", "gps", "case_zone", "declared", "native_id", "paired", "convention", "repeated", "unknown"
]  # fmt: skip
"""`native_id`: the time inside of a stable id; `paired`: an epoch beside it; `convention`: the platform's custom;
`repeated`: declared, but the clocks were put back, and the reading is two instants."""
Clock = Literal[
    "ours", "server", "camera", "device", "platform", "claimed", "person", "file_system", "authority"
]
Fact = str | None

UNIT: dict[Precision, timedelta] = {
    "us": timedelta(microseconds=1),
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "day": timedelta(days=1),
}
"""How long an instant read with that precision lasts (a day in a zone with clock changes: 23 to 25 hours)."""

# The zones in use run from UTC-12 to UTC+14 (tz database): local = UTC + offset, so UTC = local - offset.
WESTMOST, EASTMOST = timedelta(hours=-12), timedelta(hours=14)
# IANA zones of the past reach further: local mean time of Juneau was UTC+15:02.
_WIDEST_OFFSET = timedelta(hours=16)
_NO_OFFSET = timedelta(0)
_YEARS = range(1800, 2201)
_TYPED_YEARS = range(1970, 2101)

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_ZONE_BASES = frozenset(get_args(ZoneBasis))
_CLOCKS = frozenset(get_args(Clock))
_IANA = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]{0,31}(?:/[A-Za-z0-9_+\-]{1,32}){0,2}")
_TYPED_DAY = re.compile(r"(\d{4}-\d\d-\d\d)", re.ASCII)
_TYPED_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,6}))?)? ?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)
_NAIVE_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?", re.ASCII)
_EXAMPLE = "write it as 2026-11-20T22:10 (in the case's time zone), 2026-11-20T22:10+01:00, or 2026-11-20"


@dataclass(frozen=True, slots=True)
class Moment:
    """One time, with everything needed to say how certain it is. Built by the functions below."""

    raw: str
    # the text of the source, as it stood there (lone surrogates replaced); for our own clock the UTC text
    local: datetime | None
    # naive: what the source's clock showed, in `zone`; None where the source counts from an epoch, and where day and
    # month cannot be told apart
    utc: datetime | None
    # aware, UTC: the reading in UTC (for a whole day: its start); None where the zone is unknown
    earliest: datetime
    # aware, UTC: the first instant that the source can mean
    latest: datetime
    # aware, UTC: the first instant after `earliest` that it can no longer mean (the interval is half open)
    precision: Precision
    # the unit that the source resolves
    zone: str | None
    # IANA name or ±HH:MM of `local`; None: not recorded
    zone_basis: ZoneBasis
    # why `zone` is what it is
    clock: Clock
    # whose clock or memory it is
    basis: str
    # one plain sentence for the person who reads the timeline

    def __post_init__(self) -> None:
        """Refuse what contradicts itself (ValueError), whoever built it."""
        if self.precision not in UNIT or self.zone_basis not in _ZONE_BASES:
            raise ValueError("unknown precision or zone basis")
        if self.clock not in _CLOCKS:
            raise ValueError("unknown clock")
        aware = [at for at in (self.utc, self.earliest, self.latest) if at is not None]
        if any(at.tzinfo is not UTC and at.utcoffset() != _NO_OFFSET for at in aware):
            raise ValueError("utc, earliest and latest are aware and in UTC")
        if any(at.year not in _YEARS for at in aware):
            raise ValueError(f"the year is not between {_YEARS[0]} and {_YEARS[-1]}")
        if self.local is not None and self.local.tzinfo is not None:
            raise ValueError("the local reading is naive")
        if not self.earliest < self.latest:
            raise ValueError("the interval is empty")
        open_ended = self.zone_basis in ("unknown", "repeated")
        if (self.zone is None) != open_ended or (self.zone is None) != (self.utc is None):
            raise ValueError("a time has a UTC value exactly when its zone is known")
        if self.utc is None:
            if self.local is None and not self.raw:
                raise ValueError("a time needs a local reading, a UTC value, or at least its text")
        elif not self.earliest <= self.utc < self.latest:
            raise ValueError("the UTC value lies outside its interval")
        if self.zone is not None:
            _check_zone(self)
        if _without_surrogates(self.raw + self.basis) != self.raw + self.basis:
            raise ValueError("lone surrogates cannot be stored as UTF-8")

    @property
    def sort_key(self) -> tuple[datetime, str]:
        """Earliest possible instant, then the raw text: an order that never depends on input order."""
        return self.earliest, self.raw

    def display(self, zone: str) -> str:
        """For a person: the time in the case's `zone` with its offset, or as shown, "(zone not recorded)".

        `zone` is an IANA name or ±HH:MM; ValueError where it is neither. A whole day is not converted:
        it is the day of the source, and its own zone is named where that is another one.
        """
        if self.local is None and self.utc is None:
            return f"{self.raw} (day and month order not decided)"
        if self.utc is None:
            why = (
                "the clocks were put back: one of two"
                if self.zone_basis == "repeated"
                else "zone not recorded"
            )
            return f"{_shown(cast(datetime, self.local), self.precision)} ({why})"
        if self.precision == "day":
            day = self.utc.astimezone(_tzinfo(cast(str, self.zone))) if self.local is None else self.local
            other = "" if self.zone == zone else f" (day in {self.zone})"
            return f"{_shown(day, 'day')}{other}"
        at = self.utc.astimezone(_tzinfo(zone))
        return f"{_shown(at, self.precision)} {offset_text(at.utcoffset() or timedelta(0))}"

    def to_facts(self) -> dict[str, Fact]:
        """Text and nulls only, fit for item.json; UTC values as YYYY-MM-DDTHH:MM:SS[.ffffff]Z."""
        utc = None if self.utc is None else utc_text(self.utc)
        return {
            "raw": self.raw,
            "local": None if self.local is None else self.local.isoformat(),
            "utc": utc,
            "earliest": utc if utc is not None and self.earliest is self.utc else utc_text(self.earliest),
            "latest": utc_text(self.latest),
            "precision": self.precision,
            "zone": self.zone,
            "zone_basis": self.zone_basis,
            "clock": self.clock,
            "basis": self.basis,
        }


def from_facts(facts: object) -> Moment:
    """The moment that `to_facts` wrote. Unknown keys are ignored.

    Raises InputError where it is none, or contradicts itself. UTC values are taken as recorded and not
    computed again: the clock-change rules known to this machine may differ from those known then.
    """
    try:
        return _read_facts(facts)
    except (ValueError, OverflowError) as fault:
        raise InputError(
            f"a recorded time is not understood: {fault}", "run `abusekit verify` on the case"
        ) from fault


def from_local(
    local: datetime,
    *,
    raw: str,
    precision: Precision,
    zone: str | None,
    zone_basis: ZoneBasis,
    clock: Clock,
    basis: str,
) -> Moment:
    """A naive wall-clock reading, in `zone` (IANA or ±HH:MM), or with `zone` None in no known zone.

    Raises ValueError: not a zone, a year out of range, a reading that a clock change made ambiguous or
    skipped (whole days excepted). Fractions below `precision` stay in `utc`, and count as unknown in the
    interval.
    """
    if local.tzinfo is not None or local.year not in _YEARS:
        raise ValueError(f"a local reading is naive and lies between {_YEARS[0]} and {_YEARS[-1]}")
    local = local.replace(fold=0) if local.fold else local
    start = _floor(local, precision)
    utc: datetime | None = None
    if zone is None:
        earliest = start.replace(tzinfo=UTC) - EASTMOST
        latest = start.replace(tzinfo=UTC) + UNIT[precision] - WESTMOST
    else:
        zone = _canonical_zone(zone)
        where = _tzinfo(zone)
        if precision == "day":
            # Midnight itself may be skipped or repeated; then the day is taken at its longest.
            utc = earliest = start.replace(tzinfo=where).astimezone(UTC)
            latest = (start + UNIT["day"]).replace(tzinfo=where, fold=1).astimezone(UTC)
        else:
            readings = offsets_of(local, zone)
            if len(readings) != 1:
                raise ValueError(f"{local.isoformat()} in {zone} is {len(readings)} instants, not one")
            utc = (local - readings[0]).replace(tzinfo=UTC)
            earliest = utc if start is local else (start - readings[0]).replace(tzinfo=UTC)
            latest = earliest + UNIT[precision]
    return Moment(
        _without_surrogates(raw), local, utc, earliest, latest, precision, zone, zone_basis, clock, basis
    )


def from_instant(
    instant: datetime,
    clock: Clock,
    basis: str,
    *,
    raw: str | None = None,
    precision: Precision = "us",
    zone_basis: ZoneBasis = "epoch",
) -> Moment:
    """A known instant: our own clock, a server's Date header, a time-stamp authority.

    `instant` must be aware (ValueError). `raw` is the text it was read from; without one, its UTC text.
    """
    if instant.utcoffset() is None:
        raise ValueError("an instant is aware")
    at = instant.astimezone(UTC)
    return from_local(
        at.replace(tzinfo=None),
        raw=utc_text(at) if raw is None else raw,
        precision=precision,
        zone="+00:00",
        zone_basis=zone_basis,
        clock=clock,
        basis=basis,
    )


def parse_typed(text: str, zone: str, *, clock: Clock = "person", what: str = "time") -> Moment:
    """What a person typed: ISO 8601 with offset or Z, or local time or a date in the case's `zone` (IANA).

    A date alone is the whole day, a time without seconds the whole minute. Raises UsageError with an
    example for everything else, and for a local time that a clock change made ambiguous or skipped; `what`
    names the argument in the message.
    """
    try:
        _tzinfo(zone)
    except ValueError as fault:
        raise UsageError(f"{zone!r} is not a time zone", "use an IANA name such as Europe/London") from fault
    typed = text.strip()
    try:
        local, precision, offset = _read_typed(typed)
    except ValueError as fault:
        named = what if what.startswith("--") else f"the {what}"
        raise UsageError(f"{named} {typed[:60]!r} is not understood: {fault}", _EXAMPLE) from fault
    if offset is None and precision != "day":
        _refuse_clock_change(local, zone, typed, what)
    if offset is None:
        basis = f"typed without an offset, read in the case's time zone {zone}"
    else:
        basis = f"typed with its offset {offset}"
    return from_local(
        local,
        raw=text,
        precision=precision,
        zone=offset or zone,
        zone_basis="case_zone" if offset is None else "stated",
        clock=clock,
        basis=basis,
    )


def offsets_of(local: datetime, zone: str) -> list[timedelta]:
    """The UTC offsets under which `zone` showed the naive `local`: one; two in a repeated hour; none in a
    skipped one. ValueError where `zone` is not a zone."""
    if (fixed := _fixed_offset(zone)) is not None:
        return [fixed]
    where = _tzinfo(zone)
    found = []
    for fold in (0, 1):
        offset = local.replace(tzinfo=where, fold=fold).utcoffset() or timedelta(0)
        back = (local - offset).replace(tzinfo=UTC).astimezone(where)
        if back.replace(tzinfo=None) == local and offset not in found:
            found.append(offset)
    return found


def precision_of_fraction(digits: int) -> Precision:
    """The unit that so many decimals of a second resolve; one or two decimals count as whole seconds."""
    if digits < 3:
        return "s"
    return "ms" if digits < 6 else "us"


def utc_text(at: datetime) -> str:
    """YYYY-MM-DDTHH:MM:SS[.ffffff]Z of an aware time; the fraction is there when it is not zero."""
    in_utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return in_utc.isoformat()[:-6] + "Z"


@lru_cache(maxsize=256)
def offset_text(offset: timedelta) -> str:
    """±HH:MM; seconds, which only zones of the nineteenth century have, are cut."""
    minutes = int(abs(offset).total_seconds()) // 60
    return f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _read_typed(typed: str) -> tuple[datetime, Precision, str | None]:
    """Naive reading, precision, and the offset if one was typed. ValueError for all else."""
    offset: str | None = None
    precision: Precision = "day"
    if day := _TYPED_DAY.fullmatch(typed):
        local = datetime.fromisoformat(day[1])
    elif at := _TYPED_TIME.fullmatch(typed):
        local = datetime.fromisoformat(f"{at[1]}T{at[2]}:{at[3] or '00'}")
        fraction = at[4] or ""
        local += timedelta(microseconds=int(fraction.ljust(6, "0")))
        precision = precision_of_fraction(len(fraction)) if at[3] else "min"
        if at[5] is not None:
            offset = _canonical_zone("+00:00" if at[5] in "Zz" else at[5])
    else:
        raise ValueError("this is no date, and no date with a time")
    if local.year not in _TYPED_YEARS:
        raise ValueError(f"the year is not between {_TYPED_YEARS[0]} and {_TYPED_YEARS[-1]}")
    return local, precision, offset


def _refuse_clock_change(local: datetime, zone: str, typed: str, what: str) -> None:
    readings = offsets_of(local, zone)
    if len(readings) == 1:
        return
    where = _tzinfo(zone)
    around = [local.replace(tzinfo=where, fold=fold).utcoffset() or timedelta(0) for fold in (0, 1)]
    form = local.isoformat(timespec="minutes" if local.second == local.microsecond == 0 else "auto")
    before, after = (f"{form}{offset_text(offset)}" for offset in around)
    if readings:
        message = f"the {what} {typed!r} came twice in {zone}: the clocks were put back"
        hint = f"write it with its offset: {before} before the change, {after} after it"
    else:
        message = f"the {what} {typed!r} did not exist in {zone}: the clocks were put forward"
        hint = f"check it, or write it with its offset: {before} by the old time, {after} by the new"
    raise UsageError(message, hint)


def _read_facts(facts: object) -> Moment:
    if not isinstance(facts, dict):
        raise ValueError("not an object")  # noqa: TRY004 - from_facts turns it into an InputError
    text: dict[str, str | None] = {}
    for key in Moment.__slots__:
        value = facts.get(key)
        if not isinstance(value, str) and not (value is None and key in ("local", "utc", "zone")):
            raise ValueError(f"{key} is not text")
        text[key] = value
    local = text["local"]
    if local is not None and not _NAIVE_TEXT.fullmatch(local):
        raise ValueError(f"{local[:40]!r} is not a local time")
    return Moment(
        raw=cast(str, text["raw"]),
        local=None if local is None else datetime.fromisoformat(local),
        utc=None if text["utc"] is None else _read_utc(text["utc"]),
        earliest=_read_utc(cast(str, text["earliest"])),
        latest=_read_utc(cast(str, text["latest"])),
        precision=cast(Precision, text["precision"]),
        zone=text["zone"],
        zone_basis=cast(ZoneBasis, text["zone_basis"]),
        clock=cast(Clock, text["clock"]),
        basis=cast(str, text["basis"]),
    )


def _read_utc(text: str) -> datetime:
    at = datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC) if _NAIVE_TEXT.fullmatch(text[:-1]) else None
    if at is None or utc_text(at) != text:
        raise ValueError(f"{text[:40]!r} is not a UTC time")
    return at


def _check_zone(moment: Moment) -> None:
    """A fixed offset must be the one between local and UTC; an IANA zone must at least be possible."""
    zone, local, utc = cast(str, moment.zone), moment.local, cast(datetime, moment.utc)
    fixed = _fixed_offset(zone)
    if fixed is None and not _IANA.fullmatch(zone):
        raise ValueError(f"{zone[:40]!r} is not a time zone")
    if local is None:
        return
    if moment.precision == "day":
        local = datetime.combine(local.date(), time())
    offset = local - utc.replace(tzinfo=None)
    if fixed is not None and offset != fixed:
        raise ValueError("the local reading, its offset and the UTC value contradict each other")
    if abs(offset) > _WIDEST_OFFSET:
        raise ValueError("local reading and UTC value are further apart than any zone")


@lru_cache(maxsize=256)
def _fixed_offset(zone: str) -> timedelta | None:
    """The offset that ±HH:MM spells; None for an IANA name. ValueError for an offset that no zone has."""
    match = _OFFSET.fullmatch(zone)
    if match is None:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3])) * (-1 if match[1] == "-" else 1)
    if int(match[3]) > 59 or not WESTMOST <= offset <= EASTMOST:
        raise ValueError(f"{match[0]} is not the offset of any time zone")
    return offset


@lru_cache(maxsize=256)
def _canonical_zone(zone: str) -> str:
    fixed = _fixed_offset(zone)
    return zone if fixed is None else offset_text(fixed)


def _tzinfo(zone: str) -> tzinfo:
    fixed = _fixed_offset(zone)
    if fixed is not None:
        return timezone(fixed)
    if not _IANA.fullmatch(zone):
        raise ValueError(f"{zone[:40]!r} is not a time zone")
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, OSError) as fault:  # OSError: a folder of the tz database, "Europe"
        raise ValueError(f"{zone[:40]!r} is not a time zone that this machine knows") from fault


def _floor(local: datetime, precision: Precision) -> datetime:
    if precision == "day":
        return datetime.combine(date(local.year, local.month, local.day), time())
    if precision == "min":
        return local.replace(second=0, microsecond=0)
    if precision == "us" or not local.microsecond:
        return local
    if precision == "s":
        return local.replace(microsecond=0)
    return local.replace(microsecond=local.microsecond // 1000 * 1000) if precision == "ms" else local


def _shown(at: datetime, precision: Precision) -> str:
    if precision == "day":
        return at.date().isoformat()
    spec = {"us": "microseconds", "ms": "milliseconds", "s": "seconds", "min": "minutes"}[precision]
    return at.replace(tzinfo=None).isoformat(sep=" ", timespec=spec)


def _without_surrogates(text: str) -> str:
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
