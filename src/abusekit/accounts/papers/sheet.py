"""The content of the sheet on accounts for an officer: facts with their places, and what people decided.

It is a lead for the officer to test with the platform's data, no expert opinion, and says who claimed what; it never
says who somebody is. Each number is a `Counted`, which carries the places that it comes from; `sheet_layout` turns the
content into a paper.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from abusekit.accounts.links.decisions import remark, standing_links
from abusekit.accounts.model import (
    Account,
    AccountAct,
    AccountKey,
    Alarm,
    Candidate,
    Decision,
    Decisions,
    Ledger,
    Seen,
    Span,
    Status,
    Tally,
    Where,
    pair,
)
from abusekit.accounts.papers.called import called
from abusekit.accounts.papers.contrary import Contrary, contrary
from abusekit.accounts.papers.exhibits import Exhibit
from abusekit.accounts.papers.paper import Raw
from abusekit.accounts.papers.preservation import Request, numbers_of, requests
from abusekit.errors import UsageError

NAMES = ("handle", "name")
STEPS = ("block", "unblock", "report", "suspended", "closed")
"""Acts that the sheet tells."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A number, and where what it counts stands; never without a place."""

    n: float
    where: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A time, and the place that it stands at."""

    seen: Seen
    where: Where


@dataclass(frozen=True, slots=True)
class OnSheet:
    """One account as the sheet shows it."""

    account: Account
    names: tuple[Span, ...]
    # handles and display names, in order of time
    addresses: tuple[Span, ...]
    status: Status | None
    # the newest that says anything
    messages: Counted | None
    # written by it; None: none
    received: Counted | None
    # of them, received by the victim
    first: Point | None
    last: Point | None
    posted: Counted | None
    # posts of it that captures show; None: none
    posted_first: Point | None
    # as the page says
    posted_last: Point | None
    steps: tuple[AccountAct, ...]
    # blocks and reports that concern it, each once
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was computed about a pair, when the sheet was made."""

    candidate: Candidate
    total: Counted
    cohort: Counted | None
    # bystander accounts; the places are the items that show accounts of the same platforms; None: none
    pairs: Counted
    expected: Counted


@dataclass(frozen=True, slots=True)
class Link:
    """A pair on the sheet: what a person claimed, and what was found."""

    a: AccountKey
    b: AccountKey
    decision: Decision | None
    # None: nobody said anything
    stale: bool
    # the findings are not those that the person saw
    weighed: Weighed | None


@dataclass(frozen=True, slots=True)
class Sheet:
    case: str
    # the case's reference
    made: str
    # UTC
    by: str
    # initials of who made it
    tool: str
    confirmed: bool
    # all links on it are; a sheet of one account without links is
    accounts: tuple[OnSheet, ...]
    links: tuple[Link, ...]
    # within the sheet; rejected ones too
    left_out: tuple[Decision, ...]
    # claims that lead out of the sheet, whatever was decided
    contrary: tuple[Contrary, ...]
    # rejected and taken back, within the sheet and out of it, in the order of the log
    shared: Mapping[tuple[AccountKey, AccountKey], tuple[str, ...]]
    # pair in sorted order → phone numbers, e-mail addresses … that both show, where they were looked for
    called: Callable[[AccountKey], tuple[str | Raw, ...]]
    # any account of the case: handle or name, then the key
    remark: Callable[[Decision], str]
    # what has to stand beside a claim: `WITHDRAWN GROUND: …`, `NOT COUNTED: …`; mostly empty
    own_known: bool
    # an account of the case is marked as the victim's own
    asks: tuple[Request, ...]
    exhibits: tuple[Exhibit, ...]
    # all that the sheet cites, in order of the log
    cited: Callable[[Where], str]
    # `AB/7#m412 (E0007)`
    compared: bool
    # findings were computed
    not_read: tuple[str, ...]
    # items of the case that could not be read, in words
    constants: tuple[str, ...]
    # corpora and dates behind the numbers; empty without numbers


Stale = Callable[[Decision, Candidate | None], bool]


