"""HTTP/1.1 on a socket, as the practice site speaks it: broken answers included, which a library prevents.

Written on `socketserver` and not on `http.server`: that parses headers as an e-mail, in the very process whose
capture speed is being measured, and its buffered files keep a socket open after `close`, so that a reset
cannot be sent. Only for loopback: it understands what a client of ours or a browser sends, no more.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from abusekit.demo.answers import Answer, SeenRequest, answer, shape
from abusekit.demo.wire_log import ConnectionLog, WireLog

MAX_HEAD_BYTES = 65_536
"""A longer request head is answered 431 and the connection closed."""
MAX_BODY_BYTES = 1 << 20
"""A longer request body is answered 413 and the connection closed."""
IDLE_SECONDS = 30.0
"""A connection on which nothing is asked for this long is closed."""
STOP_SECONDS = 5.0
"""How long `stop` waits for the connections' threads; they are daemons, so a site that nobody stopped ends too."""
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: `close` sends RST in place of FIN (socket(7))."""


class LoopbackServer(socketserver.ThreadingTCPServer):
    """Threads, one a connection; `respond` is called with each request and must be safe in all of them."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        respond: Callable[[SeenRequest], Answer],
        clock: Callable[[], datetime],
        tls: ssl.SSLContext | None,
        faults: list[BaseException],
        wire_log: WireLog | None = None,
    ) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.respond = respond
        self.clock = clock
        self.tls = tls
        self.faults = faults
        self.wire_log = wire_log
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        super().__init__(address, Connection)

    def get_request(self) -> tuple[socket.socket, Any]:
        raw, peer = super().get_request()
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.settimeout(IDLE_SECONDS)
        if (
            self.tls is not None
        ):  # the handshake is the connection's thread's work: a silent client blocks only it
            raw = self.tls.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
        with self._changed:
            self._open.add(raw)
        return raw, peer

    def close_request(self, request: Any) -> None:
        super().close_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep the error for whoever owns the server; `socketserver` would print it."""
        if (fault := sys.exception()) is not None:
            self.faults.append(fault)

    def stop(self) -> None:
        """Close the door and every open connection, and wait for their threads."""
        self.stopping.set()
        self.shutdown()
        with self._changed:
            for connection in self._open:
                # not `close`: only a shutdown wakes a thread that waits in recv
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._open, timeout=STOP_SECONDS)
        self.server_close()


class Connection(socketserver.BaseRequestHandler):
    """One client: requests one after another until it, or a fault, ends it."""

    server: LoopbackServer
    request: socket.socket

    def handle(self) -> None:
        self._log: ConnectionLog | None = None
        if self.server.wire_log is not None:
            tls = self.server.tls is not None
            self._log = self.server.wire_log.accept(self.client_address[1], tls=tls)
        # A client that hangs up, a failed handshake, a time-out: all ordinary here, and all OSError.
        with contextlib.suppress(OSError):
            if isinstance(self.request, ssl.SSLSocket):
                self.request.do_handshake()
            self._pending = b""
            self._taken = 0  # bytes received that belong to requests already read
            while not self.server.stopping.is_set() and self._one():
                pass

    def send(self, data: bytes) -> None:
        """Send all of it. It is logged first, so that no client is ahead of the log; what fails is taken back."""
        sent, begin = 0, 0
        if self._log is not None:
            begin = len(self._log.sent)
            self._log.sent += data
        try:
            while sent < len(data):
                sent += self.request.send(memoryview(data)[sent:])
        finally:
            if self._log is not None:
                del self._log.sent[begin + sent :]

    def receive(self) -> bytes:
        """The next bytes; nothing where the client has hung up."""
        if self._pending:
            held, self._pending = self._pending, b""
            return held
        received = self.request.recv(65_536)
        if self._log is not None:
            self._log.received += received
        return received

    def wait(self, seconds: float) -> bool:
        """Wait, or less where the site stops; whether it stops."""
        return self.server.stopping.wait(seconds)

    def _one(self) -> bool:
        """Serve one request; whether another may follow on this connection."""
        while (end := self._pending.find(b"\r\n\r\n")) < 0:
            if len(self._pending) > MAX_HEAD_BYTES:
                return self._refuse(431, b"the request head is too long\n")
            if not self._more():
                return False
        head = self._pending[:end]
        seen, version = _parse(head)
        if seen is None:
            return self._refuse(400, b"the request was not understood\n")
        length = seen.header("content-length") or "0"
        if seen.header("transfer-encoding") or not (
            length.isascii() and length.isdigit() and len(length) < 10
        ):
            return self._refuse(411, b"the length of the body must be told\n")
        if int(length) > MAX_BODY_BYTES:
            return self._refuse(413, b"the body is too long\n")
        whole = end + 4 + int(length)
        while len(self._pending) < whole:
            if not self._more():
                return False
        if int(length):
            body = self._pending[end + 4 : whole]
            seen = SeenRequest(seen.method, seen.target, seen.headers, seen.at_seconds, body)
        self._pending = self._pending[whole:]
        self._begin(whole, seen.method, seen.target)
        given = self.server.respond(seen)
        if given.delay_ms:
            self.server.stopping.wait(given.delay_ms / 1000)
        wish = seen.header("connection").lower()
        keep = (version == "HTTP/1.1" and wish != "close") or (version == "HTTP/1.0" and wish == "keep-alive")
        return self._answer(given, seen, keep=keep, chunks=version == "HTTP/1.1")

    def _more(self) -> bool:
        """Put what the client sends next after what is pending; false where it has hung up."""
        held, self._pending = self._pending, b""
        received = self.receive()
        self._pending = held + received
        return received != b""

    def _refuse(self, status: int, words: bytes) -> bool:
        self._begin(len(self._pending), "", "")
        return self._answer(answer(status, words, "text/plain"), None, keep=False, chunks=False)

    def _begin(self, length: int, method: str, target: str) -> None:
        if self._log is not None and self.server.wire_log is not None:
            span = (self._taken, self._taken + length)
            self.server.wire_log.begin(self._log, method, target, received=span)
        self._taken += length

    def _answer(self, given: Answer, seen: SeenRequest | None, *, keep: bool, chunks: bool) -> bool:
        if given.fault == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self.request.close()
            return False
        shaped = shape(given, seen, self.server.clock(), keep=keep, chunks=chunks)
        if given.status == 101 and self._log is not None:
            self._log.begun[-1].switched_at = len(self._log.sent) + len(shaped.head)
        self.send(shaped.head + shaped.body)
        if given.talk is not None and seen is not None and seen.method != "HEAD":
            given.talk(self)
        return shaped.keep


def _parse(head: bytes) -> tuple[SeenRequest | None, str]:
    """The request line and the headers (RFC 9112 sections 3 and 5), or None where they are not that."""
    first, *rest = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0"):
        return None, ""
    headers = []
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            return None, ""
        headers.append((name.lower(), value.strip()))
    return SeenRequest(words[0], words[1], tuple(headers), time.monotonic()), words[2]
