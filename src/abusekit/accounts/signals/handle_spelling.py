"""How alike two handles are spelt: six measures, in which a piece that few words and names hold counts for more.

How rare a piece is, is taken from the shipped lists of words and names and from no corpus of handles, so that it is
the same on every platform. Sets of letters other than a-z stand in no list: all their pieces count as rare.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import cache, lru_cache
from importlib import resources

from abusekit.accounts.signals.commonness import LISTS

LEAST_HELD = 4
"""Signs of a handle that count as held whole in another."""
JARO_WINKLER, TRIGRAMS, RUN, HELD, ORDER, START = 1.0, 1.0, 0.85, 0.45, 1.0, 0.2
"""Weights. Chosen by a random search on the renames and strangers of one half of the people of the Ubuntu IRC pack
(Kummerfeld et al., ACL 2019, CC BY 4.0; halves drawn with `random.Random(1)`), 2026-11-24. The measures and the set of
them that was kept were looked at on the other half too, so that it is not wholly unseen."""
MOST_BITS = 30.0
"""Natural-log units at which a common run counts fully."""
_ALL = JARO_WINKLER + TRIGRAMS + RUN + HELD + ORDER + START


def alike(left: str, right: str) -> float:
    """0 to 1, symmetric, any text: the weighted mean of Jaro-Winkler; shared trigrams by rarity; the longest common
    run by rarity; 1 where the shorter, of 4 signs or more, stands in the longer; signs in the same order; and the
    share of the shorter with which both begin."""
    shorter = min(len(left), len(right))
    if not shorter:
        return 0.0
    run = common_run(left, right)
    a, b = _grams(left), _grams(right)
    total = (
        JARO_WINKLER * jaro_winkler(left, right)
        + TRIGRAMS * _weight(a & b) / _weight(a | b)
        + RUN * min(math.fsum(_rarity(run[at : at + 2]) for at in range(len(run) - 1)), MOST_BITS) / MOST_BITS
        + HELD * (len(run) == shorter >= LEAST_HELD)
        + ORDER * 2 * in_order(left, right) / (len(left) + len(right))
        + START * _start(left, right) / shorter
    )
    return min(total / _ALL, 1.0)


def jaro_winkler(left: str, right: str) -> float:
    """Winkler (1990) with a weight of 0.1 for each of the first four signs in common; 0 to 1, symmetric."""
    reach = max(max(len(left), len(right)) // 2 - 1, 0)
    taken = [False] * len(right)
    matched = []
    for place, sign in enumerate(left):
        for other in range(max(0, place - reach), min(len(right), place + reach + 1)):
            if not taken[other] and right[other] == sign:
                taken[other] = True
                matched.append(sign)
                break
    if not matched:
        return 0.0
    against = (sign for sign, used in zip(right, taken, strict=True) if used)
    moved = sum(a != b for a, b in zip(matched, against, strict=True)) // 2
    count = len(matched)
    jaro = (count / len(left) + count / len(right) + (count - moved) / count) / 3
    start = 0
    while start < min(4, len(left), len(right)) and left[start] == right[start]:
        start += 1
    return jaro + 0.1 * start * (1 - jaro)


def in_order(left: str, right: str) -> int:
    """Signs of the longest common subsequence (Hyyrö 2004: one bit for each sign of `left`)."""
    places: dict[str, int] = {}
    for at, sign in enumerate(left):
        places[sign] = places.get(sign, 0) | 1 << at
    whole = (1 << len(left)) - 1
    rest = whole
    for sign in right:
        used = rest & places.get(sign, 0)
        rest = ((rest + used) | (rest - used)) & whole
    return len(left) - rest.bit_count()


def common_run(left: str, right: str) -> str:
    """The longest piece that stands in both; the first in order of the alphabet where there are several."""
    shorter, longer = sorted((left, right), key=len)
    for size in range(len(shorter), 0, -1):
        pieces = (shorter[at : at + size] for at in range(len(shorter) - size + 1))
        if found := [piece for piece in pieces if piece in longer]:
            return min(found)
    return ""


def _start(left: str, right: str) -> int:
    count = 0
    while count < min(len(left), len(right)) and left[count] == right[count]:
        count += 1
    return count


@lru_cache(maxsize=65_536)
def _grams(text: str) -> frozenset[str]:
    """Runs of three signs, start and end being signs too."""
    marked = f"\x02{text}\x03"
    return frozenset(marked[at : at + 3] for at in range(len(marked) - 2))


def _weight(grams: frozenset[str]) -> float:
    return math.fsum(map(_rarity, grams))


@lru_cache(maxsize=65_536)
def _rarity(gram: str) -> float:
    """Natural log of how many listed words there are to one that holds `gram`."""
    words, held = _held()
    return math.log((words + 1) / (held.get(gram, 0) + 1))


@cache
def _held() -> tuple[int, Counter[str]]:
    """Listed words, and how many of them hold each run of two or three signs."""
    folder = resources.files(__package__)
    words: set[str] = set()
    for name in LISTS:
        lines = folder.joinpath(name).read_text("ascii").splitlines()
        words.update(word for line in lines if not line.startswith("#") for word in line.split())
    held: Counter[str] = Counter()
    for word in words:
        marked = f"\x02{word}\x03"
        held.update({marked[at : at + size] for size in (2, 3) for at in range(len(marked) - size + 1)})
    return len(words), held
