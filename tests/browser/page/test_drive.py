"""Visits of pages that behave and of pages that fight, with a real browser: each ends within its limit."""

from __future__ import annotations

import ssl
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browsers import visited
from hostile_pages import HostileSite

from abusekit.browser.page import frames
from abusekit.browser.page.behaviours import Alteration
from abusekit.browser.page.cdp import Cdp
from abusekit.browser.page.drive import visit_page
from abusekit.browser.page.ledger import Ledger
from abusekit.browser.page.targets import Targets
from abusekit.browser.plan import VisitPlan
from abusekit.browser.run import Frozen, PageRun
from abusekit.demo.authority import LocalAuthority
from abusekit.errors import UsageError

SLACK = 3.0
"""Seconds beyond the limit that a busy computer may take."""


def alteration(run: PageRun, what: str) -> Alteration:
    (found,) = [one for one in run.alterations if one.what == what]
    return found


def test_what_stays_open_is_not_waited_for(visit, hostile_site: HostileSite) -> None:
    run = visit("/open").run
    assert (run.quiet, run.loaded, run.title, run.status) == (True, "load", "open connections", 200)
    (one,) = run.inventory.sockets
    assert one.url == f"ws://127.0.0.1:{hostile_site.port}/socket" and one.status == 101
    shapes = [(frame.sent, frame.opcode, frame.length, frame.cut) for frame in one.frames]
    assert sorted(shapes) == [
        (False, 1, 5, False),
        (False, 1, 100_000, True),
        (False, 2, 4, False),
        (True, 1, 13, False),
    ]
    assert {frame.payload for frame in one.frames if frame.length < 20} == {"hello", "AAH/", "from the page"}
    assert run.inventory.counts["events"] > 3
    told = {request.url.rpartition("/")[2]: request for request in run.inventory.requests}
    assert told["missing.png"].status == 404 and told["missing.png"].ended == "finished"
    assert told["events"].kind == "eventsource"
    assert "requests were under way" in alteration(run, "freeze").detail


def test_redirects_are_hops(visit) -> None:
    run = visit("/redirect1").run
    assert [(hop.url.rpartition("/")[2], hop.status, hop.reason) for hop in run.hops] == [
        ("redirect1", 302, "typed"),
        ("redirect2", 302, "redirect"),
        ("plain?redirected", 200, "redirect"),
    ]
    assert run.final_url.endswith("/plain?redirected")
    assert run.inventory.main is not None and run.inventory.main.mime == "text/html"
    assert ("Connection", "close") in run.inventory.main.headers


@pytest.mark.parametrize(
    ("path", "reason", "final"),
    [("/by-script", "script", "/plain?2"), ("/by-meta", "meta-refresh", "/plain?3")],
)
def test_the_page_goes_on_by_itself(visit, path: str, reason: str, final: str) -> None:
    run = visit(path).run
    assert [(hop.status, hop.reason) for hop in run.hops] == [(200, "typed"), (200, reason)]
    assert run.final_url.endswith(final) and run.quiet


@pytest.mark.parametrize("path", ["/meta-loop", "/script-loop"])
def test_a_loop_of_pages_ends(fight, hostile_site: HostileSite, path: str) -> None:
    went = fight(path)
    assert went.run.stopped == "navigation-limit" and went.seconds < 20
    assert 20 <= len(went.run.hops) <= 40
    after = len(hostile_site.asked)
    time.sleep(0.5)
    assert len(hostile_site.asked) == after
    assert alteration(went.run, "scripts-off").detail == "navigation-limit"


def test_dialogs_are_dismissed_and_listed(visit) -> None:
    run = visit("/dialogs").run
    assert [(one.kind, one.text) for one in run.inventory.dialogs] == [
        ("alert", "one"),
        ("confirm", "two"),
        ("prompt", "three"),
    ]
    assert run.title == "falsenull"
    assert alteration(run, "dialog").count == 3


