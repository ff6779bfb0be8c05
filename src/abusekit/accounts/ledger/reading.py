"""The ledger of a case: every account that its captures, exports, diary and declarations show."""

from __future__ import annotations

from collections.abc import Callable, Collection

from abusekit.accounts.ledger.captured import accounts_of_captures
from abusekit.accounts.ledger.declared import declared
from abusekit.accounts.ledger.exported import accounts_of_export, accounts_of_exports
from abusekit.accounts.ledger.fold import fold
from abusekit.accounts.ledger.gathered import gathered
from abusekit.accounts.ledger.kept import Kept
from abusekit.accounts.ledger.observed import ItemAccounts
from abusekit.accounts.ledger.typed import resolve
from abusekit.accounts.model import Account, Ledger
from abusekit.case.folder import Case
from abusekit.errors import AbusekitError

__all__ = ["ledger", "new_accounts", "resolve"]

Progress = Callable[[int], None]
"""Is told how many records of exports were read."""


def ledger(case: Case, *, without: Collection[str] = (), progress: Progress = lambda _count: None) -> Ledger:
    """All accounts of the case. without: item ids left out, with what was declared to be seen in them.

    Items that cannot be read are told in `problems`; the rest goes on. What was read of exports is kept in `derived/`
    (see `kept`); the evidence and the log are not written to. Declarations that cannot be understood are told in
    `problems`, too. `exhibits` has items that do not count any more as well: people's claims name them. Raises
    LogFormError, TornLogError, CaseError, EvidenceError (an act of the log about items is malformed).
    """
    from_case = gathered(case, without)
    zone = case.settings().zone
    kept = Kept(case, zone, writes=not without)
    if not without:
        kept.clear(from_case.exports)
    captured = accounts_of_captures(case, from_case, zone, kept)
    exported = accounts_of_exports(case, from_case, zone, kept, progress=progress)
    in_order = [
        found[item_id] for item_id in from_case.items for found in (captured, exported) if item_id in found
    ]
    found = fold(in_order, declared(from_case.observations, zone, without, from_case.problems))
    found.exhibits = from_case.exhibits
    found.problems = from_case.problems
    return found


def new_accounts(case: Case, items: Collection[str]) -> list[Account]:
    """Accounts that these items show and no other item of the case does, in the order of the ledger; the person's own
    are not among them, nor accounts that were declared only.

    Cost: the log and the record of every item are read; of exports what was kept of them, and the records only of
    those of which nothing was kept. A message that stands in several exports counts in each of them here, and alarms
    are those between the accounts of all items. Raises as `ledger` does.
    """
    from_case = gathered(case)
    zone = case.settings().zone
    kept = Kept(case, zone)
    shown = accounts_of_captures(case, from_case, zone, kept)
    of_exports: dict[str, ItemAccounts] = {}
    for item_id, opened in from_case.exports.items():
        try:
            of_exports[item_id] = accounts_of_export(case, opened, zone, kept)
        except AbusekitError as fault:
            from_case.problems.append(f"{item_id}: {fault.message}")
    in_order = [
        found[item_id] for item_id in from_case.items for found in (shown, of_exports) if item_id in found
    ]
    wanted = set(items)
    accounts = fold(in_order).accounts.values()
    return [one for one in accounts if one.items and not one.own and set(one.items) <= wanted]
