"""What `capture`, `recheck` and `import` say of accounts that the case did not hold before: that they are there."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from typing import TYPE_CHECKING

from abusekit.cli.options import Session
from abusekit.plain import safe_text

if TYPE_CHECKING:
    from abusekit.accounts.model import Account
    from abusekit.case.folder import Case

_NAMED = 5
"""New accounts that are named; more are counted."""
_LONGEST = 60
"""Characters of what is said of one."""


def announce(session: Session, case: Case, items: Collection[str]) -> None:
    """Name the accounts that only these items show, and the command that compares them; nothing is compared here.

    A fault is told and stops nothing: what was taken in is stored.
    """
    from abusekit.accounts.ledger.reading import new_accounts
    from abusekit.errors import AbusekitError

    if not items or session.quiet or session.json:
        return
    try:
        found = [account for account in new_accounts(case, items) if not account.own]
    except AbusekitError as fault:
        session.say(f"which accounts are new could not be said: {fault.message}")
        return
    if not found:
        return
    named = ", ".join(_named(account) for account in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    session.say(f"{'a new account' if len(found) == 1 else f'{len(found)} new accounts'}: {named}{more}")
    where = shlex.quote(str(case.root))
    session.say(f"  nothing was compared; to do so: abusekit account candidates --case {where}")


def _named(account: Account) -> str:
    """The key; the handle too, where the key does not say it."""
    handle = f" (@{account.handle})" if account.handle and not account.weak else ""
    said = safe_text(f"{account.key}{handle}")
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"
