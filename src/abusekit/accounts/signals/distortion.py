"""Text distortion: what a text is about is masked, how it is written stays.

After E. Stamatatos, "Authorship attribution using text distortion" (EACL 2017), variant DV-SA: every word that is
not among the commonest of the comparison population becomes one and the same mask.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Set

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


def grams(text: str) -> dict[str, int]:
    """How often each run of 2 to 5 characters occurs; over the borders of words and of posts, too."""
    longest = [text[at : at + LONGEST] for at in range(len(text) - LONGEST + 1)]
    counts: Mapping[str, int] = Counter(longest)
    found = dict(counts)
    for size in range(LONGEST - 1, SHORTEST - 1, -1):
        # a shorter run begins a longer one, but the last of the text: most need not be counted again
        counts = _beginnings(counts, text[-size:] if len(text) >= size else "")
        found.update(counts)
    return found


def _beginnings(counts: Mapping[str, int], last: str) -> dict[str, int]:
    found = {last: 1} if last else {}
    get = found.get
    for run, count in counts.items():
        shorter = run[:-1]
        found[shorter] = get(shorter, 0) + count
    return found
