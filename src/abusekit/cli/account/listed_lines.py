"""The accounts as `account list` prints them: two lines or more for each, for a terminal of 80 columns."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from abusekit.accounts.links.decisions import LOST_GROUND, of_account, other_of
from abusekit.accounts.listing import (
    NAMED_WORDS,
    STATUS_WORDS,
    counted,
    day,
    first_and_last,
    newest_name,
    short,
    wrapped,
)
from abusekit.accounts.model import Account, AccountKey, Decision, Decisions, Ledger

HANDLE_SHOWN = 40
"""Characters of a handle, or a name, in a line."""
OTHERS_SHOWN = 3
"""Accounts that a line names as linked."""
LINK_WORDS = (("confirmed", "confirmed with"), ("proposed", "proposed with"), ("rejected", "rejected with"))
_KEY = 40  # columns
_INDENT = 4
HEAD = f"{'ACCOUNT':{_KEY}}  {'STATE':9}  FIRST TO LAST SEEN"


def listed_lines(account: Account, decided: Decisions, zone: str) -> Iterator[str]:
    """Key, state and days; then in how much it is seen, what stands out, handle and name.

    What others chose, such as names, stands last: it cannot turn round what abusekit says.
    """
    period = first_and_last(account)
    days = " to ".join(dict.fromkeys(day(one, zone) for one in period)) if period else "not dated"
    key = short(account.key, 200)
    rest = f"{account.status:9}  {days}"
    if len(key) <= _KEY:
        yield f"{key:{_KEY}}  {rest}"
    else:
        yield key
        yield f"{'':{_KEY}}  {rest}"
    parts = [_amounts(account), *marks(account, decided)]
    if account.handle and account.basis != "handle":
        parts.append(f"@{short(account.handle, HANDLE_SHOWN)}{_several(account, 'handle')}")
    if (name := newest_name(account)) is not None:
        marked = f" {NAMED_WORDS[name.named_by]}".rstrip()
        parts.append(f'"{short(name.value, HANDLE_SHOWN)}"{marked}{_several(account, "name")}')
    yield from wrapped(parts, _INDENT)


def _amounts(account: Account) -> str:
    """Items, posts that captures show, messages."""
    found = [counted(len(account.items), "item")]
    if account.posted.messages:
        found.append(f"{counted(account.posted.messages, 'post')} shown")
    if account.tally.messages:
        to = f" ({account.tally.to_owner} to the victim)" if account.tally.to_owner else ""
        found.append(counted(account.tally.messages, "message") + to)
    return ", ".join(found)


def _several(account: Account, field: str) -> str:
    values = {span.value for span in account.spans if span.field == field}
    return f" [{len(values)} {field}s]" if len(values) > 1 else ""


def marks(account: Account, decided: Decisions) -> list[str]:
    """What stands out, each in brackets: whose it is, how well it is known, alarms, what people say of links."""
    found = ["[the victim's own]"] if account.own else []
    found += [f"[{account.basis} only]"] if account.weak else []
    found += [f"[ALARM {kind}]" for kind in dict.fromkeys(alarm.kind for alarm in account.alarms)]
    return found + [f"[{text}]" for text in links_in_words(account.key, decided)]


def links_in_words(key: AccountKey, decided: Decisions) -> list[str]:
    """`confirmed with x:777 (PO)`; at most three accounts of each kind."""
    links = of_account(decided, key)
    found = []
    for state, words in LINK_WORDS:
        of_state = [one for one in links if one.decided == state]
        names = [
            f"{short(other_of(one, key), 60)} ({one.who}{_ground(decided, one)})"
            for one in of_state[:OTHERS_SHOWN]
        ]
        more = f" and {len(of_state) - OTHERS_SHOWN} more" if len(of_state) > OTHERS_SHOWN else ""
        found += [f"{words} {', '.join(names)}{more}"] if names else []
    return found


def _ground(decided: Decisions, one: Decision) -> str:
    return f", {LOST_GROUND}" if one.decided != "rejected" and decided.lost_ground(one) else ""


def legend(shown: Sequence[Account]) -> Iterator[str]:
    """What the states that occur mean."""
    kinds = dict.fromkeys(one.status for one in shown)
    for kind, words in STATUS_WORDS.items():
        if kind in kinds:
            yield from wrapped([f"{kind}: {words}"], 0, hang=4)


def nobody_is_own(ledger: Ledger) -> Iterator[str]:
    """What to do first where it is not said which accounts are the victim's; nothing where some are, and of every
    export one is."""
    own = [one for one in ledger.accounts.values() if one.own]
    exports = dict.fromkeys(chain.from_iterable(one.tally.by_item for one in ledger.accounts.values()))
    if ledger.accounts and not own:
        yield "no account is marked as the victim's own; do that first, else her accounts are compared as"
        yield "  suspects: abusekit account observe ACCOUNT --own --reason …"
    without = [item for item in exports if all(item not in one.items for one in own)]
    yield from undeclared(without)


def _quoted(text: str) -> str:
    return shlex.quote(short(text, 100))


def undeclared(items: Collection[str], owner: str = "ID") -> Iterator[str]:
    """Exports of which nobody is known to be the owner, so that nothing counts as received by the victim."""
    if items:
        named = ", ".join(list(items)[:5]) + (f" and {len(items) - 5} more" if len(items) > 5 else "")
        yield from wrapped(
            [f"whose export it is, is not known: {named}; what the victim received is not counted"], 0
        )
        yield f"  abusekit import --item {next(iter(items))} --declare {_quoted(f'owner={owner}')} --reason …"
