"""A paper as Markdown (CommonMark with the tables of GFM): what came from outside cannot become mark-up.

Texts from outside stand in code spans, where neither links nor HTML nor emphasis are read (CommonMark 0.31, 6.1);
`|` is escaped in cells of tables, where it would end even a code span (GFM, 4.10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from abusekit.accounts.papers.paper import Block, Cell, Paper, Raw, Table, shown, stacked
from abusekit.plain import safe_text

_MARKS = re.compile(r"([\\`*_\[\]<>|~#&$!{}])")
_TICKS = re.compile("`+")
_LIST = re.compile(r"^(\d+)([.)])|^([-+=])")


def markdown(paper: Paper) -> str:
    """The whole paper; ends with a line feed. The same input gives the same text."""
    return "\n".join(_paper(paper)) + "\n"


def _paper(paper: Paper) -> Iterator[str]:
    if paper.banner:
        yield f"# {_own(paper.banner)}\n"
    yield f"# {_own(paper.title)}\n"
    for cell in paper.about:
        yield _cell(cell) + "\n"
    for block in paper.blocks:
        yield from _block(block, paper.banner)
    if paper.banner:
        yield f"**{_own(paper.banner)}**\n"
    if paper.foot:
        yield f"---\n\n{_cell(paper.foot)}"


def _block(block: Block, banner: str) -> Iterator[str]:
    yield f"## {_cell(block.title)}{f' ({_own(banner)})' if banner else ''}\n"
    for cell in block.says:
        yield ("> " if block.box else "") + _cell(cell) + "\n"
    if block.points:
        yield from (f"{'> ' if block.box else ''}- {_cell(cell)}" for cell in block.points)
        yield ""
    if block.table is not None:
        yield from _table(block.table)
        yield ""


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(_own(name) for name in table.head)} |"
    yield f"|{'---|' * len(table.head)}"
    for row in table.rows:
        yield f"| {' | '.join(_cell(cell, in_table=True) for cell in row)} |"


def _cell(cell: Cell, *, in_table: bool = False) -> str:
    lines = (
        "".join(_code(one, in_table) if isinstance(one, Raw) else _own(one) for one in line)
        for line in stacked(cell)
    )
    return _LIST.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", "; ".join(lines))


def _own(text: str) -> str:
    return _MARKS.sub(r"\\\1", safe_text(text))


def _code(raw: Raw, in_table: bool) -> str:
    safe = shown(raw.text, raw.most)
    if not safe.strip():
        return '""'
    fence = "`" * (max((len(run) for run in _TICKS.findall(safe)), default=0) + 1)
    pad = " " if safe[0] in "` " or safe[-1] in "` " else ""
    code = f"{fence}{pad}{safe}{pad}{fence}"
    return code.replace("|", "\\|") if in_table else code
