"""Chromium as these tests start it: bare, over a pipe, and gone at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from abusekit.browser.page.cdp import Cdp, CdpError

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--mute-audio",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


def executable() -> str:
    """The browser itself, not the distribution's wrapper; a test without a browser fails."""
    for path in ("/usr/lib/chromium/chromium", "/usr/bin/chromium", "/usr/bin/google-chrome"):
        if Path(path).is_file():
            return path
    raise AssertionError("no Chromium is installed (Debian: apt install chromium)")


@contextlib.contextmanager
def browser() -> Iterator[Cdp]:
    """A fresh browser with a fresh profile."""
    profile = Path(tempfile.mkdtemp(prefix="abusekit-test-"))
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    started = f'exec "$0" "$@" 3<&{to_read} 4>&{from_write}'
    process = subprocess.Popen(
        ["/bin/bash", "-c", started, executable(), *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        pass_fds=(to_read, from_write),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(to_read)
    os.close(from_write)
    cdp = Cdp(from_read, to_write)
    try:
        cdp.call("Browser.getVersion", timeout=30)
        yield cdp
    finally:
        with contextlib.suppress(CdpError):
            cdp.call("Browser.close", timeout=5)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        cdp.close()
        shutil.rmtree(profile, ignore_errors=True)


def new_page(cdp: Cdp, *, width: int = 1000, height: int = 700) -> str:
    """The session of a new, empty page."""
    target = cdp.call("Target.createTarget", {"url": "about:blank"}, timeout=20)["targetId"]
    session = str(cdp.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"])
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    cdp.call("Emulation.setDeviceMetricsOverride", size, session=session)
    return session


def show(cdp: Cdp, session: str, html: str) -> None:
    """Makes `html` the page's document, scripts run."""
    frame = cdp.call("Page.getFrameTree", session=session)["frameTree"]["frame"]["id"]
    cdp.call("Page.setDocumentContent", {"frameId": frame, "html": html}, session=session, timeout=20)


def wait_for(cdp: Cdp, session: str, expression: str, seconds: float = 15.0) -> None:
    """Returns when the expression is true in the page; fails when that does not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        asked = {"expression": f"Boolean({expression})", "returnByValue": True}
        if cdp.call("Runtime.evaluate", asked, session=session)["result"].get("value"):
            return
        time.sleep(0.02)
    raise AssertionError(f"never true: {expression}")
