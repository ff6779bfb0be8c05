"""One request as it was loaded, gathered from events, and the exchanges that it becomes: one for each hop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from abusekit.browser.egress.link import Connection
from abusekit.browser.recorder.decoded_message import (
    Hop,
    address_of,
    fault_of,
    form_of,
    moment,
    original_length,
    request_of,
    response_head,
    since,
    status_of_hop,
    tls_of,
)
from abusekit.browser.values import text, yes
from abusekit.webarchive.exchange import Exchange, Problem, Spool, Truncation

SESSIONS_LIMIT = 8
"""Targets that one request is asked of."""
BODILESS = (204, 304)


@dataclass(slots=True)
class Loaded:
    """What is known of one request: written on the reader's thread and by those that ask for bodies, under a lock."""

    spool: Path | None
    hops: list[Hop] = field(default_factory=list)
    sent_extra: list[dict[str, Any]] = field(default_factory=list)
    got_extra: list[dict[str, Any]] = field(default_factory=list)
    # as they came: one for each hop that went over a connection
    sessions: list[str] = field(default_factory=list)
    # targets that told of it, in that order
    start: bytes = b""
    # of the body, what was there when copying began
    rest: Spool | None = None
    # what came after
    whole: bytes | None = None
    # the body as it was given in one piece
    same: bool = True
    # `whole` has as many bytes as arrived
    length: int = 0
    # bytes of the decoded body that arrived, as the browser counts
    ended: float | None = None
    # seconds on the browser's clock; None: it had not ended
    error: str = ""
    # why it failed
    blocked: bool = False
    # refused by the browser itself
    cached: bool = False
    # out of the memory of the page: not on a connection
    limited: bool = False
    # the limit of bytes was reached

    def session(self, name: str) -> None:
        if name not in self.sessions and len(self.sessions) < SESSIONS_LIMIT:
            self.sessions.append(name)

    def append(self, data: bytes) -> None:
        """Raises OSError when the disk is full."""
        if self.rest is None:
            self.rest = Spool(self.spool)
        self.rest.write(data)

    @property
    def copied(self) -> int:
        """Bytes that were copied while they arrived."""
        return len(self.start) + (self.rest.size if self.rest else 0)

    def wants_whole(self) -> bool:
        """Copying did not bring all of it (or nothing says that there is anything)."""
        return bool(self.hops) and self.whole is None and (self.copied < self.length or not self.length)

    def body(self) -> Iterator[bytes]:
        if self.whole is not None and len(self.whole) >= self.copied:
            yield self.whole
            return
        yield self.start
        if self.rest is not None:
            yield from self.rest.pieces()

    def close(self) -> None:
        if self.rest is not None:
            self.rest.close()


def exchanges_of(
    loaded: Loaded,
    chains: Mapping[str, tuple[bytes, ...]],
    reached: Mapping[tuple[str, int], set[Connection]],
    now: Callable[[], datetime],
    proxy_port: int,
) -> Iterator[Exchange]:
    """The exchanges of one request, redirects first; none for what never was on a connection.

    Raises OSError when the disk is full.
    """
    sent, got = iter(loaded.sent_extra), iter(loaded.got_extra)
    for number, hop in enumerate(loaded.hops):
        last = number == len(loaded.hops) - 1
        inside = yes(hop.response, "fromServiceWorker") or (last and loaded.cached)
        if hop.extra is False:
            asked, told = {}, {}
            inside = inside or yes(hop.response, "fromDiskCache") or yes(hop.response, "fromPrefetchCache")
        else:
            asked, told = next(sent, {}), next(got, {})
        never = not hop.response and (not asked and (loaded.blocked or not loaded.error))
        if hop.url and not inside and not never:
            yield _exchange(hop, asked, told, loaded, last, chains, reached, now, proxy_port)


