"""Which words of a picture stand in another text in the same order: runs, so that scattered common words do not count.

Which words are found is told by four words in a row, in time linear in the other text. The runs themselves, and words
beside ones that could not be read, are followed from two or three words in a row, within bounds of places and steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from abusekit.screenshots.words import Word

RUN = 4
"""Readable words in a row that count as found in the same order."""
_SEED, _PAIR = 3, 2
"""Words in a row from which a run is followed; the pair only beside a word that could not be read."""
MOST_GAP = 2
"""Words in a row that could not be read and do not end a run: over more of them, it would be a guess."""
MOST_PLACES = 16
"""Places of the picture at which one sequence of words is looked for: a page that repeats one word is not a task of
hours. What is repeated more often is found at the first ones."""
MOST_RUNS = 1_000
MOST_STEPS = 3_000_000
"""Words that are followed for one picture in all. Beyond that, runs are not followed any more, and words beside ones
that could not be read are not found: it takes texts that repeat themselves on both sides to come there."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words of the picture, from `first` up to but not including `last`, that stand in the other text in a row."""

    first: int
    last: int
    readable: int
    # how many of them could be read
    where: int
    # number of the text it was found in, as the caller counts


@dataclass(slots=True)
class Found:
    """What of a picture was found, by place of the word in it."""

    in_run: list[bool]
    singly: list[bool]
    runs: list[Run] = field(default_factory=list)


class Finder:
    """Lays one picture's words beside any number of texts."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._places: dict[str, list[int]] = {}
        self._seeds: dict[tuple[str, ...], list[int]] = {}
        self._grams: dict[tuple[str, ...], list[int]] = {}
        self._steps = MOST_STEPS
        for at, word in enumerate(words):
            if word.readable:
                self._places.setdefault(word.folded, []).append(at)
        for at in range(len(words)):
            self._seed(at, _SEED)
            if not all(word.readable for word in words[max(at - 1, 0) : at + _PAIR + 1]):
                self._seed(at, _PAIR)
        for at in range(len(words) - RUN + 1):
            four = words[at : at + RUN]
            if all(word.readable for word in four):
                self._grams.setdefault(tuple(word.folded for word in four), []).append(at)
        self.found = Found([False] * len(words), [False] * len(words))

    def _seed(self, at: int, length: int) -> None:
        piece = self._words[at : at + length]
        if len(piece) == length and all(word.readable for word in piece):
            places = self._seeds.setdefault(tuple(word.folded for word in piece), [])
            if len(places) < MOST_PLACES:
                places.append(at)

    def take(self, text: Sequence[str], where: int = 0, *, whole: bool = False) -> bool:
        """Compare with the words of one text, which no run leaves. Whether a run was found in it.

        whole: the text counts as found also where it is shorter than RUN, and all of it stands in the picture in a row.
        """
        for word in self._places.keys() & set(text):
            for at in self._places[word]:
                self.found.singly[at] = True
        before = len(self.found.runs)
        hit = self._mark(text)
        if whole and 0 < len(text) < RUN:
            for at in self._places.get(text[0], ())[:MOST_PLACES]:
                self._extend(text, at, 0, where, least=len(text))
        reached: dict[int, int] = {}  # place in the picture minus place in the text → where it was left
        for start in range(len(text) - 1):
            pair, three = tuple(text[start : start + _PAIR]), tuple(text[start : start + _SEED])
            for at in (*self._seeds.get(three, ()), *(self._seeds.get(pair, ()) if pair != three else ())):
                if self._steps > 0 and reached.get(at - start, -1) <= start:
                    reached[at - start] = self._extend(text, at, start, where)
        return hit or len(self.found.runs) > before

    def _mark(self, text: Sequence[str]) -> bool:
        """Mark every word that stands in RUN readable ones in a row which the text has, too."""
        hit = False
        for start in range(len(text) - RUN + 1):
            places = self._grams.get(tuple(text[start : start + RUN]))
            if places is None:
                continue
            hit = True
            for at in places:
                self.found.in_run[at : at + RUN] = [True] * RUN
            places.clear()  # marked once, found any number of times
        return hit

    def _extend(self, text: Sequence[str], at: int, start: int, where: int, least: int = RUN) -> int:
        """Follow both as long as they agree, a word that could not be read agreeing with any one. Where it ended."""
        words, readable, last = self._words, 0, at
        first, begun = at, start
        while at > 0 and start > 0 and first - at <= MOST_GAP:
            before = words[at - 1]
            if before.readable and before.folded != text[start - 1]:
                break
            at, start = at - 1, start - 1
            first = at if before.readable else first  # a run does not begin with a guess
        at, start, last = first, start + first - at, first
        steps = min(len(words) - at, len(text) - start)
        for step in range(steps):
            word = words[at + step]
            if not word.readable and at + step - last < MOST_GAP:
                continue
            if not word.readable or word.folded != text[start + step]:
                steps = step
                break
            readable, last = readable + 1, at + step + 1
        self._steps -= steps + 1
        if readable >= least:
            for place in range(at, last):
                self.found.in_run[place] |= words[place].readable
            if len(self.found.runs) < MOST_RUNS:
                self.found.runs.append(Run(at, last, readable, where))
        return max(start + steps, begun + 1)


def longest(runs: Sequence[Run]) -> list[Run]:
    """In the order of the picture, without those that lie within another one."""
    kept: list[Run] = []
    for run in sorted(runs, key=lambda one: (one.first, -one.last)):
        if not kept or run.last > kept[-1].last:
            kept.append(run)
    return kept


def sequences(words: Sequence[Word], wanted: Sequence[str]) -> list[int]:
    """Places at which `wanted` stands in the picture in a row, all of it readable."""
    if not wanted:
        return []
    first = [at for at, word in enumerate(words) if word.readable and word.folded == wanted[0]]
    return [at for at in first if _same(words[at : at + len(wanted)], wanted)]


def _same(words: Sequence[Word], wanted: Sequence[str]) -> bool:
    return len(words) == len(wanted) and all(
        word.readable and word.folded == other for word, other in zip(words, wanted, strict=True)
    )
