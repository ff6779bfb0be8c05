"""What a browser captured, replayed by an outside tool without a network: the same words and the same picture."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from replaying import Pywb, RefusingProxy, Window, offline_window

from abusekit.browser.plan import VisitPlan
from abusekit.browser.process.chromium import find
from abusekit.capture.browsing import record
from abusekit.capture.plan import Plan
from abusekit.demo.site import PracticeSite
from abusekit.net.policy import AddressPolicy
from abusekit.webarchive.cdxj import digits
from abusekit.webarchive.wacz_check import check

WIDTH, HEIGHT = 1000, 800
BANNER = 120
"""Pixels that are enough for the replay tool's own line above the page."""
DIFFERENCE = 1.0
"""Mean difference of the pixels, of 255: edges of letters may fall differently."""


@dataclass(frozen=True, slots=True)
class Visited:
    """A page of the practice site as the browser engine captured it."""

    wacz: bytes
    url: str
    stamp: str
    text: str
    picture: bytes
    source: bytes


@pytest.fixture(scope="module")
def visited() -> Visited:
    executable = find()
    assert executable, "no browser: make system-packages installs one"
    plan = Plan(
        policy=AddressPolicy((ip_network("127.0.0.1/32"),)),
        visit=VisitPlan(width=WIDTH, height=HEIGHT, pdf=False),
    )
    with PracticeSite() as site:
        one = record(site.post_page_url(3), plan, executable, now=lambda: datetime.now(UTC))
    assert one.visit and one.fidelity == "exact"
    made = {artefact.kind: b"".join(artefact.spool.pieces()) for artefact in one.visit.taken.artefacts}
    out = io.BytesIO()
    one.write_wacz(out, with_text=True)
    source = b"".join(one.main.received.pieces())
    found = Visited(
        out.getvalue(), one.url, digits(one.main.at), made["text"].decode(), made["picture"], source
    )
    one.close()
    assert check(found.wacz) == []
    return found


@pytest.fixture(scope="module")
def replayed(
    pywb_programs: Path, visited: Visited, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Pywb, Window, RefusingProxy]]:
    pywb = Pywb(pywb_programs, tmp_path_factory.mktemp("pywb-visit"))
    pywb.add("visited", visited.wacz)
    try:
        pywb.start()
        with offline_window(pywb) as (page, proxy):
            page.framed = True
            yield pywb, page, proxy
    finally:
        pywb.stop()


def test_the_words_are_the_same(replayed: tuple[Pywb, Window, RefusingProxy], visited: Visited) -> None:
    pywb, page, proxy = replayed
    _open(pywb, page, visited)
    words = visited.text.strip()
    longest = max(words.splitlines(), key=len)
    assert longest.encode() not in visited.source, "made by script: it is not in the page's source"
    page.wait_for(f"page.document.body.innerText.includes({longest!r})")
    assert page.text().split() == words.split()
    assert page.images() and all(page.images().values())
    host = visited.url.split("/")[2]
    assert [line for line in proxy.asked if host in line] == [], "it was asked for on the network"


def test_the_picture_is_the_same(replayed: tuple[Pywb, Window, RefusingProxy], visited: Visited) -> None:
    pywb, page, _ = replayed
    then = Image.open(io.BytesIO(visited.picture)).convert("RGB")
    _open(pywb, page, visited, then.width, then.height + BANNER)
    page.wait_for("page.document.images.length > 1")
    assert all(page.images().values())
    time.sleep(0.3)  # a picture that has come is drawn in one of the next frames
    edge = "(box => [box.x, box.y])(document.getElementById('replay_iframe').getBoundingClientRect())"
    x, y = page.value(edge)
    shot = page.cdp.call(
        "Page.captureScreenshot",
        {"clip": {"x": x, "y": y, "width": then.width, "height": then.height, "scale": 1}},
        session=page.session,
        timeout=30,
    )
    now = Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")
    assert now.size == then.size
    difference = ImageStat.Stat(ImageChops.difference(now, then)).mean
    assert max(difference) < DIFFERENCE, f"mean difference of the pixels: {difference}"
    assert max(ImageStat.Stat(then).stddev) > 10, "the picture shows something"


def _open(pywb: Pywb, page: Window, visited: Visited, width: int = WIDTH, height: int = HEIGHT) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    page.cdp.call("Emulation.setDeviceMetricsOverride", size, session=page.session)
    page.open(pywb.address("visited", visited.stamp, visited.url))
