"""Targets A1, A2, A3 (its Ubuntu half), A5 and A8: the shipped style code beside both baselines of PAN 2020."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from abusekit.accounts.signals import hours
from abusekit.accounts.signals.calibration import Abstained
from abusekit.accounts.signals.style import Corpus
from abusekit.accounts.signals.style_sample import sample
from benchmarks import attribution_metrics as metrics
from benchmarks.attribution_baselines import Cosine4, Logistic, Ppm5
from benchmarks.attribution_packs import Author, Split, pairs, thirds

Row = tuple[str, float, float, float]
"""Name, baseline, goal, ours."""
METHODS = ("char-4", "PPM5", "BASE", "style")
FIGURES = ("AUC", "c@1", "F0.5u", "Brier'", "Cllr", "Cllr_min", "R@1%", "R@0.1%")
MOST_TEST, MOST_CALIBRATION = 3000, 1000
"""Different pairs of a split, at most: PPM is slow."""


@dataclass(slots=True)
class Scored:
    """Logarithms of likelihood ratios of the test pairs of one split; only pairs that style gives a number for."""

    same: dict[str, list[float]] = field(default_factory=dict)
    different: dict[str, list[float]] = field(default_factory=dict)
    answered: float = 1.0
    """Share of the pairs; the others have less than 400 characters a side, as a rule."""
    shipped: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    """Of the shipped constants, before shrinking and capping; all pairs, 0 where no number is given."""

    z: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    """Of the pairs that get a number."""

    def figures(self, method: str) -> dict[str, float]:
        return figures(self.same[method], self.different[method])


def figures(same: Sequence[float], different: Sequence[float]) -> dict[str, float]:
    measured: tuple[Callable[[Sequence[float], Sequence[float]], float], ...] = (
        metrics.auc, metrics.c_at_1, metrics.f05u, metrics.brier, metrics.cllr, metrics.cllr_min,
        partial(metrics.recall_at, rate=0.01), partial(metrics.recall_at, rate=0.001),
    )  # fmt: skip
    return {name: measure(same, different) for name, measure in zip(FIGURES, measured, strict=True)}


def score_splits(
    authors: Sequence[Author], seeds: Sequence[int], most: int, methods: Sequence[str] = METHODS
) -> list[Scored]:
    """Each split in a process of its own, two at a time; `methods` without a baseline: only style, which is quick."""
    work = partial(score_split, list(authors), most, tuple(methods))
    if len(seeds) == 1:
        return [work(seeds[0])]
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(work, seeds))


def score_split(authors: list[Author], most: int, methods: tuple[str, ...], seed: int) -> Scored:
    """Calibrated on the calibration third, measured on the test third, normalised against the cohort third."""
    split = thirds(authors, seed)
    corpus, cohort = joined(split)
    cosine, ppm = Cosine4([text for one in split.cohort for text in _texts(one)]), Ppm5()

    def rows(
        part: list[Author], most: int
    ) -> Iterator[tuple[bool, Mapping[str, tuple[float, ...]] | None, float]]:
        for one, other in pairs(part, most, seed):
            styled = corpus.compare(one.name + "/a", other.name + "/b", cohort=cohort)
            if isinstance(styled, Abstained):
                yield one is other, None, 0.0
                continue
            row: dict[str, tuple[float, ...]] = {"style": (styled.z,)}
            if set(methods) - row.keys():
                texts = _texts(one)[0], _texts(other)[1]
                four, entropies = cosine.score(*texts), ppm.scores(*texts)
                row |= {"char-4": (four,), "PPM5": entropies, "BASE": (four, *entropies)}
            yield one is other, row, math.log(styled.raw)

    learnt = [(same, row) for same, row, _ in rows(split.calibration, min(most, MOST_CALIBRATION)) if row]
    found = list(rows(split.test, most))
    scored = Scored(answered=sum(row is not None for _, row, _ in found) / len(found))
    for method in methods:
        model = Logistic(
            [row[method] for same, row in learnt if same], [row[method] for same, row in learnt if not same]
        )
        scored.same[method] = [model.log_lr(row[method]) for same, row, _ in found if row and same]
        scored.different[method] = [model.log_lr(row[method]) for same, row, _ in found if row and not same]
    for same, row, _ in found:
        if row:
            scored.z[0 if same else 1].append(row["style"][0])
    scored.shipped = [log for same, _, log in found if same], [log for same, _, log in found if not same]
    return scored


def joined(split: Split) -> tuple[Corpus, list[str]]:
    """All accounts of a split as one platform, and the names of the cohort's; author/a and author/b."""
    everybody = [*split.cohort, *split.calibration, *split.test]
    posts = {f"{one.name}/a": one.first for one in everybody} | {
        f"{one.name}/b": one.second for one in everybody
    }
    return Corpus(posts), [f"{one.name}/{side}" for one in split.cohort for side in "ab"]


