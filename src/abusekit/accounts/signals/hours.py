"""Posting hours: how alike the hours of the day are at which two accounts post. Weak: capped at 5."""

from __future__ import annotations

import math
from collections.abc import Sequence

from abusekit.accounts.signals.calibration import (
    LEAST_COHORT,
    MOST_COHORT,
    Abstained,
    Styled,
    normalised,
    weighed,
)
from abusekit.accounts.signals.style_constants import HOURS

HOURS_A_DAY = 24
LEAST_TIMED = 30
CAP = 5.0
_KERNEL = (0.1, 0.2, 0.4, 0.2, 0.1)
"""A post at 9:59 is as good as one at 10:01: each hour lends to the two on either side."""


def compare(
    one: Sequence[int], other: Sequence[int], *, cohort: Sequence[Sequence[int]]
) -> Styled | Abstained:
    """How far posting hours speak for one person; each argument: posts in each of the 24 hours, all in one zone.

    Bhattacharyya coefficient of the smoothed histograms, on the scale of the bystanders that have 30 timed posts.
    Symmetric. A whole country keeps the same hours: this separates night from day, not neighbours.
    """
    mine, theirs = sum(one), sum(other)
    if min(mine, theirs) < LEAST_TIMED:
        return Abstained(f"not compared: {min(mine, theirs)} timed posts; {LEAST_TIMED} are needed")
    usable = [hours for hours in cohort if sum(hours) >= LEAST_TIMED][:MOST_COHORT]
    if len(usable) < LEAST_COHORT:
        return Abstained(
            f"not compared: {len(usable)} other accounts with {LEAST_TIMED} timed posts; {LEAST_COHORT} are needed"
        )
    first, second = _smoothed(one), _smoothed(other)
    others = [_smoothed(hours) for hours in usable]
    z = normalised(
        _overlap(first, second),
        [_overlap(first, hours) for hours in others],
        [_overlap(second, hours) for hours in others],
    )
    return weighed(z, HOURS, cap=CAP, cohort=len(usable), posts=(mine, theirs), each=0)


def _smoothed(hours: Sequence[int]) -> list[float]:
    """Square roots of the shares, smoothed round the clock."""
    total = sum(hours)
    reach = len(_KERNEL) // 2
    return [
        math.sqrt(
            sum(part * hours[(at + by - reach) % HOURS_A_DAY] for by, part in enumerate(_KERNEL)) / total
        )
        for at in range(HOURS_A_DAY)
    ]


def _overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """0: no common hour, 1: the same."""
    return math.fsum(x * y for x, y in zip(one, other, strict=True))
