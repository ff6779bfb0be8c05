"""Addresses that are never fetched again by this case: what stands there may be illegal to copy (R61, R62)."""

from __future__ import annotations

from collections.abc import Iterable

from abusekit.case.canonical import JSON
from abusekit.case.decisions import standings
from abusekit.case.folder import Case
from abusekit.errors import AbusekitError

_SIGNS = (b'"do":"item.quarantine"', b'"kind":"record-only"')
"""What stands in the log where there is something to hold back. Canonical JSON escapes every quote inside a text."""


def same_content(case: Case, item_ids: Iterable[str]) -> list[str]:
    """Other items, not in quarantine, that hold the same bytes or were captured from the same address.

    So that what one item may not show does not stay open in another one. A picture that was saved anew, or
    stands in a page with another address, is not recognised. Raises CaseError.
    """
    meant = set(item_ids)
    digests: dict[str, set[str]] = {}

    def noted(entry: dict[str, JSON]) -> dict[str, JSON]:
        if entry["do"] == "item.add":
            names = [f for f in entry["files"] if not str(f["path"]).endswith("/item.json")]
            digests[entry["item"]] = {f["sha256"] for f in names if f["size"]}
        return entry

    standing_of = standings(noted(entry) for entry in case.entries())
    held = set[str]().union(*(digests.get(item_id, set()) for item_id in meant))
    addresses = {address for item_id in meant if (address := _address(case, item_id))}
    return [
        item_id
        for item_id, standing in standing_of.items()
        if item_id not in meant
        and standing.quarantined is None
        and (digests.get(item_id, set()) & held or _address(case, item_id) in addresses)
    ]


def _address(case: Case, item_id: str) -> str:
    """The address of a capture; empty for all else, and for what cannot be read."""
    try:
        item = case.item(item_id)
    except AbusekitError:
        return ""
    address = item.source.get("address")
    return address if item.kind == "capture" and isinstance(address, str) else ""


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

    def noted(entry: dict[str, JSON]) -> dict[str, JSON]:
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
