"""One chat in the exports of two phones: WhatsApp writes no ids, each phone its own names, zone and date style.

Two chats are taken for the same only where several long texts, each written once in either, stand at the same
distance in time; that distance is a whole number of quarters of an hour (two zones), and four of five such texts agree
with it. Then messages are paired by minute and text, and one name must answer to one name throughout.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from abusekit.importers.model import Message, Record
from abusekit.messages.declared import Declarations

PLATFORMS = frozenset({"whatsapp"})
LONG = 12
"""Characters of a text that counts as a sign: shorter ones are written by many at any time."""
SIGNS = 3
"""Long texts that must agree."""
_QUARTER = 15
_MOST_APART = 26 * 60


class Line(NamedTuple):
    minute: int
    """Since year 1, by the phone's clock."""
    text: int
    """Hash."""
    length: int
    author: str
    n: int


@dataclass(slots=True)
class Chat:
    """One conversation of one export."""

    conversation: str
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Sameness:
    """Two exports of one chat."""

    minutes: int
    """What the second phone's clock shows, minus the first's."""
    pairs: list[tuple[int, int]]
    """Numbers of the same message in the first and in the second."""
    author_differs: list[tuple[int, int]]
    """The same words in the same minute, but by another name than that name answers to everywhere else."""
    names: dict[str, str]
    """Name in the first → name in the second."""


class Collected:
    """Takes a stream of records; keeps what is needed to compare chats."""

    def __init__(self, declared: Declarations) -> None:
        self._order = declared.value("order")
        self._chats: dict[str, Chat] = {}

    def take(self, record: Record) -> None:
        if not isinstance(record, Message) or record.platform not in PLATFORMS or record.sent is None:
            return
        if not record.text or record.author is None or record.deleted is not None:
            return
        readings = dict(record.sent.readings)
        at = datetime.fromisoformat(readings.get(self._order, record.sent.at).removesuffix("Z"))
        line = Line(
            at.toordinal() * 1440 + at.hour * 60 + at.minute,
            hash(record.text.strip()),
            len(record.text),
            record.author.name or record.author.id,
            record.n,
        )
        self._chats.setdefault(record.conversation, Chat(record.conversation)).lines.append(line)

    def chats(self) -> list[Chat]:
        return list(self._chats.values())


def chats_of(declared: Declarations) -> Collected:
    return Collected(declared)


def same_chat(first: Chat, second: Chat) -> Sameness | None:
    """None: nothing shows that they are the same, or something speaks against it."""
    once, other = _written_once(first), _written_once(second)
    apart: Counter[int] = Counter()
    common = 0
    for text, minute in once.items():
        if text in other:
            common += 1
            apart[other[text] - minute] += 1
    if not apart:
        return None
    minutes, agreeing = apart.most_common(1)[0]
    if agreeing < SIGNS or agreeing < 0.8 * common or minutes % _QUARTER or abs(minutes) > _MOST_APART:
        return None
    return _paired(first, second, minutes)


def _written_once(chat: Chat) -> dict[int, int]:
    found: dict[int, int] = {}
    twice: set[int] = set()
    for line in chat.lines:
        if line.length >= LONG:
            if line.text in found:
                twice.add(line.text)
            found[line.text] = line.minute
    return {text: minute for text, minute in found.items() if text not in twice}


def _paired(first: Chat, second: Chat, minutes: int) -> Sameness:
    """Pairs in order: the k-th of several equal ones of one minute is the k-th there."""
    waiting: defaultdict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in reversed(second.lines):
        waiting[line.minute - minutes, line.text].append(line)
    found: list[tuple[Line, Line]] = []
    for line in first.lines:
        if candidates := waiting.get((line.minute, line.text)):
            found.append((line, candidates.pop()))
    names = _names(found)
    pairs = [(a.n, b.n) for a, b in found if names.get(a.author) == b.author]
    differs = [(a.n, b.n) for a, b in found if names.get(a.author) != b.author]
    return Sameness(minutes, pairs, differs, names)


def _names(found: list[tuple[Line, Line]]) -> dict[str, str]:
    """Which name answers to which: the one that does most often, each used once."""
    votes = Counter((a.author, b.author) for a, b in found)
    names: dict[str, str] = {}
    for (a, b), _ in votes.most_common():
        if a not in names and b not in names.values():
            names[a] = b
    return names
