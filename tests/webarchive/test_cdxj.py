"""The index: keys, order, and lines that are no index lines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from exchanges import AT
from hypothesis import given
from hypothesis import strategies as st

from abusekit.errors import InputError
from abusekit.webarchive.cdxj import index, parse, spread
from abusekit.webarchive.warc import Indexed


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
        b"a 20260101000000 {" + b" " * 1_100_000 + b"}\n",
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


def at(microseconds: int) -> Indexed:
    when = AT + timedelta(microseconds=microseconds)
    return Indexed("http://a.org/", when, 200, "text/html", "sha256:0", microseconds + 10**7, 9)


def test_each_answer_of_a_key_has_a_second_of_its_own() -> None:
    entries = [at(2), at(0), at(1), at(1_500_000), Indexed("http://b.org/", AT, 200, "a/b", "sha256:0", 0, 9)]
    main = ("http://a.org/", AT + timedelta(microseconds=1))
    found = {line["offset"]: stamp[-2:] for _, stamp, line in parse([index(entries, "data.warc.gz", main)])}
    assert found == {10**7 + 1: "07", 10**7: "08", 10**7 + 2: "09", 11_500_000: "10", 0: "07"}


def test_what_is_no_time_stays_as_it_is() -> None:
    assert spread(["99991231235959"] * 2) == ["99991231235959"] * 2
    assert spread(["20261399999999"] * 2, 1) == ["20261399999999"] * 2
    assert spread([]) == []


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(0, 11))
def test_no_second_twice_and_in_order(seconds: list[int], main: int) -> None:
    own = [f"2026010100000{second}" for second in sorted(seconds)]
    chosen = main if main < len(own) else None
    given_to = spread(own, chosen)
    assert len(set(given_to)) == len(own)
    assert all(stamp >= before for stamp, before in zip(given_to, own, strict=True))
    others = [stamp for number, stamp in enumerate(given_to) if number != chosen]
    assert others == sorted(others)
    assert chosen is None or given_to[chosen] == own[chosen]
