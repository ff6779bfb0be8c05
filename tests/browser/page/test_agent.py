"""The browser says what it is, without the word Headless: nothing else may differ from what it says by itself."""

from __future__ import annotations

import time

import pytest
from browsers import visited
from hostile_pages import HostileSite

from abusekit.browser.page import agent


def test_only_the_word_goes() -> None:
    system = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    headless = f"{system} HeadlessChrome/156.0.8078.79 Safari/537.36"
    plain = f"{system} Chrome/156.0.0.0 Safari/537.36"
    assert agent.without_headless(headless) == plain
    assert agent.without_headless(plain) == plain
    assert agent.language_list("de-DE") == "de-DE,de" and agent.language_list("fr") == "fr"


@pytest.mark.parametrize("version", ["", "x.y", "999999999.0", "٣.1", "1"])
def test_no_version_raises(version: str) -> None:
    made = agent.override("a", version)
    assert made["userAgent"] == "a" and ("userAgentMetadata" in made) == bool(version)


def test_brands_of_a_branded_browser() -> None:
    brands = agent.override("a", "156.0.1.2", browser="Google Chrome")["userAgentMetadata"]["brands"]
    assert sorted(one["brand"] for one in brands) == ["Chromium", "Google Chrome", "Not:A-Brand"]


def test_the_brands_are_the_browsers_own(start_chromium, hostile_site: HostileSite) -> None:
    """What this version sends by itself in `sec-ch-ua` is what we send: the rule of its main version holds."""
    cdp = start_chromium()
    cdp.call("Target.createTarget", {"url": f"{hostile_site.base}/plain?untouched"}, timeout=20)
    until = time.monotonic() + 20
    while not hostile_site.asked and time.monotonic() < until:
        time.sleep(0.05)
    visited(cdp, f"{hostile_site.base}/plain", 30, None)
    sent = {one.path: one for one in hostile_site.asked}
    assert "Headless" in sent["/plain?untouched"].header("user-agent")
    own = sent["/plain?untouched"].header("sec-ch-ua")
    assert own and sent["/plain"].header("sec-ch-ua") == own
