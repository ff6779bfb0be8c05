"""Rows of a CSV export by the names of their columns, each with its place; what does not fit its header is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from io import BytesIO
from typing import NamedTuple

from abusekit.containers.container import Member
from abusekit.errors import InputError
from abusekit.importers.fields import unknown_flag
from abusekit.importers.importer import Notes
from abusekit.importers.model import SourceRef
from abusekit.importers.spans.csv_rows import NOT_CLOSED, TOO_LONG, Row, delimiter_of, rows
from abusekit.importers.spans.places import ref

PREAMBLE = 10
"""Rows in which a header is looked for: LinkedIn writes `Notes:` and a paragraph before it."""

Fits = Callable[[Sequence[str]], bool]


class Entry(NamedTuple):
    cells: dict[str, str]
    """Column → cell; empty where the row is not read."""
    source: SourceRef
    steps: tuple[str, ...]
    fault: str
    """Why the row is not read, one sentence; empty: it is read."""


@lru_cache(maxsize=64)
def _first_rows(head: bytes) -> tuple[tuple[str, ...], ...]:
    delimiter = delimiter_of(head) or ","
    found: list[tuple[str, ...]] = []
    try:
        for row in rows(BytesIO(head), delimiter=delimiter):
            found.append(tuple(row.cells))
            if len(found) >= PREAMBLE:
                break
    except InputError:
        pass
    return tuple(found)


def columns(head: bytes, fits: Fits) -> Sequence[str]:
    """The header among the first rows of a head, the first row that `fits`; none: this is not such a table."""
    return next((one for one in first_rows(head) if fits(one)), ())


def first_rows(head: bytes) -> tuple[tuple[str, ...], ...]:
    """The cells of the first rows, the delimiter found; none for what is no text."""
    return _first_rows(head) if b"\0" not in head[:2048] or head[:2] in (b"\xff\xfe", b"\xfe\xff") else ()


def entries(member: Member, notes: Notes, fits: Fits) -> Iterator[Entry]:
    """Each row below the header in file order; empty lines are none. A damaged stream is told and ends it."""
    delimiter = delimiter_of(_from_header(member.head(65_536), fits)) or ","
    header: list[str] = []
    try:
        with closing(member.open()) as stream:
            for row in rows(stream, delimiter=delimiter):
                if header:
                    if row.cells:
                        yield _entry(row, header, member.path)
                elif fits(row.cells):
                    header = _once(row.cells)
                elif row.number > PREAMBLE:
                    break
    except InputError as fault:
        notes.damaged.append(f"{member.path!a}: {fault.message}")


def _from_header(head: bytes, fits: Fits) -> bytes:
    """The head from its header on: a preamble has another number of cells."""
    at = 0
    for _ in range(PREAMBLE):
        line = head[at:]
        if fits(next(iter(first_rows(line)), ())):
            return line
        at = head.find(b"\n", at) + 1
        if not at:
            break
    return head


def _once(header: Sequence[str]) -> list[str]:
    """Names of columns, those that stand twice made different, so that no cell hides another."""
    names: list[str] = []
    for name in header:
        names.append(name if name not in names else f"{name} ({len(names) + 1})")
    return names


def _entry(row: Row, header: list[str], member: str) -> Entry:
    source = ref(member, row.start, row.end, row.raw, f"row {row.number}")
    cells = row.cells
    steps: tuple[str, ...] = ()
    if row.fault:
        if row.fault.startswith((NOT_CLOSED, TOO_LONG)):
            return Entry({}, source, (), f"The row is not read: {row.fault}.")
        steps = (row.fault,)
    while len(cells) > len(header) and not cells[-1]:
        cells = cells[:-1]
    if len(cells) != len(header):
        return Entry({}, source, (), f"The row has {len(cells)} cells, and the header {len(header)}.")
    return Entry(dict(zip(header, cells, strict=True)), source, steps, "")


def unknown_flags(cells: dict[str, str], known: frozenset[str]) -> tuple[str, ...]:
    """The flag for cells with something in them, in columns that are not known."""
    if cells.keys() <= known:
        return ()
    return unknown_flag(name for name, cell in cells.items() if cell and name not in known)
