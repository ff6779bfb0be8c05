"""How many messages an account wrote, to whom, on which days, the first and the last: counted as records go by.

Understanding a written time costs three times as much as all else; so the smallest and largest are kept as written,
for each way of writing, and only these are understood.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from abusekit.accounts.ledger.observed import seen_at
from abusekit.accounts.model import DatedBy, Seen, Tally, Where
from abusekit.case.moment import offsets_of
from abusekit.importers.model import Time
from abusekit.messages.declared import Declarations
from abusekit.messages.resolving import moment_of

_Extreme = tuple[str, Time, int]  # comparable text, the time, the record's number


class Extremes:
    """First and last of the times that went by."""

    __slots__ = ("_first", "_last")

    def __init__(self) -> None:
        self._first: dict[str, _Extreme] = {}
        self._last: dict[str, _Extreme] = {}
        # by way of writing: `Z` in UTC, `` without a zone, `?` day and month not decided

    def take(self, time: Time, n: int) -> None:
        at = time.at
        if time.readings and time.order == "undecided":
            readings = [reading for _, reading in time.readings]
            self._keep("?", min(readings), max(readings), time, n)
        elif at[-1:] == "Z":
            self._keep("Z", at[:-1], at[:-1], time, n)
        else:
            self._keep("", at, at, time, n)

    def _keep(self, way: str, low: str, high: str, time: Time, n: int) -> None:
        first = self._first.get(way)
        if first is None or low < first[0]:
            self._first[way] = (low, time, n)
        last = self._last.get(way)
        if last is None or high > last[0]:
            self._last[way] = (high, time, n)

    def first(
        self, declared: Declarations, zone: str, item: str, dated_by: DatedBy
    ) -> tuple[Seen, Where] | None:
        found = _understood(self._first, declared, zone, item, dated_by)
        return min(found, key=lambda one: (one[0].earliest, one[0].latest), default=None)

    def last(
        self, declared: Declarations, zone: str, item: str, dated_by: DatedBy
    ) -> tuple[Seen, Where] | None:
        found = _understood(self._last, declared, zone, item, dated_by)
        return max(found, key=lambda one: (one[0].latest, one[0].earliest), default=None)


def _understood(
    kept: dict[str, _Extreme], declared: Declarations, zone: str, item: str, dated_by: DatedBy
) -> list[tuple[Seen, Where]]:
    found = []
    for _, time, n in kept.values():
        moment = moment_of(time, declared)
        if moment is not None:
            found.append((seen_at(moment, zone, dated_by), Where(item, n)))
    return found


class Counter:
    """The tally of one account in one item."""

    __slots__ = ("days", "extremes", "messages", "to_owner", "undated")

    def __init__(self) -> None:
        self.messages = 0
        self.to_owner = 0
        self.undated = 0
        self.days: dict[str, int] = {}
        self.extremes = Extremes()

    def take(self, time: Time | None, n: int, to_owner: bool, day: str) -> None:
        """day: of the message, as `day_of` gives it; empty: not known."""
        self.messages += 1
        self.to_owner += to_owner
        if time is None or not day:
            self.undated += 1
        else:
            self.days[day] = self.days.get(day, 0) + 1
        if time is not None:
            self.extremes.take(time, n)

    def tally(self, declared: Declarations, zone: str, item: str) -> Tally:
        found = Tally(
            self.messages, self.to_owner, days=dict(sorted(self.days.items())), undated=self.undated
        )
        if self.messages:
            found.by_item[item] = self.messages
        if (first := self.extremes.first(declared, zone, item, "message")) is not None:
            found.first, found.first_where = first
        if (last := self.extremes.last(declared, zone, item, "message")) is not None:
            found.last, found.last_where = last
        return found


def day_of(time: Time, declared_zone: str, order: str) -> str:
    """YYYY-MM-DD in UTC, or as written where the zone is not known; empty where day and month are not decided."""
    at = time.at
    if at[-1:] == "Z":
        return at[:10]
    if time.readings and time.order == "undecided":
        fits = [reading for name, reading in time.readings if name == order]
        if len(fits) != 1:
            return ""
        at = fits[0]
    if not declared_zone or len(at) < 13:  # a whole day stays the day of its zone
        return at[:10]
    return _hour_in_utc(at[:13], declared_zone) or _day_in_utc(at[:16], declared_zone)


@lru_cache(maxsize=65_536)
def _hour_in_utc(hour: str, zone: str) -> str:
    """The UTC day of a whole hour of that zone; empty where midnight lies in it."""
    first, last = _day_in_utc(f"{hour}:00", zone), _day_in_utc(f"{hour}:59", zone)
    return first if first == last else ""


@lru_cache(maxsize=65_536)
def _day_in_utc(minute: str, zone: str) -> str:
    """As written where the zone is not known here, or the reading never existed there."""
    try:
        local = datetime.fromisoformat(minute)
        offsets = offsets_of(local, zone)
        return (local - (offsets or [timedelta(0)])[0]).date().isoformat()
    except (ValueError, OverflowError):
        return minute[:10]
