"""A candidate in words: for terminal and paper. Nothing in here contains words of messages; all of it is one line each.

Every likelihood ratio comes with both propositions, the comparison group, its cap and the number of coincidences to be
expected. How probable it is that two accounts are run by one person is never said: that depends on everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from abusekit.accounts.links.weighing import GROUP_CAPS, LEAST, MOST, carried
from abusekit.accounts.listing import short
from abusekit.accounts.model import GROUPS, Account, Candidate, Decision, Finding, Ledger, Where
from abusekit.plain import safe_text

LEAD = "an investigative lead, for the officer to test with platform data; no expert opinion"
HIDDEN = "(hidden: --reveal shows it)"
HIDDEN_SIGNALS = frozenset({"address", "invite"})
"""What they share can spell words that upset."""
_DECIDED = {
    "proposed": "proposed as a link",
    "confirmed": "confirmed as a link",
    "rejected": "rejected as a link",
    "undecided": "taken back: undecided",
}
_MOST_CITED = 4
_MOST_CARRIED = 12


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


def decision_line(decision: Decision | None, *, is_stale: bool) -> str:
    if decision is None:
        return "nobody has decided about this pair"
    said = f"{_DECIDED[decision.decided]} by {decision.who} on {decision.at[:10]}"
    return f"{said}; STALE: the findings are others now" if is_stale else said


def coincidences(candidate: Candidate) -> str:
    """The number of pairs that would reach this total by chance, at most; only where the total says anything."""
    expected = candidate.expected
    said = number(expected) if expected >= 1 else f"{expected:.1g}"
    return (
        f"expected by coincidence: at most about {said} of the {candidate.pairs:,} pairs compared would reach this "
        "total if all were run by different people"
    )


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
        weight += f", {_among(finding)}"
    yield safe_text(f"{finding.signal}: {finding.text} {weight}")
    if finding.value:
        yield "  " + (HIDDEN if finding.signal in HIDDEN_SIGNALS and not reveal else safe_text(finding.value))
    places = " | ".join(_cited(places, ledger) for places in (finding.here, finding.there) if places)
    yield safe_text(f"  in {places}")
    if finding.why:
        yield safe_text(f"  {finding.why}")


def _among(finding: Finding) -> str:
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
    decision: Decision | None,
    *,
    is_stale: bool = False,
    reveal: bool = False,
) -> Iterator[str]:
    """Against first, then by group; what each item carries; what was not compared."""
    a, b = ledger.accounts[candidate.a], ledger.accounts[candidate.b]
    yield f"{account_label(a)}  and  {account_label(b)}"
    yield f"    {candidate.strength}, LR {number(candidate.total)}; {decision_line(decision, is_stale=is_stale)}"
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
        if items := carried(candidate.findings):
            told = [f"{item} {number(left)}" for item, left in list(items.items())[:_MOST_CARRIED]]
            yield f"    LR without one of the items: {', '.join(told)}{', …' if len(items) > _MOST_CARRIED else ''}"
    for text in candidate.not_compared:
        yield f"    not compared: {safe_text(text)}"
    yield f"    findings {candidate.digest}"


def _indented(findings: Iterable[Finding], ledger: Ledger, *, reveal: bool) -> Iterator[str]:
    return (f"      {line}" for one in findings for line in finding_lines(one, ledger, reveal=reveal))
