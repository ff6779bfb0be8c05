"""Fresh browsers of this computer, driven over a pipe, and visits with them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from abusekit.browser.page.cdp import Cdp
from abusekit.browser.page.drive import visit_page
from abusekit.browser.plan import VisitPlan
from abusekit.browser.run import Frozen, PageRun
from bare_chromium import bare_chromium

FLAGS = ("--js-flags=--max-old-space-size=256",)


class Browsers:
    """Fresh browsers without recorder and gate, for what is only about the page."""

    def __init__(self) -> None:
        self.running = ExitStack()

    def start(self, *flags: str) -> Cdp:
        return self.running.enter_context(bare_chromium(*FLAGS, *flags))

    def end(self) -> None:
        """Ends all that were started."""
        self.running.close()


@dataclass(frozen=True)
class Visited:
    run: PageRun
    seconds: float


def visited(
    cdp: Cdp, url: str, limit: float, at_rest: Callable[[Frozen], None] | None, **plan: Any
) -> Visited:
    begun = time.monotonic()
    run = visit_page(
        cdp,
        url,
        VisitPlan(**plan),
        ends_at=begun + limit,
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        at_rest=at_rest,
    )
    return Visited(run, time.monotonic() - begun)


Visit = Callable[..., Visited]
