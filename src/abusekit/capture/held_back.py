"""Addresses that are never fetched again by this case: what stands there may be illegal to copy (R61, R62)."""

from __future__ import annotations

from abusekit.case.decisions import standings
from abusekit.case.folder import Case
from abusekit.errors import AbusekitError

_SIGNS = (b'"do":"item.quarantine"', b'"kind":"record-only"')
"""What stands in the log where there is something to hold back. Canonical JSON escapes every quote inside a text."""


def held_back(case: Case) -> dict[str, str]:
    """Address → the item that forbids fetching it: one in quarantine, or one that was recorded only.

    Of an item in quarantine its address as typed and where it led; its own record is read for nothing else.
    A record-only item that was withdrawn forbids nothing. Only the same spelling is recognised: another address
    of the same thing is not. Raises CaseError.
    """
    found: dict[str, str] = {}
    log = case.log.path.read_bytes()
    if not any(sign in log for sign in _SIGNS):  # the usual case: no line needs to be read
        return found
    kinds: dict[str, str] = {}

    def noted(entry: dict[str, object]) -> dict[str, object]:
        if entry["do"] == "item.add":
            kinds[str(entry["item"])] = str(entry["kind"])
        return entry

    for item_id, standing in standings(noted(entry) for entry in case.entries()).items():
        recorded = kinds[item_id] == "record-only" and standing.withdrawn is None
        if standing.quarantined is None and not recorded:
            continue
        try:
            item = case.item(item_id)
        except AbusekitError:
            continue  # verify speaks of it
        for address in (item.source.get("address"), item.facts.get("final_url"), item.facts.get("url")):
            if isinstance(address, str):
                found[address] = item_id
    return found
