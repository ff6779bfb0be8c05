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
from abusekit.accounts.drawing.lanes import lane_of, marks_of
from abusekit.accounts.drawing.nodes import cites, clusters_of, node_of, other_of
from abusekit.accounts.drawing.rows import in_rows
from abusekit.accounts.drawing.wording import told
from abusekit.accounts.links.decisions import left_out, standing_links, without_ground
from abusekit.accounts.model import Account, AccountKey, Candidate, Decisions, Ledger, pair

MOST_ACTIVE = 12
"""Of the accounts that wrote to the victim, and of which nothing else is known, the most active are drawn."""
MOST_NODES = 200
MOST_CANDIDATES = 100
"""Candidates that are drawn where everything is asked for."""
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
    everything: bool = False,
) -> Drawn:
    """The drawing; deterministic.

    `case` is its reference, `zone` its IANA zone. `only`: these accounts, and those that a link joins to one of them.
    `candidates`: what was compared, None where nobody asked. `stale`: pairs whose findings changed after the
    decision. `since` and `until` (days in UTC, included) narrow the lanes, not the accounts and links. Unless
    `everything`, accounts of which nothing is known but that they are there are counted, not drawn.
    """
    most = MOST_CANDIDATES if everything else CANDIDATES
    edges = edges_of(ledger, decisions, candidates or (), zone=zone, stale=stale, most=most)
    if only:
        edges = [edge for edge in edges if edge.a_key in only or edge.b_key in only]
    chosen = _chosen(ledger, edges, only, everything=everything)
    standing = standing_links(decisions, ledger)
    cluster = clusters_of(standing.clusters())
    nowhere = decisions.newest.keys() - standing.newest.keys()
    ordered = in_rows(chosen, edges, cluster)
    numbers = {account.key: n for n, account in enumerate(ordered, start=1)}
    left = [] if only else [one for one in ledger.accounts.values() if one.key not in numbers]
    left.sort(key=_activity)

    def end(edge: Edge, key: AccountKey) -> int:
        """0, so that the edge is listed and not drawn, also where a link leads to an account of the victim's own."""
        own = pair(edge.a_key, edge.b_key) in nowhere and key in ledger.accounts and ledger.accounts[key].own
        return 0 if own else numbers.get(key, 0)

    bound = tuple(
        replace(edge, n=n, a=end(edge, edge.a_key), b=end(edge, edge.b_key))
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
            *_passed_over(decisions, candidates or (), most),
        ),
    )


def drawable(drawn: Drawn) -> tuple[Edge, ...]:
    """The edges that a picture shows: between two nodes of it, not taken back, at most MOST_EDGES."""
    return tuple(edge for edge in drawn.edges if edge.a and edge.b and edge.state != "undecided")[:MOST_EDGES]


def _chosen(
    ledger: Ledger, edges: Iterable[Edge], only: Collection[AccountKey], *, everything: bool
) -> list[Account]:
    """Those asked for, those with links in the order of the links' weight, then those something happened to.

    Then those that wrote to the victim, the most active first; where all that leaves nobody, the most active.
    """
    keys = dict.fromkeys(key for key in only if key in ledger.accounts)
    for edge in edges:
        if edge.state != "undecided":
            keys.update(dict.fromkeys(key for key in (edge.a_key, edge.b_key) if key in ledger.accounts))
    linked = list(keys)[:MOST_NODES]
    chosen = [ledger.accounts[key] for key in linked]
    if only:
        return chosen
    rest = sorted((one for one in ledger.accounts.values() if one.key not in keys), key=_activity)
    if everything:
        return (chosen + sorted(rest, key=lambda one: not one.alarms))[:MOST_NODES]
    told = [one for one in rest if one.own or one.alarms or next(iter(marks_of(ledger, one)), None)]
    told.sort(key=lambda one: (not one.own, not one.alarms))
    told_of = {one.key for one in told}
    writers = [one for one in rest if one.tally.to_owner and one.key not in told_of][:MOST_ACTIVE]
    return (chosen + told + writers)[:MOST_NODES] or rest[:MOST_ACTIVE]


def _activity(account: Account) -> tuple[int, int, int]:
    return -account.tally.to_owner, -account.tally.messages - account.posted.messages, account.number


def _passed_over(decisions: Decisions, candidates: Sequence[Candidate], most: int) -> Iterable[str]:
    more = len(undecided_candidates(decisions, candidates)) - most
    if more > 0:
        yield f"{more} weaker candidates are not drawn: --all, or abusekit account candidates."


def _notes(
    ledger: Ledger,
    decisions: Decisions,
    edges: Sequence[Edge],
    only: Collection[AccountKey],
    since: date | None,
    until: date | None,
    zone: str,
) -> Iterable[str]:
    yield from against_the_cluster(standing_links(decisions, ledger), zone)
    yield from (
        one[0].upper() + one[1:] for one in (left_out(decisions, ledger), without_ground(decisions)) if one
    )
    yield from (told(Told(one.text, cites(ledger, one.where))) for one in ledger.alarms[:50])
    if len(ledger.alarms) > 50:
        yield f"{len(ledger.alarms) - 50} more alarms: abusekit account list."
    if only:
        yield "Only the accounts asked for, and those that a link joins to them."
    if ledger.accounts and not any(one.own for one in ledger.accounts.values()):
        yield (
            "No account is marked as the victim's own, so that it may stand here as any other: "
            "abusekit account observe ACCOUNT --own --reason WHY."
        )
    if since or until:
        span = f"from {since or 'the first'} to {until or 'the last'}"
        yield f"Lanes show the days {span} (UTC); the rest is counted only."
    if len(edges) > MOST_LISTED:
        yield f"{len(edges)} links; the first {MOST_LISTED} are listed."
    gone = {key for edge in edges for key in (edge.a_key, edge.b_key) if key not in ledger.accounts}
    if gone:
        yield f"Links name {len(gone)} accounts that the evidence no longer shows: they are listed, not drawn."
    yield from (f"Could not be read: {one}" for one in ledger.problems[:20])
