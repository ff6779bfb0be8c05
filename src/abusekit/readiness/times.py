"""Times whose zone nobody recorded: they may be up to 26 hours apart from what they say, and their order is open."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from abusekit.case.records import DatedFact, Item
from abusekit.readiness.need import Need, accept

_SAY_WHICH = "find out which zone that clock showed; say it in a diary entry, or why nobody knows it"
_SAY_WHEN = "write it again with the time, as near as the person knows"


class Times:
    """Show it every item once; then ask for what is open."""

    def __init__(self) -> None:
        self._starts: list[str] = []
        self._ends: list[str] = []
        self._open: list[tuple[str, str, list[tuple[str, str]]]] = []
        # item, exhibit, [(earliest, latest)] of its times without a zone

    def take(self, item: Item) -> Iterator[Need]:
        without: list[tuple[str, str]] = []
        for dated in item.dated:
            earliest, latest = dated.moment.get("earliest"), dated.moment.get("latest")
            if not isinstance(earliest, str) or not isinstance(latest, str):
                continue
            self._starts.append(earliest)
            self._ends.append(latest)
            if _without_zone(dated):
                without.append((earliest, latest))
        if without:
            self._open.append((item.id, item.exhibit, without))
        entry = item.facts.get("entry")
        if item.kind == "note" and isinstance(entry, dict) and entry.get("event") is None:
            what = "a diary entry that states no time for what happened"
            typed = 'abusekit note "…" --corrects ITEM --at TIME'
            yield Need("time", what, item.id, item.exhibit, _SAY_WHEN, typed)

    def needs(self) -> Iterator[Need]:
        """One for each item with such times, with how many other times theirs cannot be put in order."""
        starts, ends = sorted(self._starts), sorted(self._ends)
        for item, exhibit, without in self._open:
            beside = max(bisect_left(starts, end) - bisect_right(ends, start) - 1 for start, end in without)
            times = "1 time" if len(without) == 1 else f"{len(without)} times"
            what = f"{times} without a zone"
            if beside > 0:
                what += f"; before or after {beside} other times of the case cannot be said"
            yield Need("time", what, item, exhibit, _SAY_WHICH, accept("time"))


def _without_zone(dated: DatedFact) -> bool:
    return bool(dated.moment.get("zone_basis") == "unknown")
