"""A time-stamp authority on loopback (RFC 3161, 3.4), with the troubles that servers and networks give.

with TimeStampAuthorityServer("local-a") as authority:
    authority.url         http://127.0.0.1:…/
    authority.root_pem    what to trust
    authority.fault = Fault.WRONG_NONCE       the next answers are wrong in this way
    authority.trouble = Trouble.HANG          … or do not come as they should
    authority.shift = timedelta(minutes=10)   its clock is ahead
"""

from __future__ import annotations

import functools
import ipaddress
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import TracebackType
from typing import Self

from abusekit.demo.answers import Answer, SeenRequest, Talk, answer
from abusekit.demo.timestamp_issuer import Fault, TimestampIssuer
from abusekit.demo.wire import LoopbackServer
from abusekit.errors import UsageError

__all__ = ["Fault", "TimeStampAuthorityServer", "Trouble"]

REPLY, QUERY = "application/timestamp-reply", "application/timestamp-query"
DRIP_SECONDS = 0.05
"""Between two bytes of a slow drip."""
HANG_SECONDS = 600.0
TOO_LARGE = 2 << 20
"""Bytes of an answer that no client should take."""


class Trouble(StrEnum):
    """What can go wrong on the way."""

    NONE = ""
    SLOW_DRIP = "slow-drip"
    HANG = "hang"
    """No byte comes back, the connection stays."""
    SERVER_ERROR = "server-error"
    WRONG_TYPE = "wrong-type"
    TOO_LARGE = "too-large"
    REDIRECT = "redirect"
    """To itself: a client that follows gets a good answer."""
    RESET = "reset"
    CUT = "cut"
    """Half of the promised body."""
    GARBAGE = "garbage"
    """Of the right type, and no time stamp."""


def _system_clock() -> datetime:
    return datetime.now(UTC)


class TimeStampAuthorityServer(TimestampIssuer):
    """The authority as a context manager; it serves from `start` (or entering) to `stop` (or leaving), silently.

    `name`: as in `--tsa NAME`. `clock`: of its tokens, aware. `host`: a loopback address; UsageError for any
    other. `port` 0 takes a free one.
    """

    def __init__(
        self,
        name: str = "local-a",
        *,
        clock: Callable[[], datetime] = _system_clock,
        intermediate: bool = True,
        valid: timedelta = timedelta(days=30),
        fault: Fault = Fault.NONE,
        trouble: Trouble = Trouble.NONE,
        shift: timedelta = timedelta(),
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise UsageError(f"the practice authority does not serve on {host}", "use 127.0.0.1 or ::1")
        super().__init__(name, clock=clock, intermediate=intermediate, valid=valid, fault=fault, shift=shift)
        self.trouble = trouble
        self.faults: list[BaseException] = []
        # errors of the server itself; empty when all is well
        self.requests: list[SeenRequest] = []
        # every request understood, in order
        self._address = (host, port)
        self._running: tuple[LoopbackServer, threading.Thread] | None = None

    @property
    def url(self) -> str:
        """Where queries go; UsageError where it does not run."""
        if self._running is None:
            raise UsageError("the practice authority does not run", "start it first")
        host, port = self._running[0].server_address[:2]
        return f"http://[{host!s}]:{port}/" if ":" in str(host) else f"http://{host!s}:{port}/"

    def start(self) -> Self:
        server = LoopbackServer(self._address, self._respond, self.clock, None, self.faults)
        serve = functools.partial(server.serve_forever, poll_interval=0.02)
        thread = threading.Thread(target=serve, name=f"authority {self.name}", daemon=True)
        thread.start()
        self._running = (server, thread)
        return self

    def stop(self) -> None:
        if self._running is not None:
            server, thread = self._running
            self._running = None
            server.stop()
            thread.join()

    def __enter__(self) -> Self:
        return self if self._running is not None else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _respond(self, seen: SeenRequest) -> Answer:
        self.requests.append(seen)
        if seen.method != "POST" or seen.header("content-type").partition(";")[0].strip() != QUERY:
            return _words(400, "this is a time-stamp authority: POST a query (RFC 3161, 3.4)\n")
        if self.trouble is Trouble.SERVER_ERROR:
            return _words(500, "out of order\n")
        if self.trouble is Trouble.REDIRECT and seen.path == "/":
            return answer(307, b"", "", headers=(("Location", self.url + "moved"),), pack=False)
        body = self.answer(seen.body)
        if self.trouble is Trouble.HANG:
            return Answer(200, body, REPLY, delay_ms=int(HANG_SECONDS * 1000))
        if self.trouble is Trouble.SLOW_DRIP:
            length = (("Content-Length", str(len(body))),)
            return Answer(200, b"", REPLY, length, talk=functools.partial(_drip, body))
        if self.trouble is Trouble.TOO_LARGE:
            return Answer(200, body.ljust(TOO_LARGE, b"\0"), REPLY)
        if self.trouble is Trouble.WRONG_TYPE:
            return Answer(200, body, "text/html")
        if self.trouble is Trouble.RESET:
            return Answer(200, b"", REPLY, fault="reset")
        if self.trouble is Trouble.CUT:
            return Answer(200, body, REPLY, fault="cut")
        if self.trouble is Trouble.GARBAGE:
            return Answer(200, b"<html>maintenance</html>", REPLY)
        return Answer(200, body, REPLY)


def _words(status: int, text: str) -> Answer:
    return answer(status, text.encode(), "text/plain", pack=False)


def _drip(body: bytes, talk: Talk) -> None:
    for number in range(len(body)):
        talk.send(body[number : number + 1])
        if talk.wait(DRIP_SECONDS):
            return
