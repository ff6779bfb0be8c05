"""One connection through the gate: from the browser's greeting to the last byte."""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from abusekit.browser.egress import pump, socks
from abusekit.webarchive.exchange import Problem

_CONNECTING = (0, errno.EINPROGRESS)


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection that the browser asked for."""

    client_port: int
    # TCP, the browser's side on loopback: the local port of NetLog's socket events
    host: str
    # as the browser sent it: a name or an address, lower case, without brackets
    port: int
    # TCP, of the host
    dns: tuple[str, ...]
    # every address that the resolver gave, also where it was refused
    ip: str | None
    # the address connected to; None when no connection came about
    at: datetime
    # UTC, our clock: the request to the gate
    bytes_sent: int
    # browser to site, inside of SOCKS, TLS included
    bytes_received: int
    # site to browser
    problem: Problem | None
    # refused-address, dns-failure, connect-failure, timeout, too-large: as in capture/outcome.py


class RefusalError(Exception):
    """No connection comes about: what to log (`answers`: of the resolver), and the reply code."""

    def __init__(self, label: str, detail: str, code: int, answers: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.label = label
        self.detail = detail
        self.code = code
        self.answers = answers


class Link:
    """A connection while it lasts: the browser's socket, what it wants, and the site's socket.

    Each method does what can be done without waiting; `selector` tells when there is more. Only the gate's
    thread may call them; OSError of any is the end of the connection.
    """

    def __init__(self, client: socket.socket, client_port: int, selector: selectors.BaseSelector) -> None:
        self.client = client
        self.client_port = client_port
        self.selector = selector
        self.until = 0.0
        # monotonic seconds at which the present step must be done; set by the gate
        self.target: socks.Target | None = None
        self.at: datetime | None = None
        self.dns: tuple[str, ...] = ()
        self.ip: str | None = None
        self.problem: Problem | None = None
        self.closed = False
        self.far: socket.socket | None = None
        self._heard = b""
        self._greeted = False
        self._left: list[str] = []
        # addresses that were not tried yet
        self._trying = ""
        self._faults: list[str] = []
        self._out: pump.OneWay | None = None
        self._back: pump.OneWay | None = None

    def logged(self) -> Connection | None:
        """What the log keeps; None before the browser has said where it wants to go."""
        if self.target is None or self.at is None:
            return None
        sent = self._out.count if self._out else 0
        received = self._back.count if self._back else 0
        where = self.target
        return Connection(
            self.client_port, where.host, where.port, self.dns, self.ip, self.at, sent, received, self.problem
        )

    @property
    def left(self) -> bool:
        """The browser has closed its side: it closes whole connections, never half of one."""
        return self._out is not None and self._out.ended

    def listen(self) -> socks.Target | None:
        """Reads on in the handshake; the target once it is known. Raises SocksError, OSError.

        A client that closes, or says more than the request before it is answered, speaks no SOCKS.
        """
        received = self.client.recv(1024)
        if not received:
            raise socks.SocksError("closed in the handshake")
        self._heard += received
        if not self._greeted:
            length = socks.greeting_length(self._heard)
            if length is None:
                return None
            self._greeted, self._heard = True, self._heard[length:]
            self.client.send(socks.NO_AUTHENTICATION)
        asked = socks.request(self._heard)
        if asked is None:
            return None
        target, length = asked
        if len(self._heard) > length:
            raise socks.SocksError("words after the request", socks.reply(socks.FAILED))
        return target

    def go(self, addresses: tuple[str, ...]) -> None:
        """Begins to connect to the first of the checked `addresses` that can be tried. Raises RefusalError."""
        self.dns, self._left = addresses, list(addresses)
        self._next_address()

    def _next_address(self) -> None:
        assert self.target is not None  # noqa: S101 - set before a name is looked up
        while self._left:
            self._trying = self._left.pop(0)
            try:
                far = socket.socket(
                    socket.AF_INET6 if ":" in self._trying else socket.AF_INET, socket.SOCK_STREAM
                )
            except OSError as fault:
                self._faults.append(f"{self._trying}: {fault.strerror}")
                continue
            far.setblocking(False)
            code = far.connect_ex(_place(self._trying, self.target.port))
            if code in _CONNECTING:
                self.far = far
                self.selector.register(far, selectors.EVENT_WRITE, self)
                return
            pump.close(far)
            self._faults.append(f"{self._trying}: {os.strerror(code)}")
        detail = f"no connection to {self.target.host}: {'; '.join(self._faults)}"[:500]
        raise RefusalError("connect-failure", detail, socks.REFUSED)

    def step(self, from_client: bool, mask: int, allowance: Callable[[int], int]) -> None:
        """What the selector told of, once the target is known. Raises RefusalError, OSError."""
        if self._out is None or self._back is None:
            if from_client:  # it speaks or leaves before it was answered: it does not want the connection
                raise ConnectionAbortedError
            self._connected()
            return
        mine, other = (self._out, self._back) if from_client else (self._back, self._out)
        if mask & selectors.EVENT_WRITE:
            other.write()
        if mask & selectors.EVENT_READ:
            mine.read(allowance)
        self._watch(self._out, self._back)

    def _connected(self) -> None:
        far = self.far
        assert far is not None  # noqa: S101 - it is what the selector told of
        code = far.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._faults.append(f"{self._trying}: {os.strerror(code)}")
            self._drop_far()
            self._next_address()
            return
        self.ip = self._trying
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client.send(socks.reply(socks.GRANTED))
        self._out, self._back = pump.OneWay(self.client, far), pump.OneWay(far, self.client)
        self._watch(self._out, self._back)

    def done(self) -> bool:
        """Both sides have ended, and everything was handed on."""
        return all(way is not None and way.ended and not way.pending for way in (self._out, self._back))

    def _watch(self, out: pump.OneWay, back: pump.OneWay) -> None:
        for connection, mask in (
            (self.client, pump.reading(out) | pump.writing(back)),
            (self.far, pump.reading(back) | pump.writing(out)),
        ):
            assert connection is not None  # noqa: S101 - both are there while bytes are pumped
            key = self.selector.get_map().get(connection)
            if key is None and mask:
                self.selector.register(connection, mask, self)
            elif key is not None and not mask:
                self.selector.unregister(connection)
            elif key is not None and key.events != mask:
                self.selector.modify(connection, mask, self)

    def refuse(self, why: RefusalError) -> None:
        """Ends it with the reason in the log; a connection that is open already is broken off."""
        if self.closed:
            return
        self.dns = self.dns or why.answers
        if self.target is not None:
            self.problem = Problem(why.label, why.detail, f"{self.target.host}:{self.target.port}")
            if self.ip is None:
                self.answer(socks.reply(why.code))
        self.end(broken=self.ip is not None)

    def answer(self, words: bytes) -> None:
        """Says `words` to the browser, if it still listens; they are few, so they fit into its buffer."""
        with contextlib.suppress(OSError):
            self.client.send(words)

    def _drop_far(self, *, broken: bool = False) -> None:
        if self.far is not None:
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(self.far)
            pump.close(self.far, broken=broken)
            self.far = None

    def end(self, *, broken: bool = False) -> None:
        """Closes both sides; `broken`: so that both see a reset, not an orderly end."""
        self.closed = True
        with contextlib.suppress(KeyError, ValueError):
            self.selector.unregister(self.client)
        self._drop_far(broken=broken)
        pump.close(self.client, broken=broken)


def _place(address: str, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """What `connect` takes; an IPv6 scope (`fe80::1%eth0`) becomes its number."""
    plain, _, scope = address.partition("%")
    if ":" not in plain:
        return plain, port
    number = 0
    with contextlib.suppress(OSError, ValueError):
        number = socket.if_nametoindex(scope) if scope and not scope.isdigit() else int(scope or 0)
    return plain, port, 0, number
