"""Words, and whether they stand in a text that was written so that they are not found.

Both sides are folded: compatibility forms (full-width, mathematical, circled letters), upper and lower case, accents
and strokes laid over letters, characters that nobody sees (zero-width, soft hyphen, bidirectional controls, tags,
control characters), curly quotes and long dashes, runs of blanks and line ends. That finds too much rather than too
little: `resume` finds `résumé`.

Look-alike letters of other scripts are *not* folded: a Cyrillic `а` is another letter than a Latin `a`, and which one
is meant is for a person to judge. Nor are digits for letters (`k1ll`), or letters set apart by blanks or dots.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from unicodedata import normalize

from abusekit.errors import UsageError

_UNSEEN = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no blanks
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Default_Ignorable_Code_Point of the Unicode Character Database, with the anchors of interlinear annotation
_LAID_OVER = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# blocks of marks that any letter can carry; vowel signs of Arabic, Hebrew or Hindi are other ones, and stay
_DROPPED = re.compile(f"[{_UNSEEN}{_LAID_OVER}]+")
_BLANKS = re.compile("[\\s\u2800]+")
_SPELLED: tuple[tuple[str, str], ...] = (
    *((sign, "'") for sign in "\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4`"),
    *((sign, '"') for sign in "\u201c\u201d\u201e\u201f"),
    *((sign, "-") for sign in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"),
)
# phones write these by themselves where a person types the plain one
MOST_PLACED = 2_000_000
"""Characters of a text in which places are told; a match is found anywhere."""


def fold(text: str) -> str:
    """The text as it is compared; see above. Never longer than 18 times the text."""
    if text.isascii():
        if not text.isprintable():
            text = _BLANKS.sub(" ", _DROPPED.sub("", text))
        elif "  " in text:
            text = _BLANKS.sub(" ", text)
        return (text.replace("`", "'") if "`" in text else text).lower()
    return _BLANKS.sub(" ", _DROPPED.sub("", _spelled(text)))


def _spelled(text: str) -> str:
    for sign, plain in _SPELLED:
        text = text.replace(sign, plain)
    return normalize("NFKD", normalize("NFKD", text).casefold())


class Words:
    """Texts that must all occur."""

    def __init__(self, texts: Sequence[str], *, exact: bool = False) -> None:
        """exact: as they stand, nothing folded. Raises UsageError: a text of which nothing is left to look for."""
        self.exact = exact
        self._wanted = [text if exact else fold(text).strip() for text in texts]
        for text, wanted in zip(texts, self._wanted, strict=True):
            if not wanted:
                raise UsageError(
                    f"{text!a} holds nothing that could be looked for", "type a word, or add --exact"
                )

    def __bool__(self) -> bool:
        return bool(self._wanted)

    def where(self, fields: Iterable[tuple[str, str]]) -> tuple[str, ...] | None:
        """The labels of the fields in which any of them stands; None: not all of them stand somewhere."""
        missing = set(self._wanted)
        labels: dict[str, None] = {}
        for label, text in fields:
            if not text:
                continue
            said = text if self.exact else fold(text)
            for wanted in self._wanted:
                if wanted in said:
                    missing.discard(wanted)
                    labels[label] = None
        return None if missing else tuple(labels)

    def places(self, text: str) -> list[tuple[int, int]]:
        """[start, end) of each occurrence in the text as it stands, in order, those that touch made one."""
        text = text[:MOST_PLACED]
        said, origin = (text, range(len(text))) if self.exact else _placed(text)
        found: list[tuple[int, int]] = []
        for wanted in self._wanted:
            at = said.find(wanted)
            while at >= 0:
                found.append((origin[at], origin[at + len(wanted) - 1] + 1))
                at = said.find(wanted, at + len(wanted))
        merged: list[tuple[int, int]] = []
        for start, end in sorted(found):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged


def _placed(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters the place of the one that it comes from."""
    signs: list[str] = []
    origin: list[int] = []
    for place, sign in enumerate(text):
        for one in _one(sign):
            if one == " " and signs and signs[-1] == " ":
                continue
            signs.append(one)
            origin.append(place)
    return "".join(signs), origin


@lru_cache(4096)
def _one(sign: str) -> str:
    return fold(sign)
