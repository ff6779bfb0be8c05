"""The pages in a real browser: scripts, workers, sockets and frames do what their pages say."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from abusekit.browser.page.cdp import Cdp
from abusekit.demo.site import PracticeSite
from bare_chromium import bare_chromium


class Browser:
    """One page of a Chromium."""

    def __init__(self, cdp: Cdp) -> None:
        self.cdp = cdp
        target = cdp.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = cdp.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        self.session: str = attached["sessionId"]

    def go(self, url: str) -> None:
        """Open an address, and wait until its own scripts have run: a button without them does nothing."""
        self.cdp.call("Page.navigate", {"url": url}, session=self.session)
        self.wait_for("location.href !== 'about:blank' && document.readyState === 'complete'")

    def run(self, script: str) -> object:
        got = self.cdp.call(
            "Runtime.evaluate", {"expression": script, "returnByValue": True}, session=self.session
        )
        return got["result"].get("value")

    def wait_for(self, script: str, seconds: float = 20) -> None:
        """Until the script's value is true; it may be asked many times."""
        ends_at = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < ends_at, (script, self.run("document.body.innerText"))
            time.sleep(0.05)

    def wait_for_words(self, *words: str) -> None:
        for one in words:
            self.wait_for(f"document.body !== null && document.body.innerText.includes({one!r})")


@pytest.fixture(name="browser", scope="module")
def _browser() -> Iterator[Browser]:
    with bare_chromium() as cdp:
        yield Browser(cdp)


def test_everything_at_once(browser: Browser) -> None:
    with PracticeSite(seed=1, log_bytes=True) as site:
        browser.go(site.base_url + "/everything")
        browser.wait_for_words(
            "the dedicated worker has asked",
            "the shared worker has asked",
            "a word that no server sent",
            "you said: good evening",
            "third event",
            "preflight: 200",
            "twice: 200",
            "reset: failed",
            "beacon: sent",
        )
        browser.wait_for("document.getElementById('video').readyState >= 2")
        browser.run("going = setInterval(() => scrollTo(0, document.body.scrollHeight), 60)")
        browser.wait_for_words("That is everything.")
        assert browser.run("document.querySelectorAll('#feed article').length") == 47
        browser.run("clearInterval(going)")
        lazy = "document.querySelector('#post-5007 img.picture')"
        browser.wait_for(f"({lazy}.scrollIntoView(), {lazy}.naturalWidth > 0)")
        assert site.wire_log is not None
        seen = site.wire_log.exchanges()
    assert site.faults == []
    asked = {(one.method, one.target.partition("?")[0]): one.response[9:12] for one in seen}
    assert ("GET", "/sw/hello") not in asked
    assert asked["GET", "/live/socket"] == b"101"
    assert asked["GET", "/media/gate_swing.webm"] == b"206"
    assert asked["OPTIONS", "/api/cors"] == b"204"
    assert asked["PUT", "/api/cors"] == b"200"
    assert asked["HEAD", "/photo/view_1.jpg"] == b"200"
    assert asked["GET", "/photo/old/garden_gate.jpg"] == b"302"
    assert {("GET", "/widget"), ("POST", "/api/beacon"), ("GET", "/sw.js")} <= set(asked)
    coded = [one.response.partition(b"\r\n\r\n")[0] for one in seen if one.target == "/static/cards.js"]
    assert b"Content-Encoding: br" in coded[0] or b"Content-Encoding: gzip" in coded[0]
    one = next(one for one in seen if one.target == "/live/socket")
    assert len(one.followed[0]) > 10


def test_a_person_at_the_pages(browser: Browser) -> None:
    """Buttons: more replies, consent, the challenge; and the log-in without a person."""
    with PracticeSite(seed=1) as site:
        browser.go(site.thread_url(5001))
        browser.wait_for("document.getElementById('more-replies') !== null")
        for shown in (7, 12):
            browser.run("document.getElementById('more-replies').click()")
            browser.wait_for(f"document.querySelectorAll('#replies article').length === {shown}")
        browser.wait_for("document.getElementById('more-replies') === null")
        browser.go(site.base_url + "/consent")
        browser.wait_for_words("We value your privacy")
        browser.run("document.getElementById('reject-all').click()")
        browser.wait_for("!document.body.innerText.includes('We value your privacy')")
        browser.go(site.base_url + "/challenge/door")
        browser.wait_for_words("not a robot")
        browser.run("document.getElementById('human').click()")
        browser.wait_for_words("You have passed the check of door")
        browser.run("document.cookie = 'clearance=; path=/; max-age=0'")
        browser.go(site.base_url + "/challenge/auto-door")
        browser.wait_for_words("You have passed the check of auto-door")
        browser.go(site.base_url + "/login?auto=1&next=/private/4")
        browser.wait_for_words("the meeting is at the library")
        browser.go(site.post_page_url(12))
        browser.wait_for_words("Note 12.")
        browser.wait_for("document.querySelector('img.picture').naturalWidth > 0")
    assert site.faults == []
