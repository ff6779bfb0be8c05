"""The recorder against the raw site: what is stored is what was on the wire, and no failure passes as success."""

from __future__ import annotations

import gzip
import io
import json
import socket
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import brotlicffi
import pytest
from rawsite import HALF, HOLD, RESET, RawSite, Script, TestAuthority
from warcio.archiveiterator import ArchiveIterator

from abusekit.capture.outcome import OUTCOMES
from abusekit.capture.result import Capture
from abusekit.errors import InputError, UsageError
from abusekit.webarchive import wacz_check, zip_read
from abusekit.webarchive.warc_read import Record, read

HTML = b"<!doctype html><title>A page</title><p>nobody likes you</p>"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
LARGE = 64 << 20

Runner = Callable[..., Capture]


def sized(body: bytes, head: bytes = HEAD, more: bytes = b"") -> bytes:
    return head + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked(body: bytes, size: int = 7) -> bytes:
    cut = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in cut) + b"0\r\n\r\n"


def endless(head: bytes, piece: bytes, pause: float = 0.0) -> Callable[[], Script]:
    def script() -> Script:
        yield head
        while True:
            if pause:
                yield pause
            yield piece

    return script


PACKED = gzip.compress(HTML)
RAW_DEFLATE = zlib.compress(HTML)[2:-4]
BOMB = gzip.compress(b"\0" * (30 << 20))


@dataclass(frozen=True)
class Case:
    script: Script | Callable[[], Script]
    outcome: str
    status: int | None = 200
    cut: bool = False  # we or they cut it: what is stored is a prefix of what the server sent
    truncated: str | None = None
    understood: bool = True  # stored as an HTTP response
    title: str | None = None


