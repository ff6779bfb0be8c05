"""Accounts of all captures and diary entries of a case, with the profile pictures that the captures hold."""

from __future__ import annotations

from collections.abc import Callable

from abusekit.accounts.ledger.avatars import avatar_of
from abusekit.accounts.ledger.from_captures import Picture, Sites, accounts_of_capture
from abusekit.accounts.ledger.from_diary import accounts_of_entry
from abusekit.accounts.ledger.gathered import Gathered
from abusekit.accounts.ledger.kept import Kept
from abusekit.accounts.ledger.observed import ItemAccounts
from abusekit.capture.page_facts import facts_of_item
from abusekit.case.folder import Case
from abusekit.case.records import Item
from abusekit.errors import AbusekitError


def accounts_of_captures(case: Case, from_case: Gathered, zone: str, kept: Kept) -> dict[str, ItemAccounts]:
    """Item → what a capture or a diary entry shows. What cannot be read is told in the problems of `from_case`."""
    sites = Sites()
    for item in from_case.items.values():
        final = item.facts.get("final_url")
        if item.kind == "capture" and isinstance(final, str):
            sites.learn(facts_of_item(item.facts.get("page_facts")), final)
    pictures = _Pictures(case, from_case, kept)
    found: dict[str, ItemAccounts] = {}
    for item_id, item in from_case.items.items():
        if item.kind == "capture":
            found[item_id] = accounts_of_capture(item, sites, zone, pictures.of(item))
        elif item.kind == "note":
            found[item_id] = accounts_of_entry(item, zone)
    pictures.keep()
    return found


class _Pictures:
    """Opening an archive takes as long as reading a hundred records: what is in it is kept."""

    def __init__(self, case: Case, from_case: Gathered, kept: Kept) -> None:
        self._case, self._from_case, self._kept = case, from_case, kept
        self._known = kept.pictures()
        self._before = len(self._known)

    def of(self, item: Item) -> Callable[[], Picture]:
        def picture() -> Picture:
            if not any(fact.name == "author.image" for fact in facts_of_item(item.facts.get("page_facts"))):
                return None
            key = f"{item.id} {' '.join(stored.sha256 for stored in item.files)}"
            if key not in self._known:
                try:
                    self._known[key] = avatar_of(self._case, item)
                except AbusekitError as fault:
                    self._from_case.problems.append(f"{item.id}: profile picture: {fault.message}")
                    return None
            return self._known[key]

        return picture

    def keep(self) -> None:
        if len(self._known) != self._before:
            self._kept.keep_pictures(self._known)
