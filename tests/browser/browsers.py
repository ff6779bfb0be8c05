"""Fresh browsers of this computer, driven over a pipe, and visits with them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from abusekit.browser.page.cdp import Cdp, CdpError
from abusekit.browser.page.drive import visit_page
from abusekit.browser.plan import VisitPlan
from abusekit.browser.run import Frozen, PageRun

PROGRAMS = ("/usr/lib/chromium/chromium", "chromium", "chromium-headless-shell", "google-chrome")
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--password-store=basic",
    "--mute-audio",
    "--js-flags=--max-old-space-size=256",
    "--remote-debugging-pipe",
)


class Browsers:
    """Fresh browsers without recorder and gate, for what is only about the page."""

    def __init__(self, path: str, folder: Path) -> None:
        self.path = path
        self.folder = folder
        self.running: list[tuple[subprocess.Popen[bytes], Cdp]] = []

    def start(self, *flags: str) -> Cdp:
        browser_reads, we_write = os.pipe()
        we_read, browser_writes = os.pipe()
        script = 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null'
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        profile = f"--user-data-dir={self.folder / f'profile-{len(self.running)}'}"
        process = subprocess.Popen(
            ["/bin/sh", "-c", script, self.path, *FLAGS, *sandbox, *flags, profile, "about:blank"],
            stdin=browser_reads,
            stdout=browser_writes,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(browser_reads)
        os.close(browser_writes)
        self.running.append((process, Cdp(we_read, we_write)))
        return self.running[-1][1]

    def end(self) -> None:
        """Ends all that were started, by their own process groups."""
        for process, cdp in self.running:
            with suppress(CdpError):
                cdp.call("Browser.close", timeout=2)
            with suppress(subprocess.TimeoutExpired):
                process.wait(3)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
            cdp.close()
        self.running.clear()


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
