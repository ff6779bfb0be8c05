"""Findings of the group `selectors`: what two accounts give out alike as their own way to be reached, paid or joined.

LR = 1 / max(frequency among the bystanders, 1 / their number): with n bystanders never more than n, since the case
holds no more comparisons than that; at most 1,000 each (attribution, section 5). A number that everybody shows, a
charity's address or the front page of a site is worth nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from abusekit.accounts.links.cohorts import Bystanders
from abusekit.accounts.links.material import Held, SelectorKey
from abusekit.accounts.links.shown import Shown
from abusekit.accounts.listing import short
from abusekit.accounts.model import Account, Finding
from abusekit.accounts.signals.selectors import worth

CAP = 1_000.0
LOOSE_CAP = 100.0
"""Two numbers of which one lacks its country code."""
_LAST = 9
_WORDS = {
    "phone": "phone number",
    "email": "e-mail address",
    "address": "web address",
    "payment": "payment handle",
    "invite": "invitation to a group",
}
_NOBODY = "there are no bystander accounts in the case, so that it cannot be said how common this is"


@dataclass(frozen=True, slots=True)
class _Alike:
    key: SelectorKey
    here: Held
    there: Held
    cap: float
    why: str


def selector_findings(shown: Shown, among: Bystanders, a: Account, b: Account) -> list[Finding]:
    """One for each that both show; lr 1 for what is public, the victim's own, or cannot be compared."""
    return [_finding(shown, among, a, b, one) for one in _alike(shown, a, b)]


def _alike(shown: Shown, a: Account, b: Account) -> list[_Alike]:
    ours, theirs = shown.selectors[a.key], shown.selectors[b.key]
    found = [
        _Alike(key, ours[key], theirs[key], *worth(ours[key].selector))
        for key in sorted(ours.keys() & theirs.keys())
    ]
    exact = {one.key for one in found}
    for key, held in sorted(ours.items()):
        for other, held_there in sorted(theirs.items()) if key[0] == "phone" else ():
            if (
                other[0] == "phone"
                and key not in exact
                and other not in exact
                and loosely_equal(key[1], other[1])
            ):
                why = "one of the numbers lacks its country code"
                found.append(_Alike(key, held, held_there, LOOSE_CAP, why))
    return found


def loosely_equal(one: str, other: str) -> bool:
    """Two phone numbers of which exactly one has its country code, and whose last nine digits are the same."""
    return one.startswith("+") != other.startswith("+") and tail(one) == tail(other) != ""


def tail(number: str) -> str:
    """The last nine digits; empty where there are fewer."""
    digits = "".join(sign for sign in number if sign in "0123456789")
    return digits[-_LAST:] if len(digits) >= _LAST else ""


def _finding(shown: Shown, among: Bystanders, a: Account, b: Account, one: _Alike) -> Finding:
    excluded = among.not_among(a.key, b.key, but=one.key)
    n = among.count(excluded)
    shared_by = among.of(shown.holders[one.key], excluded)
    cap, why = min(CAP, one.cap), one.why
    raw = n / max(shared_by, 1) if n else 1.0
    lr = max(1.0, min(cap, raw))
    if (no_number := _counts_nothing(shown, one)) or not n:
        lr, why = 1.0, no_number or _NOBODY
    elif lr == 1.0 and not why:
        why = f"{shared_by} of {n} bystander accounts show it, too"
    elif raw <= cap and not why:
        why = f"never more than the {n} bystander accounts that it could be compared with"
    return Finding(
        group="selectors",
        signal=one.key[0],
        text=f"Both show the same {_WORDS.get(one.key[0], one.key[0])}.",
        here=tuple(one.here.where),
        there=tuple(one.there.where),
        lr=lr,
        raw=raw,
        cap=cap,
        among=n,
        shared_by=shared_by,
        value=short(one.key[1], 120),
        why=why,
    )


def _counts_nothing(shown: Shown, one: _Alike) -> str:
    """Why it is worth nothing whoever shows it; empty: it may be worth something."""
    if one.key in shown.own.stated:
        return "it is the victim's own, which others copy or spread"
    if one.key[1] in shown.profiles:
        return (
            "it is the address of the profile of an account in this case: whoever writes about it writes it"
        )
    if one.key in shown.own.written:
        first = shown.own.written[one.key]
        times = (one.here.first, one.there.first)
        # only what both wrote before she did cannot have come from her
        if not first or not all(times) or max(times) >= first:
            return "the victim wrote it, too, and not after both of them: they may have it from there"
    return ""
