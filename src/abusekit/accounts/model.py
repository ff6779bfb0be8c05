"""What the rooms of `accounts` say to one another: accounts with their dated facts, findings, candidates, decisions.

Everything is a pure function of the evidence and of the log; every fact names the place that it stands at (`Where`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import msgspec

AccountKey: TypeAlias = str
"""The name of an account within a case; made and read by `keys` only, and what people type.

    x:12345              platform and the platform's own id, which a rename does not change
    phone:+447700900123  a number or an e-mail address is its own id
    x:@owl               handle only: weak, never merged with an account that has an id; `x:@owl#2` where it was
                         seen to be given up in between
    whatsapp:~Anna/E0004 display name only: weak, and worth nothing outside of the item it stands in
"""

IdBasis = Literal["platform_id", "phone", "email", "handle", "name"]
STABLE: tuple[IdBasis, ...] = ("platform_id", "phone", "email")
"""What a change of name does not change."""

DatedBy = Literal["capture", "message", "export", "event", "person", "none"]
"""What dates an observation. capture: seen on the page at that time. message: the record itself carries the name it
had then (mail). export: the export shows the names of the day it was made, so the observation is not dated by the
message. event: the platform's own note of the change. person: declared. none: nothing does."""

NamedBy = Literal["platform", "sender", "contact_book", "person", "unknown"]
"""Who chose the text: as `importers.model.NameFrom`, and `person`: somebody declared it (`account observe`)."""


class Where(msgspec.Struct, frozen=True, omit_defaults=True):
    """The place that a fact stands at."""

    item: str
    """Item id; empty for a fact that stands in the custody log only."""
    part: int = 0
    """Record of an export, cited as AB/7#m412; 0: the item as a whole."""
    at: str = ""
    """Where in it, in words: `meta profile:username`, `log line 12`."""


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """When: an interval, as every time in the case."""

    earliest: str
    """UTC, ISO 8601 with Z; empty: not known."""
    latest: str
    shown: str
    """For people, with its zone, or what is said instead (`in an export taken in on …`)."""
    dated_by: DatedBy


Field = Literal[
    "handle", "name", "bio", "avatar", "url", "created", "phone", "email", "payment", "verified", "other"
]  # fmt: skip
"""`avatar`: SHA-256 of the picture's bytes; `created`: what the platform says. `phone`, `email`, `payment`: stated by
the profile itself, or declared; what stands in messages is no field."""


@dataclass(frozen=True, slots=True)
class Span:
    """One value of one field over the time in which it was seen; another value, or a gap, makes another span."""

    field: Field
    value: str
    # as received: hostile, escape it with `plain.safe_text` or by the page's template
    first: Seen
    last: Seen
    where: tuple[Where, ...]
    # first and last place, and at most some between; never empty
    count: int
    # observations
    named_by: NamedBy = "unknown"
    said_by: str = ""
    # initials, for what was declared
    reason: str = ""
    # why it was declared


StatusKind = Literal["live", "renamed", "suspended", "gone", "not shown", "unknown"]
"""`not shown`: a wall, an error, our network; says nothing of the account. `not found` is not `renamed`."""


@dataclass(frozen=True, slots=True)
class Status:
    kind: StatusKind
    at: Seen
    where: Where
    text: str
    # one neutral sentence


ActKind = Literal[
    "block", "unblock", "report", "follow", "unfollow", "contact", "name_change", "suspended", "closed"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccountAct:
    """What was done to, or by, an account and is more than a message."""

    kind: ActKind
    by: AccountKey
    # empty: not known
    to: AccountKey
    at: Seen
    where: Where
    said_by: str = ""
    text: str = ""


@dataclass(slots=True)
class Tally:
    """Messages of an account: what it wrote itself."""

    messages: int = 0
    to_owner: int = 0
    # of them, in the exports of the victim's own account, received
    first: Seen | None = None
    last: Seen | None = None
    first_where: Where | None = None
    last_where: Where | None = None
    by_item: dict[str, int] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)
    # YYYY-MM-DD (UTC, or as written where the zone is unknown) → messages; for lanes
    undated: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """`handle-reuse`: one handle, two accounts. `own-data`: it shows what the victim's own account shows."""

    kind: Literal["handle-reuse", "own-data", "conflict"]
    text: str
    accounts: tuple[AccountKey, ...]
    where: tuple[Where, ...]


@dataclass(slots=True)
class Account:
    """The fold of all that was observed of one (platform, stable id), or of one handle, or name in one item."""

    key: AccountKey
    platform: str
    id: str
    # as written by the platform
    basis: IdBasis
    number: int
    # order in which the evidence first shows it, from 1
    own: bool = False
    # the account of somebody who handed in its export, or declared to be the victim's own
    own_why: tuple[Where, ...] = ()
    spans: list[Span] = field(default_factory=list)
    # in order of first.earliest; those without a time last
    statuses: list[Status] = field(default_factory=list)
    # in order of time
    acts: list[AccountAct] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    posted: Tally = field(default_factory=Tally)
    # posts of it that captures show, each post once; dated by what the page says, which is the page's claim
    items: dict[str, int] = field(default_factory=dict)
    # item id → places in it that show the account, in order of the log
    alarms: list[Alarm] = field(default_factory=list)

    @property
    def weak(self) -> bool:
        """No stable id: the next to use this handle may be somebody else."""
        return self.basis not in STABLE

    @property
    def status(self) -> StatusKind:
        """The newest that says anything; `unknown` where nothing was looked at."""
        told = [one.kind for one in self.statuses if one.kind != "not shown"]
        return told[-1] if told else "not shown" if self.statuses else "unknown"

    def of(self, name: Field) -> list[Span]:
        return [span for span in self.spans if span.field == name]

    @property
    def handle(self) -> str:
        """The newest handle, without @; empty where none is known."""
        return _newest(self.of("handle"))

    @property
    def name(self) -> str:
        """The newest display name that is not from a contact book; else that one (see `named_by`)."""
        names = self.of("name")
        return _newest([one for one in names if one.named_by != "contact_book"]) or _newest(names)


