"""How good scores and likelihood ratios are, as PAN and the forensic literature measure it.

Same pairs (one author) and different pairs are weighed alike, however many there are of each. Probabilities and
ratios are taken at even odds. Sources: the PAN evaluator (github.com/pan-webis-de/pan-code, MIT) for AUC, c@1, F0.5u
and Brier'; N. Brümmer and J. du Preez, "Application-independent evaluation of speaker detection", Computer Speech &
Language 20, 2006, for Cllr and its minimum.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

Logs = Sequence[float]
"""Natural logarithms of likelihood ratios, or scores that rise with them; exactly 0: no answer."""


def auc(same: Logs, different: Logs) -> float:
    """Chance that a same pair scores above a different one, ties counted half."""
    low = sorted(different)
    above = sum(bisect_left(low, one) + bisect_right(low, one) for one in same)
    return above / 2 / len(same) / len(low)


def recall_at(same: Logs, different: Logs, rate: float) -> float:
    """Share of same pairs above the score that a share `rate` of different pairs lies above."""
    ranked = sorted(different, reverse=True)
    return share_above(same, ranked[int(rate * len(ranked))])


def share_above(scores: Logs, limit: float) -> float:
    return sum(one > limit for one in scores) / len(scores)


def c_at_1(same: Logs, different: Logs) -> float:
    """Accuracy in which an unanswered pair counts as the share of right answers does."""
    right = (share_above(same, 0) + share_above([-one for one in different], 0)) / 2
    unanswered = (_unanswered(same) + _unanswered(different)) / 2
    return right + unanswered * right


def f05u(same: Logs, different: Logs) -> float:
    """F0.5 of the same pairs, which punishes false links; unanswered same and different pairs count as missed."""
    true = share_above(same, 0) / 2
    missed = share_above([-one for one in same], 0) / 2
    unanswered = (_unanswered(same) + _unanswered(different)) / 2
    false = share_above(different, 0) / 2
    return 1.25 * true / (1.25 * true + 0.25 * (missed + unanswered) + false)


def brier(same: Logs, different: Logs) -> float:
    """1 - mean square distance of the probability at even odds from the truth."""
    wrong = sum((1 - _even(one)) ** 2 for one in same) / len(same)
    return 1 - (wrong + sum(_even(one) ** 2 for one in different) / len(different)) / 2


def cllr(same: Logs, different: Logs) -> float:
    """Cost of the likelihood ratios in bits: 0 perfect, 1 useless, above 1 harmful."""
    return (sum(_bits(-one) for one in same) / len(same) + sum(map(_bits, different)) / len(different)) / 2


def cllr_min(same: Logs, different: Logs) -> float:
    """The least cost that these scores allow: after the best calibration that keeps their order (isotonic)."""
    blocks: list[tuple[float, float]] = []  # weight of same and of different pairs, in order of scores
    tied: dict[float, list[float]] = {}
    for scores, place in ((same, 0), (different, 1)):
        for one in scores:
            tied.setdefault(one, [0.0, 0.0])[place] += 1 / len(scores)
    for one in sorted(tied):
        yes, no = tied[one]
        while blocks and blocks[-1][0] * no >= yes * blocks[-1][1]:  # not rising: one block
            yes, no = yes + blocks[-1][0], no + blocks[-1][1]
            blocks.pop()
        blocks.append((yes, no))
    cost = sum(yes * math.log2(1 + no / yes) for yes, no in blocks if yes)
    return (cost + sum(no * math.log2(1 + yes / no) for yes, no in blocks if no)) / 2


def _unanswered(scores: Logs) -> float:
    return sum(one == 0 for one in scores) / len(scores)


def _even(log: float) -> float:
    return 1 / (1 + math.exp(-log)) if log > -700 else 0.0


def _bits(log: float) -> float:
    """log2(1 + e^log)."""
    return (math.log1p(math.exp(-abs(log))) + max(log, 0.0)) / math.log(2)
