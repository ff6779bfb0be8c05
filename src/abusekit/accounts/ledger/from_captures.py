"""Accounts of one capture: what the page says of its author or owner, and what became of the account (re-check).

A page is its maker's claim. An id counts within the platform of the page's own address only; a handle that nothing but
an address names is handle only; a page that states two ids names no account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlsplit

from abusekit.accounts.keys import Named
from abusekit.accounts.ledger.observed import MAX_VALUE, ItemAccounts, Sighting, seen_from_to
from abusekit.accounts.ledger.page_subjects import Claimed, claimed, listed
from abusekit.accounts.ledger.posts import post_of
from abusekit.accounts.ledger.states import states_of
from abusekit.accounts.model import Alarm, Field, Seen, Where
from abusekit.capture.address_ids import address_ids
from abusekit.capture.page_facts import PageFact, facts_of_item
from abusekit.case.custody import is_instant
from abusekit.case.records import Item

Picture: TypeAlias = tuple[str, Where] | None


@dataclass(slots=True)
class Sites:
    """What the captures of a case say of one another."""

    platforms: dict[str, str] = field(default_factory=dict)
    # host with port → the platform that its pages say they belong to, where they all say the same one
    subjects: dict[str, Named] = field(default_factory=dict)
    # address as typed → the account that it last showed
    of_item: dict[str, Named] = field(default_factory=dict)
    # item → the account that it showed as its own

    def learn(self, facts: Iterable[PageFact], final: str) -> None:
        """Before anything is read: an error page of a site says nothing, what its other pages say holds for it."""
        host = _host(final)
        for fact in facts:
            if fact.name == "platform" and fact.where.startswith("meta ") and host:
                known = self.platforms.setdefault(host, fact.value)
                if known != fact.value:
                    self.platforms[host] = ""

    def platform_of(self, address: str) -> str:
        """By its address where that is known, else as the site calls itself, else the host."""
        ids = address_ids(address)
        if ids is not None and ids.known_host:
            return ids.platform
        host = _host(address)
        return self.platforms.get(host) or host


def accounts_of_capture(item: Item, sites: Sites, zone: str, avatar: Callable[[], Picture]) -> ItemAccounts:
    """What one capture shows; to be asked in the order of the log, since a page that is gone shows nothing.

    avatar: gives SHA-256 and place of the profile picture that the capture holds; asked where it shows an account.
    """
    found = ItemAccounts(item.id)
    typed = _text(item.source.get("address"))
    final = _text(item.facts.get("final_url")) or typed
    at = _seen(item, zone)
    facts = facts_of_item(item.facts.get("page_facts"))
    platform = sites.platform_of(final)
    page = claimed(facts, final, platform)
    before = sites.of_item.get(_compared_with(item)) or sites.subjects.get(typed)
    if page.conflict:
        where = tuple(Where(item.id, 0, one.where) for one in page.conflicting[:6])
        found.alarms.append(
            Alarm("conflict", f"the page states {page.conflict}: no account was read from it", (), where)
        )
    elif item.outcome == "complete" and page.named is not None:
        _show(found, page, at, avatar())
        if (post := post_of((item.id, at), page, facts, final, zone)) is not None:
            found.show(page.named).posts.append(post)
        for one in listed(facts, final, platform, page.named):
            _show(found, one, at, None)
        sites.of_item[item.id] = sites.subjects[typed] = page.named
    for state in states_of(item, page, before, at):
        shown = found.show(state.named)
        shown.places = max(shown.places, 1)
        shown.statuses.append(state.status)
    return found


def _show(found: ItemAccounts, page: Claimed, at: Seen, avatar: Picture) -> None:
    if page.named is None:
        return
    shown = found.show(page.named)
    values: list[tuple[Field, str, tuple[Where, ...]]] = []
    for name, facts in page.values.items():
        places = tuple(Where(found.item, 0, fact.where) for fact in facts[:4])
        values.append((name, facts[0].value[:MAX_VALUE], places))
    if avatar is not None:
        values.append(("avatar", avatar[0], (avatar[1],)))
    shown.places += 1
    for name, value, places in values:
        shown.sightings.append(Sighting(name, value, at, at, places, 1, "platform"))
    if not values:  # an id without anything else was seen all the same
        shown.sightings.append(
            Sighting("other", "shown by its id only", at, at, (Where(found.item),), 1, "platform")
        )


def _seen(item: Item, zone: str) -> Seen:
    began, ended = _text(item.facts.get("started")), _text(item.facts.get("ended"))
    if not (is_instant(began) and is_instant(ended)):
        began = ended = item.at
    return seen_from_to(began, ended, zone, "capture")


def _compared_with(item: Item) -> str:
    recheck = item.facts.get("recheck")
    return _text(recheck.get("compared_with")) if isinstance(recheck, dict) else ""


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
        return parts.netloc.rpartition("@")[2].lower().removeprefix("www.")
    except ValueError:
        return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
