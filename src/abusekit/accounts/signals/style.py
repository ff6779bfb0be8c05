"""Style: how alike two accounts write, beside how alike bystanders of the same platform write. A lead, never a finding.

Character n-grams of 2 to 5 signs (sublinear TF-IDF, cosine) after text distortion, the score put on the scale of
bystanders, then a calibrated likelihood ratio that is shrunk and capped. All accounts, bystanders included, are cut
to the same number of posts first: long texts are alike because they are long.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from itertools import islice
from operator import itemgetter, mul

from abusekit.accounts.signals.calibration import (
    LEAST_COHORT,
    MOST_COHORT,
    Abstained,
    Styled,
    normalised,
    weighed,
)
from abusekit.accounts.signals.distortion import commonest, distorted, grams
from abusekit.accounts.signals.style_constants import CONSTANTS
from abusekit.accounts.signals.style_sample import Sample, sample

LAYERS = tuple(CONSTANTS)
"""Posts that are compared of each account: the largest number that both, and ten bystanders, have."""
VIEWS = (50, 1000)
"""Commonest words that are left when a text is distorted. 50 leaves grammar, 1000 leaves turns of phrase as well; the
mean of both finds more than either, and than the one list of 500 (see `benchmarks attribution`)."""
NEARLY = 0.9
"""A layer is filled by so much of its posts: a post that stands there twice does not throw an account back."""
MOST_FITTED = 400
"""Accounts on which words and weights are fitted, at most."""
MOST_LOOKED_AT = 1000
"""Accounts among which bystanders, and those to fit on, are looked for; of more, a part that a digest chooses."""


def _least_df(accounts: int) -> int:
    """Accounts that an n-gram is found in, at least: one alone says nothing about two; rare ones cost most time."""
    return 2 + accounts // 50


class Corpus:
    """The own words of accounts of one platform, to compare pairs of them. What is worked out is kept for the next.

    `posts`: account → its own words, oldest first; `quoted`: how many reposts and quotes it has beside them. Nothing
    leaves this object but numbers: bystanders are never named. The same posts give the same numbers, in any order of
    accounts and of calls.
    """

    def __init__(self, posts: Mapping[str, Sequence[str]], *, quoted: Mapping[str, int] = {}) -> None:
        self._posts = posts
        self._quoted = quoted
        self._order = sorted(
            posts, key=lambda account: sha256(account.encode("utf-8", "surrogatepass")).digest()
        )
        # by a digest: which bystanders are used does not hang on names, nor on who was added last
        self._samples: dict[str, Sample] = {}
        self._layers: dict[int, list[_View]] = {}

    def compare(self, one: str, other: str, *, cohort: Collection[str]) -> Styled | Abstained:
        """How far the style of two accounts speaks for one writer, or why nothing is said.

        `cohort`: bystanders, accounts of `posts`; `one` and `other` in it are passed over, and so are those that
        cannot be measured. KeyError where `one` or `other` is not in `posts`. Symmetric. No proof of anything: in the
        corpora of `style_constants`, different people reach 10 in about one pair of a hundred.
        """
        if one == other:
            return Abstained("not compared: it is one account")
        for account in sorted((one, other)):
            if why := self._sample(account).why:
                return Abstained(f"not compared: {why}")
        chosen = set(cohort) - {one, other}
        looked_at = islice((account for account in self._order if account in chosen), MOST_LOOKED_AT)
        usable = [account for account in looked_at if not self._sample(account).why]
        if len(usable) < LEAST_COHORT:
            return Abstained(
                f"not compared: {len(usable)} other accounts that can be measured; {LEAST_COHORT} are needed, since "
                "without bystanders no number can be trusted"
            )
        counts = len(self._sample(one).posts), len(self._sample(other).posts)
        each, bystanders = self._layer(min(counts), usable)
        scores = [
            normalised(view.score(one, other), view.scores(one, bystanders), view.scores(other, bystanders))
            for view in self._views(each)
        ]
        z = sum(scores) / len(scores)
        cap = 100.0 if min(each, *counts) >= 30 else 10.0
        return weighed(z, CONSTANTS[each], cap=cap, cohort=len(bystanders), posts=counts, each=each)

    def _sample(self, account: str) -> Sample:
        found = self._samples.get(account)
        if found is None:
            found = self._samples[account] = sample(self._posts[account], self._quoted.get(account, 0))
        return found

    def _layer(self, posts: int, usable: list[str]) -> tuple[int, list[str]]:
        """The largest layer that the pair and ten bystanders fill, and the bystanders that fill it."""
        for each in sorted(LAYERS, reverse=True):
            if NEARLY * each <= posts:
                filling = [account for account in usable if len(self._sample(account).posts) >= NEARLY * each]
                if len(filling) >= LEAST_COHORT:
                    return each, filling[:MOST_COHORT]
        return LAYERS[0], usable[:MOST_COHORT]  # not reached: who is usable fills the smallest

    def _views(self, each: int) -> list[_View]:
        if each not in self._layers:
            looked_at = self._order[:MOST_LOOKED_AT]
            able = (account for account in looked_at if not self._sample(account).why)
            filling = (account for account in able if len(self._sample(account).posts) >= NEARLY * each)
            fitted = list(islice(filling, MOST_FITTED))
            self._layers[each] = [_View(partial(self._text, each), fitted, words) for words in VIEWS]
        return self._layers[each]

    def _text(self, each: int, account: str) -> str:
        return "\n".join(self._sample(account).evenly(each))


class _View:
    """One distortion of the texts of one layer: weights of n-grams, unit vectors, and the cosines asked for so far.

    Words and weights are fitted on all texts alike, the compared and the bystanders: were they fitted on bystanders
    only, n-grams that two strangers share would count for less between bystanders than between the two.
    """

    def __init__(self, text: Callable[[str], str], fitted: Sequence[str], words: int) -> None:
        self._text = text
        self._kept = commonest(map(text, fitted), words)
        found: Counter[str] = Counter()
        self._counts = {account: self._counted(account) for account in fitted}
        for counts in self._counts.values():
            found.update(counts.keys())
        total = len(fitted)
        common = [gram for gram, often in found.items() if often >= _least_df(total)]
        self._number = {gram: number for number, gram in enumerate(common)}
        self._weight = [math.log((1 + total) / (1 + found[gram])) + 1 for gram in common]
        self._vectors: dict[str, tuple[tuple[int, ...], tuple[float, ...]]] = {}
        self._rows: dict[str, dict[str, float]] = {}

    def score(self, one: str, other: str) -> float:
        """Cosine, 0 to 1."""
        one, other = sorted((one, other))
        return self.scores(one, (other,))[0]

    def scores(self, one: str, others: Iterable[str]) -> list[float]:
        others = list(others)
        row = self._rows.setdefault(one, {})
        if missing := [other for other in others if other not in row]:
            dense = [0.0] * (len(self._number) + 1)
            for number, weight in zip(*self._vector(one), strict=True):
                dense[number] = weight
            for other in missing:
                numbers, weights = self._vector(other)
                cosine = sum(map(mul, itemgetter(*numbers, -1)(dense), weights)) if numbers else 0.0
                row[other] = cosine
                self._rows.setdefault(other, {})[one] = cosine
        return [row[other] for other in others]

    def _counted(self, account: str) -> Counter[str]:
        return grams(distorted(self._text(account), self._kept))

    def _vector(self, account: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
        vector = self._vectors.get(account)
        if vector is None:
            counts = self._counts.pop(account, None) or self._counted(account)
            vector = self._vectors[account] = _unit(counts, self._number, self._weight)
        return vector


def _unit(
    counts: Mapping[str, int], number: Mapping[str, int], weight: Sequence[float]
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Sublinear TF-IDF of length 1, as places and values of a sparse vector."""
    places = sorted((number[gram], count) for gram, count in counts.items() if gram in number)
    # in order of place, so that a product is summed in the same order from either side, to the last bit
    values = [(1 + math.log(count)) * weight[place] for place, count in places]
    length = math.sqrt(sum(map(mul, values, values))) or 1.0
    return tuple(place for place, _ in places), tuple(value / length for value in values)
