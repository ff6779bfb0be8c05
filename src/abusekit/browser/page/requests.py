"""The requests of all targets, gathered from the Network domain while the visit goes on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from abusekit.browser.inventory import URL_LIMIT, Certificate, Ended, Request, Response, Source
from abusekit.browser.values import cut, inner, real, text, whole, yes

REQUESTS_LIMIT = 20_000
CHARACTERS_LIMIT = 32 << 20
"""Of all addresses together; beyond it requests are counted only."""
DATA_LIMIT = 200
"""Characters of a data: address, which is no address but the thing itself."""
HEADERS_LIMIT = 200
INTERNAL_REDIRECT = 307
"""The status of a redirect that the browser makes up by itself."""
CERTIFICATES_LIMIT = 500

UNENDING = frozenset({"eventsource", "websocket", "media", "ping"})
"""Kinds that nobody waits for: they stay open by design."""


@dataclass(slots=True)
class _Hop:
    url: str
    method: str
    status: int | None = None
    mime: str = ""
    protocol: str = ""
    source: Source = "network"
    told: bool = False
    # CDP has the status of the connection apart
    answered: bool = False
    received: int | None = None
    ended: Ended = "open"


@dataclass(slots=True)
class _Chain:
    """One request with its redirects."""

    kind: str
    target: str
    main: bool
    loader: str
    # id of the document that it belongs to
    initiator: str
    at: datetime | None
    began: float
    # monotonic
    hops: list[_Hop]
    statuses: list[int | None] = field(default_factory=list)
    # of the connection, one for each hop that went over one
    failure: str = ""
    blocked: str = ""
    canceled: bool = False
    over: bool = False


class Requests:
    """Takes events on one thread; whoever asks from another holds the lock of the ledger."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._chains: dict[str, _Chain] = {}
        self._open: dict[str, _Chain] = {}
        self._characters = 0
        self.count = 0
        # hops, listed or not
        self.certificates: dict[str, Certificate] = {}
        self.main: Response | None = None
        self.quiet_since = monotonic()
        # monotonic: when the last request ended, or the last one began

    def busy(self, now: float, ignore_after: float) -> int:
        """Requests that are worth waiting for: begun less than `ignore_after` seconds ago, and of an ending kind."""
        return sum(
            1 for one in self._open.values() if now - one.began < ignore_after and one.kind not in UNENDING
        )

    @property
    def arriving(self) -> bool:
        """A main document has begun to come, and has not ended."""
        return any(one.main and one.hops[-1].answered for one in self._open.values())

    @property
    def unfinished(self) -> int:
        """Requests that have not ended, of any kind and age."""
        return len(self._open)

    def will_be_sent(self, params: dict[str, Any], target: str, main_frame: str) -> None:
        key = text(params, "requestId", 200)
        request = inner(params, "request")
        url = text(request, "url", URL_LIMIT)
        if url.startswith("data:"):
            url = cut(url, DATA_LIMIT)
        chain = self._chains.get(key)
        redirect = inner(params, "redirectResponse")
        if chain is not None and not redirect:
            return  # told by a second session
        self.count += 1
        self._characters += len(url)
        if self._characters > CHARACTERS_LIMIT or self.count > REQUESTS_LIMIT:
            self._ended(key)  # the chain has a hop that is not listed: it ends here
            return
        hop = _Hop(url, text(request, "method", 40))
        now = self._monotonic()
        if chain is None:
            wall = real(params, "wallTime")
            kind = text(params, "type", 40).lower()
            chain = self._chains[key] = _Chain(
                kind=kind,
                target=target,
                main=kind == "document" and bool(main_frame) and text(params, "frameId", 200) == main_frame,
                loader=text(params, "loaderId", 200),
                initiator=text(inner(params, "initiator"), "type", 40).lower(),
                at=_moment(wall),
                began=now,
                hops=[hop],
            )
        else:
            last = chain.hops[-1]
            self._answer(chain, last, redirect, told=yes(params, "redirectHasExtraInfo"))
            last.ended = "redirected"
            last.received = whole(redirect, "encodedDataLength")
            chain.hops.append(hop)
            chain.began = now
        self._open[key] = chain
        self.quiet_since = now

    def answer_told(self, params: dict[str, Any]) -> None:
        """`responseReceivedExtraInfo`: the status as it went over the connection."""
        chain = self._chains.get(text(params, "requestId", 200))
        if chain is not None and len(chain.statuses) < 30:
            chain.statuses.append(whole(params, "statusCode"))

    def response(self, params: dict[str, Any]) -> None:
        chain = self._chains.get(text(params, "requestId", 200))
        if chain is None:
            return
        response = inner(params, "response")
        chain.kind = text(params, "type", 40).lower() or chain.kind
        self._answer(chain, chain.hops[-1], response, told=yes(params, "hasExtraInfo"))
        if chain.main:
            self.main = Response(
                chain.hops[-1].url,
                whole(response, "status"),
                text(response, "mimeType", 200),
                _headers(response),
            )

    def served_from_cache(self, params: dict[str, Any]) -> None:
        chain = self._chains.get(text(params, "requestId", 200))
        if chain is not None:
            chain.hops[-1].source = "memory-cache"

    def finished(self, params: dict[str, Any]) -> None:
        key = text(params, "requestId", 200)
        chain = self._chains.get(key)
        if chain is not None and not chain.over:
            chain.hops[-1].ended = "finished"
            chain.hops[-1].received = whole(params, "encodedDataLength")
        self._ended(key)

    def failed(self, params: dict[str, Any]) -> None:
        key = text(params, "requestId", 200)
        chain = self._chains.get(key)
        if chain is not None and not chain.over:
            chain.hops[-1].ended = "failed"
            chain.failure = text(params, "errorText", 200)
            cors = text(inner(params, "corsErrorStatus"), "corsError", 100)
            chain.blocked = text(params, "blockedReason", 100) or (f"cors-{cors}" if cors else "")
            chain.canceled = yes(params, "canceled")
        self._ended(key)

    def left(self, loader: str) -> None:
        """The page has gone to another document: what the last one was waiting for may never be told to end."""
        for key, chain in list(self._open.items()):
            if chain.target == "page" and chain.loader and chain.loader != loader:
                del self._open[key]

    def listed(self) -> tuple[Request, ...]:
        """All hops so far, in the order in which their chains began."""
        return tuple(one for key, chain in self._chains.items() for one in _requests(key, chain))

    def _ended(self, key: str) -> None:
        chain = self._open.pop(key, None)
        if chain is not None:
            chain.over = True
            self.quiet_since = self._monotonic()

    def _answer(self, chain: _Chain, hop: _Hop, response: dict[str, Any], *, told: bool) -> None:
        hop.answered = True
        hop.told = told
        hop.status = whole(response, "status")
        hop.mime = text(response, "mimeType", 200)
        hop.protocol = text(response, "protocol", 40)
        hop.source = _source(response, hop.source)
        details = inner(response, "securityDetails")
        if details and len(self.certificates) < CERTIFICATES_LIMIT:
            one = _certificate(hop.url, response, details)
            self.certificates.setdefault(one.host, one)


