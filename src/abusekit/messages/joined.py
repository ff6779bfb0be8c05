"""Several exports, one stream: what stands in more than one of them comes once, with every place where it stands.

Two records are the same where their uid is (see `reading`), or where `phones` finds one chat in the exports of two
phones, or of one phone twice. The same native id with other words, time, people, media or checks is not joined: that
is a finding, `changed_between_exports`, and both are shown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from abusekit.case.folder import Case
from abusekit.case.moment import Moment
from abusekit.importers.model import Event, Message, Profile, Record
from abusekit.messages.cache import Opened, stream
from abusekit.messages.phones import PLATFORMS, Chat, Sameness, chats_of, same_chat
from abusekit.messages.resolving import moments

_TELEGRAM_ID = re.compile(r"[a-z_]*-?\d+")


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
    # uid → where it was first seen
    said: dict[int, int] = field(default_factory=dict)
    # the same → hash of what it said, for records with a native id
    media: dict[int, dict[str, str]] = field(default_factory=dict)
    # the same → digests of what is attached to it
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
        links.media.clear()
        links.others.clear()

    def _compare(self, record: Record, place: Place) -> None:
        if isinstance(record, Profile) or (isinstance(record, Event) and record.kind == "unparsed"):
            return
        if record.platform in PLATFORMS or _by_title(record):
            return  # nothing in it says which chat it is: `phones` tells, or nobody does
        links = self._links
        key = int(record.uid, 16)
        first = links.first.setdefault(key, place)
        said = hash(_said(record)) if record.native_id else 0
        if first == place:
            if record.native_id:
                links.said[key] = said
                if media := _media(record):
                    links.media[key] = media
            return
        known = links.media.get(key, {})
        other_media = any(known.get(name, digest) != digest for name, digest in _media(record).items())
        if record.native_id and (links.said.get(key) != said or other_media):
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


def _by_title(record: Message | Event) -> bool:
    """Whether the export names the conversation by a title only (Telegram's HTML): two can have the same."""
    return record.platform == "telegram" and _TELEGRAM_ID.fullmatch(record.conversation) is None


def _said(record: Message | Event) -> tuple[object, ...]:
    """What two exports of one message must agree on; anything else is a finding.

    Names, reactions, edits and read marks may have come between the two, and media may be left out of one of them: the
    names of attachments are compared, and their bytes where both have them (see `_compare`).
    """
    sent = None if record.sent is None else record.sent.at[:16]
    author = "" if record.author is None else record.author.id
    if not isinstance(record, Message):
        return record.kind, record.text, sent, author, record.duration_s, record.outcome
    return (
        record.text.strip(),  # a copy of a mail may end with one line feed more
        record.title,
        sent,
        author,
        tuple(account.id for account in record.recipients),
        record.deleted.state if record.deleted else "",
        tuple(sorted(attachment.name for attachment in record.attachments)),
        tuple((check.what, check.result) for check in record.checks),
        record.forwarded_from,
    )


def _media(record: Message | Event) -> dict[str, str]:
    """Name → digest of what is attached and there."""
    attached = record.attachments if isinstance(record, Message) else ()
    return {one.name: one.sha256 for one in attached if one.sha256}
