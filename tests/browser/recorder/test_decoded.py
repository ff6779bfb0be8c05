"""The fallback recorder against a site that knows what it answered."""

from __future__ import annotations

import io
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.browser.answering_site import Answer, Site, serving
from tests.browser.bare_browser import browser

from abusekit.browser.artefacts.artefact import ArtefactPlan
from abusekit.browser.artefacts.artefacts import Taken, take
from abusekit.browser.page.cdp import Cdp
from abusekit.browser.page.drive import Frozen, visit_page
from abusekit.browser.plan import VisitPlan
from abusekit.browser.recorder.decoded import DecodedRecorder
from abusekit.demo.authority import LocalAuthority
from abusekit.webarchive.exchange import Exchange
from abusekit.webarchive.warc import WarcWriter

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


class Frames:
    """Notes the sessions of frames that have processes of their own, beside the recorder."""

    def __init__(self, recorder: DecodedRecorder) -> None:
        self.recorder = recorder
        self.seen: list[str] = []

    def needs(self) -> Sequence[tuple[str, dict[str, Any]]]:
        return self.recorder.needs()

    def on_event(self, method: str, params: dict[str, Any], session: str) -> None:
        if session and session not in self.seen:
            self.seen.append(session)
        self.recorder.on_event(method, params, session)


def visited(
    cdp: Cdp, url: str, recorder: DecodedRecorder, at_rest: Callable[[Frozen, list[str]], None]
) -> None:
    """Visits `url` as a capture does."""
    watching = Frames(recorder)
    visit_page(
        cdp,
        url,
        VisitPlan(scroll_screens=0, expand=False, width=1000, height=700),
        ends_at=time.monotonic() + 40,
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        at_rest=lambda frozen: at_rest(frozen, watching.seen),
        watchers=(watching,),
    )
    recorder.settle()
    cdp.call("Browser.close")
    assert cdp.fault is None


@dataclass
class Recorded:
    site: Site
    exchanges: tuple[Exchange, ...]
    taken: Taken
    said: dict[str, Any]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    folder = tmp_path_factory.mktemp("spool")
    taken: list[Taken] = []
    said: list[dict[str, Any]] = []
    with serving() as site, browser() as cdp:
        recorder = DecodedRecorder(cdp, spool=folder, max_bytes=50 << 20, now=lambda: AT)

        def at_rest(frozen: Frozen, sessions: list[str]) -> None:
            asked = {"expression": "said", "returnByValue": True}
            said.append(cdp.call("Runtime.evaluate", asked, session=frozen.session)["result"]["value"])
            others = tuple(one for one in sessions if one != frozen.session)
            plan = ArtefactPlan(kinds=frozenset({"text", "mhtml"}))
            end = time.monotonic() + 15
            taken.append(
                take(
                    cdp, frozen.session, plan, spool=folder, ends_at=end, monotonic=time.monotonic,
                    now=lambda: AT, frames=others,
                )
            )  # fmt: skip

        visited(cdp, site.at("/"), recorder, at_rest)
        exchanges = recorder.finish()
        assert not [one for one in threading.enumerate() if one.name == "bodies"]
        yield Recorded(site, exchanges, taken[0], said[0])
        for one in exchanges:
            one.close()
        taken[0].close()


def head_told(answer: Answer) -> bytes:
    """The head as the recorder is to keep it."""
    head = answer.head
    for name in (b"Content-Encoding", b"Transfer-Encoding", b"Content-Length"):
        head = head.replace(b"\r\n" + name + b":", b"\r\nx-orig-" + name + b":")
    return head


def label(one: Exchange) -> str:
    return one.problem.label if one.problem else ""


def payload(one: Exchange) -> bytes:
    return b"".join(one.payload())


def paired(recorded: Recorded) -> list[tuple[Answer, Exchange]]:
    """Each answer of the site with its exchange; equal requests in their order."""
    left = list(recorded.exchanges)
    pairs = []
    resets = recorded.site.of("/reset")
    assert resets
    for answer in recorded.site.answers:
        if answer in resets[1:]:
            continue  # Chromium asked once more on a fresh connection, which CDP does not tell
        found = next(
            (one for one in left if one.method == answer.method and one.url.endswith(answer.path)), None
        )
        assert found is not None, f"not recorded: {answer.method} {answer.path}"
        left.remove(found)
        pairs.append((answer, found))
    assert left == [], "recorded, and never asked for"
    return pairs