def _requests(key: str, chain: _Chain) -> list[Request]:
    statuses = iter(chain.statuses)
    made = []
    for number, hop in enumerate(chain.hops):
        last = number == len(chain.hops) - 1
        sent = next(statuses, None) if hop.told else None
        made.append(
            Request(
                id=key,
                hop=number,
                url=hop.url,
                method=hop.method,
                kind=chain.kind,
                target=chain.target,
                main=chain.main,
                initiator=chain.initiator,
                at=chain.at if number == 0 else None,
                status=hop.status if sent is None else sent,
                mime=hop.mime,
                protocol=hop.protocol,
                source=hop.source,
                received=hop.received,
                ended=hop.ended,
                failure=chain.failure if last else "",
                blocked=chain.blocked if last else "",
                canceled=chain.canceled and last,
            )
        )
    return made


def _source(response: dict[str, Any], known: Source) -> Source:
    if yes(response, "fromServiceWorker"):
        return "service-worker"
    if yes(response, "fromPrefetchCache"):
        return "prefetch-cache"
    if yes(response, "fromDiskCache"):
        return "disk-cache"
    headers = inner(response, "headers")
    # A server may send this header too: what came over the network has bytes.
    made_up = whole(response, "status") == INTERNAL_REDIRECT and whole(response, "encodedDataLength") == 0
    if made_up and any(name.lower() == "non-authoritative-reason" for name in headers):
        return "internal"  # HSTS and the like: the browser redirects itself
    return known


def _certificate(url: str, response: dict[str, Any], details: dict[str, Any]) -> Certificate:
    host = url.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2][:300]
    return Certificate(
        host=host if ":" in host.rpartition("]")[2] else f"{host}:443",
        state=text(response, "securityState", 40),
        protocol=text(details, "protocol", 40),
        subject=text(details, "subjectName", 300),
        issuer=text(details, "issuer", 300),
        valid_from=whole(details, "validFrom"),
        valid_to=whole(details, "validTo"),
        transparency=text(details, "certificateTransparencyCompliance", 40),
    )


def _headers(response: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """CDP joins repeated headers with line feeds."""
    found: list[tuple[str, str]] = []
    for name, value in inner(response, "headers").items():
        if isinstance(value, str):
            found += [(name[:200], line[:8192]) for line in value.split("\n", HEADERS_LIMIT)]
    return tuple(found[:HEADERS_LIMIT])


def _moment(seconds: float | None) -> datetime | None:
    if seconds is None or not math.isfinite(seconds) or not 0 <= seconds < 1 << 35:
        return None
    return datetime.fromtimestamp(seconds, UTC)
