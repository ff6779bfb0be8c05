"""Accounts that a diary entry names by their addresses; a bare `@handle` names no platform and is not read."""

from __future__ import annotations

import re

from abusekit.accounts.keys import of_page
from abusekit.accounts.ledger.observed import ItemAccounts, Sighting, seen_at, seen_from_to
from abusekit.accounts.model import Field, Seen, Where
from abusekit.capture.address_ids import address_ids
from abusekit.case.moment import from_facts
from abusekit.case.records import Item
from abusekit.errors import InputError

MOST_ADDRESSES = 200
_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^]{3,2000}", re.IGNORECASE)
_ENDS = ".,;:!?)]}»”’…*_"


def accounts_of_entry(item: Item, zone: str) -> ItemAccounts:
    """What the addresses in the words and the place of an entry say. Only hosts whose platform is known count: what
    any site may use says nothing of a platform. That the account was there is what the person says."""
    found = ItemAccounts(item.id)
    entry = item.facts.get("entry")
    if not isinstance(entry, dict):
        return found
    at = _seen(entry.get("event"), item, zone)
    for name in ("text", "place"):
        text = entry.get(name)
        if not isinstance(text, str):
            continue
        for match in list(_ADDRESS.finditer(text))[:MOST_ADDRESSES]:
            _take(found, match[0].rstrip(_ENDS), at, Where(item.id, 0, f"diary entry, {name}"))
    return found


def _take(found: ItemAccounts, address: str, at: Seen, where: Where) -> None:
    ids = address_ids(address)
    if ids is None or not ids.known_host:
        return
    said = dict(ids.ids)
    named = of_page(ids.platform, said.get("author.id", ""), said.get("author.handle", ""))
    if named is None:
        return
    shown = found.show(named)
    shown.places += 1
    values: list[tuple[Field, str]] = []
    if handle := said.get("author.handle", ""):
        values.append(("handle", handle))
    if ids.kind == "profile":
        values.append(("url", address))
    for field, value in values:
        shown.sightings.append(Sighting(field, value, at, at, (where,), 1, "person"))


def _seen(event: object, item: Item, zone: str) -> Seen:
    """When it happened, as stated; else when the entry was taken in."""
    if event is not None:
        try:
            return seen_at(from_facts(event), zone, "person")
        except InputError:
            pass
    return seen_from_to(item.at, item.at, zone, "person")
