"""Methods and bodies in the index: as the programs spell them that look for them."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from exchanges import asking, askings, resources, several
from hypothesis import given
from hypothesis import strategies as st
from test_wacz import packed

from abusekit.webarchive.asked import GET, Asked, asked, method_of
from abusekit.webarchive.cdxj import parse
from abusekit.webarchive.wacz_check import check

URL = "http://example.org/api"
FORM = "application/x-www-form-urlencoded"
BODIES = [
    (FORM, b"a=1&b=x%20y", "a=1&b=x y", "a=1&b=x y"),
    (FORM, b"a=1+2&b=%26", "a=1 2&b=&", "a=1+2&b=%26"),
    (FORM, b"\xff", "__wb_post_data=/w==", "\ufffd"),
    ("application/json", b'{"a": {"b": [1, 2.0, 0.5]}, "b": null}', "b=1&b.2_=2&b.3_=0.5&b.4_=null", None),
    ("application/json; charset=utf-8", b'{"t": "a+b&c= d"}', "t=a%2Bb%26c%3D+d", "t=a%2Bb%26c%3D+d"),
    ("application/json", b"nothing", "", ""),
    ("application/json", b"NaN", "", ""),
    ("application/json", b"[" * 50_000, "", ""),
    ("application/json", b'{"a":' * 200 + b"1" + b"}" * 200, "", ""),
    ("text/plain", b'{"a": true}', "a=true", "a=true"),
    ("text/plain", b"hello", "__wb_post_data=aGVsbG8=", "__wb_post_data=aGVsbG8="),
    ("multipart/form-data", b"hello", "__wb_post_data=aGVsbG8=", "__wb_post_data=aGVsbG8="),
    ("", b"hello", "__wb_post_data=aGVsbG8=", "__wb_post_data=aGVsbG8="),
    ("", b"", "", "__wb_post_data="),
    ("application/json", b"", "", ""),
]


@pytest.mark.parametrize(("kind", "content", "query", "body"), BODIES)
def test_bodies(kind: str, content: bytes, query: str, body: str | None) -> None:
    found = asked(asking("POST", URL, content, kind).request)
    assert found == Asked("POST", query, query if body is None else body)


def test_methods() -> None:
    assert asked(b"GET / HTTP/1.1\r\n\r\n", "POST") is GET
    assert asked(b"", "POST").method == "POST"
    assert asked(b"", None) is GET
    assert asked(b"HEAD / HTTP/1.1\r\n\r\n") == Asked("HEAD")
    assert asked(asking("DELETE", URL, b"x").request) == Asked("DELETE", "", "__wb_post_data=eA==")
    assert method_of(b"\x16\x03\x01") is None
    assert asked(asking("POST", URL, b"a" * 70_000, FORM).request) == Asked("POST", "", "__wb_post_data=")


def test_keys() -> None:
    assert GET.key(URL) == "org,example)/api"
    assert Asked("HEAD").key(URL) == "org,example)/api?__wb_method=head"
    assert Asked("POST", "b=#1", "").key(URL + "?z=2#x") == "org,example)/api?__wb_method=post&b=%231&z=2"


@given(
    st.binary(max_size=60),
    st.sampled_from([FORM, "application/json", "text/plain", "multipart/x; boundary=a"]),
)
def test_any_body_makes_a_key(content: bytes, kind: str) -> None:
    key = asked(asking("POST", URL, content, kind).request).key(URL)
    assert key.startswith("org,example)/api?") and " " not in key and key.isascii()


def test_no_method_hides_the_get() -> None:
    data = packed([*several(), *askings()])
    assert check(data) == []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        lines = list(parse([archive.read("indexes/index.cdx")]))
    keys = [key for key, _, line in lines if line["url"] == "http://example.org/api/like"]
    assert keys.count("org,example)/api/like") == 1
    assert len(set(keys)) == len(keys) - 1  # the broken JSON and the empty POST have no query
    assert {line.get("method") for _, _, line in lines} == {None, "POST", "PUT", "DELETE", "OPTIONS", "HEAD"}


def test_an_outside_indexer_finds_the_same(wacz_program: Path, tmp_path: Path) -> None:
    """cdxj-indexer knows POST and PUT, and no second of its own for each answer."""
    data = packed([*several(), *askings()], resources=resources())
    path = tmp_path / "data.warc.gz"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        path.write_bytes(archive.read("archive/data.warc.gz"))
        ours = {line["offset"]: (key, line) for key, _, line in parse([archive.read("indexes/index.cdx")])}
    done = subprocess.run(
        [str(wacz_program.parent / "cdxj-indexer"), "-p", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    seen = 0
    for text in done.stdout.splitlines():
        key, _, rest = text.split(" ", 2)
        line = json.loads(rest)
        if int(line["offset"]) not in ours:
            assert line["url"].startswith("urn:x509:") or line["mime"].startswith("application/"), text
            continue
        seen += 1
        our_key, our_line = ours[int(line["offset"])]
        assert our_line["url"] == line["url"] and our_line["length"] == int(line["length"])
        assert our_line.get("status") == (int(line["status"]) if "status" in line else None)
        assert our_line["digest"] == line["digest"]
        # Its numbers, true, false and null are Python's, and an empty body is a value: pywb, which looks for the
        # key, and the specification say otherwise.
        apart = "null" in our_key or key.endswith("__wb_post_data=")
        if our_line.get("method") in (None, "POST", "PUT") and not apart:
            assert our_key == key and our_line.get("method") == line.get("method")
    assert seen == len(ours)
