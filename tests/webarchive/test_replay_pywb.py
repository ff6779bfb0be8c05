"""An outside replay tool opens our archives, in a browser that reaches nothing else: same text, same pictures."""

from __future__ import annotations

import io
import json
import re
import struct
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.request import urlopen

import pytest
from exchanges import AT, PAGE, asking, askings, decoded, exchange, notes, resources, several
from replaying import Pywb, RefusingProxy, Window, offline_window, window
from test_wacz import packed

from abusekit.capture.http import record
from abusekit.capture.plan import Plan
from abusekit.demo.site import PracticeSite
from abusekit.net.policy import AddressPolicy
from abusekit.webarchive.asked import asked
from abusekit.webarchive.cdxj import digits
from abusekit.webarchive.exchange import Exchange
from abusekit.webarchive.wacz_check import check

STAMP = "20260304050607"


def png() -> bytes:
    """A picture, 3 pixels wide."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + b"\xff\0\0" * 3) * 2)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">LL5B", 3, 2, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


FETCHES = [
    ("GET", "/api/like", None, None),
    ("POST", "/api/like", "application/x-www-form-urlencoded", "post=5003&say=Hi%21+you%C3%A9%26"),
    (
        "POST",
        "/api/like",
        "application/json",
        '{"id": 44.0, "v": [true, null, {"a b": "c=&d\u00e9"}], "id2": 0.5}',
    ),
    ("POST", "/api/like", "text/plain;charset=UTF-8", "plain words # and more"),
    ("PUT", "/api/like?a=1", "application/json", '{"x": "y"}'),
    ("DELETE", "/api/like", None, None),
    ("GET", "/a%20b/%C3%A9/?q=%7E&p=1", None, None),
    ("GET", "/", None, None),
]
"""What the script of the page asks for, and must get again: each its own answer."""


def scripted() -> list[Exchange]:
    """A page that asks for much, also for itself, and what it was answered."""
    script = f"""
      const asks = {json.dumps(FETCHES)}, got = [];
      (async () => {{
        for (const [method, url, kind, body] of asks) {{
          const headers = kind ? {{"Content-Type": kind}} : {{}};
          const answer = await fetch(url, body === null ? {{method}} : {{method, headers, body}});
          got.push(answer.status + " " + (await answer.text()).slice(0, 40));
        }}
        window.got = got;
      }})();"""
    page = f"<title>x</title><p>the page</p><img src=/i.png><img src=/moved.png><script>{script}</script>"
    pictured = (("Content-Type", "image/png"),)
    made = [
        exchange(page.encode()),
        exchange(png(), url=PAGE + "i.png", headers=pictured),
        exchange(b"", url=PAGE + "moved.png", status=302, headers=(("Location", "/dir/j.png"),)),
        exchange(png(), url=PAGE + "dir/j.png", headers=pictured),
        exchange(b"the page, asked for by itself", at=AT + timedelta(milliseconds=300)),
        asking("OPTIONS", PAGE, headers=()),
        asking("HEAD", PAGE + "i.png", headers=pictured),
    ]
    for number, (method, path, kind, body) in enumerate(FETCHES[:-1]):
        url = PAGE[:-1] + path
        content = (body or "").encode()
        request = asking(method, url, content, kind or "").request
        plain = (("Content-Type", "text/plain"),)
        made.append(exchange(b"answer %d" % number, url=url, method=method, request=request, headers=plain))
    return made


@dataclass(frozen=True, slots=True)
class Captured:
    """A page of the practice site as captured, and as a browser showed it while the site was there."""

    wacz: bytes
    url: str
    stamp: str
    text: str
    images: dict[str, int]


def captured() -> Captured:
    policy = AddressPolicy(allowed_networks=(ip_network("127.0.0.0/8"),))
    with PracticeSite() as site, window() as live:
        url = site.post_url(5003)
        one = record(url, Plan(policy=policy), now=lambda: datetime.now(UTC))
        out = io.BytesIO()
        one.write_wacz(out, with_text=True)
        one.close()
        live.open(url)
        seen = Captured(out.getvalue(), url, digits(one.exchanges[0].at), live.text(), live.images())
    assert check(seen.wacz) == []
    return seen


@pytest.fixture(scope="module")
def practice_page() -> Captured:
    return captured()


@pytest.fixture(scope="module")
def pywb(
    pywb_programs: Path, practice_page: Captured, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pywb]:
    one = Pywb(pywb_programs, tmp_path_factory.mktemp("pywb"))
    everything = packed([*several(), *askings(), decoded()], resources=resources(), beside=notes())
    redirect = exchange(b"", status=301, headers=(("Location", "https://example.org/"),))
    again = exchange(b"<p>after the redirect", url="https://example.org/", at=AT + timedelta(microseconds=9))
    one.add("practice", practice_page.wacz)
    one.add("scripted", packed(scripted()))
    one.add("everything", everything)
    one.add("redirected", packed([redirect, again]))
    try:
        one.start()
        yield one
    finally:
        one.stop()


@pytest.fixture(scope="module")
def offline(pywb: Pywb) -> Iterator[tuple[Window, RefusingProxy]]:
    with offline_window(pywb) as both:
        yield both


def test_a_capture_of_the_practice_site_looks_the_same(
    pywb: Pywb, offline: tuple[Window, RefusingProxy], practice_page: Captured
) -> None:
    page, proxy = offline
    page.open(pywb.address("practice", practice_page.stamp, practice_page.url))
    assert page.text() == practice_page.text and "Nobody likes you" in page.text()
    assert practice_page.images and all(practice_page.images.values()), "the live page showed its pictures"
    assert page.images() == practice_page.images
    host = practice_page.url.split("/")[2]
    assert [line for line in proxy.asked if host in line] == [], "it was asked for on the network"


def test_each_request_of_a_page_gets_its_own_answer(
    pywb: Pywb, offline: tuple[Window, RefusingProxy]
) -> None:
    page, proxy = offline
    page.open(pywb.address("scripted", STAMP, PAGE))
    page.wait_for("page.got")
    got = page.value("page.got")
    assert got[:-1] == [f"200 answer {number}" for number in range(len(FETCHES) - 1)]
    assert got[-1].startswith("200 ")
    assert "the page" in page.text() and "asked for by itself" not in page.text()
    assert list(page.images().values()) == [3, 3]
    assert [line for line in proxy.asked if "example.org" in line] == []


@pytest.mark.parametrize("resource", resources(), ids=lambda one: one.uri.split(":")[1])
def test_what_was_made_of_a_page_is_found(pywb: Pywb, resource: object) -> None:
    one = next(known for known in resources() if known.uri == getattr(resource, "uri", ""))
    with urlopen(pywb.address("everything", STAMP, one.uri, "id_"), timeout=20) as answer:
        assert answer.read() == b"".join(one.pieces())
        assert answer.headers["Content-Type"].startswith(one.media_type)


def test_a_decoded_body_is_not_decoded_again(pywb: Pywb) -> None:
    with urlopen(
        pywb.address("everything", STAMP, "http://example.org/decoded", "id_"), timeout=20
    ) as answer:
        assert answer.read() == b"<p>decoded"
        assert answer.headers["Content-Encoding"] is None
        assert answer.headers["X-Orig-Content-Encoding"] == "br"


def test_a_page_that_moved_to_https_is_not_a_loop(pywb: Pywb, offline: tuple[Window, RefusingProxy]) -> None:
    page, _ = offline
    page.open(pywb.address("redirected", STAMP, PAGE))
    assert page.text() == "after the redirect"


def test_pywb_looks_for_the_keys_that_we_write(pywb_programs: Path) -> None:
    """Asked of the very code that looks: all methods and bodies, nested JSON too."""
    code = """
import io, json, re, sys
from pywb.utils.canonicalize import canonicalize
from pywb.warcserver.inputrequest import MethodQueryCanonicalizer
found = []
for method, url, kind, text in json.load(sys.stdin):
    body = text.encode("latin-1")
    query = MethodQueryCanonicalizer(method, kind, len(body), io.BytesIO(body))
    found.append(canonicalize(query.append_query(url)))
print(json.dumps(found))
"""
    asks = [one for one in [*askings(), *scripted()] if one.request]
    sent = []
    for one in asks:
        head, _, body = one.request.decode("latin-1").partition("\r\n\r\n")
        kind = re.search(r"(?im)^content-type: (.*)$", head.replace("\r", ""))
        sent.append((one.method, one.url, kind[1] if kind else "", body))
    done = subprocess.run(
        [str(pywb_programs / "python"), "-W", "ignore", "-c", code],
        input=json.dumps(sent),
        capture_output=True,
        text=True,
        check=True,
    )
    wanted = json.loads(done.stdout.splitlines()[-1])
    ours = [asked(one.request, one.method).key(one.url) for one in asks]
    assert ours == wanted
