"""One JSON value: decoded strictly, lone surrogates replaced, repeated keys told; and the paths of a head."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.errors import InputError
from abusekit.importers.spans.json_spans import load, lone_surrogate, paths, repeated


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\ud83d"', "\ufffd"),
        (rb'"a\uDC00b"', "a\ufffdb"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd😀"),
        (rb'"\ude00\ud83d"', "\ufffd\ufffd"),
        (rb'"\\ud83d"', "\\ud83d"),
        (rb'"\\\ud83d"', "\\\ufffd"),
        (rb'"\u0000"', "\0"),
        (b"18446744073709551616", 2**64),
        (b"-9223372036854775809", -(2**63) - 1),
        (b'{"id":' + b"9" * 4300 + b"}", {"id": int("9" * 4300)}),
        (b" [1.5, null, true] ", [1.5, None, True]),
        (b'{"a":1,"a":2}', {"a": 2}),
        (b"[" * 200 + b"]" * 200, json.loads("[" * 200 + "]" * 200)),
        (b'{"a":"' + b"[" * 1000 + b'"}', {"a": "[" * 1000}),
    ],
)
def test_decoded(raw: bytes, value: object) -> None:
    assert load(raw) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"NaN", b"-Infinity", b"[1e999]", b"1e400", b"[123456789012345678901234567890,NaN]", b"01", b"1 2",
        b'{"a":}', b"{'a':1}", b'"\\x07"', b'"a\tb"', b'"\xff"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf1", b"9" * 4301,
        b"[" * 201 + b"]" * 201, b"[" * 1_000_000, b'{"a":' * 100_000, b"[1,]", b"\xff\xfe1\0",
    ],
)  # fmt: skip
def test_refused_with_one_line(raw: bytes) -> None:
    with pytest.raises(InputError) as caught:
        load(raw)
    assert 0 < len(caught.value.message) < 250
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("raw", "lone"),
    [
        (rb'"\ud83d\ude00"', False),
        (rb'"\ud83d"', True),
        (rb'"\\ud83d"', False),
        (rb'"\uD83D\\uDE00"', True),
        (b"1", False),
    ],
)
def test_a_lone_surrogate_is_told(raw: bytes, lone: bool) -> None:
    assert lone_surrogate(raw) is lone


def test_repeated_keys_are_told_wherever_they_stand() -> None:
    assert repeated(b'{"text":"a gift","x":[{"b":1,"b":2,"c":3}],"text":""}') == ("b", "text")
    assert repeated(rb'{"text":1,"t\u0065xt":2,"\ud800":1,"\ud800":2}') == ("text", "\ufffd")
    assert repeated(b'{"a":{"b":1},"b":{"a":1}}') == ()
    for not_decodable in (b"", b"{", b'{"a":1,"a":2', b"\xff", b"[" * 100_000):
        assert repeated(not_decodable) == ()


@given(
    st.binary(max_size=60)
    | st.text(st.sampled_from('{}[]",:\\ud8c0019eE+-.NaI \n'), max_size=60).map(str.encode)
)
@settings(max_examples=500, deadline=None)
def test_any_bytes_give_a_value_or_an_input_error(raw: bytes) -> None:
    try:
        value = load(raw)
    except InputError:
        value = None
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    repeated(raw)
    paths(raw)


CHAT = {
    "participants": [{"name": "Ava"}],
    "messages": [{"sender_name": "Ben", "a/b~": [1, {"c": {}}]}],
    "x": {},
}


def test_the_paths_of_a_head() -> None:
    head = b"\xef\xbb\xbf" + json.dumps(CHAT, indent=1).encode()
    found = paths(head)
    assert found == {
        "", "/participants", "/participants/*", "/participants/*/name", "/messages", "/messages/*",
        "/messages/*/sender_name", "/messages/*/a~1b~0", "/messages/*/a~1b~0/*", "/messages/*/a~1b~0/*/c", "/x",
    }  # fmt: skip
    for cut in range(len(head)):
        assert paths(head[:cut]) <= found
    assert paths(head[: head.index(b"Ben")]) >= {"", "/participants/*/name", "/messages/*/sender_name"}


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'[{"ts":1},2', {"[]", "/*", "/*/ts"}),
        (b"[", {"[]"}),
        (b"[]", {"[]"}),
        (b" {", {""}),
        (b"{color: red}", {""}),
        (b'{"a" 1}', {""}),
        (b'"text"', set()),
        (b"12", set()),
        (b"", set()),
        (b"hello {", set()),
        (b"<html>", set()),
        (b'{"a":1}{"b":1}', {"", "/a"}),
        (b'{"a":[1}', {"", "/a", "/a/*"}),
        (b'{"a":{"b":{"c":{"d":{"e":{"f":{"g":1}}}}}},"z":1}',
         {"", "/a", "/a/b", "/a/b/c", "/a/b/c/d", "/a/b/c/d/e", "/a/b/c/d/e/f", "/z"}),
    ],
)  # fmt: skip
def test_paths_of_odd_heads(head: bytes, expected: set[str]) -> None:
    assert paths(head) == expected


def test_paths_of_hostile_heads_take_little_time() -> None:
    began = time.process_time()
    for piece in (b"[", b'{"a":', b'{"' + b"k" * 290 + b'":', b'"', b"\\", b'{"a":1},', b"1,", b"]", b" "):
        paths(piece * 65_536)
        paths(b"[" + piece * 65_536)
        assert len(paths(b'{"a":[' + piece * 65_536)) < 100
    assert time.process_time() - began < 5
