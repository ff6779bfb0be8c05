"""Which items of a case bear each other out (R16, grade A): because a person says so, or two captures agree.

Two captures agree where another producer captured the same address, exactly, and the thing was there; where both
pages state the text of the post, it has to be the same. That two sets of initials are two people is what the
settings of the case say; that what both saw is true, nothing here shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from abusekit.case.decisions import Standing
from abusekit.case.records import Item

MOST = 20
"""Captures named for one item."""


@dataclass(frozen=True, slots=True)
class _Captured:
    item: str
    texts: frozenset[str]
    # texts of the post that the page states; empty: it states none


class Corroborations:
    """What bears out each item. Show it every item once, in any order, then ask."""

    def __init__(self, standing_of: Mapping[str, Standing]) -> None:
        self._standing_of = standing_of
        self._address: dict[str, tuple[str, str, frozenset[str]]] = {}
        self._captured: dict[str, dict[str, list[_Captured]]] = {}
        # address → producer → captures that can bear out those of others

    @classmethod
    def over(cls, items: Iterable[Item], standing_of: Mapping[str, Standing]) -> Corroborations:
        found = cls(standing_of)
        for item in items:
            found.take(item)
        return found

    def take(self, item: Item) -> None:
        """What is in quarantine or withdrawn bears out nothing."""
        address = item.source.get("address")
        if item.kind != "capture" or not isinstance(address, str) or not self._counts(item.id):
            return
        texts = _texts(item)
        self._address[item.id] = (address, item.who, texts)
        if item.outcome == "complete" and item.fidelity == "exact" and _there(item):
            of_producer = self._captured.setdefault(address, {})
            of_producer.setdefault(item.who, []).append(_Captured(item.id, texts))

    def said(self, item_id: str) -> list[str]:
        """Items of which a person said that they show the same (`abusekit corroborate`)."""
        standing = self._standing_of.get(item_id, Standing())
        return [other for other in standing.corroborated_by if self._counts(other)]

    def captured(self, item_id: str) -> list[str]:
        """Captures of the same address by other producers, at most MOST, in the order in which they were taken."""
        if item_id not in self._address:
            return []
        address, who, texts = self._address[item_id]
        found: list[str] = []
        for producer, captures in self._captured.get(address, {}).items():
            if producer != who:
                agree = (one.item for one in captures if not texts or not one.texts or texts & one.texts)
                found += [item for _, item in zip(range(MOST), agree, strict=False)]
        return found[:MOST]

    def of(self, item_id: str) -> list[str]:
        """Both, each once; empty: nothing in the case bears it out."""
        return list(dict.fromkeys([*self.said(item_id), *self.captured(item_id)]))

    def _counts(self, item_id: str) -> bool:
        standing = self._standing_of.get(item_id)
        return standing is not None and standing.quarantined is None and standing.withdrawn is None


def _there(item: Item) -> bool:
    """Whether the thing was there as it had been: by the re-check, or where it is none, without a sign of a wall."""
    recheck = item.facts.get("recheck")
    if isinstance(recheck, dict):
        return recheck.get("verdict") == "present"
    markers = item.facts.get("markers")
    return all(
        isinstance(one, dict) and one.get("confidence") == "low"
        for one in (markers if isinstance(markers, list) else ())
    )


def _texts(item: Item) -> frozenset[str]:
    facts = item.facts.get("page_facts")
    return frozenset(
        str(one["value"])
        for one in (facts if isinstance(facts, list) else ())
        if isinstance(one, dict) and one.get("name") == "post.text" and "value" in one
    )
