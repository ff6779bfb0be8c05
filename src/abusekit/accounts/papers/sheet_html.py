"""A paper as one self-contained HTML page for A4: it has no script, loads nothing and sends nothing.

The content security policy forbids everything but the one style sheet, named by its SHA-256 (CSP level 3, 2.3.1).
Title and banner stand in the head of a table, which browsers print again on every page.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from abusekit.accounts.papers.paper import Cell, Paper, Raw, shown, stacked
from abusekit.plain import safe_text

if TYPE_CHECKING:
    from jinja2 import Environment


def html(paper: Paper) -> str:
    """The whole page. The same input gives the same text."""
    style = _part("paper.css")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return _templates().get_template("paper.html").render(paper=paper, style=style, policy=policy)


def _part(name: str) -> str:
    return files("abusekit.accounts.papers").joinpath("templates", name).read_text("utf-8")


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        loader=FunctionLoader(_part),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["stacked"] = _stacked
    made.filters["safe_text"] = safe_text
    return made


def _stacked(cell: Cell) -> list[list[tuple[bool, str]]]:
    """(from outside, text) of each part of each line of a cell; the template escapes both for HTML."""
    return [
        [
            (True, shown(one.text, one.most)) if isinstance(one, Raw) else (False, safe_text(one))
            for one in line
        ]
        for line in stacked(cell)
    ]
