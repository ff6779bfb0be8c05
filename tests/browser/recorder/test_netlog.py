"""A real Chromium's NetLog against the log of the server itself: whole messages, byte for byte."""

from __future__ import annotations

import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from netlog_h2_site import H2Site
from netlog_samples import FULL, SHELL, Visit, secure_context, visit
from netlog_site import TruthSite, fill

from abusekit.browser.recorder.netlog import Recording
from abusekit.webarchive.exchange import Exchange, Form


def of(base: str, recording: Recording) -> list[Exchange]:
    return [one for one in recording.exchanges if one.url.startswith(base + "/")]


@dataclass(frozen=True)
class Told:
    site: TruthSite
    recording: Recording
    visit: Visit
    began: datetime
    ended: datetime

    @property
    def exchanges(self) -> list[Exchange]:
        """Those with the site: a full Chromium asks for things of its own."""
        return of(self.site.base, self.recording)

    def one(self, path: str) -> Exchange:
        found = self.all(path)
        assert len(found) == 1, (path, len(found))
        return found[0]

    def all(self, path: str) -> list[Exchange]:
        return [one for one in self.recording.exchanges if one.url == self.site.base + path]


@pytest.fixture(scope="module", params=[("http", FULL), ("https", FULL), ("https", SHELL)], ids=" ".join)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A visit over http and over https, with the whole browser and with the headless shell."""
    scheme, browser = request.param
    folder = tmp_path_factory.mktemp(f"netlog-{scheme}")
    context, home = secure_context(folder, "http/1.1") if scheme == "https" else (None, None)
    site = TruthSite(context)
    fill(site)
    began = datetime.now(UTC)
    made = visit(folder, site, home=home, browser=browser)
    yield Told(site, made.read(folder), made, began, datetime.now(UTC))
    site.close()


def whole(one: Exchange) -> bytes:
    return b"".join(one.received.pieces())


def test_every_message_is_exactly_what_the_server_saw_and_sent(told: Told) -> None:
    truth = Counter((bytes(one.received), bytes(one.sent)) for one in told.site.messages)
    (switched,) = told.recording.upgraded
    found = Counter(
        (one.request, whole(one) + (b"".join(switched.received.pieces()) if one.status == 101 else b""))
        for one in told.exchanges
    )
    assert sum(truth.values()) > 25
    assert found == truth
    assert told.recording.faults == ()
    assert not told.recording.cut


def test_heads_bodies_and_methods_are_told_apart(told: Told) -> None:
    page = told.one("/")
    assert (page.method, page.status, page.protocol, page.form) == ("GET", 200, "http/1.1", "wire")
    assert page.interim_count == 1
    assert page.interim.startswith(b"HTTP/1.1 103 Early Hints")
    assert page.head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert page.head.endswith(b"\r\n\r\n")
    assert page.header("content-encoding") == "gzip"
    assert told.one("/head").method == "HEAD"
    assert told.one("/head").response_length == told.one("/head").head_length
    assert told.one("/post").request.endswith(b"a=1&b=2" * 5000)
    assert [whole(one)[-8:] for one in told.all("/same")] == [b"number 1", b"number 2"]
    assert told.one("/redirect").header("location") == "/target"
    odd = told.one("/odd")
    assert odd.headers == (("X-Odd", "a folded"), ("x-low", "\xe4"), ("Content-Length", "2"))
    assert told.one("/toclose").protocol == "http/1.0"
    assert told.one("/l%C3%A4ngs/?q=%E2%82%AC&x=a%20b").complete


def test_what_is_not_whole_says_why(told: Told) -> None:
    labels = {}
    for one in told.exchanges:
        assert one.complete == (one.problem is None)
        if one.problem:
            labels[one.url.removeprefix(told.site.base)] = (one.problem.label, one.truncated)
            assert one.problem.where == one.url
    expected = {
        "/cut": ("truncated", "disconnect"),
        "/cutchunk": ("truncated", "disconnect"),
        "/reset": ("reset", None),
        "/garbage": ("bad-response", None),
    }
    if told.site.context:  # without TLS's closure alert anybody could have cut it
        expected["/half"] = ("truncated", "disconnect")
    assert labels == expected
    unstated = {one.url.removeprefix(told.site.base) for one in told.exchanges if not one.end_stated}
    assert unstated == (set() if told.site.context else {"/toclose", "/half"})
    assert told.one("/garbage").status is None


def test_the_browsers_retries_are_exchanges_of_their_own(told: Told) -> None:
    assert len(told.all("/reset")) == len(told.site.asked("/reset")) > 1


def test_a_web_socket_is_kept_apart(told: Told) -> None:
    (switched,) = told.recording.upgraded
    (asked,) = told.site.asked("/socket")
    assert switched.url == told.site.base + "/socket"
    assert b"".join(switched.sent.pieces()) == asked.after
    assert told.one("/socket").complete
    assert told.one("/socket").status == 101


def test_times_are_utc_and_in_order(told: Told) -> None:
    for one in told.exchanges:
        assert told.began - timedelta(milliseconds=2) <= one.at <= told.ended
        assert one.at.microsecond % 1000 == 0
        assert one.head_at is None or one.at <= one.head_at
        assert one.duration_ms >= 0
    times = [one.at for one in told.exchanges]
    assert times == sorted(times)
    assert told.one("/").duration_ms >= 20


def test_the_gate_says_where_the_bytes_came_from(told: Told) -> None:
    for one in told.exchanges:
        assert one.ip in ("127.0.0.1", "::1")
        assert one.ip in one.dns
        assert one.port == told.site.port
    alone = told.visit.log
    blind = of(told.site.base, Visit(alone, {}).read())[0]
    assert (blind.ip, blind.port, blind.dns) == (None, told.site.port, ())


def test_tls_is_told_as_the_browser_saw_it(told: Told) -> None:
    for one in told.exchanges:
        if told.site.context is None:
            assert one.tls is None
            continue
        assert one.tls is not None
        assert one.tls.version == "TLSv1.3"
        assert one.tls.cipher in (
            "TLS_AES_256_GCM_SHA384",
            "TLS_AES_128_GCM_SHA256",
            "TLS_CHACHA20_POLY1305_SHA256",
        )
        assert one.tls.alpn == "http/1.1"
        assert (one.tls.verified, one.tls.error) == (True, None)
        assert len(one.tls.chain) == 1
        assert one.tls.chain[0].startswith(b"\x30\x82")


def test_a_certificate_that_is_not_trusted_is_the_finding(tmp_path: Path) -> None:
    context, _ = secure_context(tmp_path, "http/1.1")
    site = TruthSite(context)
    fill(site)
    made = visit(tmp_path, site, home=tmp_path, until=site.refused).read()
    site.close()
    found = [one for one in made.exchanges if one.url == site.base + "/"]
    assert found
    assert site.messages == []
    for one in found:
        assert one.problem is not None
        assert one.problem.label == "tls-failure"
        assert (one.request, one.received.size, one.complete, one.status) == (b"", 0, False, None)
        assert one.tls is not None
        assert one.tls.error == "ERR_CERT_AUTHORITY_INVALID (-202)"
        assert not one.tls.verified
        assert len(one.tls.chain) == 1


def test_a_killed_browser_loses_the_tail_alone(tmp_path: Path) -> None:
    site = TruthSite()
    fill(site)
    site.pages["/done"] = [b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x" * 5000, 30.0]
    made = visit(tmp_path, site, kill=True).read()
    site.close()
    assert made.cut
    truth = Counter(one.path for one in site.messages)
    found = Counter(one.url.removeprefix(site.base) for one in made.exchanges)
    assert set(truth) - set(found) <= {"/done", "/socket"}
    for path in ("/gzip", "/post", "/big"):
        (one,) = [one for one in made.exchanges if one.url == site.base + path]
        assert whole(one) == site.asked(path)[0].sent
        assert one.complete
    for one in made.exchanges:
        if one.url.endswith("/done"):
            assert one.problem is not None
            assert (one.problem.label, one.truncated) in (("timeout", "time"), ("timeout", None))


@pytest.fixture(scope="module")
def h2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[H2Site, Recording]]:
    folder = tmp_path_factory.mktemp("netlog-h2")
    context, home = secure_context(folder, "h2")
    site = H2Site(context)
    made = visit(folder, site, home=home)
    time.sleep(0.05)
    yield site, made.read(folder)
    site.close()


def test_http2_data_is_exactly_what_the_frames_had(h2: tuple[H2Site, Recording]) -> None:
    site, recording = h2
    form: Form = "h2"
    assert len(site.streams) == len(of(site.base, recording)) == 13
    for stream, one in zip(site.streams, of(site.base, recording), strict=True):
        assert one.url == site.base + stream.path
        assert (one.form, one.protocol) == (form, "h2" if stream.answered else None)
        assert b"".join(one.payload()) == stream.body, stream.path
        assert sha256(one.request.partition(b"\r\n\r\n")[2]).digest() == sha256(stream.asked_body).digest()
        assert one.tls is not None
        assert one.tls.alpn == "h2"


def test_http2_heads_hold_every_field_in_order(h2: tuple[H2Site, Recording]) -> None:
    site, recording = h2
    for stream, one in zip(site.streams, of(site.base, recording), strict=True):
        asked = [f"{name}: {value}" for name, value in stream.asked if not name.startswith(":")]
        line, host, *rest = one.request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        method = dict(stream.asked)[":method"]
        assert (line, host) == (f"{method} {stream.path} HTTP/1.1", f"Host: localhost:{site.port}")
        assert rest == asked
        finals = [fields for fields in stream.answered if fields[0] != (":status", "103")][:1]
        for fields in finals:
            status, *lines = one.head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
            assert status == f"HTTP/1.1 {fields[0][1]} "
            assert lines == [f"{name}: {value}" for name, value in fields[1:]]
            assert one.headers == tuple(fields[1:])
    (hints,) = [one for one in recording.exchanges if one.url.endswith("/hints")]
    assert (hints.interim_count, hints.interim[:12]) == (1, b"HTTP/1.1 103")
    assert recording.trailers == 1


def test_http2_streams_that_were_reset_say_so(h2: tuple[H2Site, Recording]) -> None:
    site, recording = h2
    problems = {
        one.url.rpartition("/")[2]: (one.problem.label, one.problem.detail, one.truncated)
        for one in of(site.base, recording)
        if one.problem
    }
    assert problems == {
        "rst": ("reset", "the server ended the stream: CANCEL", None),
        "rstmid": ("truncated", "the server ended the stream: INTERNAL_ERROR", "disconnect"),
    }
    assert all(one.complete for one in of(site.base, recording) if not one.problem)


def test_an_address_that_is_none_does_not_pass_for_the_hosts_own(told: Told, tmp_path: Path) -> None:
    """A log in which a request line was changed, to something that no archive could hold as an address."""
    if told.site.context:
        return
    asked = b64encode(told.site.asked("/gzip")[0].received)
    (whole_line,) = [line for line in told.visit.log.read_bytes().splitlines() if asked in line]
    bad = b64encode(told.site.asked("/gzip")[0].received.replace(b" /gzip ", b" /gz#p "))
    (tmp_path / "net.json").write_bytes(
        told.visit.log.read_bytes().replace(whole_line, whole_line.replace(asked, bad))
    )
    made = Visit(tmp_path / "net.json", told.visit.connections).read()
    (fault,) = made.faults
    assert fault.why == "the address that was asked for is none"
    assert fault.exchange is not None
    assert fault.exchange.url == told.site.base + "/"
    assert fault.exchange.problem is not None
    assert whole(fault.exchange) == told.site.asked("/gzip")[0].sent
    assert len(made.exchanges) == len(told.recording.exchanges) - 1
