"""What all items show, folded into accounts: one for each (platform, stable id), handle, or name within an item.

Accounts are never merged: not by handle, name, picture or anything but the same key. A handle that two stable ids had
makes two accounts and an alarm. The fold depends on times, not on the order of the items, but for the numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from abusekit.accounts.keys import Named
from abusekit.accounts.ledger.alarms import raise_alarms
from abusekit.accounts.ledger.observed import ItemAccounts, Shown, ShownPost, Sighting
from abusekit.accounts.ledger.owners import disputed_owners, owner_alarms
from abusekit.accounts.ledger.posts import tally_of
from abusekit.accounts.ledger.spans import place_order, spans_of
from abusekit.accounts.model import Account, AccountAct, AccountKey, Alarm, Ledger, Seen, Tally


def fold(items: Sequence[ItemAccounts], declared: ItemAccounts | None = None) -> Ledger:
    """The ledger of what `items` show, in the order of the log, and of what was declared."""
    ledger = Ledger()
    sightings: dict[AccountKey, list[Sighting]] = defaultdict(list)
    posts: dict[AccountKey, list[ShownPost]] = defaultdict(list)
    turns = _turns(items)
    disputed = disputed_owners(items, declared)
    for one in (*items, *([declared] if declared is not None else [])):
        owners = [key for key, shown in one.shown.items() if shown.own]
        of_victim = not owners or any(key not in disputed for key in owners)
        for key, shown in one.shown.items():
            now = turns.get((key, one.item), key)
            account = _account(ledger, now, shown.named)
            _take(account, one.item, shown, own=key not in disputed, of_victim=of_victim)
            if shown.not_own:
                text = "one export says both that this is its owner's account, and that it is not"
                ledger.alarms.append(Alarm("conflict", text, (now,), shown.own))
            sightings[now] += shown.sightings
            posts[now] += shown.posts
        for act in one.acts:
            _act(ledger, act, one.item, turns)
        for alarm in one.alarms:
            ledger.alarms.append(alarm)
    for account in ledger.accounts.values():
        account.statuses.sort(key=lambda status: (*when(status.at), place_order(status.where), status.kind))
        account.acts.sort(key=lambda act: (*when(act.at), place_order(act.where), act.kind))
        gone = [status.at.earliest for status in account.statuses if status.kind == "gone"]
        account.posted = tally_of(posts[account.key])
        account.spans = spans_of(sightings[account.key], gone)
    ledger.alarms += owner_alarms(disputed)
    raise_alarms(ledger)
    return ledger


def when(seen: Seen) -> tuple[str, str]:
    """An order of times: by the earliest instant, those of which only the latest is known by that one."""
    return seen.earliest or seen.latest or "~", seen.latest


def _account(ledger: Ledger, key: AccountKey, named: Named) -> Account:
    account = ledger.accounts.get(key)
    if account is None:
        number = len(ledger.accounts) + 1
        account = ledger.accounts[key] = Account(key, named.platform, named.id, named.basis, number)
    return account


def _take(account: Account, item: str, shown: Shown, *, own: bool, of_victim: bool) -> None:
    """own: what says that it is the victim's counts. of_victim: what the item's owner received, the victim did."""
    if shown.places and item:
        account.items[item] = account.items.get(item, 0) + shown.places
    if shown.own and own:
        account.own = True
        account.own_why += shown.own
    account.statuses += shown.statuses
    _add_tally(account.tally, shown.tally, item, of_victim=of_victim)


def _add_tally(total: Tally, one: Tally, item: str, *, of_victim: bool) -> None:
    if not one.messages:
        return
    total.messages += one.messages
    total.to_owner += one.to_owner if of_victim else 0
    total.undated += one.undated
    total.by_item[item] = total.by_item.get(item, 0) + one.messages
    for day, count in one.days.items():
        total.days[day] = total.days.get(day, 0) + count
    if one.first is not None and (total.first is None or when(one.first) < when(total.first)):
        total.first, total.first_where = one.first, one.first_where
    if one.last is not None and (total.last is None or one.last.latest > total.last.latest):
        total.last, total.last_where = one.last, one.last_where


def _act(ledger: Ledger, act: AccountAct, item: str, turns: dict[tuple[AccountKey, str], AccountKey]) -> None:
    for key in dict.fromkeys((act.by, act.to)):
        account = ledger.accounts.get(turns.get((key, item), key))
        if account is not None:
            account.acts.append(act)


def _turns(items: Iterable[ItemAccounts]) -> dict[tuple[AccountKey, str], AccountKey]:
    """(key, item) → key of the account known by that handle at the time, where the handle was seen to be given up.

    What was seen under the handle after it was gone may be somebody else's. Exports, whose names bear no date, stay
    with the first.
    """
    looks: dict[AccountKey, list[tuple[str, str, str]]] = defaultdict(list)
    for one in items:
        for key, shown in one.shown.items():
            if shown.named.basis == "handle" and (look := _look(shown)) is not None:
                looks[key].append((look[0], one.item, look[1]))
    found: dict[tuple[AccountKey, str], AccountKey] = {}
    for key, seen in looks.items():
        turn, was_gone, used = 1, False, False
        for _, item, what in sorted(seen):
            if what == "seen":
                turn += was_gone and used
                was_gone, used = False, True
            elif what == "gone":
                was_gone = True
            if turn > 1:
                found[key, item] = f"{key}#{turn}"
    return found


def _look(shown: Shown) -> tuple[str, str] | None:
    """When an item looked at the account, and what it found: `gone`, `seen`, or something else that was said of it."""
    gone = [status.at.earliest for status in shown.statuses if status.kind == "gone"]
    if gone:
        return min(gone), "gone"
    dated = [one.first.earliest for one in shown.sightings if one.first.dated_by in ("capture", "event")]
    if dated:
        return min(dated), "seen"
    return min(((status.at.earliest, "said") for status in shown.statuses), default=None)
