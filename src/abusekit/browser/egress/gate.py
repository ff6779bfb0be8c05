"""The one way out for a browser: a SOCKS 5 server on loopback that checks, counts and pumps, and reads nothing.

Chromium is told to send *names* here and never to resolve one itself, so the address policy is asked once for
each name and the connection goes to a checked address (see `net.policy`). TLS stays between browser and site.
Whatever the page does (frames, workers, web sockets, redirects) comes through here. Another program of this
computer could connect to the gate, too, while it is open: it reaches no more than the page does, and where the
system tells whose a connection is (Linux), only the browser's user is let in (`only_user`). A program of the same
user is not told apart: what it asks for stands on the list of connections, and in no NetLog.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from abusekit.browser.egress import owner, pump, socks
from abusekit.browser.egress.link import Connection, Link, RefusalError
from abusekit.browser.egress.lookup import LOOKUP_S, Lookups, one_spelling
from abusekit.net.policy import AddressPolicy, Resolution

__all__ = ["Connection", "Gate"]

MAX_LOGGED = 2_000
"""Connections that are kept one by one; more are counted in `unlogged`."""

MAX_OPEN = 256
"""Connections at once; further ones wait in the system's queue."""

HANDSHAKE_S = 10.0
"""Seconds for the browser to say where it wants to go."""

CONNECT_S = 20.0
"""Seconds for one connection, over all addresses of the host."""

LINGER_S = 5.0
"""Seconds that a site has to end a connection that the browser has left."""

_TICK_S = 0.2
"""Seconds between two looks at the limits."""

_NEVER = float("inf")


