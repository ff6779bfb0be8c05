"""What a person must see before anything is concluded: a handle of two accounts, and what equals the victim's own."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from abusekit.accounts.keys import folded_handle
from abusekit.accounts.model import Account, AccountKey, Alarm, Field, Ledger, Span, Where
from abusekit.accounts.signals.confusables import skeleton

MOST_WHERE = 6
"""Places that one alarm names."""
MOST_ACCOUNTS = 50
"""Accounts that one alarm names: a common name would make it a list of the whole case."""
_SHORTEST_BIO = 20  # characters: a shorter one is a greeting
_OWN: dict[Field, str] = {
    "avatar": "the same profile picture",
    "bio": "the same profile text",
    "handle": "a handle that looks the same",
    "name": "the same display name",
}


def raise_alarms(ledger: Ledger) -> None:
    """Add the alarms that follow from the accounts; each alarm stands in the ledger and at its accounts."""
    ledger.alarms += [*_reused_handles(ledger), *_like_the_own(ledger)]
    for alarm in ledger.alarms:
        for key in alarm.accounts:
            if (account := ledger.accounts.get(key)) is not None:
                account.alarms.append(alarm)


def _reused_handles(ledger: Ledger) -> Iterable[Alarm]:
    held: dict[tuple[str, str], dict[AccountKey, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for account in ledger.accounts.values():
        if account.weak:
            continue
        for span in account.of("handle"):
            if folded := folded_handle(span.value):
                held[account.platform, folded][account.key].append(span)
    for holders in held.values():
        if len(holders) < 2:
            continue
        keys = sorted(holders, key=lambda key: ledger.accounts[key].number)[:MOST_ACCOUNTS]
        said = "; ".join(f"{key} {_interval(holders[key])}" for key in keys)
        yield Alarm(
            "handle-reuse",
            f"one handle, {len(holders)} accounts with different ids: {said}",
            tuple(keys),
            _places(span for key in keys for span in holders[key]),
        )


def _interval(spans: list[Span]) -> str:
    first = min(spans, key=lambda span: span.first.earliest or span.first.latest)
    last = max(spans, key=lambda span: span.last.latest)
    if first.first.shown == last.last.shown:
        return f"({first.first.shown})"
    return f"({first.first.shown} to {last.last.shown})"


def _like_the_own(ledger: Ledger) -> Iterable[Alarm]:
    """Whoever copies the victim's profile shows it too: no sign of who uses the other account."""
    own = [account for account in ledger.accounts.values() if account.own]
    shown: dict[tuple[Field, str], Account] = {}
    for account in own:
        for name, value in _compared(account):
            shown.setdefault((name, value), account)
    if not shown:
        return
    for account in ledger.accounts.values():
        if account.own:
            continue
        same: dict[AccountKey, dict[Field, Span]] = {}
        for (name, value), span in _compared(account).items():
            like = shown.get((name, value))
            if like is not None and not _its_own_name(name, account, like):
                same.setdefault(like.key, {}).setdefault(name, span)
        if same:
            yield _own_alarm(account.key, same)


def _own_alarm(key: AccountKey, same: dict[AccountKey, dict[Field, Span]]) -> Alarm:
    """One for an account, whatever it shows: the victim's account → what is the same there."""
    what = "; ".join(
        f"{_listed([_OWN[name] for name in _OWN if name in spans])} as {like}" for like, spans in same.items()
    )
    whose = "which is the victim's own account" if len(same) == 1 else "which are the victim's own accounts"
    text = (
        f"{key} shows {what}, {whose}; accounts that imitate somebody do that, and so may an account that the person"
        " forgot to name"
    )
    return Alarm(
        "own-data", text, (key, *same), _places(span for one in same.values() for span in one.values())
    )


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _its_own_name(name: Field, account: Account, own: Account) -> bool:
    """The owner of an export, named within another item of the same platform: the same text says nothing new."""
    return (
        name == "name"
        and account.basis == "name"
        and own.basis == "name"
        and account.platform == own.platform
    )


def _compared(account: Account) -> dict[tuple[Field, str], Span]:
    """What may equal the victim's: as it is compared → where it stands."""
    found: dict[tuple[Field, str], Span] = {}
    for span in account.spans:
        if span.field not in _OWN or span.named_by == "contact_book":
            continue
        if value := _folded(span.field, span.value):
            found.setdefault((span.field, value), span)
    return found


def _folded(name: Field, value: str) -> str:
    if name == "avatar":
        return value
    if name == "handle":
        return skeleton(value.removeprefix("@"))
    text = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    return text if name != "bio" or len(text) >= _SHORTEST_BIO else ""


def _places(spans: Iterable[Span]) -> tuple[Where, ...]:
    return tuple(dict.fromkeys(place for span in spans for place in span.where))[:MOST_WHERE]
