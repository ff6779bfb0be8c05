"""What a drawing of accounts shows, before anything is drawn: nodes, edges, lanes, and what is left out in words.

All renderers show the same `Drawn`. Every number in it has beside it the exhibits that it was counted in. Texts are
as received: a renderer makes them safe (`labels.label`, `plain.safe_text`, escaping).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from abusekit.accounts.model import AccountKey, Field, StatusKind, Strength

State = Literal["confirmed", "proposed", "candidate", "rejected", "undecided"]
"""What a person said; `candidate`: compared by the program, and nobody said anything. `undecided`: taken back; it
stands in the tables and is not drawn."""

STATES: dict[State, str] = {
    "confirmed": "a person confirmed it",
    "proposed": "a person proposed it",
    "candidate": "compared by the program; nobody has decided",
    "rejected": "a person rejected it",
    "undecided": "a decision was taken back",
}
"""The order in which links are drawn and listed, with what each means."""

MarkKind = Literal["handle", "block", "unblock", "report", "suspended", "closed", "gone"]
SIGNS: dict[MarkKind, tuple[str, str]] = {
    "block": ("B", "blocked"),
    "unblock": ("U", "unblocked"),
    "report": ("R", "reported"),
    "suspended": ("S", "suspended"),
    "closed": ("C", "closed"),
    "gone": ("G", "not found"),
    "handle": ("→", "another handle seen"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence and where it stands."""

    text: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """A number, and the exhibits that it was counted in."""

    number: int
    by: tuple[tuple[str, int], ...]
    # exhibit as cited → how many there


@dataclass(frozen=True, slots=True)
class Called:
    """A name over the time in which it was seen."""

    field: Field
    value: str
    first: str
    # for people, with zone
    last: str
    by: str
    # empty, or who chose or declared it: `name in the phone's contacts`
    dated: str
    # what dates it, in words
    count: int
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """An account."""

    n: int
    # number in this drawing, from 1
    key: AccountKey
    platform: str
    label: str
    # newest handle with @, else name, else id
    label_by: str
    # empty, or why the label is no name of the account's own
    own: bool
    weak: bool
    basis: str
    # what the account is told from others by, in words
    status: StatusKind
    statuses: tuple[Told, ...]
    names: tuple[Called, ...]
    messages: Counted
    to_owner: int
    first: Told | None
    last: Told | None
    posts: Counted
    # that captures show; dated by what the page says
    first_post: Told | None
    last_post: Told | None
    items: Counted
    alarms: tuple[Told, ...]
    acts: tuple[Told, ...]
    cluster: int
    # number of its cluster of confirmed links, from 1; 0: none


@dataclass(frozen=True, slots=True)
class Edge:
    """A link between two accounts: a claim, or a candidate. Never more."""

    n: int
    a: int
    b: int
    # numbers of nodes; 0: the account is not drawn
    a_key: AccountKey
    b_key: AccountKey
    state: State
    who: str
    at: str
    # for people, with zone
    reason: str
    basis: tuple[str, ...]
    cites: tuple[str, ...]
    # exhibits that the person named
    line: int
    # of the log, as people count, from 1; 0: nobody decided
    strength: Strength | None
    # None: not compared
    groups: str
    # initials of the groups that speak for it: S P B Q N
    against: tuple[Told, ...]
    speaks_for: tuple[Told, ...]
    described: tuple[Told, ...]
    # findings that have no weight
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened to an account, on its lane: between two days (UTC), both included."""

    kind: MarkKind
    first: date
    last: date
    label: str
    # of a handle: the new one
    told: Told
    stretches: bool
    # whether the axis reaches to it: not where only our own looking dates it


@dataclass(frozen=True, slots=True)
class Lane:
    """Activity of one account over time."""

    node: int
    days: tuple[tuple[int, int], ...]
    # proleptic ordinal of the day (UTC, or as written where the zone is unknown) → messages, in order
    counted: int
    # messages on these days
    undated: int
    # messages without a time
    left_out: int
    # messages before or after the time asked for
    posts: tuple[tuple[int, int], ...]
    # day → posts that captures show, as the pages say
    posts_counted: int
    posts_undated: int
    posts_left_out: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """An account that is counted and not drawn."""

    key: AccountKey
    label: str
    weak: bool
    own: bool
    status: StatusKind
    messages: Counted
    to_owner: int
    posts: Counted


@dataclass(frozen=True, slots=True)
class Drawn:
    case: str
    # reference
    zone: str
    # of the case; all times for people are in it
    accounts: int
    # in the ledger
    nodes: tuple[Node, ...]
    # by platform; within it those first that links join
    edges: tuple[Edge, ...]
    # in the order of STATES
    lanes: tuple[Lane, ...]
    # one a node, in the order of the nodes
    others: tuple[Other, ...]
    # the most active first
    others_count: int
    # all that are not drawn
    compared: bool
    # candidates were asked for
    notes: tuple[str, ...]

    def node(self, n: int) -> Node:
        return self.nodes[n - 1]
