"""The same thread as JSON and as HTML in one export: counted once, and the clock of the HTML known by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from abusekit.case.moment import EASTMOST, WESTMOST, offset_text
from abusekit.importers.model import Event, Message

_QUARTER = timedelta(minutes=15)


class Copies:
    """Messages of HTML pages, each to be found once by what the JSON says.

    They belong together where author and text are the same and the clocks differ by an offset that a time zone can
    have: one already seen in this thread, or the only one possible. What finds no partner is given as it is.
    """

    def __init__(self) -> None:
        self._left: dict[tuple[str, str], list[Message]] = {}
        self.offsets: Counter[timedelta] = Counter()

    def add(self, message: Message) -> None:
        self._left.setdefault(_key(message), []).append(message)

    def join(self, record: Message | Event) -> None:
        """Give the record its copy as a further place (`also`), where there is one."""
        candidates = self._left.get(_key(record))
        if not candidates or record.sent is None or not record.sent.at.endswith("Z"):
            return
        instant = datetime.fromisoformat(record.sent.at).replace(second=0, microsecond=0)
        possible = [_Pair(copy, away) for copy in candidates if (away := _offset(copy, instant)) is not None]
        known = [pair for pair in possible if pair.away in self.offsets]
        chosen = known[0] if known else possible[0] if len(possible) == 1 else None
        if chosen is None:
            return
        self.offsets[chosen.away] += 1
        candidates.remove(chosen.copy)
        record.also = (*record.also, chosen.copy.source)

    def left(self) -> Iterator[Message]:
        for messages in self._left.values():
            yield from messages

    def sentence(self, title: str) -> str:
        """What the pairs prove of the HTML's clock; empty: there is none."""
        if not self.offsets:
            return ""
        shares = ", ".join(
            f"UTC{offset_text(away)} ({count} messages)" for away, count in sorted(self.offsets.items())
        )
        return (
            f"The HTML pages of the thread {title[:80]!a} repeat its JSON and are not counted again; "
            f"beside the JSON their clock shows {shares}."
        )


class _Pair(NamedTuple):
    copy: Message
    away: timedelta


def _key(record: Message | Event) -> tuple[str, str]:
    return (record.author.name if record.author else "", " ".join(record.text.split()))


def _offset(copy: Message, instant: datetime) -> timedelta | None:
    if copy.sent is None:
        return None
    local = datetime.fromisoformat(copy.sent.at.removesuffix("Z")).replace(
        second=0, microsecond=0, tzinfo=UTC
    )
    away = local - instant
    return away if WESTMOST <= away <= EASTMOST and not away % _QUARTER else None
