"""Style: how alike two accounts write, beside how alike bystanders of the same platform write. A lead, never a finding.

Character n-grams of 2 to 5 signs (sublinear TF-IDF, cosine) after text distortion, the score put on the scale of
bystanders, then a calibrated likelihood ratio that is shrunk and capped. All accounts, bystanders included, are cut
to the same number of posts first: long texts are alike because they are long.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from itertools import accumulate, chain, islice
from operator import itemgetter, mul
from typing import TypeVar

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
SCALE = 2.0**36
"""Weights are kept as whole numbers of such parts: then a sum is exact, in any order and from either side, and a cosine
lies within 1e-12 of that of unrounded weights."""
FIELD = 13
"""Bytes of one product of two vectors. The square of a vector stays below 2**100: 100 posts of 4,000 characters, twice
as long at most when distorted, have fewer than 2**22 n-grams, the sum of (1 + log n)² over them is at most half as
much again, and an inverse frequency is below 4.7."""
BLOCK, MOST_BLOCKS = 128, 2
"""Accounts that are multiplied at once, and how many such blocks a view holds: 35 MB each for accounts of 100 posts."""
MOST_COUNTED = 2**32
"""More than the times that an n-gram can occur in a text."""
WORTH_A_BLOCK = 8
"""Accounts from which a block is faster than one at a time."""

_T = TypeVar("_T", int, bytes)


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
        scores = []
        for view in self._views(each):
            score, *ours = view.scores(one, [other, *bystanders])
            _, *theirs = view.scores(other, [one, *bystanders])
            scores.append(normalised(score, ours, theirs))
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
    """One distortion of the texts of one layer: weights of n-grams, vectors, and the cosines asked for so far.

    Words and weights are fitted on all texts alike, the compared and the bystanders: were they fitted on bystanders
    only, n-grams that two strangers share would count for less between bystanders than between the two.
    """

    def __init__(self, text: Callable[[str], str], fitted: Sequence[str], words: int) -> None:
        self._text = text
        self._kept = commonest(map(text, fitted), words)
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__
        found: Counter[int] = Counter()
        # n-grams by number, and counts: the n-grams themselves would take ten times the memory
        self._counts: dict[str, tuple[array[int], array[int]]] = {}
        for account in fitted:
            counts = self._counted(account)
            own = array("l", map(numbers.__getitem__, counts))
            found.update(own)
            self._counts[account] = own, array("l", counts.values())
        total, least = len(fitted), _least_df(len(fitted))
        self._number = {gram: number for gram, number in numbers.items() if found[number] >= least}
        keys = [often * MOST_COUNTED if often >= least else 0 for often in range(total + 1)]
        self._spread = [keys[found[number]] for number in range(len(numbers))]
        self._place = [0] * len(numbers)
        for place, number in enumerate(self._number.values()):
            self._place[number] = place
        self._size = len(self._number)
        self._weight = [math.log((1 + total) / (1 + often)) + 1 for often in range(total + 1)]
        self._vectors: dict[str, _Vector] = {}
        self._blocks: list[tuple[list[str], list[int]]] = []
        self._housed: dict[str, int] = {}  # account → place in rows
        self._rows: dict[str, array[float]] = defaultdict(_nothing)  # cosines with those in blocks
        self._singles: dict[str, dict[str, float]] = defaultdict(dict)  # cosines with others

    def scores(self, one: str, others: Sequence[str]) -> list[float]:
        """Cosines of `one` with each of the others, 0 to 1."""
        if homeless := [other for other in others if other not in self._housed]:
            if len(homeless) >= WORTH_A_BLOCK and len(self._blocks) < MOST_BLOCKS:
                self._house([*homeless, one] if one not in self._housed else homeless)
            found = self._one_by_one(one, [other for other in homeless if other not in self._housed])
            row = self._row(one) if len(found) < len(others) else array("d")
            return [found[other] if other in found else row[self._housed[other]] for other in others]
        row = self._row(one)
        return [row[place] for place in map(self._housed.__getitem__, others)]

    def _house(self, accounts: Iterable[str]) -> None:
        """A block: for each n-gram the values of all its accounts side by side in one large number.

        Python adds such numbers in one step, several times as fast as one account after the other.
        """
        chosen = list(islice(dict.fromkeys(accounts), BLOCK))
        written = [self._vector(account).written(self._size) for account in chosen]
        columns = [int.from_bytes(b"".join(column), "little") for column in zip(*written, strict=True)]
        self._blocks.append((chosen, columns))
        self._housed.update((account, place) for place, account in enumerate(chosen, len(self._housed)))

    def _row(self, account: str) -> array[float]:
        row, one, begin = self._rows[account], self._vector(account), 0
        for members, columns in self._blocks:
            if begin == len(row):  # this block is newer than the row
                products = one.times(columns).to_bytes(FIELD * len(members), "little")
                for place, other in enumerate(members):
                    product = int.from_bytes(products[FIELD * place : FIELD * (place + 1)], "little")
                    row.append(product / (one.length * self._vector(other).length))
            begin += len(members)
        return row

    def _one_by_one(self, account: str, others: Sequence[str]) -> dict[str, float]:
        known = self._singles[account]
        if missing := [other for other in others if other not in known]:
            one = self._vector(account)
            dense = one.dense(self._size)
            for other in missing:
                vector = self._vector(other)
                known[other] = vector.times(dense) / (one.length * vector.length)
                self._singles[other][account] = known[other]
        return {other: known[other] for other in others}

    def _counted(self, account: str) -> dict[str, int]:
        return grams(distorted(self._text(account), self._kept))

    def _vector(self, account: str) -> _Vector:
        vector = self._vectors.get(account)
        if vector is None:
            numbers, counts = (
                self._counts.pop(account) if account in self._counts else self._numbered(account)
            )
            vector = self._vectors[account] = self._weighed(numbers, counts)
        return vector

    def _numbered(self, account: str) -> tuple[array[int], array[int]]:
        known = [
            (self._number[gram], count)
            for gram, count in self._counted(account).items()
            if gram in self._number
        ]
        return array("l", [number for number, _ in known]), array("l", [count for _, count in known])

    def _weighed(self, numbers: Iterable[int], counts: Iterable[int]) -> _Vector:
        """Sublinear TF-IDF. N-grams that are alike in spread and in count here have one value, worked out once."""
        alike: dict[int, list[int]] = defaultdict(list)
        spread, place = self._spread, self._place
        for number, count in zip(numbers, counts, strict=True):
            if key := spread[number]:  # 0: too rare
                alike[key + count].append(place[number])
        values = []
        for key in alike:
            often, count = divmod(key, MOST_COUNTED)
            values.append(round((1 + math.log(count)) * self._weight[often] * SCALE))
        return _Vector(values, list(alike.values()))


class _Vector:
    """A sparse vector of whole numbers, places of one value together."""

    def __init__(self, values: Sequence[int], places: Sequence[Sequence[int]]) -> None:
        self._values = array("q", values)
        self._places = array("l", chain.from_iterable(places))
        self._ends = array("l", accumulate(map(len, places)))
        self.length = math.sqrt(sum(map(mul, map(mul, values, values), map(len, places)))) or 1.0
        # Euclidean; 1 of a vector of nothing, whose products are 0

    def times(self, numbers: Sequence[int]) -> int:
        """Sum of the products with `numbers`, exactly; those may be several numbers side by side."""
        if len(self._places) < 2:
            return sum(numbers[self._places[0]] * value for value in self._values)
        met = itemgetter(*self._places)(numbers)
        total = begin = 0
        for value, end in zip(self._values, self._ends, strict=True):
            total += value * (sum(met[begin:end]) if end - begin > 1 else met[begin])
            begin = end
        return total

    def dense(self, size: int) -> list[int]:
        """All `size` places."""
        return self._spread_out([0] * size, self._values)

    def written(self, size: int) -> list[bytes]:
        """All `size` places, each as bytes, lowest first."""
        return self._spread_out(
            [bytes(FIELD)] * size, [value.to_bytes(FIELD, "little") for value in self._values]
        )

    def _spread_out(self, whole: list[_T], values: Iterable[_T]) -> list[_T]:
        begin = 0
        for value, end in zip(values, self._ends, strict=True):
            for place in self._places[begin:end]:
                whole[place] = value
            begin = end
        return whole


def _nothing() -> array[float]:
    return array("d")
