"""Accounts of all exports of a case: each export on its own, and a message that stands in several counted once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from abusekit.accounts.ledger.from_exports import ExportAccounts
from abusekit.accounts.ledger.gathered import Gathered
from abusekit.accounts.ledger.kept import Kept
from abusekit.accounts.ledger.observed import ItemAccounts
from abusekit.accounts.ledger.repeated import Repeats, repeats
from abusekit.case.folder import Case
from abusekit.errors import AbusekitError
from abusekit.messages.cache import Opened, stream

Progress = Callable[[int], None]


def accounts_of_exports(
    case: Case, from_case: Gathered, zone: str, kept: Kept, *, progress: Progress
) -> dict[str, ItemAccounts]:
    """Item → what its export shows. One that cannot be read is told in the problems of `from_case`.

    A message counts once for an account, in the first export that holds it.
    """
    found: dict[str, ItemAccounts] = {}
    for item_id, opened in from_case.exports.items():
        try:
            found[item_id] = accounts_of_export(case, opened, zone, kept, progress)
        except AbusekitError as fault:
            from_case.problems.append(f"{item_id}: {fault.message}")
    readable = [from_case.exports[item_id] for item_id in found]
    if len(readable) > 1:
        found |= _among(case, readable, _groups(found), zone, kept, progress)
    return found


def accounts_of_export(
    case: Case, opened: Opened, zone: str, kept: Kept, progress: Progress = lambda _count: None
) -> ItemAccounts:
    """What one export shows, by itself. Raises InputError, CaseError, EvidenceError."""
    known = kept.of_item(opened)
    if known is None:
        known = _read(case, opened, zone, None, progress)
        kept.keep_item(opened, known)
    return known


def _groups(found: Mapping[str, ItemAccounts]) -> list[set[str]]:
    """Items whose exports may hold the same message: a message keeps its platform, and to join takes memory."""
    groups: list[tuple[set[str], set[str]]] = []  # items, platforms
    for item_id, one in found.items():
        items, platforms = {item_id}, set(one.platforms)
        for group in [each for each in groups if each[1] & platforms]:
            groups.remove(group)
            items |= group[0]
            platforms |= group[1]
        groups.append((items, platforms))
    return [items for items, _ in groups if len(items) > 1]


def _among(
    case: Case, opened: list[Opened], groups: list[set[str]], zone: str, kept: Kept, progress: Progress
) -> dict[str, ItemAccounts]:
    """Anew, without what stands in an earlier export: of those exports that repeat something."""
    known = kept.of_several(opened)
    if known is not None:
        return known
    repeated: dict[str, Repeats] = {}
    for items in groups:
        repeated |= repeats(case, [one for one in opened if one.item.id in items])
    found = {
        one.item.id: _read(case, one, zone, repeated[one.item.id], progress)
        for one in opened
        if one.item.id in repeated
    }
    kept.keep_several(opened, found)
    return found


def _read(
    case: Case, opened: Opened, zone: str, repeated: Repeats | None, progress: Progress
) -> ItemAccounts:
    counted = (lambda _n: "") if repeated is None else repeated.counted
    accounts = ExportAccounts(opened.item, opened.declared, zone, counted)
    for record in stream(case, opened):
        accounts.take(record)
        if not record.n % 10_000:
            progress(record.n)
    found = accounts.accounts()
    if repeated is not None:
        found.alarms += repeated.alarms
    return found