def members(
    decisions: Decisions, ledger: Ledger, keys: Collection[AccountKey], *, not_confirmed: bool
) -> tuple[tuple[AccountKey, ...], bool]:
    """The accounts of a sheet over `keys`, in the ledger's order, and whether all links of it are confirmed.

    Confirmed: the cluster that holds all of `keys`, or one account about which no link is claimed. With
    `not_confirmed` also accounts with a proposed link to one of that cluster: one step, since claims that nobody
    confirmed are not chained. Raises UsageError: the sheet would rest on links that are not confirmed; own accounts.
    """
    for key in keys:
        if ledger.accounts[key].own:
            raise UsageError(f"{key} is the victim's own account", "a sheet is about other accounts")
    decisions = standing_links(decisions, ledger)
    inside = {key for key in keys for key in _cluster(decisions, key)}
    whole = all(set(keys) <= set(_cluster(decisions, key)) for key in keys)
    proposed = [
        decision for decision in decisions.newest.values()
        if decision.decided == "proposed" and bool({decision.a, decision.b} & inside)
        and not {decision.a, decision.b} <= inside
    ]  # fmt: skip
    if not_confirmed:
        inside |= {key for decision in proposed for key in (decision.a, decision.b) if key in ledger.accounts}
        confirmed = whole and not proposed
    else:
        _refuse(keys, proposed, whole=whole, alone=len(inside) == 1)
        confirmed = True
    order = [key for key in ledger.accounts if key in inside and not ledger.accounts[key].own]
    return tuple(order), confirmed


def _cluster(decisions: Decisions, key: AccountKey) -> tuple[AccountKey, ...]:
    return next((cluster for cluster in decisions.clusters() if key in cluster), (key,))


def _refuse(keys: Collection[AccountKey], proposed: list[Decision], *, whole: bool, alone: bool) -> None:
    if not whole:
        raise UsageError(
            f"no confirmed link joins {', '.join(keys)}",
            "confirm it first: abusekit account confirm A B --basis WORD --reason TEXT; or --not-confirmed",
        )
    if alone and proposed:
        one = proposed[0]
        raise UsageError(
            f"the link of {one.a} and {one.b} is proposed, and nobody confirmed it",
            "abusekit account confirm, or account reject; --not-confirmed prints it as such",
        )


def sheet(
    ledger: Ledger,
    decisions: Decisions,
    keys: tuple[AccountKey, ...],
    exhibits: Mapping[str, Exhibit],
    *,
    confirmed: bool,
    compared: Mapping[tuple[AccountKey, AccountKey], Candidate] | None,
    stale: Stale,
    constants: tuple[str, ...] = (),
    shared: Mapping[tuple[AccountKey, AccountKey], tuple[str, ...]] | None = None,
    case: str,
    by: str,
    tool: str,
    now: datetime,
) -> Sheet:
    """The content. `keys` and `confirmed`: as `members` gives them; `compared`: pair in sorted order → what was found,
    None where nothing was computed; `shared`: as `Sheet.shared`; `now`: aware. Raises KeyError: an account
    that is not in the ledger.
    """
    accounts = tuple(_on_sheet(ledger, ledger.accounts[key]) for key in keys)
    links = tuple(
        _link(ledger, decisions, one, other, compared, stale)
        for place, one in enumerate(keys)
        for other in keys[place + 1 :]
    )
    left_out = tuple(
        decision
        for (one, other), decision in decisions.newest.items()
        if (one in keys) != (other in keys) and decision.decided in ("proposed", "rejected", "confirmed")
    )
    made = Sheet(
        case=case,
        made=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        by=by,
        tool=tool,
        confirmed=confirmed,
        accounts=accounts,
        links=tuple(link for link in links if link.decision is not None or link.weighed is not None),
        left_out=left_out,
        contrary=tuple(contrary(decisions, keys)),
        shared=shared or {},
        called=partial(called, ledger.accounts),
        remark=partial(remark, decisions, ledger),
        own_known=any(account.own for account in ledger.accounts.values()),
        asks=tuple(requests(ledger, keys, exhibits, now=now)),
        exhibits=(),
        cited=ledger.cite,
        compared=compared is not None,
        not_read=tuple(ledger.problems),
        constants=constants if compared is not None else (),
    )
    items = {where.item for where in places(made)}
    items.update(item for link in made.links if link.decision for item in link.decision.items)
    items.update(item for one in made.contrary for item in one.said.items)
    shown = tuple(exhibit for item, exhibit in exhibits.items() if item in items)
    return replace(made, exhibits=shown)


