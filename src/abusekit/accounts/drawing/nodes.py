"""Accounts of the ledger as nodes of a drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from abusekit.accounts.drawing.drawn import Called, Counted, Node, Other, Told
from abusekit.accounts.drawing.labels import label
from abusekit.accounts.model import Account, AccountAct, AccountKey, IdBasis, Ledger, Seen, Span, Where

BASES: dict[IdBasis, str] = {
    "platform_id": "the platform's own id",
    "phone": "phone number",
    "email": "e-mail address",
    "handle": "handle only: the next to use it may be somebody else",
    "name": "display name only: worth nothing outside of its item",
}
_DATED = {
    "capture": "seen on the page",
    "message": "the record carries it",
    "export": "as the export shows it",
    "event": "the platform's own note",
    "person": "declared",
    "none": "not dated",
}
_ACTS = {
    "block": "block", "unblock": "unblock", "report": "report", "follow": "follow", "unfollow": "unfollow",
    "contact": "first contact", "name_change": "change of name", "suspended": "suspension", "closed": "closing",
}  # fmt: skip
NAMES_SHOWN = 40
"""Spans of names, and acts, of one account that a drawing lists."""


def node_of(ledger: Ledger, account: Account, n: int, cluster: int) -> Node:
    """All that a drawing says of `account`; `n` its number there, `cluster` 0 where it has no confirmed link."""
    shown, said = called(account)
    tally, posted = account.tally, account.posted
    names = [span for span in account.spans if span.field in ("handle", "name")]
    return Node(
        n=n,
        key=account.key,
        platform=account.platform,
        label=shown,
        label_by=said,
        own=account.own,
        weak=account.weak,
        basis=BASES[account.basis],
        status=account.status,
        statuses=tuple(
            Told(f"{one.kind}: {one.text} ({one.at.shown})", (ledger.cite(one.where),))
            for one in account.statuses[-NAMES_SHOWN:]
        ),
        names=tuple(_called(ledger, span) for span in names[:NAMES_SHOWN]),
        messages=counted(ledger, tally.messages, tally.by_item),
        to_owner=tally.to_owner,
        first=_end(ledger, tally.first, tally.first_where),
        last=_end(ledger, tally.last, tally.last_where),
        posts=counted(ledger, posted.messages, posted.by_item),
        first_post=_end(ledger, posted.first, posted.first_where),
        last_post=_end(ledger, posted.last, posted.last_where),
        items=counted(ledger, len(account.items), account.items),
        alarms=tuple(Told(one.text, cites(ledger, one.where)) for one in account.alarms),
        acts=once(act_told(ledger, act) for act in account.acts)[:NAMES_SHOWN],
        cluster=cluster,
    )


def other_of(ledger: Ledger, account: Account) -> Other:
    """The short form, for a table of what is not drawn."""
    return Other(
        account.key,
        called(account)[0],
        account.weak,
        account.own,
        account.status,
        counted(ledger, account.tally.messages, account.tally.by_item),
        account.tally.to_owner,
        counted(ledger, account.posted.messages, account.posted.by_item),
    )


def called(account: Account) -> tuple[str, str]:
    """What an account is called in a drawing, and who chose that where the account did not."""
    if account.handle:
        return f"@{account.handle}", _by_of(account, "handle", account.handle)
    if account.name:
        return account.name, _by_of(account, "name", account.name)
    return account.id or account.key, ""


def counted(ledger: Ledger, number: int, by: Mapping[str, int]) -> Counted:
    return Counted(number, tuple((ledger.cite(Where(item)), count) for item, count in by.items()))


def cites(ledger: Ledger, where: Iterable[Where]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ledger.cite(one) for one in where))


def once(told: Iterable[Told]) -> tuple[Told, ...]:
    """Sentences that say the same, once, with the places of all."""
    found: dict[str, Told] = {}
    for one in told:
        before = found.get(one.text, one)
        found[one.text] = Told(one.text, tuple(dict.fromkeys((*before.cites, *one.cites))))
    return tuple(found.values())


def act_told(ledger: Ledger, act: AccountAct) -> Told:
    """`block of x:1 by x:2, 2026-03-01 10:00 +00:00, declared by AB`. The words of the record are not shown."""
    by = f" by {label(act.by, 60)}" if act.by else ""
    said = f", declared by {act.said_by}" if act.said_by else ""
    return Told(
        f"{_ACTS[act.kind]} of {label(act.to or act.by, 60)}{by}, {act.at.shown}{said}",
        cites(ledger, [act.where]),
    )


def _called(ledger: Ledger, span: Span) -> Called:
    return Called(
        field=span.field,
        value=span.value,
        first=span.first.shown,
        last=span.last.shown,
        by=_by(span),
        dated=_DATED[span.first.dated_by],
        count=span.count,
        cites=cites(ledger, span.where),
    )


def _by_of(account: Account, field: str, value: str) -> str:
    return next(
        (_by(span) for span in reversed(account.spans) if (span.field, span.value) == (field, value)), ""
    )


def _by(span: Span) -> str:
    if span.named_by == "contact_book":
        return "name in the phone's contacts"
    if span.named_by == "person" or span.said_by:
        return f"declared by {span.said_by}" if span.said_by else "declared"
    return ""


def _end(ledger: Ledger, seen: Seen | None, where: Where | None) -> Told | None:
    return Told(seen.shown, cites(ledger, [where] if where else [])) if seen else None


def clusters_of(clusters: Iterable[tuple[AccountKey, ...]]) -> dict[AccountKey, int]:
    """Account → number of its cluster of confirmed links, from 1."""
    return {key: n for n, cluster in enumerate(clusters, start=1) for key in cluster}
