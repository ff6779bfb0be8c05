"""Times inside of ids (R49): a check derived beside the time that a page displays, never that time itself.

The server that gave the id (for Bluesky: the poster's own program) took the time from its own clock. An id can
be copied anywhere; it says when the id was made, not what was written then, nor that it was not changed later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from abusekit.capture.id_schemes import SCHEMES, EmbeddedTime, NotDecoded, decode
from abusekit.capture.page_facts import PageFact, values_of
from abusekit.capture.stated_times import stated_moment
from abusekit.case.moment import UNIT, Moment, utc_text
from abusekit.case.records import DatedFact

__all__ = ["EmbeddedTime", "NotDecoded", "TimeCheck", "checks", "dated_facts", "decode", "embedded_times"]

AGREES = timedelta(seconds=1)
"""Difference up to which the two times agree; platforms round the time they display."""


@dataclass(frozen=True, slots=True)
class TimeCheck:
    """The time in an id beside the one that the page states."""

    id: str
    # the post's id
    scheme: str
    # how it was read
    embedded: str
    # UTC text of the time in the id
    stated: str
    # as the page writes it
    agrees: bool
    # the difference is at most one second, or both lie in the same day, minute or zone's range
    difference_ms: int | None
    # id minus page, milliseconds; None where the page names no zone
    text: str
    # for a person


def embedded_times(
    facts: Iterable[PageFact], *, now: datetime
) -> tuple[tuple[PageFact, EmbeddedTime | NotDecoded], ...]:
    """The ids among `facts` that embed a time, each id once under its first name, with what it says."""
    every = tuple(facts)
    platforms = values_of(every).get("platform", ("",))
    found: dict[tuple[str, str], tuple[PageFact, EmbeddedTime | NotDecoded]] = {}
    for fact in every:
        for platform in platforms:
            wanted = {name for one in SCHEMES if platform in one.platforms for name in one.names}
            if fact.name not in (wanted or {"post.id", "comment.id"}):
                continue
            time = decode(platform, fact.value, now=now)
            if time is not None:
                found.setdefault((fact.name, fact.value), (fact, time))
    return tuple(found.values())


def checks(facts: Iterable[PageFact], *, now: datetime) -> tuple[TimeCheck, ...]:
    """Each time in the page's own post ids beside each different time that the page says it was posted at."""
    every = tuple(facts)
    stated = values_of(every).get("posted.machine", ())
    found = []
    for fact, time in embedded_times(every, now=now):
        if fact.name in ("post.id", "post.code") and isinstance(time, EmbeddedTime):
            found += [_check(time, raw, moment) for raw in stated if (moment := stated_moment(raw))]
    return tuple(found)


def _check(time: EmbeddedTime, raw: str, moment: Moment) -> TimeCheck:
    early, late = moment.earliest - AGREES, moment.latest + AGREES
    agrees = time.at < late and time.at + UNIT[time.resolution] > early
    exact = moment.utc is not None and moment.precision != "day"
    difference = None
    if exact and moment.utc is not None:
        difference = (time.at - moment.utc) // timedelta(milliseconds=1)
    at = utc_text(time.at)
    if agrees:
        near = "within a second" if exact else "as far as that is stated"
        text = f"the time in the id ({at}) agrees with the time on the page ({raw}) {near}"
    elif difference is not None:
        way = "after" if difference > 0 else "before"
        text = f"the time in the id ({at}) is {abs(difference) // 1000} s {way} the time on the page ({raw})"
    else:
        text = f"the time in the id ({at}) does not fit the time on the page ({raw})"
    return TimeCheck(time.id, time.scheme, at, raw, agrees, difference, text)


WHAT = {
    "posted.machine": "posted, as the page says",
    "edited.machine": "edited, as the page says",
    "deleted.machine": "deleted, as the page says",
    "account.created": "account made, as the page says",
}
IN_ID = "time embedded in the id"
FIELD_LIMIT = 300


def dated_facts(facts: Iterable[PageFact], file: str, *, now: datetime) -> list[DatedFact]:
    """The page's own times and those in its ids as dated facts of an item; `file`: the stored file they are from.

    One for each different text of each name; `field` lists the places. Times that are not understood are
    left out, they stay among the facts. What is in an id is called `time embedded in the id`, always.
    """
    every = tuple(facts)
    places: dict[tuple[str, str], list[str]] = {}
    for one in every:
        if one.name in WHAT:
            places.setdefault((one.name, one.value), []).append(one.where)
    found = []
    for (name, raw), where in places.items():
        if moment := stated_moment(raw):
            field = "; ".join(dict.fromkeys(where))[:FIELD_LIMIT]
            found.append(DatedFact(WHAT[name], field, file, moment.to_facts()))
    for fact, time in embedded_times(every, now=now):
        if isinstance(time, EmbeddedTime):
            field = f"{fact.name}: {fact.where}"[:FIELD_LIMIT]
            found.append(DatedFact(IN_ID, field, file, time.moment().to_facts()))
    return found
