"""Written times → moments: with what was declared about zone and order, and with the order of the messages where the
clocks were put back. Nothing else is concluded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from abusekit.case.moment import (
    EASTMOST,
    UNIT,
    WESTMOST,
    Clock,
    Moment,
    Precision,
    ZoneBasis,
    from_local,
    offsets_of,
)
from abusekit.importers.model import Profile, Record, Time, WrittenBasis, WrittenClock
from abusekit.messages.declared import Declarations

_CLOCKS: dict[WrittenClock, Clock] = {
    "server": "platform",
    "sender": "device",
    "receiver": "device",
    "export": "device",
    "claimed": "claimed",
    "file": "file_system",
}
_WHOSE: dict[WrittenClock, str] = {
    "server": "clock of the platform",
    "sender": "clock of the sending device",
    "receiver": "clock of the receiving device",
    "export": "clock of the device that exported",
    "claimed": "written by the sender's program, which can write any time",
    "file": "date of a file or file name",
}
_WHY: dict[WrittenBasis, str] = {
    "stated": "the export states the zone",
    "epoch": "the export counts it from an epoch, in UTC",
    "native_id": "the time inside of the id shows that it is UTC",
    "paired": "the export writes an epoch beside it",
    "convention": "the file names no zone; the platform is known to write UTC",
    "unknown": "as shown on the device, time zone not recorded",
}
_ONE_NIGHT = timedelta(hours=12)
_IN_ORDER = frozenset({"whatsapp", "signal"})
"""Platforms whose exports run forwards, in the order of arrival on that phone; of others the order tells nothing."""
MOST_WAITING = 10_000
"""Messages of one repeated hour that are looked at together; in a longer stretch all stay ambiguous."""


def moments(records: Iterable[Record], declared: Declarations) -> Iterator[tuple[Record, Moment | None]]:
    """Each record with its moment, in the same order; None: it has no time that could be understood.

    In the hour that a clock change repeats, a reading is one instant only where the order of the records forces it:
    where the readings step back exactly once, those before the step are of the first passage (rule c of the format
    notes: file order is kept). Else it stays two instants.
    """
    zone = declared.value("timezone")
    if not zone:
        for record in records:
            yield record, _moment(record, declared, zone, None)
        return
    run = _Run(declared)
    for record in records:
        reading = _repeated(record, declared, zone)
        timed = reading is None and not (isinstance(record, Profile) or record.sent is None)
        if run.waiting and (timed or run.ends_before(record, reading)):
            yield from run.settled(_local(record) if timed else None)
        if reading is not None or run.waiting:
            run.take(record, reading)
        else:
            yield record, _moment(record, declared, zone, None)
            if timed:
                run.before = (_chat(record), _local(record))
    yield from run.settled(None)


def moment_of(time: Time, declared: Declarations, *, first: bool | None = None) -> Moment | None:
    """One written time; `first`: of a reading that came twice, whether it is the first. None: out of all range."""
    zone, order = declared.value("timezone"), declared.value("order")
    precision, clock = time.precision, _CLOCKS[time.clock]
    try:
        if time.at.endswith("Z"):
            utc = _read(time.at[:-1])
            known = time.zone or "+00:00"
            offset = _offset(known)
            basis: ZoneBasis = time.basis if time.basis != "unknown" else "stated"
            return from_local(
                utc + offset,
                raw=time.raw,
                precision=precision,
                zone=known,
                zone_basis=basis,
                clock=clock,
                basis=_sentence(time, ""),
            )
        readings = _readings(time, order)
        chosen = (
            f"{declared.by('order')} declared the order {order}"
            if time.readings and len(readings) == 1
            else ""
        )
        if zone and not _is_zone(zone):
            strange = f"{declared.by('timezone')} declared the zone {zone}, which is not known here"
            zone, chosen = "", f"{chosen}; {strange}" if chosen else strange
        if len(readings) == 1 and zone:
            return _in_zone(time, readings[0], declared, first, chosen)
        return _open(time, readings, zone, precision, clock, chosen)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=64)
def _is_zone(zone: str) -> bool:
    """A log may name a zone of another year's list of zones, or none: then it counts as not recorded."""
    try:
        return bool(offsets_of(datetime(2024, 1, 1), zone))  # noqa: DTZ001 - a wall-clock reading
    except (ValueError, OverflowError):
        return False


def _moment(record: Record, declared: Declarations, zone: str, first: bool | None) -> Moment | None:
    time = record.seen if isinstance(record, Profile) else record.sent
    return None if time is None else moment_of(time, declared, first=first)


def _readings(time: Time, order: str) -> list[datetime]:
    if not time.readings:
        return [_read(time.at)]
    fits = [reading for name, reading in time.readings if name == order]
    return [_read(reading) for reading in fits or [reading for _, reading in time.readings]]


def _in_zone(time: Time, local: datetime, declared: Declarations, first: bool | None, chosen: str) -> Moment:
    zone = declared.value("timezone")
    said = f"{declared.by('timezone')} declared the zone {zone}"
    why = f"{chosen}; {said}" if chosen else said
    offsets = offsets_of(local, zone)
    if len(offsets) == 1:
        return from_local(
            local,
            raw=time.raw,
            precision=time.precision,
            zone=zone,
            zone_basis="declared",
            clock=_CLOCKS[time.clock],
            basis=_sentence(time, why),
        )
    if not offsets:
        why += f"; but the clocks were put forward there: {local.isoformat(' ', 'minutes')} did not exist"
        return _open(time, [local], "", time.precision, _CLOCKS[time.clock], why)
    early, late = (_floor(local, time.precision) - offset for offset in sorted(offsets, reverse=True))
    if first is not None:
        at = (early if first else late).replace(tzinfo=UTC)
        why += (
            f"; the hour came twice, the order of the messages makes it the {'first' if first else 'second'}"
        )
        return Moment(
            time.raw,
            local,
            at,
            at,
            at + UNIT[time.precision],
            time.precision,
            zone,
            "declared",
            _CLOCKS[time.clock],
            _sentence(time, why),
        )
    why += "; the clocks were put back there: it is one of two instants"
    return Moment(
        time.raw,
        local,
        None,
        early.replace(tzinfo=UTC),
        late.replace(tzinfo=UTC) + UNIT[time.precision],
        time.precision,
        None,
        "repeated",
        _CLOCKS[time.clock],
        _sentence(time, why),
    )


