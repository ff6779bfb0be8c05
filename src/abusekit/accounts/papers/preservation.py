"""What police can ask a platform to keep, account by account (R50): ids, ranges in UTC, data, route, days gone by.

Only authorities can ask. United States platforms hold what they have on request for 90 days, renewable once (18 USC
2703(f)). That records of log-ins live about 90 days is the word of one reprinted platform guide, a weak source: the
count of days is a nudge, not a deadline.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

import msgspec

from abusekit.accounts.links.decisions import grounded_links, standing_links
from abusekit.accounts.model import Account, AccountKey, Decisions, IdBasis, Ledger, Where
from abusekit.accounts.papers.called import called, platform_id
from abusekit.accounts.papers.exhibits import Exhibit
from abusekit.accounts.papers.paper import Raw
from abusekit.errors import EvidenceError

NUDGE_DAYS = 90
WEAK_SOURCE = (
    "That records of log-ins are kept for about 90 days is the word of one reprinted platform guide, a weak source:"
    " take the count as a nudge, not as a deadline, and ask in any case."
)
WHO_CAN_ASK = (
    "Only police and other authorities can ask a platform to keep data. Platforms in the United States hold what they"
    " have for 90 days on request, renewable once (18 USC 2703(f)); asking to keep is not yet asking to hand over."
)
NO_OWN = "No account is marked as the victim's own, so this paper cannot tell who wrote to the victim."
WANTED: tuple[str, ...] = (
    "subscriber: names, e-mail addresses and telephone numbers given, linked accounts, payment",
    "registration: time, IP address, device",
    "log-ins and log-outs in the range: times, IP addresses with ports, devices and their ids",
    "changes of handle, name, e-mail, telephone, with times",
    "content in the range: messages, posts, comments, deleted ones too",
)
"""Data to ask for; the same for all platforms, since what one holds is for it to say."""


class Route(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a platform wants to be asked; from `routes.yaml`."""

    name: str
    route: str
    wants: tuple[str, ...]
    hint: str
    basis: str
    source: str
    checked: str
    also: tuple[str, ...] = ()

    @property
    def brief(self) -> str:
        """The same in two words."""
        return f"guide read {self.checked}" if self.checked else "not checked"

    @property
    def caution(self) -> str:
        """How far it can be relied on, for the paper."""
        if self.checked:
            return f"{self.basis}, read {self.checked}; check before use"
        return f"{self.basis}, not checked: look it up before use"


@dataclass(frozen=True, slots=True)
class Request:
    """What can be asked about one account."""

    key: AccountKey
    platform: str
    id: str
    # as the evidence writes it
    platform_id: str
    # as the platform wants it quoted
    called: tuple[str | Raw, ...]
    # handle or name, then the key
    basis: IdBasis
    weak: bool
    handles: tuple[tuple[str, tuple[Where, ...]], ...]
    # newest first
    addresses: tuple[tuple[str, tuple[Where, ...]], ...]
    first: str
    # UTC: the earliest instant that its first message or post can mean; empty: none with a time
    last: str
    # UTC: the latest instant that its last message or post can mean
    active_where: tuple[Where, ...]
    # where first and last stand
    ask_from: str
    # YYYY-MM-DD, UTC: the day of `first`
    ask_to: str
    # YYYY-MM-DD, UTC: the day after `last`, or after it was last seen
    undated: int
    # messages and posts without a time: the range may be too short
    posts: int
    # posts that captures show; their times are what the page says
    post_items: tuple[str, ...]
    items: tuple[str, ...]
    # in order of the log
    captured: str
    # UTC: when the first of `items` was taken in; empty: none
    captured_item: str
    days_gone: int | None
    # whole days since `captured`; None: none
    days_left: int | None
    # of NUDGE_DAYS; negative: over
    last_days_gone: int | None
    # whole days since `last`; negative: it is dated after the paper; None: no activity with a time
    last_days_left: int | None
    # the same, counted from `last`: records around the newest activity may be there still
    route: Route


