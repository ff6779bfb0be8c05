"""From a score to a likelihood ratio: normalisation against bystanders, constants, shrinking, caps.

No cohort, no number: a likelihood ratio that was calibrated on one platform and is shown on another is wrong by
orders of magnitude ("> 1,000" for 10.6 % of pairs of different people), unless the score is first put on the scale
of bystanders of the platform at hand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEAST_COHORT = 10
"""Bystanders without which there is no number."""
MOST_COHORT = 100
"""Bystanders that are used at most: as many as the largest cap asks for; each costs time."""
MOST_RAW = 20.0
"""Logarithm up to which a likelihood ratio before shrinking is written at all."""


@dataclass(frozen=True, slots=True)
class Styled:
    """A likelihood ratio of one signal of behaviour: style, or hours of posting."""

    lr: float
    # after shrinking and capping; below 1 speaks against
    raw: float
    # as the constants give it
    cap: float
    # lr lies between 1 / cap and cap
    cohort: int
    # bystander accounts that it was compared with
    posts: tuple[int, int]
    # posts that each side has
    z: float
    # the score in standard deviations of bystanders, mean of the two sides
    each: int = 0
    # posts that were compared of each account, bystanders included; hours: 0, all of them


@dataclass(frozen=True, slots=True)
class Abstained:
    """No number, and why, in one line for people."""

    why: str


def normalised(score: float, one: Sequence[float], other: Sequence[float]) -> float:
    """The score on the scale of bystanders: mean of what `side` gives for either account's scores against them."""
    return (side(score, one) + side(score, other)) / 2


def side(score: float, bystanders: Sequence[float]) -> float:
    """How far the score lies above those against bystanders, as a standard normal deviate.

    The deviation of a new value from n others follows Student's t with n - 1 degrees of freedom; with ten bystanders
    its far values are common, so it is turned into the normal deviate of the same tail (D. L. Wallace, "Bounds on
    normal approximations to Student's and the chi-square distributions", 1959). This is what lets the same constants
    serve 10 and 100 bystanders. 0 where all bystanders score alike: then nothing can be told.
    """
    count = len(bystanders)
    mean = math.fsum(bystanders) / count
    spread = math.sqrt(math.fsum([(one - mean) ** 2 for one in bystanders]) / (count - 1))
    if spread < 1e-9:
        return 0.0
    t = (score - mean) / (spread * math.sqrt(1 + 1 / count))
    free = count - 1
    deviate = (8 * free + 1) / (8 * free + 3) * math.sqrt(free * math.log1p(t * t / free))
    return math.copysign(deviate, t)


def shrink(cohort: int) -> float:
    """Factor of the logarithm of a likelihood ratio: what is not known about a platform never seen.

    With plain s-norm, 0.5 was needed at 10 to 25 bystanders; half of that is done by `side` (Student's t) by now.
    Chosen with the figures of Ubuntu IRC, Raku IRC and Twitter in view (2026-11), where it stays below 1 / t;
    none of them is an independent check of it.
    """
    return 0.7 if cohort < 50 else 0.85 if cohort < 100 else 1.0


def weighed(
    z: float, constants: tuple[float, float], *, cap: float, cohort: int, posts: tuple[int, int], each: int
) -> Styled:
    """log LR = intercept + slope × z, shrunk, and then never more than the cap nor than the number of bystanders.

    The last is the idea of the empirical bound (P. Vergeer et al., "Numerical likelihood ratios outputted by LR
    systems are often based on extrapolation: when to stop extrapolating?", Science & Justice 56, 2016): n independent
    comparisons do not carry a ratio above n. For the other direction likewise.
    """
    intercept, slope = constants
    log = max(-MOST_RAW, min(MOST_RAW, intercept + slope * z))
    cap = min(cap, float(cohort))
    lr = max(1 / cap, min(cap, math.exp(shrink(cohort) * log)))
    return Styled(lr, math.exp(log), cap, cohort, posts, z, each)
