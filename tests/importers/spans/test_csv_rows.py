"""Rows of delimited text with their byte ranges: as the csv module reads them, and told where they are broken."""

from __future__ import annotations

import csv
import io
import time
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, cast
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.importers.spans.csv_rows import NOT_CLOSED, TOO_LONG, Row, delimiter_of, header, rows

TEXT = 'a,b,c\r\n"x ""y"" \r\n z",,"é😀"\n\nq"r,"s"t,\nlast,"",'
CELLS = [["a", "b", "c"], ['x "y" \r\n z', "", "é😀"], [], ['q"r', "st", ""], ["last", "", ""]]


class Slow:
    def __init__(self, data: bytes, size: int) -> None:
        self._stream = io.BytesIO(data)
        self._size = size

    def read(self, _size: int = -1) -> bytes:
        return self._stream.read(self._size)


def read(data: bytes, delimiter: str = ",", *, size: int = 0, most: int = 16 << 20) -> list[Row]:
    stream = cast(BinaryIO, Slow(data, size)) if size else io.BytesIO(data)
    return list(rows(stream, delimiter=delimiter, most=most))


def check_ranges(data: bytes, found: list[Row], gaps: tuple[bytes, ...] = (b"\n", b"\r\n")) -> None:
    """Between the rows stands nothing but one line end, or nothing where a row comes in pieces."""
    assert [row.number for row in found] == list(range(1, len(found) + 1))
    for one, following in pairwise(found):
        assert one.start <= one.end <= following.start
        assert data[one.end : following.start] in gaps or (one.fault and one.end == following.start)
    if found:
        assert data[found[-1].end :] in ("", b"", *gaps, b"\r")


@pytest.mark.parametrize("size", [0, 1, 2, 5])
@pytest.mark.parametrize(
    ("encoding", "mark", "gaps"),
    [
        ("utf-8", b"", (b"\n", b"\r\n")),
        ("utf-8", b"\xef\xbb\xbf", (b"\n", b"\r\n")),
        ("utf-16-le", b"\xff\xfe", (b"\n\0", b"\r\0\n\0")),
        ("utf-16-be", b"\xfe\xff", (b"\0\n", b"\0\r\0\n")),
    ],
)
def test_cells_and_ranges(encoding: str, mark: bytes, gaps: tuple[bytes, ...], size: int) -> None:
    data = mark + TEXT.encode(encoding)
    found = read(data, size=max(size, 2) if size else 0)
    assert [row.cells for row in found] == CELLS
    assert not any(row.fault for row in found)
    assert data[found[1].start : found[1].end].decode(encoding) == '"x ""y"" \r\n z",,"é😀"'
    assert found[0].start == len(mark)
    check_ranges(data, found, gaps)


def test_rows_end_with_cr_where_there_is_no_line_feed_at_all() -> None:
    data = b'a,b\rc,"d\re"\r'
    assert [row.cells for row in read(data)] == [["a", "b"], ["c", "d\re"]]
    assert [row.cells for row in read(b"a\rb,c\nd")] == [["a\rb", "c"], ["d"]]


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "^", "]"])
def test_other_delimiters(delimiter: str) -> None:
    data = 'a,b;"c"\n"x;y|\t^]",2'.replace(";", delimiter).encode()
    assert [len(row.cells) for row in read(data, delimiter)] == [2, 1]


def test_a_quote_never_closed_takes_the_rest_in_pieces_with_a_fault() -> None:
    data = b'a,b\n1,"never\n2,3\n4,5\n'
    found = read(data)
    assert [(row.fault, data[row.start : row.end]) for row in found] == [
        ("", b"a,b"), (NOT_CLOSED, b'1,"never\n2,3\n4,5\n'),
    ]  # fmt: skip
    assert found[1].cells == ['1,"never\n2,3\n4,5\n']
    data = 'a,b\n"é'.encode() + "é\n".encode() * 100
    for size in (0, 1, 7):
        found = read(data, size=size, most=16)
        assert {row.fault for row in found[1:]} == {NOT_CLOSED}
        assert all(row.end - row.start <= 16 for row in found)
        assert b"".join(data[row.start : row.end] for row in found[1:]) == data[4:]
        assert "".join(row.cells[0] for row in found[1:]).startswith('"éé\né')


def test_a_row_too_long_comes_in_pieces_and_the_next_one_is_whole() -> None:
    data = b"a,b\n" + b"x" * 50 + b"\n" + b"y" * 16 + b'\n"' + b"z" * 14 + b'"\nc,d'
    for size in (0, 1, 3, 20):
        found = read(data, size=size, most=16)
        assert [(row.end - row.start, row.fault) for row in found] == [
            (3, ""), (16, TOO_LONG), (16, TOO_LONG), (16, TOO_LONG), (2, TOO_LONG), (16, ""), (16, ""), (3, ""),
        ]  # fmt: skip
        check_ranges(data, found)


