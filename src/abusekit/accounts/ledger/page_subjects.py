"""Whose page it is, by what the page states: one stable id, one handle, or a contradiction, which names nobody."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from abusekit.accounts.keys import Named, folded_handle, of_page
from abusekit.accounts.model import Field
from abusekit.capture.address_ids import AddressIds, address_ids
from abusekit.capture.page_facts import PageFact

MOST_LISTED = 200
"""Accounts of answers and lists that one page gives at most."""
_ADDRESS = ("address", "canonical")
_CREATORS = {
    "meta twitter:creator": "x",
    "meta twitter:creator:id": "x",
    "meta fediverse:creator": "mastodon",
}
"""Places that name an account of another platform than the page's own."""
_URI_PLATFORMS = ("mastodon", "misskey")
_SPLIT = re.compile(r"[:/#@=]")


@dataclass(slots=True)
class Claimed:
    """One account as a page states it."""

    named: Named | None = None
    profile: bool = False
    # the page is the account's own profile
    values: dict[Field, list[PageFact]] = field(default_factory=dict)
    # field → the facts that state its value, the value taken first
    conflict: str = ""
    # in words: what contradicts itself
    conflicting: list[PageFact] = field(default_factory=list)


def claimed(facts: Sequence[PageFact], final: str, platform: str) -> Claimed:
    """The account whose page it is. `platform`: of the final address; facts that speak for another do not count."""
    ids = address_ids(final)
    platform = _of_shape(ids, platform)
    found = Claimed(profile=_is_profile(ids, facts))
    own = [one for one in facts if _counts(one, platform)]
    identities = _identities(own, platform, final, _handles(own))
    if len(identities) > 1:
        found.conflict = f"{len(identities)} ids of its account"
        found.conflicting = [one for listed_ in identities.values() for one in listed_[:2]]
        return found
    handles = _stated_handles(own, final, platform)
    identity = next(iter(identities), "")
    if len(handles) > 1 and not identity:
        found.conflict = f"{len(handles)} handles and no id"
        found.conflicting = [one for listed_ in handles.values() for one in listed_[:2]]
        return found
    handle = next(iter(handles), "") if len(handles) == 1 else ""
    found.named = of_page(platform, identity, handle)
    if handle:
        found.values["handle"] = [_as(one, handle_text(one.value)) for one in handles[handle]]
    _others(found, own)
    return found


def listed(facts: Sequence[PageFact], final: str, platform: str, subject: Named) -> Iterator[Claimed]:
    """Authors of answers and listed posts: where an id and a handle stand together, in one place. Weaker: the page
    shows them, it is not theirs."""
    platform = _of_shape(address_ids(final), platform)
    together: dict[str, dict[str, list[PageFact]]] = defaultdict(lambda: defaultdict(list))
    for one in facts:
        prefix, _, name = one.name.partition(".")
        if prefix in ("listed", "comment") and name.startswith("author."):
            place = f"{prefix} {one.where.rpartition(' author.')[0] or one.where}"
            together[place][name].append(one)
    given = 0
    seen: set[str] = set()
    for stated in together.values():
        identities = {one.value for one in stated.get("author.id", ())}
        handles = {folded_handle(one.value) for one in stated.get("author.handle", ())} - {""}
        if len(identities) != 1 or len(handles) != 1:
            continue
        named = of_page(platform, next(iter(identities)), "")
        if named is None or named.key == subject.key or named.key in seen or _core(named.id) in handles:
            continue
        seen.add(named.key)
        values: dict[Field, list[PageFact]] = {"handle": stated["author.handle"]}
        names = [one for one in stated.get("author.name", ()) if "://" not in one.value]
        if len({one.value for one in names}) == 1:
            values["name"] = names
        yield Claimed(named, values=values)
        given += 1
        if given >= MOST_LISTED:
            return


def handle_text(value: str) -> str:
    return value.strip().removeprefix("@")


def _of_shape(ids: AddressIds | None, platform: str) -> str:
    """Programs that many servers run are told by the shape of the address; nothing else there is known by its host."""
    shaped = ids.platform if ids is not None and not ids.known_host else ""
    return shaped if shaped in _URI_PLATFORMS and ("." in platform or ":" in platform) else platform


def _is_profile(ids: AddressIds | None, facts: Iterable[PageFact]) -> bool:
    if ids is not None and ids.kind:
        return ids.kind == "profile"
    kinds = {one.value for one in facts if one.name == "page.kind"}
    return kinds == {"profile"}


def _counts(fact: PageFact, platform: str) -> bool:
    of = next((site for place, site in _CREATORS.items() if fact.where == place), "")
    return not of or of == platform


def _handles(own: Iterable[PageFact]) -> set[str]:
    return {folded_handle(one.value) for one in own if one.name == "author.handle"}


def _identities(
    own: Sequence[PageFact], platform: str, final: str, handles: set[str]
) -> dict[str, list[PageFact]]:
    """Stable id → where it is stated. An id that is spelled like the handle changes with it, and is none."""
    found: dict[str, list[PageFact]] = defaultdict(list)
    if platform in _URI_PLATFORMS:
        host = _host(final)
        for one in own:
            if one.name == "author.uri" and _host(one.value) == host:
                found[one.value].append(one)
        return dict(found)
    for name in ("author.id", "author.sec_uid"):
        for one in own:
            if one.name == name and (core := _core(one.value)) and folded_handle(core) not in handles:
                found[core].append(one)
        if found:
            break
    return dict(found)


def _core(value: str) -> str:
    """The id within `acct:1002`, `urn:user:1002`; a DID is whole."""
    text = value.strip()
    return text if text.startswith("did:") else _SPLIT.split(text.rstrip("/"))[-1] or text


def _stated_handles(own: Sequence[PageFact], final: str, platform: str) -> dict[str, list[PageFact]]:
    """Handle → where it is stated. What the page shows goes before what its address says."""
    found: dict[str, list[PageFact]] = defaultdict(list)
    of_address: dict[str, list[PageFact]] = defaultdict(list)
    for one in own:
        if one.name != "author.handle" or not handle_text(one.value):
            continue
        handle = folded_handle(one.value)
        if platform in _URI_PLATFORMS and "@" not in handle:
            handle = f"{handle}@{_host(final)}"
        (of_address if one.where.split(" ")[0] in _ADDRESS else found)[handle].append(one)
    return dict(found or of_address)


def _others(found: Claimed, own: Sequence[PageFact]) -> None:
    names = [one for one in own if one.name == "author.name" and "://" not in one.value]
    names.sort(key=lambda one: one.where.startswith("meta "))
    if names:  # the first, of structured data where there is some: the others stand in the item
        found.values["name"] = [one for one in names if one.value == names[0].value]
    wanted: list[tuple[str, Field]] = [("author.url", "url")]
    if found.profile:
        wanted += [("author.bio", "bio"), ("account.created", "created")]
    for fact, name in wanted:
        stated = [one for one in own if one.name == fact]
        if len({one.value for one in stated}) == 1:
            found.values[name] = stated


def _as(fact: PageFact, value: str) -> PageFact:
    return PageFact(fact.name, value, fact.where)


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.rpartition("@")[2].lower().removeprefix("www.")
    except ValueError:
        return ""
