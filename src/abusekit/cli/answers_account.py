"""What the commands about accounts answer with --json: list, show, observe, link, confirm, reject, unlink."""

from __future__ import annotations

import msgspec

from abusekit.accounts.model import Seen, Where


class AccountLink(msgspec.Struct):
    """The newest that a person said about a pair of accounts: a claim of that person."""

    a: str
    b: str
    decided: str
    """`proposed`, `confirmed`, `rejected`, or `undecided` (taken back)."""
    who: str
    """Initials of the person."""
    at: str
    """UTC, when it was logged."""
    line: int
    """Line of the custody log, from 0."""
    reason: str
    basis: list[str]
    items: list[str]
    """Items that it rests on."""
    findings: str
    """SHA-256 of the findings that the person saw; empty: none were computed."""


class ListedAccount(msgspec.Struct):
    """One account of `account list --json`."""

    account: str
    """Its key, as it is typed."""
    platform: str
    id: str
    """As the platform writes it."""
    basis: str
    """What it is known by: `platform_id`, `phone`, `email`, `handle` or `name`."""
    weak: bool
    """By handle or name only: whoever uses it next may be somebody else."""
    own: bool
    """The victim's own."""
    number: int
    """Order in which the evidence first shows it, from 1."""
    handle: str
    """The newest, as received; hostile text."""
    name: str
    """The newest display name, as received; hostile text."""
    named_by: str
    """Who chose the name; `contact_book`: the owner of the phone. Empty: no name."""
    status: str
    first: Seen | None
    last: Seen | None
    items: dict[str, int]
    """Item → places in it that show the account."""
    messages: int
    to_owner: int
    """Messages of it that the victim received."""
    posts: int
    """Posts of it that captures show."""
    alarms: list[str]
    """`handle-reuse`, `own-data`, `conflict`."""
    links: list[AccountLink]


class AccountListAnswer(msgspec.Struct):
    """What `account list --json` answers."""

    reference: str
    accounts: list[ListedAccount]
    more: int
    """Further accounts that --most left out."""
    problems: list[str]
    """Items that could not be read; then the exit code is 7."""
    exit_code: int


class ShownSpan(msgspec.Struct):
    """One value of one field over the time in which it was seen."""

    field: str
    value: str | None
    """As received; hostile text. Null without --reveal where it is prose (`bio`, `other`)."""
    first: Seen
    last: Seen
    where: list[Where]
    """First and last place, and some between."""
    cited: list[str]
    """The same as exhibits."""
    count: int
    """Observations."""
    named_by: str
    said_by: str
    reason: str


class ShownStatus(msgspec.Struct):
    kind: str
    at: Seen
    where: Where
    cited: str
    text: str


class ShownAct(msgspec.Struct):
    """What was done to, or by, the account."""

    kind: str
    by: str
    """Account; empty: not known."""
    to: str
    at: Seen
    where: Where
    cited: str
    said_by: str
    text: str | None
    """Null without --reveal."""


class ShownMessages(msgspec.Struct):
    messages: int
    to_owner: int
    first: Seen | None
    last: Seen | None
    first_where: Where | None
    last_where: Where | None
    by_item: dict[str, int]
    days: dict[str, int]
    undated: int


class ShownAlarm(msgspec.Struct):
    kind: str
    text: str
    accounts: list[str]
    where: list[Where]
    cited: list[str]


class IdTime(msgspec.Struct):
    """A time that the id embeds: a derived check, not a time that a platform displayed (R49)."""

    scheme: str
    at: str
    """UTC; empty where it cannot be true."""
    text: str


class AccountShowAnswer(msgspec.Struct):
    """What `account show --json` answers."""

    account: ListedAccount
    own_why: list[Where]
    spans: list[ShownSpan]
    statuses: list[ShownStatus]
    acts: list[ShownAct]
    tally: ShownMessages
    posted: ShownMessages
    """Posts that captures show, each once; dated as the page says, which is the page's claim."""
    alarms: list[ShownAlarm]
    cluster: list[str]
    """Accounts that confirmed links join with this one; empty: none."""
    rejected_within: list[AccountLink]
    """Rejected links between accounts of that cluster: they speak against it."""
    id_times: list[IdTime]
    exhibits: dict[str, str]
    """Item → exhibit reference, of the items that are named above."""
    problems: list[str]
    """Items that could not be read, so that something may be lacking; then the exit code is 7."""


class AccountObserved(msgspec.Struct):
    """What `account observe --json` answers."""

    account: str
    new: bool
    """No evidence and no line showed it before."""
    observed: list[str]
    lines: list[int]
    """Numbers of the log lines that were written, from 0."""
    already: list[int]
    """Numbers of lines in force that say the same of it by the same person, so that it was not written again."""


class AccountDecided(msgspec.Struct):
    """What `account link`, `confirm`, `reject` and `unlink` answer with --json."""

    link: AccountLink
    before: AccountLink | None
    """What was said of the pair before."""
    cluster: list[str]
    """Accounts that confirmed links join now, with these two; empty: none."""
    rejected_within: list[AccountLink]
    """Rejected links between accounts of that cluster: they speak against it."""
    stale: bool
    """The findings are others now than those that --findings names."""
    already: bool
    """The same person said the very same before, and nothing was written: `link` is that line."""