class Gate:
    """A context manager: open while the browser runs. Figures may be read at any time, also afterwards.

    `typed`: host and port of the address that a person typed. Connections to exactly it are judged by `policy`,
    all others by what `AddressPolicy.after_first` leaves of it. `blocked`: names that are refused unheard (the
    browser's own services); the typed host is never among them. `max_bytes`: over all connections, both ways;
    `ends_at`: on the `monotonic` clock. At either limit every connection is broken off and none is made any
    more. Proves where the bytes went, not what they were.
    """

    def __init__(
        self,
        policy: AddressPolicy,
        *,
        typed: tuple[str, int],
        max_bytes: int,
        ends_at: float,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        blocked: frozenset[str] = frozenset(),
    ) -> None:
        self.port = 0
        # TCP on 127.0.0.1, once open
        self.exceeded = False
        # the byte limit was reached
        self.late = False
        # the time limit was reached
        self.unlogged = 0
        # connections beyond MAX_LOGGED
        self.strangers = 0
        # connections of other users that were closed unheard, see `only_user`
        self._only: int | None = None
        self._vet = False
        # those that came before `only_user` are still to be looked at
        self._bytes_left = self._max_bytes = max_bytes
        self._ends_at = ends_at
        self._now = now
        self._monotonic = monotonic
        self._lookups = Lookups(policy, typed, self._nudge)
        self._blocked = frozenset(map(one_spelling, blocked)) - {self._lookups.typed[0]}
        self._refused: Counter[str] = Counter()
        self._log: list[Link] = []
        self._links: set[Link] = set()
        self._looked_at = 0.0
        self._door: socket.socket | None = None
        self._door_open = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gate", daemon=True)

    def __enter__(self) -> Gate:
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        for one in (self._door, self._wake, self._woken):
            one.setblocking(False)
        self.port = self._door.getsockname()[1]
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends every connection and the thread; a name that the resolver still chews on is left to it."""
        if self._door is None:
            return
        self._stop.set()
        self._nudge()
        self._thread.join()
        self._selector.close()
        for one in (self._door, self._wake, self._woken):
            pump.close(one)

    def only_user(self, user: int | None) -> bool:
        """From now on hear this numeric user alone (None: our own), and end what others have open.

        False where the system does not tell whose a connection is: then all are heard.
        """
        if not owner.known():
            return False
        self._only = os.geteuid() if user is None else user
        self._vet = True
        self._nudge()
        return True

    def connections(self) -> tuple[Connection, ...]:
        """What was asked for so far, in the order of asking, refused ones included (but for blocked names)."""
        return tuple(one for link in tuple(self._log) if (one := link.logged()) is not None)

    def refused_names(self) -> Mapping[str, int]:
        """Blocked name → how often it was asked for."""
        return dict(self._refused)

    def _nudge(self) -> None:
        with contextlib.suppress(OSError):
            self._wake.send(b"x")

    # The rest runs on the gate's own thread.

    def _run(self) -> None:
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._tend_the_door()
        while not self._stop.is_set():
            for key, mask in self._selector.select(_TICK_S):
                if key.fileobj is self._woken:
                    self._woken.recv(4096)
                elif key.fileobj is self._door:
                    self._accept(self._door)
                elif not key.data.closed:
                    self._step(key.data, key.fileobj is key.data.client, mask)
            for link, answer in self._lookups.answers():
                self._answered(link, answer)
            if self._vet:
                self._vet = False
                for link in tuple(self._links):
                    if self._strange(link.client):
                        self._end(link, broken=True)
            self._watch_the_limits()
        for link in tuple(self._links):
            self._end(link)

    def _tend_the_door(self) -> None:
        """Open while there is room."""
        wanted = len(self._links) < MAX_OPEN
        if wanted and not self._door_open:
            self._selector.register(self._door, selectors.EVENT_READ)  # type: ignore[arg-type]
        elif self._door_open and not wanted:
            self._selector.unregister(self._door)  # type: ignore[arg-type]
        self._door_open = wanted

    def _accept(self, door: socket.socket) -> None:
        try:
            client, (_, port) = door.accept()
        except OSError:
            return
        if self._strange(client):
            pump.close(client)
            return
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = Link(client, port, self._selector)
        link.until = self._monotonic() + HANDSHAKE_S
        self._links.add(link)
        self._selector.register(client, selectors.EVENT_READ, link)
        self._tend_the_door()

    def _strange(self, client: socket.socket) -> bool:
        """Another user's, or nobody's any more."""
        if self._only is None:
            return False
        try:
            user = owner.owner(client.getpeername(), client.getsockname())
        except OSError:  # gone already
            return False
        if user == self._only:
            return False
        self.strangers += user is not None
        return True

    def _step(self, link: Link, from_client: bool, mask: int) -> None:
        try:
            if link.target is None:
                self._listen(link)
                return
            connected_before = link.ip is not None
            link.step(from_client, mask, self._allowance)
            if not connected_before and link.ip is not None:
                link.until = _NEVER
            if link.done():
                self._end(link)
            elif link.left and link.until == _NEVER:
                link.until = self._monotonic() + LINGER_S
        except socks.SocksError as fault:
            if fault.answer:
                link.answer(fault.answer)
            self._end(link)
        except RefusalError as why:
            self._refuse(link, why)
        except OSError:
            self._end(link, broken=True)

    def _listen(self, link: Link) -> None:
        target = link.listen()
        if target is None:
            return
        if target.host in self._blocked:
            self._refused[target.host] += 1
            raise socks.SocksError("blocked", socks.reply(socks.NOT_ALLOWED))
        link.target, link.at = target, self._now()
        if len(self._log) < MAX_LOGGED:
            self._log.append(link)
        else:
            self.unlogged += 1
        if self.exceeded or self.late:
            raise self._limit()
        link.until = self._monotonic() + LOOKUP_S + 1  # the lookup itself comes first, with a better reason
        # Half a second beyond the time limit, so that the limit is what is logged.
        left = self._ends_at - self._monotonic() + 0.5
        found = self._lookups.ask(link, target, min(LOOKUP_S, left))
        if found is not None:
            self._answered(link, found)

    def _answered(self, link: Link, answer: Resolution | RefusalError) -> None:
        if isinstance(answer, RefusalError):
            self._refuse(link, answer)
            return
        link.until = self._monotonic() + CONNECT_S
        try:
            link.go(answer.addresses)
        except RefusalError as why:
            self._refuse(link, why)

    def _allowance(self, wanted: int) -> int:
        """How many of these bytes may still pass."""
        given = min(wanted, self._bytes_left)
        self._bytes_left -= given
        self.exceeded = self.exceeded or given < wanted
        return given

    def _limit(self) -> RefusalError:
        if self.exceeded:
            detail = f"the limit of {self._max_bytes} bytes was reached"
            return RefusalError("too-large", detail, socks.NOT_ALLOWED)
        return RefusalError("timeout", "the time limit of the address was reached", socks.EXPIRED)

    def _watch_the_limits(self) -> None:
        moment = self._monotonic()
        self.late = self.late or moment >= self._ends_at
        if self.exceeded or self.late:
            for link in tuple(self._links):
                if link.target is not None:
                    self._refuse(link, self._limit())
        if moment - self._looked_at < _TICK_S:
            return
        self._looked_at = moment
        for link in tuple(self._links):
            if moment < link.until:
                continue
            if link.target is None or link.ip is not None:
                self._end(link)
            else:
                label = "connect-failure" if link.dns else "dns-failure"
                self._refuse(link, RefusalError(label, "no answer in time", socks.EXPIRED))

    def _refuse(self, link: Link, why: RefusalError) -> None:
        link.refuse(why)
        self._gone(link)

    def _end(self, link: Link, *, broken: bool = False) -> None:
        link.end(broken=broken)
        self._gone(link)

    def _gone(self, link: Link) -> None:
        self._links.discard(link)
        self._tend_the_door()
