"""What style is measured against: the two baselines of PAN 2020, and logistic regression to calibrate scores.

Character 4-gram TF-IDF cosine (3,000 features) and PPM of order 5 as W. Teahan and D. Harper used it, both as in
github.com/pan-webis-de/pan-code (MIT), `clef20/authorship-verification`; BASE joins both.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

ORDER = 5
UNSEEN = 1 / 256


class Cosine4:
    """Character 4-grams, the 3,000 commonest of `fitted`, TF-IDF, cosine."""

    def __init__(self, fitted: Sequence[str]) -> None:
        counted = [_four(text) for text in fitted]
        total: Counter[str] = Counter()
        spread: Counter[str] = Counter()
        for one in counted:
            total.update(one)
            spread.update(one.keys())
        chosen = sorted(total, key=lambda gram: (-total[gram], gram))[:3000]
        self._weight = {gram: math.log((1 + len(fitted)) / (1 + spread[gram])) + 1 for gram in chosen}
        self._vectors: dict[str, dict[str, float]] = {}

    def score(self, one: str, other: str) -> float:
        mine, theirs = self._vector(one), self._vector(other)
        return sum(value * theirs.get(gram, 0.0) for gram, value in mine.items())

    def _vector(self, text: str) -> dict[str, float]:
        if text not in self._vectors:
            raw = {gram: n * self._weight[gram] for gram, n in _four(text).items() if gram in self._weight}
            length = math.sqrt(sum(value * value for value in raw.values())) or 1.0
            self._vectors[text] = {gram: value / length for gram, value in raw.items()}
        return self._vectors[text]


def _four(text: str) -> Counter[str]:
    text = text.lower()
    return Counter(text[at : at + 4] for at in range(len(text) - 3))


class Ppm5:
    """Cross-entropy by the longest context that was seen, up to five characters; no escape cost, as in PAN."""

    def __init__(self) -> None:
        self._models: dict[str, tuple[dict[str, int], dict[str, int]]] = {}

    def scores(self, one: str, other: str) -> tuple[float, float]:
        """Mean of the two cross-entropies, and their difference: bits a character, negated to rise with likeness."""
        there, back = self._entropy(one, other), self._entropy(other, one)
        return -(there + back) / 2, -abs(there - back)

    def _entropy(self, model: str, text: str) -> float:
        if model not in self._models:
            runs: Counter[str] = Counter()
            contexts: Counter[str] = Counter()
            for size in range(ORDER + 1):
                runs.update(model[at : at + size + 1] for at in range(len(model) - size))
                contexts.update(model[at : at + size] for at in range(len(model) - size))
            self._models[model] = (runs, contexts)
        known, before = self._models[model]
        bits = 0.0
        for at in range(len(text)):
            for start in range(max(0, at - ORDER), at + 1):
                if count := known.get(text[start : at + 1]):
                    bits -= math.log2(count / before[text[start:at]])
                    break
            else:
                bits -= math.log2(UNSEEN)
        return bits / max(1, len(text))


class Logistic:
    """Balanced logistic regression (C = 10) on standardised features; its logit is the logarithm of an LR."""

    def __init__(self, same: Sequence[Sequence[float]], different: Sequence[Sequence[float]]) -> None:
        rows = [*same, *different]
        columns = list(zip(*rows, strict=True))
        means = [sum(column) / len(column) for column in columns]
        spreads = [
            math.sqrt(sum((one - mean) ** 2 for one in column) / len(column)) or 1.0
            for column, mean in zip(columns, means, strict=True)
        ]
        design = [[1.0, *((x - m) / s for x, m, s in zip(row, means, spreads, strict=True))] for row in rows]
        halves = [len(rows) / 2 / len(same)] * len(same) + [len(rows) / 2 / len(different)] * len(different)
        inner = _newton(design, [1.0] * len(same) + [0.0] * len(different), halves)
        self.slopes: list[float] = [
            weight / spread for weight, spread in zip(inner[1:], spreads, strict=True)
        ]
        self.intercept: float = inner[0] - sum(
            slope * mean for slope, mean in zip(self.slopes, means, strict=True)
        )

    def log_lr(self, row: Sequence[float]) -> float:
        return self.intercept + sum(slope * x for slope, x in zip(self.slopes, row, strict=True))


def _newton(design: list[list[float]], truth: list[float], halves: list[float]) -> list[float]:
    size = len(design[0])
    weights = [0.0] * size
    for _ in range(50):
        gradient = [0.0] + [weight / 10 for weight in weights[1:]]
        curve = [[0.1 if i == j and i else 0.0 for j in range(size)] for i in range(size)]
        for row, target, half in zip(design, truth, halves, strict=True):
            logit = max(-500.0, min(500.0, sum(w * x for w, x in zip(weights, row, strict=True))))
            even = 1 / (1 + math.exp(-logit))
            for i in range(size):
                gradient[i] += half * (even - target) * row[i]
                for j in range(size):
                    curve[i][j] += half * even * (1 - even) * row[i] * row[j]
        step = _solved(curve, gradient)
        weights = [weight - by for weight, by in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-7:
            break
    return weights


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss-Jordan; the matrix is positive definite."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i, pivot in enumerate(rows):
        for j, row in enumerate(rows):
            if i != j:
                factor = row[i] / pivot[i]
                rows[j] = [x - factor * y for x, y in zip(row, pivot, strict=True)]
    return [row[-1] / row[i] for i, row in enumerate(rows)]
