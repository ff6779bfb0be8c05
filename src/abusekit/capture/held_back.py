"""Addresses that are never fetched again by this case: what stands there may be illegal to copy (R61, R62)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from abusekit.capture.address import target
from abusekit.case.canonical import JSON
from abusekit.case.decisions import standings
from abusekit.case.folder import Case
from abusekit.errors import AbusekitError, InputError

if TYPE_CHECKING:
    from abusekit.capture.result import Capture

NOTHING: Mapping[str, str] = MappingProxyType({})

_SIGNS = (b'"do":"item.quarantine"', b'"kind":"record-only"')
"""What stands in the log where there is something to hold back. Canonical JSON escapes every quote inside a text."""


class HeldBack(Mapping[str, str]):
    """Address → the item that forbids fetching it. Addresses are compared as they are sent.

    So a fragment, capitals in the host, a default port or an escape make no other address; `http` for `https`,
    another order of the query, or another address of the same thing do.
    """

    __slots__ = ("_items",)

    def __init__(self) -> None:
        self._items: dict[str, str] = {}

    def add(self, address: str, item_id: str) -> None:
        """From now on `address` is held back because of `item_id`."""
        self._items[_as_sent(address)] = item_id

    def __getitem__(self, address: str) -> str:
        return self._items[_as_sent(address)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


def met(capture: Capture, never: Mapping[str, str]) -> str:
    """Why nothing of a capture may be kept; empty where it may.

    It may not where it led to an address of `never`, or fetched one as a part of the page. This computer has
    received it then, and the case does not hold it.
    """
    if not never:
        return ""
    led = [*capture.hops]
    if capture.visit is not None and capture.visit.run is not None:
        led.append(capture.visit.run.final_url)  # a page may change what stands in the address bar
    for address in led:
        if address in never:
            return f"leads to an address in quarantine or recorded only (see {never[address]}): not kept"
    for one in capture.exchanges:
        if one.url in never and one.received.size:
            return f"holds an address in quarantine or recorded only (see {never[one.url]}): not kept"
    return ""


def _as_sent(address: str) -> str:
    """The address in the form in which it is sent; what is none (`tg:…`) as it was typed."""
    try:
        return target(address).url
    except InputError:
        return address


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
    return _as_sent(address) if item.kind == "capture" and isinstance(address, str) else ""


def held_back(case: Case) -> HeldBack:
    """Address → the item that forbids fetching it: one in quarantine, or one that was recorded only.

    Of an item in quarantine its address as typed and where it led; its own record is read for nothing else.
    A record-only item that was withdrawn forbids nothing. Raises CaseError.
    """
    found = HeldBack()
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
                found.add(address, item_id)
    return found
