"""Findings of the group `selectors`: what two accounts give out alike as their own way to be reached, paid or joined.

LR = 1 / max(frequency among the bystanders, 1 / their number): with n bystanders never more than n, since the case
holds no more comparisons than that; at most 1,000 each (attribution, section 5). A number that everybody shows, a
charity's address or the front page of a site is worth nothing. Who writes a number in messages does not say that it is
its own: such a link is weak by itself. What stands within words that both share is one with those, no second.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import product

from abusekit.accounts.links.cohorts import FEW, PERSONAL, Bystanders
from abusekit.accounts.links.material import Held, Mention, SelectorKey
from abusekit.accounts.links.shown import Shown
from abusekit.accounts.links.weighing import WEAK_CAP
from abusekit.accounts.listing import short
from abusekit.accounts.model import Account, AccountKey, Finding
from abusekit.accounts.signals.reuse import MESSAGE_WORDS, RUN_WORDS, words
from abusekit.accounts.signals.selectors import worth

CAP = 1_000.0
LOOSE_CAP = 100.0
"""Two numbers of which one lacks its country code."""
MENTIONED_CAP = WEAK_CAP
"""In messages only, at one of the two at least: anybody can write a number that is somebody else's."""
COPIED_CAP = 10.0
"""As MENTIONED_CAP, where one of the two could read it at the other, or both write it in the same words."""
_OFTEN = 2
"""Messages in words of its own, from which it is not taken to be copied once."""
_SAME_WORDS = 5
"""Words in a row, around a selector, by which one text may have been taken from the other."""
ALSO, COUNTED_AS = "also shown by ", ", no part of this pair"
"""Around the names of others that show the same."""
_LAST = 9
_NAMED = 3
_WORDS = {
    "phone": "phone number",
    "email": "e-mail address",
    "address": "web address",
    "payment": "payment handle",
    "invite": "invitation to a group",
}
_NOBODY = (
    "there are no bystander accounts with ten messages or a profile text to compare with, so that it cannot be said "
    "how common this is"
)


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
    n = among.count(excluded, a, b)
    shared_by = among.of(shown.holders[one.key], excluded, a, b)
    n = max(n, shared_by) if n else 0
    limit, limited = _limit(a, b, one)
    cap, why = min(CAP, one.cap, limit), one.why
    raw = n / max(shared_by, 1) if n else 1.0
    lr = max(1.0, min(cap, raw))
    if (no_number := _counts_nothing(shown, one)) or not n:
        lr, why = 1.0, no_number or _NOBODY
    else:
        why = _joined(_others(shown, one, excluded, among), why, limited if cap < min(CAP, one.cap) else "")
        if not why and shared_by:
            why = f"{shared_by} of {n} bystander accounts show it, too"
        elif not why and raw <= cap:
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


def names_a_group(finding: Finding) -> bool:
    """Whether a few accounts more show a selector that leads to one person: to be seen whatever its number is."""
    return finding.group == "selectors" and finding.why.startswith(ALSO)


def _joined(*said: str) -> str:
    return "; ".join(part for part in said if part)


def _limit(a: Account, b: Account, one: _Alike) -> tuple[float, str]:
    """The most that it may weigh for how the two show it, and why."""
    alike = [pair for pair in _pairs(one.here, one.there) if _same_words(*pair)]
    ours = _manner(one.here, [mine for mine, _ in alike])
    theirs = _manner(one.there, [other for _, other in alike])
    if "copied" in (ours, theirs):
        if any(_one_run(*pair) for pair in alike):
            return 1.0, "it stands within words that both share, and is counted with those, once"
        return COPIED_CAP, "it stands in the same words at both: one may have copied the other"
    if ours == theirs == "stated":
        return CAP, ""
    sides = ((ours, one.here, b), (theirs, one.there, a))
    readable = any(where.item in other.items for _, held, other in sides for where in held.where)
    if readable and any(manner == "mentioned" and len(held.said) < _OFTEN for manner, held, _ in sides):
        return COPIED_CAP, "mentioned, not stated as its own, where both are: one may have copied the other"
    return MENTIONED_CAP, "mentioned in messages, not stated as its own by both: anybody can write it"


def _pairs(here: Held, there: Held) -> list[tuple[Mention, Mention]]:
    return list(product([*here.said, *here.profile], [*there.said, *there.profile]))


def _manner(held: Held, shared: Collection[Mention]) -> str:
    """`stated` as its own; `mentioned` in messages in its own words; `copied`: in words of the other's only."""
    if held.stated or any(mine not in shared for mine in held.profile):
        return "stated"
    texts = [*held.said, *held.profile]
    return "copied" if texts and all(mine in shared for mine in texts) else "mentioned"


def _same_words(one: Mention, other: Mention) -> bool:
    """Whether there is nothing else around both, or five words in a row of one stand around the other."""
    ours, theirs = (words(f"{text.before} {text.after}") for text in (one, other))
    return ours == theirs or not _rows(ours, _SAME_WORDS).isdisjoint(_rows(theirs, _SAME_WORDS))


def _one_run(one: Mention, other: Mention) -> bool:
    """Whether it is so many words that `common_words` has a finding on them."""
    ours, theirs = (words(f"{text.before}{text.itself}{text.after}") for text in (one, other))
    return (ours == theirs and len(ours) >= MESSAGE_WORDS) or not _rows(ours, RUN_WORDS).isdisjoint(
        _rows(theirs, RUN_WORDS)
    )


def _rows(found: list[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(found[begin : begin + size]) for begin in range(len(found) - size + 1)}


def _others(shown: Shown, one: _Alike, excluded: Collection[AccountKey], among: Bystanders) -> str:
    """The few others that show a personal selector: whether they are bystanders is for a person to see."""
    holders = shown.holders[one.key] if one.key[0] in PERSONAL else ()
    keys = sorted(key for key in holders if key not in excluded)
    if not keys or len(keys) > FEW:
        return ""
    named = ", ".join(short(key, 80) for key in keys[:_NAMED])
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return f"{ALSO}{named}{more}{COUNTED_AS}: one mailbox or number of several people, or all of one person"


def _counts_nothing(shown: Shown, one: _Alike) -> str:
    """Why it is worth nothing whoever shows it; empty: it may be worth something."""
    if any(_is(one.key, hers) for hers in shown.own.stated):
        return "it is the victim's own, which others copy or spread"
    if one.key[1] in shown.profiles:
        return (
            "it is the address of the profile of an account in this case: whoever writes about it writes it"
        )
    for first in (first for hers, first in shown.own.written.items() if _is(one.key, hers)):
        times = (one.here.first, one.there.first)
        # only what both wrote before she did cannot have come from her
        if not first or not all(times) or max(times) >= first:
            return "the victim wrote it, too, and not after both of them: they may have it from there"
    return ""


def _is(key: SelectorKey, hers: SelectorKey) -> bool:
    """The same, or the same telephone number with and without its country code."""
    return key == hers or (key[0] == hers[0] == "phone" and loosely_equal(key[1], hers[1]))
