"""Target A6: what the shipped constants claim about accounts of a platform, with few of its accounts as a cohort.

The Ubuntu pack is what the constants were fitted on, so its rows show how it works, not that it holds elsewhere; a
file of the same form from any other platform (`--attribution-data`) shows that.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from abusekit.accounts.signals.calibration import Abstained
from abusekit.accounts.signals.style import Corpus
from abusekit.accounts.signals.style_sample import sample
from benchmarks import attribution_metrics as metrics
from benchmarks.attribution_packs import Author, pairs
from benchmarks.measure import BenchmarkError, Target

LIMITS = ((10.0, 0.02), (100.0, 0.003), (1000.0, 0.001))
"""A likelihood ratio above … for at most this share of different pairs; honest is 1 / t."""
MOST_CLLR = 0.65
MOST_TEST = 6000


@dataclass(slots=True)
class Claims:
    """Logarithms of likelihood ratios of all turns together."""

    same: list[float] = field(default_factory=list)
    different: list[float] = field(default_factory=list)
    raw_same: list[float] = field(default_factory=list)
    raw_different: list[float] = field(default_factory=list)
    abstained: Counter[str] = field(default_factory=Counter)


def claims(authors: Sequence[Author], cohort: int, seeds: Sequence[int]) -> Claims:
    """In each turn `cohort` accounts of other authors are drawn as bystanders; the pairs are of all the rest."""
    found = Claims()
    for seed in seeds:
        chance = random.Random(seed)
        able = [one for one in authors if not sample(one.first).why and not sample(one.second).why]
        chance.shuffle(able)
        bystanders, rest = able[:cohort], able[cohort:]
        if len(rest) < 5:
            raise BenchmarkError(
                f"{len(able)} authors that can be measured: too few for a cohort of {cohort}"
            )
        rest = rest[:120]
        posts = {f"{one.name}/cohort": chance.choice((one.first, one.second)) for one in bystanders}
        names = list(posts)
        posts |= {f"{one.name}/a": one.first for one in rest} | {f"{one.name}/b": one.second for one in rest}
        corpus = Corpus(posts)
        for one, other in pairs(rest, MOST_TEST, seed):
            styled = corpus.compare(one.name + "/a", other.name + "/b", cohort=names)
            if isinstance(styled, Abstained):
                found.abstained[styled.why] += 1
                continue
            (found.same if one is other else found.different).append(math.log(styled.lr))
            (found.raw_same if one is other else found.raw_different).append(math.log(styled.raw))
    return found


def rows(title: str, found: Claims) -> tuple[list[str], list[Target]]:
    """Lines for people, and a target for each limit."""
    lines = [f"{title}: {len(found.same)} same, {len(found.different)} different pairs"]
    targets = []
    for name, same, different in (
        ("as printed", found.same, found.different),
        ("neither shrunk nor capped", found.raw_same, found.raw_different),
    ):
        shares = "  ".join(
            f"LR > {limit:,.0f}: {metrics.share_above(same, math.log(limit)):.3f} / "
            f"{metrics.share_above(different, math.log(limit)):.5f}"
            for limit, _ in LIMITS
        )
        cost, least = metrics.cllr(same, different), metrics.cllr_min(same, different)
        lines.append(f"  {name:26} Cllr {cost:.3f} (min {least:.3f})  same / different {shares}")
    for limit, most in LIMITS:
        share = metrics.share_above(found.different, math.log(limit))
        targets.append(Target(f"A6 {title}: share of different pairs with LR > {limit:,.0f}", share, most))
    targets.append(Target(f"A6 {title}: Cllr", metrics.cllr(found.same, found.different), MOST_CLLR))
    return lines, targets
