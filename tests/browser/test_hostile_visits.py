"""Hostile pages through the whole engine and the queue: each ends in an item with a label, and the others go on."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from hostile_pages import PAGES, HostileSite
from running import browser

from abusekit.browser.plan import VisitPlan
from abusekit.capture.browsing import BrowserEngine
from abusekit.capture.bulk import Politeness, capture_all
from abusekit.capture.deposit import Request
from abusekit.capture.plan import Plan
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.records import Item
from abusekit.case.settings import Producer, Settings
from abusekit.net.policy import AddressPolicy

DEADLINE_S = 15.0
LEEWAY_S = 30.0
"""Beyond its time limit a capture may take this long to read and store what came, on a busy computer."""

EXPECTED = {
    "/dialog-storm": ("complete", "page-hung page-stopped"),
    "/popups": ("complete", "page-stopped"),
    "/hang-at-once": ("complete", "page-hung"),
    "/endless": ("complete", "picture-cut"),
    "/memory": ("page-crashed", "page-crashed"),
    "/title": ("complete", ""),
    "/prompts": ("complete", ""),
    "/meta-loop": ("redirect-limit", "page-hung page-stopped"),
    "/file.zip": ("complete", "download"),
    "/to-private": ("complete", "refused-address"),
    "/redirect-private": ("refused-address", "refused-address"),
    "/to-files": ("complete", ""),
    "/huge": ("too-large", "too-large"),
}
"""Path → outcome, and labels of which one must be among its problems."""


@dataclass
class Canary:
    """A server on another loopback address, which nobody may reach."""

    hits: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        hits = self.hits

        class Serve(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hits.append(self.path)
                self.send_response(200)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.2", 0), Serve)
        self.url = f"127.0.0.2:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.server.shutdown()
    made.server.server_close()


class More(http.server.BaseHTTPRequestHandler):
    """Pages that try to get at other places."""

    canary = ""

    def do_GET(self) -> None:
        if self.path == "/redirect-private":
            self.send_response(302)
            self.send_header("Location", f"http://{self.canary}/redirect")
            self.end_headers()
            return
        kind, body = "text/html", b""
        if self.path == "/to-private":
            body = (
                f"<p>tries</p><script>fetch('http://{self.canary}/fetch').catch(()=>0);"
                f"new WebSocket('ws://{self.canary}/socket');new Image().src='http://{self.canary}/image';"
                f"navigator.sendBeacon('http://{self.canary}/beacon','x');"
                "navigator.serviceWorker.register('/sw.js');</script>"
                f"<iframe src='http://{self.canary}/frame'></iframe><link rel=stylesheet href='http://{self.canary}/css'>"
                f"<link rel=preconnect href='http://{self.canary}'><object data='http://{self.canary}/object'></object>"
            ).encode()
        elif self.path == "/sw.js":
            kind, body = "text/javascript", f"fetch('http://{self.canary}/worker').catch(()=>0)".encode()
        elif self.path == "/to-files":
            body = (
                b"<p>files</p><iframe src='file:///etc/passwd'></iframe><img src='file:///etc/hostname'>"
                b"<script>setTimeout(()=>{location.href='file:///etc/passwd'},100);"
                b"fetch('file:///etc/passwd').then(r=>r.text()).then(t=>document.body.append(t)).catch(()=>0)</script>"
            )
        elif self.path == "/huge":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            try:
                for _ in range(3000):
                    self.wfile.write(b"<p>" + b"x" * 100_000)
            except OSError:
                pass
            return
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def more_pages(canary: Canary) -> Iterator[str]:
    serve = type("Serve", (More,), {"canary": canary.url})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_every_hostile_page_ends_in_an_item_and_the_queue_goes_on(
    hostile_site: HostileSite, canary: Canary, more_pages: str, tmp_path: Path
) -> None:
    producer = Producer("PO", "Producer One", "volunteer")
    now = lambda: datetime.now(UTC)  # noqa: E731
    case = Case.create(tmp_path / "case", Settings("", "OP-1", "UTC", (producer,)), now=now())
    addresses = {
        path: f"{hostile_site.base if path in PAGES or path == '/file.zip' else more_pages}{path}"
        for path in EXPECTED
    }
    requests = [Request(address) for address in addresses.values()]
    begun = time.monotonic()
    took: list[float] = []
    found: dict[str, Item] = {}
    with Intake(case, producer, clock=now) as intake:
        plan = Plan(
            policy=AddressPolicy((ip_network("127.0.0.1/32"), ip_network("::1/128"))),
            deadline_s=DEADLINE_S,
            max_bytes=20 << 20,
            spool=intake.spool,
            visit=VisitPlan(pdf=False, mhtml=False, scroll_s=3.0),
        )
        engine = BrowserEngine(browser())
        jobs = Politeness(jobs=2, per_host=2, delay_s=0)
        for done in capture_all(requests, plan, intake, jobs, now=now, engine=engine):
            assert done.item, f"{done.request.address}: {done.problem}"
            found[done.request.address] = done.item
            took.append(time.monotonic() - begun)
    assert set(found) == set(addresses.values())
    for path, (outcome, label) in EXPECTED.items():
        item = found[addresses[path]]
        labels = {problem.partition(":")[0] for problem in item.problems}
        assert item.outcome == outcome, f"{path}: {item.outcome}, {item.problems[:5]}"
        assert not label or labels & set(label.split()), f"{path}: {item.problems[:5]}"
    assert canary.hits == [], "a page reached an address that is not allowed"
    gaps = [after - before for before, after in zip([0.0, *took], took, strict=False)]
    assert max(gaps) < DEADLINE_S + LEEWAY_S, f"a page held up the others: {gaps}"
    files = found[addresses["/to-files"]]
    text = case.read_small(f"evidence/{files.id}/text.txt", 1 << 20)
    assert b"root:" not in text and text.startswith(b"files")
