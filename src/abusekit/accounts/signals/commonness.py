"""How many common words or names a piece of a handle is made of: `chris`, `nightowl`, `arsenalfan` have many owners.

The lists are English words, names of the US census and some of other languages, games, clubs (heads of the files tell
their sources and licences). A name that stands in no list is not thereby rare; other scripts have no list at all.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from abusekit.accounts.signals.confusables import skeleton

LISTS = ("common_words.txt", "common_names.txt", "common_in_handles.txt")
SHORT = frozenset(
    [
        "a",
        "i",
        "my",
        "of",
        "the",
        "im",
        "mr",
        "mrs",
        "ur",
        "is",
        "no",
        "to",
        "in",
        "on",
        "xx",
        "x",
        "me",
        "we",
        "it",
        "so",
        "ok",
        "uk",
        "us",
        "be",
        "da",
        "el",
        "la",
        "de",
    ]
)
"""Words below three letters that may stand in between; others would make a word of anything."""
LEAST, MOST = 3, 20
"""Letters of a listed word that counts."""
MANY = 9
"""What more words than this count as."""


def words_in(piece: str) -> int:
    """The fewest listed words that `piece` is made of, from 1; 0: it is not made of listed words. Case, accents,
    look-alike signs and digits for letters make no difference. Pieces over 100 signs are not made of words."""
    look = skeleton(piece)
    if not look or len(look) > 100:
        return 0
    best = [0] + [MANY + 1] * len(look)
    words = _words()
    for end in range(1, len(look) + 1):
        for start in range(max(0, end - MOST), end):
            if best[start] + 1 < best[end] and look[start:end] in words:
                best[end] = best[start] + 1
    return best[-1] if best[-1] <= MANY else 0


def listed_part(piece: str) -> int:
    """Letters of the longest listed word in `piece`, as its skeleton counts them; 0: none."""
    look = skeleton(piece)[:100]
    words = _words()
    for size in range(min(MOST, len(look)), LEAST - 1, -1):
        if any(look[start : start + size] in words for start in range(len(look) - size + 1)):
            return size
    return 0


@cache
def _words() -> frozenset[str]:
    folder = resources.files(__package__)
    found = {skeleton(word) for word in SHORT}
    for name in LISTS:
        lines = folder.joinpath(name).read_text("ascii").splitlines()
        text = "\n".join(line for line in lines if not line.startswith("#"))
        found.update(word for word in skeleton(text.replace("\n", " ")).split(" ") if len(word) >= LEAST)
    return frozenset(found)