def _on_sheet(ledger: Ledger, account: Account) -> OnSheet:
    tally = account.tally
    of_items = tuple(Where(item) for item in tally.by_item)
    of_posts = tuple(Where(item) for item in account.posted.by_item)
    told = [status for status in account.statuses if status.kind != "not shown"]
    alarms = [alarm for alarm in (*account.alarms, *ledger.alarms) if account.key in alarm.accounts]
    return OnSheet(
        account=account,
        names=tuple(span for span in account.spans if span.field in NAMES),
        addresses=tuple(account.of("url")),
        status=told[-1] if told else None,
        messages=Counted(tally.messages, of_items) if tally.messages else None,
        received=Counted(tally.to_owner, of_items) if tally.to_owner else None,
        first=_first(tally),
        last=_last(tally),
        posted=Counted(account.posted.messages, of_posts) if account.posted.messages else None,
        posted_first=_first(account.posted),
        posted_last=_last(account.posted),
        steps=tuple(each_once(act for act in account.acts if act.kind in STEPS)),
        alarms=tuple(dict.fromkeys(alarms)),
    )


def _first(tally: Tally) -> Point | None:
    return Point(tally.first, tally.first_where) if tally.first and tally.first_where else None


def _last(tally: Tally) -> Point | None:
    return Point(tally.last, tally.last_where) if tally.last and tally.last_where else None


def each_once(acts: Iterable[AccountAct]) -> Iterator[AccountAct]:
    """Acts without those that the log only says again; a block after an unblock is another one."""
    newest: dict[tuple[str, AccountKey, AccountKey, str], tuple[str, str, str]] = {}
    for act in acts:
        blocks = act.kind in ("block", "unblock")
        about = ("block" if blocks else act.kind, act.by, act.to, act.said_by)
        # "not later than" the line of the log is no time of its own: a block that lasts is said again, not done again
        latest = "" if blocks and not act.at.earliest else act.at.latest
        said = (act.kind, act.at.earliest, latest)
        if newest.get(about) != said:
            yield act
        newest[about] = said


def _link(
    ledger: Ledger,
    decisions: Decisions,
    one: AccountKey,
    other: AccountKey,
    compared: Mapping[tuple[AccountKey, AccountKey], Candidate] | None,
    stale: Stale,
) -> Link:
    decision = decisions.of(one, other)
    candidate = None if compared is None else compared.get(pair(one, other))
    old = decision is not None and compared is not None and stale(decision, candidate)
    weighed = _weighed(ledger, candidate) if candidate is not None and candidate.findings else None
    return Link(one, other, decision, old, weighed)


def _weighed(ledger: Ledger, candidate: Candidate) -> Weighed:
    found = tuple(
        dict.fromkeys(where for finding in candidate.findings for where in (*finding.here, *finding.there))
    )
    platforms = {ledger.accounts[key].platform for key in (candidate.a, candidate.b)}
    beside = _items_of(
        account for account in ledger.accounts.values()
        if account.platform in platforms and account.key not in (candidate.a, candidate.b) and not account.own
    )  # fmt: skip
    everywhere = _items_of(account for account in ledger.accounts.values())
    return Weighed(
        candidate=candidate,
        total=Counted(candidate.total, found),
        cohort=Counted(candidate.cohort, beside) if candidate.cohort else None,
        pairs=Counted(candidate.pairs, everywhere),
        expected=Counted(candidate.expected, everywhere),
    )


def _items_of(accounts: Iterator[Account]) -> tuple[Where, ...]:
    return tuple(Where(item) for item in dict.fromkeys(item for one in accounts for item in one.items))


def counts(made: Sheet) -> Iterator[tuple[object, tuple[Where, ...]]]:
    """Every number of the sheet, with its places."""
    for one in made.accounts:
        for counted in (one.messages, one.received, one.posted):
            if counted is not None:
                yield counted.n, counted.where
        for span in (*one.names, *one.addresses):
            yield span.count, span.where
    for link in made.links:
        if link.weighed is None:
            continue
        for counted in (link.weighed.total, link.weighed.cohort, link.weighed.pairs, link.weighed.expected):
            if counted is not None:
                yield counted.n, counted.where
        for finding in link.weighed.candidate.findings:
            yield finding.lr, (*finding.here, *finding.there)
    for request in made.asks:
        yield from numbers_of(request)


def places(made: Sheet) -> Iterator[Where]:
    """Every place that the sheet names for a fact; items of the comparison group, which are many, are not cited."""
    for one in made.accounts:
        yield from (Where(item) for item in one.account.items)
        yield from (where for span in (*one.names, *one.addresses) for where in span.where)
        yield from (
            point.where for point in (one.first, one.last, one.posted_first, one.posted_last) if point
        )
        yield from (step.where for step in one.steps)
        yield from (where for alarm in one.alarms for where in alarm.where)
        if one.status:
            yield one.status.where
    for link in made.links:
        if link.weighed:
            yield from link.weighed.total.where
