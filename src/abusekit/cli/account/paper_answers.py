"""The papers on accounts as JSON answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abusekit.cli.answers_account_papers import (
    AlarmAnswer,
    CountedAnswer,
    DecisionAnswer,
    ExhibitAnswer,
    NameAnswer,
    RequestAnswer,
    RouteAnswer,
    SheetAccount,
    SheetAnswer,
    SheetLink,
    StepAnswer,
    ValueAnswer,
    WeighedAnswer,
)

if TYPE_CHECKING:
    from abusekit.accounts.model import Decision, Span
    from abusekit.accounts.papers.exhibits import Exhibit
    from abusekit.accounts.papers.preservation import Request
    from abusekit.accounts.papers.sheet import Counted, Link, OnSheet, Sheet, Weighed


def sheet_answer(sheet: Sheet, written: list[str]) -> SheetAnswer:
    from abusekit.accounts.papers.sheet_layout import LIMITS

    return SheetAnswer(
        case=sheet.case,
        made=sheet.made,
        by=sheet.by,
        tool=sheet.tool,
        confirmed=sheet.confirmed,
        accounts=[_account(one) for one in sheet.accounts],
        links=[_link(one, sheet) for one in sheet.links],
        left_out=[decision_answer(one) for one in sheet.left_out],
        contrary=[decision_answer(one.said) for one in sheet.contrary],
        requests=[request_answer(one) for one in sheet.asks],
        exhibits=[exhibit_answer(one) for one in sheet.exhibits],
        compared=sheet.compared,
        constants=list(sheet.constants),
        limits=list(LIMITS),
        not_read=list(sheet.not_read),
        written=written,
    )


def _account(one: OnSheet) -> SheetAccount:
    account = one.account
    return SheetAccount(
        key=account.key,
        platform=account.platform,
        id=account.id,
        basis=account.basis,
        weak=account.weak,
        status=account.status,
        names=[_name(span) for span in (*one.names, *one.addresses)],
        messages=_counted(one.messages) if one.messages else None,
        received=_counted(one.received) if one.received else None,
        first=one.first.seen if one.first else None,
        first_where=one.first.where if one.first else None,
        last=one.last.seen if one.last else None,
        last_where=one.last.where if one.last else None,
        undated=account.tally.undated,
        posts=_counted(one.posted) if one.posted else None,
        posts_first=one.posted_first.seen if one.posted_first else None,
        posts_last=one.posted_last.seen if one.posted_last else None,
        steps=[StepAnswer(act.kind, act.at, act.where, act.said_by) for act in one.steps],
        alarms=[
            AlarmAnswer(alarm.kind, alarm.text, list(alarm.accounts), list(alarm.where))
            for alarm in one.alarms
        ],
    )


def _name(span: Span) -> NameAnswer:
    return NameAnswer(
        span.field,
        span.value,
        span.named_by,
        span.first,
        span.last,
        list(span.where),
        span.said_by,
        span.reason,
    )


def _counted(counted: Counted) -> CountedAnswer:
    return CountedAnswer(counted.n, list(counted.where))


def _link(link: Link, sheet: Sheet) -> SheetLink:
    from abusekit.accounts.model import pair

    return SheetLink(
        link.a,
        link.b,
        decision_answer(link.decision) if link.decision else None,
        link.stale,
        list(sheet.shared.get(pair(link.a, link.b), ())),
        _weighed(link.weighed) if link.weighed else None,
    )


def _weighed(weighed: Weighed) -> WeighedAnswer:
    import msgspec

    from abusekit.accounts.links.weighing import MOST
    from abusekit.accounts.links.wording import HIDDEN_SIGNALS
    from abusekit.accounts.papers.sheet_layout import proposition
    from abusekit.accounts.papers.sheet_tables import HIDDEN

    candidate = weighed.candidate
    return WeighedAnswer(
        propositions=proposition(weighed),
        total=_counted(weighed.total),
        cap=int(MOST),
        groups=dict(candidate.groups),
        cohort=_counted(weighed.cohort) if weighed.cohort else None,
        cohort_of=candidate.cohort_of,
        pairs=_counted(weighed.pairs),
        expected=_counted(weighed.expected),
        strength=candidate.strength,
        findings=[
            msgspec.structs.replace(one, value=HIDDEN) if one.value and one.signal in HIDDEN_SIGNALS else one
            for one in candidate.findings
        ],
        not_compared=list(candidate.not_compared),
    )


def decision_answer(one: Decision) -> DecisionAnswer:
    return DecisionAnswer(
        one.a, one.b, one.decided, one.who, one.at, one.n + 1, one.reason, list(one.basis), list(one.items)
    )


def exhibit_answer(one: Exhibit) -> ExhibitAnswer:
    return ExhibitAnswer(one.item, one.exhibit, one.kind, one.outcome, one.sha256, one.at, one.mark)


def request_answer(one: Request) -> RequestAnswer:
    route = one.route
    return RequestAnswer(
        key=one.key,
        platform=one.platform,
        id=one.id,
        platform_id=one.platform_id,
        basis=one.basis,
        weak=one.weak,
        handles=[ValueAnswer(value, list(where)) for value, where in one.handles],
        addresses=[ValueAnswer(value, list(where)) for value, where in one.addresses],
        first=one.first,
        last=one.last,
        active_where=list(one.active_where),
        ask_from=one.ask_from,
        ask_to=one.ask_to,
        undated=one.undated,
        items=list(one.items),
        first_taken_in=one.captured,
        days_since=one.days_gone,
        days_left=one.days_left,
        posts=one.posts,
        last_days_since=one.last_days_gone,
        last_days_left=one.last_days_left,
        route=RouteAnswer(route.name, route.route, list(route.wants), route.hint, route.caution),
    )