def _newest(spans: Iterable[Span]) -> str:
    newest = max(spans, key=lambda span: (span.last.latest, span.first.earliest), default=None)
    return newest.value if newest else ""


@dataclass(slots=True)
class Ledger:
    """All accounts of a case, in the order in which the evidence first shows them."""

    accounts: dict[AccountKey, Account] = field(default_factory=dict)
    alarms: list[Alarm] = field(default_factory=list)
    exhibits: dict[str, str] = field(default_factory=dict)
    # item id → exhibit reference
    problems: list[str] = field(default_factory=list)
    # items that could not be read, in words

    def cite(self, where: Where) -> str:
        """`AB/7#m412 (E0007)`, `AB/3 (E0003)`, or the place in the log."""
        if not where.item:
            return where.at
        part = f"#m{where.part}" if where.part else ""
        return f"{self.exhibits.get(where.item, where.item)}{part} ({where.item})"


# Links.

Group = Literal["selectors", "presentation", "behaviour", "sequence", "network"]
GROUPS: tuple[Group, ...] = ("selectors", "presentation", "behaviour", "sequence", "network")


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that two accounts share, or that speaks against them sharing anything."""

    group: Group
    signal: str
    """`phone`, `email`, `address`, `payment`, `avatar`, `handle`, `bio`, `reused-text`, `style`, `hours`, …"""
    text: str
    """One neutral sentence, safe to print, without words of messages."""
    here: tuple[Where, ...]
    """Where it stands at account a; never empty unless `there` says it for both."""
    there: tuple[Where, ...]
    lr: float
    """Likelihood ratio after shrinking and capping; below 1 speaks against; exactly 1: described only."""
    raw: float | None = None
    """Before; None: not a number."""
    cap: float = 1.0
    among: int = 0
    """Bystander accounts that it was compared with."""
    shared_by: int = 0
    """Of them, those that show the same."""
    value: str = ""
    """What is shared, where it may be shown in a list: a handle, a phone number; hostile text."""
    why: str = ""
    """Why the number is no larger, or why there is none."""

    @property
    def against(self) -> bool:
        return self.lr < 1


Strength = Literal["strong", "moderate", "weak", "none", "against"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair of accounts that was compared; `a` is the one that the evidence shows first."""

    a: AccountKey
    b: AccountKey
    findings: tuple[Finding, ...]
    # against first, then by group
    groups: dict[Group, float]
    # likelihood ratio of each group after its cap
    total: float
    # product of the groups, at most 10,000, at least 1/1,000
    strength: Strength
    cohort: int
    # bystander accounts; 0: none, and then no number for style
    cohort_of: str
    # in words: `12 accounts of chatterbox in this case`
    expected: float
    # coincidental links to be expected among all pairs compared, at this strength: pairs × 1 / total
    pairs: int
    # pairs compared
    not_compared: tuple[str, ...]
    # what was not compared and why
    digest: str
    # SHA-256 of the findings as `links.weighing.findings_digest` writes them


Decided = Literal["proposed", "confirmed", "rejected", "undecided"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said about a pair, as the log has it: act `account.link`."""

    a: AccountKey
    b: AccountKey
    decided: Decided
    who: str
    # initials
    at: str
    # UTC
    n: int
    # line of the log, from 0
    reason: str
    basis: tuple[str, ...]
    # words of BASES in links.decisions
    items: tuple[str, ...]
    # item ids that it rests on
    findings: str
    # digest of the findings that the person saw; empty: none were computed


@dataclass(slots=True)
class Decisions:
    """The newest decision of each pair, and all before it."""

    newest: dict[tuple[AccountKey, AccountKey], Decision] = field(default_factory=dict)
    # the pair in sorted order; `undecided` ones are kept too
    all: list[Decision] = field(default_factory=list)
    # in the order of the log
    fallen: dict[str, str] = field(default_factory=dict)
    # item → `withdrawn`, `in quarantine` or `erased`: what rests on it has to be told with that

    def lost_ground(self, decision: Decision) -> bool:
        """Whether no item that the decision names counts any more; of one that names none nothing is known."""
        return bool(decision.items) and all(item in self.fallen for item in decision.items)

    def of(self, one: AccountKey, other: AccountKey) -> Decision | None:
        return self.newest.get(pair(one, other))

    def clusters(self) -> list[tuple[AccountKey, ...]]:
        """Accounts joined by confirmed links, each cluster sorted; never over links that are not confirmed."""
        of: dict[AccountKey, set[AccountKey]] = {}
        for (one, other), decision in self.newest.items():
            if decision.decided == "confirmed":
                joined = of.get(one, {one}) | of.get(other, {other})
                of.update(dict.fromkeys(joined, joined))
        return sorted({tuple(sorted(cluster)) for cluster in of.values()})


def pair(one: AccountKey, other: AccountKey) -> tuple[AccountKey, AccountKey]:
    return (one, other) if one <= other else (other, one)
