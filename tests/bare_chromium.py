"""A Chromium without gate and recorder, for tests that only need a page; gone at the end.

Without its sandbox as root: the pages are the tests' own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from abusekit.browser.page.cdp import Cdp, CdpError

PROGRAMS = ("/usr/lib/chromium/chromium", "chromium", "chromium-headless-shell", "google-chrome")
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--password-store=basic",
    "--mute-audio",
    "--remote-debugging-pipe",
)


def program() -> str:
    """The browser itself, not the distribution's start script; a test without a browser fails."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    assert found, "no browser: make system-packages installs one"
    return found


@contextmanager
def bare_chromium(*flags: str) -> Iterator[Cdp]:
    """A fresh browser with a fresh profile, which answers."""
    profile = tempfile.mkdtemp(prefix="abusekit-test-")
    browser_reads, we_write = os.pipe()
    we_read, browser_writes = os.pipe()
    # The two descriptors go in as 0 and 1: a shell moves those to 3 and 4 whatever their numbers were.
    moved = 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null'
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [program(), *FLAGS, *sandbox, *flags, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        ["/bin/sh", "-c", moved, *command],
        stdin=browser_reads,
        stdout=browser_writes,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(browser_reads)
    os.close(browser_writes)
    cdp = Cdp(we_read, we_write)
    try:
        cdp.call("Browser.getVersion", timeout=60)
        yield cdp
    finally:
        with suppress(CdpError):
            cdp.call("Browser.close", timeout=5)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        cdp.close()
        shutil.rmtree(profile, ignore_errors=True)
