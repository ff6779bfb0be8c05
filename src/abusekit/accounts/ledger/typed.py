"""What a person typed → one account of the ledger."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from abusekit.accounts.keys import folded_handle, phone_digits
from abusekit.accounts.model import STABLE, Account, Ledger
from abusekit.errors import UsageError
from abusekit.plain import safe_text

MOST_NAMED = 8
_SHOWN = 60


def resolve(ledger: Ledger, typed: str) -> Account:
    """The account that is meant: by its key, else id, number or address, else handle, else display name.

    The first of these that any account fits decides; where several accounts fit it none is chosen. Raises UsageError:
    no account, or several (names at most eight of them).
    """
    text = typed.strip()
    found = _fitting(ledger, text) if text else []
    if len(found) == 1:
        return found[0]
    shown = safe_text(text)[:_SHOWN]
    if not found:
        raise UsageError(f"no account {shown!r} in the case" if text else "no account was named", _HINT)
    named = ", ".join(one.key for one in found[:MOST_NAMED])
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    raise UsageError(f"{shown!r} may be {len(found)} accounts: {named}{more}", "name one of them by its key")


_HINT = "abusekit account list shows their keys"


def _fitting(ledger: Ledger, text: str) -> list[Account]:
    exact = ledger.accounts.get(text)
    if exact is not None:
        return [exact]
    lower, handle, number = text.lower(), folded_handle(text), phone_digits(text)
    platform, colon, rest = text.partition(":")
    of_platform = platform.lower() if colon and rest else ""
    name = _folded(text)
    ways: tuple[Callable[[Account], bool], ...] = (
        lambda one: one.key.lower() == lower,
        lambda one: one.basis in STABLE and one.id in (text, lower),
        lambda one: bool(number) and one.basis == "phone" and phone_digits(one.id) == number,
        lambda one: one.basis == "email" and one.id.lower() == lower,
        lambda one: bool(handle) and handle in _handles(one),
        lambda one: one.platform == of_platform and folded_handle(rest) in _handles(one),
        lambda one: any(_folded(span.value) == name for span in one.of("name")),
        lambda one: one.basis == "name" and _folded(one.id) == name,
    )
    for way in ways:
        found = [one for one in ledger.accounts.values() if way(one)]
        if found:
            return found
    return []


def _handles(account: Account) -> set[str]:
    found = {folded_handle(span.value) for span in account.of("handle")}
    if account.basis == "handle":
        found.add(folded_handle(account.id))
    return found - {""}


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
