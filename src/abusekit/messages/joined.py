"""Several exports, one stream: what stands in more than one of them comes once, with every place where it stands.

Two records are the same where their uid is (see `reading`), or where `phones` finds one chat in the exports of two
phones. The same native id with another text is not joined: that is a finding, `changed_between_exports`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from abusekit.case.folder import Case
from abusekit.case.moment import Moment
from abusekit.importers.model import Event, Message, Profile, Record
from abusekit.messages.cache import Opened, stream
from abusekit.messages.phones import Chat, Sameness, chats_of, same_chat
from abusekit.messages.resolving import moments


class Place(NamedTuple):
    """Where a record stands."""

    export: int
    """Index of the export."""
    n: int


@dataclass(slots=True)
class Joined:
    """A record with its time and every place where it stands."""

    record: Record
    moment: Moment | None
    opened: Opened
    also: list[tuple[Opened, int]]
    # further exports that hold the same
    changed: list[tuple[Opened, int]]
    # exports that hold the same id with another text
    author_differs: list[tuple[Opened, int]]
    # exports of the same chat that attribute the same words at the same time to somebody else


@dataclass(slots=True)
class _Links:
    first: dict[int, Place] = field(default_factory=dict)
    # 64 bits of the uid → where it was first seen
    said: dict[int, int] = field(default_factory=dict)
    # the same → hash of what it said, for records with a native id
    others: dict[int, dict[int, Place]] = field(default_factory=lambda: defaultdict(dict))
    # the same → what it said elsewhere → where it was first said
    also: dict[Place, list[Place]] = field(default_factory=lambda: defaultdict(list))
    skipped: set[Place] = field(default_factory=set)
    changed: dict[Place, list[Place]] = field(default_factory=lambda: defaultdict(list))
    author: dict[Place, list[Place]] = field(default_factory=lambda: defaultdict(list))


class Join:
    """Iterate it as often as wanted. Nothing is written."""

    def __init__(self, case: Case, opened: Sequence[Opened]) -> None:
        """Reads all of them once, where there is more than one. Raises InputError, CaseError, EvidenceError."""
        self.case = case
        self.opened = list(opened)
        self.same_chats: list[tuple[Opened, Opened, Sameness]] = []
        self._links = _Links()
        if len(self.opened) > 1:
            self._link()

    @property
    def duplicates(self) -> int:
        """Records that stand in an earlier export already."""
        return len(self._links.skipped)

    @property
    def changed(self) -> int:
        return len(self._links.changed)

    def __iter__(self) -> Iterator[Joined]:
        """In the order of the exports, each in its own order."""
        for index, one in enumerate(self.opened):
            for record, moment in moments(stream(self.case, one), one.declared):
                if (joined := self._joined(record, moment, index)) is not None:
                    yield joined

    def untimed(self) -> Iterator[Joined]:
        """The same with `moment` left out: understanding a time costs three times as much as all else."""
        for index, one in enumerate(self.opened):
            for record in stream(self.case, one):
                if (joined := self._joined(record, None, index)) is not None:
                    yield joined

    def _joined(self, record: Record, moment: Moment | None, index: int) -> Joined | None:
        """None: it stands in an earlier place already."""
        links, place = self._links, Place(index, record.n)
        if place in links.skipped:
            return None
        also, changed, author = (
            [(self.opened[other.export], other.n) for other in linked.get(place, ())]
            for linked in (links.also, links.changed, links.author)
        )
        return Joined(record, moment, self.opened[index], also, changed, author)

    def _link(self) -> None:
        links = self._links
        chats: list[tuple[int, Chat]] = []
        for index, one in enumerate(self.opened):
            collected = chats_of(one.declared)
            for record in stream(self.case, one):
                self._compare(record, Place(index, record.n))
                collected.take(record)
            chats += [(index, chat) for chat in collected.chats()]
        for place, (index, chat) in enumerate(chats):
            for other_index, other in chats[:place]:
                if other_index != index and (found := same_chat(other, chat)) is not None:
                    self._join_chats(other_index, index, found)
        links.first.clear()
        links.said.clear()
        links.others.clear()

    def _compare(self, record: Record, place: Place) -> None:
        if isinstance(record, Profile) or (isinstance(record, Event) and record.kind == "unparsed"):
            return
        links = self._links
        key = int(record.uid[:16], 16)
        first = links.first.setdefault(key, place)
        said = hash(_said(record)) if record.native_id else 0
        if first == place:
            if record.native_id:
                links.said[key] = said
            return
        if record.native_id and links.said.get(key) != said:
            others = links.others[key]
            version = others.setdefault(said, place)
            if version == place:
                for other in (first, *others.values()):
                    if other != place:
                        links.changed[other].append(place)
                        links.changed[place].append(other)
                return
            first = version
        links.also[first].append(place)
        links.skipped.add(place)

    def _join_chats(self, first: int, second: int, found: Sameness) -> None:
        links = self._links
        self.same_chats.append((self.opened[first], self.opened[second], found))
        for n, other in found.pairs:
            kept, dropped = Place(first, n), Place(second, other)
            if kept not in links.skipped and dropped not in links.skipped:
                links.also[kept] += [dropped, *links.also.pop(dropped, ())]
                links.skipped.add(dropped)
        for n, other in found.author_differs:
            links.author[Place(first, n)].append(Place(second, other))
            links.author[Place(second, other)].append(Place(first, n))


def _said(record: Message | Event) -> tuple[str, ...]:
    """What two exports of one message must agree on: its words, and whether it was taken back."""
    deleted = record.deleted.state if isinstance(record, Message) and record.deleted else ""
    return record.text, deleted, "" if record.author is None else record.author.id
