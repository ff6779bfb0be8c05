"""Accounts of known authors: the pack of Ubuntu IRC, or any file of the same form."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import BenchmarkError

SHARED = Path(os.environ.get("ABUSEKIT_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
PACK = {posts: SHARED / "attribution" / f"ubuntu_av_n{posts}.jsonl" for posts in (10, 30)}
"""Posts of each account → file; credit and licence (CC BY 4.0) stand in the README beside it."""


@dataclass(frozen=True, slots=True)
class Author:
    """One person in two periods: two accounts."""

    name: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    hours: tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Split:
    """Authors, never pairs, are split."""

    cohort: list[Author]
    calibration: list[Author]
    test: list[Author]


def read(path: Path) -> list[Author]:
    """Lines of {author, a: [posts], b: [posts], hours_a: [24], hours_b: [24]}; BenchmarkError where it is not so."""
    try:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        return [
            Author(
                str(one["author"]),
                tuple(one["a"]),
                tuple(one["b"]),
                (tuple(one.get("hours_a", ())), tuple(one.get("hours_b", ()))),
            )
            for one in lines
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise BenchmarkError(f"{path}: no pack of accounts: {fault!r}") from fault


def thirds(authors: Sequence[Author], number: int) -> Split:
    """Cohort, calibration, test: a third each. Three numbers share a shuffle and take turns: each author is tested.

    number // 3 is the seed of the shuffle.
    """
    shuffled = list(authors)
    random.Random(number // 3).shuffle(shuffled)
    third = len(shuffled) // 3
    parts = [shuffled[:third], shuffled[third : 2 * third], shuffled[2 * third :]]
    turn = number % 3
    return Split(*parts[turn:], *parts[:turn])


def pairs(authors: Sequence[Author], most: int, seed: int) -> Iterator[tuple[Author, Author]]:
    """(first account of, second account of): every author with itself, and at most `most` different pairs."""
    yield from ((one, one) for one in authors)
    different = [(one, other) for one in authors for other in authors if one is not other]
    if len(different) > most:
        different = random.Random(seed).sample(different, most)
    yield from different