def _open(
    time: Time, readings: list[datetime], zone: str, precision: Precision, clock: Clock, why: str
) -> Moment:
    """An interval: no zone, or no order of day and month."""
    spans: list[tuple[datetime, datetime]] = []
    for reading in readings:
        start = _floor(reading, precision)
        offsets = (offsets_of(start, zone) if zone else []) or [EASTMOST, WESTMOST]
        spans.append((start - max(offsets), start - min(offsets) + UNIT[precision]))
    several = len(readings) > 1
    if several:
        spelled = " or ".join(sorted(reading.date().isoformat() for reading in readings))
        why = f"day and month order not decided: {spelled}" + (f"; {why}" if why else "")
    return Moment(
        time.raw,
        None if several else readings[0],
        None,
        min(start for start, _ in spans).replace(tzinfo=UTC),
        max(end for _, end in spans).replace(tzinfo=UTC),
        precision,
        None,
        "unknown",
        clock,
        _sentence(time, why),
    )


def _sentence(time: Time, why: str) -> str:
    parts = [why or _WHY[time.basis], _WHOSE[time.clock]]
    if time.order not in ("stated", "undecided") and not time.at.endswith("Z"):
        parts.append(
            {
                "over_12": "day and month told apart by a number above 12",
                "attachment_name": "day and month told apart by the name of an attached file",
                "monotonic": "day and month told apart by the order of the messages",
                "not_later": "day and month told apart by the date of the export",
            }[time.order]
        )
    return "; ".join((*parts, *time.agrees))


def _repeated(record: Record, declared: Declarations, zone: str) -> datetime | None:
    """The reading of a record whose local time came twice in `zone`; None for all others."""
    time = None if isinstance(record, Profile) else record.sent
    if time is None or time.at.endswith("Z"):
        return None
    try:
        readings = _readings(time, declared.value("order"))
        return readings[0] if len(readings) == 1 and len(offsets_of(readings[0], zone)) == 2 else None
    except (ValueError, OverflowError):
        return None


class _Run:
    """Records of one chat in the hour of one night that came twice."""

    def __init__(self, declared: Declarations) -> None:
        self._declared = declared
        self.waiting: list[tuple[Record, datetime | None]] = []
        self.before: tuple[tuple[str, ...], datetime | None] = ((), None)
        # chat, and reading of the last record before it

    def take(self, record: Record, reading: datetime | None) -> None:
        self.waiting.append((record, reading))

    def ends_before(self, record: Record, reading: datetime | None) -> bool:
        """Whether a record belongs to another night or chat, or the run is too long."""
        last = next(((one, at) for one, at in reversed(self.waiting) if at is not None), None)
        if reading is None or last is None:
            return len(self.waiting) >= MOST_WAITING
        apart = abs(reading - last[1]) > _ONE_NIGHT or _chat(record) != _chat(last[0])
        return apart or len(self.waiting) >= MOST_WAITING

    def settled(self, after: datetime | None) -> Iterator[tuple[Record, Moment | None]]:
        """One step back tells the two passages apart; none or several tell nothing, nor does a file that does not
        run forwards. `after`: reading of the record that follows."""
        waiting, self.waiting = self.waiting, []
        timed = [(place, at) for place, (_, at) in enumerate(waiting) if at is not None]
        steps = [later for (_, earlier), (later, at) in pairwise(timed) if at < earlier]
        step = steps[0] if len(steps) == 1 and len(waiting) < MOST_WAITING else None
        if step is not None and not self._forwards(waiting, timed[0][1], timed[-1][1], after):
            step = None
        zone = self._declared.value("timezone")
        for place, (record, _) in enumerate(waiting):
            yield record, _moment(record, self._declared, zone, None if step is None else place < step)

    def _forwards(
        self,
        waiting: list[tuple[Record, datetime | None]],
        first: datetime,
        last: datetime,
        after: datetime | None,
    ) -> bool:
        chat = next(_chat(record) for record, at in waiting if at is not None)
        ordered = all(
            record.platform in _IN_ORDER
            for record, at in waiting
            if at is not None and not isinstance(record, Profile)
        )
        earlier = self.before[1] if self.before[0] == chat else None
        return ordered and (earlier is None or earlier <= first) and (after is None or after >= last)


def _chat(record: Record) -> tuple[str, ...]:
    if isinstance(record, Profile):
        return ()
    return record.platform, record.conversation, record.source.member


def _local(record: Record) -> datetime | None:
    time = None if isinstance(record, Profile) else record.sent
    return None if time is None else _read(time.at.removesuffix("Z"))


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _offset(zone: str) -> timedelta:
    if zone[:1] in "+-":
        minutes = int(zone[1:3]) * 60 + int(zone[4:6])
        return timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    raise ValueError("the zone of a stated time is an offset")


def _floor(at: datetime, precision: Precision) -> datetime:
    if precision == "day":
        return at.replace(hour=0, minute=0, second=0, microsecond=0)
    if precision == "min":
        return at.replace(second=0, microsecond=0)
    return at.replace(microsecond=0) if precision == "s" else at
