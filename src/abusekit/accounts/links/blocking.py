"""Which pairs are worth weighing when there are too many for all: those that share something that can be looked up.

10,000 accounts are 50 million pairs. A pair without a common selector, run of words, picture, like handle or succession
has nothing but style and hours to go by, which make no link by themselves (attribution, section 0.1).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations

from abusekit.accounts.links.common_selectors import tail
from abusekit.accounts.links.common_words import SharedRuns
from abusekit.accounts.links.sequence import Sequence
from abusekit.accounts.links.shown import Shown, form
from abusekit.accounts.model import AccountKey, pair
from abusekit.accounts.signals import handles, pictures

ALL_PAIRS = 5_000
"""Up to so many pairs all are weighed."""
MOST_SHARING = 30
"""Accounts that share one thing, up to which their pairs are looked at: what more share is common."""
MOST_HANDLE_PAIRS = 5_000
_COMMON_TRIGRAM = 60
_MOST_NEAR = 200
_LEAST_HANDLE_LR = 3.0
Pair = tuple[AccountKey, AccountKey]


class Blocked:
    """The pairs, and in words what was passed over."""

    def __init__(self) -> None:
        self.pairs: set[Pair] = set()
        self.passed_over: list[str] = []
        self.all_pairs = False

    def sharing(self, accounts: Iterable[AccountKey]) -> bool:
        """All pairs of accounts that share one thing; False: too many share it."""
        found = sorted(set(accounts))
        if len(found) > MOST_SHARING:
            return False
        self.pairs.update(combinations(found, 2))
        return True


def blocked(
    shown: Shown,
    words: SharedRuns,
    bios: SharedRuns,
    sequence: Sequence,
    only: Collection[AccountKey],
) -> Blocked:
    """Every pair where there are at most ALL_PAIRS; else the pairs that share something.

    only: pairs with at least one of these accounts; empty: all.
    """
    found = Blocked()
    keys = [account.key for account in shown.suspects]
    if pairs_between(len(keys), len(set(only))) <= ALL_PAIRS:
        found.all_pairs = True
        found.pairs = {pair(*both) for both in _all(keys, only)}
        return found
    common = sum(not found.sharing(holders) for holders in shown.holders.values() if len(holders) > 1)
    for holders in _loose_phones(shown):
        found.sharing(holders)
    for runs in (words, bios):
        for _, places in runs.runs:
            common += not found.sharing(key for key in places if key not in shown.own.accounts)
    if common:
        found.passed_over.append(
            f"{common} things that more than {MOST_SHARING} accounts share made no pairs by themselves"
        )
    _pictures(shown, found)
    _handles(shown, found)
    for old, new in sequence.successions():
        found.pairs.add(pair(old, new))
    if only:
        wanted = set(only)
        found.pairs = {both for both in found.pairs if not wanted.isdisjoint(both)}
    return found


def pairs_between(accounts: int, only: int) -> int:
    """Pairs of so many accounts; those that have one of `only` accounts in them, where that is not 0."""
    rest = accounts - only if only else 0
    return (accounts * (accounts - 1) - rest * (rest - 1)) // 2


def _all(keys: list[AccountKey], only: Collection[AccountKey]) -> Iterator[Pair]:
    wanted = set(only)
    return (both for both in combinations(keys, 2) if not wanted or not wanted.isdisjoint(both))


def _loose_phones(shown: Shown) -> Iterator[set[AccountKey]]:
    by_tail: dict[str, set[AccountKey]] = defaultdict(set)
    for (kind, value), holders in shown.holders.items():
        if kind == "phone" and (last := tail(value)):
            by_tail[last] |= holders
    yield from (holders for holders in by_tail.values() if len(holders) > 1)


def _pictures(shown: Shown, found: Blocked) -> None:
    by_bytes: dict[str, set[AccountKey]] = defaultdict(set)
    looked_at = {}
    for key, portraits in shown.portraits.items():
        for one in portraits:
            by_bytes[one.sha256].add(key)
            if one.picture is not None:
                looked_at[one.sha256] = one.picture
    for holders in by_bytes.values():
        found.sharing(holders)
    digests = list(looked_at)
    for i, j, _ in pictures.near([looked_at[one] for one in digests]):
        found.sharing(by_bytes[digests[i]] | by_bytes[digests[j]])


def _handles(shown: Shown, found: Blocked) -> None:
    """Handles that share their stem or look-alike form, or most of their rarer runs of three signs."""
    by_form: dict[str, list[tuple[AccountKey, str]]] = defaultdict(list)
    for key, known in shown.handles.items():
        for handle, _ in known:
            by_form[form(handle)].append((key, handle))
    postings: dict[str, list[str]] = defaultdict(list)
    for one in by_form:
        for trigram in _trigrams(one):
            postings[trigram].append(one)
    scored: list[tuple[float, Pair]] = []
    for one, holders in by_form.items():
        near = [*holders]
        for other in _near_forms(one, postings):
            near += by_form[other]
        for key, handle in holders:
            for key_there, there in near[:_MOST_NEAR]:
                if key < key_there and (lr := handles.compare(handle, there).lr) >= _LEAST_HANDLE_LR:
                    scored.append((lr, (key, key_there)))
    scored.sort(key=lambda one: (-one[0], one[1]))
    if len(scored) > MOST_HANDLE_PAIRS:
        found.passed_over.append(
            f"{len(scored) - MOST_HANDLE_PAIRS} pairs with nothing in common but like handles, the least alike ones"
        )
    found.pairs.update(both for _, both in scored[:MOST_HANDLE_PAIRS])


def _trigrams(text: str) -> set[str]:
    padded = f"^{text[:60]}$"
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _near_forms(text: str, postings: dict[str, list[str]]) -> list[str]:
    """Other forms that share at least half of the trigrams that are not common."""
    rare = [one for one in _trigrams(text) if len(postings[one]) <= _COMMON_TRIGRAM]
    counted = Counter(other for trigram in rare for other in postings[trigram])
    return [other for other, shared in counted.items() if other != text and 2 * shared >= len(rare)]