def test_a_storm_of_dialogs_ends(fight) -> None:
    went = fight("/dialog-storm")
    assert went.run.stopped == "storm" and went.seconds < 30
    assert len(went.run.inventory.dialogs) <= 100 and went.run.inventory.counts["dialogs"] > 60
    assert went.run.dead or went.run.title == "page"


def test_windows_are_listed_and_closed(fight, hostile_site: HostileSite) -> None:
    """With the browser's own blocker off, as in the headless shell."""
    went = fight("/popups", flags=("--disable-popup-blocking",))
    assert went.run.stopped == "storm" and went.run.title == "popups" and went.seconds < 40 + SLACK
    opened = [one.url for one in went.run.inventory.popups if one.opened]
    assert f"{hostile_site.base}/popup?0" in opened
    assert alteration(went.run, "popup").outcome == "closed"


def test_windows_that_the_browser_blocks_are_listed(fight) -> None:
    run = fight("/popups").run
    assert run.inventory.counts["popups"] > 60 and len(run.inventory.popups) <= 200
    assert [one for one in run.inventory.requests if one.target != "page"] == []


def test_an_address_that_is_a_file(visit, hostile_site: HostileSite) -> None:
    taken: list[Frozen] = []
    went = visit("/file.zip", at_rest=taken.append)
    assert went.run.download == f"{hostile_site.base}/file.zip" and went.seconds < 8
    (one,) = went.run.inventory.downloads
    assert one.main and one.url == went.run.download and one.name.endswith("x.zip")
    assert taken == [] and went.run.loaded == "none"
    assert alteration(went.run, "downloads").outcome == "refused"


def test_a_page_that_offers_a_file(visit) -> None:
    run = visit("/to-download").run
    assert run.download is None and run.loaded == "load"
    (one,) = run.inventory.downloads
    assert one.url.endswith("/file.zip")


@pytest.mark.parametrize("path", ["/hang", "/hang-at-once", "/hang-again"])
def test_a_script_without_end_is_broken_off(fight, path: str) -> None:
    taken: list[Frozen] = []
    went = fight(path, at_rest=taken.append)
    assert went.run.hung and went.run.stopped == "page-hung" and went.seconds < 25
    assert went.run.title.startswith("hangs") and taken[0].height > 0


def test_a_memory_eater_crashes_alone(fight) -> None:
    went = fight("/memory", limit=30)
    assert went.run.crashed and not went.run.closed and went.seconds < 30 + SLACK
    assert went.run.inventory.crashes == ("page",)
    assert went.run.inventory.main is not None and went.run.inventory.main.status == 200


def test_a_title_is_bounded_and_as_the_page_has_it(visit) -> None:
    run = visit("/title").run
    assert len(run.title) == 1000 and "\u202e" in run.title


def test_permissions_are_refused_without_asking(visit) -> None:
    run = visit("/prompts").run
    assert set(run.title.split(",")) <= {"no1", "denied", "NotFoundError", "NotAllowedError"}
    assert "no1" in run.title and "denied" in run.title
    assert {"geolocation", "camera", "notifications"} <= set(alteration(run, "permissions").listed)


def test_frames_and_workers_are_seen_and_introduced_alike(visit, hostile_site: HostileSite) -> None:
    framed = visit("/frames").run
    assert {one.target for one in framed.inventory.requests if one.url.endswith("inner-data")} == {"iframe"}
    run = visit("/workers").run
    told = {one.url.rpartition("/")[2]: one for one in run.inventory.requests}
    assert [told[f"from-{kind}"].target for kind in ("worker", "shared", "service")] == [
        "worker",
        "shared_worker",
        "service_worker",
    ]
    assert told["made-up"].source == "service-worker" and run.title == "synthetic"
    assert run.inventory.service_workers == (f"{hostile_site.base}/",)
    sent = {one.path: one for one in hostile_site.asked}
    for path in (
        "/frames",
        "/inner",
        "/inner-data",
        "/worker.js",
        "/from-worker",
        "/from-shared",
        "/from-service",
    ):
        assert "Headless" not in sent[path].header("user-agent"), path
        assert sent[path].header("accept-encoding") == "gzip, deflate, br", path


