"""A candidate in a few lines: what speaks against and for it, where that stands, and what the number means.

The whole account of a pair is `wording.candidate_lines`. Neither contains words of messages; addresses of pages only
where they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from abusekit.accounts.links.common_selectors import ALSO, COUNTED_AS
from abusekit.accounts.links.weighing import MOST
from abusekit.accounts.links.wording import (
    HIDDEN,
    HIDDEN_SIGNALS,
    account_label,
    chance,
    compared_with,
    number,
)
from abusekit.accounts.listing import short
from abusekit.accounts.model import Candidate, Finding, Ledger, Where
from abusekit.plain import safe_text

SIGNAL_WORDS: dict[str, str] = {
    "phone": "same phone number",
    "email": "same e-mail address",
    "address": "same web address",
    "payment": "same payment handle",
    "invite": "same invitation to a group",
    "photo": "same photo as profile picture",
    "avatar": "profile pictures",
    "handle": "handles",
    "bio": "same words in profiles",
    "reused-text": "same words in messages",
    "style": "way of writing",
    "hours": "hours of writing",
    "first-contact": "first wrote soon after the other ended",
    "mutual": "each writes to the other",
    "targets": "same accounts written to",
    "at-once": "typed at the same moments",
    "script": "different letters",
}
"""Signal of a finding → what it is called in a list."""
_VALUED = frozenset({"phone", "email", "address", "payment", "invite", "handle"})
_LONGEST_VALUE = 80


def short_lines(candidate: Candidate, ledger: Ledger, decided: str, *, reveal: bool = False) -> Iterator[str]:
    """One line each, of any length, safe to print: both accounts; what the number means; the decision; what is against;
    each finding that counts; those that do not, and what was not compared. decided: `wording.decision_line`."""
    a, b = ledger.accounts[candidate.a], ledger.accounts[candidate.b]
    yield f"{account_label(a)}  and  {account_label(b)}"
    told = [one for one in candidate.findings if not _silent(one)]
    against = [one for one in told if one.against]
    yield meaning(candidate)
    yield decided if against else f"{decided}; nothing was found against it"
    for one in (*against, *(one for one in told if not one.against)):
        yield _finding(one, ledger, reveal=reveal)
    left = []
    if nothing := [_called(one) for one in candidate.findings if _silent(one)]:
        left.append(f"LR 1, counts nothing: {', '.join(nothing)}")
    if candidate.not_compared:
        heads = dict.fromkeys(safe_text(text).partition(":")[0] for text in candidate.not_compared)
        left.append(f"not compared: {', '.join(heads)}")
    if left:
        yield "; ".join(left)


def meaning(candidate: Candidate) -> str:
    """The strength and what the total says: both propositions, comparison group, cap, expected coincidences."""
    # for which group style was measured, its own line says
    cohort = "; ".join(part for part in candidate.cohort_of.split("; ") if not part.startswith("for style "))
    group = f"different people of the comparison group, {cohort}"
    if 0.95 < candidate.total < 1.05:
        return f"{candidate.strength}: LR 1, as probable for one person as for {group}"
    said = f"{candidate.strength}: LR {number(candidate.total)}"
    if candidate.total < 1:
        return f"{said} for one person, {number(1 / candidate.total)} times more probable for {group}"
    return (
        f"{said} (cap {MOST:,.0f}) for one person against {group}; at most about {chance(candidate)} of "
        f"{candidate.pairs:,} pairs would reach it by coincidence"
    )


def _silent(finding: Finding) -> bool:
    return abs(finding.lr - 1) < 1e-9


def _called(finding: Finding) -> str:
    return SIGNAL_WORDS.get(finding.signal, safe_text(finding.signal))


def _finding(finding: Finding, ledger: Ledger, *, reveal: bool) -> str:
    said = _called(finding)
    if finding.value and finding.signal in _VALUED:
        hidden = finding.signal in HIDDEN_SIGNALS and not reveal
        said += f" {HIDDEN if hidden else short(finding.value, _LONGEST_VALUE)}"
    said += f": LR {number(finding.lr)}"
    if not finding.against:
        said += f" (cap {finding.cap:,.0f})"
    if finding.among:
        said += f", {compared_with(finding).replace('bystander accounts show the same', 'bystanders')}"
    said += f"; {' | '.join(_places(places, ledger) for places in (finding.here, finding.there) if places)}"
    if finding.why.startswith(ALSO):
        said += f"; {short(finding.why.partition(COUNTED_AS)[0], 300)}"
    return f"AGAINST: {said}" if finding.against else said


def _places(places: Iterable[Where], ledger: Ledger) -> str:
    """The first of them, and how many more."""
    cited = list(dict.fromkeys(_exhibit(where, ledger) for where in places))
    return cited[0] if len(cited) == 1 else f"{cited[0]} (+{len(cited) - 1})"


def _exhibit(where: Where, ledger: Ledger) -> str:
    """`AB/7#m412`; the item itself stands in the full form."""
    if not where.item:
        return short(where.at, 60)
    part = f"#m{where.part}" if where.part else ""
    return safe_text(f"{ledger.exhibits.get(where.item, where.item)}{part}")
