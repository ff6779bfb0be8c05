"""JSON values with their byte ranges: the same values as the standard decoder's, in bounded memory, never a crash."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.errors import InputError
from abusekit.importers.spans.json_spans import JsonDamagedError, Pattern, Value, load, scan

MESSAGES = ("messages", "*")
CHAT = {
    "participants": [{"name": "Ava"}, {"name": "Ben"}],
    "messages": [
        {"sender_name": 'A"\\v{[a', "content": "x é \u2028 }]", "n": n, "reactions": [{"actor": "Ben"}]}
        for n in range(5)
    ],
    "title": "t/~",
    "magic": {"deep": [[[[[[[[[{"a": [1, 2.5e3, None, True]}]]]]]]]]]},
}


class Slow:
    """A stream that gives few bytes at a time, and an error in the place of its end where one is named."""

    def __init__(self, data: bytes, size: int, fault: InputError | None = None) -> None:
        self._stream = BytesIO(data)
        self._size = size
        self._fault = fault

    def read(self, _size: int = -1) -> bytes:
        block = self._stream.read(self._size)
        if not block and self._fault is not None:
            raise self._fault
        return block


def values(data: bytes, *patterns: Pattern, size: int = 0, most: int = 64 << 20) -> list[Value]:
    stream = cast(BinaryIO, Slow(data, size)) if size else BytesIO(data)
    return list(scan(stream, patterns, most=most))


def until_damage(
    data: bytes, *patterns: Pattern, size: int = 0
) -> tuple[list[Value], JsonDamagedError | None]:
    found: list[Value] = []
    stream = cast(BinaryIO, Slow(data, size)) if size else BytesIO(data)
    try:
        for one in scan(stream, patterns):
            found.append(one)
    except JsonDamagedError as damage:
        return found, damage
    return found, None


def wanted(whole: object, patterns: list[Pattern]) -> Iterator[tuple[int, str, object]]:
    """What `scan` must give, found by walking the decoded value."""

    def walk(
        value: object, pointer: str, live: list[tuple[int, Pattern]]
    ) -> Iterator[tuple[int, str, object]]:
        for index, rest in live:
            if not rest:
                yield index, pointer, value
                return
        children: list[tuple[str, object]] = []
        if isinstance(value, dict):
            children = list(value.items())
        elif isinstance(value, list):
            children = [(str(n), one) for n, one in enumerate(value)]
        for name, child in children:
            part = name.replace("~", "~0").replace("/", "~1")
            further = [(index, rest[1:]) for index, rest in live if rest[0] in ("*", name)]
            yield from walk(child, f"{pointer}/{part}", further)

    return walk(whole, "", list(enumerate(patterns)))


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("size", [0, 1, 3, 64])
def test_the_wanted_values_and_nothing_else(indent: int | None, size: int) -> None:
    data = b"\xef\xbb\xbf" + json.dumps(CHAT, indent=indent, ensure_ascii=indent is None).encode() + b"\n"
    patterns: list[Pattern] = [
        MESSAGES,
        ("participants",),
        ("title",),
        ("participants", "*", "name"),
        ("magic", "*", "*"),
    ]
    found = values(data, *patterns, size=size)
    assert [(one.pattern, one.pointer, load(one.raw)) for one in found] == list(wanted(CHAT, patterns))
    assert len(found) == 8
    assert all(data[one.start : one.end] == one.raw for one in found)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from('ab~/*\u00e9"\\') | st.text(), inner)
    ),
    max_leaves=40,
)
patterns_strategy = st.lists(
    st.lists(st.sampled_from(["*", "a", "b", "0", "1"]), max_size=4).map(tuple), max_size=3
)


@given(
    json_values,
    patterns_strategy,
    st.sampled_from([None, 0, 3]),
    st.booleans(),
    st.sampled_from([0, 1, 2, 7, 40]),
)
@settings(max_examples=300, deadline=None)
def test_any_json_gives_what_the_standard_decoder_gives(
    whole: Any, patterns: list[Pattern], indent: int | None, ascii_only: bool, size: int
) -> None:
    data = json.dumps(whole, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    found = values(data, *patterns, size=size)
    expected = list(wanted(whole, patterns))
    assert [(one.pattern, one.pointer, json.loads(one.raw)) for one in found] == expected
    assert all(data[one.start : one.end] == one.raw for one in found)


@pytest.mark.parametrize("size", [0, 5])
def test_cut_off_anywhere_what_precedes_is_given(size: int) -> None:
    data = json.dumps(CHAT, indent=1).encode()
    whole = values(data, MESSAGES)
    for cut in range(len(data)):
        found, damage = until_damage(data[:cut], MESSAGES, size=size)
        assert damage is not None
        assert found == [one for one in whole if one.end <= cut][: len(found)]
        assert len(found) >= sum(one.end < cut for one in whole)
        assert (found[-1].end if found else 0) <= damage.offset <= cut


@pytest.mark.parametrize(
    ("text", "given", "offset"),
    [
        (b"", 0, 0),
        (b"   ", 0, 3),
        (b"hello", 0, 0),
        (b'{"messages":[1,2', 1, 15),
        (b'{"messages":[1,]}', 1, 15),
        (b'{"messages":[1 2]}', 1, 15),
        (b'{"messages":[1}', 1, 14),
        (b'{"messages":[1],}', 1, 16),
        (b'{"messages":[1] "a":1}', 1, 16),
        (b'{"messages":[1]}}', 1, 16),
        (b'{"messages":[1]}\0\0', 1, 16),
        (b'{"messages":[{"a":[1}]]}', 0, 13),
        (b'{"messages":[{"a":"b]}', 0, 13),
        (b'{"messages":[[]],"x":rubbish}', 1, 21),
        (b'{"messages":[[]],"x":{"a":rubbish}}', 1, 21),
        (b'{"messages":[[]],"x":{"a":[1}}', 1, 21),
        (b'{"messages":[[]],5:1}', 1, 17),
        (b"{'messages':[1]}", 0, 1),
        (b'{"messages"[1]}', 0, 1),
        (b'["messages":1]', 0, 11),
        (b'{"messages":[,1]}', 0, 13),
        (b"\xff\xfe[\x001\x00]\x00", 0, 0),
        (b"[" * 100_000, 0, 1),
        (b'{"messages":[' + b'{"a":' * 100_000, 0, 13),
        (b'{"messages":[' + b"[1," * 201 + b"1" + b"]" * 201 + b"]}", 0, 13),
        (b'{"messages":[' + b"[" * 201 + b"]" * 201 + b"]}", 0, 13),
    ],
)
def test_damage_is_told_with_its_place(text: bytes, given: int, offset: int) -> None:
    for size in (0, 1) if len(text) < 1000 else (0,):
        found, damage = until_damage(text, MESSAGES, size=size)
        assert damage is not None
        assert (len(found), damage.offset) == (given, offset)
        assert isinstance(damage, InputError)


def test_as_deep_as_is_read_and_no_deeper() -> None:
    for opening in (b"[", b'{"":', b"[1,"):
        close = b"}" if opening[:1] == b"{" else b"]"
        deep = b'{"messages":[' + opening * 200 + b"7" + close * 200 + b"]}"
        assert len(values(deep, MESSAGES, size=100)) == len(values(deep, MESSAGES)) == 1
        deeper = deep.replace(b"7", opening + b"7" + close)
        assert until_damage(deeper, MESSAGES)[1] is not None
        assert until_damage(deeper, MESSAGES, size=100)[1] is not None


@pytest.mark.parametrize(
    "word", [b"NaN", b"-Infinity", b"null", b"-1.5e+3", b'"a\tb"', b'{"a":NaN}', b'"\\x07"']
)
def test_what_other_writers_call_json_is_passed_over(word: bytes) -> None:
    assert len(values(b'{"x":' + word + b',"messages":[1]}', MESSAGES)) == 1


def test_rubbish_within_a_wanted_value_is_left_to_load_and_the_rest_goes_on() -> None:
    found = values(b'{"messages":[{"a":1},{rubbish},{"a" "b"},nonsense,{"a":2}]}', MESSAGES)
    assert [one.raw for one in found] == [b'{"a":1}', b"{rubbish}", b'{"a" "b"}', b"nonsense", b'{"a":2}']
    for one in found[1:4]:
        with pytest.raises(InputError):
            load(one.raw)


def test_a_key_is_compared_decoded_and_a_repeated_one_is_given_twice() -> None:
    data = b'{"me\\u0073sages":[1],"messages":[2],"MESSAGES":[3]}'
    assert [(one.pointer, one.raw) for one in values(data, MESSAGES)] == [
        ("/messages/0", b"1"),
        ("/messages/0", b"2"),
    ]
    assert values(b'{"a\\ud800":1,"\xff":2}', ("*",))[0].pointer == "/a\ufffd"


def test_a_wanted_value_has_a_greatest_size() -> None:
    data = b'{"messages":["' + b"x" * 100 + b'","' + b"y" * 200 + b'"]}'
    with pytest.raises(JsonDamagedError, match="more than 150 bytes") as caught:
        values(data, MESSAGES, most=150)
    assert caught.value.offset == data.index(b'"y')
    assert len(values(data, ("nothing",), most=150)) == 0


def test_an_error_of_the_archive_comes_as_damage_after_what_precedes() -> None:
    stream = Slow(b'{"messages":[1,2,{"a"', 4, InputError("the archive is broken"))
    found: list[Value] = []
    with pytest.raises(JsonDamagedError, match="the archive is broken") as caught:
        for one in scan(cast(BinaryIO, stream), [MESSAGES]):
            found.append(one)
    assert [one.raw for one in found] == [b"1", b"2"]
    assert caught.value.offset == 17


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_mutations_never_raise_anything_else_and_every_range_is_true(data: st.DataObject) -> None:
    good = bytearray(json.dumps(CHAT, indent=data.draw(st.sampled_from([None, 2]))).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(good) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "insert", "swap"])):
            case "flip":
                good[place] = data.draw(st.integers(0, 255))
            case "cut":
                del good[place : place + data.draw(st.integers(1, 30))]
            case "insert":
                good[place:place] = data.draw(
                    st.sampled_from(
                        [b'"', b"{", b"}", b"[", b"]", b"\\", b"\0", b",", b"null", b"\xed\xa0\x80"]
                    )
                )
            case _:
                good[place : place + 5] = b'"x":{'
        if not good:
            return
    mutated = bytes(good)
    found, damage = until_damage(mutated, MESSAGES, ("participants", "*"))
    again, same = until_damage(mutated, MESSAGES, ("participants", "*"), size=7)
    assert found == again  # however the bytes arrive
    assert (damage and damage.offset) == (same and same.offset)
    last = 0
    for one in found:
        assert last <= one.start < one.end <= len(mutated)
        assert mutated[one.start : one.end] == one.raw
        last = one.end
        with suppress(InputError):
            load(one.raw)


@pytest.mark.parametrize(
    "piece",
    [
        b'{"a":[{"b":"c"}],"d":1},',
        b'{"a":{"b":{"c":{"d":{"e":{"f":{"g":{}}}}}}}},',
        b'"' + b"x" * 60 + b'",',
        b"\\",
        b'\\"',
        b"[",
        b"[1,",
        b'{"":',
        b'"',
        b"1",
        b" ",
        b"{}",
        b'"a" ',
    ],
)
@pytest.mark.parametrize("start", [b'{"messages":[', b'{"x":[', b'{"messages":["', b'{"'])
def test_no_input_takes_more_than_linear_time(piece: bytes, start: bytes) -> None:
    data = start + piece * (1_000_000 // len(piece))
    began = time.process_time()
    until_damage(data, MESSAGES)
    assert time.process_time() - began < 5  # quadratic would be hours


def test_memory_stays_flat() -> None:
    size = 30_000_000
    message = json.dumps(CHAT["messages"][0]).encode() + b",\n"  # type: ignore[index]
    pieces = [b'{"other":[', message * 80_000, b'1],"messages":[\n', message * 120_000, b"1]}"]

    class Made:
        """The file, made while it is read."""

        def __init__(self) -> None:
            self._pieces = iter(pieces)
            self._held = memoryview(next(self._pieces))

        def read(self, size: int) -> bytes:
            if not self._held:
                self._held = memoryview(next(self._pieces, b""))
            block, self._held = bytes(self._held[:size]), self._held[size:]
            return block

    assert sum(map(len, pieces)) > size * 0.6
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        count = sum(1 for _ in scan(cast(BinaryIO, Made()), [MESSAGES]))
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert count == 120_001
    assert peak < 8 << 20
