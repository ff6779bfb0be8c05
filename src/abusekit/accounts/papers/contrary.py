"""Links that somebody rejected or took back: what an opponent would ask for, with its reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from abusekit.accounts.model import AccountKey, Decision, Decisions, pair


@dataclass(frozen=True, slots=True)
class Contrary:
    """A link that somebody rejected or took back; it stays on the paper whatever was said later."""

    said: Decision
    # rejected, or undecided: taken back
    before: Decision | None
    # what was said of the pair before
    now: Decision | None
    # what is said of it now, where that is something else


def contrary(decisions: Decisions, keys: Collection[AccountKey]) -> Iterator[Contrary]:
    """What was rejected or taken back about accounts of `keys`; the same said twice is told once."""
    before: dict[tuple[AccountKey, AccountKey], Decision] = {}
    for said in decisions.all:
        about = pair(said.a, said.b)
        earlier, before[about] = before.get(about), said
        if said.decided not in ("rejected", "undecided") or not {said.a, said.b} & set(keys):
            continue
        if earlier is not None and (earlier.decided, earlier.reason) == (said.decided, said.reason):
            continue
        newest = decisions.newest.get(about)
        yield Contrary(said, earlier, None if newest is None or newest.decided == said.decided else newest)