def test_bytes_that_are_not_utf_8_are_told_for_their_row_alone() -> None:
    found = read(b"a,\xe9\nb,\xc3\xa9\nc,\x81\nd,\xed\xa0\xbd\ne,\0\n")
    assert [(row.cells[1], row.fault) for row in found] == [
        ("é", "not UTF-8: read as windows-1252"),
        ("é", ""),
        ("\ufffd", "not UTF-8: read as windows-1252, undecodable bytes replaced"),
        ("\ufffd", "lone surrogate replaced"),
        ("\0", ""),
    ]


def test_half_a_character_at_the_end_of_utf_16() -> None:
    for ending, last in (
        (b"x", "b\ufffd"),
        (b"\n\0x", "\ufffd"),
        (b"\x3d\xd8", "b\ufffd"),
        (b"\x3d\xd8x", "b\ufffd"),
    ):
        data = b"\xff\xfe" + "a,b".encode("utf-16-le") + ending
        found = read(data)
        assert found[-1].cells[-1] == last
        assert found[-1].end == len(data)
        assert found[-1].raw == data[found[-1].start :]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_nothing_gives_no_rows(data: bytes) -> None:
    assert read(data) == []


cells = st.text(st.sampled_from('ab",;\n\r é😀\0') | st.characters(exclude_categories=["Cs"]), max_size=8)


@given(
    st.lists(st.lists(cells, min_size=1, max_size=5), max_size=6),
    st.sampled_from([",", ";", "\t"]),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_what_the_csv_module_writes_is_read_as_it_was(
    table: list[list[str]], delimiter: str, wide: bool
) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(table)
    data = ("\ufeff" + written.getvalue()).encode("utf-16-le" if wide else "utf-8")
    for size in (0, 6):
        found = read(data, delimiter, size=size)
        assert [row.cells for row in found] == table
        assert not any(row.fault for row in found)
    check_ranges(data, found, (b"\r\0\n\0",) if wide else (b"\r\n",))


@given(st.text(st.sampled_from('ab",é\n '), max_size=60))
@settings(max_examples=500, deadline=None)
def test_as_the_csv_module_reads_wherever_all_quotes_are_closed(text: str) -> None:
    found = read(text.encode())
    if any(row.fault for row in found):
        assert found[-1].fault == NOT_CLOSED
        assert not any(row.fault for row in found[:-1])
        text = text.encode()[: found[-1].start].decode()
        found = found[:-1]
    assert [row.cells for row in found] == list(csv.reader(io.StringIO(text, newline="")))


@given(st.binary(max_size=80) | st.text(st.sampled_from('ab",\n\r\0é'), max_size=80).map(str.encode),
       st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"]), st.sampled_from([16, 20, 1000]))  # fmt: skip
@settings(max_examples=500, deadline=None)
def test_any_bytes_give_rows_however_they_arrive(body: bytes, mark: bytes, most: int) -> None:
    data = mark + body
    found = read(data, most=most)
    assert read(data, size=3, most=most) == found
    last = 0
    for row in found:
        assert last <= row.start <= row.end <= len(data)
        assert row.raw == data[row.start : row.end]
        last = row.end
        "".join(row.cells).encode()
    covered = b"".join(data[row.start : row.end] for row in found)
    assert sum(map(covered.count, b"ab\xa9".split())) == sum(map(data.count, b"ab\xa9".split()))
    header(data)


@pytest.mark.parametrize(
    "piece", [b'"', b'a,"', b'"",', b'"a"\n', b'"\n', b",", b"\n", b"a", b'a"b,', b"\0", b'"a', b"\r"]
)
def test_linear_time_and_nothing_lost(piece: bytes) -> None:
    data = piece * (600_000 // len(piece))
    began = time.process_time()
    count = sum(row.end - row.start for row in read(data, most=1 << 18))
    assert time.process_time() - began < 5
    assert count + data.count(b"\n") + data.count(b"\r") >= len(data)


def test_a_real_file_of_messages_reads_as_the_csv_module_reads_it(shared_data: Path) -> None:
    with ZipFile(shared_data / "exports/linkedin/sample_export.zip") as archive:
        data = archive.read("messages.csv")
    found = read(data)
    assert [row.cells for row in found] == list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(found) == 20_001
    check_ranges(data, found)


@pytest.mark.parametrize(
    ("head", "delimiter", "expected"),
    [
        (b"Call type,Date\nx,y\n", ",", ["Call type", "Date"]),
        (b"a;b,c;d\n", ";", ["a", "b,c", "d"]),
        ("\ufeffa\tb\r\n".encode("utf-16-le"), "\t", ["a", "b"]),
        (b'\xef\xbb\xbf"Date, time",Text', ",", ["Date, time", "Text"]),
        (b"hello", "", []),
        (b"", "", []),
        (b"\n\na,b\n", "", []),
        (b'{"a":1,"b":2}', "", []),
        (b"<p>a,b</p>", "", []),
        (b"[1,2]", "", []),
        (b"\x89PNG,\x1a\n", "", []),
        (b"PK\x03\x04,a,b\n", "", []),
        (b'"a,b\nc,d\n', "", []),
    ],
)
def test_header(head: bytes, delimiter: str, expected: list[str]) -> None:
    assert header(head) == expected
    assert delimiter_of(head) == delimiter
