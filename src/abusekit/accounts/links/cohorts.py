"""The comparison group of a pair: bystander accounts of the case, never named in any output.

Not in it: the victim's own accounts, the pair, and accounts that may be run by the same person as one of the pair: a
link that a person proposed or confirmed, or a phone number, e-mail address, payment handle or invitation of their own
that few others show. Ten bystanders at least for style and hours (attribution, section 0.3: no cohort, no number).
Which of them are used hangs on a digest of their keys, not on how much they write, and those that write nearly the same
words count once: else whoever opens fifty talkative accounts would choose what everybody is compared with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from hashlib import sha256

from abusekit.accounts.links.material import Material, SelectorKey
from abusekit.accounts.links.shown import Shown
from abusekit.accounts.model import Account, AccountKey, Decisions
from abusekit.accounts.signals.distortion import WORD

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
MOST_LOOKED_AT = 1_000
"""Writers of one platform among which bystanders are looked for; of more, those that the digest puts first."""
_NEARLY = 0.5
"""Share of their common words, of all words of both, from which two writers count once. Of all pairs of 131 people of
Ubuntu IRC with 30 or 60 posts none is above 0.27 (attribution pack, 2026-11)."""


class Bystanders:
    """Built once for a case; asked for every pair."""

    def __init__(self, shown: Shown, material: Material, decided: Decisions) -> None:
        self._shown, self._material = shown, material
        self._linked: dict[AccountKey, set[AccountKey]] = defaultdict(set)
        for (one, other), decision in decided.newest.items():
            if decision.decided in ("proposed", "confirmed"):
                self._linked[one].add(other)
                self._linked[other].add(one)
        self.everyone: set[AccountKey] = {a.key for a in shown.suspects if self._says_enough(a)}
        self._anybody: set[AccountKey] = {a.key for a in shown.suspects if self._says_something(a)}
        # whoever could have shown what is compared
        self.with_words: set[AccountKey] = {a.key for a in shown.suspects if material.of(a.key).posts}
        self.with_bio: set[AccountKey] = {a.key for a in shown.suspects if a.of("bio")}
        self._talking: dict[str, set[AccountKey]] = defaultdict(set)
        self._writers: dict[str, list[Account]] = defaultdict(list)
        for account in sorted(shown.suspects, key=_digest):
            if account.of("bio") or material.of(account.key).posts:
                self._talking[account.platform].add(account.key)
            there = self._writers[account.platform]
            if account.basis != "name" and len(there) < MOST_LOOKED_AT and self._writes(account.key):
                there.append(account)
        self._groups: dict[str, dict[AccountKey, AccountKey]] = {}

    def _says_enough(self, account: Account) -> bool:
        """Who wrote one word and shows no profile is no comparison: accounts that are thrown away cost nothing."""
        return self._material.of(account.key).posts >= _POSTS or bool(account.of("bio"))

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

    def left_out(self, a: AccountKey, b: AccountKey) -> tuple[int, int]:
        """How many that say something are no bystanders of this pair: for a decision of a person; for a selector."""
        linked = (self._linked.get(a, set()) | self._linked.get(b, set())) - {a, b}
        tied = self.not_among(a, b) - {a, b} - linked
        return len(linked & self.everyone), len(tied & self.everyone)

    def count(self, excluded: Collection[AccountKey], *pair: Account) -> int:
        """How many bystanders there are: of the platform of both of the `pair`, where anybody else is found there;
        else in the whole case. Not those of chats for two e-mail addresses: where others may write, habits differ."""
        among = self.everyone
        if (platform := self._only_platform(excluded, pair)) is not None:
            among = among & self._talking[platform]
        return len(among) - sum(key in among for key in excluded)

    def whose(self, excluded: Collection[AccountKey], *pair: Account) -> str:
        """In words, those that `count` counts: `3 other accounts of email in this case`."""
        n = self.count(excluded, *pair)
        platform = self._only_platform(excluded, pair)
        whole = platform is None or self.everyone <= self._talking[platform]
        return f"{n} other account{'s' * (n != 1)}{'' if whole else f' of {platform}'} in this case"

    def _only_platform(self, excluded: Collection[AccountKey], pair: Collection[Account]) -> str | None:
        platforms = {one.platform for one in pair}
        if len(platforms) != 1:
            return None
        (platform,) = platforms
        return platform if self._talking.get(platform, set()).difference(excluded) else None

    def of(self, accounts: Iterable[AccountKey], excluded: Collection[AccountKey], *pair: Account) -> int:
        """How many of `accounts` show it beside the pair, also those that say too little for `count`; of the platform
        that `count` counts."""
        among = self._anybody
        if (platform := self._only_platform(excluded, pair)) is not None:
            among = among & self._talking[platform]
        return sum(key in among and key not in excluded for key in accounts)

    def writers(self, a: Account, b: Account) -> tuple[list[AccountKey], str]:
        """Bystanders that write enough, on the platform of both, and in words what they are.

        Of the items in which both write, where there are ten of them there; else of the whole platform in this case.
        At most MOST_COHORT, chosen by a digest of their keys; of those that write nearly the same words one. Empty
        where the platforms differ.
        """
        if a.platform != b.platform:
            return [], "accounts on one platform"
        excluded = self.not_among(a.key, b.key)
        free = self._free(a.platform, excluded)
        shared = a.items.keys() & b.items.keys()
        near = self._once([one for one in free if not shared.isdisjoint(one.items)]) if shared else []
        if len(near) >= LEAST_COHORT:
            chosen = near[:MOST_COHORT]
            return chosen, f"{len(chosen)} accounts of {a.platform} in the same {_things(len(shared))}"
        chosen = self._once(free)[:MOST_COHORT]
        return chosen, f"{len(chosen)} accounts of {a.platform} in this case"

    def too_alike(self, a: Account, b: Account) -> str:
        """Why `writers` are too few, where there would be enough, had they words of their own; else empty."""
        free = self._free(a.platform, self.not_among(a.key, b.key)) if a.platform == b.platform else []
        once = len(self._once(free))
        if once >= LEAST_COHORT or len(free) < LEAST_COHORT:
            return ""
        return (
            f"the bystanders write too much alike to be a comparison: of {len(free)} accounts, {once} are left when "
            "those with nearly the same words count once"
        )

    def _free(self, platform: str, excluded: Collection[AccountKey]) -> list[Account]:
        return [one for one in self._writers.get(platform, ()) if one.key not in excluded]

    def _once(self, accounts: list[Account]) -> list[AccountKey]:
        """One of each group that writes nearly the same words, in their order."""
        found: dict[AccountKey, AccountKey] = {}
        for one in accounts:
            found.setdefault(self._group(one), one.key)
        return list(found.values())

    def _group(self, account: Account) -> AccountKey:
        groups = self._groups.get(account.platform)
        if groups is None:
            told = ((one.key, self._words(one.key)) for one in self._writers[account.platform])
            groups = self._groups[account.platform] = _grouped(told)
        return groups[account.key]

    def _words(self, key: AccountKey) -> frozenset[str]:
        return frozenset(WORD.findall("\n".join(self._material.of(key).texts()).casefold()))


def _digest(account: Account) -> bytes:
    return sha256(account.key.encode("utf-8", "surrogatepass")).digest()


def _grouped(told: Iterable[tuple[AccountKey, frozenset[str]]]) -> dict[AccountKey, AccountKey]:
    """Account → the first one whose words are nearly the same; itself where there is none."""
    groups: dict[AccountKey, AccountKey] = {}
    kept: list[tuple[AccountKey, frozenset[str]]] = []
    for key, words in told:
        first = next((other for other, theirs in kept if _nearly(words, theirs)), key)
        groups[key] = first
        if first == key:
            kept.append((key, words))
    return groups


def _nearly(one: frozenset[str], other: frozenset[str]) -> bool:
    shorter, longer = sorted((len(one), len(other)))
    if shorter < _NEARLY * longer:  # then no more of them can be common
        return False
    both = len(one & other)
    return both >= _NEARLY * (shorter + longer - both)


def _things(count: int) -> str:
    return "item of this case" if count == 1 else "items of this case"
