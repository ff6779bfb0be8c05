"""Whether a text says a phrase: without regard to capitals, kinds of apostrophes and blanks, in whole words."""

from __future__ import annotations

import unicodedata

APOSTROPHES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u00b4": "'", "\u00a0": " "}
)


def normal(text: str) -> str:
    """`text` as phrases are compared: no capitals, one kind of apostrophe, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(APOSTROPHES)).casefold().split())


def says(text: str, phrase: str) -> bool:
    """Whether `phrase` stands in `text` as words of its own: "log in" is not in "blog in"."""
    at = text.find(phrase)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(phrase) : at + len(phrase) + 1]
        if not (_joined(before, phrase[0]) or _joined(phrase[-1], after)):
            return True
        at = text.find(phrase, at + 1)
    return False


def _joined(left: str, right: str) -> bool:
    """Whether two signs belong to one word; scripts from U+2E80 on write no blanks between words."""
    return left.isalnum() and right.isalnum() and max(left, right) < "\u2e80"
