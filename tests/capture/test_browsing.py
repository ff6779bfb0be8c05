"""The browser engine as a whole: a real Chromium on the practice site, compared with the site's own account."""

from __future__ import annotations

import io
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from abusekit.browser.plan import VisitPlan
from abusekit.browser.process import chromium
from abusekit.capture.browsing import record
from abusekit.capture.plan import Plan
from abusekit.capture.result import Capture
from abusekit.demo.authority import LocalAuthority
from abusekit.demo.site import PracticeSite
from abusekit.net.policy import AddressPolicy
from abusekit.webarchive import wacz_check, warc_read

Visits = Callable[..., Capture]


@pytest.fixture(scope="module")
def executable() -> chromium.Executable:
    found = chromium.find()
    assert found, "no browser: make system-packages installs one"
    return found


@pytest.fixture
def visits(executable: chromium.Executable, tmp_path: Path) -> Iterator[Visits]:
    """Captures with a plan that allows 127.0.0.1 alone; closes what it made."""
    made: list[Capture] = []

    def run(url: str, *, program: chromium.Executable = executable, **options: Any) -> Capture:
        visit = VisitPlan(**{"pdf": False, "mhtml": False, **options.pop("visit", {})})
        settings: dict[str, Any] = {
            "policy": AddressPolicy((ip_network("127.0.0.1/32"),)),
            "spool": tmp_path,
            "deadline_s": 90,
            **options,
        }
        made.append(record(url, Plan(visit=visit, **settings), program, now=lambda: datetime.now(UTC)))
        return made[-1]

    yield run
    for one in made:
        one.close()


def archived(capture: Capture) -> tuple[bytes, Counter[tuple[str, bytes]]]:
    """The WACZ, and the messages in its WARC by kind, as a reader finds them."""
    out = io.BytesIO()
    capture.write_wacz(out, with_text=True)
    found: Counter[tuple[str, bytes]] = Counter()
    with zipfile.ZipFile(out) as package, package.open("archive/data.warc.gz") as stream:
        for one in warc_read.read(stream, keep=64 << 20):  # type: ignore[arg-type]
            if one.type in ("request", "response"):
                found[one.type, one.block] += 1
    return out.getvalue(), found


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_answer_is_in_the_archive_byte_for_byte(visits: Visits, tmp_path: Path, scheme: str) -> None:
    """Page, frames of another origin, workers, service worker, beacons, ranges, web socket, events, odd requests."""
    authority = None
    if scheme == "https":
        authority = LocalAuthority.make(tmp_path / "authority", now=datetime.now(UTC))
    with PracticeSite(authority=authority, log_bytes=True) as site:
        policy = AddressPolicy((ip_network("127.0.0.0/8"), ip_network("::1/128")))
        capture = visits(f"{site.base_url}/everything", policy=policy, extra_ca=site.ca_file)
        truth = site.wire_log.exchanges() if site.wire_log else ()
    assert capture.outcome == "complete" and capture.visit and capture.visit.recorder == "netlog"
    wacz, found = archived(capture)
    assert wacz_check.check(wacz) == []
    targets = {one.target for one in truth}
    assert {"/sw.js", "/live/socket", "/live/events", "/cut", "/reset"} <= targets and len(truth) > 55
    for one in truth:
        assert found["request", one.request], f"the request for {one.target} is not in the archive"
        if one.target == "/live/events":  # without an end: the visit ended it
            cut = [block for kind, block in found if kind == "response" and one.response.startswith(block)]
            assert any(len(block) > 200 for block in cut)
        elif one.response:
            assert found["response", one.response], f"the answer for {one.target} is not in the archive"
            found["response", one.response] -= 1
    left = [block for (kind, block), count in found.items() if kind == "response" and count > 0]
    assert len(left) == 1, (
        "nothing is in the archive that the site did not send, but the events that were cut"
    )
    check = capture.visit.crosscheck
    assert check and check.whole and check.matched > 55
    assert {one.kind for one in capture.visit.taken.artefacts} == {"picture", "text", "dom"}
    if scheme == "https":
        main = capture.main
        assert main.tls and main.tls.verified and len(main.tls.chain) >= 1


def test_what_is_made_by_script_is_seen(visits: Visits) -> None:
    with PracticeSite() as site:
        capture = visits(f"{site.base_url}/posts/3")
    source = b"".join(capture.main.received.pieces())
    assert capture.text and capture.has_content and capture.fidelity == "exact"
    words = next(line for line in capture.text.splitlines() if len(line) > 30)
    assert words.encode() not in source, "it is in the source already, so that this shows nothing"


