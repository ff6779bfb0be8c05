"""The times in which nobody is on record as having an exhibit, or no place is.

Read from what `custodians` reads. An exhibit that was copied in secret has no gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from abusekit.case.canonical import JSON
from abusekit.case.custodians import Keeping, Papers, all_keepings, papers_of
from abusekit.case.custody import is_instant
from abusekit.case.folder import Case
from abusekit.errors import CaseError

ON_THE_WAY = timedelta(hours=24)
"""How long a hand-over that was received may have taken without being a gap."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which an exhibit has no custodian or no place on record."""

    item: str
    exhibit: str
    start: str
    """UTC."""
    end: str | None
    """UTC; None: still."""
    missing: str
    """`custodian`, `place`, or `custodian and place`."""
    why: str
    """In words, without content."""


def case_gaps(case: Case) -> list[Gap]:
    """`gaps` of a case on disk. Raises CaseError, EvidenceError, InputError: log or papers cannot be read."""
    entries = list(case.entries())
    return gaps(entries, papers_of(case, entries))


def gaps(entries: Iterable[dict[str, JSON]], papers: Papers) -> list[Gap]:
    """Every time in which an exhibit has no custodian or no place on record, by item number, then by time.

    A hand-over that was received is none, if it was on its way for at most ON_THE_WAY: somebody gave, and somebody
    took. Raises CaseError where the log is not ours.
    """
    found: dict[str, list[Gap]] = {}
    for one in _but_short_ways(all_keepings(entries, papers)):
        lacks = [
            name for name, said in (("custodian", one.custodian), ("place", one.place)) if not said.strip()
        ]
        if not lacks:
            continue
        why = _why(one)
        of_item = found.setdefault(one.item, [])
        missing = " and ".join(lacks)
        if of_item and (of_item[-1].end, of_item[-1].missing, of_item[-1].why) == (one.start, missing, why):
            of_item[-1] = Gap(one.item, one.exhibit, of_item[-1].start, one.end, missing, why)
        else:
            of_item.append(Gap(one.item, one.exhibit, one.start, one.end, missing, why))
    return [gap for item in sorted(found, key=lambda i: (len(i), i)) for gap in found[item]]


def _why(one: Keeping) -> str:
    if not one.towards:
        return _WHY.get(one.act, one.act)
    if one.end is None:
        return f"handed to {one.towards}, who has not confirmed it"
    return f"on the way to {one.towards}"


def _but_short_ways(keepings: Iterable[Keeping]) -> Iterator[Keeping]:
    """Without what was handed over and received within ON_THE_WAY."""
    way: list[Keeping] = []
    for one in keepings:
        if way and (one.item, one.towards) != (way[-1].item, way[-1].towards):
            received = one.item == way[-1].item and one.act == "custody.receive"
            if not received or _moment(one.start) - _moment(way[0].start) > ON_THE_WAY:
                yield from way
            way = []
        if one.towards:
            way.append(one)
        else:
            yield one
    yield from way


def _moment(at: str) -> datetime:
    """Raises CaseError: not an instant as the log writes it."""
    if not is_instant(at):
        raise CaseError(f"the log names a time that is none: {at[:40]!a}", "run: abusekit verify")
    return datetime.fromisoformat(at)


_WHY = {
    "item.add": "taken in; nobody said where it is kept",
    "custody.store": "a place was recorded, and nobody who has it",
    "custody.transfer": "handed over, and nobody has confirmed it",
    "custody.receive": "received; nobody said where it is kept",
}
