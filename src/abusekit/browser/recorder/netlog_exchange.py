"""From what a socket carried to exchanges: addresses, times, and how each of them ended."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from abusekit.browser.egress.link import Connection
from abusekit.browser.recorder.http2_streams import Http2
from abusekit.browser.recorder.netlog_draft import Draft
from abusekit.browser.recorder.netlog_sockets import Socket
from abusekit.browser.recorder.netlog_table import Table
from abusekit.browser.recorder.one_file import OneFile, Part
from abusekit.webarchive.exchange import Exchange, Problem, Spool, Tls, Truncation

FAULTS_LIMIT = 1000

URL_LIMIT = 64 << 10
"""Bytes of an address that is stored as one."""

TARGET = re.compile(r"/[\x21\x22\x24-\x7e]*")
"""ASCII without spaces and without a fragment."""

AUTHORITY = re.compile(r"[\x21\x22\x24-\x2e\x30-\x3e\x41-\x7e]{1,300}")
"""ASCII without a space, `#`, `/`, `?` and `@`."""

CUTS: dict[str, Truncation] = {"too-large": "length", "timeout": "time"}
"""The label of a gate's problem → why the message was cut; every other is a broken connection."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the log that could not become an exchange as it should."""

    why: str
    # one line for a person
    where: str
    # "https://host:port/" of the connection, ASCII
    exchange: Exchange | None = None
    # what came of it all the same; its address is only that of the host


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What followed after a switch of protocols: a web socket, as it stood on the wire."""

    url: str
    # http or https, as the exchange of the switch has it
    at: datetime
    # UTC, our clock, ms: when the switch was asked for
    sent: Spool
    received: Spool
    # frames, masks included


@dataclass(slots=True)
class Found:
    """What was found on all sockets so far; see `netlog.Recording`."""

    exchanges: list[Exchange] = field(default_factory=list)
    upgraded: list[Upgraded] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    idle: int = 0
    refused: int = 0
    pushed: int = 0
    trailers: int = 0

    def blame(self, why: str, where: str, exchange: Exchange | None = None) -> None:
        if len(self.faults) < FAULTS_LIMIT:
            self.faults.append(Fault(why, where, exchange))


@dataclass(frozen=True, slots=True)
class _Place:
    """One connection, as its exchanges need it."""

    socket: Socket
    connection: Connection | None
    tls: Tls | None
    table: Table

    @property
    def scheme(self) -> str:
        return "https" if self.socket.encrypted else "http"

    @property
    def origin(self) -> str:
        """The root of the host that the gate was asked for; ASCII whatever it is."""
        host, port = self.socket.preamble.host, self.socket.preamble.port
        safe = f"[{host}]" if ":" in host else quote(host, safe="-._~")
        standard = port == (443 if self.socket.encrypted else 80)
        return f"{self.scheme}://{safe}{'' if standard else f':{port}'}/"

    @property
    def peer(self) -> tuple[str | None, int | None, tuple[str, ...]]:
        """IP, port and DNS answers, as the gate knows them; else the port that it was asked for."""
        if self.connection is None:
            return None, self.socket.preamble.port or None, ()
        return self.connection.ip, self.connection.port, self.connection.dns


def found_on(
    socket: Socket, connection: Connection | None, tls: Tls | None, table: Table, found: Found
) -> None:
    """Adds to `found` what one socket carried. tls: as the browser judged it; None for a plain connection."""
    place = _Place(socket, connection, tls, table)
    http = socket.http
    if http is None:
        _without_request(place, found)
        return
    http.ended()
    last = http.drafts[-1] if http.drafts else None
    for draft in http.drafts:
        one, why = _exchange(place, draft, draft is last or isinstance(http, Http2))
        if why:
            found.blame(why, place.origin, one)
        else:
            found.exchanges.append(one)
        found.trailers += draft.trailers
    if http.dropped:
        found.blame(f"{http.dropped} exchanges more than are read of one log", place.origin)
    if http.fault:
        found.blame(f"not all of a connection was understood: {http.fault}", place.origin)
    if isinstance(http, Http2):
        found.pushed += http.pushed
        for draft, sent, received in http.upgraded:
            found.upgraded.append(Upgraded(_url(place, draft)[0], table.moment(draft.at), sent, received))
    elif http.upgraded and last:
        found.upgraded.append(Upgraded(_url(place, last)[0], table.moment(last.at), *http.upgraded))


def _exchange(place: _Place, draft: Draft, last: bool) -> tuple[Exchange, str]:
    """The exchange, and why its address is not its own ("" when it is)."""
    url, why = _url(place, draft)
    moment = place.table.moment
    ip, port, dns = place.peer
    end_stated = True
    if why:  # else it would pass for an answer to the address of the host
        draft.blame("bad-response", why)
    if draft.by_close and last and not draft.label and place.socket.end == "server":
        if place.tls is None:
            draft.complete, end_stated = True, False
        elif place.socket.closure_stated():
            draft.complete = True
        else:
            # RFC 9112 section 9.8: without a closure alert anybody on the way may have cut it
            why_cut = "the encrypted connection was cut, so the end may be missing"
            draft.blame("truncated", why_cut, "disconnect")
    if not draft.complete and not draft.label:
        draft.blame(*_ending(place, draft))
    problem = Problem(draft.label, draft.detail, url) if draft.label else None
    return Exchange(
        url=url,
        method=draft.method,
        at=moment(draft.at),
        request=bytes(draft.request),
        received=draft.received,
        interim_length=draft.interim_length,
        interim_count=draft.interim_count,
        head_length=draft.head_length,
        excess_length=draft.excess_length,
        status=draft.status,
        headers=tuple(draft.headers),
        protocol=draft.protocol if draft.status is not None else None,
        ip=ip,
        port=port,
        dns=dns,
        tls=place.tls,
        complete=draft.complete and problem is None,
        end_stated=end_stated,
        truncated=draft.truncated if draft.received.size else None,
        problem=problem,
        head_at=moment(draft.head_at) if draft.head_at is not None else None,
        duration_ms=max(draft.last - draft.at, 0),
        form=draft.form,
    ), why


def _url(place: _Place, draft: Draft) -> tuple[str, str]:
    """The address that was asked for; or that of the host, and why."""
    if not draft.method:
        return place.origin, "what was asked for could not be read"
    if not AUTHORITY.fullmatch(draft.authority):
        return place.origin, "the name of the host that was asked for is none"
    if len(draft.target) > URL_LIMIT:
        return place.origin, f"an address of more than {URL_LIMIT} bytes"
    if not TARGET.fullmatch(draft.target):
        return place.origin, "the address that was asked for is none"
    return f"{place.scheme}://{draft.authority}{draft.target}", ""


def _ending(place: _Place, draft: Draft) -> tuple[str, str, Truncation]:
    """Why an answer is not whole, from how its connection ended: label, detail, and the word of WARC."""
    socket, gate = place.socket, place.connection.problem if place.connection else None
    if gate is not None:
        return gate.label, gate.detail, CUTS.get(gate.label, "disconnect")
    started = draft.received.size > draft.interim_length
    if socket.end == "reset":
        why = f"the connection broke: {place.table.net_error(socket.read_error or 0)}"
        return "truncated" if started else "reset", why, "disconnect"
    if socket.end == "server":
        if draft.status is not None:
            return "truncated", "the answer ends before the end that its head gives", "disconnect"
        if started:
            return "truncated", "the connection was closed inside of the head", "disconnect"
        return "reset", "the server closed the connection without an answer", "disconnect"
    who = "the browser closed the connection" if socket.end else "the recording ended"
    return "timeout", f"{who} before the answer was whole", "time"


def _without_request(place: _Place, found: Found) -> None:
    """A connection on which nothing was asked: a failure, a refusal, or one that was made in advance."""
    socket = place.socket
    gate = place.connection.problem if place.connection else None
    code = socket.net_error
    if socket.preamble.foreign:
        found.blame("a connection of the browser went past the gate", place.origin)
    elif gate is not None and socket.preamble.refusal is not None:
        found.exchanges.append(_failed(place, gate.label, gate.detail))
    elif socket.preamble.refusal is not None:
        found.refused += 1
    elif code is not None and code not in (-3, -21):  # ERR_ABORTED, ERR_NETWORK_CHANGED: given up, not failed
        name = place.table.net_error(code)
        trust = -300 < code <= -200
        why = f"the certificate was not trusted: {name}" if trust else f"no encrypted connection: {name}"
        found.exchanges.append(_failed(place, "tls-failure", why))
    else:
        found.idle += 1


def _failed(place: _Place, label: str, detail: str) -> Exchange:
    socket = place.socket
    ip, port, dns = place.peer
    return Exchange(
        url=place.origin,
        method="",
        at=place.table.moment(socket.at),
        request=b"",
        received=Part(OneFile()),
        ip=ip,
        port=port,
        dns=dns,
        tls=place.tls,
        problem=Problem(label, detail, place.origin),
        duration_ms=max(socket.ended_at - socket.at, 0),
    )
