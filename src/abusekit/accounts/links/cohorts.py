"""The comparison group of a pair: bystander accounts of the case, never named in any output.

Not in it: the victim's own accounts, the pair, and accounts that may be run by the same person as one of the pair: a
link that a person proposed or confirmed, or a phone number, e-mail address, payment handle or invitation of their own
that few others show. Ten bystanders at least for style and hours (attribution, section 0.3: no cohort, no number).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from abusekit.accounts.links.material import Material, SelectorKey
from abusekit.accounts.links.shown import Shown
from abusekit.accounts.model import Account, AccountKey, Decisions

LEAST_COHORT = 10
"""Fewer bystanders give no number for style and hours (attribution, section 0.3, measured 2026-11)."""
MOST_COHORT = 50
"""Bystanders that style and hours are compared with: more bring little (attribution, 3.4: 65 against 25)."""
PERSONAL = frozenset({"phone", "email", "payment", "invite"})
FEW = 10
"""Holders up to which a selector of these kinds ties accounts together."""
_POSTS, _CHARACTERS = 10, 400
"""What an account needs to be of use for style; hours need `LEAST_TIMED`."""
LEAST_TIMED = 30


class Bystanders:
    """Built once for a case; asked for every pair."""

    def __init__(self, shown: Shown, material: Material, decided: Decisions) -> None:
        self._shown, self._material = shown, material
        self._linked: dict[AccountKey, set[AccountKey]] = defaultdict(set)
        for (one, other), decision in decided.newest.items():
            if decision.decided in ("proposed", "confirmed"):
                self._linked[one].add(other)
                self._linked[other].add(one)
        self.everyone: set[AccountKey] = {a.key for a in shown.suspects if self._says_something(a)}
        # whoever could have shown what is compared
        self.with_words: set[AccountKey] = {a.key for a in shown.suspects if material.of(a.key).posts}
        self.with_bio: set[AccountKey] = {a.key for a in shown.suspects if a.of("bio")}
        self._writers: dict[str, list[Account]] = defaultdict(list)
        for account in sorted(shown.suspects, key=lambda one: (-material.of(one.key).posts, one.key)):
            if account.basis != "name" and self._writes(account.key):
                self._writers[account.platform].append(account)

    def _says_something(self, account: Account) -> bool:
        return self._material.of(account.key).posts > 0 or bool(account.of("bio"))

    def _writes(self, key: AccountKey) -> bool:
        told = self._material.of(key)
        return told.posts >= _POSTS and sum(len(one.text) for one in told.sample) >= _CHARACTERS

    def tied(self, key: AccountKey, but: SelectorKey | None = None) -> set[AccountKey]:
        """Accounts that may be the same person's, as far as anything but the selector `but` says so."""
        found = set(self._linked.get(key, ()))
        for held in self._shown.selectors.get(key, ()):
            holders = self._shown.holders[held]
            if held != but and held[0] in PERSONAL and len(holders) <= FEW:
                found |= holders
        return found

    def not_among(self, a: AccountKey, b: AccountKey, but: SelectorKey | None = None) -> set[AccountKey]:
        return {a, b} | self.tied(a, but) | self.tied(b, but)

    def count(self, excluded: Collection[AccountKey]) -> int:
        """How many bystanders there are in the whole case: what a selector is compared with, on any platform."""
        return len(self.everyone) - sum(key in self.everyone for key in excluded)

    def of(self, accounts: Iterable[AccountKey], excluded: Collection[AccountKey]) -> int:
        """How many of `accounts` are bystanders."""
        return sum(key in self.everyone and key not in excluded for key in accounts)

    def writers(self, a: Account, b: Account) -> tuple[list[AccountKey], str]:
        """Bystanders that write enough, on the platform of both, and in words what they are.

        Of the items in which both write, where there are ten of them there; else of the whole platform in this case.
        At most MOST_COHORT, those that wrote most. Empty where the platforms differ.
        """
        if a.platform != b.platform:
            return [], "accounts on one platform"
        excluded = self.not_among(a.key, b.key)
        free = [one for one in self._writers[a.platform] if one.key not in excluded]
        shared = a.items.keys() & b.items.keys()
        near = [one.key for one in free if not shared.isdisjoint(one.items)] if shared else []
        if len(near) >= LEAST_COHORT:
            chosen = near[:MOST_COHORT]
            return chosen, f"{len(chosen)} accounts of {a.platform} in the same {_things(len(shared))}"
        chosen = [one.key for one in free[:MOST_COHORT]]
        return chosen, f"{len(chosen)} accounts of {a.platform} in this case"


def _things(count: int) -> str:
    return "item of this case" if count == 1 else "items of this case"
