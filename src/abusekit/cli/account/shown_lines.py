"""One account as `account show` prints it."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from abusekit.accounts.links.decisions import cluster_of, of_account, other_of
from abusekit.accounts.listing import (
    BASIS_WORDS,
    DATED_WORDS,
    NAMED_WORDS,
    called,
    counted,
    first_and_last,
    gap,
    period,
    short,
    wrapped,
)
from abusekit.accounts.model import Account, AccountAct, Decision, Decisions, Ledger, Seen, Span, Tally, Where
from abusekit.cli.account.shown_answer import PROSE, id_times, speaking_against

VALUE_SHOWN = 200
TEXT_SHOWN = 400
"""Characters of a value, and of prose or a reason, on a line; --json has all of it."""
PLACES_SHOWN = 3
ITEMS_SHOWN = 20
MOST_LINES = 40
"""Spans of one field, states, acts that are printed: the newest ones; --json has all of them."""
_LABEL = 10  # columns
_LOG_LINE = re.compile(r"log line (\d{1,9})", re.ASCII)
ORDER = (
    "handle",
    "name",
    "url",
    "avatar",
    "created",
    "verified",
    "phone",
    "email",
    "payment",
    "bio",
    "other",
)
ACT_WORDS = {
    "block": "blocked",
    "unblock": "unblocked",
    "report": "reported to the platform",
    "follow": "followed",
    "unfollow": "no longer followed",
    "contact": "contact",
    "name_change": "name changed",
    "suspended": "suspended",
    "closed": "closed",
}


def lines(
    ledger: Ledger, one: Account, decided: Decisions, fell: Mapping[str, str], *, now: datetime, reveal: bool
) -> Iterator[str]:
    """The lines, of 80 columns, without the hints behind them.

    `now` is aware; fell: items that no longer count, as `fallen` says.
    """
    for row in _rows(ledger, one, decided, fell, now=now, reveal=reveal):
        yield from wrapped([row], 0, hang=_LABEL + 1)


def _rows(
    ledger: Ledger, one: Account, decided: Decisions, fell: Mapping[str, str], *, now: datetime, reveal: bool
) -> Iterator[str]:
    yield f"{called(one)}  account {one.number} of the case, {BASIS_WORDS[one.basis]}"
    yield _row("platform", f"{short(one.platform, 80)}  id {short(one.id, VALUE_SHOWN)}".rstrip())
    if one.own:
        why = "; ".join(ledger.cite(where) for where in one.own_why[:PLACES_SHOWN])
        yield _row("own", f"the victim's own account: {why}")
    for time in id_times(one, now=now):
        yield _row("in its id", f"{time.at or '-'}  a derived check, no time that was displayed: {time.text}")
    yield from _statuses(ledger, one)
    if (found := first_and_last(one)) is not None:
        yield _row("seen", period(*found))
    above = ""
    for name in ORDER:
        spans = [span for span in one.spans if span.field == name]
        above = yield from _history(ledger, spans, above, reveal=reveal)
    yield from _messages(ledger, one)
    yield from _left_out(len(one.acts))
    for act in one.acts[-MOST_LINES:]:
        yield _row(act.kind.replace("_", " "), _act(ledger, one, act, reveal=reveal))
    for alarm in one.alarms:
        places = "; ".join(ledger.cite(where) for where in alarm.where[:PLACES_SHOWN])
        yield _row(
            "ALARM", f"{alarm.kind}: {short(alarm.text, TEXT_SHOWN)}" + (f"; {places}" if places else "")
        )
    yield from _links(one, decided, fell)


def newest_declared(one: Account) -> str:
    """Number, from 1, of the newest line of the log that declares something of the account; empty: none does."""
    places = [place for span in one.spans for place in span.where] + list(one.own_why)
    places += [act.where for act in one.acts] + [status.where for status in one.statuses]
    numbers = [int(found[1]) for place in places if (found := _LOG_LINE.match(place.at))]
    return str(max(numbers)) if numbers else ""


def _row(label: str, text: str) -> str:
    return f"{label:{_LABEL}} {text}"


def _left_out(count: int) -> Iterator[str]:
    if count > MOST_LINES:
        yield _row("", f"({count - MOST_LINES} earlier ones are not printed: --json)")


def _statuses(ledger: Ledger, one: Account) -> Iterator[str]:
    yield _row("state", one.status)
    yield from _left_out(len(one.statuses))
    for status in one.statuses[-MOST_LINES:]:
        text = f"{short(status.at.shown, 80)}: {status.kind}; {short(status.text, VALUE_SHOWN)}"
        yield _row("", f"{text}; {_place(ledger, status.where)}")


def _history(ledger: Ledger, spans: list[Span], above: str, *, reveal: bool) -> Generator[str, None, str]:
    """above: when and where the line before was seen; gives that of its last line."""
    yield from _left_out(len(spans))
    for before, span in pairwise([None, *spans[-MOST_LINES:]]):
        if span is None:
            continue
        between = gap(before, span) if before is not None and before.named_by == span.named_by else None
        if between is not None:
            yield _row("", f"  (not seen between {between[0]} and {between[1]})")
        told = f"{_seen(span)}; {_places(ledger, span)}"
        yield _row(span.field, f"{_value(span, reveal=reveal)}  {told if told != above else 'as above'}")
        above = told
    return above


def _value(span: Span, *, reveal: bool) -> str:
    if span.field in PROSE:
        return short(span.value, TEXT_SHOWN) if reveal else f"({len(span.value)} characters, covered)"
    if span.field == "handle":
        return f"@{short(span.value, VALUE_SHOWN)}"
    if span.field == "name":
        return f'"{short(span.value, VALUE_SHOWN)}" {NAMED_WORDS[span.named_by]}'.rstrip()
    return short(span.value, VALUE_SHOWN)


def _seen(span: Span) -> str:
    if span.said_by or span.first.dated_by == "person":
        who = f"said by {short(span.said_by, 20)}" if span.said_by else "said by a person"
        when = f" of {period(span.first, span.last)}" if span.first.dated_by != "none" else ""
        return f"{who}{when}" + (f", reason: {short(span.reason, TEXT_SHOWN)}" if span.reason else "")
    times = f"seen {span.count} times, " if span.count > 1 else "seen once, "
    return f"{times}{period(span.first, span.last)}, {DATED_WORDS[span.first.dated_by]}"


def _places(ledger: Ledger, span: Span) -> str:
    cited = list(dict.fromkeys(_place(ledger, where) for where in span.where))
    more = f" and {len(cited) - PLACES_SHOWN} more" if len(cited) > PLACES_SHOWN else ""
    return ", ".join(cited[:PLACES_SHOWN]) + more


def _place(ledger: Ledger, where: Where) -> str:
    """The exhibit; of what was declared the line of the log as well, by which it can be taken back."""
    said = f"{where.at}, " if where.item and where.at.startswith("log line") else ""
    return said + ledger.cite(where)


def _messages(ledger: Ledger, one: Account) -> Iterator[str]:
    tally, posted = one.tally, one.posted
    if posted.messages:
        yield _row("posts", f"shown by captures: {posted.messages}; times as the page says")
        yield from _ends(ledger, posted)
    if tally.messages:
        received = f", {tally.to_owner} of them received by the victim" if tally.to_owner else ""
        yield _row("messages", f"{tally.messages} written{received}")
        yield from _ends(ledger, tally)
    items = [
        f"{ledger.exhibits.get(item, item)} ({item}) {counted(n, 'place')}" for item, n in one.items.items()
    ]
    more = f", and {len(items) - ITEMS_SHOWN} more" if len(items) > ITEMS_SHOWN else ""
    yield _row(
        "items", f"{counted(len(items), 'item')}: {', '.join(items[:ITEMS_SHOWN])}{more}" if items else "none"
    )


def _ends(ledger: Ledger, tally: Tally) -> Iterator[str]:
    for label, seen, where in (
        ("first", tally.first, tally.first_where),
        ("last", tally.last, tally.last_where),
    ):
        if seen is not None:
            yield _row("", f"{label} {_at(seen)}" + (f", {ledger.cite(where)}" if where else ""))
    if tally.undated:
        yield _row("", f"{tally.undated} of them without a time")


def _at(seen: Seen) -> str:
    return short(seen.shown, 80)


def _act(ledger: Ledger, one: Account, act: AccountAct, *, reveal: bool) -> str:
    by = f" by {short(act.by, VALUE_SHOWN)}" if act.by not in ("", one.key) else ""
    to = f", towards {short(act.to, VALUE_SHOWN)}" if act.to not in ("", one.key) else ""
    said = f", said by {short(act.said_by, 20)}" if act.said_by else ""
    text = f": {short(act.text, TEXT_SHOWN)}" if act.text and reveal else ""
    whose = " (what it did itself)" if act.by == one.key else ""
    return f"{ACT_WORDS[act.kind]}{by}{to}{whose}, {_at(act.at)}{said}{text}; {_place(ledger, act.where)}"


def _links(one: Account, decided: Decisions, fell: Mapping[str, str]) -> Iterator[str]:
    for said in of_account(decided, one.key):
        if said.decided == "undecided":
            yield _row("taken back", _taken_back(said, other_of(said, one.key)))
        else:
            yield _row("link", claim(said, other_of(said, one.key), fell))
    cluster = cluster_of(decided, one.key)
    if len(cluster) > 2:
        yield _row("joined", f"by confirmed links: {', '.join(short(key, VALUE_SHOWN) for key in cluster)}")
    for said in speaking_against(decided, one.key):
        yield _row("AGAINST", contrary(said))


def claim(said: Decision, other: str, fell: Mapping[str, str]) -> str:
    """What a person said of a link, as that person's claim; items that no longer count are told as such."""
    basis = f"; basis: {', '.join(short(word, 60) for word in said.basis)}" if said.basis else ""
    named = [f"{item} ({fell[item].upper()} since)" if item in fell else item for item in said.items]
    items = f"; items: {', '.join(named)}" if named else "; no item named"
    seen = f"; findings seen {said.findings[:16]}…" if said.findings else ""
    return (
        f"{said.decided} with {short(other, VALUE_SHOWN)}: a claim of {short(said.who, 20)} on {said.at[:10]} (log line"
        f" {said.n + 1}): {short(said.reason, TEXT_SHOWN)}{basis}{items}{seen}"
    )


def _taken_back(said: Decision, other: str) -> str:
    return (
        f"what was said about this account and {short(other, VALUE_SHOWN)}: by {short(said.who, 20)} on {said.at[:10]}"
        f" (log line {said.n + 1}): {short(said.reason, TEXT_SHOWN)}"
    )


def contrary(said: Decision) -> str:
    """A rejected link between two accounts that confirmed links join over others."""
    return (
        f"{short(said.a, VALUE_SHOWN)} and {short(said.b, VALUE_SHOWN)} are joined over others, but"
        f" {short(said.who, 20)} rejected a link between these two on {said.at[:10]} (log line {said.n + 1}):"
        f" {short(said.reason, TEXT_SHOWN)}"
    )
