"""Two handles side by side: equal, alike to the eye, numbered (`owl_77`, `owl_78`), of one stem, similar.

A handle is a hint: an impersonator copies it on purpose, and many people choose the same. Some two fifths of real
renames leave no likeness at all; what does not change in a rename is the platform's own id.

Measured: 2,476 renames and 500,000 random pairs of handles of different people (seed 3), Ubuntu IRC 2004-2019
(Kummerfeld et al., ACL 2019, CC BY 4.0), on 2026-11-24. The ratio was above 1,000 for every kind (stem 75,000,
numbered 34,000, confusable 4,000; similar, of 200,000 pairs, 2,400), so that the cap is what counts.
Random pairs understate how often
people who attack one target choose alike. Not proved: that the ratios hold on another platform; so they are capped by
what many choose.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from abusekit.accounts.signals.commonness import listed_part, words_in
from abusekit.accounts.signals.confusables import skeleton
from abusekit.accounts.signals.handle_spelling import alike, common_run

Kind = Literal["same", "confusable", "numbered", "stem", "similar", "none"]
CAP = 100.0
"""Of any handle (attribution 5); a judgement, not a measurement."""
COMMON_CAP, TWO_WORDS_CAP, OTHER_SCRIPT_CAP = 3.0, 10.0, 10.0
"""One listed word or name, or fewer than 4 letters; two of them; letters for which there is no list. Judgements."""
LEAST_STEM = 4
ALIKE = 0.57
"""Score from which two handles are called similar: reached by fewer than 1 in 10,000 of the random pairs."""
LONGEST = 64
"""Signs of a handle that are compared; no platform known here allows more than 64 before a host."""
_LETTERS = str.maketrans("013457@$!|", "oieastasil")
_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_INNER = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"^(.*?)[\W_]*(\d+)[\W_]*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Similar:
    """What two handles have in common."""

    score: float
    """0 to 1; 1: equal, or alike to the eye."""
    lr: float
    """After the cap; 1: says nothing."""
    cap: float
    kind: Kind
    why: str
    """One sentence, without the handles."""


NOTHING = Similar(0.0, 1.0, 1.0, "none", "too little to compare: empty, one letter, or digits only")


def compare(one: str, other: str) -> Similar:
    """Symmetric; any text, with or without @. Only what stands before a host (`@owl@example.org`) should be given."""
    first, second = sorted((_folded(one), _folded(other)))
    return _compared(first, second)


@lru_cache(maxsize=65_536)
def _compared(one: str, other: str) -> Similar:
    if not (_enough(one) and _enough(other)):
        return NOTHING
    stems = stem(one), stem(other)
    if one == other:
        return _capped(1.0, "same", "the handles are equal", stems)
    if numbers := _numbers(one, other):
        return _capped(1.0, "numbered", f"they differ only in a number at the end ({numbers})", stems)
    if skeleton(one) == skeleton(other):
        return _capped(1.0, "confusable", "they differ only in signs that look alike", stems)
    left, right = _key(one), _key(other)
    if left == right:
        return _capped(0.99, "stem", "they differ only in digits and separators", stems)
    left, right = _spelt(one), _spelt(other)
    score = alike(left, right)
    if score < ALIKE:
        return Similar(score, 1.0, 1.0, "none", "the handles are not alike")
    return _capped(
        score, "similar", f"alike by spelling (score {score:.2f})", (common_run(left, right),), run=True
    )


def _capped(score: float, kind: Kind, why: str, shared: tuple[str, ...], *, run: bool = False) -> Similar:
    cap, reason = min(_cap(piece, run=run) for piece in shared)
    return Similar(score, cap, cap, kind, f"{why}; {reason}" if reason else why)


@lru_cache(maxsize=65_536)
def _cap(shared: str, *, run: bool) -> tuple[float, str]:
    """What is shared → the most that it may weigh, and why. run: a piece of both that may hold more than a word."""
    letters = skeleton(shared)
    if sum(map(str.isalpha, letters)) < LEAST_STEM:
        return COMMON_CAP, f"fewer than {LEAST_STEM} letters are shared"
    words = words_in(shared)
    if words == 1 or (run and len(letters) - listed_part(shared) <= 2):
        return COMMON_CAP, "what is shared is a common word or name"
    if words == 2:
        return TWO_WORDS_CAP, "what is shared is two common words or names"
    if not letters.isascii():
        return OTHER_SCRIPT_CAP, "there is no list of common names in this script"
    return CAP, ""


def stem(handle: str) -> str:
    """What is left, case folded, without digits and separators at the ends and separators inside; the folded handle
    where nothing is left. Accounts may be sorted by `skeleton(stem(handle))` to find those worth comparing."""
    folded = unicodedata.normalize("NFKC", _folded(handle))
    return _INNER.sub("", _ENDS.sub("", folded)) or folded


def _folded(handle: str) -> str:
    text = unicodedata.normalize("NFC", handle[: 4 * LONGEST]).casefold().strip().removeprefix("@")
    return unicodedata.normalize("NFC", text)[:LONGEST]


def _enough(folded: str) -> bool:
    looks = [sign for sign in folded if sign.isalnum()]
    return len(looks) > 1 and not all(map(str.isdigit, looks))


@lru_cache(maxsize=65_536)
def _key(folded: str) -> str:
    return skeleton(stem(folded))


@lru_cache(maxsize=65_536)
def _spelt(folded: str) -> str:
    """The stem with digits for letters read as letters; i and l stay two letters, unlike in a skeleton."""
    looks = stem(folded).translate(_LETTERS)
    return looks if looks.isascii() else skeleton(looks)


def _numbers(one: str, other: str) -> str:
    """`77 and 78` where nothing but the number at the end differs; `none` for a missing one; empty: more differs."""
    (base, number), (base_other, number_other) = _numbered(one), _numbered(other)
    if number == number_other or len(base) < 2 or base != base_other:
        return ""
    numbers = sorted((number, number_other), key=lambda text: (len(text), text))
    return " and ".join(text or "none" for text in numbers)


def _numbered(folded: str) -> tuple[str, str]:
    plain = unicodedata.normalize("NFKC", folded)
    found = _NUMBER.match(plain)
    base, number = (found[1], found[2]) if found else (plain, "")
    digits = "".join(str(unicodedata.digit(sign, "")) for sign in number)
    return _INNER.sub("", skeleton(base)), digits.lstrip("0") or digits
