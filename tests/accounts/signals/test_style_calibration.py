"""From a score to a likelihood ratio: Student's t, shrinking, caps."""

from __future__ import annotations

import math

import pytest

from abusekit.accounts.signals.calibration import normalised, shrink, side, weighed

TEN = [0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.24, 0.26, 0.28]


def _t(deviate: float, count: int) -> float:
    """The score that lies so many prediction errors above the mean of `count` bystanders."""
    bystanders = (TEN * count)[:count]
    mean = sum(bystanders) / count
    spread = math.sqrt(sum((one - mean) ** 2 for one in bystanders) / (count - 1)) * math.sqrt(1 + 1 / count)
    return side(mean + deviate * spread, bystanders)


@pytest.mark.parametrize(
    ("t", "count", "normal"),
    # quantiles of Student's t with count - 1 degrees of freedom, from printed tables, and of the normal distribution
    [(1.833, 10, 1.645), (2.821, 10, 2.326), (4.297, 10, 3.090), (1.676, 51, 1.645), (2.403, 51, 2.326)],
)
def test_far_values_of_few_bystanders_count_for_less(t: float, count: int, normal: float) -> None:
    assert _t(t, count) == pytest.approx(normal, abs=0.01)
    assert _t(-t, count) == pytest.approx(-normal, abs=0.01)


def test_bystanders_that_score_alike_tell_nothing() -> None:
    assert side(0.9, [0.3] * 10) == 0
    assert normalised(0.9, [0.3] * 10, [0.3] * 10) == 0


@pytest.mark.parametrize(
    ("z", "cap", "cohort", "least", "most"),
    [
        (50, 10, 200, 10, 10),
        (50, 100, 200, 100, 100),
        (50, 100, 25, 25, 25),
        (50, 100, 10, 10, 10),
        (0, 100, 50, 1, 1),
    ],
)
def test_no_ratio_exceeds_its_cap_or_the_number_of_bystanders(
    z: float, cap: float, cohort: int, least: float, most: float
) -> None:
    found = weighed(z, (0.0, 1.0), cap=cap, cohort=cohort, posts=(10, 10), each=10)
    assert least <= found.lr <= most
    assert found.cap == min(cap, cohort)
    against = weighed(-z, (0.0, 1.0), cap=cap, cohort=cohort, posts=(10, 10), each=10)
    assert against.lr == pytest.approx(1 / found.lr)


def test_fewer_bystanders_shrink_more() -> None:
    factors = [shrink(cohort) for cohort in (10, 25, 50, 100, 200)]
    assert factors == sorted(factors)
    assert factors[0] < 1
    found = weighed(2.0, (0.0, 1.0), cap=100, cohort=10, posts=(10, 10), each=10)
    assert math.log(found.lr) == pytest.approx(shrink(10) * math.log(found.raw))
