"""The offset of our clock, measured against several time servers at once, beside whatever else goes on (R21).

An observation, no proof: NTP is not authenticated. Several servers of different operators, of which more than half
have to agree, keep one wrong server (or one wrong answer on the way) from being believed.
"""

from __future__ import annotations

import os
import queue
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from abusekit.errors import UsageError
from abusekit.net.sntp import LONGEST, PORT, AnswerError, Reply, connected, read_reply, request

PUBLIC_SERVERS = ("ntp1.npl.co.uk", "ptbtime1.ptb.de", "time.nist.gov", "time.cloudflare.com")
"""Asked where nobody names others: three national institutes of measurement and one large operator. None of them
smears leap seconds over a day, so that they can be compared."""
MAX_SERVERS = 8
WAIT_S = 2.0
"""Seconds, from the asking: what has not answered then is not waited for."""
ENOUGH_S = 0.5
"""Seconds after which two answers are enough."""
PACKETS = 8
"""Packets that are read for one question: what is no answer to it is passed over."""

Result = Literal["checked", "not-checked", "disagree"]
Member = TypeVar("Member")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.%a-z]{2,60}\]")


@dataclass(frozen=True, slots=True)
class TimeServer:
    """Whom to ask."""

    host: str
    # name or address, without brackets
    port: int = PORT
    # UDP

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORT else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of the asking."""

    result: Result
    # "checked": more than half of the answers agree; "disagree": they do not; "not-checked": see `reason`
    at: datetime
    # our clock, UTC, when they were asked
    offset_us: int | None = None
    # microseconds, of the answer with the least uncertainty: their clock minus ours; None unless checked
    uncertainty_us: int | None = None
    # microseconds, plus and minus, of that answer
    stratum: int | None = None
    # of that server, as it says
    server: str = ""
    # which one that was
    asked: int = 0
    # number of servers
    answered: int = 0
    # of them, those with an answer of use
    agreed: int = 0
    # of them, those whose intervals have a point in common
    reason: str = ""
    # why it is not checked, or who said what; one line


def servers(named: Sequence[str]) -> tuple[TimeServer, ...]:
    """`host`, `host:port`, `[v6]:port`; the word `none` among them, or nothing at all, means nobody.

    Raises UsageError: not the name of a host, too many.
    """
    if "none" in named:
        return ()
    if len(named) > MAX_SERVERS:
        raise UsageError(f"more than {MAX_SERVERS} time servers", "three or four are enough")
    return tuple(dict.fromkeys(_server(one) for one in named))


def _server(text: str) -> TimeServer:
    host, colon, port = text.rpartition(":") if re.search(r"[^:\]]:\d+\Z|\]:\d+\Z", text) else (text, "", "")
    if text.count(":") > 1 and not text.startswith("["):  # a bare IPv6 address
        host, colon, port = f"[{text}]", "", ""
    number = int(port) if colon and len(port) <= 5 else PORT
    if not _HOST.fullmatch(host) or not 0 < number < 65_536 or len(port) > 5:
        raise UsageError(
            f"not a time server: {text[:60]!a}", "such as --ntp time.example.org, or none to ask nobody"
        )
    return TimeServer(host.strip("[]"), number)


def ask(
    server: TimeServer,
    *,
    now: Callable[[], datetime],
    monotonic: Callable[[], float],
    ends_at: float,
    nonce: bytes | None = None,
) -> Reply:
    """One question, one answer. `ends_at`: seconds on `monotonic`. `nonce`: 8 bytes, pinned in tests only.

    Packets of others, and answers to other requests, are passed over; what comes from the right place and is of
    no use ends it. Raises AnswerError, OSError (TimeoutError: nothing came in time).
    """
    nonce = nonce or os.urandom(8)
    with connected(server.host, server.port) as line:
        sent, begun = now(), monotonic()
        line.send(request(nonce))
        last = AnswerError("no answer", ours=False)
        for _ in range(PACKETS):
            line.settimeout(max(ends_at - monotonic(), 0.001))
            try:
                packet = line.recv(LONGEST)
            except TimeoutError:
                break
            took_us = round((monotonic() - begun) * 1_000_000)
            try:
                return read_reply(packet, nonce, sent=sent, took_us=took_us)
            except AnswerError as fault:
                last = fault
                if fault.ours:
                    break
        raise last


class Measuring:
    """Asks every server at once, in threads of their own; `result` gives what is known by then."""

    def __init__(
        self,
        asked: Sequence[TimeServer],
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        wait_s: float = WAIT_S,
    ) -> None:
        self._asked = tuple(asked)
        self._at, self._begun = now(), monotonic()
        self._monotonic, self._wait_s = monotonic, wait_s
        self._told: queue.SimpleQueue[tuple[TimeServer, Reply | str]] = queue.SimpleQueue()
        self._replies: list[tuple[TimeServer, Reply]] = []
        self._faults: dict[TimeServer, str] = {}
        for server in self._asked:
            about = (server, now, monotonic, self._begun + 0.95 * wait_s)  # so that its reason still arrives
            threading.Thread(target=self._one, args=about, name=f"ntp {server}", daemon=True).start()

    def _one(
        self, server: TimeServer, now: Callable[[], datetime], monotonic: Callable[[], float], ends_at: float
    ) -> None:
        try:
            self._told.put((server, ask(server, now=now, monotonic=monotonic, ends_at=ends_at)))
        except AnswerError as fault:
            self._told.put((server, fault.reason))
        except (OSError, UnicodeError) as fault:  # UnicodeError: a label that is no name
            self._told.put((server, getattr(fault, "strerror", None) or type(fault).__name__))

    def result(self) -> Measured:
        """Waits until all have answered, two have and ENOUGH_S have passed, or the time is over; raises nothing."""
        while len(self._replies) + len(self._faults) < len(self._asked):
            enough = ENOUGH_S if len(self._replies) > 1 else self._wait_s
            try:
                left = self._begun + min(enough, self._wait_s) - self._monotonic()
                server, told = self._told.get(timeout=max(left, 0)) if left > 0 else self._told.get_nowait()
            except queue.Empty:
                break
            if isinstance(told, Reply):
                self._replies.append((server, told))
            else:
                self._faults[server] = told
        return chosen(self._replies, self._faults, self._asked, self._at)


def chosen(
    replies: Sequence[tuple[TimeServer, Reply]],
    faults: dict[TimeServer, str],
    asked: Sequence[TimeServer],
    at: datetime,
) -> Measured:
    """The answer to go by: of those that agree, more than half of all, the one with the least uncertainty."""
    if not replies:
        why = "; ".join(f"{one}: {faults.get(one, 'no answer in time')}" for one in asked)[:300]
        return Measured("not-checked", at, asked=len(asked), reason=why or "asked nobody")
    spans = [
        (one, reply.offset_us - reply.uncertainty_us, reply.offset_us + reply.uncertainty_us)
        for one, reply in replies
    ]
    agreed = agreeing(spans)[0]
    if len(agreed) * 2 <= len(replies):
        said = "; ".join(f"{one}: {reply.offset_us / 1000:+.1f} ms" for one, reply in replies)[:300]
        return Measured(
            "disagree", at, asked=len(asked), answered=len(replies), agreed=len(agreed), reason=said
        )
    server, best = min(
        (pair for pair in replies if pair[0] in agreed), key=lambda pair: pair[1].uncertainty_us
    )
    return Measured(
        "checked",
        at,
        offset_us=best.offset_us,
        uncertainty_us=best.uncertainty_us,
        stratum=best.stratum,
        server=str(server),
        asked=len(asked),
        answered=len(replies),
        agreed=len(agreed),
        reason="; ".join(f"{one}: {why}" for one, why in faults.items())[:300],
    )


def agreeing(spans: Sequence[tuple[Member, int, int]]) -> tuple[list[Member], int, int]:
    """The most members whose intervals (ends included) have a point in common, and what they have in common.

    Marzullo's algorithm, as in RFC 5905, 11.2.1. Of several such sets the first from below. Empty in, empty out.
    """
    edges = sorted([(low, 0) for _, low, _ in spans] + [(high, 1) for _, _, high in spans])
    inside = most = point = 0
    for at, ends in edges:  # where several begin and end at once, they begin first
        inside += -1 if ends else 1
        if inside > most:
            most, point = inside, at
    members = [(member, high) for member, low, high in spans if low <= point <= high]
    return [member for member, _ in members], point, min((high for _, high in members), default=point)
