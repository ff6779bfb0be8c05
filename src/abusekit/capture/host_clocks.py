"""What the clocks of the hosts say that were captured, by the `Date` of their answers (RFC 9110, 6.6.1).

A second kind of witness beside the time servers, and a coarse one: `Date` has whole seconds. An answer was dated
after we had begun to ask and before its head was here, so the host's clock against ours lies between
`Date - received` and `Date + 1 s - sent`. Many answers narrow that down. A host may say what it likes; hosts of one
operator share their clocks; an answer of a cache is dated when it was made, and does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from abusekit.capture.queue import host_of
from abusekit.case.canonical import JSON
from abusekit.net.clock import Result, agreeing

if TYPE_CHECKING:
    from abusekit.webarchive.exchange import Exchange

MAX_HOSTS = 5_000
"""Hosts of which a run keeps the clock: a list of more addresses does not make memory grow."""
LISTED_HOSTS = 20
NOT_MODIFIED = 304
ABSURD = timedelta(days=36_525)
"""A Date that is a century away from our clock is no time."""
_SECOND = timedelta(seconds=1)
_US = timedelta(microseconds=1)
_READING = timedelta(milliseconds=1)
"""The browser's log counts milliseconds, cut off."""


@dataclass(slots=True)
class _Host:
    low: int
    # microseconds: at least this much is their clock before ours
    high: int
    # microseconds: at most; below `low` where the host contradicts itself
    answers: int = 1


@dataclass(frozen=True, slots=True)
class HostClocks:
    """What several hosts say together."""

    result: Result
    # "checked": more than half of the hosts agree; "disagree": they do not; "not-checked": none of them counts
    hosts: int
    # number of hosts with an answer that counts
    agreed: int
    # of them, those that agree
    answers: int
    # answers that count
    low_us: int | None
    # microseconds: their clocks minus ours, at least; None unless checked
    high_us: int | None
    # microseconds, at most
    apart: tuple[str, ...]
    # names of hosts that do not agree with the others, or contradict themselves

    @property
    def offset_us(self) -> int | None:
        """Microseconds, their clocks minus ours: the middle of what is possible."""
        return None if self.low_us is None or self.high_us is None else (self.low_us + self.high_us) // 2

    @property
    def uncertainty_us(self) -> int | None:
        """Microseconds, plus and minus."""
        return None if self.low_us is None or self.high_us is None else -((self.low_us - self.high_us) // 2)


class HostClockTable:
    """Hosts and their clocks, as answers come in. Not safe in threads."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    def take(self, exchanges: Iterable[Exchange]) -> None:
        for host, low, high in spans_of(exchanges):
            known = self._hosts.get(host)
            if known is not None:
                known.low, known.high = max(known.low, low), min(known.high, high)
                known.answers += 1
            elif len(self._hosts) < MAX_HOSTS:
                self._hosts[host] = _Host(low, high)

    def judged(self) -> HostClocks:
        """What they say together; more than half of the hosts have to agree."""
        spans = [(name, one.low, one.high) for name, one in self._hosts.items() if one.low <= one.high]
        together, low, high = agreeing(spans)
        answers = sum(one.answers for one in self._hosts.values())
        counted = len(self._hosts)
        result: Result = "not-checked" if not counted else "disagree"
        if len(together) * 2 > counted:
            result = "checked"
        among = set(together) if result == "checked" else set()
        apart = tuple(name for name in self._hosts if name not in among)
        sure = result == "checked"
        return HostClocks(
            result, counted, len(together), answers, low if sure else None, high if sure else None, apart
        )

    def facts(self) -> dict[str, JSON] | None:
        """For `facts.clock` of one item; None where no answer counts."""
        if not self._hosts:
            return None
        said = self.judged()
        listed: list[JSON] = [
            {"host": name, "low_ms": one.low // 1000, "high_ms": -(-one.high // 1000), "answers": one.answers}
            for name, one in list(self._hosts.items())[:LISTED_HOSTS]
        ]
        return {
            "source": "date-headers",
            "result": said.result,
            "offset_ms": None if said.offset_us is None else round(said.offset_us / 1000),
            "uncertainty_ms": None if said.uncertainty_us is None else -(-said.uncertainty_us // 1000),
            "hosts": said.hosts,
            "agreed": said.agreed,
            "answers": said.answers,
            "listed": listed,
        }


def clock_facts(exchanges: Iterable[Exchange]) -> dict[str, JSON] | None:
    """What the hosts of one capture say of our clock; None where no answer counts."""
    table = HostClockTable()
    table.take(exchanges)
    return table.facts()


def spans_of(exchanges: Iterable[Exchange]) -> Iterator[tuple[str, int, int]]:
    """Host, and the microseconds between which its clock minus ours lies, of each answer that counts."""
    from abusekit.capture.result import http_date

    for one in exchanges:
        raw = one.header("date")
        if raw is None or one.head_at is None or not one.request or one.status == NOT_MODIFIED:
            continue
        at = http_date(raw)
        if at is None or one.header("age") is not None or abs(at - one.at) > ABSURD:
            continue
        low, high = _between(at, one.at, one.head_at + _READING)
        if low <= high:  # our clock was set back while we waited
            yield host_of(one.url), low, high


def _between(date: datetime, sent: datetime, received: datetime) -> tuple[int, int]:
    return (date - received) // _US, (date - sent + _SECOND) // _US
