"""Which exchange brought the page: a site may answer a script and the browser differently at one address."""

from __future__ import annotations

import http.server
import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from running import browser

from abusekit.browser.plan import VisitPlan
from abusekit.capture.browsing import record
from abusekit.capture.context import context_of
from abusekit.capture.deposit import Request
from abusekit.capture.plan import Plan
from abusekit.capture.result import Capture
from abusekit.net.policy import AddressPolicy
from abusekit.webarchive.wacz_check import check

PAGES = {
    "/asks-first": "<script>fetch('/both').then(r=>r.text()).then(()=>{location='/both'})</script>",
    "/asks-cut": "<script>fetch('/cut').then(r=>r.text()).catch(()=>0).then(()=>{location='/cut'})</script>",
    "/worker": (
        "<script>navigator.serviceWorker.register('/sw.js').then(()=>navigator.serviceWorker.ready)"
        ".then(()=>setTimeout(()=>{location='/made-up'},300))</script>"
    ),
    "/long": "<script>location='/very?'+'x'.repeat(30000)</script>",
    "/odd": "<script>location='/a|b\"<>`{}^%zz?q=[]|#\\ '</script>",
    "/sw.js": (
        "self.addEventListener('install',()=>skipWaiting());"
        "self.addEventListener('activate',e=>e.waitUntil(clients.claim()));"
        "self.addEventListener('fetch',e=>{if(e.request.url.endsWith('/made-up'))e.respondWith("
        "fetch('/made-up').then(()=>new Response('<h1>words of a worker</h1>',"
        "{headers:{'content-type':'text/html'}})))})"
    ),
}


class Serve(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        navigates = self.headers.get("Sec-Fetch-Mode") == "navigate"
        body, length = PAGES.get(self.path, "<h1>words of the server</h1>"), 0
        if self.path == "/both" and navigates:
            body, length = "<h1>shown, and cut in the mi", 5000
        elif self.path == "/cut" and not navigates:
            body, length = "cut", 5000
        self.send_response(200)
        kind = "text/javascript" if self.path == "/sw.js" else "text/html"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body.encode())
        self.close_connection = bool(length)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Serve)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def seen(url: str, tmp_path: Path) -> Capture:
    plan = Plan(
        policy=AddressPolicy((ip_network("127.0.0.1/32"),)),
        spool=tmp_path,
        visit=VisitPlan(pdf=False, mhtml=False, scroll_screens=0),
    )
    return record(url, plan, browser(), now=lambda: datetime.now(UTC))


def source(capture: Capture) -> bytes:
    return b"".join(capture.main.received.pieces())


def test_a_cut_page_is_not_complete_because_a_script_got_it_whole(base: str, tmp_path: Path) -> None:
    capture = seen(f"{base}/asks-first", tmp_path)
    assert capture.outcome == "truncated" and b"cut in the mi" in source(capture)
    assert not capture.has_content and capture.hops[-1].endswith("/both")


def test_a_page_is_not_spoiled_by_what_a_script_got(base: str, tmp_path: Path) -> None:
    capture = seen(f"{base}/asks-cut", tmp_path)
    assert capture.outcome == "complete" and b"words of the server" in source(capture)


def test_a_page_that_a_worker_made_has_no_source(base: str, tmp_path: Path) -> None:
    capture = seen(f"{base}/worker", tmp_path)
    assert capture.text and "words of a worker" in capture.text
    assert capture.outcome == "not-recorded" and source(capture) == b"" and not capture.has_content
    assert "service worker" in capture.problems[0].detail


@pytest.mark.parametrize("path", ["/long", "/odd"])
def test_addresses_that_we_would_not_take_are_followed_and_kept(base: str, tmp_path: Path, path: str) -> None:
    capture = seen(base + path, tmp_path)
    assert capture.outcome == "complete" and b"words of the server" in source(capture)
    out = io.BytesIO()
    capture.write_wacz(out, with_text=True)
    assert check(out.getvalue()) == []
    assert (
        list(context_of(replace(capture, plan=replace(capture.plan, with_thread=True)), Request(base))) == []
    )
