"""The events of the Network domain, gathered by request: what was asked, answered, and how it ended.

One request is told of by several targets, its parts in any order; what a page or a browser of another version
makes of them is bounded here and checked where it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from abusekit.browser.recorder.decoded_exchange import Loaded
from abusekit.browser.recorder.decoded_message import URL_LIMIT, Hop, bytes_of, clean_method, seconds, web_url
from abusekit.browser.values import inner, real, text, whole, yes

REQUESTS_LIMIT = 20_000
"""Requests that are recorded; more are counted."""
HOPS_LIMIT = 50
"""Redirects of one request; Chromium follows 20."""
CERTIFICATES_LIMIT = 200
"""Sites whose certificates are asked for."""
ASKED = ("headers", "postDataEntries", "postData", "hasPostData")
CONNECTION = ("headers", "headersText", "statusCode")
"""Members of CDP's objects that are kept."""


class Events:
    """`requests` by CDP's id, in their order. Not for two threads at once: the recorder holds its lock."""

    def __init__(
        self, spool: Path | None, max_bytes: int, body: Callable[[str], None], chain: Callable[[str], None]
    ) -> None:
        """body: called with a request's id whenever there may be more of its body to ask for.

        chain: called once with each origin whose certificates are to be asked for.
        """
        self.requests: dict[str, Loaded] = {}
        self.uncounted = 0
        # requests beyond REQUESTS_LIMIT
        self.left = max_bytes
        # bytes of bodies that may still be kept
        self._spool = spool
        self._body = body
        self._chain = chain
        self._origins: set[str] = set()

    def take(self, method: str, params: dict[str, Any], session: str) -> None:
        """One event; others than those of TAKEN are passed over. Raises OSError when the disk is full."""
        take = TAKEN.get(method)
        if take is not None:
            take(self, text(params, "requestId", 200), params, session)

    def _sent(self, name: str, params: dict[str, Any], session: str) -> None:
        told = inner(params, "request")
        url = web_url(text(told, "url", URL_LIMIT + 2))
        loaded = self.requests.get(name)
        if loaded is None:
            if not url:
                return
            loaded = self._expected(name)
            if loaded is None:
                self.uncounted += 1
                return
        redirect = inner(params, "redirectResponse")
        if loaded.hops and not redirect:
            return  # the same request, seen from a second target
        if loaded.hops:
            last = loaded.hops[-1]
            last.response, last.answered = redirect, seconds(params, "timestamp")
            last.extra = yes(params, "redirectHasExtraInfo")
            self._certificate(last)
        loaded.session(session)
        if len(loaded.hops) < HOPS_LIMIT:
            hop = Hop(
                url=url,
                method=clean_method(text(told, "method", 40)),
                kind=text(params, "type", 40).lower(),
                told={key: told[key] for key in ASKED if key in told},
                wall=real(params, "wallTime"),
                began=seconds(params, "timestamp"),
            )
            loaded.hops.append(hop)

    def _sent_extra(self, name: str, params: dict[str, Any], session: str) -> None:
        # it may come before the event that it belongs to
        if (kept := self._expected(name)) and len(kept.sent_extra) < HOPS_LIMIT:
            kept.sent_extra.append({"headers": inner(params, "headers")})

    def _got_extra(self, name: str, params: dict[str, Any], session: str) -> None:
        if (kept := self._expected(name)) and len(kept.got_extra) < HOPS_LIMIT:
            kept.got_extra.append({key: params[key] for key in CONNECTION if key in params})

    def _expected(self, name: str) -> Loaded | None:
        if name not in self.requests and len(self.requests) < REQUESTS_LIMIT:
            self.requests[name] = Loaded(self._spool)
        return self.requests.get(name)

    def _answered(self, name: str, params: dict[str, Any], session: str) -> None:
        kept = self.requests.get(name)
        if kept is None or not kept.hops:
            return
        kept.session(session)
        hop = kept.hops[-1]
        hop.response, hop.answered = inner(params, "response"), seconds(params, "timestamp")
        hop.extra = yes(params, "hasExtraInfo")
        hop.kind = text(params, "type", 40).lower() or hop.kind
        self._certificate(hop)
        self._body(name)

    def _arrived(self, name: str, params: dict[str, Any], session: str) -> None:
        kept = self.requests.get(name)
        if kept is None:
            return
        kept.session(session)
        kept.length += whole(params, "dataLength") or 0
        given = params.get("data")
        if isinstance(given, str) and given:
            kept.append(self.grant(kept, bytes_of(given)))

    def _over(self, name: str, params: dict[str, Any], session: str) -> None:
        kept = self.requests.get(name)
        if kept is None:
            return
        kept.session(session)
        kept.ended = seconds(params, "timestamp")
        self._body(name)

    def _failed(self, name: str, params: dict[str, Any], session: str) -> None:
        kept = self.requests.get(name)
        if kept is None:
            return
        kept.ended = seconds(params, "timestamp")
        kept.error = text(params, "errorText", 200) or "failed"
        kept.blocked = bool(text(params, "blockedReason", 80) or inner(params, "corsErrorStatus"))
        if kept.hops and kept.hops[-1].response:
            self._body(name)

    def _cached(self, name: str, params: dict[str, Any], session: str) -> None:
        if kept := self.requests.get(name):
            kept.cached = True

    def _socket(self, name: str, params: dict[str, Any], session: str) -> None:
        url = web_url(text(params, "url", URL_LIMIT + 2))
        if url and (kept := self._expected(name)) and not kept.hops:
            kept.hops.append(Hop(url, "GET", "websocket", {}, None, 0.0))

    def _socket_sent(self, name: str, params: dict[str, Any], session: str) -> None:
        kept = self.requests.get(name)
        if kept is not None and kept.hops:
            hop = kept.hops[-1]
            hop.told = {"headers": inner(inner(params, "request"), "headers")}
            hop.wall, hop.began = real(params, "wallTime"), seconds(params, "timestamp")

    def _socket_answered(self, name: str, params: dict[str, Any], session: str) -> None:
        kept = self.requests.get(name)
        if kept is not None and kept.hops:
            hop = kept.hops[-1]
            hop.response, hop.answered = inner(params, "response"), seconds(params, "timestamp")
            kept.ended = hop.answered

    def grant(self, loaded: Loaded, data: bytes) -> bytes:
        """What of `data` still fits under the limit."""
        kept = data[: max(self.left, 0)]
        self.left -= len(kept)
        loaded.limited = loaded.limited or len(kept) < len(data)
        return kept

    def _certificate(self, hop: Hop) -> None:
        origin = "/".join(hop.url.split("/", 3)[:3])
        known = origin in self._origins or len(self._origins) >= CERTIFICATES_LIMIT
        if not known and inner(hop.response, "securityDetails"):
            self._origins.add(origin)
            self._chain(origin)


TAKEN: dict[str, Callable[[Events, str, dict[str, Any], str], None]] = {
    "Network.requestWillBeSent": Events._sent,
    "Network.requestWillBeSentExtraInfo": Events._sent_extra,
    "Network.responseReceived": Events._answered,
    "Network.responseReceivedExtraInfo": Events._got_extra,
    "Network.dataReceived": Events._arrived,
    "Network.loadingFinished": Events._over,
    "Network.loadingFailed": Events._failed,
    "Network.requestServedFromCache": Events._cached,
    "Network.webSocketCreated": Events._socket,
    "Network.webSocketWillSendHandshakeRequest": Events._socket_sent,
    "Network.webSocketHandshakeResponseReceived": Events._socket_answered,
}
