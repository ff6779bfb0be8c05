"""Chromium as these tests start it: bare, over a pipe, and gone at the end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from abusekit.browser.page.cdp import Cdp
from bare_chromium import bare_chromium

FLAGS = ("--hide-scrollbars",)


@contextlib.contextmanager
def browser() -> Iterator[Cdp]:
    """A fresh browser without scroll bars, so that pictures have the width of the page."""
    with bare_chromium(*FLAGS) as cdp:
        yield cdp


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
