"""What tests of the browser share: a gate and a browser together, and a site that counts."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from abusekit.browser.egress.gate import Gate
from abusekit.browser.page.cdp import Cdp
from abusekit.browser.process.chromium import BrowserProcess, find
from abusekit.browser.process.executable import Executable
from abusekit.browser.process.flags import BACKGROUND_HOSTS
from abusekit.net.policy import AddressPolicy

LOOPBACK = AddressPolicy((ip_network("127.0.0.1/32"), ip_network("::1/128")))


def browser() -> Executable:
    """The whole browser of this computer; a test without one fails."""
    found = find()
    assert found is not None and not found.shell, "no browser: make system-packages installs one"
    return found


@dataclass(slots=True)
class Running:
    gate: Gate
    process: BrowserProcess
    cdp: Cdp

    def page(self, url: str) -> str:
        """Opens a page in a tab of its own; its session."""
        target = self.cdp.call("Target.createTarget", {"url": url})["targetId"]
        attached = self.cdp.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        return str(attached["sessionId"])

    def evaluate(self, session: str, expression: str, *, timeout: float = 20) -> Any:
        answer = self.cdp.call(
            "Runtime.evaluate",
            {"expression": expression, "awaitPromise": True, "returnByValue": True},
            session=session,
            timeout=timeout,
        )
        return answer["result"].get("value")

    def until(self, session: str, expression: str, *, seconds: float = 20) -> Any:
        """The expression's value once it is true."""
        ends_at = time.monotonic() + seconds
        while True:
            value = self.evaluate(session, expression)
            if value or time.monotonic() > ends_at:
                return value
            time.sleep(0.05)


@contextmanager
def running(
    policy: AddressPolicy = LOOPBACK, *, typed: tuple[str, int] = ("127.0.0.1", 80), **options: Any
) -> Iterator[Running]:
    """Ends the browser with its NetLog whole; its work folder is there until the end of the `with`."""
    with (
        Gate(
            policy,
            typed=typed,
            max_bytes=1 << 30,
            ends_at=time.monotonic() + 60,
            now=lambda: datetime.now(UTC),
            monotonic=time.monotonic,
            blocked=BACKGROUND_HOSTS,
        ) as gate,
        BrowserProcess(browser(), proxy_port=gate.port, monotonic=time.monotonic, **options) as process,
    ):
        cdp = Cdp(process.read_fd, process.write_fd)
        try:
            yield Running(gate, process, cdp)
        finally:
            cdp.send("Browser.close")
            process.close(10)
            cdp.close()


class CountingSite:
    """Answers every GET with `page`, sets a cookie that lasts and one that does not, and keeps what was asked."""

    def __init__(self, page: bytes = b"<title>here</title>", tls: tuple[Path, Path] | None = None) -> None:
        asked: list[tuple[str, str]] = []

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.path, self.headers.get("Cookie", "")))
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                if self.path.startswith("/login"):
                    self.send_header("Set-Cookie", "lasting=yes; Max-Age=86400; Path=/")
                    self.send_header("Set-Cookie", "session=yes; Path=/; HttpOnly")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_: object) -> None:
                return

        self.asked = asked
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class UdpCounter:
    """A UDP port that counts what arrives."""

    def __init__(self) -> None:
        self.count = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                if not self._socket.recv(2048):
                    return
            except OSError:
                return
            self.count += 1

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self._socket.close()
