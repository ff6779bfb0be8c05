"""One account as `account show --json` answers it: every fact with its places."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from abusekit.accounts.links.decisions import cluster_of, rejected_within
from abusekit.accounts.model import Account, AccountAct, Decision, Decisions, Ledger, Span, Tally, Where
from abusekit.cli.account.list import link_answer, listed
from abusekit.cli.answers_account import (
    AccountShowAnswer,
    IdTime,
    ShownAct,
    ShownAlarm,
    ShownMessages,
    ShownSpan,
    ShownStatus,
)

PROSE = ("bio", "other")
"""Fields whose value is free text of the account: covered like the words of messages."""


def answer(
    ledger: Ledger, one: Account, decided: Decisions, *, now: datetime, reveal: bool
) -> AccountShowAnswer:
    """All that the ledger holds of the account; prose is null without `reveal`. `now` is aware."""
    return AccountShowAnswer(
        account=listed(one, decided),
        own_why=list(one.own_why),
        spans=[_span(ledger, span, reveal=reveal) for span in one.spans],
        statuses=[ShownStatus(s.kind, s.at, s.where, ledger.cite(s.where), s.text) for s in one.statuses],
        acts=[_act(ledger, act, reveal=reveal) for act in one.acts],
        tally=_tally(one.tally),
        posted=_tally(one.posted),
        alarms=[
            ShownAlarm(a.kind, a.text, list(a.accounts), list(a.where), cited(ledger, a.where))
            for a in one.alarms
        ],
        cluster=list(cluster_of(decided, one.key)),
        rejected_within=[link_answer(said) for said in speaking_against(decided, one.key)],
        id_times=id_times(one, now=now),
        exhibits={item: ledger.exhibits[item] for item in one.items if item in ledger.exhibits},
        problems=list(ledger.problems),
    )


def _tally(tally: Tally) -> ShownMessages:
    return ShownMessages(
        tally.messages,
        tally.to_owner,
        tally.first,
        tally.last,
        tally.first_where,
        tally.last_where,
        dict(tally.by_item),
        dict(tally.days),
        tally.undated,
    )


def _span(ledger: Ledger, span: Span, *, reveal: bool) -> ShownSpan:
    return ShownSpan(
        field=span.field,
        value=span.value if reveal or span.field not in PROSE else None,
        first=span.first,
        last=span.last,
        where=list(span.where),
        cited=cited(ledger, span.where),
        count=span.count,
        named_by=span.named_by,
        said_by=span.said_by,
        reason=span.reason,
    )


def _act(ledger: Ledger, act: AccountAct, *, reveal: bool) -> ShownAct:
    text = act.text if reveal else None
    return ShownAct(act.kind, act.by, act.to, act.at, act.where, ledger.cite(act.where), act.said_by, text)


def cited(ledger: Ledger, places: Iterable[Where]) -> list[str]:
    return [ledger.cite(where) for where in places]


def speaking_against(decided: Decisions, key: str) -> list[Decision]:
    """Rejected links inside of the cluster that the account is in."""
    cluster = cluster_of(decided, key)
    return [one for one in rejected_within(decided) if one.a in cluster]


def id_times(one: Account, *, now: datetime) -> list[IdTime]:
    """The time that the platform's own id embeds, where it is of a scheme that does (R49)."""
    from abusekit.capture.embedded_times import EmbeddedTime, embedded_times
    from abusekit.capture.page_facts import PageFact
    from abusekit.case.moment import utc_text

    if one.basis != "platform_id":
        return []
    facts = (PageFact("platform", one.platform, "account"), PageFact("author.id", one.id, "account"))
    found = []
    for _fact, time in embedded_times(facts, now=now):
        if isinstance(time, EmbeddedTime):
            found.append(IdTime(time.scheme, utc_text(time.at), time.basis))
        else:
            found.append(IdTime(time.scheme, "", f"not decoded: {time.reason}"))
    return found
