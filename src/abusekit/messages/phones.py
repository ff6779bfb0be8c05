"""One chat in the exports of two phones: WhatsApp writes no ids, each phone its own names, zone and date style.

Two chats are taken for the same only where several long texts of two people, each written once in either, stand at the
same distance in time; that distance is a whole number of quarters of an hour (two zones), four of five such texts agree
with it, and most lines of the common time stand in both. A title is no sign: two people can be called Max. Then
messages are paired by minute and text, and one name must answer to one name throughout.
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
"""Long texts that must agree, by two people at least."""
ALIKE = 0.7
"""Share of the lines of the common time that must stand in both."""
AGAIN = 0.9
"""The same of two exports of one name and clock that are too short for such signs: one phone, exported twice."""
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
    """None: too little shows that they are the same, or too much speaks against it.

    Whoever sends the same words to several people at once makes two chats look alike in his own lines; so the signs
    have to come from two people, and most of what either phone holds of the common time must be on the other, too.
    """
    once, other = _written_once(first), _written_once(second)
    apart = Counter(other[text].minute - line.minute for text, line in once.items() if text in other)
    if not apart:
        return None
    minutes, agreeing = apart.most_common(1)[0]
    signs = [
        line for text, line in once.items() if text in other and other[text].minute - line.minute == minutes
    ]
    again = first.conversation == second.conversation and minutes == 0
    enough = agreeing >= SIGNS and len({line.author for line in signs}) > 1
    if agreeing < 0.8 * apart.total() or minutes % _QUARTER or abs(minutes) > _MOST_APART:
        return None
    found = _paired(first, second, minutes)
    common = _share_in_common(first, second, found, minutes)
    return found if common >= (ALIKE if enough else AGAIN if again else 2.0) else None


def _share_in_common(first: Chat, second: Chat, found: Sameness, minutes: int) -> float:
    """Of the lines that either holds of the time that both cover, how many are paired: the smaller of the shares."""
    begin = max(first.lines[0].minute, second.lines[0].minute - minutes)
    end = min(first.lines[-1].minute, second.lines[-1].minute - minutes)
    ours = sum(begin <= line.minute <= end for line in first.lines)
    theirs = sum(begin <= line.minute - minutes <= end for line in second.lines)
    paired = len(found.pairs) + len(found.author_differs)
    return paired / max(ours, theirs, 1)


def _written_once(chat: Chat) -> dict[int, Line]:
    found: dict[int, Line] = {}
    twice: set[int] = set()
    for line in chat.lines:
        if line.length >= LONG:
            if line.text in found:
                twice.add(line.text)
            found[line.text] = line
    return {text: line for text, line in found.items() if text not in twice}


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
