"""Findings of the group `network`: who follows, mentions and writes to whom. Worth little: friends do the same."""

from __future__ import annotations

from collections import defaultdict

from abusekit.accounts.links.cohorts import Bystanders
from abusekit.accounts.links.material import Material
from abusekit.accounts.links.shown import Shown
from abusekit.accounts.model import Account, AccountKey, Finding, Where

CAP = 3.0
LEAST_TARGETS = 2
_Links = dict[AccountKey, dict[AccountKey, Where]]


class Network:
    """Built once for a case."""

    def __init__(self, shown: Shown, material: Material) -> None:
        self._to: _Links = defaultdict(dict)
        # account → account that it mentions, follows or writes to → where
        self._from: dict[AccountKey, set[AccountKey]] = defaultdict(set)
        own = shown.own.accounts
        called = _called(shown)
        for account in shown.suspects:
            told = material.of(account.key)
            for handle, places in told.mentions.items():
                for other in called.get((account.platform, handle), ()):
                    self._add(account.key, other, places[0])
            for other, places in told.written_to.items():
                if other not in own:
                    self._add(account.key, other, places[0])
            for act in account.acts:
                if act.kind == "follow" and act.by == account.key and act.to and act.to not in own:
                    self._add(account.key, act.to, act.where)

    def _add(self, one: AccountKey, other: AccountKey, where: Where) -> None:
        if one != other:
            self._to[one].setdefault(other, where)
            self._from[other].add(one)

    def findings(self, among: Bystanders, a: Account, b: Account) -> list[Finding]:
        if "name" in (a.basis, b.basis):
            return []
        return [one for one in (self._mutual(among, a, b), self._targets(among, a, b)) if one is not None]

    def _mutual(self, among: Bystanders, a: Account, b: Account) -> Finding | None:
        here, there = self._to[a.key].get(b.key), self._to[b.key].get(a.key)
        if here is None or there is None:
            return None
        excluded = among.not_among(a.key, b.key)
        others = {x for one in (a.key, b.key) for x in self._to[one] if one in self._to[x]}
        return _finding(among, excluded, others, "mutual", "Each mentions, follows or writes to the other.",
                        (here,), (there,))  # fmt: skip

    def _targets(self, among: Bystanders, a: Account, b: Account) -> Finding | None:
        ours, theirs = self._to[a.key].keys() - {b.key}, self._to[b.key].keys() - {a.key}
        shared = sorted(ours & theirs)
        if len(shared) < LEAST_TARGETS or 2 * len(shared) < len(ours | theirs):
            return None
        others = set.intersection(*(self._from[target] for target in shared[:10]))
        return _finding(
            among, among.not_among(a.key, b.key), others, "targets",
            f"They mention, follow or write to the same {len(shared)} accounts beside the victim.",
            tuple(self._to[a.key][one] for one in shared[:3]), tuple(self._to[b.key][one] for one in shared[:3]),
        )  # fmt: skip


def _called(shown: Shown) -> dict[tuple[str, str], set[AccountKey]]:
    found: dict[tuple[str, str], set[AccountKey]] = defaultdict(set)
    for account in shown.suspects:
        for handle, _ in shown.handles[account.key]:
            found[account.platform, handle.casefold()].add(account.key)
    return found


def _finding(
    among: Bystanders,
    excluded: set[AccountKey],
    others: set[AccountKey],
    signal: str,
    text: str,
    here: tuple[Where, ...],
    there: tuple[Where, ...],
) -> Finding:
    n, shared_by = among.count(excluded), among.of(others, excluded)
    raw = n / max(shared_by, 1) if n else 1.0
    why = (
        "friends and members of one group do the same" if n else "there are no bystander accounts in the case"
    )
    return Finding(
        "network", signal, text, here, there, max(1.0, min(CAP, raw)), raw=raw, cap=CAP, among=n, shared_by=shared_by,
        why=why,
    )  # fmt: skip