def test_an_untrusted_certificate_ends_the_visit_and_its_chain_is_kept(
    visits: Visits, tmp_path: Path
) -> None:
    authority = LocalAuthority.make(tmp_path / "authority", now=datetime.now(UTC))
    with PracticeSite(authority=authority) as site:
        capture = visits(f"{site.base_url}/post/5001")
        went_on = visits(f"{site.base_url}/post/5001", visit={"accept_bad_certificate": True})
        asked = len(site.requests)
    assert capture.outcome == "tls-failure" and capture.main.request == b""
    assert capture.main.tls and capture.main.tls.chain and not capture.main.tls.verified
    assert wacz_check.check(archived(capture)[0]) == []
    assert ("author.id", "1001") in {(one.name, one.value) for one in went_on.page_facts}
    assert went_on.outcome == "complete" and went_on.main.tls and not went_on.main.tls.verified and asked


@pytest.fixture
def other_browser(executable: chromium.Executable) -> Iterator[chromium.Executable]:
    """A browser whose log is not what we know: here it writes none at all."""
    with TemporaryDirectory() as folder:  # not pytest's own: the browser runs as another user than root
        Path(folder).chmod(0o755)
        wrapper = Path(folder) / "chromium-other"
        _write_wrapper(wrapper, executable)
        yield chromium.Executable(wrapper, executable.name, executable.version, executable.shell)


def _write_wrapper(wrapper: Path, executable: chromium.Executable) -> None:
    wrapper.write_text(
        f'#!/bin/bash\nfor a in "$@"; do case $a in --log-net-log=*) ;; *) b+=("$a") ;; esac; done\n'
        f'exec {executable.path} "${{b[@]}}"\n'
    )
    wrapper.chmod(0o755)


def test_without_a_netlog_it_falls_back_and_says_so(
    visits: Visits, other_browser: chromium.Executable
) -> None:
    with PracticeSite() as site:
        capture = visits(site.post_url(5001), program=other_browser)
    assert capture.outcome == "complete" and capture.visit
    assert capture.visit.recorder == "decoded" and capture.visit.recorder_fault
    assert capture.fidelity == "decoded"
    assert any(one.label == "decoded" for one in capture.problems)
    assert all(one.form == "decoded" for one in capture.exchanges)
    assert wacz_check.check(archived(capture)[0]) == []


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/members", "login-wall"),
        ("/challenge/gate", "challenge"),
        ("/geo", "geo-block"),
        ("/loop", "redirect-limit"),
        ("/reset", "reset"),
        ("/post/4999", "http-error"),
    ],
)
def test_what_is_not_the_page_is_called_by_its_name(visits: Visits, path: str, outcome: str) -> None:
    with PracticeSite() as site:
        capture = visits(site.base_url + path)
    assert capture.outcome == outcome
    assert wacz_check.check(archived(capture)[0]) == []


WALL = "<h1>Please log in to continue</h1><form><input type=password></form>"
IN_CLOSED = f"<script>d.attachShadow({{mode: 'closed'}}).innerHTML = '{WALL}'</script>"
KEPT = '<script type="application/ld+json">{"@type": "SocialMediaPosting", "articleBody": "Anna on site"}</script>'


class _Walls(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        inner = f"<div id=d></div>{IN_CLOSED}" if self.path == "/closed" else KEPT + WALL
        page = f"<!doctype html><title>Photo</title><body>{inner}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None: ...


@pytest.mark.parametrize("path", ["/closed", "/kept"])
def test_a_wall_in_a_closed_shadow_root_or_behind_old_data_is_one(visits: Visits, path: str) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Walls) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            capture = visits(f"http://127.0.0.1:{server.server_port}{path}")
        finally:
            server.shutdown()
    assert capture.outcome == "login-wall"
    assert [one.label for one in capture.problems].count("text-cut") == (path == "/closed")


def test_a_host_that_is_not_there_and_one_that_is_not_allowed(visits: Visits) -> None:
    lost = visits("http://nowhere.invalid/")
    assert lost.outcome == "dns-failure" and lost.main.request == b""
    refused = visits("http://127.0.0.2:8099/")
    assert refused.outcome == "refused-address" and not any(one.request for one in refused.exchanges)


def test_no_browser_and_no_file_is_left_behind(visits: Visits, tmp_path: Path) -> None:
    with PracticeSite() as site:
        capture = visits(site.post_url(5001))
    capture.close()
    assert [one for one in tmp_path.iterdir() if one.name != "authority"] == []
