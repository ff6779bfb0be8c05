"""What `account graph` answers with --json."""

from __future__ import annotations

import msgspec


class GraphTold(msgspec.Struct):
    """One sentence and the exhibits that it stands in."""

    text: str
    exhibits: list[str]
    log: list[str]
    """Lines of the custody log that say it, counted from 1: `log line 12`."""


class GraphCounted(msgspec.Struct):
    """A number and what it was counted in."""

    number: int
    by: dict[str, int]
    """Exhibit as cited → how many there."""


class GraphName(msgspec.Struct):
    """A name over the time in which it was seen."""

    field: str
    """`handle` or `name`."""
    value: str
    first: str
    """For people, in the case's zone."""
    last: str
    by: str
    """Empty, or who chose or declared it: `name in the phone's contacts`."""
    dated: str
    exhibits: list[str]
    log: list[str]
    """Lines of the custody log that declare it."""


class GraphMark(msgspec.Struct):
    """Something that happened to an account."""

    kind: str
    """handle (another one was seen), block, unblock, report, suspended, closed, gone."""
    first: str
    """First and last day (UTC) that it can have been."""
    last: str
    told: GraphTold


class GraphNode(msgspec.Struct):
    """An account that is drawn."""

    n: int
    account: str
    platform: str
    label: str
    own: bool
    weak: bool
    status: str
    cluster: int
    """Number of its cluster of confirmed links; 0: none."""
    names: list[GraphName]
    messages: GraphCounted
    to_owner: int
    posts: GraphCounted
    """Posts that captures show."""
    items: GraphCounted
    days: dict[str, int]
    """Day (UTC, or as written where the zone is unknown) → messages, within the time asked for."""
    undated: int
    left_out: int
    """Messages outside of the time asked for."""
    post_days: dict[str, int]
    """Day, as the page says → posts that captures show."""
    posts_undated: int
    posts_left_out: int
    marks: list[GraphMark]
    alarms: list[GraphTold]


class GraphLink(msgspec.Struct):
    """A link: the claim of a person, or a candidate."""

    n: int
    a: str
    b: str
    state: str
    """confirmed, proposed, candidate, rejected, undecided."""
    who: str
    at: str
    reason: str
    basis: list[str]
    exhibits: list[str]
    line: int
    """Of the custody log, from 1, that has the decision; 0: nobody decided."""
    strength: str | None
    """Null: not compared."""
    groups: str
    """Initials of the groups that support it: S selectors, P presentation, B behaviour, Q sequence, N network."""
    against: list[GraphTold]
    supports: list[GraphTold]
    described: list[GraphTold]
    """Findings without weight."""
    notes: list[str]


class AccountGraphAnswer(msgspec.Struct):
    """What `account graph --json` answers."""

    reference: str
    zone: str
    accounts: int
    """In the case."""
    nodes: list[GraphNode]
    links: list[GraphLink]
    not_drawn: int
    """Accounts that are counted and not among `nodes`."""
    compared: bool
    """--candidates was given."""
    notes: list[str]
    problems: list[str]
    """Items that could not be read; then the exit code is 7."""
    written: list[str]
    exit_code: int
