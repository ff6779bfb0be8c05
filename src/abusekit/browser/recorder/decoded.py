"""The fallback recorder: what the browser tells over CDP, when its NetLog cannot be used.

Independent of NetLog, and graded lower: bodies are decoded, heads are as the browser tells them. Nothing is
paused, so the page notices nothing and can wait for nothing of ours: bodies are copied while they arrive
(`Network.streamResourceContent`), and asked for at the end (`Network.getResponseBody`) where a short one was there
before we asked. Pausing each answer with the Fetch domain, as others do, holds back an answer that never ends, and
leaves out workers.

Seen to be missing with Chromium 156: the bodies of redirects and preflights, those of short answers to a page that
left at once or that were cut before we asked, and second tries: a request that the browser sends again because a
kept connection was closed is told once. An exchange without its body has the problem `not-recorded`, or says how
many bytes are missing.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from abusekit.browser.egress.link import Connection
from abusekit.browser.page.cdp import Cdp, CdpClosedError, CdpError
from abusekit.browser.recorder.decoded_events import Events
from abusekit.browser.recorder.decoded_exchange import exchanges_of
from abusekit.browser.recorder.decoded_message import FORM_LIMIT, body_bytes, bytes_of
from abusekit.browser.values import text
from abusekit.webarchive.exchange import Exchange

WORKERS = 3
"""Threads that ask for bodies: while one waits for a page that is busy, others go on."""
ANSWER_S = 5.0
"""Seconds that the browser has for one answer."""
BUFFERS = {
    "maxTotalBufferSize": 128 << 20,
    "maxResourceBufferSize": 32 << 20,
    "maxPostDataSize": FORM_LIMIT,
}
"""What the browser keeps of bodies, for those that were there before we asked."""
CHAIN_LIMIT = 20
"""Certificates of one site."""
BODY_LIMIT = 1 << 28
"""Characters of one body in one message: more than CDP's own limit lets through."""


@dataclass(slots=True)
class _Job:
    """What the threads have done, and still have to do, for one request."""

    busy: bool = False
    again: bool = False
    streamed: bool = False
    # it was asked to be copied while it arrives
    fetched: bool = False
    # it was asked for as a whole


