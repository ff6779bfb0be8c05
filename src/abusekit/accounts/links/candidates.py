"""Possible links between accounts that are in the case already: ranked, explained, decided by nobody but a person.

A likelihood ratio says how many times more probable the findings are if two accounts are run by one person than if they
are run by different people of the comparison group. It is no statement on how probable it is that they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from abusekit.accounts.ledger.reading import ledger as read_ledger
from abusekit.accounts.links.against import against_findings
from abusekit.accounts.links.blocking import blocked, pairs_between
from abusekit.accounts.links.cohorts import LEAST_COHORT, Bystanders
from abusekit.accounts.links.common_selectors import selector_findings
from abusekit.accounts.links.common_words import SharedRuns
from abusekit.accounts.links.decisions import decisions
from abusekit.accounts.links.looks import handle_finding, picture_finding
from abusekit.accounts.links.manner import Manner
from abusekit.accounts.links.material import Material, material
from abusekit.accounts.links.network import Network
from abusekit.accounts.links.sequence import Sequence
from abusekit.accounts.links.shown import shown
from abusekit.accounts.links.weighing import (
    findings_digest,
    groups_of,
    in_order,
    items_of,
    strength_of,
    total_of,
)
from abusekit.accounts.model import Account, AccountKey, Candidate, Finding, Ledger
from abusekit.case.folder import Case
from abusekit.errors import UsageError

MOST_STYLED = 1_000
"""Pairs whose style and hours are compared where not all pairs are: those with the highest totals without."""
MOST_FOUND = 20_000
"""Candidates that are kept."""
MOST_WITHOUT = 10
"""Items without which pairs are weighed anew, where that is asked for."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What came out of comparing the accounts of a case."""

    candidates: tuple[Candidate, ...]
    # best first; every pair that was weighed, also those with a total below 10
    pairs: int
    # pairs among which was searched: each would have been found, had it shared something
    not_compared: tuple[str, ...]
    # in words, for the whole run
    accounts: int
    # compared, the victim's own left out
    bystanders: int = 0
    # of them, those with words or a profile text
    styled: int = 0
    # pairs whose style and hours were looked at


class _Weighed(NamedTuple):
    a: Account
    b: Account
    findings: list[Finding]
    silent: list[str]


def compare_all(
    case: Case,
    ledger: Ledger,
    *,
    only: Collection[AccountKey] = (),
    without: Collection[str] = (),
    progress: Callable[[int], None] = lambda _count: None,
) -> Compared:
    """Every pair of accounts that are not the victim's own, best first; equal totals by key.

    only: pairs with one of these accounts. without: items that are left out, as if the case had none of them.
    progress: is told how many records were read. Nothing is written. Raises LogFormError, TornLogError, CaseError,
    EvidenceError, UsageError (an account that is not there, or the victim's own).
    """
    comparing = Comparing(case, ledger, without=without, progress=progress)
    comparing.check(only)
    return comparing.all(only)


def compare_two(
    case: Case,
    ledger: Ledger,
    a: AccountKey,
    b: AccountKey,
    *,
    without: Collection[str] = (),
    progress: Callable[[int], None] = lambda _count: None,
) -> Candidate:
    """One pair, weighed as `compare_all` does it; `pairs` are all of the case, since this one was chosen among them.

    Raises as `compare_all`.
    """
    comparing = Comparing(case, ledger, without=without, progress=progress)
    comparing.check((a, b))
    if a == b:
        raise UsageError("an account is not compared with itself", "name two accounts: abusekit account list")
    return comparing.one(a, b).candidates[0]


