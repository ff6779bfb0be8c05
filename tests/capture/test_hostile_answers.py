"""Answers made to crash the recorder, to be taken for whole, to fill memory, or to leak into what is shown."""

from __future__ import annotations

import io
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rawsite import RawSite, TestAuthority

from abusekit.capture.deposit import Request, deposit
from abusekit.capture.http import record
from abusekit.capture.plan import Plan
from abusekit.capture.result import Capture
from abusekit.case.canonical import encode
from abusekit.case.intake import Draft
from abusekit.net.policy import AddressPolicy
from abusekit.webarchive import wacz_check

Runner = Callable[..., Capture]
PAGE = b"<title>A page</title><p>nobody likes you"
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def sized(body: bytes, head: bytes = HTML, more: bytes = b"") -> bytes:
    return head + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def staged(one: Capture, folder: Path) -> Draft:
    """The draft of a capture, whose archive must be in order and whose facts must fit item.json."""
    folder.mkdir()
    draft = Draft(folder, "capture")
    deposit(draft, Request(one.typed), one)
    assert wacz_check.check((folder / "capture.wacz").read_bytes()) == []
    encode(draft.facts)
    return draft


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_server_clock_out_of_all_range_is_kept_as_text(
    year: str, plain_site: RawSite, capture: Runner, tmp_path: Path
) -> None:
    raw = f"Fri, 01 Jan {year} 00:00:00 GMT"
    plain_site.pages["/"] = [sized(PAGE, more=f"Date: {raw}\r\nRetry-After: {raw}\r\n".encode())]
    draft = staged(capture(f"{plain_site.base}/"), tmp_path / "draft")
    assert draft.outcome == "complete" and draft.dated == []
    assert draft.facts["server_clock"]["raw"] == raw
    assert [text for text in draft.problems if text.startswith("bad-date: ") and raw in text]


@pytest.mark.parametrize("coding", ["deflate, br", "deflate, zstd", "br, deflate"])
def test_damaged_codings_on_top_of_each_other(coding: str, plain_site: RawSite, capture: Runner) -> None:
    plain_site.pages["/"] = [sized(b"<p>x", more=f"Content-Encoding: {coding}\r\n".encode())]
    assert capture(f"{plain_site.base}/").outcome == "bad-encoding"


@pytest.fixture
def resetting() -> Iterator[int]:
    """The port of a server that resets each connection at once."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    threading.Thread(target=run, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_instant_reset(scheme: str, resetting: int, capture: Runner) -> None:
    for _ in range(100):
        one = capture(f"{scheme}://127.0.0.1:{resetting}/")
        assert one.outcome in ("connect-failure", "reset", "tls-failure")
        assert not [seen for seen in one.exchanges if seen.tls and seen.tls.verified]


@pytest.mark.parametrize("call", ["getpeername", "version"])
def test_a_reset_seen_only_after_connecting(
    call: str, authority: TestAuthority, capture: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race of the test above, decided: the system's own answers for a socket that was reset already."""

    def not_connected(_: socket.socket) -> None:
        raise OSError(107, "Transport endpoint is not connected")

    site = RawSite(authority.good)
    try:
        if call == "getpeername":
            monkeypatch.setattr(socket.socket, "getpeername", not_connected)
        else:
            monkeypatch.setattr(ssl.SSLSocket, "version", lambda _: None)
        one = capture(f"{site.base}/")
    finally:
        site.close()
    assert one.outcome == ("connect-failure" if call == "getpeername" else "tls-failure")
    assert one.exchanges[0].request == b""


@pytest.mark.parametrize("version", ["2.7", "0.9", "3.0", "1.2"])
def test_only_http_1_0_and_1_1_are_answers(
    version: str, plain_site: RawSite, capture: Runner, tmp_path: Path
) -> None:
    plain_site.pages["/"] = [sized(PAGE, f"HTTP/{version} 200 OK\r\nContent-Type: text/html\r\n".encode())]
    one = capture(f"{plain_site.base}/")
    assert (one.outcome, one.status, one.title) == ("bad-response", None, None)
    staged(one, tmp_path / "draft")