@cache
def _routes() -> tuple[Route, dict[str, Route]]:
    import yaml

    text = files("abusekit.accounts.papers").joinpath("routes.yaml").read_text("utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, in C or in Python
    found: dict[str, Route] = {}
    for platform, one in raw["platforms"].items():
        route = _route(one)
        found.update(dict.fromkeys((platform, *route.also), route))
    return _route(raw["default"]), found


def _route(raw: dict[str, object]) -> Route:
    # YAML reads 2026-11-24 as a date
    return msgspec.convert({**raw, "checked": str(raw["checked"])}, Route)


def route_of(platform: str) -> Route:
    """The route of a platform; the general one where it is not in the table."""
    default, found = _routes()
    return found.get(platform.lower(), default)


def chosen(ledger: Ledger, decisions: Decisions) -> tuple[list[AccountKey], list[AccountKey]]:
    """The accounts that are asked about where none is named: of confirmed clusters; others that wrote to the victim.

    Where no account is marked as the victim's own, nobody is known to have written to her: then the first kind only.
    Never the victim's own. In the order of the ledger. The second kind can be bystanders, members of the same group:
    who reads the paper has to look at them first.
    """
    standing = grounded_links(standing_links(decisions, ledger))
    confirmed = {key for cluster in standing.clusters() for key in cluster}
    others = [account for account in ledger.accounts.values() if not account.own]
    return (
        [account.key for account in others if account.key in confirmed],
        [account.key for account in others if account.key not in confirmed and account.tally.to_owner],
    )


def unclaimed(ledger: Ledger, exhibits: Mapping[str, Exhibit]) -> list[str]:
    """Exports of which it is not known that they are the victim's: whose they are has to be declared.

    An account that was declared as the victim's own does not say that the export is hers, and where she received
    nothing at all it is no help that it stands in it.
    """
    own = [account for account in ledger.accounts.values() if account.own]
    if any(account.tally.to_owner for account in ledger.accounts.values()):
        claimed = {item for account in own for item in account.items}
    else:
        claimed = {where.item for account in own for where in account.own_why}
    written = {item for account in ledger.accounts.values() for item in account.tally.by_item}
    return [
        item for item, one in exhibits.items()
        if one.kind == "export" and not one.mark and item in written and item not in claimed
    ]  # fmt: skip


def requests(
    ledger: Ledger, keys: Collection[AccountKey], exhibits: Mapping[str, Exhibit], *, now: datetime
) -> list[Request]:
    """One for each account of `keys`, in their order. `now`: aware. Raises KeyError: no such account in the ledger."""
    return [_request(ledger, ledger.accounts[key], exhibits, now) for key in keys]


def _request(ledger: Ledger, account: Account, exhibits: Mapping[str, Exhibit], now: datetime) -> Request:
    first, last, where = _activity(account)
    seen = max((span.last.latest for span in account.spans if _is_look(span.last.dated_by)), default="")
    items = tuple(item for item in account.items if item in exhibits)
    taken = [(exhibits[item].at, item) for item in items]
    captured, captured_item = min(taken, default=("", ""))
    gone = (now - _instant(captured)).days if captured else None
    last_gone = (now - _instant(last)).days if last else None
    end = max(last, seen)
    return Request(
        key=account.key,
        platform=account.platform,
        id=account.id,
        platform_id=platform_id(account.platform, account.id),
        called=called(ledger.accounts, account.key),
        basis=account.basis,
        weak=account.weak,
        handles=_values(account, "handle"),
        addresses=_values(account, "url"),
        first=first,
        last=last,
        active_where=where,
        ask_from=first[:10],
        ask_to=_day_after(end) if end else "",
        undated=account.tally.undated + account.posted.undated,
        posts=account.posted.messages,
        post_items=tuple(account.posted.by_item),
        items=items,
        captured=captured,
        captured_item=captured_item,
        days_gone=gone,
        days_left=None if gone is None else NUDGE_DAYS - gone,
        last_days_gone=last_gone,
        last_days_left=None if last_gone is None else NUDGE_DAYS - last_gone,
        route=route_of(account.platform),
    )


def _activity(account: Account) -> tuple[str, str, tuple[Where, ...]]:
    """From when to when it wrote or posted, UTC, and where first and last stand; empty: nothing has a time."""
    tallies = (account.tally, account.posted)
    firsts = [(one.first, one.first_where) for one in tallies if one.first and one.first.earliest]
    lasts = [(one.last, one.last_where) for one in tallies if one.last and one.last.latest]
    if not firsts or not lasts:
        return "", "", ()
    first, first_where = min(firsts, key=lambda one: one[0].earliest)
    last, last_where = max(lasts, key=lambda one: one[0].latest)
    where = dict.fromkeys(place for place in (first_where, last_where) if place)
    return first.earliest, last.latest, tuple(where)


def _is_look(dated_by: str) -> bool:
    """Whether it was seen then: an export shows names of the day it was made, a person's word is no look."""
    return dated_by in ("capture", "message", "event")


def _values(account: Account, name: str) -> tuple[tuple[str, tuple[Where, ...]], ...]:
    """Each value of a field once, newest first, with where it stands."""
    found: dict[str, dict[Where, None]] = {}
    spans = [span for span in account.spans if span.field == name]
    for span in sorted(spans, key=lambda one: (one.last.latest, one.first.earliest), reverse=True):
        found.setdefault(span.value, {}).update(dict.fromkeys(span.where))
    return tuple((value, tuple(where)) for value, where in found.items())


def _instant(text: str) -> datetime:
    """Raises EvidenceError: the ledger or the log holds a time that is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as fault:
        raise EvidenceError(f"not a time: {text[:40]}", "run: abusekit verify") from fault
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _day_after(text: str) -> str:
    return (_instant(text).astimezone(UTC) + timedelta(days=1)).date().isoformat()


def numbers_of(request: Request) -> Iterable[tuple[object, tuple[Where, ...]]]:
    """Every number of a request with its places; days are counted from the capture or the activity."""
    of_items = tuple(Where(item) for item in request.items)
    if request.undated:
        yield request.undated, of_items
    if request.days_gone is not None:
        yield request.days_gone, (Where(request.captured_item),)
        yield request.days_left, (Where(request.captured_item),)
    if request.last_days_left is not None:
        yield request.last_days_gone, request.active_where
        yield request.last_days_left, request.active_where
    if request.posts:
        yield request.posts, tuple(Where(item) for item in request.post_items)
