"""Decisions of people, and candidates, as edges of a drawing.

No likelihood ratio is shown here, only its band in words: the number needs both propositions, the comparison group
and the cap beside it, and stands in `account candidates`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from abusekit.accounts.drawing.drawn import STATES, Edge, State, Told
from abusekit.accounts.drawing.labels import label
from abusekit.accounts.drawing.nodes import cites
from abusekit.accounts.links.decisions import remark
from abusekit.accounts.model import (
    AccountKey,
    Candidate,
    Decision,
    Decisions,
    Finding,
    Group,
    Ledger,
    Where,
    pair,
)
from abusekit.case.moment import offset_text

INITIALS: dict[Group, str] = {
    "selectors": "S",
    "presentation": "P",
    "behaviour": "B",
    "sequence": "Q",
    "network": "N",
}
LEAST = 10.0
"""Candidates below this total are not drawn (attribution.md section 5: `candidates` hides them)."""
CANDIDATES = 12
"""Candidates nobody decided on that are drawn, the strongest first: more of them hide what people said."""

Pair = tuple[AccountKey, AccountKey]


def edges_of(
    ledger: Ledger,
    decisions: Decisions,
    candidates: Sequence[Candidate],
    *,
    zone: str,
    stale: Collection[Pair] = (),
    most: int = CANDIDATES,
) -> list[Edge]:
    """All links that have something said of them, in the order of STATES; not yet numbered, nor bound to nodes.

    Of candidates the `most` strongest.
    """
    compared = {pair(one.a, one.b): one for one in candidates}
    found = [
        _decided(ledger, decision, compared.get(key), zone, key in stale, remark(decisions, ledger, decision))
        for key, decision in decisions.newest.items()
    ]
    open_ones = undecided_candidates(decisions, candidates)
    shown = open_ones[:most]
    again = {pair(one.a, one.b) for one in shown}
    found = [edge for edge in found if pair(edge.a_key, edge.b_key) not in again]
    found += [_candidate(ledger, one, taken_back=pair(one.a, one.b) in decisions.newest) for one in shown]
    order = list(STATES)
    return sorted(found, key=lambda edge: order.index(edge.state))


def undecided_candidates(decisions: Decisions, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those of at least LEAST on which no decision stands, the strongest first."""
    found = []
    for one in candidates:
        decision = decisions.of(one.a, one.b)
        if one.total >= LEAST and (decision is None or decision.decided == "undecided"):
            found.append(one)
    return sorted(found, key=lambda one: (-one.total, pair(one.a, one.b)))


def against_the_cluster(decisions: Decisions, zone: str) -> list[str]:
    """Pairs that confirmed links join over others, and that a person rejected: one sentence each."""
    told = []
    for cluster in decisions.clusters():
        inside = set(cluster)
        for (one, other), decision in sorted(decisions.newest.items()):
            if decision.decided == "rejected" and one in inside and other in inside:
                told.append(
                    f"Confirmed links join {label(one, 60)} and {label(other, 60)} over other accounts, "
                    f"but {decision.who} rejected a link between them on {local(decision.at, zone)} "
                    f"(log line {decision.n + 1})."
                )
    return told


def local(at: str, zone: str) -> str:
    """An instant of the log for people, in the case's zone: `2026-03-09 14:00 +00:00`."""
    here = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
    return f"{here:%Y-%m-%d %H:%M} {offset_text(here.utcoffset() or here - here)}"


def _decided(
    ledger: Ledger, one: Decision, compared: Candidate | None, zone: str, is_stale: bool, remarked: str
) -> Edge:
    notes = [f"{remarked}."] if remarked else []
    if is_stale:
        notes.append(
            "The findings are others than those that this decision was made on: evidence came in, or other links "
            "changed who is compared with."
        )
    state: State = one.decided
    return _edge(
        ledger,
        (one.a, one.b),
        state,
        compared,
        who=one.who,
        at=local(one.at, zone),
        reason=one.reason,
        basis=one.basis,
        cited=cites(ledger, [Where(item) for item in one.items]),
        line=one.n + 1,
        notes=notes,
    )


def _candidate(ledger: Ledger, one: Candidate, *, taken_back: bool) -> Edge:
    notes = ["A decision was taken back."] if taken_back else []
    return _edge(ledger, (one.a, one.b), "candidate", one, notes=notes)


def _edge(
    ledger: Ledger,
    ends: Pair,
    state: State,
    compared: Candidate | None,
    *,
    notes: list[str],
    who: str = "",
    at: str = "",
    reason: str = "",
    basis: tuple[str, ...] = (),
    cited: tuple[str, ...] = (),
    line: int = 0,
) -> Edge:
    findings = compared.findings if compared else ()
    if compared:
        notes.append(_group_of_comparison(compared))
        notes += [f"Not compared: {why}" for why in compared.not_compared]
    return Edge(
        n=0,
        a=0,
        b=0,
        a_key=ends[0],
        b_key=ends[1],
        state=state,
        who=who,
        at=at,
        reason=reason,
        basis=basis,
        cites=cited,
        line=line,
        strength=compared.strength if compared else None,
        groups=_initials(compared) if compared else "",
        against=_told(ledger, (one for one in findings if one.against)),
        speaks_for=_told(ledger, (one for one in findings if one.lr > 1)),
        described=_told(ledger, (one for one in findings if one.lr == 1)),
        notes=tuple(notes),
    )


def _initials(one: Candidate) -> str:
    return "".join(sign for group, sign in INITIALS.items() if one.groups.get(group, 1.0) > 1)


def _group_of_comparison(one: Candidate) -> str:
    group = one.cohort_of if one.cohort else "no accounts: there was no comparison group"
    return (
        f"Compared with: {group}. Of {one.pairs} pairs compared, {one.expected:.2g} coincidental links are to be "
        "expected at this strength. Numbers and their limits: abusekit account candidates."
    )


def _told(ledger: Ledger, findings: Iterable[Finding]) -> tuple[Told, ...]:
    return tuple(Told(f"{one.group}, {one.signal}: {one.text}", _both(ledger, one)) for one in findings)


def _both(ledger: Ledger, finding: Finding) -> tuple[str, ...]:
    return cites(ledger, (*finding.here, *finding.there))
