"""Many addresses: several hosts at once, each host politely, every finished one durable before it is called done.

The journal of a run is the case itself: an address is done when the log admits an item of it. So after a
crash the same command simply goes on; what was in flight was never said to be stored.
"""

from __future__ import annotations

import heapq
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from abusekit.capture import http
from abusekit.capture.deposit import Attempt, Request, deposit
from abusekit.capture.plan import Plan
from abusekit.case.canonical import NotCanonicalError
from abusekit.case.folder import disk_error
from abusekit.case.intake import Draft, Intake
from abusekit.case.records import Item
from abusekit.errors import AbusekitError, CaseError, InputError

ALLOW = "for a server of your own: --allow-private, or abusekit settings change --allow-network"
BATCH = 64
BATCH_SECONDS = 1.0
MAX_ATTEMPTS = 3
MAX_WAIT_S = 120
"""A server that asks for a longer pause than this is not waited for: its answer is stored as it is."""
RETRIED = ("rate-limited", "http-error")
NEVER_REACHED = ("dns-failure", "connect-failure")
"""Outcomes with which the server had no part: the next run of the same list tries again."""


@dataclass(frozen=True, slots=True)
class Politeness:
    jobs: int = 8
    """Captures at once, over all hosts."""
    per_host: int = 1
    """Captures at once on one host."""
    delay_s: float = 1.0
    """Pause of a host between the end of one capture and the start of the next."""


@dataclass(frozen=True, slots=True)
class Done:
    """One address that is finished: stored, or refused before anything was sent."""

    request: Request
    item: Item | None
    problem: str = ""
    """Why there is no item."""
    parts_missing: int = 0
    """Page requisites that could not be had."""


@dataclass(slots=True)
class _Host:
    waiting: deque[_Task] = field(default_factory=deque)
    running: int = 0
    ready_at: float = 0.0
    queued: bool = False


@dataclass(slots=True)
class _Task:
    request: Request
    attempts: tuple[Attempt, ...] = ()


@dataclass(slots=True)
class _Finished:
    task: _Task
    draft: Draft | None = None
    parts_missing: int = 0
    retry_after_s: int | None = None
    attempt: Attempt | None = None
    fault: BaseException | None = None


