"""The index: keys, order, and lines that are no index lines."""

from __future__ import annotations

import pytest
from exchanges import AT
from hypothesis import given
from hypothesis import strategies as st

from abusekit.errors import InputError
from abusekit.webarchive.cdxj import index, parse, surt
from abusekit.webarchive.warc import Indexed


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://example.org/", "org,example)/"),
        ("https://www.Example.org:443/A?b=2&a=1", "org,example)/a?a=1&b=2"),
        ("http://example.org:8080/x#y", "org,example:8080)/x"),
        ("http://127.0.0.1/", "127.0.0.1)/"),
        ("http://[::1]:80/", "[::1])/"),
        ("http://example.org?q", "org,example)/?q"),
    ],
)
def test_sort_keys(url: str, key: str) -> None:
    assert surt(url) == key


def test_lines_are_sorted_and_read_back() -> None:
    entries = [
        Indexed(f"http://{host}/", AT, 200, "text/html", "sha256:0", 0, 9) for host in ("b.org", "a.org")
    ]
    found = list(parse([index(entries, "data.warc.gz")]))
    assert [(key, stamp) for key, stamp, _ in found] == [
        ("org,a)/", "20260304050607"),
        ("org,b)/", "20260304050607"),
    ]
    assert found[0][2] == {
        "url": "http://a.org/",
        "digest": "sha256:0",
        "mime": "text/html",
        "filename": "data.warc.gz",
        "offset": 0,
        "length": 9,
        "status": 200,
    }
    assert list(parse([])) == []


@pytest.mark.parametrize(
    "data",
    [
        b"a 20260101000000 {}",
        b"a 2026 {}\n",
        b"a 20260101000000 {\n",
        b"\n",
        b"b 20260101000000 {}\na 20260101000000 {}\n",
        b"a 20260101000000 {" + b"[" * 100_000 + b"\n",
        b"\xff 20260101000000 {}\n",
        b"a 20260101000000 {" + b" " * 100_000 + b"}\n",
    ],
)
def test_bad_lines(data: bytes) -> None:
    with pytest.raises(InputError):
        list(parse([data]))


@given(st.lists(st.sampled_from(["a.org", "b.org", "c.org"]), max_size=5), st.integers(1, 99))
def test_wherever_the_bytes_are_cut(hosts: list[str], size: int) -> None:
    entries = [Indexed(f"http://{host}/", AT, 200, "text/html", "sha256:0", 0, 9) for host in hosts]
    data = index(entries, "data.warc.gz")
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert list(parse(pieces)) == list(parse([data]))
    assert len(list(parse(pieces))) == len(hosts)