def test_each_request_is_told_once(visit, hostile_site: HostileSite) -> None:
    for path in ("/workers", "/frames", "/plain"):
        run = visit(path).run
        told = sorted(
            one.url.removeprefix(hostile_site.base)
            for one in run.inventory.requests
            if one.source == "network"
        )
        assert len(told) == len(set(told)), told
        assert run.inventory.counts["requests"] == len(run.inventory.requests)
        assert not run.recorder_fault


def test_the_page_sees_what_the_plan_says(visit) -> None:
    run = visit("/about-me", width=777, height=555, locale="de-DE", timezone="Pacific/Auckland").run
    language, zone, width, height, agent, brands = run.title.split("|")
    assert (language, zone, width, height) == ("de-DE", "Pacific/Auckland", "777", "555")
    assert "HeadlessChrome" not in agent and "Chromium" in brands
    assert alteration(run, "user-agent").detail == agent
    for what in ("viewport", "locale", "timezone", "header", "user-agent"):
        assert alteration(run, what).outcome == "done"
    other = visit("/about-me", user_agent="somebody/1").run
    assert other.title.split("|")[4] == "somebody/1"
    refused = visit("/about-me", timezone="Nowhere/Place").run
    assert alteration(refused, "timezone").outcome.startswith("refused: ")


def test_other_schemes_are_refused(visit, hostile_site: HostileSite, tame_chromium: Cdp) -> None:
    run = visit("/elsewhere-links").run
    assert run.final_url == f"{hostile_site.base}/elsewhere-links"
    said = " ".join(one.text for one in run.inventory.messages)
    assert "file:///etc/passwd" in said and "chrome://version" in said and "data:text/html" in said
    failed = visit("/to-file").run
    assert failed.failure == "net::ERR_UNSAFE_REDIRECT" and failed.title == ""
    for url in ("file:///etc/passwd", "javascript:1", "data:text/html,x", "chrome://version"):
        with pytest.raises(UsageError):
            visit_page(
                tame_chromium,
                url,
                VisitPlan(),
                ends_at=0,
                now=lambda: datetime.now(UTC),
                monotonic=time.monotonic,
            )


def test_half_characters_do_no_harm(visit) -> None:
    run = visit("/lone").run
    assert run.title == "?x" and not run.recorder_fault
    assert {one.level for one in run.inventory.messages} >= {"log", "exception"}


def test_a_page_that_drips_ends_at_the_limit(visit) -> None:
    taken: list[Frozen] = []
    went = visit("/slow", limit=8, at_rest=taken.append)
    assert went.run.timed_out and not went.run.quiet and went.run.loaded == "committed"
    assert went.seconds < 8 + SLACK and taken[0].url.endswith("/slow")


def test_no_answer_ends_at_the_limit(visit) -> None:
    taken: list[Frozen] = []
    went = visit("/hanging", limit=4, at_rest=taken.append)
    assert went.run.timed_out and went.run.loaded == "none" and went.run.failure
    assert went.seconds < 4 + SLACK and taken == []


def test_a_page_that_asks_for_ever_is_not_quiet(visit) -> None:
    went = visit("/polls", limit=14, expand=False, scroll_screens=0)
    assert not went.run.quiet and went.run.loaded == "load" and went.seconds < 14 + SLACK


def test_a_refusal_is_a_fact(visit) -> None:
    taken: list[Frozen] = []
    run = visit("/gone").run
    assert (run.status, run.title, run.failure) == (410, "gone", "")
    run = visit("/to-file", at_rest=taken.append).run
    assert run.failure and taken[0].failure == run.failure


