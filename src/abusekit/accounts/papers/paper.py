"""A paper as plain blocks: what the sheet and the preservation request say, before it becomes HTML, Markdown or text.

Own words are `str`; what came from outside is `Raw`, so that no renderer can mistake one for the other. `lines`
gives the plain text; the other renderers have files of their own.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from abusekit.plain import safe_text

LONGEST = 120
"""Characters of one text from outside on paper; what is cut says so."""
MOST_MARKS = 3
"""Combining marks in a row: more than any script needs, so that a stack of them does not cover other lines."""


class Raw(NamedTuple):
    """Text from outside: a handle, a display name, an address."""

    text: str
    most: int = LONGEST


Line: TypeAlias = str | Raw | tuple[str | Raw, ...]


class Stack(NamedTuple):
    """Lines one below another."""

    lines: tuple[Line, ...]


Cell: TypeAlias = Line | Stack


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    # every row as long as `head`
    label: str
    # what it shows, for screen readers
    mono: frozenset[int] = frozenset()
    # columns of digests: small, letters of one width
    tight: frozenset[int] = frozenset()
    # columns of own short words that are not broken: dates
    widths: tuple[int, ...] = ()
    # per cent of each column; empty: as it comes
    lead: bool = False
    # the first line of each row's first cell is what people look for: larger


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a paper."""

    title: Line
    says: tuple[Cell, ...] = ()
    # paragraphs
    points: tuple[Cell, ...] = ()
    # a list
    table: Table | None = None
    box: bool = False
    # set apart by a frame: limits


@dataclass(frozen=True, slots=True)
class Paper:
    title: str
    about: tuple[Cell, ...]
    # under the title: case, date, maker
    blocks: tuple[Block, ...]
    banner: str = ""
    # in large on every page: NOT CONFIRMED
    foot: Cell = ""
    # on every page


def stacked(cell: Cell) -> tuple[tuple[str | Raw, ...], ...]:
    """The lines of a cell, each as its parts."""
    return tuple(_pieces(line) for line in (cell.lines if isinstance(cell, Stack) else (cell,)))


def _pieces(line: Line) -> tuple[str | Raw, ...]:
    return line if isinstance(line, tuple) and not isinstance(line, Raw) else (line,)


def shown(text: str, most: int = LONGEST) -> str:
    """Text from outside on one line, fit for paper: controls escaped, stacks of marks and lengths cut and told."""
    kept: list[str] = []
    stacked = left_out = 0
    for place, sign in enumerate(text):  # a hostile text is not read to its end
        if len(kept) == most or place == 10 * most:
            break
        stacked = stacked + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if stacked <= MOST_MARKS:
            kept.append(sign)
        else:
            left_out += 1
    told = f" [{left_out} marks left out]" if left_out else ""
    more = f" … [cut: {len(text)} characters]" if len(kept) + left_out < len(text) else ""
    return safe_text("".join(kept)) + told + more


def plain(cell: Cell) -> str:
    """A cell as one line of text."""
    return "; ".join(
        "".join(shown(one.text, one.most) if isinstance(one, Raw) else safe_text(one) for one in line)
        for line in stacked(cell)
    )


def lines(paper: Paper, width: int = 80) -> Iterator[str]:
    """The paper as plain text, for a terminal or a file; every line is safe to print."""
    if paper.banner:
        yield f"*** {paper.banner} ***"
    yield paper.title.upper()
    for cell in paper.about:
        yield from _wrapped(plain(cell), width)
    for block in paper.blocks:
        yield ""
        title = tuple(one if isinstance(one, Raw) else one.upper() for one in _pieces(block.title))
        yield plain(title) + (f"   *** {paper.banner} ***" if paper.banner else "")
        for cell in block.says:
            yield from _wrapped(plain(cell), width)
        for cell in block.points:
            yield from _wrapped(plain(cell), width, "- ")
        if block.table is not None:
            yield from _rows(block.table, width)
    if paper.foot:
        yield ""
        yield from _wrapped(plain(paper.foot), width)


def _rows(table: Table, width: int) -> Iterator[str]:
    """One paragraph a row: columns of hostile length fit no terminal."""
    for row in table.rows:
        texts = [plain(cell) for cell in row]
        first, rest = texts[0], zip(table.head[1:], texts[1:], strict=True)
        yield from _wrapped(first, width, "- ")
        for name, text in rest:
            if text:
                yield from _wrapped(f"{name}: {text}", width, "    ")


def _wrapped(text: str, width: int, start: str = "") -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False
    ) or [start.rstrip()]
