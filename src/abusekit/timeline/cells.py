"""Cells of the tables that are written: short enough, and nothing that a spreadsheet would run."""

from __future__ import annotations

MAX_BYTES = 32_000
"""UTF-8 bytes of one field at most; Timesketch's limit is 32,765, that of a cell of a spreadsheet 32,767 characters."""

_FORMULA = frozenset("=+-@＝＋－＠")
# A cell that starts with one of these is run as a formula by spreadsheet programs (OWASP, CSV injection); the
# wide forms by Japanese editions. Tab, CR and LF, which do the same, are escaped before as control characters.


def short(text: str) -> str:
    """The text, cut at MAX_BYTES; what is cut says so."""
    if len(text) * 4 <= MAX_BYTES or len(data := text.encode("utf-8")) <= MAX_BYTES:
        return text
    return data[: MAX_BYTES - 20].decode("utf-8", "ignore") + " … (cut)"


def quoted(text: str) -> str:
    """A CSV cell (RFC 4180), with `'` before what a spreadsheet would run as a formula.

    `text` is what `safe_text` gives: control characters are not looked for again.
    """
    if not text:
        return ""
    if '"' in text:
        text = text.replace('"', '""')
    return f'"\'{text}"' if text[0] in _FORMULA else f'"{text}"'
