"""Text distortion: what a text is about is masked, how it is written stays.

After E. Stamatatos, "Authorship attribution using text distortion" (EACL 2017), variant DV-SA: every word that is
not among the commonest of the comparison population becomes one and the same mask.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Set

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
MASK = "***"
SHORTEST, LONGEST = 2, 5
"""Characters of the n-grams that are counted."""


def commonest(texts: Iterable[str], count: int) -> frozenset[str]:
    """The `count` words that occur most often in all texts together, in small letters; ties by the alphabet."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(WORD.findall(text.lower()))
    return frozenset(sorted(found, key=lambda word: (-found[word], word))[:count])


def distorted(text: str, kept: Set[str]) -> str:
    """`text` with every word that is not in `kept` (small letters) masked; the case of kept words stays."""
    return WORD.sub(lambda word: word[0] if word[0].lower() in kept else MASK, text)


def grams(text: str) -> Counter[str]:
    """How often each run of 2 to 5 characters occurs; over the borders of words and of posts, too."""
    found: Counter[str] = Counter()
    for size in range(SHORTEST, LONGEST + 1):
        found.update([text[at : at + size] for at in range(len(text) - size + 1)])
    return found