def capture_all(
    requests: Iterable[Request],
    plan: Plan,
    intake: Intake,
    politeness: Politeness,
    *,
    now: Callable[[], datetime],
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[Done]:
    """Capture every request; gives each when it is durable, in order of completion.

    Raises CaseError when the case cannot be written to (disk full, …): what was given before is stored.
    When the caller stops early, finished captures that are staged are still committed.
    """
    run = _Run(plan, intake, politeness, now, monotonic)
    run.enqueue(requests)
    run.start()
    try:
        yield from run.results()
    finally:
        run.stop()


class _Run:
    def __init__(
        self,
        plan: Plan,
        intake: Intake,
        politeness: Politeness,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.plan = plan
        self.intake = intake
        self.politeness = politeness
        self._now = now
        self._monotonic = monotonic
        self._hosts: dict[str, _Host] = {}
        self._ready: list[tuple[float, int, str]] = []
        self._order = 0
        self._left = 0
        self._running = 0
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._finished: queue.SimpleQueue[_Finished] = queue.SimpleQueue()
        self._batch: list[_Finished] = []
        self._batch_since = 0.0
        self._stopping = False
        # Reading and storing take computing, not waiting: threads that do it at once only fight for the interpreter.
        self._one_at_a_time = threading.Lock()

    def enqueue(self, requests: Iterable[Request]) -> None:
        for request in requests:
            self._hosts.setdefault(host_of(request.address), _Host()).waiting.append(_Task(request))
            self._left += 1
        for name in self._hosts:
            self._queue(name)

    def start(self) -> None:
        for _ in range(min(self.politeness.jobs, max(1, self._left))):
            threading.Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        """Commit what is staged, and let the workers end."""
        self._stopping = True
        for _ in range(self.politeness.jobs):
            self._tasks.put(None)
        while self._batch or not self._finished.empty():
            while not self._finished.empty():
                one = self._finished.get()
                self._batch += [one] if one.draft else []
            if self._batch:
                list(self._commit())

    def results(self) -> Iterator[Done]:
        while self._left or self._batch:
            self._dispatch()
            timeout = self._patience()
            try:
                one = self._finished.get(timeout=timeout)
            except queue.Empty:
                one = None
            if one is not None:
                yield from self._collect(one)
                while len(self._batch) < BATCH:
                    try:
                        more = self._finished.get_nowait()
                    except queue.Empty:
                        break
                    yield from self._collect(more)
            self._dispatch()
            if self._due():
                yield from self._commit()

    def _due(self) -> bool:
        if not self._batch:
            return False
        idle = self._running == 0
        return idle or len(self._batch) >= BATCH or self._monotonic() - self._batch_since >= BATCH_SECONDS

    def _patience(self) -> float:
        """Seconds until something could be to do."""
        waits = [1.0]
        if self._batch:
            waits.append(BATCH_SECONDS - (self._monotonic() - self._batch_since))
        if self._ready and self._running < self.politeness.jobs:
            waits.append(self._ready[0][0] - self._monotonic())
        return max(0.0, min(waits))

    def _dispatch(self) -> None:
        while self._ready and self._running < self.politeness.jobs and self._ready[0][0] <= self._monotonic():
            _, _, name = heapq.heappop(self._ready)
            host = self._hosts[name]
            host.queued = False
            if host.ready_at > self._monotonic():  # asked to pause since it was queued
                self._queue(name)
                continue
            if not host.waiting:
                continue
            host.running += 1
            self._running += 1
            self._tasks.put(host.waiting.popleft())
            if host.waiting and host.running < self.politeness.per_host:
                self._queue(name)

    def _queue(self, name: str) -> None:
        host = self._hosts[name]
        if not host.queued and host.waiting:
            host.queued = True
            self._order += 1
            heapq.heappush(self._ready, (host.ready_at, self._order, name))

    def _collect(self, one: _Finished) -> Iterator[Done]:
        """Free the host, and stage the result, or put the address back for later."""
        name = host_of(one.task.request.address)
        host = self._hosts[name]
        host.running -= 1
        self._running -= 1
        host.ready_at = max(host.ready_at, self._monotonic() + self.politeness.delay_s)
        if one.retry_after_s is not None:
            host.ready_at = max(host.ready_at, self._monotonic() + min(one.retry_after_s, MAX_WAIT_S))
        if one.attempt is not None:
            host.waiting.appendleft(_Task(one.task.request, (*one.task.attempts, one.attempt)))
            self._queue(name)
            return
        self._queue(name)
        if one.fault is not None:
            self._left -= 1
            yield Done(one.task.request, None, _why_no_item(one.fault))
            return
        if not self._batch:
            self._batch_since = self._monotonic()
        self._batch.append(one)

    def _commit(self) -> Iterator[Done]:
        batch, self._batch = self._batch, []
        yield from self._store(batch)

    def _store(self, batch: list[_Finished]) -> Iterator[Done]:
        try:
            items = self.intake.commit([one.draft for one in batch if one.draft])
        except (InputError, NotCanonicalError) as fault:  # all was taken back: one of them does not fit
            if len(batch) > 1:
                for one in batch:
                    yield from self._store([one])
                return
            self._left -= 1
            if batch[0].draft:
                batch[0].draft.discard()
            yield Done(batch[0].task.request, None, _why_no_item(fault))
            return
        self._left -= len(batch)
        for one, item in zip(batch, items, strict=True):
            yield Done(one.task.request, item, parts_missing=one.parts_missing)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None and not self._stopping:
            try:
                finished = self._one(task)
            except BaseException as fault:  # noqa: BLE001 - a worker hands every fault to the thread that waits for it
                finished = _Finished(task, fault=fault)
            self._finished.put(finished)

    def _one(self, task: _Task) -> _Finished:
        capture = http.record(task.request.address, self.plan, now=self._now, computing=self._one_at_a_time)
        try:
            wait = capture.retry_after_s
            again = (
                capture.outcome in RETRIED
                and wait is not None
                and wait <= MAX_WAIT_S
                and len(task.attempts) + 1 < MAX_ATTEMPTS
            )
            if again:
                attempt = Attempt(capture.started, capture.outcome, capture.status, wait)
                return _Finished(task, retry_after_s=wait, attempt=attempt)
            if capture.outcome == "refused-address" and len(capture.exchanges) == 1:
                refused = capture.problems[0].detail  # before anything was sent: there is nothing to keep
                return _Finished(task, fault=InputError(f"{refused}; {ALLOW}"))
            with self._one_at_a_time:
                draft = self.intake.draft("capture")
                try:
                    deposit(draft, task.request, capture, task.attempts)
                except BaseException:
                    draft.discard()
                    raise
            missing = capture.requisites.failed + capture.requisites.not_fetched
            return _Finished(task, draft, missing, retry_after_s=wait)
        finally:
            capture.close()


def _why_no_item(fault: BaseException) -> str:
    """Why one address has no item. Raises CaseError when it concerns all that follow: the case, the disk.

    A page that hits a fault of ours must not keep the others of a list from being captured.
    """
    if isinstance(fault, OSError):
        raise disk_error("a capture could not be kept", fault) from fault
    if isinstance(fault, CaseError) or not isinstance(fault, Exception):
        raise fault
    if isinstance(fault, AbusekitError):
        return fault.message
    return f"a fault in abusekit itself ({type(fault).__name__}: {str(fault)[:200]})"


def host_of(address: str) -> str:
    """What politeness counts by: the host as typed, lower case."""
    return (urlsplit(address).hostname or "").rstrip(".")


def outcomes_so_far(items: Iterable[Item]) -> dict[str, str]:
    """Address as typed → the best outcome that the case holds of it: `complete` where there is one.

    An address that was never reached (no network, no such name) is not among them: it is still to do.
    """
    found: dict[str, str] = {}
    for item in items:
        address = item.source.get("address")
        reached = item.kind == "capture" and item.outcome not in NEVER_REACHED
        if reached and isinstance(address, str) and found.get(address) != "complete":
            found[address] = item.outcome
    return found
