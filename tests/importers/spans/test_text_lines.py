"""Lines with their offsets, none lost; and text from bytes with a word about every change."""

from __future__ import annotations

import io
import time
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.importers.spans.places import ref
from abusekit.importers.spans.text_lines import (
    LONE_SURROGATE,
    NOT_UTF8,
    UNDECODABLE,
    decode,
    encoding_of,
    lines,
    whole,
)


class Slow:
    def __init__(self, data: bytes, size: int) -> None:
        self._stream = io.BytesIO(data)
        self._size = size

    def read(self, _size: int = -1) -> bytes:
        return self._stream.read(self._size)


def read(data: bytes, *, size: int = 0, most: int = 4 << 20) -> list[tuple[int, bytes]]:
    return list(lines(cast(BinaryIO, Slow(data, size)) if size else io.BytesIO(data), most=most))


def test_lines_keep_their_ends() -> None:
    assert read(b"a\r\nb\rc\n\n\xff\0") == [(0, b"a\r\n"), (3, b"b\rc\n"), (7, b"\n"), (8, b"\xff\0")]
    assert read(b"") == []


def test_a_long_line_comes_in_pieces() -> None:
    data = b"x" * 10 + b"\n" + b"yy\n"
    for size in (0, 1, 3):
        assert read(data, size=size, most=4) == [(0, b"xxxx"), (4, b"xxxx"), (8, b"xx\n"), (11, b"yy\n")]


@pytest.mark.parametrize(("encoding", "mark"), [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")])
def test_lines_of_utf_16(encoding: str, mark: bytes) -> None:
    # U+0A00 and U+000A stand beside each other, so that a line feed's byte is found at the wrong place too
    text = "a\u0a00\n\u0a0a\n\u010a\u0a01end"
    data = mark + text.encode(encoding)
    for size in (0, 2, 4, 10):
        found = read(data, size=size)
        assert [raw.decode(encoding) for _, raw in found] == [
            "\ufeffa\u0a00\n",
            "\u0a0a\n",
            "\u010a\u0a01end",
        ]
        assert all(data[start : start + len(raw)] == raw for start, raw in found)


@given(st.text(st.sampled_from("a\n\r\0é"), max_size=60).map(str.encode) | st.binary(max_size=60), st.integers(1, 9),
       st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff"]))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_every_byte_once_however_they_arrive(body: bytes, most: int, mark: bytes) -> None:
    data = mark + body
    found = read(data, most=most)
    assert b"".join(raw for _, raw in found) == data
    assert [start for start, _ in found] == [sum(len(raw) for _, raw in found[:n]) for n in range(len(found))]
    assert all(0 < len(raw) <= max(most, 2) for _, raw in found)
    assert read(data, size=2, most=most) == found
    if not mark and most > 8 and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        assert [raw for _, raw in read(data)] == data.splitlines(keepends=True) or b"\r" in data or set(data) & {
            0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x85,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("mark", "piece"), [(b"", b"x"), (b"", b"\n"), (b"\xff\xfe", b"\x0a\x0a"), (b"\xfe\xff", b"a\n")]
)
def test_linear_time(mark: bytes, piece: bytes) -> None:
    began = time.process_time()
    assert sum(len(raw) for _, raw in read(mark + piece * 700_000)) >= 700_000
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("raw", "encoding", "text", "steps"),
    [
        ("é😀\0".encode(), "utf-8", "é😀\0", ()),
        (b"\xef\xbb\xbfa", "utf-8-sig", "a", ()),
        (b"\xef\xbb\xbfa", "utf-8", "\ufeffa", ()),
        (b"caf\xe9 \x80", "utf-8", "café €", (NOT_UTF8,)),
        (b"\xef\xbb\xbf\xe9", "utf-8-sig", "é", (NOT_UTF8,)),
        (b"\x81\xe9", "utf-8", "\ufffdé", (NOT_UTF8, UNDECODABLE)),
        (b"a\xed\xa0\xbdb", "utf-8", "a\ufffdb", (LONE_SURROGATE,)),
        (b"\xed\xa0\xbd\xed\xb8\x80", "utf-8", "😀", (LONE_SURROGATE,)),
        ("é😀".encode("utf-16-le"), "utf-16-le", "é😀", ()),
        ("é".encode("utf-16-be") + b"x", "utf-16-be", "é\ufffd", (UNDECODABLE,)),
        (b"\x3d\xd8a\0", "utf-16-le", "\ufffda", (LONE_SURROGATE,)),
    ],
)
def test_decode(raw: bytes, encoding: str, text: str, steps: tuple[str, ...]) -> None:
    assert decode(raw, encoding) == (text, steps)


@given(st.binary(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_bytes_become_text_that_can_be_written(raw: bytes) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"):
        text, steps = decode(raw, encoding)
        text.encode()
        if not steps:
            assert text.encode(encoding.removesuffix("-sig")) == raw.removeprefix(
                b"\xef\xbb\xbf" if encoding == "utf-8-sig" else b""
            )
    decode(raw, encoding_of(raw))


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b"", "utf-8"),
        (b"hello", "utf-8"),
        (b"\xef\xbb\xbfa", "utf-8-sig"),
        (b"\xff\xfea\0", "utf-16-le"),
        (b"\xfe\xff\0a", "utf-16-be"),
        ("hello there".encode("utf-16-le"), "utf-16-le"),
        ("hello there".encode("utf-16-be"), "utf-16-be"),
        (b"\0" * 100, "utf-8"),
        (b"a\0b", "utf-8"),
        ("héllo".encode("latin-1"), "utf-8"),
    ],
)
def test_encoding_of(head: bytes, encoding: str) -> None:
    assert encoding_of(head) == encoding


def test_lone_surrogates_are_replaced_and_told() -> None:
    assert whole("a\ud83db") == ("a\ufffdb", (LONE_SURROGATE,))
    assert whole("a😀") == ("a😀", ())


def test_a_place_holds_the_hash_of_its_bytes() -> None:
    found = ref("chat.txt", 3, 6, b"abc", "line 2")
    assert (found.member, found.start, found.end, found.at) == ("chat.txt", 3, 6, "line 2")
    assert found.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
