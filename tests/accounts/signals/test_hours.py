"""Posting hours: alike, unlike, and when nothing is said."""

from __future__ import annotations

import random

import pytest

from abusekit.accounts.signals import hours
from abusekit.accounts.signals.calibration import Abstained, Styled


def _around(hour: int, posts: int = 60, seed: int = 1) -> list[int]:
    chance = random.Random(seed)
    found = [0] * 24
    for _ in range(posts):
        found[round(chance.gauss(hour, 2)) % 24] += 1
    return found


COHORT = [_around(hour, seed=hour) for hour in range(8, 22)]


def test_the_same_odd_hours_speak_for_and_the_opposite_against() -> None:
    alike = hours.compare(_around(3, seed=50), _around(3, seed=51), cohort=COHORT)
    unlike = hours.compare(_around(3, seed=50), _around(15, seed=51), cohort=COHORT)
    assert isinstance(alike, Styled)
    assert isinstance(unlike, Styled)
    assert 1 < alike.lr <= alike.cap <= 5
    assert unlike.lr < 1
    assert alike.posts == (60, 60)
    assert alike.cohort == len(COHORT)


def test_it_is_symmetric_and_goes_round_midnight() -> None:
    one, other = _around(23, seed=5), _around(1, seed=6)
    assert hours.compare(one, other, cohort=COHORT) == hours.compare(other, one, cohort=COHORT)
    turned = [[*each[12:], *each[:12]] for each in (one, other, *COHORT)]
    before = hours.compare(one, other, cohort=COHORT)
    after = hours.compare(turned[0], turned[1], cohort=turned[2:])
    assert isinstance(before, Styled)
    assert isinstance(after, Styled)
    assert after.z == pytest.approx(before.z)


@pytest.mark.parametrize(
    ("one", "cohort", "why"),
    [
        (_around(3, posts=29), COHORT, "29 timed posts; 30 are needed"),
        ([0] * 24, COHORT, "0 timed posts"),
        (_around(3), COHORT[:9], "9 other accounts"),
        (_around(3), [*COHORT[:9], _around(4, posts=20)], "9 other accounts"),
        (_around(3), [], "0 other accounts"),
    ],
)
def test_it_abstains_and_says_why(one: list[int], cohort: list[list[int]], why: str) -> None:
    found = hours.compare(one, _around(4), cohort=cohort)
    assert isinstance(found, Abstained)
    assert why in found.why


def test_where_all_bystanders_are_alike_nothing_is_told() -> None:
    found = hours.compare(_around(3), _around(3), cohort=[COHORT[0]] * 20)
    assert isinstance(found, Styled)
    assert found.z == 0
