"""Which address is next: several hosts at once, each host politely, what is volatile first."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import urlsplit

Task = TypeVar("Task")


@dataclass(frozen=True, slots=True)
class Politeness:
    jobs: int = 8
    """Captures at once, over all hosts."""
    per_host: int = 1
    """Captures at once on one host."""
    delay_s: float = 1.0
    """Pause of a host between the end of one capture and the start of the next."""


@dataclass(slots=True)
class _Host(Generic[Task]):
    waiting: deque[Task] = field(default_factory=deque)
    running: int = 0
    ready_at: float = 0.0
    queued: bool = False


class HostQueue(Generic[Task]):
    """Tasks by host. Not safe in threads: one thread asks `next` and says `finished`."""

    def __init__(self, politeness: Politeness, monotonic: Callable[[], float]) -> None:
        self.politeness = politeness
        self.running = 0
        # tasks given by `next` and not yet finished
        self._monotonic = monotonic
        self._hosts: dict[str, _Host[Task]] = {}
        self._ready: list[tuple[float, int, str]] = []
        self._order = 0

    def add(self, host: str, task: Task) -> None:
        """Last in the host's line."""
        self._hosts.setdefault(host, _Host()).waiting.append(task)
        self._queue(host)

    def add_first(self, host: str, task: Task) -> None:
        """First in the host's line."""
        self._hosts.setdefault(host, _Host()).waiting.appendleft(task)
        self._queue(host)

    def ready(self) -> Iterator[Task]:
        """Every task that may begin now; each counts as running from here on."""
        while self._ready and self.running < self.politeness.jobs and self._ready[0][0] <= self._monotonic():
            _, _, name = heapq.heappop(self._ready)
            host = self._hosts[name]
            host.queued = False
            if host.ready_at > self._monotonic():  # asked to pause since it was queued
                self._queue(name)
                continue
            if not host.waiting:
                continue
            host.running += 1
            self.running += 1
            yield host.waiting.popleft()
            if host.waiting and host.running < self.politeness.per_host:
                self._queue(name)

    def finished(self, name: str, pause_s: float = 0.0) -> None:
        """One task of the host ended; it rests for the politeness delay, or for `pause_s` where that is longer."""
        host = self._hosts[name]
        host.running -= 1
        self.running -= 1
        host.ready_at = max(host.ready_at, self._monotonic() + max(self.politeness.delay_s, pause_s))
        self._queue(name)

    def give_up(self, name: str) -> list[Task]:
        """Every task of the host that has not begun, taken out of the line."""
        host = self._hosts[name]
        left = list(host.waiting)
        host.waiting.clear()
        return left

    def patience(self) -> float | None:
        """Seconds until a task may begin; None while nothing waits, or all places are taken."""
        if not self._ready or self.running >= self.politeness.jobs:
            return None
        return max(0.0, self._ready[0][0] - self._monotonic())

    def _queue(self, name: str) -> None:
        host = self._hosts[name]
        if not host.queued and host.waiting and host.running < self.politeness.per_host:
            host.queued = True
            self._order += 1
            heapq.heappush(self._ready, (host.ready_at, self._order, name))


def host_of(address: str) -> str:
    """What politeness counts by: the host as typed, lower case."""
    return (urlsplit(address).hostname or "").rstrip(".")