def test_a_certificate_that_is_not_trusted(tame_chromium: Cdp, tmp_path: Path) -> None:
    authority = LocalAuthority.make(tmp_path, now=datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate_file, authority.key_file)
    site = HostileSite(context)
    try:
        refused = visited(tame_chromium, f"{site.base}/plain", 30, None).run
        assert refused.failure == "net::ERR_CERT_AUTHORITY_INVALID" and refused.title == ""
        assert site.asked == []
        run = visited(tame_chromium, f"{site.base}/plain", 30, None, accept_bad_certificate=True).run
        assert run.title == "page" and alteration(run, "certificates").outcome == "done"
        (verdict,) = run.inventory.certificates
        assert verdict.host == site.base.removeprefix("https://") and verdict.state == "insecure"
        assert verdict.protocol.startswith("TLS") and verdict.valid_to
    finally:
        site.close()


def test_at_rest_nothing_moves(visit, tame_chromium: Cdp, hostile_site: HostileSite) -> None:
    seen: list[tuple[object, ...]] = []

    def look(frozen: Frozen) -> None:
        for _ in range(2):
            asked = "[document.title, document.querySelector('#a')?.getBoundingClientRect().left]"
            answer = tame_chromium.call(
                "Runtime.evaluate", {"expression": asked, "returnByValue": True}, session=frozen.session
            )
            seen.append(tuple(answer["result"]["value"]))
            time.sleep(0.3)

    visit("/moves", at_rest=look)
    assert seen[0] == seen[1] and str(seen[0][0]).startswith("moved ")
    run = visit("/refresh-later", at_rest=lambda _: time.sleep(2.5)).run
    assert run.title == "before the refresh"
    assert "/plain?later" not in hostile_site.paths()


def test_frames_of_other_sites_are_held_too(visit, tame_chromium: Cdp) -> None:
    """They live in processes of their own, which the page's session does not reach."""
    seen: list[list[object]] = []

    def look(frozen: Frozen) -> None:
        (frame,) = frozen.frames
        asked = "[document.querySelector('#n').textContent, document.querySelector('#a').getBoundingClientRect().left]"
        for _ in range(2):
            answer = tame_chromium.call(
                "Runtime.evaluate", {"expression": asked, "returnByValue": True}, session=frame
            )
            seen.append(answer["result"]["value"])
            time.sleep(0.3)

    run = visit("/frames-moving", at_rest=look).run
    assert seen[0] == seen[1] and int(str(seen[0][0])) > 0
    assert alteration(run, "freeze").outcome == "done"


def test_a_frame_that_hangs_is_broken_off(fight) -> None:
    went = fight("/frames-hanging")
    assert alteration(went.run, "freeze").outcome == "done" and went.seconds < 20 + SLACK


def test_a_frame_that_does_not_obey_is_counted(tame_chromium: Cdp) -> None:
    """One of which the browser knows nothing: every call is refused."""
    now = lambda: datetime.now(UTC)  # noqa: E731
    targets = Targets(tame_chromium, Ledger(now=now, monotonic=time.monotonic), (), ())
    assert frames.hold(tame_chromium, targets, seconds=5) == 0
    target = {"targetId": "no-target", "type": "iframe"}
    targets.take("Target.attachedToTarget", {"sessionId": "no-session", "targetInfo": target}, "")
    assert frames.hold(tame_chromium, targets, seconds=5) == 1


def test_a_storm_in_a_frame_ends(fight) -> None:
    went = fight("/frames-storm")
    assert went.run.stopped == "storm" and went.seconds < 30
    outcome = alteration(went.run, "freeze").outcome
    assert outcome in ("done", "in part: 1 frames of other sites do not obey")


def test_the_browsers_own_redirect_to_https_is_told_as_such(start_chromium) -> None:
    """.dev is on the browser's list of names that are only asked by https; no name is resolved here."""
    cdp = start_chromium("--host-resolver-rules=MAP * ~NOTFOUND")
    first = visited(cdp, "http://nobody.dev/", 20, None).run.inventory.requests[0]
    assert (first.url, first.status, first.source) == ("http://nobody.dev/", 307, "internal")
