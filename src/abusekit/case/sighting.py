"""When a person saw the thing itself: a statement, kept beside what was measured and never mixed with it (R6, R21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from abusekit.case.canonical import JSON
from abusekit.case.moment import Moment, parse_typed
from abusekit.case.records import DatedFact
from abusekit.errors import UsageError

FIELD = "source.seen"
WHAT = "seen, as a person says"
MAX_WHO = 200
"""Characters."""
FUTURE_TOLERANCE = timedelta(minutes=10)
"""A person's watch and this computer's clock may differ."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a person says about when they saw it. Built by `make_sighting`."""

    at: Moment
    # the time as stated; clock "person"
    by: str
    # who saw it, as stated; empty: not said

    def facts(self) -> dict[str, JSON]:
        """For `source.seen`: the time as typed, and who."""
        return {"at": self.at.raw, "by": self.by}

    def dated(self) -> DatedFact:
        return DatedFact(WHAT, FIELD, "", self.at.to_facts())


def make_sighting(at: str | None, by: str, zone: str, *, now: datetime) -> Sighting | None:
    """A checked statement; None where nothing is stated. `zone`: IANA or ±HH:MM, for a time without one.

    Raises UsageError with what to do: not a time, one that has not come yet, a person without a time, a name that
    is too long or cannot be shown.
    """
    if at is None:
        if by:
            raise UsageError("--seen-by says who saw it, but not when", "add --seen-at TIME")
        return None
    who = by.strip()
    if len(who) > MAX_WHO or not who.isprintable():
        raise UsageError("--seen-by is no name", f"who saw it, in one line of at most {MAX_WHO} characters")
    moment = parse_typed(at, zone, what="--seen-at")
    if moment.earliest > now + FUTURE_TOLERANCE:
        raise UsageError(
            f"it was not seen yet at {at.strip()[:40]!r}",
            "check day, year and time zone, and this computer's clock",
        )
    return Sighting(moment, who)