CASES: dict[str, Case] = {
    "plain": Case([sized(HTML)], "complete", title="A page"),
    "gzip": Case([sized(PACKED, more=b"Content-Encoding: gzip\r\n")], "complete", title="A page"),
    "deflate": Case(
        [sized(zlib.compress(HTML), more=b"Content-Encoding: deflate\r\n")], "complete", title="A page"
    ),
    "deflate-raw": Case(
        [sized(RAW_DEFLATE, more=b"Content-Encoding: deflate\r\n")], "complete", title="A page"
    ),
    "brotli": Case(
        [sized(brotlicffi.compress(HTML), more=b"Content-Encoding: br\r\n")], "complete", title="A page"
    ),
    "chunked": Case(
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(HTML)], "complete", title="A page"
    ),
    "chunked-gzip-in-pieces": Case(
        [
            HEAD + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
            0.05,
            chunked(PACKED)[:20],
            0.05,
            chunked(PACKED)[20:],
        ],
        "complete",
        title="A page",
    ),
    "chunk-extension-and-trailer": Case(
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-End: 1\r\n\r\n"], "complete"
    ),
    "close-delimited": Case([HEAD + b"\r\n" + HTML], "complete", title="A page"),
    "http-1.0": Case(
        [b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML], "complete", title="A page"
    ),
    "lf-only": Case([b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 2\n\nhi"], "complete"),
    "204": Case([b"HTTP/1.1 204 No Content\r\n\r\n"], "complete", 204),
    "206": Case([sized(HTML[:9], b"HTTP/1.1 206 Partial Content\r\n")], "truncated", 206),
    "304": Case([b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"], "http-error", 304),
    "403": Case(
        [sized(HTML, b"HTTP/1.1 403 No\r\nContent-Type: text/html\r\n")], "http-error", 403, title="A page"
    ),
    "404": Case([sized(b"gone", b"HTTP/1.1 404 Not Found\r\n")], "http-error", 404),
    "429": Case([sized(b"", b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\n")], "rate-limited", 429),
    "500": Case([sized(b"oh", b"HTTP/1.1 500 Oh\r\n")], "http-error", 500),
    "no-reason": Case(
        [sized(HTML, b"HTTP/1.1 200\r\nContent-Type: text/html\r\n")], "complete", title="A page"
    ),
    "early-hints": Case(
        [b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n", 0.05, sized(HTML)],
        "complete",
        title="A page",
    ),
    "two-interim": Case(
        [b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + sized(HTML)],
        "complete",
        title="A page",
    ),
    "latin-1-header": Case([sized(HTML, more=b"X-Name: caf\xe9 \xff\r\n")], "complete", title="A page"),
    "ansi-header": Case([sized(HTML, more=b"X-Name: \x1b[2J\x1b]0;x\x07\r\n")], "complete", title="A page"),
    "5-mb": Case(
        [sized(b"x" * 5_000_000, b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\n")], "complete"
    ),
    "gzip-bomb": Case([sized(BOMB, more=b"Content-Encoding: gzip\r\n")], "complete"),
    "short-body": Case(
        [HEAD + b"Content-Length: 999\r\n\r\n" + HTML],
        "truncated",
        cut=True,
        truncated="disconnect",
        title="A page",
    ),
    "cut-chunk": Case(
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"ff\r\n" + HTML],
        "truncated",
        cut=True,
        truncated="disconnect",
        title="A page",
    ),
    "no-last-chunk": Case(
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(HTML)[:-5]],
        "truncated",
        cut=True,
        truncated="disconnect",
        title="A page",
    ),
    "bad-chunk-size": Case(
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + HTML, HOLD], "bad-response", cut=True
    ),
    "truncated-gzip": Case(
        [sized(PACKED[:-12], more=b"Content-Encoding: gzip\r\n")], "bad-encoding", title="A page"
    ),
    "damaged-brotli": Case([sized(b"\xff\xff\xff\xff", more=b"Content-Encoding: br\r\n")], "bad-encoding"),
    "unknown-coding": Case([sized(HTML, more=b"Content-Encoding: zstd\r\n")], "bad-encoding"),
    "reset-after-head": Case(
        [HEAD + b"Content-Length: 999\r\n\r\n" + HTML, 0.2, RESET],
        "truncated",
        cut=True,
        truncated="disconnect",
        title="A page",
    ),
    "half-head": Case([b"HTTP/1.1 200 OK\r\nContent-Ty"], "truncated", None, True, "disconnect", False),
    "malformed-header": Case(
        [sized(HTML, more=b"Bad Header : x\r\n"), HOLD], "bad-response", None, True, None, False
    ),
    "nul-header": Case([sized(HTML, more=b"X: a\0b\r\n"), HOLD], "bad-response", None, True, None, False),
    "garbage": Case([b"\0\1\2garbage\r\n\r\n\xff", HOLD], "bad-response", None, True, None, False),
    "ssh-banner": Case([b"SSH-2.0-OpenSSH_9.2\r\n", HOLD], "bad-response", None, True, None, False),
    "http-0.9": Case([HTML + b"\n"], "bad-response", None, True, None, False),
    "http-2-preface": Case([b"HTTP/2 200\r\n\r\n", HOLD], "bad-response", None, True, None, False),
    "two-lengths": Case(
        [HEAD + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nhello", HOLD],
        "bad-response",
        None,
        True,
        None,
        False,
    ),
    "length-and-chunked": Case(
        [HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(HTML)],
        "bad-response",
        title="A page",
    ),
    "longer-than-its-length": Case([HEAD + b"Content-Length: 3\r\n\r\n" + HTML], "bad-response"),
    "redirect-without-location": Case([sized(b"", b"HTTP/1.1 302 Found\r\n")], "http-error", 302),
    "redirect-to-ftp": Case(
        [sized(b"", b"HTTP/1.1 302 Found\r\nLocation: ftp://example.org/\r\n")], "refused-scheme", 302
    ),
    "redirect-to-file": Case(
        [sized(b"", b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n")], "refused-scheme", 302
    ),
    "redirect-with-backslash": Case(
        [sized(b"", b"HTTP/1.1 302 Found\r\nLocation: http:\\\\127.0.0.2\\\r\n")], "bad-response", 302
    ),
    "redirect-with-user": Case(
        [sized(b"", b"HTTP/1.1 302 Found\r\nLocation: http://a:b@example.org/\r\n")], "bad-response", 302
    ),
    "slow-head": Case(endless(b"HTTP/1.1 200 OK\r\n", b"X", 0.05), "timeout", None, True, "time", False),
    "drip-body": Case(
        endless(HEAD + b"\r\n" + HTML, b"x", 0.05), "timeout", 200, True, "time", True, "A page"
    ),
    "silence": Case([HOLD], "timeout", None, True, None, False),
    "endless-head": Case(
        endless(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"a" * 8000 + b"\r\n"),
        "bad-response",
        None,
        True,
        None,
        False,
    ),
    "endless-interim": Case(
        endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), "bad-response", None, True, None, False
    ),
    "endless-body": Case(
        endless(HEAD + b"\r\n" + HTML, b"y" * 65536), "too-large", 200, True, "length", True, "A page"
    ),
    "endless-chunks": Case(
        endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"400\r\n%s\r\n" % (b"z" * 1024) * 20),
        "too-large",
        200,
        True,
        "length",
    ),
    "tiny-chunks": Case(
        endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nz\r\n" * 5000),
        "bad-response",
        200,
        True,
        "length",
    ),
}


def records(one: Capture) -> list[Record]:
    """The records of the capture's archive, which must be in order."""
    out = io.BytesIO()
    one.write_wacz(out)
    assert wacz_check.check(out.getvalue()) == []
    member = zip_read.members(out)["archive/data.warc.gz"]
    warc = zip_read.content(out, member, LARGE)
    for record in ArchiveIterator(io.BytesIO(warc), check_digests=True):  # as `warcio check` does
        while record.content_stream().read(1 << 16):
            pass
        assert record.digest_checker.passed is not False, record.digest_checker.problems
    return list(read(io.BytesIO(warc), keep=LARGE))


def is_plain(value: object, depth: int = 0) -> bool:
    """Whether `value` fits the canonical subset of JSON that item.json is made of."""
    assert depth <= 8
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(one, depth + 1) for key, one in value.items())
    if isinstance(value, list):
        return all(is_plain(one, depth + 1) for one in value)
    if isinstance(value, str):
        value.encode()
        return True
    return value is None or (isinstance(value, int) and abs(value) < 2**53)


@pytest.mark.parametrize("name", CASES)
def test_stored_is_what_was_on_the_wire(name: str, site: RawSite, capture: Runner) -> None:
    case = CASES[name]
    site.pages[f"/{name}"] = case.script
    limits = {"deadline_s": 0.6} if case.outcome == "timeout" else {"max_bytes": 6_000_000}
    started = time.monotonic()
    one = capture(f"{site.base}/{name}", **limits)
    assert time.monotonic() - started < 5
    assert (one.outcome, one.status) == (case.outcome, case.status)
    assert one.outcome in dict(OUTCOMES)
    assert (one.outcome == "complete") == (not [p for p in one.problems if p.label in dict(OUTCOMES)])
    assert one.title == case.title
    assert is_plain(one.facts())
    json.dumps(one.facts())

    stored = records(one)
    site.closing.set()
    talk = site.talk(f"/{name}")
    received = b"".join(
        r.block or b"" for r in stored if r.type == "metadata" and "json" not in r.header("content-type")
    )
    (request,) = [r.block for r in stored if r.type == "request"]
    responses = [r for r in stored if r.type == "response"]
    assert request == bytes(talk.received)
    assert b"\r\nCookie:" not in request and b"\r\nReferer:" not in request
    assert len(responses) == case.understood
    for response in responses:
        received += response.block or b""
        assert response.status == case.status
        assert response.header("WARC-IP-Address") == "127.0.0.1"
        assert response.header("WARC-Truncated") == case.truncated
    if case.cut:
        assert bytes(talk.sent).startswith(received)
        assert one.fidelity == "exact-partial"
    else:
        assert received == bytes(talk.sent)
    if case.outcome == "too-large":
        assert one.bytes_received == 6_000_000  # to the byte


def test_redirects_are_followed_by_hand(site: RawSite, capture: Runner) -> None:
    for number, status in enumerate((301, 302, 303, 307, 308)):
        head = b"HTTP/1.1 %d Go\r\nLocation: /hop/%d\r\n" % (status, number + 1)
        site.pages[f"/hop/{number}"] = [sized(b"", head)]
    site.pages["/hop/5"] = [sized(HTML)]
    one = capture(f"{site.base}/hop/0#there")
    assert one.outcome == "complete"
    assert one.typed.endswith("#there")
    assert one.hops == tuple(f"{site.base}/hop/{number}" for number in range(6))
    stored = records(one)
    for number in range(6):
        (block,) = [
            r.block
            for r in stored
            if r.type == "response" and r.header("WARC-Target-URI") == one.hops[number]
        ]
        assert block == bytes(site.talk(f"/hop/{number}").sent)


def test_redirect_loop_and_limit(plain_site: RawSite, capture: Runner) -> None:
    plain_site.pages["/loop"] = [sized(b"", b"HTTP/1.1 302 Go\r\nLocation: /loop\r\n")]
    assert capture(f"{plain_site.base}/loop").outcome == "redirect-loop"
    for number in range(4):
        plain_site.pages[f"/{number}"] = [sized(b"", b"HTTP/1.1 302 Go\r\nLocation: /%d\r\n" % (number + 1))]
    one = capture(f"{plain_site.base}/0", max_redirects=2)
    assert (one.outcome, len(one.exchanges)) == ("redirect-limit", 3)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.2",
        "0.0.0.0",  # noqa: S104
        "[::1]",
        "[::ffff:127.0.0.2]",
        "2130706434",
        "0x7f.2",
        "0177.0.0.2",
        "127.2",
        "0",
        "[::]",
    ],
)
def test_redirect_to_a_private_address_is_refused(host: str, capture: Runner) -> None:
    canary = socket.create_server(("0.0.0.0", 0))  # noqa: S104 (all of loopback must be silent)
    canary.settimeout(0.05)
    site = RawSite()
    try:
        location = b"http://%s:%d/" % (host.encode(), canary.getsockname()[1])
        site.pages["/"] = [sized(b"", b"HTTP/1.1 302 Go\r\nLocation: " + location + b"\r\n")]
        one = capture(f"{site.base}/")
        assert one.outcome == "refused-address"
        assert one.exchanges[-1].dns
        with pytest.raises(TimeoutError):
            canary.accept()
        assert records(one)
    finally:
        site.close()
        canary.close()


def test_allow_private_does_not_extend_to_redirects(plain_site: RawSite, capture: Runner) -> None:
    from abusekit.net.policy import AddressPolicy

    plain_site.pages["/"] = [sized(b"", b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.2:1/\r\n")]
    plain_site.pages["/same"] = [sized(b"", b"HTTP/1.1 302 Go\r\nLocation: /end\r\n")]
    plain_site.pages["/end"] = [sized(HTML)]
    policy = AddressPolicy(allow_private=True)
    assert capture(f"{plain_site.base}/", policy=policy).outcome == "refused-address"
    assert capture(f"{plain_site.base}/same", policy=policy).outcome == "complete"


def test_typed_private_address_is_refused_without_a_connection(capture: Runner) -> None:
    from abusekit.net.policy import AddressPolicy

    one = capture("http://127.0.0.1:1/", policy=AddressPolicy())
    assert one.outcome == "refused-address"
    assert one.exchanges[0].request == b""
    assert [r.type for r in records(one)] == ["warcinfo", "metadata"]


def test_nobody_there(capture: Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    one = capture(f"http://127.0.0.1:{port}/")
    assert one.outcome == "connect-failure"
    assert records(one)


def test_no_such_name(capture: Runner) -> None:
    one = capture("http://nobody.invalid/", deadline_s=3)
    assert one.outcome in ("dns-failure", "timeout")
    assert records(one)


def test_closed_without_an_answer(site: RawSite, capture: Runner) -> None:
    site.pages["/close"] = []
    site.pages["/rst"] = [RESET]
    assert capture(f"{site.base}/close").outcome == "reset"
    one = capture(f"{site.base}/rst")
    assert (one.outcome, one.exchanges[0].request) == ("reset", bytes(site.talk("/rst").received))
    assert records(one)


@pytest.mark.parametrize("which", ["wrong_name", "expired"])
def test_an_untrusted_certificate_is_kept_and_nothing_is_asked(
    which: str, authority: TestAuthority, capture: Runner
) -> None:
    site = RawSite(getattr(authority, which))
    try:
        one = capture(f"{site.base}/")
        assert one.outcome == "tls-failure"
        seen = one.exchanges[0].tls
        assert seen is not None and not seen.verified and seen.error and len(seen.chain) == 2
        assert all(not talk.received for talk in site.talks)
        assert [r.type for r in records(one)].count("resource") == 2
        assert one.facts()["certificates"][0]["subject"]
    finally:
        site.close()


def test_an_unknown_root_is_a_tls_failure(authority: TestAuthority, capture: Runner) -> None:
    site = RawSite(authority.good)
    try:
        assert capture(f"{site.base}/", extra_ca=None).outcome == "tls-failure"
    finally:
        site.close()


def test_https_to_a_plain_server(plain_site: RawSite, capture: Runner) -> None:
    one = capture(plain_site.base.replace("http:", "https:") + "/", deadline_s=2)
    assert one.outcome in ("tls-failure", "timeout")


def test_tls_is_described(authority: TestAuthority, capture: Runner) -> None:
    site = RawSite(authority.good)
    try:
        site.pages["/"] = [sized(HTML)]
        one = capture(f"{site.base}/")
        seen = one.exchanges[0].tls
        assert seen is not None and seen.verified and seen.error is None
        assert (seen.version, seen.alpn, len(seen.chain)) == ("TLSv1.3", "http/1.1", 2)
        certificate = one.facts()["certificates"][0]
        assert certificate["issuer"] == "CN=abusekit test root"
        assert certificate["not_after"].endswith("Z")
    finally:
        site.close()


def test_a_cut_tls_connection_may_hide_the_end(authority: TestAuthority, capture: Runner) -> None:
    """RFC 9112 section 9.8: a body that ends with the connection needs the closure alert."""
    site = RawSite(authority.good)
    try:
        site.pages["/cut"] = [HEAD + b"\r\n" + HTML, HALF]
        site.pages["/framed"] = [sized(HTML), HALF]
        assert capture(f"{site.base}/cut").outcome == "truncated"
        assert capture(f"{site.base}/framed").outcome == "complete"
    finally:
        site.close()


def test_clock_retry_and_secrets(plain_site: RawSite, capture: Runner) -> None:
    more = (
        b"Date: Tue, 24 Nov 2020 05:43:52 GMT\r\nRetry-After: Tue, 24 Nov 2020 05:43:59 GMT\r\n"
        b"Set-Cookie: sid=SECRETVALUE; Path=/\r\nWWW-Authenticate: Basic\r\n"
    )
    plain_site.pages["/"] = [sized(HTML, b"HTTP/1.1 503 Busy\r\n", more)]
    one = capture(f"{plain_site.base}/")
    clock = one.server_clock
    assert clock is not None and clock.utc is not None and clock.offset_ms is not None
    assert clock.offset_ms < -100_000_000
    assert one.retry_after_s == 0  # long ago by our clock
    found = [(s.exchange, s.header, s.name) for s in one.secrets]
    assert found == [(0, "set-cookie", "sid"), (0, "www-authenticate", "")]
    assert "SECRETVALUE" not in json.dumps(one.facts())


def test_a_page_and_its_parts(site: RawSite, capture: Runner) -> None:
    page = (
        b"<title>Post</title><link rel=stylesheet href=/a.css><img src=/i.png srcset='/i.png 1x, /i2.png 2x'>"
        b"<script src='/gone.js'></script><img src='http://127.0.0.2:9/x.png'><img src='data:image/gif;base64,R0'>"
        b"<iframe src=/frame></iframe><a href=/not-a-part>x</a><time datetime='2026-01-02T03:04:05Z'>x</time>"
    )
    css_head = b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\n"
    site.pages["/"] = [sized(page)]
    site.pages["/a.css"] = [sized(b"@import 'b.css'; @font-face{src:url(/f.woff2)}", css_head)]
    site.pages["/b.css"] = [sized(b"a{background:url(/too-deep.png)}", css_head)]
    for path in ("/i.png", "/i2.png", "/f.woff2", "/frame"):
        site.pages[path] = [sized(b"x", b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n")]
    site.pages["/gone.js"] = [sized(b"", b"HTTP/1.1 404 No\r\n")]
    one = capture(f"{site.base}/")
    assert one.outcome == "complete"
    count = one.requisites
    assert (count.found, count.fetched, count.failed, count.not_fetched) == (8, 6, 2, 0)
    assert sorted(p.label for p in one.problems) == ["http-error", "refused-address"]
    assert one.fidelity == "exact-partial"
    paths = {talk.path for talk in site.talks}
    assert "/too-deep.png" not in paths and "/not-a-part" not in paths
    assert [(t.raw, t.where) for t in one.page_times] == [("2026-01-02T03:04:05Z", "time datetime")]
    assert len(records(one)) == 1 + 3 * 8 + 1 + (2 if site.context else 0)
    assert capture(f"{site.base}/", requisites=False).requisites.found == 0


def test_parts_share_the_limits(plain_site: RawSite, capture: Runner) -> None:
    plain_site.pages["/"] = [sized(b"".join(b"<img src=/%d>" % n for n in range(9)))]
    for number in range(9):
        plain_site.pages[f"/{number}"] = [sized(b"x" * 1000)]
    one = capture(f"{plain_site.base}/", max_requisites=3)
    assert (one.requisites.fetched, one.requisites.not_fetched) == (3, 6)
    assert one.problems[-1].label == "requisite-limit"
    one = capture(f"{plain_site.base}/", max_bytes=3500)
    assert one.outcome == "complete"
    assert one.bytes_received == 3500
    assert one.requisites.not_fetched > 0 and one.requisites.failed == 1
    plain_site.pages["/0"] = [HOLD]
    started = time.monotonic()
    one = capture(f"{plain_site.base}/", deadline_s=0.5)
    assert time.monotonic() - started < 2
    assert (one.outcome, one.requisites.failed, one.requisites.not_fetched) == ("complete", 1, 8)


def test_a_bomb_is_not_unpacked_beyond_the_limit(plain_site: RawSite, capture: Runner) -> None:
    plain_site.pages["/"] = [sized(BOMB, more=b"Content-Encoding: gzip\r\n")]
    one = capture(f"{plain_site.base}/")
    assert {"decoded-limit", "parse-limit"} <= {p.label for p in one.problems}
    assert one.bytes_received < 100_000


def test_the_address_is_checked_before_anything_else(capture: Runner) -> None:
    with pytest.raises(InputError):
        capture("ftp://example.org/")
    with pytest.raises(UsageError):
        capture("http://127.0.0.1/", deadline_s=0)


def test_the_same_capture_gives_the_same_archive(plain_site: RawSite, capture: Runner) -> None:
    plain_site.pages["/"] = [sized(HTML)]
    one = capture(f"{plain_site.base}/")
    first, second = io.BytesIO(), io.BytesIO()
    one.write_wacz(first, with_text=True)
    one.write_wacz(second, with_text=True)
    assert first.getvalue() == second.getvalue()
    assert wacz_check.check(first.getvalue()) == []
