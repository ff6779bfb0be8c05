"""What `account sheet`, `account preservation`, `account blocklist` and `export supplementary` answer with --json."""

from __future__ import annotations

import msgspec

from abusekit.accounts.model import (
    Decided,
    Finding,
    Group,
    IdBasis,
    NamedBy,
    Seen,
    StatusKind,
    Strength,
    Where,
)


class CountedAnswer(msgspec.Struct):
    """A number, and the places that what it counts stands at."""

    n: float
    where: list[Where]


class NameAnswer(msgspec.Struct):
    """A handle, a display name or an address, and when it was seen."""

    field: str
    value: str
    named_by: NamedBy
    """`contact_book`: the name in the victim's phone, not chosen by the account."""
    first: Seen
    last: Seen
    where: list[Where]
    said_by: str
    """Initials, for what was declared."""
    reason: str


class StepAnswer(msgspec.Struct):
    """A block, a report, a suspension."""

    kind: str
    at: Seen
    where: Where
    said_by: str


class AlarmAnswer(msgspec.Struct):
    kind: str
    text: str
    accounts: list[str]
    where: list[Where]


class SheetAccount(msgspec.Struct):
    """One account of a sheet."""

    key: str
    platform: str
    id: str
    basis: IdBasis
    weak: bool
    status: StatusKind
    names: list[NameAnswer]
    """In order of time."""
    messages: CountedAnswer | None
    """Null: none."""
    received: CountedAnswer | None
    """Of them, by the victim."""
    first: Seen | None
    first_where: Where | None
    last: Seen | None
    last_where: Where | None
    undated: int
    posts: CountedAnswer | None
    """Posts of it that captures show; null: none."""
    posts_first: Seen | None
    """As the page says."""
    posts_last: Seen | None
    steps: list[StepAnswer]
    alarms: list[AlarmAnswer]


class DecisionAnswer(msgspec.Struct):
    """What a person said about a pair."""

    a: str
    b: str
    decided: Decided
    who: str
    at: str
    n: int
    """Line of the log, counted from 1, as `log line` says it everywhere."""
    reason: str
    basis: list[str]
    items: list[str]


class WeighedAnswer(msgspec.Struct):
    """What was found about a pair: never how likely it is who somebody is."""

    propositions: str
    """One sentence with both propositions."""
    total: CountedAnswer
    """Likelihood ratio of all findings, after caps."""
    cap: int
    groups: dict[Group, float]
    cohort: CountedAnswer | None
    """Bystander accounts that it was compared with; null: none."""
    cohort_of: str
    pairs: CountedAnswer
    expected: CountedAnswer
    """Links of this strength to be expected by coincidence among the pairs compared."""
    strength: Strength
    findings: list[Finding]
    """Those against first."""
    not_compared: list[str]


class SheetLink(msgspec.Struct):
    a: str
    b: str
    decision: DecisionAnswer | None
    stale: bool
    """What was found has changed since it was decided."""
    shared: list[str]
    """Contact and payment details that both show, where they were looked for."""
    weighed: WeighedAnswer | None


class ExhibitAnswer(msgspec.Struct):
    item: str
    exhibit: str
    kind: str
    outcome: str
    sha256: str
    """Of its item.json, from the log."""
    at: str
    mark: str
    """`withdrawn: …`, `in quarantine`, or empty."""


class RouteAnswer(msgspec.Struct):
    name: str
    route: str
    wants: list[str]
    hint: str
    caution: str
    """How far it can be relied on."""


class ValueAnswer(msgspec.Struct):
    value: str
    where: list[Where]


class RequestAnswer(msgspec.Struct):
    """What police can ask a platform to keep about one account."""

    key: str
    platform: str
    id: str
    platform_id: str
    """The id as the platform wants it: Telegram's without the `user` of its exports."""
    basis: IdBasis
    weak: bool
    handles: list[ValueAnswer]
    """Newest first."""
    addresses: list[ValueAnswer]
    first: str
    """UTC: the earliest instant that its first message or post can mean; empty: none with a time."""
    last: str
    active_where: list[Where]
    ask_from: str
    """Day, UTC."""
    ask_to: str
    undated: int
    items: list[str]
    first_taken_in: str
    days_since: int | None
    days_left: int | None
    """Of 90, a nudge from a weak source; negative: over. Counted from when it was first taken in."""
    posts: int
    """Posts that captures show."""
    last_days_since: int | None
    """Since its last message or post; negative: that is dated after the answer; null: none with a time."""
    last_days_left: int | None
    """Of 90, counted from its last message or post."""
    route: RouteAnswer


class SheetAnswer(msgspec.Struct):
    """What `account sheet --json` answers."""

    case: str
    made: str
    by: str
    tool: str
    confirmed: bool
    """False: links on it are not confirmed, and every page says so."""
    accounts: list[SheetAccount]
    links: list[SheetLink]
    left_out: list[DecisionAnswer]
    """Claims that lead to accounts that are not on the sheet."""
    contrary: list[DecisionAnswer]
    """Links that somebody rejected or took back (`undecided`), whatever was said later."""
    requests: list[RequestAnswer]
    exhibits: list[ExhibitAnswer]
    compared: bool
    """Findings were computed."""
    constants: list[str]
    limits: list[str]
    not_read: list[str]
    """Items of the case that could not be read; then the exit code is 7."""
    written: list[str]


class PreservationAnswer(msgspec.Struct):
    """What `account preservation --json` answers."""

    case: str
    made: str
    requests: list[RequestAnswer]
    only_wrote: list[str]
    """Accounts on it only because they wrote where the victim reads: bystanders may be among them."""
    own_known: bool
    """An account is marked as the victim's own; else nobody is known to have written to the victim."""
    unclaimed: list[str]
    """Exports in which no account is known to be the victim's."""
    wanted: list[str]
    """Data to ask for, for each account."""
    who_can_ask: str
    weak_source: str
    not_read: list[str]
    """Items of the case that could not be read; then the exit code is 7."""
    written: list[str]


class BlockedAnswer(msgspec.Struct):
    key: str
    platform: str
    handle: str
    id: str
    url: str
    reason: str
    weak: bool


class BlocklistAnswer(msgspec.Struct):
    """What `account blocklist --json` answers."""

    accounts: list[BlockedAnswer]
    warning: str
    not_read: list[str]
    """Items of the case that could not be read; then the exit code is 7."""
    written: list[str]


class SupplementaryAnswer(msgspec.Struct):
    """What `export supplementary --json` answers."""

    case: str
    made: str
    since: str
    """The earlier hand-over, seal or time, in words."""
    seal: int
    """Number of the seal that covers it; 0: none."""
    root: str
    accounts: list[str]
    """Confirmed since then."""
    links: list[DecisionAnswer]
    new: list[ExhibitAnswer]
    before: list[ExhibitAnswer]
    """From before, of accounts that were confirmed since."""
    accounts_of: dict[str, list[str]]
    """Item → accounts that it shows."""
    not_read: list[str]
    """Items of the case that could not be read; then the exit code is 7."""
    written: list[str]
