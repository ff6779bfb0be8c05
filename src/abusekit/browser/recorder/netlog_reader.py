"""The events of a NetLog, sorted by socket: what each sent and received, and what the browser judged of it."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import msgspec

from abusekit.browser.recorder.netlog_draft import Budget
from abusekit.browser.recorder.netlog_sockets import Socket, Verdict, certificates
from abusekit.browser.recorder.netlog_table import TICKS_DIGITS, Event, NetLogError, Table

SOCKETS_LIMIT = 50_000


class Reader:
    """Sorts the events by socket."""

    def __init__(self, table: Table, budget: Budget) -> None:
        self.table = table
        self.sockets: dict[int, Socket] = {}
        self.jobs: dict[int, Verdict] = {}
        # of the certificate verifier, by the id of its source
        self.chains: dict[tuple[str, tuple[bytes, ...]], Verdict] = {}
        # by host and chain: the verifier remembers, and later connections have no job of their own
        self.events = 0
        self._budget = budget
        number, source = table.number, table.source
        self._socket_kind = source["SOCKET"]
        self._job_kind = source["CERT_VERIFIER_JOB"]
        self._secure_kind = source["SSL_CONNECT_JOB"]
        self._job_done = number["CERT_VERIFIER_JOB"]
        self._made = number["SOCKET_ALIVE"]
        self._acts: dict[int, Callable[[Socket, Event, int], None]] = {
            number["TCP_CONNECT"]: self._connected,
            number["SOCKET_ALIVE"]: self._closed,
            number["SOCKET_BYTES_SENT"]: self._sent,
            number["SOCKET_BYTES_RECEIVED"]: self._received,
            number["SOCKET_READ_ERROR"]: self._broken,
            number["SSL_CONNECT"]: self._secured,
            number["SSL_SOCKET_BYTES_SENT"]: self._sent_inner,
            number["SSL_SOCKET_BYTES_RECEIVED"]: self._received_inner,
            number["SSL_ALERT_RECEIVED"]: self._alerted,
            number["SSL_CERTIFICATES_RECEIVED"]: self._shown,
            number["CERT_VERIFIER_REQUEST_BOUND_TO_JOB"]: self._judged,
        }

    def take(self, event: Event) -> None:
        self.events += 1
        kind = event.source.type
        if kind == self._socket_kind:
            act = self._acts.get(event.type)
            if act is None:
                return
            if not event.time.isascii() or not event.time.isdigit() or len(event.time) > TICKS_DIGITS:
                raise NetLogError("an event has no time")
            act(self._socket(event), event, int(event.time))
        elif kind == self._job_kind and event.type == self._job_done and event.phase == self.table.end:
            self._verdict(event)

    def _socket(self, event: Event) -> Socket:
        number = event.source.id
        found = self.sockets.get(number)
        if found is None:
            if len(self.sockets) >= SOCKETS_LIMIT:
                raise NetLogError(f"it has more than {SOCKETS_LIMIT} sockets")
            encrypted = False
            if event.type == self._made:
                owner = _params(event).get("source_dependency")
                encrypted = isinstance(owner, dict) and owner.get("type") == self._secure_kind
            found = self.sockets[number] = Socket(self._budget, int(event.time), encrypted)
        return found

    def _connected(self, socket: Socket, event: Event, _: int) -> None:
        params = _params(event) if event.phase == self.table.end else {}
        if not params or "net_error" in params:
            return
        address = params.get("local_address")
        port = address.rpartition(":")[2] if isinstance(address, str) else ""
        if not (port.isascii() and port.isdigit() and len(port) < 6):
            raise NetLogError("a connection does not say its own port")
        socket.local_port = int(port)

    def _closed(self, socket: Socket, event: Event, ticks: int) -> None:
        if event.phase == self.table.end:
            socket.end = socket.end or "browser"
            socket.ended_at = ticks

    def _sent(self, socket: Socket, event: Event, ticks: int) -> None:
        socket.bytes_sent(b"" if socket.tls_begun else _bytes(event), ticks, False)

    def _received(self, socket: Socket, event: Event, ticks: int) -> None:
        if not socket.tls_begun:
            socket.bytes_received(_bytes(event), ticks, False)

    def _sent_inner(self, socket: Socket, event: Event, ticks: int) -> None:
        _agreed(socket)
        socket.bytes_sent(_bytes(event), ticks, True)

    def _received_inner(self, socket: Socket, event: Event, ticks: int) -> None:
        _agreed(socket)
        socket.bytes_received(_bytes(event), ticks, True)

    def _broken(self, socket: Socket, event: Event, ticks: int) -> None:
        code = _params(event).get("net_error")
        if type(code) is not int:
            raise NetLogError("a connection broke without saying how")
        socket.read_error = code
        socket.end = socket.end or "reset"
        socket.ended_at = ticks

    def _alerted(self, socket: Socket, event: Event, _: int) -> None:
        socket.alert = _decoded(_params(event).get("bytes"))

    def _secured(self, socket: Socket, event: Event, ticks: int) -> None:
        if event.phase == self.table.begin:
            socket.tls_begun = True
        elif event.phase == self.table.end:
            params = _params(event)
            socket.ended_at = ticks
            if not params:  # given up
                return
            if "net_error" in params:
                if type(params["net_error"]) is not int:
                    raise NetLogError("a handshake failed without saying how")
                socket.net_error = params["net_error"]
            elif not isinstance(params.get("version"), str) or not isinstance(params.get("next_proto"), str):
                raise NetLogError("a handshake does not say what it agreed on")
            else:
                socket.tls_params = params

    def _shown(self, socket: Socket, event: Event, _: int) -> None:
        socket.chain = certificates(_params(event).get("certificates"))

    def _judged(self, socket: Socket, event: Event, _: int) -> None:
        job = _params(event).get("source_dependency")
        if not isinstance(job, dict) or type(job.get("id")) is not int:
            raise NetLogError("a certificate was judged by nobody")
        socket.job = job["id"]

    def _verdict(self, event: Event) -> None:
        params = _params(event)
        if not params:  # given up: its settings changed meanwhile, and another job takes its place
            return
        code = params.get("net_error", 0)
        if type(code) is not int or type(params.get("cert_status")) is not int:
            raise NetLogError("a certificate was judged, and the verdict is missing")
        self.jobs[event.source.id] = (not code, self.table.net_error(code) if code else None)

    def verdict(self, socket: Socket) -> Verdict | None:
        """What the browser's verifier said of this connection's certificate; ask in the order of the sockets."""
        key = socket.preamble.host, socket.chain
        found = self.jobs.get(socket.job) if socket.job is not None else None
        if found is not None:
            self.chains[key] = found
        return found or self.chains.get(key)


def _agreed(socket: Socket) -> None:
    """Bytes inside of TLS have a handshake before them: it says which protocol they are."""
    if not socket.tls_params:
        raise NetLogError("bytes went over a connection without a handshake")


def _params(event: Event) -> dict[str, Any]:
    """What an event carries; {} when it carries nothing. Raises NetLogError."""
    try:
        found = msgspec.json.decode(event.params)
    except (ValueError, RecursionError) as fault:
        raise NetLogError("an event carries something unreadable") from fault
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise NetLogError("an event carries something unexpected")
    return found


class _Carried(msgspec.Struct):
    byte_count: int
    data: bytes = msgspec.field(default=b"", name="bytes")
    # base64 in the log


_CARRIED = msgspec.json.Decoder(_Carried)


def _bytes(event: Event) -> bytes:
    """The bytes that went over a socket. Raises NetLogError when they are not all there."""
    try:
        found = _CARRIED.decode(event.params)
    except (ValueError, RecursionError) as fault:
        raise NetLogError("bytes of a connection are not told as expected") from fault
    there = len(found.data)
    if there != found.byte_count:
        raise NetLogError(f"{found.byte_count} bytes went over a connection, and it holds {there} of them")
    return found.data


def _decoded(text: object) -> bytes:
    try:
        return b64decode(text if isinstance(text, str) else "!", validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NetLogError("bytes of a connection are not told as expected") from fault
