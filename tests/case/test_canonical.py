"""Canonical JSON: the same bytes as json.dumps and as an outside JCS writer, and only those are read."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from abusekit.case.canonical import LOG_DEPTH, MAX_INTEGER, NotCanonicalError, decode, encode

KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def stdlib(value: Any) -> bytes:
    """What a stranger writes."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


@given(VALUES)
def test_round_trip_and_two_other_writers(value: Any) -> None:
    data = encode(value, depth=40)
    assert data == stdlib(value) == rfc8785.dumps(value)
    assert decode(data, depth=40) == value


def test_every_code_point() -> None:
    """All 1,112,064 of them: the escapes, and that nothing else is escaped."""
    for start in range(0, sys.maxunicode + 1, 4096):
        text = "".join(chr(c) for c in range(start, start + 4096) if not 0xD800 <= c < 0xE000)
        data = encode(text)
        assert data == stdlib(text)
        assert start > 0x10000 or data == rfc8785.dumps(text)
        assert decode(data) == text


@pytest.mark.parametrize(
    "data",
    [
        b"", b" ", b"{}\n", b" {}", b"{ }", b'{"a":1,}', b'{"a":1,"a":1}', b'{"a":1,"a":2}', b'{"b":1,"a":2}',
        b'{"A":1}', b'{"":1}', b'{"1a":1}', b'{"a b":1}', b'{"a\\u0062":1}', b'{"' + b"a" * 41 + b'":1}',
        b"1.0", b"1e2", b"-0", b"01", b"+1", b"9007199254740992", b"-9007199254740992", b"1" * 400,
        b"NaN", b"Infinity", b"-Infinity", b"nul", b"True", b"'a'", b'"a', b'"\\u0041"', b'"\\/"', b'"\\ud800"',
        b'"\xed\xa0\x80"', b'"\xff"', b'"\x00"', b'"\x1f"', b'"\\u001F"', b'"\\u2028"', b'"\\u007f"', b'"\t"',
        b"\xef\xbb\xbf{}", b"{}{}", b"[1,]", b"[" * 60_000, b'{"a":' * 60_000, b"[" * 17 + b"]" * 17, b"{} ",
        b"/*x*/{}",
    ],
)  # fmt: skip
def test_any_other_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonicalError):
        decode(data)


@given(st.binary(max_size=40))
def test_bytes_are_read_back_as_they_are_or_refused(data: bytes) -> None:
    try:
        value = decode(data)
    except NotCanonicalError:
        return
    assert encode(value) == data


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**53, -(2**53), {"A": 1}, {1: 2}, {"a": 1.5}, ["\ud800"], {"a": "\udfff"}, b"x", (1,),
     {"a": {"b": object()}}, {None: 1}, {"é": 1}, {"a\n": 1}],
)  # fmt: skip
def test_what_cannot_be_written(value: Any) -> None:
    with pytest.raises(NotCanonicalError):
        encode(value)


def test_depth_counts_objects_and_lists() -> None:
    value: Any = "leaf"
    for _ in range(LOG_DEPTH):
        value = {"a": value}
    assert decode(encode(value, depth=LOG_DEPTH), depth=LOG_DEPTH) == value
    with pytest.raises(NotCanonicalError):
        encode([value], depth=LOG_DEPTH)
    with pytest.raises(NotCanonicalError):
        decode(b"[" + encode(value) + b"]", depth=LOG_DEPTH)


def test_a_value_that_holds_itself() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(NotCanonicalError):
        encode(value)