def test_a_part_that_was_not_asked_for_is_no_page(
    plain_site: RawSite, capture: Runner, tmp_path: Path
) -> None:
    partial = b"HTTP/1.1 206 Partial\r\nContent-Type: text/html\r\nContent-Range: bytes 0-39/99999\r\n"
    plain_site.pages["/"] = [sized(PAGE, partial)]
    draft = staged(capture(f"{plain_site.base}/"), tmp_path / "draft")
    assert (draft.outcome, draft.fidelity) == ("truncated", "exact-partial")
    assert draft.legs is not None and not draft.legs.source
    plain_site.pages["/page"] = [sized(b"<img src=/>" + PAGE)]
    one = capture(f"{plain_site.base}/page")
    assert (one.outcome, one.fidelity, one.requisites.failed) == ("complete", "exact-partial", 1)


@pytest.mark.parametrize("status", [204, 205])
def test_no_content_is_no_source(status: int, plain_site: RawSite, capture: Runner, tmp_path: Path) -> None:
    plain_site.pages["/"] = [b"HTTP/1.1 %d Nothing\r\nContent-Length: 0\r\n\r\n" % status]
    draft = staged(capture(f"{plain_site.base}/"), tmp_path / "draft")
    assert draft.outcome == "complete"
    assert draft.legs is not None and not draft.legs.source
    assert [text for text in draft.problems if text.startswith("no-content: ")]


def test_an_end_that_nobody_states_is_not_exact(site: RawSite, capture: Runner, tmp_path: Path) -> None:
    site.pages["/cut"] = [HTML + b"\r\n<p>the first half of a sent"]
    site.pages["/whole"] = [sized(PAGE)]
    site.pages["/page"] = [sized(b"<img src=/cut>" + PAGE)]
    known = site.context is not None  # TLS says that nothing is missing (RFC 9112 section 9.8)
    for path in ("/cut", "/page"):
        one = capture(f"{site.base}{path}")
        assert one.outcome == "complete"
        assert one.fidelity == ("exact" if known else "exact-partial")
        assert [p.where for p in one.problems] == ([] if known else [f"{site.base}/cut"])
    assert capture(f"{site.base}/whole").fidelity == "exact"
    assert staged(one, tmp_path / "draft").fidelity == one.fidelity


@pytest.mark.parametrize(
    "line", [b"Set-Cookie : session=TOPSECRET; x", b"Set-Cookie: s=TOPSECRET\0b", b" TOPSECRET"]
)
def test_a_cookie_in_a_broken_line_is_not_repeated(
    line: bytes, plain_site: RawSite, capture: Runner, tmp_path: Path
) -> None:
    plain_site.pages["/"] = [b"HTTP/1.1 200 OK\r\n" + line + b"\r\nContent-Length: 2\r\n\r\nhi"]
    one = capture(f"{plain_site.base}/")
    assert one.outcome == "bad-response"
    draft = staged(one, tmp_path / "draft")
    assert "SECRET" not in json.dumps([draft.facts, draft.problems, one.problems[0].detail])
    assert b"SECRET" not in (draft.folder / "report.txt").read_bytes()


def test_a_cookie_without_a_name_is_a_value(plain_site: RawSite, capture: Runner) -> None:
    more = b"Set-Cookie: TOPSECRET; Path=/\r\nSet-Cookie: sid=TOPSECRET\r\n"
    plain_site.pages["/"] = [sized(PAGE, more=more)]
    one = capture(f"{plain_site.base}/")
    assert [found.name for found in one.secrets] == ["", "sid"]
    assert "SECRET" not in json.dumps(one.facts())


def test_a_flood_of_headers_is_cut(plain_site: RawSite, capture: Runner, tmp_path: Path) -> None:
    plain_site.pages["/"] = [sized(PAGE, more=b"X:\r\n" * 998)]
    assert capture(f"{plain_site.base}/").outcome == "complete"
    plain_site.pages["/"] = [sized(PAGE, more=b"Set-Cookie:a=\r\n" * 12_000)]
    one = capture(f"{plain_site.base}/")
    assert (one.outcome, one.exchanges[0].headers) == ("bad-response", ())
    assert "flood of headers" in one.problems[0].detail
    staged(one, tmp_path / "draft")


