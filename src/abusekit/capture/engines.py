"""The engines that capture an address, and what each needs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Protocol

from abusekit.capture.plan import Plan
from abusekit.capture.result import Capture

_FREE = nullcontext()


class Engine(Protocol):
    """One way to capture an address. `record` may be called in several threads at once."""

    name: str

    def record(
        self,
        url: str,
        plan: Plan,
        *,
        now: Callable[[], datetime],
        computing: AbstractContextManager[object] = _FREE,
    ) -> Capture:
        """One address; what the world does ends as an outcome. Close the capture after use."""

    def abort(self) -> None:
        """End every `record` that is running and holds something outside of this process, and wait for that."""


class HttpEngine:
    """Plain fetches: no scripts, no picture."""

    name = "http"

    def record(
        self,
        url: str,
        plan: Plan,
        *,
        now: Callable[[], datetime],
        computing: AbstractContextManager[object] = _FREE,
    ) -> Capture:
        from abusekit.capture import http

        return http.record(url, plan, now=now, computing=computing)

    def abort(self) -> None:
        """Nothing to do: a fetch holds nothing that outlives this process."""


HTTP: Engine = HttpEngine()
