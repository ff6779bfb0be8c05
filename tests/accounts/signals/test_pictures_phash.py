"""The hash itself: by the definition of the transform, and its symmetries."""

from __future__ import annotations

import random
from math import cos, pi
from statistics import median

from abusekit.accounts.signals.phash import BITS, KEPT, SIDE, distance, frequencies, hash_of, mirrored


def grey(seed: int) -> bytes:
    return random.Random(seed).randbytes(SIDE * SIDE)


def by_definition(pixels: bytes) -> list[float]:
    """DCT-II in both directions, straight from its formula."""
    waves = [[cos(pi * u * (2 * x + 1) / (2 * SIDE)) for x in range(SIDE)] for u in range(KEPT)]
    rows = [[sum(pixels[y * SIDE + x] * wave[x] for x in range(SIDE)) for wave in waves] for y in range(SIDE)]
    return [sum(rows[y][u] * wave[y] for y in range(SIDE)) for u in range(KEPT) for wave in waves]


def test_it_is_the_transform_against_its_median() -> None:
    for seed in range(3):
        wanted = by_definition(grey(seed))
        middle = median(wanted)
        bits = sum((value > middle) << (BITS - 1 - at) for at, value in enumerate(wanted))
        # in whole numbers a value at the very median may fall on the other side, and then another one too
        assert distance(hash_of(frequencies(grey(seed))), bits) <= 2


def test_a_mirrored_picture_costs_no_second_transform() -> None:
    pixels = grey(5)
    turned = b"".join(pixels[at : at + SIDE][::-1] for at in range(0, SIDE * SIDE, SIDE))
    assert mirrored(frequencies(pixels)) == frequencies(turned)
    assert mirrored(mirrored(frequencies(pixels))) == frequencies(pixels)


def test_half_of_the_bits_are_set_and_strangers_differ_in_half() -> None:
    hashes = [hash_of(frequencies(grey(seed))) for seed in range(12)]
    assert {one.bit_count() for one in hashes} == {BITS // 2}
    assert all(90 < distance(one, other) < 166 for one in hashes for other in hashes if one != other)
    assert hash_of([7] * BITS) == 0
