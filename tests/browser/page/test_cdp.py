"""The pipe to the browser: answers, refusals, silence, and a browser that is gone."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from abusekit.browser.page.cdp import Cdp, CdpClosedError, CdpError, CdpTimeoutError


def page_of(cdp: Cdp) -> str:
    target = cdp.call("Target.createTarget", {"url": "about:blank"}, timeout=30)["targetId"]
    return str(cdp.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"])


def test_calls_refusals_and_half_characters(start_chromium: Callable[..., Cdp]) -> None:
    cdp = start_chromium()
    assert "Chrom" in cdp.call("Browser.getVersion", timeout=30)["product"]
    with pytest.raises(CdpError, match="wasn't found"):
        cdp.call("Nothing.atAll")
    session = page_of(cdp)
    half = cdp.call("Runtime.evaluate", {"expression": "'\\ud800a'", "returnByValue": True}, session=session)
    assert half["result"]["value"].endswith("a"), "half a surrogate pair is no Unicode, and loses no answer"


def test_a_page_that_hangs_times_out_and_the_browser_still_answers(
    start_chromium: Callable[..., Cdp],
) -> None:
    cdp = start_chromium()
    session = page_of(cdp)
    with pytest.raises(CdpTimeoutError):
        cdp.call("Runtime.evaluate", {"expression": "while(1);"}, session=session, timeout=0.5)
    assert cdp.call("Browser.getVersion", timeout=30)


def test_who_waits_when_the_browser_ends_is_told(start_chromium: Callable[..., Cdp]) -> None:
    cdp = start_chromium()
    session = page_of(cdp)
    found: list[BaseException] = []

    def wait() -> None:
        try:
            cdp.call("Runtime.evaluate", {"expression": "while(1);"}, session=session, timeout=60)
        except CdpError as fault:
            found.append(fault)

    waiting = threading.Thread(target=wait)
    waiting.start()
    cdp.send("Browser.close")
    cdp.send("Browser.crash")
    waiting.join(30)
    assert not waiting.is_alive() and isinstance(found[0], CdpClosedError) and cdp.closed
    with pytest.raises(CdpClosedError):
        cdp.call("Browser.getVersion")
    cdp.send("Browser.getVersion")  # no error: nobody waits for it


def test_nonsense_from_the_other_side_ends_nothing() -> None:
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    cdp = Cdp(ours_in, ours_out)
    heard: list[tuple[str, dict[str, Any], str]] = []
    cdp.listen(lambda method, params, session: heard.append((method, params, session)))
    deep = b"[" * 100_000
    for raw in (b"{", b"[]", b'{"id":"x"}', b'{"method":5}', deep, b'{"id":99,"result":{}}', b"\xff\xfe"):
        os.write(theirs_out, raw + b"\0")
    os.write(theirs_out, b'{"method":"A.b","params":{"x":1},"sessionId":"s"}\0')
    os.close(theirs_out)
    os.close(theirs_in)
    cdp.close()
    assert heard == [("A.b", {"x": 1}, "s")] and cdp.closed and cdp.fault is None
