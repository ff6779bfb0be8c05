"""Many addresses: several hosts at once, each host politely, every finished one durable before it is called done.

The journal of a run is the case itself: an address is done when the log admits an item of it. So after a
crash the same command simply goes on; what was in flight was never said to be stored.

A host that shows a wall (a login, a challenge, a rate limit) rests, and is tried again with its next address;
after WALLS_IN_A_ROW of them the rest of its addresses is not asked: a person has to do something first.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from abusekit.capture.context import context_of
from abusekit.capture.deposit import Attempt, Request, deposit
from abusekit.capture.engines import HTTP, Engine
from abusekit.capture.held_back import NOTHING, met
from abusekit.capture.outcome import WALLS
from abusekit.capture.plan import Plan
from abusekit.capture.queue import HostQueue, Politeness, host_of
from abusekit.capture.result import Capture
from abusekit.case.canonical import NotCanonicalError
from abusekit.case.custody import instant_text
from abusekit.case.folder import disk_error
from abusekit.case.intake import Draft, Intake
from abusekit.case.records import Item
from abusekit.errors import AbusekitError, CaseError, InputError, UsageError

if TYPE_CHECKING:
    from abusekit.capture.media import Media
    from abusekit.capture.run_clock import RunClock

__all__ = ["Done", "Politeness", "capture_all", "outcomes_so_far"]

ALLOW = "for a server of your own: --allow-private, or settings change --allow-network 192.168.1.0/24"
BATCH = 64
BATCH_SECONDS = 1.0
MAX_ATTEMPTS = 3
MAX_WAIT_S = 120
"""A server that asks for a longer pause than this is not waited for: its answer is stored as it is."""
RETRIED = ("rate-limited", "http-error")
NEVER_REACHED = ("dns-failure", "connect-failure")
"""Outcomes with which the server had no part: the next run of the same list tries again."""
TOLD_PAUSE_S = 3.0
WALLS_IN_A_ROW = 3
WALL_REST = timedelta(minutes=10)
"""A wall that is younger than this is not visited again by the same list, unless as somebody else."""
WALL_PAUSE_S = {"challenge": 20.0, "rate-limited": 20.0}
"""Outcome → seconds for which the host rests; other walls do not go away by waiting."""


@dataclass(frozen=True, slots=True)
class Done:
    """One address that is finished: stored, or refused before anything was sent."""

    request: Request
    item: Item | None
    problem: str = ""
    """Why there is no item."""
    parts_missing: int = 0
    """Page requisites that could not be had."""
    outcome: str = "refused"
    """Where there is no item: `refused`, or what a person has to see to first (`needs-login`, `needs-person`)."""


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
    context: tuple[Request, ...] = ()


def capture_all(
    requests: Iterable[Request],
    plan: Plan,
    intake: Intake,
    politeness: Politeness,
    *,
    now: Callable[[], datetime],
    monotonic: Callable[[], float] = time.monotonic,
    engine: Engine = HTTP,
    never: Mapping[str, str] = NOTHING,
    told: Callable[[str], None] = lambda _text: None,
    clock: RunClock | None = None,
    stamp: Callable[[Draft], None] | None = None,
) -> Iterator[Done]:
    """Capture every request; gives each when it is durable, in order of completion.

    Requests of lower `priority` are begun first. Those that a page leads to (plan.with_profile, with_thread)
    are captured right after it, and given like the others; addresses of `never` (held_back.HeldBack) are not, and
    of what leads to one of them or holds it nothing is stored. When the caller stops early, captures that are
    running are ended, and finished ones that are staged are still committed. Raises CaseError when the case
    cannot be written to (disk full, …): what was given before is stored.
    clock: compares our clock while the run lasts; None: items say that it was not checked.
    stamp: adds a time stamp to a draft whose files are all there, before it is stored; waits for the network.
    """
    run = _Run(plan, intake, politeness, now, monotonic, engine, never)
    run.told = told
    run.clock = clock
    run.stamp = stamp
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
        engine: Engine,
        never: Mapping[str, str],
    ) -> None:
        self.plan = plan
        self.intake = intake
        self.engine = engine
        self.never = never
        self.told: Callable[[str], None] = lambda _text: None
        self.clock: RunClock | None = None
        self.stamp: Callable[[Draft], None] | None = None
        self._now = now
        self._monotonic = monotonic
        self._hosts: HostQueue[_Task] = HostQueue(politeness, monotonic)
        self._walls: Counter[str] = Counter()
        self.asked: set[str] = set()
        self._left = 0
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._finished: queue.SimpleQueue[_Finished] = queue.SimpleQueue()
        self._batch: list[_Finished] = []
        self._batch_since = 0.0
        self._stopping = False
        self._workers = 0
        # Reading and storing take computing, not waiting: threads that do it at once only fight for the interpreter.
        self._one_at_a_time = threading.Lock()

    def enqueue(self, requests: Iterable[Request]) -> None:
        for request in sorted(requests, key=lambda one: one.priority):
            self.asked.add(request.address)
            self._hosts.add(host_of(request.address), _Task(request))
            self._left += 1

    def start(self) -> None:
        if self.clock is not None and self._left:
            self.clock.start()
        for _ in range(min(self._hosts.politeness.jobs, max(1, self._left))):
            threading.Thread(target=self._work, daemon=True).start()
            self._workers += 1

    def stop(self) -> None:
        """Commit what is staged, end what is running, and let the workers end."""
        self._stopping = True
        for _ in range(self._workers):
            self._tasks.put(None)
        self.engine.abort()
        while self._batch or not self._finished.empty():
            while not self._finished.empty():
                one = self._finished.get()
                self._batch += [one] if one.draft else []
            if self._batch:
                list(self._commit())
        if self.clock is not None and (closing := self.clock.closing()) is not None:
            with suppress(CaseError):  # what was captured is stored; this must not hide why the run ends
                self.intake.log([closing])

    def results(self) -> Iterator[Done]:
        while self._left or self._batch:
            self._dispatch()
            try:
                one = self._finished.get(timeout=self._patience())
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
            if any(stored.context for stored in self._batch):  # before its host begins with something else
                yield from self._commit()
            self._dispatch()
            if self._due():
                yield from self._commit()

    def _due(self) -> bool:
        if not self._batch:
            return False
        idle = self._hosts.running == 0
        return idle or len(self._batch) >= BATCH or self._monotonic() - self._batch_since >= BATCH_SECONDS

    def _patience(self) -> float:
        """Seconds until something could be to do."""
        waits = [1.0]
        if self._batch:
            waits.append(BATCH_SECONDS - (self._monotonic() - self._batch_since))
        if (until := self._hosts.patience()) is not None:
            waits.append(until)
        return max(0.0, min(waits))

    def _dispatch(self) -> None:
        for task in self._hosts.ready():
            self._tasks.put(task)

    def _collect(self, one: _Finished) -> Iterator[Done]:
        """Free the host, and stage the result, or put the address back for later."""
        name = host_of(one.task.request.address)
        outcome = one.draft.outcome if one.draft else one.attempt.outcome if one.attempt else ""
        pause = min(one.retry_after_s or 0, MAX_WAIT_S)
        if one.attempt is not None:
            self._hosts.add_first(name, _Task(one.task.request, (*one.task.attempts, one.attempt)))
            self._rests(name, pause, outcome)
            self._hosts.finished(name, pause)
            return
        self._walls[name] = self._walls[name] + 1 if outcome in WALLS else 0
        rest = max(pause, WALL_PAUSE_S.get(outcome, 0.0))
        self._rests(name, rest, outcome)
        self._hosts.finished(name, rest)
        if self._walls[name] >= WALLS_IN_A_ROW:
            yield from self._held(name, outcome)
        if one.fault is not None:
            self._left -= 1
            yield Done(one.task.request, None, _why_no_item(one.fault))
            return
        if not self._batch:
            self._batch_since = self._monotonic()
        self._batch.append(one)

    def _rests(self, name: str, seconds: float, outcome: str) -> None:
        """Tell of a pause that a person would take for a standstill."""
        if seconds >= TOLD_PAUSE_S and self._left > 1:
            self.told(f"{name} rests {seconds:.0f} s: it answered {outcome}")

    def _held(self, name: str, outcome: str) -> Iterator[Done]:
        """What is left of a host that shows nothing but walls: not asked, and to do for the next run."""
        label = "needs-login" if outcome == "login-wall" else "needs-person"
        why = f"not asked: {name} answered {WALLS_IN_A_ROW} times in a row with {outcome}"
        for task in self._hosts.give_up(name):
            self._left -= 1
            yield Done(task.request, None, why, outcome=label)

    def _commit(self) -> Iterator[Done]:
        batch, self._batch = self._batch, []
        yield from self._store(batch)

    def _store(self, batch: list[_Finished]) -> Iterator[Done]:
        drafts = [one.draft for one in batch if one.draft]
        if self.clock is not None:
            self.clock.set_in(drafts)
        try:
            items = self.intake.commit(drafts, before=self.clock.acts() if self.clock else ())
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
        if self.clock is not None:
            self.clock.logged()
        self._left -= len(batch)
        for one, item in zip(batch, items, strict=True):
            self._enqueue_context(one, item)
            yield Done(one.task.request, item, parts_missing=one.parts_missing)

    def _enqueue_context(self, one: _Finished, item: Item) -> None:
        """What the page leads to goes first in its host's line: it has to be of the same minute."""
        if self._stopping:
            return
        for request in reversed(one.context):
            if request.address not in self.asked and request.address not in self.never:
                self.asked.add(request.address)
                self._left += 1
                about = replace(request, context_of=item.id)
                self._hosts.add_first(host_of(request.address), _Task(about))

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None and not self._stopping:
            try:
                finished = self._one(task)
            except BaseException as fault:  # noqa: BLE001 - a worker hands every fault to the thread that waits for it
                finished = _Finished(task, fault=fault)
            self._finished.put(finished)

    def _one(self, task: _Task) -> _Finished:
        capture = self.engine.record(
            task.request.address, self.plan, now=self._now, computing=self._one_at_a_time
        )
        try:
            if self._stopping:  # ended half-way, by us: nothing that a page did
                return _Finished(task, fault=InputError("the run was stopped"))
            if why := met(capture, self.never):
                return _Finished(task, fault=InputError(why))
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
            sent = any(one.request for one in capture.exchanges)
            if capture.outcome == "refused-address" and not sent:
                refused = capture.problems[0].detail  # before anything was sent: there is nothing to keep
                return _Finished(task, fault=InputError(f"{refused}; {ALLOW}"))
            with self._media(task.request, capture) as media:
                return self._drafted(task, capture, media)
        finally:
            capture.close()

    @contextmanager
    def _media(self, request: Request, capture: Capture) -> Iterator[Media | None]:
        """The video behind a post, where it is wanted and the post is there."""
        if not self.plan.media or capture.outcome != "complete" or request.context == "profile":
            yield None
            return
        from abusekit.capture.with_media import media_of

        with media_of(request.address, self.plan, now=self._now) as found:
            yield found

    def _drafted(self, task: _Task, capture: Capture, media: Media | None) -> _Finished:
        with self._one_at_a_time:
            draft = self.intake.draft("capture")
            try:
                deposit(draft, task.request, capture, task.attempts)
                if self.clock is not None:
                    self.clock.heard(capture.exchanges)
                if media is not None:
                    from abusekit.capture import with_media

                    with_media.store(draft, media)
            except BaseException:
                draft.discard()
                raise
        if self.stamp is not None:  # others may compute while this one waits for an authority
            self.stamp(draft)
        missing = capture.requisites.failed + capture.requisites.not_fetched
        context = tuple(context_of(capture, task.request))
        return _Finished(task, draft, missing, retry_after_s=capture.retry_after_s, context=context)


