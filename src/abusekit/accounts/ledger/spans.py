"""Sightings of one account → spans: one value over the time in which it was seen.

Another value in between, or the account gone, ends a span: what lies between two spans was not seen.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from abusekit.accounts.ledger.observed import MOST_PLACES, Sighting
from abusekit.accounts.model import Field, NamedBy, Span, Where

_MOVING = ("capture", "message", "event")
"""What dates an observation well enough to put it in order among others."""


def spans_of(sightings: Sequence[Sighting], gone: Sequence[str] = ()) -> list[Span]:
    """In order of `first.earliest`, those without a time last. `gone`: UTC instants at which the account was gone.

    Values that only an export dates are one span for each value: its names are those of the day on which it was made.
    What was declared is a span of its own, and neither ends nor lengthens what was observed.
    """
    moving: dict[tuple[Field, NamedBy], list[Sighting]] = defaultdict(list)
    still: dict[tuple[Field, NamedBy, str, str], list[Sighting]] = defaultdict(list)
    declared: list[Sighting] = []
    for one in sightings:
        if one.said_by or one.first.dated_by == "person":
            declared.append(one)
        elif one.first.dated_by in _MOVING:
            moving[one.field, one.named_by].append(one)
        else:
            still[one.field, one.named_by, one.value, one.first.dated_by].append(one)
    ends = sorted(gone)
    spans = [span for name in sorted(moving) for span in _in_order(moving[name], ends)]
    spans += [_span(sorted(still[name], key=_order)) for name in sorted(still)]
    spans += [
        _span([one]) for one in sorted(declared, key=lambda one: (_order(one), one.reason, one.said_by))
    ]
    return sorted(spans, key=_span_order)


def _in_order(listed: list[Sighting], gone: list[str]) -> list[Span]:
    listed.sort(key=_order)
    found: list[Span] = []
    run: list[Sighting] = []
    for one in listed:
        if run and (run[-1].value != one.value or _gone_between(run[-1], one, gone)):
            found.append(_span(run))
            run = []
        run.append(one)
    if run:
        found.append(_span(run))
    return found


def _gone_between(one: Sighting, other: Sighting, gone: list[str]) -> bool:
    return bisect_right(gone, one.last.earliest) != bisect_right(gone, other.first.earliest)


def _span(run: Sequence[Sighting]) -> Span:
    first = min(run, key=lambda one: (one.first.earliest or one.first.latest, one.first.latest))
    last = max(run, key=lambda one: (one.last.latest, one.last.earliest))
    places = list(dict.fromkeys(place for one in run for place in one.where))
    return Span(
        run[0].field,
        run[0].value,
        first.first,
        last.last,
        _some(places),
        sum(one.count for one in run),
        run[0].named_by,
        run[0].said_by,
        run[0].reason,
    )


def _some(places: list[Where]) -> tuple[Where, ...]:
    if len(places) <= MOST_PLACES:
        return tuple(places)
    return (*places[: MOST_PLACES - 1], places[-1])


def _order(one: Sighting) -> tuple[str, int, str, str, tuple[PlaceOrder, ...]]:
    return one.first.earliest, one.turn, one.last.latest, one.value, tuple(map(place_order, one.where))


PlaceOrder: TypeAlias = tuple[int, str, int, int, str]


def place_order(where: Where) -> PlaceOrder:
    """An order of places that is the same whatever came first; line 9 before line 10."""
    return len(where.item), where.item, where.part, len(where.at), where.at


def _span_order(span: Span) -> tuple[str, str, str]:
    """What is equal in these stays in the order in which it changed."""
    return span.first.earliest or "~", span.last.latest, span.field
