"""What an account is called on paper: newest handle or name, then the key; and its id as the platform wants it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from abusekit.accounts.model import Account, AccountKey, Span
from abusekit.accounts.papers.paper import Raw

LONGEST_NAME = 40
LONGEST_KEY = 80
_TELEGRAM = re.compile(r"(?:user|channel|chat)(\d{1,20})\Z")
# Telegram Desktop's exports (result.json, `from_id`) put the kind before the number; Telegram itself does not


def called(accounts: Mapping[AccountKey, Account], key: AccountKey) -> tuple[str | Raw, ...]:
    """`@owl (x:12345)`, `"Night Owl" (x:12345)`, or the key alone.

    A name from a contact book is none of the account's own and never stands here (R45); one of which nobody knows who
    chose it is told as `shown as`.
    """
    account, shown = accounts.get(key), Raw(key, LONGEST_KEY)
    if account is None or account.basis in ("handle", "name"):
        return (shown,)
    if account.handle:
        return ("@", Raw(account.handle, LONGEST_NAME), " (", shown, ")")
    newest = _newest_name(account)
    if newest is None:
        return (shown,)
    if newest.named_by == "unknown":
        return (shown, ' (shown as "', Raw(newest.value, LONGEST_NAME), '")')
    return ('"', Raw(newest.value, LONGEST_NAME), '" (', shown, ")")


def first_line(account: Account) -> tuple[str | Raw, ...]:
    """What a person would look for: `@owl`, the number, or the name; the key where there is nothing else."""
    if account.handle:
        return ("@", Raw(account.handle, 60))
    if account.basis in ("phone", "email"):
        return (Raw(account.id, LONGEST_KEY),)
    if (newest := _newest_name(account)) is not None:
        return ('shown as "' if newest.named_by == "unknown" else '"', Raw(newest.value, 60), '"')
    return (Raw(account.key, LONGEST_KEY),)


def _newest_name(account: Account) -> Span | None:
    """None of a contact book and none that somebody declared."""
    names = [span for span in account.of("name") if span.named_by not in ("contact_book", "person")]
    return max(names, key=lambda span: (span.last.latest, span.first.earliest), default=None)


def platform_id(platform: str, id: str) -> str:
    """The id as the platform knows it: exports of Telegram say `user4077`, Telegram says 4077."""
    if platform == "telegram" and (found := _TELEGRAM.match(id)):
        return found[1]
    return id