def test_every_answer_is_recorded_once(recorded: Recorded) -> None:
    pairs = paired(recorded)
    assert len(pairs) >= 21
    assert all(one.form == "decoded" for _, one in pairs)


def test_heads_are_as_sent_with_renamed_fields(recorded: Recorded) -> None:
    for answer, one in paired(recorded):
        assert one.head == head_told(answer), answer.path
        assert [name for name, _ in one.headers if name.lower() == "x-twice"] == (
            ["X-Twice", "x-twice"] if b"X-Twice" in answer.head else []
        )


def test_bodies_are_those_of_the_site_without_their_coding(recorded: Recorded) -> None:
    unended = {"/events", "/drip"}
    for answer, one in paired(recorded):
        if answer.path in unended:
            assert answer.body.startswith(payload(one))
            assert len(payload(one)) > 30
            assert not one.complete
            assert (one.truncated, label(one)) in (("time", "timeout"), ("disconnect", "truncated"))
        elif answer.path == "/moved":
            assert payload(one) == b""
            assert (one.complete, label(one)) == (False, "not-recorded")
        elif answer.path == "/cut":
            assert payload(one) in (answer.body, b"")  # nothing when it was over before we asked
            assert (one.complete, one.truncated, label(one)) == (
                False, "disconnect", "truncated",
            )  # fmt: skip
        elif answer.path == "/reset":
            assert (one.status, one.received.size, label(one)) == (None, 0, "reset")
        else:
            assert payload(one) == answer.body, answer.path
            assert (one.complete, one.problem) == (True, None), answer.path


def test_the_page_was_not_held_back(recorded: Recorded) -> None:
    assert recorded.said["big"] == "200:3200000"
    assert recorded.said["reset"] == "failed"
    assert recorded.said["cut"] == "cut"
    assert recorded.said["count2"] == "200:9"


def test_requests_have_their_fields_and_bodies(recorded: Recorded) -> None:
    for answer, one in paired(recorded):
        sent, told = answer.request.split(b"\r\n\r\n", 1), one.request.split(b"\r\n\r\n", 1)
        assert told[0].split(b"\r\n")[0] == sent[0].split(b"\r\n")[0]
        assert told[1] == sent[1]
        if answer.path != "/put":  # CDP has no Host for preflights; it is put in
            missing = set(sent[0].lower().split(b"\r\n")) - set(told[0].lower().split(b"\r\n"))
            assert missing == set(), answer.path
    (post,) = [one for one in recorded.exchanges if one.method == "POST"]
    assert post.request.endswith("a=1&b=é".encode())
    assert b"\r\nCookie: a=1\r\n" in post.request


def test_kinds_and_times_are_told(recorded: Recorded) -> None:
    kinds = {answer.path: one.kind for answer, one in paired(recorded)}
    assert kinds["/"] == kinds["/framed"] == "document"
    assert (kinds["/s.css"], kinds["/moved"], kinds["/events"]) == ("stylesheet", "image", "eventsource")
    assert kinds["/socket"] == "websocket"
    for _, one in paired(recorded):
        assert abs(one.at - datetime.now(UTC)) < timedelta(minutes=5)
        assert (one.ip, one.port) in (
            ("127.0.0.1", recorded.site.port),
            ("::1", recorded.site.port),
            (None, recorded.site.port),
        )
        if one.status is not None:
            assert one.head_at is not None
            assert one.at <= one.head_at < one.at + timedelta(seconds=20)


def test_what_is_recorded_can_be_archived(recorded: Recorded) -> None:
    out = io.BytesIO()
    writer = WarcWriter(out, b"seed")
    indexed = [writer.exchange(one) for one in recorded.exchanges]
    assert len([one for one in indexed if one]) == len([one for one in recorded.exchanges if one.status])


