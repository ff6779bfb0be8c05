"""A drawing as the answer of `account graph --json`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from abusekit.accounts.drawing.drawn import Counted, Drawn, Edge, Lane, Node, Told
from abusekit.cli.answers_account_graph import (
    AccountGraphAnswer,
    GraphCounted,
    GraphLink,
    GraphMark,
    GraphName,
    GraphNode,
    GraphTold,
)


def answer_of(drawn: Drawn, problems: list[str], written: list[str], code: int) -> AccountGraphAnswer:
    """The whole drawing; texts as received."""
    return AccountGraphAnswer(
        reference=drawn.case,
        zone=drawn.zone,
        accounts=drawn.accounts,
        nodes=[_node(node, lane) for node, lane in zip(drawn.nodes, drawn.lanes, strict=True)],
        links=[_link(edge) for edge in drawn.edges],
        not_drawn=drawn.others_count,
        compared=drawn.compared,
        notes=list(drawn.notes),
        problems=list(problems),
        written=written,
        exit_code=code,
    )


def _node(node: Node, lane: Lane) -> GraphNode:
    return GraphNode(
        n=node.n,
        account=node.key,
        platform=node.platform,
        label=node.label,
        own=node.own,
        weak=node.weak,
        status=node.status,
        cluster=node.cluster,
        names=[
            GraphName(one.field, one.value, one.first, one.last, one.by, one.dated, *_places(one.cites))
            for one in node.names
        ],
        messages=_counted(node.messages),
        to_owner=node.to_owner,
        posts=_counted(node.posts),
        items=_counted(node.items),
        days={date.fromordinal(day).isoformat(): count for day, count in lane.days},
        undated=lane.undated,
        left_out=lane.left_out,
        post_days={date.fromordinal(day).isoformat(): count for day, count in lane.posts},
        posts_undated=lane.posts_undated,
        posts_left_out=lane.posts_left_out,
        marks=[
            GraphMark(mark.kind, mark.first.isoformat(), mark.last.isoformat(), _told(mark.told))
            for mark in lane.marks
        ],
        alarms=_all(node.alarms),
    )


def _link(edge: Edge) -> GraphLink:
    return GraphLink(
        n=edge.n,
        a=edge.a_key,
        b=edge.b_key,
        state=edge.state,
        who=edge.who,
        at=edge.at,
        reason=edge.reason,
        basis=list(edge.basis),
        exhibits=list(edge.cites),
        line=edge.line,
        strength=edge.strength,
        groups=edge.groups,
        against=_all(edge.against),
        supports=_all(edge.speaks_for),
        described=_all(edge.described),
        notes=list(edge.notes),
    )


def _counted(one: Counted) -> GraphCounted:
    return GraphCounted(one.number, dict(one.by))


def _told(one: Told) -> GraphTold:
    return GraphTold(one.text, *_places(one.cites))


def _places(cites: Iterable[str]) -> tuple[list[str], list[str]]:
    """Exhibits, and lines of the log, which are none (as `Ledger.cite` writes both)."""
    places = list(cites)
    log = [place for place in places if place.startswith("log line ")]
    return [place for place in places if place not in log], log


def _all(told: Iterable[Told]) -> list[GraphTold]:
    return [_told(one) for one in told]
