"""The time of a record, understood only when it is wanted.

Understanding a time costs three times as much as all else of a search, and most records are no hits.
"""

from __future__ import annotations

from datetime import timedelta

from abusekit.case.folder import Case
from abusekit.case.moment import Moment
from abusekit.finding.query import Query
from abusekit.importers.model import Profile, Record, Time
from abusekit.messages.cache import Opened, stream
from abusekit.messages.resolving import moment_of, moments

_FAR = timedelta(days=3)


class Times:
    """Gives to each record the moment that `moments` gives it."""

    def __init__(self, case: Case, query: Query) -> None:
        self._case, self._query = case, query
        self._twice: dict[str, dict[int, Moment]] = {}
        self._first = "1801" if query.since is None else (query.since - _FAR).date().isoformat()
        self._last = "2199" if query.until is None else (query.until + _FAR).date().isoformat()

    def fit(self, opened: Opened, record: Record) -> bool | None:
        """Whether it may have been when the query asks for; None: it has no time that could be understood."""
        time = _time(record)
        if time is not None and not time.readings and "1801" <= time.at < "2199":
            day = time.at[:10]  # whatever the zone, it is less than _FAR from UTC
            if day < self._first or day > self._last:
                return False
        moment = self.of(opened, record)
        return None if moment is None else self._query.in_time(moment)

    def of(self, opened: Opened, record: Record) -> Moment | None:
        """None: it has no time that could be understood. Raises InputError, CaseError, EvidenceError."""
        time = _time(record)
        found = None if time is None else moment_of(time, opened.declared)
        if found is None or found.zone_basis != "repeated":
            return found
        if opened.item.id not in self._twice:  # the order of all messages tells which of the two hours it is
            self._twice[opened.item.id] = self._settled(opened)
        return self._twice[opened.item.id].get(record.n, found)

    def _settled(self, opened: Opened) -> dict[int, Moment]:
        """Number → moment of every record in an hour that came twice."""
        settled: dict[int, Moment] = {}
        for record, moment in moments(stream(self._case, opened), opened.declared):
            time = _time(record)
            if moment is None or time is None or moment.zone_basis not in ("declared", "repeated"):
                continue
            alone = moment_of(time, opened.declared)
            if alone is not None and alone.zone_basis == "repeated":
                settled[record.n] = moment
        return settled


def _time(record: Record) -> Time | None:
    return record.seen if isinstance(record, Profile) else record.sent
