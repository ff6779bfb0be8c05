"""When an entry was written, as its header says it: by the clock and in the zone of the phone at export."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from abusekit.importers.model import OrderBasis, Time
from abusekit.importers.whatsapp.day_order import ORDERS, allowed, calendar_day
from abusekit.importers.whatsapp.header import Header, hour_of, numbers, padded, padding
from abusekit.importers.whatsapp.survey import Survey

Clock = tuple[int | None, ...]
"""Seconds since the year 1, by reading; None where the reading has no such day. To compare with others of the file."""
_DAY = 86_400
_KEPT = 4096


class Moment(NamedTuple):
    """What the header of an entry says of its time."""

    time: Time | None
    """None: no date of our calendar, or no time of day."""
    clock: Clock
    usual: bool
    """Its numbers are padded with zeros as those of the file's other headers are."""
    impossible_hour: bool


class _Day(NamedTuple):
    """A date as written."""

    starts: Clock
    """Seconds of its midnight, by reading."""
    spelled: tuple[str, ...]
    """ISO 8601, by reading; empty where the reading has no such day."""
    basis: OrderBasis
    usual: bool


class EntryTimes:
    """Times of one file. In a file of one form its dates are read as all of them together say (in all readings that
    the form allows as long as that is not decided); else each alone."""

    def __init__(self, survey: Survey) -> None:
        self._style = survey.style
        self._padding = survey.padding
        decision = survey.decided
        orders = ORDERS if self._style is None else survey.readings(self._style)
        self._orders = orders if decision is None else decision.orders
        self._basis: OrderBasis = "undecided" if decision is None else decision.basis
        self._days: dict[str, _Day] = {}
        self._moments: dict[str, Moment] = {}

    def read(self, header: Header) -> Moment:
        """The moment of a header; dates of foreign forms are each read alone."""
        if header.style is not self._style and header.style != self._style:
            return self._moment(header, self._alone(header))
        known = self._moments.get(header.written)
        if known is None:
            if len(self._moments) >= _KEPT:
                self._moments.clear()
            day = self._days.get(header.date) or self._remember(header)
            known = self._moments[header.written] = self._moment(header, day)
        return known

    def _remember(self, header: Header) -> _Day:
        if len(self._days) >= _KEPT:
            self._days.clear()
        usual = all(
            not want or not how or want == how
            for want, how in zip(self._padding, padding(header.date, header.style.zero), strict=False)
        )
        triple = numbers(header.date)
        dates = tuple(calendar_day(triple, order) for order in self._orders)
        day = self._days[header.date] = _Day(
            _starts(dates), _spelled(dates), _basis(self._basis, dates), usual
        )
        return day

    def _alone(self, header: Header) -> _Day:
        triple = numbers(header.date)
        orders = allowed(header.style, padding(header.date, header.style.zero))
        dates = tuple(calendar_day(triple, order) if order in orders else None for order in ORDERS)
        basis: OrderBasis = "stated" if len(orders) == 1 else _basis("undecided", dates)
        return _Day(_starts(dates), _spelled(dates), basis, True)

    def _moment(self, header: Header, day: _Day) -> Moment:
        hour, impossible = hour_of(header)
        minute, second = int(header.minute), int(header.second or 0)
        want = self._padding[3]
        usual = day.usual and (not want or want == (padded(header.hour, header.style.zero) or want))
        if hour > 23 or minute > 59 or second > 59:
            return Moment(None, (None,) * len(day.starts), usual, impossible)
        seconds = hour * 3600 + minute * 60 + second
        of_day = f"T{hour:02}:{minute:02}:{second:02}" if header.second else f"T{hour:02}:{minute:02}"
        readings: tuple[tuple[str, str], ...] = ()
        clock: Clock
        if len(day.starts) == 1:
            (start,) = day.starts
            clock = (None if start is None else start + seconds,)
            at = day.spelled[0]
        else:
            clock = tuple([None if start is None else start + seconds for start in day.starts])
            at = next((one for one in day.spelled if one), "")
        if not at:
            return Moment(None, clock, usual, impossible)
        if day.basis == "undecided":
            names = self._orders if len(day.spelled) == len(self._orders) else ORDERS
            readings = tuple(
                (name, one + of_day) for name, one in zip(names, day.spelled, strict=True) if one
            )
        # what `times.local` makes, which would spell the same day anew each time
        time = Time(
            header.written,
            at + of_day,
            "s" if header.second else "min",
            "unknown",
            "export",
            "",
            readings,
            day.basis,
        )
        return Moment(time, clock, usual, impossible)


def _spelled(dates: tuple[date | None, ...]) -> tuple[str, ...]:
    return tuple("" if one is None else one.isoformat() for one in dates)


def _starts(dates: tuple[date | None, ...]) -> Clock:
    return tuple(None if one is None else one.toordinal() * _DAY for one in dates)


def _basis(basis: OrderBasis, dates: tuple[date | None, ...]) -> OrderBasis:
    """Of one date, given that of its file: `undecided` is a date only that really has several readings."""
    if basis != "undecided":
        return basis
    found = [one for one in dates if one is not None]
    if len(found) == 1:
        return "over_12"
    return "stated" if len(set(found)) == 1 else "undecided"


def seconds_back(before: Clock, now: Clock) -> int:
    """By how much the clock runs backwards from `before` to `now`, in the reading that makes it least; 0: it does not,
    or no reading is common to both."""
    if len(before) != len(now) or before == now:
        return 0
    least = None
    for a, b in zip(before, now, strict=True):
        if a is not None and b is not None:
            if b >= a:
                return 0
            least = a - b if least is None else min(least, a - b)
    return least or 0


def in_clock_change(before: Clock, back: int) -> bool:
    """Whether clocks may have been put back there: by at most an hour, before four in the morning of a Sunday."""
    return back <= 3600 and any(
        at is not None and at % _DAY < 4 * 3600 and (at // _DAY) % 7 == 0 for at in before
    )
