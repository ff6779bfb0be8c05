"""Findings on runs of the same words: in messages (`behaviour`) and in the text of profiles (`presentation`).

Two different people of 1,224 on one IRC network shared a run of nine words in 2.3e-5 of 748,476 pairs (attribution
3.7, Ubuntu IRC, 2026-11): raw 1/2.3e-5, capped at 1,000. Those people attacked nobody; people who attack one target
share slogans and fill in forms. Hence a run that a bystander or the victim has, too,
counts nothing; and the case itself is the comparison: LR = pairs of bystanders / those of them that share as long a run
(at least one), so never more than the number of comparisons that the case holds; with fewer than ten bystanders no more
than their number. That one account copied the other is never excluded; where one of them is in the very item in which
the other wrote the run, it could read it: then the run weighs hardly anything by itself.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import combinations

from abusekit.accounts.links.cohorts import LEAST_COHORT, Bystanders
from abusekit.accounts.links.shown import Shown
from abusekit.accounts.listing import counted
from abusekit.accounts.model import Account, AccountKey, Finding, Group, Where
from abusekit.accounts.signals.reuse import SharedRun

CHANCE = 2.3e-5
CAP = 1_000.0
MOST_PLACES = 3
FEW = 4
"""Accounts up to which a run can be one that two of them share; a run of more is common anyway."""
READABLE_CAP = 10.0
"""Of runs that one could read at the other: no more than what is no second group (`weighing.COPYABLE`)."""
_COPIED = "one of them may have copied the other's words"


class SharedRuns:
    """Runs by the accounts that have them."""

    def __init__(
        self, runs: Iterable[SharedRun], group: Group, signal: str, able: Collection[AccountKey]
    ) -> None:
        """able: accounts that have such words at all, and so could show a run to be common."""
        self._group, self._signal, self._able = group, signal, frozenset(able)
        self.runs = [(run.words, _by_account(run.places)) for run in runs]
        self._of: dict[AccountKey, set[int]] = defaultdict(set)
        for number, (_, places) in enumerate(self.runs):
            for account in places:
                self._of[account].add(number)
        self._lengths, self._lengths_of = self._longest()

    def _longest(self) -> tuple[list[int], dict[AccountKey, dict[AccountKey, int]]]:
        """The longest run of each pair that shares one, sorted; and by account and the other."""
        of: dict[AccountKey, dict[AccountKey, int]] = defaultdict(dict)
        pairs: dict[tuple[AccountKey, AccountKey], int] = {}
        for words, places in self.runs:
            holders = sorted(self._able.intersection(places))
            if 2 <= len(holders) <= FEW:
                for couple in combinations(holders, 2):
                    pairs[couple] = max(words, pairs.get(couple, 0))
        for (one, other), words in pairs.items():
            of[one][other] = of[other][one] = words
        return sorted(pairs.values()), of

    def _as_long(self, words: int, excluded: Collection[AccountKey]) -> int:
        """Pairs of bystanders that share a run of as many words."""
        touching = {
            frozenset((key, other))
            for key in excluded
            for other, longest in self._lengths_of.get(key, {}).items()
            if longest >= words
        }
        return len(self._lengths) - bisect_left(self._lengths, words) - len(touching)

    def findings(self, shown: Shown, among: Bystanders, a: Account, b: Account) -> list[Finding]:
        """At most two: one of the runs that nobody else has, one of those that count nothing."""
        excluded = among.not_among(a.key, b.key)
        telling: list[int] = []
        common: list[tuple[int, int, bool]] = []
        for number in sorted(self._of[a.key] & self._of[b.key]):
            places = self.runs[number][1]
            own = not shown.own.accounts.isdisjoint(places) or self._echoes(shown, number)
            shared_by = among.of(places, excluded)
            if own or shared_by:
                common.append((number, shared_by, own))
            else:
                telling.append(number)
        n = len(self._able) - sum(key in self._able for key in excluded)
        found = []
        if telling:
            found.append(self._telling(telling, n, excluded, a, b))
        if common:
            found.append(self._common(common, n, a, b))
        return found

    def _echoes(self, shown: Shown, number: int) -> bool:
        """Whether it is the victim's words with a word or two changed."""
        return self._signal == "reused-text" and number in shown.own.echoed

    def _readable(self, number: int, a: Account, b: Account) -> bool:
        """Whether one of them is in an item in which the other has the run."""
        places = self.runs[number][1]
        return any(where.item in other.items for one, other in ((a, b), (b, a)) for where in places[one.key])

    def _places(self, numbers: list[int], account: Account) -> tuple[Where, ...]:
        places = (where for number in numbers for where in self.runs[number][1][account.key][:1])
        return tuple(dict.fromkeys(places))[:MOST_PLACES]

    def _telling(
        self, numbers: list[int], n: int, excluded: Collection[AccountKey], a: Account, b: Account
    ) -> Finding:
        apart = {number for number in numbers if not self._readable(number, a, b)}
        numbers = sorted(numbers, key=lambda number: (number not in apart, -self.runs[number][0], number))
        longest = self.runs[numbers[0]][0]
        pairs, as_long = n * (n - 1) // 2, self._as_long(longest, excluded)
        lr = min(CAP, max(1.0, pairs / max(as_long, 1)))
        why = f"{_COPIED}; more runs of the same two accounts add nothing"
        if n < LEAST_COHORT:
            lr = min(lr, float(max(1, n)))
            why = f"{_COPIED}; only {counted(n, 'bystander account')} could show whether it is common"
        elif as_long:
            why = f"{_COPIED}; {as_long} of {pairs} pairs of bystander accounts share as long a run of other words"
        elif lr < CAP:
            why = (
                f"{_COPIED}; never more than the {pairs} pairs of bystander accounts that it is compared with"
            )
        cap = CAP
        if not apart and self._signal == "reused-text":
            lr, cap = min(lr, READABLE_CAP), READABLE_CAP
            why = f"it may have been copied: both are where one of them wrote it; {why.removeprefix(_COPIED + '; ')}"
        if self._signal == "bio" and n < lr:
            lr, why = (
                float(max(n, 1)),
                f"{_COPIED}; never more than the {n} bystander accounts with a profile text",
            )
        longest = max(self.runs[number][0] for number in numbers)
        return self._finding(
            f"{_runs(len(numbers))} of the same words, the longest of {longest} words, in nobody else's.",
            self._places(numbers, a), self._places(numbers, b), lr, n, 0, why, cap,
        )  # fmt: skip

    def _common(self, common: list[tuple[int, int, bool]], n: int, a: Account, b: Account) -> Finding:
        numbers, most = [number for number, _, _ in common], max(shared for _, shared, _ in common)
        why = "the victim's own words" if any(own for _, _, own in common) else ""
        if most:
            why += f"{' and ' if why else ''}words that {most} of {n} bystander accounts have, too"
        return self._finding(
            f"{_runs(len(numbers))} of words that others have, too.",
            self._places(numbers, a), self._places(numbers, b), 1.0, n, most, f"counts nothing: {why}",
        )  # fmt: skip

    def _finding(
        self,
        text: str,
        here: tuple[Where, ...],
        there: tuple[Where, ...],
        lr: float,
        n: int,
        shared: int,
        why: str,
        cap: float = CAP,
    ) -> Finding:
        where = "In their messages" if self._signal == "reused-text" else "In their profiles"
        return Finding(
            self._group, self._signal, f"{where}: {text}", here, there, lr,
            raw=1 / CHANCE if lr > 1 else None, cap=cap, among=n, shared_by=shared, why=why,
        )  # fmt: skip


def _by_account(places: Iterable[tuple[str, Where]]) -> dict[AccountKey, list[Where]]:
    found: dict[AccountKey, list[Where]] = {}
    for account, where in places:
        found.setdefault(account, []).append(where)
    return found


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"
