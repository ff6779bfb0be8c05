"""From the ledger and what people decided to a drawing: which accounts are drawn, in what order, and what is left out.

Nothing is compared here: candidates come in where somebody asked for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date

from abusekit.accounts.drawing.drawn import Drawn, Edge, Told
from abusekit.accounts.drawing.edges import (
    CANDIDATES,
    Pair,
    against_the_cluster,
    edges_of,
    undecided_candidates,
)
from abusekit.accounts.drawing.lanes import lane_of
from abusekit.accounts.drawing.nodes import cites, clusters_of, node_of, other_of
from abusekit.accounts.drawing.wording import told
from abusekit.accounts.model import Account, AccountKey, Candidate, Decisions, Ledger

MOST_ACTIVE = 60
"""Accounts without a link that are drawn: the most active."""
MOST_NODES = 200
MOST_EDGES = 150
"""Links that are drawn; all stand in the table, up to MOST_LISTED."""
MOST_LISTED = 2_000


def draw(
    ledger: Ledger,
    decisions: Decisions,
    *,
    case: str,
    zone: str,
    only: Collection[AccountKey] = (),
    candidates: Sequence[Candidate] | None = None,
    stale: Collection[Pair] = (),
    since: date | None = None,
    until: date | None = None,
    most_active: int = MOST_ACTIVE,
) -> Drawn:
    """The drawing; deterministic.

    `case` is its reference, `zone` its IANA zone. `only`: these accounts, and those that a link joins to one of them.
    `candidates`: what was compared, None where nobody asked. `stale`: pairs whose findings changed after the
    decision. `since` and `until` (days in UTC, included) narrow the lanes, not the accounts and links.
    """
    edges = edges_of(ledger, decisions, candidates or (), zone=zone, stale=stale)
    if only:
        edges = [edge for edge in edges if edge.a_key in only or edge.b_key in only]
    chosen = _chosen(ledger, edges, only, most_active)
    cluster = clusters_of(decisions.clusters())
    ordered = _ordered(chosen, cluster)
    numbers = {account.key: n for n, account in enumerate(ordered, start=1)}
    left = [] if only else [one for one in ledger.accounts.values() if one.key not in numbers]
    left.sort(key=_activity)
    bound = tuple(
        replace(edge, n=n, a=numbers.get(edge.a_key, 0), b=numbers.get(edge.b_key, 0))
        for n, edge in enumerate(edges[:MOST_LISTED], start=1)
    )
    return Drawn(
        case=case,
        zone=zone,
        accounts=len(ledger.accounts),
        nodes=tuple(node_of(ledger, one, numbers[one.key], cluster.get(one.key, 0)) for one in ordered),
        edges=bound,
        lanes=tuple(lane_of(ledger, one, numbers[one.key], since, until) for one in ordered),
        others=tuple(other_of(ledger, one) for one in left[:MOST_LISTED]),
        others_count=len(left),
        compared=candidates is not None,
        notes=(
            *_notes(ledger, decisions, edges, only, since, until, zone),
            *_passed_over(decisions, candidates or ()),
        ),
    )


def drawable(drawn: Drawn) -> tuple[Edge, ...]:
    """The edges that a picture shows: between two nodes of it, not taken back, at most MOST_EDGES."""
    return tuple(edge for edge in drawn.edges if edge.a and edge.b and edge.state != "undecided")[:MOST_EDGES]


def _chosen(
    ledger: Ledger, edges: Iterable[Edge], only: Collection[AccountKey], most_active: int
) -> list[Account]:
    """Those asked for, then those with links in the order of the links' weight, then the most active."""
    keys = dict.fromkeys(key for key in only if key in ledger.accounts)
    for edge in edges:
        if edge.state != "undecided":
            keys.update(dict.fromkeys(key for key in (edge.a_key, edge.b_key) if key in ledger.accounts))
    linked = list(keys)[:MOST_NODES]
    chosen = [ledger.accounts[key] for key in linked]
    if only:
        return chosen
    rest = sorted((one for one in ledger.accounts.values() if one.key not in keys), key=_rank)
    return chosen + rest[: max(min(most_active, MOST_NODES - len(chosen)), 0)]


def _rank(account: Account) -> tuple[bool, tuple[int, int, int]]:
    return not account.alarms, _activity(account)


def _activity(account: Account) -> tuple[int, int, int]:
    return -account.tally.to_owner, -account.tally.messages, account.number


def _ordered(accounts: list[Account], cluster: dict[AccountKey, int]) -> list[Account]:
    """By platform (the first seen first), within it accounts of one cluster side by side, else as first seen."""
    platform: dict[str, int] = {}
    together: dict[tuple[str, int], int] = {}
    for one in sorted(accounts, key=lambda account: account.number):
        platform.setdefault(one.platform, one.number)
        together.setdefault((one.platform, cluster.get(one.key, -one.number)), one.number)
    return sorted(
        accounts,
        key=lambda one: (
            platform[one.platform],
            together[one.platform, cluster.get(one.key, -one.number)],
            one.number,
        ),
    )


def _passed_over(decisions: Decisions, candidates: Sequence[Candidate]) -> Iterable[str]:
    more = len(undecided_candidates(decisions, candidates)) - CANDIDATES
    if more > 0:
        yield f"{more} weaker candidates are not drawn: abusekit account candidates."


def _notes(
    ledger: Ledger,
    decisions: Decisions,
    edges: Sequence[Edge],
    only: Collection[AccountKey],
    since: date | None,
    until: date | None,
    zone: str,
) -> Iterable[str]:
    yield from against_the_cluster(decisions, zone)
    yield from (told(Told(one.text, cites(ledger, one.where))) for one in ledger.alarms[:50])
    if len(ledger.alarms) > 50:
        yield f"{len(ledger.alarms) - 50} more alarms: abusekit account list."
    if only:
        yield "Only the accounts asked for, and those that a link joins to them."
    if since or until:
        span = f"from {since or 'the first'} to {until or 'the last'}"
        yield f"Lanes show the days {span} (UTC); the rest is counted only."
    if len(edges) > MOST_LISTED:
        yield f"{len(edges)} links; the first {MOST_LISTED} are listed."
    gone = {key for edge in edges for key in (edge.a_key, edge.b_key) if key not in ledger.accounts}
    if gone:
        yield f"Links name {len(gone)} accounts that the evidence no longer shows: they are listed, not drawn."
    yield from (f"Could not be read: {one}" for one in ledger.problems[:20])