def test_a_page_made_to_fill_item_json_stays_small(plain_site: RawSite, tmp_path: Path) -> None:
    """200 parts with addresses of 7,900 characters, each redirected, with 900 cookies each, and all failing."""
    long = "%00" * 2600
    parts = b"".join(f"<img src=/{number}{long}>".encode() for number in range(200))
    times = b"".join(b"<time datetime='%d-%s'></time>" % (number, b"\x01" * 90) for number in range(300))
    plain_site.pages["/"] = [sized(b"<title>%s</title>" % (b"\x02" * 600) + parts + times)]
    cookies = b"Set-Cookie: " + b"\xff" * 100 + b"=x\r\n"
    for number in range(200):
        head = b"HTTP/1.1 302 Go\r\nLocation: /z%d%s\r\n" % (number, long.encode())
        plain_site.pages[f"/{number}{long}"] = [sized(b"", head, cookies * 900)]
        plain_site.pages[f"/z{number}{long}"] = [b"HTTP/1.1 404 No\r\nX\x7f\r\n\r\n"]
    one = record(
        f"{plain_site.base}/",
        Plan(policy=AddressPolicy((), True), spool=tmp_path),
        now=lambda: datetime.now(UTC),
    )
    try:
        assert len(one.exchanges) > 350 and one.requisites.failed > 150
        assert (len(one.secrets), one.secrets_count > 100_000) == (500, True)
        draft = staged(one, tmp_path / "draft")
        size = len(encode([draft.facts, draft.problems, [fact.moment for fact in draft.dated], draft.source]))
        assert size < 4 << 20
        assert draft.facts["secrets_count"] == one.secrets_count
        assert draft.facts["exchanges_count"] == len(one.exchanges) > len(draft.facts["exchanges"])
        assert draft.facts["problems"][-1]["label"] == "more-problems"
        assert (draft.folder / "report.txt").stat().st_size < 4 << 20
    finally:
        one.close()


def test_no_address_is_asked_twice(plain_site: RawSite, capture: Runner) -> None:
    """Two answers for one address at one second could not be told apart in the archive."""
    go = b"HTTP/1.1 302 Go\r\nLocation: %s\r\n"
    plain_site.pages["/"] = [sized(b"<img src=/a><img src=/b><img src=/back>" + PAGE)]
    plain_site.pages["/a"] = [sized(b"", go % b"/b")]
    plain_site.pages["/b"] = [sized(b"x")]
    plain_site.pages["/back"] = [sized(b"", go % b"/")]
    one = capture(f"{plain_site.base}/")
    assert (one.outcome, one.requisites.fetched, one.fidelity) == ("complete", 3, "exact")
    paths = [talk.path for talk in plain_site.talks]
    assert sorted(paths) == ["/", "/a", "/b", "/back"]
    out = io.BytesIO()
    one.write_wacz(out)
    assert wacz_check.check(out.getvalue()) == []


def test_an_allowed_private_host_does_not_open_its_other_ports(plain_site: RawSite, capture: Runner) -> None:
    other = RawSite()
    try:
        other.pages["/"] = [sized(b"ADMIN")]
        plain_site.pages["/"] = [sized(b"", b"HTTP/1.1 302 Go\r\nLocation: %s/\r\n" % other.base.encode())]
        plain_site.pages["/page"] = [sized(b"<img src=%s/><img src=/own>" % other.base.encode())]
        plain_site.pages["/own"] = [sized(b"x")]
        policy = AddressPolicy(allow_private=True)
        assert capture(f"{plain_site.base}/", policy=policy).outcome == "refused-address"
        one = capture(f"{plain_site.base}/page", policy=policy)
        assert (one.requisites.fetched, one.requisites.failed) == (1, 1)
        assert other.talks == []
        assert capture(f"{other.base}/", policy=policy).outcome == "complete"
    finally:
        other.close()
