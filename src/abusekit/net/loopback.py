"""One file, served on this computer alone, so that a replay tool in a browser can read it.

Everything that runs in a browser can send requests to 127.0.0.1, also pages of strangers. So the path holds a
random token, only requests that name this very address are answered (a name that was pointed here by DNS
rebinding is another), and only scripts of the one replay tool may read the answers (CORS). Nothing can be
written, nothing else can be read, no folder is listed. Other users of the same computer can connect; without
the token they get nothing.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

PIECE = 1 << 18
"""Bytes read from the file and sent at once."""

IDLE_SECONDS = 30.0
"""A connection on which nothing is asked for this long is closed."""

RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.A)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

ALLOWED = "GET, HEAD, OPTIONS"


class LoopbackFile:
    """Serves an open file on a free port of 127.0.0.1 from entering to leaving; silent.

    descriptor: open for reading, and the caller's to close; read with `pread`, so its position does not matter.
    size: bytes; what is there beyond, or grows later, is not served. name: what it is called in the address.
    origin: the one that may read it by script, such as "https://replay.example". token: for tests; random.
    """

    def __init__(
        self, descriptor: int, size: int, *, name: str, media_type: str, origin: str, token: str | None = None
    ) -> None:
        if not NAME.fullmatch(name):
            raise ValueError(f"no plain file name: {name!r}")
        self._served = _Served(descriptor, size, media_type, origin)
        self._path = f"/{token or secrets.token_urlsafe(24)}/{name}"
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address of the file, token included; only between entering and leaving."""
        if self._server is None:
            raise ValueError("it is not being served")
        return f"http://{self._server.host}{self._path}"

    def __enter__(self) -> Self:
        self._server = _Server(self._served, self._path)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="loopback", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = self._thread = None


class _Served:
    """The file, and who may read it."""

    __slots__ = ("descriptor", "media_type", "origin", "size")

    def __init__(self, descriptor: int, size: int, media_type: str, origin: str) -> None:
        self.descriptor = descriptor
        self.size = size
        self.media_type = media_type
        self.origin = origin


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, served: _Served, path: str) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.served = served
        self.path = path
        self.host = f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Connection(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "abusekit"
    sys_version = ""
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_OPTIONS(self) -> None:
        """A browser asks before a script of another origin may ask (Fetch, 3.2.2)."""
        if not self._wanted() or self.headers.get("Origin") != self.server.served.origin:
            self._refuse(HTTPStatus.FORBIDDEN)
            return
        self._begin(HTTPStatus.NO_CONTENT)
        self.send_header("Access-Control-Allow-Methods", ALLOWED)
        self.send_header("Access-Control-Allow-Headers", "Range")
        if self.headers.get("Access-Control-Request-Private-Network") == "true":
            self.send_header("Access-Control-Allow-Private-Network", "true")
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing is printed."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the library refuses: a bad request line, another method."""
        self._refuse(HTTPStatus(code))

    def _wanted(self) -> bool:
        """The request names this address, the one path, and comes from the replay tool or from no page."""
        hosts = self.headers.get_all("Host") or []
        origin = self.headers.get("Origin")
        return (
            hosts == [self.server.host]
            and origin in (None, self.server.served.origin)
            and secrets.compare_digest(self.path.encode("utf-8", "replace"), self.server.path.encode())
        )

    def _answer(self, *, body: bool) -> None:
        if not self._wanted():
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        size = self.server.served.size
        wanted = self._range(size)
        if wanted is not None and wanted[0] >= wanted[1]:
            self._begin(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start, end = wanted or (0, size)
        self._begin(HTTPStatus.OK if wanted is None else HTTPStatus.PARTIAL_CONTENT)
        if wanted is not None:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.send_header("Content-Type", self.server.served.media_type)
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        while body and start < end:
            piece = os.pread(self.server.served.descriptor, min(PIECE, end - start), start)
            if not piece:  # the file was cut: the client sees a short body
                self.close_connection = True
                return
            self.wfile.write(piece)
            start += len(piece)

    def _range(self, size: int) -> tuple[int, int] | None:
        """First byte and the byte after the last that are asked for; empty where there are none such.

        None: the whole. Several ranges, and what is no range, are answered so, as RFC 9110 (14.2) lets a server.
        """
        found = RANGE.fullmatch(self.headers.get("Range") or "")
        if found is None or found[0] == "bytes=-":
            return None
        first, last = found[1], found[2]
        if not first:
            return max(0, size - int(last)), size
        return int(first), min(size, int(last) + 1) if last else size

    def _begin(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", self.server.served.origin)
        self.send_header("Access-Control-Expose-Headers", "Accept-Ranges, Content-Length, Content-Range")
        self.send_header("Vary", "Origin")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Disposition", "attachment")

    def _refuse(self, status: HTTPStatus) -> None:
        """The same for all that is not the one file: nothing is learned from it."""
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        if status == HTTPStatus.NOT_IMPLEMENTED:
            self.send_header("Allow", ALLOWED)
        self.end_headers()