class DecodedRecorder:
    """Hears every event of every target (`on_event`, on the reader's thread), and asks from threads of its own.

    `settle` while the browser is still there, then `finish`.
    """

    def __init__(
        self,
        cdp: Cdp,
        *,
        spool: Path | None,
        max_bytes: int,
        now: Callable[[], datetime],
        proxy_port: int = 0,
    ) -> None:
        """max_bytes: of all bodies together. proxy_port: of our gate, whose address is not the site's."""
        self._cdp = cdp
        self._spool = spool
        self._now = now
        self._proxy_port = proxy_port
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._events = Events(spool, max_bytes, self._ask, self._enqueue_chain)
        self._jobs: dict[str, _Job] = {}
        self._chains: dict[str, tuple[bytes, ...]] = {}
        self._queue: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        # ("body", request) or ("chain", origin); ("", "") ends a thread
        self._open = 0
        # jobs that are queued or at work
        self._ended = False
        self._fault: OSError | None = None
        # the disk was full: the first time
        self._threads = [
            threading.Thread(target=self._work, name="bodies", daemon=True) for _ in range(WORKERS)
        ]
        for one in self._threads:
            one.start()

    @property
    def unlisted(self) -> int:
        """Requests that were one too many to record."""
        return self._events.uncounted

    def needs(self) -> Sequence[tuple[str, dict[str, Any]]]:
        """What has to be said to each target before it runs; a target may refuse it."""
        return (("Network.enable", dict(BUFFERS)),)

    def on_event(self, method: str, params: dict[str, Any], session: str) -> None:
        """One event of the browser. Waits for nothing."""
        if not method.startswith("Network."):
            return
        with self._lock:
            if self._ended:
                return
            try:
                self._events.take(method, params, session)
            except OSError as fault:
                self._fault = self._fault or fault

    def settle(self, wait_s: float = 5.0) -> None:
        """Waits for the bodies that are still being asked for, and hears nothing after that.

        To be called before the browser is told to end: afterwards it has no bodies to give, and what it breaks
        off by ending would look like the sites' doing.
        """
        with self._idle:
            self._idle.wait_for(lambda: not self._open, max(wait_s, 0.0))
            self._ended = True

    def finish(self, connections: Iterable[Connection] = (), *, wait_s: float = 5.0) -> tuple[Exchange, ...]:
        """Every exchange that was seen on a connection, in the order of the requests; the caller closes them.

        wait_s: see `settle`, where that was not called before. connections: of the gate, for the sites'
        addresses; where a host was reached at several, none is claimed. Raises OSError when the disk was full.
        Shows what the browser told of its traffic; what it left out cannot be seen from here (`crosscheck`
        compares).
        """
        if not self._ended:
            self.settle(wait_s)
        for _ in self._threads:
            self._queue.put(("", ""))
        for one in self._threads:
            one.join(ANSWER_S + 1)
        reached: dict[tuple[str, int], set[Connection]] = {}
        for connection in connections:
            reached.setdefault((connection.host, connection.port), set()).add(connection)
        made: list[Exchange] = []
        requests = self._events.requests
        try:
            if self._fault is not None:
                raise self._fault
            for loaded in requests.values():
                made += exchanges_of(loaded, self._chains, reached, self._now, self._proxy_port)
        except OSError:
            for exchange in made:
                exchange.close()
            raise
        finally:
            for loaded in requests.values():
                loaded.close()
            requests.clear()
        return tuple(made)

    def close(self) -> None:
        """Gives up, for a capture that failed elsewhere."""
        with contextlib.suppress(OSError):
            for one in self.finish(wait_s=0):
                one.close()

    # called by the events, which hold the lock

    def _ask(self, name: str) -> None:
        job = self._jobs.setdefault(name, _Job())
        if job.busy:
            job.again = True
        else:
            job.busy = True
            self._enqueue("body", name)

    def _enqueue_chain(self, origin: str) -> None:
        self._enqueue("chain", origin)

    def _enqueue(self, what: str, name: str) -> None:
        self._open += 1
        self._queue.put((what, name))

    # threads of their own, which take the lock for moments only

    def _work(self) -> None:
        while (job := self._queue.get())[0]:
            what, name = job
            try:
                if not self._ended:
                    (self._fetch if what == "body" else self._fetch_chain)(name)
            except CdpError:
                pass  # then it is not recorded, and said to be so
            finally:
                with self._idle:
                    self._open -= 1
                    if what == "body":
                        self._done(name)
                    self._idle.notify_all()

    def _done(self, name: str) -> None:
        job = self._jobs[name]
        job.busy = False
        if job.again:
            job.again = False
            self._ask(name)

    def _fetch(self, name: str) -> None:
        with self._lock:
            loaded, job = self._events.requests[name], self._jobs[name]
            stream = not job.streamed and loaded.ended is None
            job.streamed = True
            latest = loaded.sessions[-1:]
        if stream:
            with contextlib.suppress(CdpError):
                answer = self._call("Network.streamResourceContent", name, latest)
                data = bytes_of(text(answer, "bufferedData", BODY_LIMIT))
                with self._lock:
                    loaded.start = self._events.grant(loaded, data)
        with self._lock:
            if loaded.ended is None or job.fetched or loaded.limited or not loaded.wants_whole():
                return
            job.fetched = True
            sessions = loaded.sessions[
                ::-1
            ]  # of a frame that changed its process, the later one has the body
            charset = text(loaded.hops[-1].response, "charset", 40)
        answer = self._call("Network.getResponseBody", name, sessions)
        data, same = body_bytes(answer, charset, loaded.length)
        with self._lock:
            loaded.whole = self._events.grant(loaded, data)
            loaded.same = same

    def _fetch_chain(self, origin: str) -> None:
        with self._lock:
            told = (one.sessions[0] for one in self._events.requests.values() if one.sessions)
            session = next(told, "")
        answer = self._cdp.call(
            "Network.getCertificate", {"origin": origin}, session=session, timeout=ANSWER_S
        )
        table = answer.get("tableNames")
        ders = [bytes_of(one) for one in table if isinstance(one, str)] if isinstance(table, list) else []
        with self._lock:
            self._chains[origin] = tuple(der for der in ders[:CHAIN_LIMIT] if der)

    def _call(self, method: str, name: str, sessions: Sequence[str]) -> dict[str, Any]:
        """The answer of the first target that knows the request. Raises CdpError."""
        refused = CdpError(f"{method}: no target")
        for session in sessions:
            try:
                return self._cdp.call(method, {"requestId": name}, session=session, timeout=ANSWER_S)
            except CdpClosedError:
                raise
            except CdpError as fault:
                refused = fault
        raise refused
