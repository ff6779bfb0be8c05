"""HTTP/1.1 on a socket, as the practice site speaks it: broken answers included, which a library prevents.

Written on `socketserver` and not on `http.server`: that parses headers as an e-mail, in the very process whose
capture speed is being measured, and its buffered files keep a socket open after `close`, so that a reset
cannot be sent. Only for loopback: it understands what a client of ours sends, no more.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, Literal

MAX_HEAD_BYTES = 65_536
"""A longer request head is answered 431 and the connection closed."""
IDLE_SECONDS = 30.0
"""A connection on which nothing is asked for this long is closed."""
STOP_SECONDS = 5.0
"""How long `stop` waits for the connections' threads; they are daemons, so a site that nobody stopped ends too."""
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: `close` sends RST in place of FIN (socket(7))."""


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request as it arrived."""

    method: str
    # as sent: GET, HEAD, …
    target: str
    # the request-target as sent, query included (RFC 9112 section 3.2)
    headers: tuple[tuple[str, str], ...]
    # names in lower case, in the order sent; latin-1
    at_seconds: float
    # time.monotonic() of this process when the head was complete: only differences mean anything

    def header(self, name: str) -> str:
        """The first value of a header, empty where it was not sent; `name` in lower case."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back."""

    status: int
    # HTTP status code
    body: bytes
    # the representation, not compressed; empty where only `packed` is kept
    media_type: str = "text/html; charset=utf-8"
    # for Content-Type
    headers: tuple[tuple[str, str], ...] = ()
    # what this answer has beyond the ones that every answer has
    packed: bytes = b""
    # the same representation by gzip, made once; empty where compressing is of no use
    fault: Literal["", "cut", "reset"] = ""
    # "cut": half the body, then an orderly end; "reset": no byte, then RST
    delay_ms: int = 0
    # milliseconds of silence before the first byte
    tag: str = field(default="", compare=False)
    # entity tag without quotes: the start of the body's SHA-256


def answer(
    status: int,
    body: bytes,
    media_type: str = "text/html; charset=utf-8",
    *,
    headers: tuple[tuple[str, str], ...] = (),
    pack: bool | None = None,
    keep_body: bool = True,
) -> Answer:
    """An `Answer` with its entity tag and its gzip form; `pack` None: text is compressed, pictures are not.

    With `keep_body` false only the gzip form is kept, a third of the memory; the plain form is then made anew
    for each client that does not accept gzip.
    """
    if pack is None:
        pack = media_type.startswith(("text/", "application/json"))
    packed = gzip.compress(body, 6, mtime=0) if pack else b""
    tag = hashlib.sha256(body).hexdigest()[:32]
    return Answer(status, body if keep_body or not packed else b"", media_type, headers, packed, tag=tag)


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
    ) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.respond = respond
        self.clock = clock
        self.tls = tls
        self.faults = faults
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
        # A client that hangs up, a failed handshake, a time-out: all ordinary here, and all OSError.
        with contextlib.suppress(OSError):
            if isinstance(self.request, ssl.SSLSocket):
                self.request.do_handshake()
            self._pending = b""
            while not self.server.stopping.is_set() and self._one():
                pass

    def _one(self) -> bool:
        """Serve one request; whether another may follow on this connection."""
        while (end := self._pending.find(b"\r\n\r\n")) < 0:
            if len(self._pending) > MAX_HEAD_BYTES:
                return self._send(
                    answer(431, b"the request head is too long\n", "text/plain"), None, keep=False
                )
            received = self.request.recv(65_536)
            if not received:
                return False
            self._pending += received
        head, self._pending = self._pending[:end], self._pending[end + 4 :]
        seen, version = _parse(head)
        if seen is None:
            return self._send(
                answer(400, b"the request was not understood\n", "text/plain"), None, keep=False
            )
        given = self.server.respond(seen)
        if given.delay_ms:
            self.server.stopping.wait(given.delay_ms / 1000)
        wish = seen.header("connection").lower()
        has_body = seen.header("content-length") not in ("", "0") or seen.header("transfer-encoding") != ""
        keep = (version == "HTTP/1.1" and wish != "close") or (version == "HTTP/1.0" and wish == "keep-alive")
        return self._send(given, seen, keep=keep and not has_body)

    def _send(self, given: Answer, seen: SeenRequest | None, *, keep: bool) -> bool:
        if given.fault == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self.request.close()
            return False
        keep = keep and not given.fault
        gzipped = bool(given.packed) and seen is not None and accepts_gzip(seen.header("accept-encoding"))
        body = (
            given.packed
            if gzipped
            else given.body or (gzip.decompress(given.packed) if given.packed else b"")
        )
        etag = f'"{given.tag}-gz"' if gzipped else f'"{given.tag}"'
        status = given.status
        if status == 200 and seen is not None and etag in seen.header("if-none-match"):
            status, body = 304, b""
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            "Server: Chatterbox-practice",
            f"Date: {format_datetime(self.server.clock(), usegmt=True)}",
            f"Content-Type: {given.media_type}",
            f"ETag: {etag}",
            *(f"{name}: {value}" for name, value in given.headers),
        ]
        if given.packed:
            lines.append("Vary: Accept-Encoding")
        if gzipped:
            lines.append("Content-Encoding: gzip")
        if status != 304:  # RFC 9110 section 8.6: there it would have to be the length of the 200
            lines.append(f"Content-Length: {len(body)}")
        if not keep:
            lines.append("Connection: close")
        if seen is not None and seen.method == "HEAD":
            body = b""
        elif given.fault == "cut":
            body = body[: len(body) // 2]
        self.request.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        return keep


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the header (RFC 9110 section 12.5.3) admits gzip; an absent header is read as "no coding"."""
    weights = {}
    for part in accept_encoding.lower().split(","):
        coding, _, rest = part.partition(";")
        weights[coding.strip()] = rest.replace(" ", "").removeprefix("q=")
    weight = weights.get("gzip", weights.get("*"))
    if weight is None:
        return False
    return weight == "" or weight.strip("0.") != ""


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