def _exchange(
    hop: Hop,
    asked: dict[str, Any],
    told: dict[str, Any],
    loaded: Loaded,
    last: bool,
    chains: Mapping[str, tuple[bytes, ...]],
    reached: Mapping[tuple[str, int], set[Connection]],
    now: Callable[[], datetime],
    proxy_port: int,
) -> Exchange:
    status = status_of_hop(hop, told)
    received = Spool(loaded.spool)
    head, fields = response_head(hop, told, status) if status is not None else (b"", ())
    try:
        received.write(head)
        if last and status is not None and status not in BODILESS:
            for piece in loaded.body():
                received.write(piece)
    except OSError:
        received.close()
        raise
    truncated, problem = _judged(hop, status, fields, loaded if last else None, received.size - len(head))
    at = moment(hop.wall) or now()
    end = loaded.ended if last else hop.answered
    ip, port, dns = _place(hop, reached, proxy_port)
    if problem is not None and problem.label == "connect-failure":
        problem = _gates_reason(hop, reached) or problem
    return Exchange(
        url=hop.url,
        method=hop.method,
        at=at,
        request=request_of(hop, asked) if asked or hop.response or hop.kind == "websocket" else b"",
        received=received,
        head_length=len(head),
        status=status,
        headers=fields,
        protocol=text(hop.response, "protocol", 40) or ("http/1.1" if status is not None else None),
        ip=ip,
        port=port,
        dns=dns,
        tls=tls_of(hop, chains.get("/".join(hop.url.split("/", 3)[:3]), ())),
        complete=problem is None,
        truncated=truncated,
        problem=problem,
        head_at=moment(since(hop, hop.answered)) if status is not None else None,
        duration_ms=round(max((end or hop.began) - hop.began, 0.0) * 1000),
        form="decoded",
        kind=hop.kind,
    )


def _judged(
    hop: Hop, status: int | None, fields: tuple[tuple[str, str], ...], loaded: Loaded | None, size: int
) -> tuple[Truncation | None, Problem | None]:
    """Whether the exchange is whole, as far as the browser's word goes."""
    if status is None:
        if loaded is not None and loaded.error:
            return None, fault_of(loaded.error, started=False)
        return "time", Problem("timeout", "no answer had come when the page was left")
    if yes(hop.told, "hasPostData") and not form_of(hop):
        return None, Problem("not-recorded", "the browser did not tell what was sent along with the request")
    if hop.method == "HEAD" or status in BODILESS or status == 101:
        return None, None
    if loaded is None:  # a redirect
        if original_length(fields) == 0:
            return None, None
        return "length", Problem("not-recorded", "the browser does not hand out the body of a redirect")
    if loaded.limited:
        return "length", Problem("too-large", "the limit of bytes was reached")
    if loaded.error:
        found = fault_of(loaded.error, started=True)
        if size < loaded.length:
            lost = f"{found.detail}; {loaded.length - size} bytes that had come were not handed out"
            found = Problem(found.label, lost)
        return "disconnect", found
    if loaded.ended is None:
        return "time", Problem("timeout", "the answer had not ended when the page was left")
    if loaded.whole is not None and len(loaded.whole) == size and not loaded.same:
        return None, Problem(
            "not-recorded", "the body is text that was written anew: other bytes than were sent"
        )
    stated = original_length(fields)
    if size < loaded.length or (not size and stated and loaded.whole is None):
        detail = f"the browser handed out {size} of {max(loaded.length, stated or 0)} bytes"
        return "length", Problem("not-recorded", detail)
    return None, None


def _gates_reason(hop: Hop, reached: Mapping[tuple[str, int], set[Connection]]) -> Problem | None:
    """Why the gate let none through to that host: the browser only knows that there was no connection."""
    connections = sorted(_connections(hop, reached), key=lambda one: one.at)
    refused = [one.problem for one in connections if one.ip is None and one.problem is not None]
    return refused[0] if refused and len(refused) == len(connections) else None


def _connections(hop: Hop, reached: Mapping[tuple[str, int], set[Connection]]) -> set[Connection]:
    parts = urlsplit(hop.url)
    return reached.get((parts.hostname or "", _port(hop)), set())


def _port(hop: Hop) -> int:
    parts = urlsplit(hop.url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _place(
    hop: Hop, reached: Mapping[tuple[str, int], set[Connection]], proxy_port: int
) -> tuple[str | None, int | None, tuple[str, ...]]:
    """Address, port and the resolver's answers: the browser's word, or the gate's where it went through that."""
    port = _port(hop)
    connections = _connections(hop, reached)
    dns = tuple(sorted({answer for one in connections for answer in one.dns}))
    if proxy_port:
        places = {one.ip for one in connections if one.ip}
        ip = places.pop() if len(places) == 1 else None
        return ip, port, dns
    ip, told = address_of(hop)
    return ip, told or port, dns
