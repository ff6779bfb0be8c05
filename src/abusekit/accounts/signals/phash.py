"""pHash of 256 bits: which of the 16 x 16 lowest frequencies of a 32 x 32 grey picture lie above their median.

The measure of ImageHash's `phash(hash_size=16)` (same transform, same median), by tables and in whole numbers, so that
the same pixels give the same bits on every machine. A picture turned left to right has the same numbers with every
second column negated (DCT-II is even or odd about the middle), so its hash costs no second transform.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi
from operator import add, mul, sub

SIDE = 32
"""Pixels of one side of the grey picture."""
KEPT = 16
"""Frequencies kept of each direction: 16 x 16 = 256 bits."""
BITS = KEPT * KEPT
_HALF = SIDE // 2
_SCALE = 1 << 14
_EVEN = [
    [round(_SCALE * cos(pi * u * (2 * x + 1) / (2 * SIDE))) for x in range(_HALF)] for u in range(0, KEPT, 2)
]
_ODD = [
    [round(_SCALE * cos(pi * u * (2 * x + 1) / (2 * SIDE))) for x in range(_HALF)] for u in range(1, KEPT, 2)
]


def frequencies(grey: bytes) -> list[int]:
    """The 256 lowest frequencies of 1,024 grey bytes in rows, the 16 vertical ones of each horizontal one together."""
    rows = [_transformed(grey[at : at + SIDE]) for at in range(0, SIDE * SIDE, SIDE)]
    return [value for column in zip(*rows, strict=True) for value in _transformed(column)]


def hash_of(numbers: Sequence[int]) -> int:
    """256 bits of `frequencies`, the first in the highest bit: 1 above the median."""
    ordered = sorted(numbers)
    # the median of an even count lies between the two in the middle; twice of it is a whole number
    twice = ordered[BITS // 2 - 1] + ordered[BITS // 2]
    found = 0
    for value in numbers:
        found = found << 1 | (2 * value > twice)
    return found


def mirrored(numbers: Sequence[int]) -> list[int]:
    """The frequencies of the same picture turned left to right."""
    return [-value if at // KEPT % 2 else value for at, value in enumerate(numbers)]


def distance(one: int, other: int) -> int:
    """Bits that differ, 0 to 256; about 128 for two pictures that have nothing in common."""
    return (one ^ other).bit_count()


def _transformed(values: Sequence[int]) -> list[int]:
    """DCT-II of 32 numbers, the lowest 16; even and odd ones apart, which halves the products."""
    back = values[: _HALF - 1 : -1]
    front = values[:_HALF]
    sums, differences = list(map(add, front, back)), list(map(sub, front, back))
    found = [0] * KEPT
    found[::2] = [sum(map(mul, table, sums)) for table in _EVEN]
    found[1::2] = [sum(map(mul, table, differences)) for table in _ODD]
    return found
