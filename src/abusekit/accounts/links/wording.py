"""A candidate in words: for terminal and paper. Nothing in here contains words of messages; all of it is one line each.

Every likelihood ratio comes with both propositions, the comparison group, its cap and the number of coincidences to be
expected. How probable it is that two accounts are run by one person is never said: that depends on everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from abusekit.accounts.links.weighing import GROUP_CAPS, LEAST, MOST
from abusekit.accounts.listing import short
from abusekit.accounts.model import GROUPS, Account, Candidate, Decision, Finding, Ledger, Where
from abusekit.plain import safe_text

LEAD = "an investigative lead, for the officer to test with platform data; no expert opinion"
LR_MEANS = (
    "LR N: what was found is N times more probable if the two accounts are run by one person than if by different "
    "people of the comparison group; below 1 it speaks against. It is no statement on who anybody is."
)
STRENGTHS = (
    "in words: below 1 against, below 10 none, below 100 weak, from 100 moderate, from 1,000 strong where two kinds of "
    "findings say so, one of them a number, an address or the very same photo"
)
HIDDEN = "(hidden: --reveal shows it)"
HIDDEN_SIGNALS = frozenset({"address", "invite"})
"""What they share can spell words that upset."""
_DECIDED = {
    "proposed": "proposed as a link",
    "confirmed": "confirmed as a link",
    "rejected": "rejected as a link",
    "undecided": "taken back: undecided",
}
SHOWN_DIGITS = 12
"""Of a digest, where people are to compare or type it."""
_MOST_CITED = 4


def number(value: float) -> str:
    """About: two significant digits; a third where it is one below 1 (`1/40`)."""
    if value < 1:
        return f"1/{number(1 / value)}"
    if value < 10:
        return f"{value:.2g}"
    digits = len(f"{value:.0f}")
    return f"{round(value, 2 - digits):,.0f}"


def account_label(account: Account) -> str:
    """`x:12345 (@owl)`, marked where no stable id stands behind it."""
    label = short(account.key, 120)
    if account.handle:
        label += f" (@{short(account.handle, 40)})"
    return (
        f"{label} [weak: {'name' if account.basis == 'name' else 'handle'} only]" if account.weak else label
    )


def proposition(candidate: Candidate) -> str:
    """What the total means, for and against, with the comparison group."""
    group = f"different people of the comparison group ({candidate.cohort_of})"
    if 0.95 < candidate.total < 1.05:
        return f"These findings are about as probable if the two accounts are run by one person as if by {group}."
    if candidate.total < 1:
        times = number(1 / candidate.total)
        return (
            f"These findings are about {times} times more probable if the two accounts are run by {group} than if by "
            "one person."
        )
    return (
        f"These findings are about {number(candidate.total)} times more probable if the two accounts are run by one "
        f"person than if by {group}."
    )


def decision_line(decision: Decision | None, *, is_stale: bool, why: str = "") -> str:
    """Who decided what when; where it is stale, on which findings, and `why` these can be others now."""
    if decision is None:
        return "nobody has decided about this pair"
    said = f"{_DECIDED[decision.decided]} by {safe_text(decision.who)} on {decision.at[:10]}"
    if not is_stale:
        return said
    on = f" ({safe_text(decision.findings[:SHOWN_DIGITS])})" if decision.findings else ""
    return f"{said} on other findings than these{on}: STALE{f'; {why}' if why else ''}"


def coincidences(candidate: Candidate) -> str:
    """The number of pairs that would reach this total by chance, at most; only where the total says anything."""
    return (
        f"expected by coincidence: at most about {chance(candidate)} of the {candidate.pairs:,} pairs compared would "
        "reach this total if all were run by different people"
    )


def chance(candidate: Candidate) -> str:
    return number(candidate.expected) if candidate.expected >= 1 else f"{candidate.expected:.1g}"


def limits() -> str:
    caps = ", ".join(f"{group} {GROUP_CAPS[group]:,.0f}" for group in GROUPS)
    return f"caps: {caps}, in all {MOST:,.0f}; against at most 1/{1 / LEAST:,.0f}; caps are judgements, not measured"


def finding_lines(finding: Finding, ledger: Ledger, *, reveal: bool) -> Iterator[str]:
    """What it is and what it weighs; where it stands; why the number is what it is."""
    if abs(finding.lr - 1) < 1e-9:
        weight = "LR 1, counts nothing"
    else:
        weight = f"LR {number(finding.lr)}"
        if not finding.against:
            weight += f" (cap {finding.cap:,.0f})"
    if finding.among:
        weight += f", {compared_with(finding)}"
    yield safe_text(f"{finding.signal}: {finding.text} {weight}")
    if finding.value:
        yield "  " + (HIDDEN if finding.signal in HIDDEN_SIGNALS and not reveal else safe_text(finding.value))
    places = " | ".join(_cited(places, ledger) for places in (finding.here, finding.there) if places)
    yield safe_text(f"  in {places}")
    if finding.why:
        yield safe_text(f"  {finding.why}")


def compared_with(finding: Finding) -> str:
    """With what it was compared; style, hours and first contacts are not counted by who shows the same."""
    if finding.signal in ("style", "hours"):
        return f"compared with {finding.among} bystander accounts"
    if finding.signal == "first-contact":
        return f"{finding.among} other first contacts"
    return f"{finding.shared_by} of {finding.among} bystander accounts show the same"


def _cited(places: tuple[Where, ...], ledger: Ledger) -> str:
    cited = [ledger.cite(where) for where in places[:_MOST_CITED]]
    more = f" and {len(places) - _MOST_CITED} more" if len(places) > _MOST_CITED else ""
    return ", ".join(cited) + more


def candidate_lines(
    candidate: Candidate,
    ledger: Ledger,
    decided: str = "nobody has decided about this pair",
    *,
    reveal: bool = False,
    carried: Mapping[str, float] = {},
) -> Iterator[str]:
    """Against first, then by group; what each item carries; what was not compared. decided: `decision_line`; carried:
    item → total without it, as `Comparing.without_each` computes it; nothing is said of items that are not in it."""
    a, b = ledger.accounts[candidate.a], ledger.accounts[candidate.b]
    yield f"{account_label(a)}  and  {account_label(b)}"
    yield f"    {candidate.strength}, LR {number(candidate.total)}; {decided}"
    against = [one for one in candidate.findings if one.against]
    if against:
        yield "    AGAINST:"
        yield from _indented(against, ledger, reveal=reveal)
    else:
        yield "    against: nothing was found that speaks against it"
    for group, value in candidate.groups.items():
        here = [one for one in candidate.findings if one.group == group and not one.against]
        if here:
            yield f"    {group}: LR {number(value)} (cap {GROUP_CAPS[group]:,.0f})"
            yield from _indented(here, ledger, reveal=reveal)
    yield f"    {proposition(candidate)}"
    yield f"    {limits()}"
    if candidate.total > 1:
        yield f"    {coincidences(candidate)}"
    if carried:
        told = ", ".join(f"{item} {number(left)}" for item, left in carried.items())
        yield f"    LR without one of the items, computed anew: {told}"
    for text in candidate.not_compared:
        yield f"    not compared: {safe_text(text)}"
    yield f"    findings {candidate.digest}"


def _indented(findings: Iterable[Finding], ledger: Ledger, *, reveal: bool) -> Iterator[str]:
    return (f"      {line}" for one in findings for line in finding_lines(one, ledger, reveal=reveal))
