"""What a keyboard or a platform writes, taken out of a text before its style is measured."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import chain

_SINGLE = "'´ʹʼˈ‘’‚‛′‵＇"
_DOUBLE = '"“”„‟″‶«»＂〝〞'
_KEPT_CONTROLS = "\n\t"

_LINK = re.compile(r"(?:https?://|www\.)\S+|[^\s@]+@[^\s@]+\.\w+", re.IGNORECASE)
_MENTION = re.compile(r"@\w+")
_DIGIT = re.compile(r"\d")


@cache
def _keyboard() -> dict[int, str | None]:
    """Code point → what is typed for it on a plain keyboard; made once, from the categories of Unicode."""
    table: dict[int, str | None] = {}
    for code in chain(range(0x20000), range(0xE0000, 0xE1000)):  # between them, and beyond, are none of these
        category = unicodedata.category(chr(code))
        if category == "Cf" or 0xFE00 <= code <= 0xFE0F:  # zero-width signs, joiners, variation selectors
            table[code] = None
        elif category in ("Zs", "Zl", "Zp", "Cc") and chr(code) not in _KEPT_CONTROLS:
            table[code] = " "
        elif category == "Pd":
            table[code] = "-"
    table.update(dict.fromkeys(map(ord, _SINGLE), "'") | dict.fromkeys(map(ord, _DOUBLE), '"'))
    return table | {ord("…"): "...", ord("−"): "-", ord("⁃"): "-", ord("‥"): ".."}


def folded(text: str) -> str:
    """`text` with quotes, dashes, ellipses, spaces and invisible signs as a plain keyboard gives them.

    Four of 234 people with curly quotes drew likelihood ratios of 10^5.7 to 10^7.9 with one another before this was
    done (Raku IRC logs, 100 posts each): such signs belong to a keyboard, not to a person. Composed and decomposed
    letters become the same; case, spelling and the order of words stay.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return unicodedata.normalize("NFC", text).translate(_keyboard())


def emptied(text: str) -> str:
    """`folded`, and what names a thing rather than shows a style replaced: links, mentions, digits.

    Links and mail addresses become `URL`, @mentions `@U`, every digit `0`, as in the corpora that the constants were
    fitted on. To do it twice changes nothing.
    """
    return _DIGIT.sub("0", _MENTION.sub("@U", _LINK.sub("URL", folded(text))))
