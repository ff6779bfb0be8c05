"""Rows of a delimited text file (RFC 4180, and what spreadsheets make of it) with their byte ranges."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import BinaryIO, NamedTuple, Protocol

from abusekit.importers.spans.text_lines import decode, encoding_of

_BLOCK = 1 << 20
_BOM = b"\xef\xbb\xbf"

NOT_CLOSED = "a quote is never closed"
TOO_LONG = "a row longer than is read in one piece"


class Row(NamedTuple):
    start: int
    end: int
    """Byte range in the stream, without the line end."""
    number: int
    """From 1: the header is row 1; a row may span several lines."""
    cells: list[str]
    """Unquoted; none for an empty line."""
    fault: str
    """Empty, or what is wrong with it: `NOT_CLOSED`, `TOO_LONG`, `not UTF-8: read as windows-1252`."""
    raw: bytes
    """Exactly the bytes [start, end) of the stream."""


class _Reads(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Grammar(NamedTuple):
    feed: bytes
    row: re.Pattern[bytes]
    cell: re.Pattern[str]
    delimiter: str


@lru_cache(maxsize=8)
def _grammar(delimiter: str, feed: str) -> _Grammar:
    """Every part is possessive: what was matched is never tried again, so that time stays linear."""
    apart = re.escape(delimiter)
    cell = rf'(?:"[^"]*+(?:""[^"]*+)*+"[^{apart}{feed}]*+|(?!")[^{apart}{feed}]*+)'
    parts = rf'{apart}(?:"([^"]*+(?:""[^"]*+)*+)"([^{apart}]*+)|([^{apart}]*+))'
    return _Grammar(
        feed.encode(), re.compile(rf"{cell}(?:{apart}{cell})*+".encode()), re.compile(parts), delimiter
    )


def _first_block(stream: _Reads) -> bytes:
    """A whole block, since things are told from it: a stream may give less than what is asked for."""
    first = b""
    while len(first) < _BLOCK and (block := stream.read(_BLOCK - len(first))):
        first += block
    return first


def _grammar_of(first: bytes, delimiter: str) -> _Grammar:
    return _grammar(delimiter, "\r" if b"\r" in first[:-1] and b"\n" not in first else "\n")


def rows(stream: BinaryIO, *, delimiter: str = ",", most: int = 16 << 20) -> Iterator[Row]:
    """All rows in order, the header too; between two rows stands nothing but a line end (LF or CR LF).

    A quote counts only where a cell begins; two within a quoted cell are one; what follows the closing quote is kept
    as text, and so is a quote within an unquoted cell. A byte order mark is skipped; UTF-16 is read where a mark says
    so. Where the first block holds no LF, rows end with CR. A quote that is never closed, and a row of more than
    `most` bytes, come in pieces of at most `most` bytes, each with its fault. InputError of the stream passes through.
    """
    first = _first_block(stream)
    most = max(most, 16)
    encoding = encoding_of(first) if first[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
    if encoding:
        yield from _utf_16(_Transcoded(first, stream, encoding), encoding, delimiter, most)
        return
    number = 0
    grammar = _grammar_of(first, delimiter)
    for start, batch, fault in _batches(first, stream, grammar, most):
        for raw in batch:
            line = raw[:-1] if raw.endswith(b"\r") else raw
            number += 1
            yield Row(start, start + len(line), number, *_cells(line, fault, grammar), line)
            start += len(raw) + 1  # noqa: PLW2901 - the rows of a batch follow each other


def _cells(raw: bytes, fault: str, grammar: _Grammar) -> tuple[list[str], str]:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text, steps = decode(raw)
        fault = fault or ", ".join(steps)
    if '"' not in text:
        return text.split(grammar.delimiter) if text else [], fault
    if fault in (NOT_CLOSED, TOO_LONG):
        return [text], fault
    return [
        quoted.replace('""', '"') + after if quoted or after else plain
        for quoted, after, plain in grammar.cell.findall(grammar.delimiter + text)
    ], fault


def _batches(
    held: bytes, stream: _Reads, grammar: _Grammar, most: int
) -> Iterator[tuple[int, Sequence[bytes], str]]:
    """(offset of the first, rows that follow each other with one sign between them, fault of all of them)."""
    base, at = 0, len(_BOM) if held.startswith(_BOM) else 0
    fault = ""  # of the row that is being given in pieces
    while True:
        if fault == TOO_LONG and (end := held.find(grammar.feed, at, at + most + 1)) >= 0:
            yield base + at, (held[at:end],), fault
            at, fault = end + 1, ""
        while not fault and (batch := _whole_rows(held, at, grammar, most)):
            yield base + at, batch, ""
            at += sum(map(len, batch)) + len(batch)
        if len(held) - at > most:
            cut = _between_signs(held, at + most)
            fault = fault or (NOT_CLOSED if _row_end(held, at, grammar, most) < 0 else TOO_LONG)
            yield base + at, (held[at:cut],), fault
            at = cut
            continue
        held, base, at = held[at:], base + at, 0
        block = stream.read(max(_BLOCK, len(held)))
        if not block:
            break
        held += block
    if held:
        yield base, (held,), fault or (NOT_CLOSED if _row_end(held, 0, grammar, most) < 0 else "")


def _whole_rows(held: bytes, at: int, grammar: _Grammar, most: int) -> list[bytes]:
    """The next rows of which the line end is held: all up to the next quote, or one with a quote."""
    quote = held.find(b'"', at)
    last = held.rfind(grammar.feed, at, quote if quote >= 0 else len(held))
    if last >= 0:
        found = held[at:last].split(grammar.feed)
        return found if last - at <= most else list(takewhile(lambda one: len(one) <= most, found))
    end = _row_end(held, at, grammar, most) if quote >= 0 else -1
    return [held[at:end]] if end >= 0 and held[end : end + 1] == grammar.feed else []


def _row_end(held: bytes, at: int, grammar: _Grammar, most: int) -> int:
    """Where the row that begins at `at` ends: at its line end, at the end of what is held, or `most` bytes further
    on; -1: there it is within a quote."""
    found = grammar.row.match(held, at, at + most)
    end = found.end() if found else at
    return end if end in (len(held), at + most) or held[end : end + 1] == grammar.feed else -1


def _between_signs(held: bytes, at: int) -> int:
    """`at`, or up to three bytes before it, where a character of UTF-8 begins."""
    return next((one for one in range(at, at - 4, -1) if held[one] & 0xC0 != 0x80), at)


class _Transcoded:
    """UTF-16 as UTF-8, lone surrogates and all; half a character at the end becomes U+FFFD."""

    def __init__(self, first: bytes, stream: BinaryIO, encoding: str) -> None:
        self.given = 0  # bytes of UTF-8
        self.rest = b""  # the half character at the end
        self._first = first
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._ended = False

    def read(self, size: int) -> bytes:
        """Something, while there is something."""
        while not self._ended:
            block, self._first = self._first or self._stream.read(size), b""
            text = self._decoder.decode(block)
            if not block:
                self._ended = True
                self.rest = self._decoder.getstate()[0]
                text = "\ufffd" if self.rest else ""
            if text:
                give = text.encode("utf-8", "surrogatepass")
                self.given += len(give)
                return give
        return b""


def _utf_16(stream: _Transcoded, encoding: str, delimiter: str, most: int) -> Iterator[Row]:
    number = 0
    first = _first_block(stream)
    grammar = _grammar_of(first, delimiter)
    here, at = 2, len(_BOM)  # the same place in UTF-16 and in UTF-8, after the mark
    for start, batch, fault in _batches(first, stream, grammar, most):
        for raw in batch:
            line = raw.removesuffix(b"\r")
            here += 2 * (start - at)  # line ends, which are ASCII
            wide = line.decode("utf-8", "surrogatepass").encode(encoding, "surrogatepass")
            if stream.rest and start + len(line) == stream.given:  # the row that ends in half a character
                wide = wide[:-2] + stream.rest
            end = here + len(wide)
            number += 1
            yield Row(here, end, number, *_cells(line, fault, grammar), wide)
            here, at = end, start + len(line)
            start += len(raw) + 1  # noqa: PLW2901 - the rows of a batch follow each other


@lru_cache(maxsize=64)
def delimiter_of(head: bytes) -> str:
    """The sign (`,` `;` tab `|`) that parts the first row into most cells; empty: the head is no such text."""
    found = max((",", ";", "\t", "|"), key=lambda one: len(_first_row(head, one)))
    return found if len(_first_row(head, found)) > 1 else ""


def header(head: bytes) -> list[str]:
    """The cells of the first row, its delimiter found by `delimiter_of`; none: no delimited text."""
    found = delimiter_of(head)
    return _first_row(head, found) if found else []


def _first_row(head: bytes, delimiter: str) -> list[str]:
    from io import BytesIO

    row = next(rows(BytesIO(head[:65_536]), delimiter=delimiter), None)
    if row is None or row.fault or row.end - row.start > 16_384:
        return []
    if row.cells and row.cells[0].lstrip()[:1] in ("{", "[", "<"):
        return []
    return (
        []
        if any(ord(sign) < 32 and sign not in "\t\r\n" for cell in row.cells for sign in cell)
        else row.cells
    )