def _why_no_item(fault: BaseException) -> str:
    """Why one address has no item. Raises CaseError when it concerns all that follow: the case, the disk.

    A page that hits a fault of ours must not keep the others of a list from being captured.
    """
    if isinstance(fault, OSError):
        raise disk_error("a capture could not be kept", fault) from fault
    if isinstance(fault, CaseError | UsageError) or not isinstance(fault, Exception):
        raise fault  # UsageError: such as a browser that may not run here at all
    if isinstance(fault, AbusekitError):
        return fault.message
    return f"a fault in abusekit itself ({type(fault).__name__}: {str(fault)[:200]})"


def outcomes_so_far(items: Iterable[Item], *, now: datetime, identity: str = "") -> dict[str, str]:
    """Address as typed → the best outcome that the case holds of it: `complete` where there is one.

    identity: as whom the next run visits; empty for nobody. An address that was never reached (no network, no
    such name) is not among them: it is still to do. So is one that met a wall, for another identity or after
    WALL_REST.
    """
    found: dict[str, str] = {}
    before = instant_text(now - WALL_REST)
    for item in items:
        address = item.source.get("address")
        if item.kind != "capture" or item.outcome in NEVER_REACHED or not isinstance(address, str):
            continue
        same = item.method.get("identity_used", "") == identity
        if item.outcome in WALLS and not (same and item.at > before):
            continue
        if found.get(address) != "complete":
            found[address] = item.outcome
    return found
