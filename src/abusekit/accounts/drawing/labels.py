"""Text from outside as a label: on one line, of a bounded width, unable to grow over what stands beside it."""

from __future__ import annotations

import unicodedata

from abusekit.plain import safe_text

MARKS = 2
"""Combining marks that one letter keeps (Vietnamese needs two); more of them climb over other lines."""


def cells(text: str) -> int:
    """Columns of a terminal: 2 for wide letters (Unicode, UAX 11: W and F), 0 for combining marks, else 1."""
    if text.isascii():
        return len(text)
    return sum(_width(sign) for sign in text)


def label(text: str, most: int) -> str:
    """`text` safe to print, in at most `most` columns; … stands where something was left out.

    Not escaped for HTML. Letters of right-to-left scripts stay as they are: isolate the label where others follow.
    """
    kept: list[str] = []
    used = marks = 0
    cut = len(text) > 4 * most + 400
    for sign in safe_text(text[: 4 * most + 400]):
        width = _width(sign)
        marks = marks + 1 if not width and sign != " " else 0
        if marks > MARKS:
            if marks == MARKS + 1:
                kept.append("…")
                used += 1
            continue
        kept.append(sign)
        used += width
        if used > most:
            cut = True
            break
    return _shortened(kept, most) if cut or used > most else "".join(kept)


def padded(text: str, most: int) -> str:
    """The label, filled up with spaces to `most` columns."""
    short = label(text, most)
    return short + " " * (most - cells(short))


def _shortened(signs: list[str], most: int) -> str:
    while signs and cells("".join(signs)) > most - 1:
        signs.pop()
    return "".join(signs) + "…"


def _width(sign: str) -> int:
    if sign.isascii():
        return 1
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