def test_frames_of_other_sites_are_in_text_and_mhtml(recorded: Recorded) -> None:
    text, mhtml = recorded.taken.artefacts
    assert (
        f"\n\n[frame http://{recorded.site.other}/framed]\nin the other site"
        in b"".join(text.spool.pieces()).decode()
    )
    assert b"in the other site" in b"".join(mhtml.spool.pieces())


def test_the_limit_of_bytes_is_kept_and_said(tmp_path: Path) -> None:
    with serving() as site, browser() as cdp:
        recorder = DecodedRecorder(cdp, spool=tmp_path, max_bytes=100_000, now=lambda: AT)
        visited(cdp, site.at("/big"), recorder, lambda frozen, sessions: None)
        exchanges = recorder.finish()
        big = next(one for one in exchanges if one.url.endswith("/big"))
        assert sum(len(payload(one)) for one in exchanges) <= 100_000
        assert len(payload(big)) > 10_000
        assert site.of("/big")[0].body.startswith(payload(big))
        assert (big.complete, big.truncated, label(big)) == (False, "length", "too-large")
        for one in exchanges:
            one.close()


class Polite(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"hi")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, bytes]]:
    """A site whose certificate the browser does not trust: its address, and that certificate."""
    made = LocalAuthority.make(tmp_path_factory.mktemp("ca"), now=datetime.now(UTC))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Polite)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate_file, made.key_file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    serving_it = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    serving_it.start()
    der = ssl.PEM_cert_to_DER_cert(made.certificate_file.read_text("ascii"))
    yield f"https://127.0.0.1:{server.server_port}/x", der
    server.shutdown()
    server.server_close()
    serving_it.join(5)


def test_a_certificate_that_is_not_trusted_ends_it(encrypted: tuple[str, bytes], tmp_path: Path) -> None:
    with browser() as cdp:
        recorder = DecodedRecorder(cdp, spool=tmp_path, max_bytes=1 << 20, now=lambda: AT)
        visited(cdp, encrypted[0], recorder, lambda frozen, sessions: None)
        (one,) = recorder.finish()
        assert (one.url, one.status, one.request, label(one)) == (encrypted[0], None, b"", "tls-failure")
        one.close()


def test_the_certificate_and_the_verdict_are_told(encrypted: tuple[str, bytes], tmp_path: Path) -> None:
    class Careless(DecodedRecorder):
        def needs(self) -> Sequence[tuple[str, dict[str, Any]]]:
            return (*super().needs(), ("Security.setIgnoreCertificateErrors", {"ignore": True}))

    with browser() as cdp:
        recorder = Careless(cdp, spool=tmp_path, max_bytes=1 << 20, now=lambda: AT)
        visited(cdp, encrypted[0], recorder, lambda frozen, sessions: None)
        exchanges = recorder.finish()
        one = next(one for one in exchanges if one.url == encrypted[0])
        assert one.tls is not None
        assert (one.tls.version, one.tls.alpn, one.tls.chain) == ("TLSv1.3", None, (encrypted[1],))
        assert (one.tls.verified, one.tls.error) == (False, "the browser calls it insecure")
        assert (one.complete, payload(one)) == (True, b"hi")
        for each in exchanges:
            each.close()


def test_what_comes_late_is_not_taken(tmp_path: Path) -> None:
    with browser() as cdp:
        recorder = DecodedRecorder(cdp, spool=tmp_path, max_bytes=1 << 20, now=lambda: AT)
        sent = {"requestId": "1", "request": {"url": "http://a/"}, "wallTime": 1.0}
        answered = {"requestId": "1", "response": {"status": 200}}
        recorder.on_event("Network.requestWillBeSent", sent, "")
        recorder.on_event("Network.responseReceived", answered, "")
        cdp.call("Browser.close")
        recorder.on_event("Network.loadingFinished", {"requestId": "1"}, "")
        recorder.settle()
        recorder.on_event("Network.requestWillBeSent", {**sent, "requestId": "late"}, "")
        (one,) = recorder.finish()
        assert (one.status, one.url) == (200, "http://a/")
        assert recorder.finish() == ()
        recorder.close()
        one.close()