def _texts(author: Author) -> tuple[str, str]:
    return "\n".join(sample(author.first).posts), "\n".join(sample(author.second).posts)


def mean_figures(scored: Sequence[Scored], method: str) -> dict[str, float]:
    every = [one.figures(method) for one in scored]
    return {name: sum(one[name] for one in every) / len(every) for name in FIGURES}


def trap(authors: Sequence[Author], seed: int) -> Row:
    """A8: different pairs of ten authors, five of whom write with typographic punctuation, that are above LR 10
    because of it: with plain punctuation they are not.

    The baseline is char-4 cosine without folding, calibrated on the same cohort.
    """
    split = thirds(authors, seed)
    chosen = split.test[:10]
    plain = {f"{one.name}/{side}": texts for one in split.cohort for side, texts in _sides(one)}
    cohort = list(plain)
    dressed = dict(plain)
    for number, one in enumerate(chosen):
        for side, texts in _sides(one):
            plain[f"{one.name}/{side}"] = texts
            dressed[f"{one.name}/{side}"] = tuple(map(typographic, texts)) if number < 5 else texts
    cosine = Cosine4(["\n".join(plain[name]) for name in cohort])
    model = _calibrated(cosine, split.cohort, seed)
    names = [(f"{one.name}/a", f"{other.name}/b") for one in chosen for other in chosen if one is not other]
    ours: list[set[tuple[str, str]]] = []
    theirs: list[set[tuple[str, str]]] = []
    for posts in (plain, dressed):
        corpus = Corpus(posts)
        found = {two: corpus.compare(*two, cohort=cohort) for two in names}
        ours.append({two for two, one in found.items() if not isinstance(one, Abstained) and one.lr > 10})
        scores = {two: cosine.score(*("\n".join(posts[name]) for name in two)) for two in names}
        theirs.append({two for two, score in scores.items() if math.exp(model.log_lr([score])) > 10})
    baseline, shipped = (float(len(with_them - without)) for without, with_them in (theirs, ours))
    return "A8 pairs above LR 10 because of curly quotes, at most", baseline, 0.0, shipped


def _sides(author: Author) -> Iterator[tuple[str, Sequence[str]]]:
    return zip("ab", (author.first, author.second), strict=True)


def typographic(text: str) -> str:
    """As a word processor or a telephone would set it."""
    words = text.replace("...", "…").replace("'", "’").replace(" - ", " — ").split('"')
    return (
        "".join(word + ("“" if at % 2 == 0 else "”") for at, word in enumerate(words[:-1]))
        + words[-1]
        + "\u200b"
    )


def _calibrated(cosine: Cosine4, authors: Sequence[Author], seed: int) -> Logistic:
    same: list[list[float]] = []
    different: list[list[float]] = []
    for one, other in pairs(authors, 1000, seed):
        row = [cosine.score("\n".join(one.first), "\n".join(other.second))]
        (same if one is other else different).append(row)
    return Logistic(same, different)


def refitted(pairs_of: Sequence[tuple[list[float], list[float]]]) -> tuple[float, float]:
    """Intercept and slope over the z of same and of different pairs, all splits together."""
    same = [[z] for one, _ in pairs_of for z in one]
    model = Logistic(same, [[z] for _, one in pairs_of for z in one])
    return model.intercept, model.slopes[0]


def hours_figures(authors: Sequence[Author], number: int) -> tuple[list[float], list[float]]:
    """z of posting hours of same and of different pairs of the test third, against the cohort third."""
    split = thirds(authors, number)
    cohort = [one.hours[side] for one in split.cohort for side in (0, 1)]
    same: list[float] = []
    different: list[float] = []
    for one, other in pairs(split.test, 4000, number):
        found = hours.compare(one.hours[0], other.hours[1], cohort=cohort)
        if not isinstance(found, Abstained):
            (same if one is other else different).append(found.z)
    return same, different
