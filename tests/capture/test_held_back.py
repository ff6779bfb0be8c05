"""What may not be fetched is recognised however it is written, and nothing is stored of what leads there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rawsite import RawSite

from abusekit.browser.plan import VisitPlan
from abusekit.browser.process import chromium
from abusekit.capture.browsing import BrowserEngine
from abusekit.capture.bulk import Done, Politeness, capture_all
from abusekit.capture.deposit import Request
from abusekit.capture.engines import HTTP, Engine
from abusekit.capture.held_back import HeldBack
from abusekit.capture.plan import Plan
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.settings import Producer, Settings
from abusekit.net.policy import AddressPolicy

PRODUCER = Producer("PO", "Pat Okafor", "volunteer")
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
FORBIDDEN = b"what nobody may hold"
LEADS = ("/short", "/shorter", "/part")
SCRIPTED = ("/by-script", "/address-bar", "/frame")


@pytest.fixture
def site() -> Iterator[RawSite]:
    made = RawSite()
    moved = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: %s\r\n\r\n"
    made.pages = {
        "/held": [OK + FORBIDDEN],
        "/short": [moved % b"/held#part"],
        "/shorter": [moved % b"/short"],
        "/part": [OK + b"<p>a page<img src='/held'>"],
        "/by-script": [OK + b"<p>a page<script>location = '/held'</script>"],
        "/address-bar": [OK + b"<p>a page<script>history.replaceState(0, '', '/held')</script>"],
        "/frame": [OK + b"<p>a page<iframe src='/held'></iframe>"],
        "/other": [OK + b"<p>another page"],
        "/favicon.ico": [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"],
    }
    yield made
    made.close()


def captured(site: RawSite, folder: Path, engine: Engine, paths: tuple[str, ...]) -> dict[str, Done]:
    """The paths, with /held held back; path → what became of it."""

    def now() -> datetime:
        return datetime.now(UTC)

    never = HeldBack()
    never.add(site.base + "/held", "E0777")
    case = Case.create(folder / "case", Settings("", "R/1", "UTC", (PRODUCER,)), now=now())
    with Intake(case, PRODUCER, clock=now) as intake:
        visit = None if engine is HTTP else VisitPlan(pdf=False, mhtml=False)
        plan = Plan(policy=AddressPolicy((), True), spool=intake.spool, visit=visit)
        requests = [Request(site.base + path) for path in paths]
        fast = Politeness(jobs=1, delay_s=0)
        found = list(capture_all(requests, plan, intake, fast, now=now, engine=engine, never=never))
        assert list(intake.spool.iterdir()) == []
    return {done.request.address.removeprefix(site.base): done for done in found}


def nothing_of_it(found: dict[str, Done], paths: tuple[str, ...], folder: Path) -> None:
    for path in paths:
        assert found[path].item is None, path
        assert "in quarantine or recorded only (see E0777): not kept" in found[path].problem
    assert found["/other"].item is not None, "others are kept"
    assert [one.name for one in (folder / "case/evidence").iterdir()] == ["E0001"]
    assert not [one for one in folder.rglob("*") if one.is_file() and FORBIDDEN in one.read_bytes()]


def test_nothing_is_kept_of_what_leads_to_it(site: RawSite, tmp_path: Path) -> None:
    found = captured(site, tmp_path, HTTP, (*LEADS, "/other"))
    nothing_of_it(found, LEADS, tmp_path)
    assert found["/short"].problem.startswith("leads to") and found["/part"].problem.startswith("holds")


def test_nothing_is_kept_of_what_a_browser_led_to_it(site: RawSite, tmp_path: Path) -> None:
    executable = chromium.find()
    assert executable, "no browser: make system-packages installs one"
    paths = ("/short", *SCRIPTED)
    found = captured(site, tmp_path, BrowserEngine(executable), (*paths, "/other"))
    nothing_of_it(found, paths, tmp_path)


@pytest.mark.parametrize(
    "written",
    [
        "https://example.org/a?b=ü",
        "https://EXAMPLE.org/a?b=ü",
        "HTTPS://example.org:443/a?b=ü#c",
        "https://example.org/a?b=%C3%BC",
    ],
)
def test_another_spelling_is_the_same_address(written: str) -> None:
    for held in ("https://example.org/a?b=ü", "https://Example.ORG:443/a?b=%C3%BC#x"):
        never = HeldBack()
        never.add(held, "E0001")
        assert written in never and never[written] == "E0001" and len(never) == 1


@pytest.mark.parametrize(
    "other", ["https://example.org/a", "https://example.org/A?b", "", "tg://b", "https://[/"]
)
def test_another_address_is_not(other: str) -> None:
    never = HeldBack()
    never.add("https://example.org/a?b", "E0001")
    never.add("tg://resolve?domain=x", "E0002")
    assert other not in never and never["tg://resolve?domain=x"] == "E0002"
