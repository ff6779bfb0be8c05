"""Lanes: the activity of accounts over one common axis of days, so that what follows a block is seen.

Days are those of the ledger: UTC, or as written where the zone is unknown. Where a time is an interval, a mark says
so by its width.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from abusekit.accounts.drawing.drawn import Drawn, Lane, Mark, MarkKind, Told
from abusekit.accounts.drawing.labels import label
from abusekit.accounts.drawing.nodes import act_told, cites, once
from abusekit.accounts.model import Account, ActKind, DatedBy, Ledger, Seen, StatusKind, Tally

_STEPS = (1, 7, 14, 28, 56, 112, 224, 448)
_ACT_MARKS: dict[ActKind, MarkKind] = {
    "block": "block",
    "unblock": "unblock",
    "report": "report",
    "suspended": "suspended",
    "closed": "closed",
}
_STATUS_MARKS: dict[StatusKind, MarkKind] = {"suspended": "suspended", "gone": "gone"}
_BY_OUR_LOOKING: tuple[DatedBy, ...] = ("capture", "export", "none")
"""The day is that of a capture, of an export, or of a line of the log: not that of what happened."""
MARKS = 200
"""Marks of one lane at most."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Days of a drawing in bins of equal length."""

    start: int
    # ordinal of the first day
    per: int
    # days in a bin
    bins: int

    def place(self, day: int) -> int:
        """The bin of a day, the nearest where it lies outside."""
        return min(max((day - self.start) // self.per, 0), self.bins - 1)

    def later(self, mark: Mark) -> bool:
        """Whether it lies after the axis: it is named beside it, and stands on no day of it."""
        return mark.last.toordinal() >= self.start + self.bins * self.per

    def day(self, place: int) -> date:
        return _day(self.start + place * self.per)

    @property
    def end(self) -> date:
        """The last day."""
        return _day(self.start + self.bins * self.per - 1)

    @property
    def words(self) -> str:
        return {1: "day", 7: "week"}.get(self.per, f"{self.per} days")

    def heights(self, days: Iterable[tuple[int, int]]) -> dict[int, int]:
        """Bin → how many, from days of a lane."""
        found: dict[int, int] = {}
        for day, count in days:
            place = self.place(day)
            found[place] = found.get(place, 0) + count
        return found


def axis_of(drawn: Drawn, most: int) -> Axis | None:
    """The axis over all lanes in at most `most` bins, of one day where they suffice; weeks begin on a Monday.

    It ends with the last activity, or act that is dated by more than our own looking: else the day of a capture,
    long after, would press all that happened into its first part. None where no lane has a time.
    """
    active = [day for lane in drawn.lanes for day, _ in (*lane.days, *lane.posts)]
    marks = [mark for lane in drawn.lanes for mark in lane.marks]
    dated = active + [mark.last.toordinal() for mark in marks if mark.stretches]
    end = max(dated, default=None)
    days = dated + [
        min(day.toordinal(), end or day.toordinal()) for mark in marks for day in (mark.first, mark.last)
    ]
    if not days:
        return None
    first, last = min(days), max(days)
    for per in (*_STEPS, (last - first) // max(most - 1, 1) + 1):
        start = first if per < 7 else max(first - (first - 1) % 7, 1)  # ordinal 1 was a Monday
        bins = (last - start) // per + 1
        if bins <= most:
            return Axis(start, per, max(bins, 1))
    return Axis(first, last - first + 1, 1)


def with_lanes(drawn: Drawn) -> tuple[list[Lane], str]:
    """The lanes on which there is anything, and how many have nothing, in words; empty where there are none."""
    busy = [lane for lane in drawn.lanes if lane.days or lane.posts or lane.marks]
    still = len(drawn.lanes) - len(busy)
    return busy, f"Without a lane, since nothing of them is dated: {still}." if still else ""


def tallest_of(drawn: Drawn, axis: Axis) -> int:
    """The tallest bar, of messages or of posts; 0 where there is none."""
    rows = [axis.heights(days) for lane in drawn.lanes for days in (lane.days, lane.posts)]
    return max((height for row in rows for height in row.values()), default=0)


def beside(lane: Lane) -> list[str]:
    """What of it no bar shows, in words."""
    counts = (
        (lane.undated, "messages without a time"),
        (lane.left_out, "messages outside of the time asked for"),
        (lane.posts_undated, "posts without a time"),
        (lane.posts_left_out, "posts outside of the time asked for"),
    )
    return [f"{count} {words}" for count, words in counts if count]


def lane_of(ledger: Ledger, account: Account, n: int, since: date | None, until: date | None) -> Lane:
    """The lane of node `n`; days outside of [since, until] are counted and left out."""
    low = since.toordinal() if since else 0
    high = until.toordinal() if until else date.max.toordinal()
    kept, total, beyond = _within(account.tally, low, high)
    posts, posted, posts_beyond = _within(account.posted, low, high)
    marks = [
        mark
        for mark in _once(marks_of(ledger, account))
        if low <= mark.last.toordinal() and mark.first.toordinal() <= high
    ]
    return Lane(
        node=n,
        days=kept,
        counted=total,
        undated=account.tally.undated,
        left_out=beyond,
        posts=posts,
        posts_counted=posted,
        posts_undated=account.posted.undated,
        posts_left_out=posts_beyond,
        marks=tuple(sorted(marks, key=lambda mark: (mark.last, mark.kind, mark.label))[:MARKS]),
    )


def _within(tally: Tally, low: int, high: int) -> tuple[tuple[tuple[int, int], ...], int, int]:
    """Days from `low` to `high` with how many each, how many on them, and how many on other days."""
    dated = [(ordinal, count) for text, count in tally.days.items() if (ordinal := _ordinal(text))]
    kept = tuple(sorted((day, count) for day, count in dated if low <= day <= high))
    total = sum(count for _, count in kept)
    return kept, total, sum(count for _, count in dated) - total


def _once(marks: Iterable[Mark]) -> list[Mark]:
    """Marks of one kind at one time once, with the words and places of all: said twice is not done twice."""
    found: dict[tuple[MarkKind, date, date, str], Mark] = {}
    for mark in marks:
        key = (mark.kind, mark.first, mark.last, mark.label)
        before = found.get(key)
        if before is None:
            found[key] = mark
            continue
        told = once((before.told, mark.told))
        texts = "; ".join(one.text for one in told)
        cited = tuple(dict.fromkeys(place for one in told for place in one.cites))
        found[key] = replace(before, told=Told(texts, cited), stretches=before.stretches or mark.stretches)
    return list(found.values())


def marks_of(ledger: Ledger, account: Account) -> Iterable[Mark]:
    """All that happened to it and has a day, in no order."""
    yield from _handles(ledger, account)
    for act in account.acts:
        if (kind := _ACT_MARKS.get(act.kind)) and account.key in (act.to or act.by, act.to):
            yield from _mark(kind, act.at, act.at, "", act_told(ledger, act))
    before: StatusKind | None = None
    for status in account.statuses:
        seen = _STATUS_MARKS.get(status.kind)
        if seen and status.kind != before:  # the first of a run: later looks only repeat it
            told = Told(
                f"seen {status.kind}: {status.text} ({status.at.shown})", cites(ledger, [status.where])
            )
            yield from _mark(seen, status.at, status.at, "", told)
        if status.kind != "not shown":
            before = status.kind


def _handles(ledger: Ledger, account: Account) -> Iterable[Mark]:
    """Where another handle was first seen; the change itself lies between the two observations."""
    spans = account.of("handle")
    for old, new in pairwise(spans):
        told = Told(
            f"handle {label(new.value, 60)} first seen {new.first.shown}; "
            f"{label(old.value, 60)} last seen {old.last.shown}",
            cites(ledger, (old.where[-1], new.where[0])),
        )
        later = bool(old.last.latest) and old.last.latest <= new.first.earliest
        yield from _mark("handle", old.last if later else new.first, new.first, new.value, told)


def _mark(kind: MarkKind, first: Seen, last: Seen, name: str, told: Told) -> Iterable[Mark]:
    days = [day for day in (_ordinal(first.earliest), _ordinal(last.latest or last.earliest)) if day]
    if days:
        yield Mark(kind, _day(min(days)), _day(max(days)), name, told, last.dated_by not in _BY_OUR_LOOKING)


def _ordinal(text: str) -> int:
    """Of `2026-03-01…`; 0 where it is no day of the calendar."""
    try:
        return date.fromisoformat(text[:10]).toordinal()
    except ValueError:
        return 0


def _day(ordinal: int) -> date:
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))