class Comparing:
    """Everything that pairs of one case are weighed with; made once."""

    def __init__(
        self,
        case: Case,
        ledger: Ledger,
        *,
        without: Collection[str] = (),
        progress: Callable[[int], None] = lambda _count: None,
    ) -> None:
        if any(item in ledger.exhibits for item in without):
            ledger = read_ledger(case, without=without)
        self._case, self._without, self._progress = case, frozenset(without), progress
        self.ledger = ledger
        self.material: Material = material(case, without=without, progress=progress)
        self._handed_on = _handed_on(ledger, self.material)
        self._shown = shown(case, ledger, self.material)
        entries = [entry for entry in case.entries() if entry["do"] == "account.link"]
        self._among = Bystanders(self._shown, self.material, decisions(entries))
        self._words = SharedRuns(self.material.runs, "behaviour", "reused-text", self._among.with_words)
        self._bios = SharedRuns(self._shown.bios, "presentation", "bio", self._among.with_bio)
        self._manner = Manner(self.material, self._among, self._shown.suspects)
        self._sequence = Sequence(self._shown, self.material)
        self._network = Network(self._shown, self.material)

    def check(self, keys: Iterable[AccountKey]) -> None:
        """Raises UsageError: an account that the case does not show, or the victim's own."""
        for key in keys:
            account = self.ledger.accounts.get(key)
            if account is None:
                raise UsageError(f"no account {key[:80]}", "abusekit account list shows what there is")
            if account.own:
                raise UsageError(
                    f"{key[:80]} is the victim's own account", "own accounts are not compared with others"
                )

    def all(self, only: Collection[AccountKey] = ()) -> Compared:
        count = len(self._shown.suspects)
        pairs = pairs_between(count, len(set(only)))
        found = blocked(self._shown, self._words, self._bios, self._sequence, only)
        weighed = [self._weigh(*both) for both in sorted(found.pairs)]
        weighed.sort(key=lambda one: (-total_of(groups_of(one.findings)), one.a.key, one.b.key))
        passed_over = [*self._passed_over(), *found.passed_over]
        if len(weighed) > MOST_FOUND:
            passed_over.append(f"{len(weighed) - MOST_FOUND} pairs with the lowest totals are left out")
            weighed = weighed[:MOST_FOUND]
        styled = len(weighed) if found.all_pairs else min(len(weighed), MOST_STYLED)
        if styled < pairs:
            passed_over.append(
                f"style and hours: compared for {styled} of {pairs} pairs, those that share most"
            )
        candidates = [
            self._candidate(self._with_manner(one) if place < styled else _unstyled(one), pairs)
            for place, one in enumerate(weighed)
        ]
        candidates.sort(key=lambda one: (-one.total, one.a, one.b))
        return Compared(
            tuple(candidates), pairs, tuple(passed_over), count, len(self._among.everyone), styled
        )

    def one(self, a: AccountKey, b: AccountKey) -> Compared:
        """One pair; `pairs` are all of the case, since this one was chosen among them."""
        count = len(self._shown.suspects)
        pairs = pairs_between(count, 0)
        candidate = self._candidate(self._with_manner(self._weigh(a, b)), pairs)
        return Compared((candidate,), pairs, tuple(self._passed_over()), count, len(self._among.everyone), 1)

    def without_each(
        self, candidates: Iterable[Candidate]
    ) -> dict[str, dict[tuple[AccountKey, AccountKey], float]]:
        """Item → pair → its total in a case without that item, computed anew: with all that is left elsewhere, and with
        the bystanders that are left. 1 where one of the two is then unknown or the victim's own.

        Each item costs as much as a whole comparison: only the first MOST_WITHOUT of the items that are cited.
        """
        asked = list(candidates)
        items = sorted({item for one in asked for item in items_of(one.findings)})[:MOST_WITHOUT]
        found: dict[str, dict[tuple[AccountKey, AccountKey], float]] = {}
        for item in items:
            left = Comparing(self._case, self.ledger, without={*self._without, item}, progress=self._progress)
            suspects = {account.key for account in left._shown.suspects}
            found[item] = {
                (one.a, one.b): left.one(one.a, one.b).candidates[0].total
                if {one.a, one.b} <= suspects
                else 1.0
                for one in asked
                if item in items_of(one.findings)
            }
        return found

    def _passed_over(self) -> list[str]:
        """What is not compared of any pair."""
        weak = sum(account.basis == "name" for account in self._shown.suspects)
        said = [f"not read: {text}" for text in (*self.material.unread, *self.ledger.problems)]
        said += self._shown.not_seen
        if self._handed_on:
            said.append(
                f"words and messages of {self._handed_on} handles that were given up and taken again: nothing "
                "tells whose they are"
            )
        if weak:
            said.append(f"{weak} accounts of which only a display name is known: selectors and words only")
        return list(dict.fromkeys(said))

    def _weigh(self, one: AccountKey, other: AccountKey) -> _Weighed:
        a, b = sorted((self.ledger.accounts[one], self.ledger.accounts[other]), key=lambda each: each.number)
        shown_, among = self._shown, self._among
        findings = selector_findings(shown_, among, a, b)
        findings += self._words.findings(shown_, among, a, b)
        findings += against_findings(self.material, a, b)
        if "name" in (a.basis, b.basis):
            silent = ["profiles, times of contact and who writes to whom: one of them is only a display name"]
            return _Weighed(a, b, findings, silent)
        findings += self._bios.findings(shown_, among, a, b)
        singles = (
            handle_finding(shown_, among, a, b),
            picture_finding(shown_, among, a, b),
            self._sequence.finding(a, b),
        )
        findings += [one for one in singles if one is not None]
        findings += self._network.findings(among, a, b)
        return _Weighed(a, b, findings, self._silent(a, b))

    def _silent(self, a: Account, b: Account) -> list[str]:
        said = []
        if not (self._shown.portraits[a.key] and self._shown.portraits[b.key]):
            said.append("profile pictures: the case does not hold one of each")
        if not (a.of("bio") and b.of("bio")):
            said.append("profile texts: the case does not hold one of each")
        if not (self._shown.handles[a.key] and self._shown.handles[b.key]):
            said.append("handles: none is known of one of them")
        return said

    def _with_manner(self, weighed: _Weighed) -> _Weighed:
        found, silent = self._manner.findings(weighed.a, weighed.b)
        return weighed._replace(findings=weighed.findings + found, silent=weighed.silent + silent)

    def _candidate(self, weighed: _Weighed, pairs: int) -> Candidate:
        findings = in_order(weighed.findings)
        groups = groups_of(findings)
        total = total_of(groups)
        a, b = weighed.a, weighed.b
        n = self._among.count(self._among.not_among(a.key, b.key), a, b)
        return Candidate(
            a.key, b.key, findings, groups, total, strength_of(groups, findings), n, self._cohort_of(a, b),
            min(pairs / total, float(pairs)), pairs, tuple(weighed.silent), findings_digest(findings),
        )  # fmt: skip

    def _cohort_of(self, a: Account, b: Account) -> str:
        accounts = self._among.whose(self._among.not_among(a.key, b.key), a, b)
        writers, said = self._among.writers(a, b)
        if len(writers) >= LEAST_COHORT:
            accounts += f"; for style {said}"
        return accounts + _left_out(*self._among.left_out(a.key, b.key))


def _handed_on(ledger: Ledger, material: Material) -> int:
    """Take out what was written under a handle that several accounts had in turn (`x:@owl`, `x:@owl#2`)."""
    handed_on = {
        key.rpartition("#")[0] for key, one in ledger.accounts.items() if one.basis == "handle" and "#" in key
    }
    for key in handed_on:
        material.told.pop(key, None)
    if handed_on:
        material.runs = [
            run._replace(places=tuple(place for place in run.places if place[0] not in handed_on))
            for run in material.runs
        ]
    return len(handed_on)


def _left_out(linked: int, tied: int) -> str:
    """Whoever decides about one pair changes the comparison group of others: it is said."""
    said = [f"{linked} linked by a decision"] if linked else []
    said += [f"{tied} by a shared number or address"] if tied else []
    return f"; left out: {', '.join(said)}" if said else ""


def _unstyled(weighed: _Weighed) -> _Weighed:
    why = "style, hours: too many pairs, and this one shares too little else; --between compares it"
    return weighed._replace(silent=[*weighed.silent, why])
