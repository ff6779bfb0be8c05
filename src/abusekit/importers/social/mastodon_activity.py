"""ActivityStreams 2.0 as Mastodon's archive and other servers write it → messages, events, profiles.

Sources: w3.org/TR/activitystreams-vocabulary; mastodon/app/services/backup_service.rb and
app/serializers/activitypub/*.rb; docs.joinmastodon.org/spec/activitypub.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import msgspec

from abusekit.importers import times
from abusekit.importers.fields import (
    Table,
    WrongShapeError,
    elements,
    replaced,
    table,
    tables,
    text,
    unknown,
)
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Attachment, Edit, Event, Message, Profile, SourceRef, Time
from abusekit.importers.spans.html_events import text_of

PLATFORM = "mastodon"
ACTORS = frozenset(("Person", "Service", "Group", "Organization", "Application"))
_POSTS = frozenset(("Note", "Question", "Article", "Page", "Video", "Image", "Audio", "Event"))
_PUBLIC = frozenset(("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"))
_STATUS = re.compile(r"https://[^/]+/users/[^/]+/statuses/([0-9]{15,19})")
_ACTS: dict[str, Literal["block", "unblock", "follow", "unfollow"]] = {
    "Block": "block", "Undo Block": "unblock", "Follow": "follow", "Undo Follow": "unfollow",
}  # fmt: skip
_FIELDS = frozenset(
    ("@context", "id", "type", "summary", "inReplyTo", "published", "url", "attributedTo", "to", "cc", "bto", "bcc",
     "sensitive", "atomUri", "inReplyToAtomUri", "conversation", "context", "content", "contentMap", "attachment",
     "tag", "replies", "likes", "shares", "updated", "oneOf", "anyOf", "endTime", "closed", "votersCount", "name",
     "location", "interactionPolicy", "quote", "quoteUri", "quoteUrl", "_misskey_quote", "quoteAuthorization",
     "source", "mediaType", "signature", "actor", "object", "icon", "image", "summaryMap", "localOnly", "instrument",
     "proof", "generator")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where an activity stands, and what the archive says about it."""

    source: SourceRef
    raw: bytes
    notes: Notes
    actor: Account | None = None
    # the account whose archive it is; None: no archive
    folder: str | None = None
    # the folder of the archive with `/` at its end; None: no archive, so that media cannot be there
    members: frozenset[str] = frozenset()


def activity(value: Table, place: Place) -> Message | Event | Profile:
    """One activity or object. Raises WrongShapeError: a field of the wrong type, or a type that nobody knows."""
    kind = text(value, "type")
    if kind in ACTORS:
        return profile(value, place)
    if kind in _POSTS:
        return _post(value, value, place)
    inner = value.get("object")
    if kind in ("Create", "Update") and isinstance(inner, dict):
        return _post(inner, value, place)
    if kind == "Announce":
        return _announce(value, place)
    if not kind:
        raise WrongShapeError("The object has no type")
    return _act(value, kind, place)


def account_of(value: object, place: Place) -> Account | None:
    """The account that an `actor` or `attributedTo` names: a URI, an object, or a list whose first counts."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, str):
        return _known(value, place)
    if isinstance(value, dict):
        return actor(value, place.notes)
    if value is not None:
        raise WrongShapeError("An actor is neither an address nor an object")
    return None


def actor(value: Table, notes: Notes) -> Account | None:
    """The account of an actor object; its name is its own choice."""
    uri, name = text(value, "id"), text(value, "name")
    handle = text(value, "preferredUsername")
    if not uri and not handle:
        return None
    return owned(uri, handle, name, notes)


def owned(uri: str, handle: str, name: str, notes: Notes) -> Account:
    """With `owner` only where somebody declared whose export it is, by address or handle."""
    declared = notes.owner.strip().removeprefix("@")
    owner = None if not declared else declared in (uri, name) or declared.lower() == handle.lower()
    kind: Any = "platform_id" if uri else "handle"
    return Account(PLATFORM, uri or handle, kind, handle, name, "sender" if name else "unknown", owner)


def profile(value: Table, place: Place) -> Profile:
    """An actor; the owner where the archive is its."""
    found = place.actor or actor(value, place.notes)
    if found is None:
        raise WrongShapeError("The actor has neither id nor name")
    facts = {
        "bio": to_text(text(value, "summary"), b"")[0],
        "created": text(value, "published"),
        "url": link(value),
    }
    return Profile(
        found,
        place.source,
        role="owner" if found.owner else "other",
        facts={name: fact for name, fact in facts.items() if fact},
    )


def _known(uri: str, place: Place) -> Account:
    if place.actor is not None and place.actor.id == uri:
        return place.actor
    return owned(uri, "", "", place.notes)


def _post(value: Table, around: Table, place: Place) -> Message:
    """A post; `around` is the activity that it came in, or itself."""
    html = text(value, "content") or next(
        (v for v in table(value, "contentMap").values() if isinstance(v, str)), ""
    )
    shown, steps = to_text(html, place.raw)
    options = [text(option, "name") for key in ("oneOf", "anyOf") for option in tables(value, key)]
    if options:
        shown = "\n".join([shown, *options])
        steps = (*steps, "poll options appended")
        place.notes.counts["polls"] += 1
    uri, parent = text(value, "id"), _uri(value.get("inReplyTo"))
    author = account_of(value.get("attributedTo") or value.get("actor") or around.get("actor"), place)
    sent, flags = _sent(text(value, "published") or text(around, "published"), uri, place)
    to, cc = _addressed(value, around, "to"), _addressed(value, around, "cc")
    updated = text(value, "updated")
    edited = (
        Edit("yes", times.iso(updated, clock="server"))
        if updated and updated != text(value, "published")
        else None
    )
    return Message(
        "comment" if parent else "post",
        PLATFORM,
        _uri(value.get("conversation")) or _uri(value.get("context")) or parent or uri,
        author,
        shown,
        sent,
        place.source,
        text_raw=html if html != shown else None,
        steps=steps,
        title=text(value, "summary"),
        native_id=uri,
        recipients=tuple(_recipients(value, (*to, *cc), place)),
        direction="out" if author is not None and author.owner else "unknown",
        edited=edited,
        reply_to=parent,
        attachments=tuple(_attachments(value, place)),
        visibility=_visibility(to, cc),
        urls=(link(value),) if link(value) else (),
        flags=(*flags, *unknown(value, _FIELDS)),
    )


def _announce(value: Table, place: Place) -> Message:
    """A repost ("boost"): nothing of its own but the reference."""
    of = _uri(value.get("object"))
    author = account_of(value.get("actor"), place)
    sent, flags = _sent(text(value, "published"), text(value, "id").removesuffix("/activity"), place)
    return Message(
        "post",
        PLATFORM,
        of or text(value, "id"),
        author,
        "",
        sent,
        place.source,
        native_id=text(value, "id"),
        direction="out" if author is not None and author.owner else "unknown",
        forwarded_from=of,
        visibility=_visibility(_addressed(value, value, "to"), _addressed(value, value, "cc")),
        flags=("repost", *flags, *unknown(value, _FIELDS)),
    )


def _act(value: Table, kind: str, place: Place) -> Event:
    """What was done: `Undo Announce` is shown with its inner type."""
    inner = value.get("object")
    named = f"{kind} {text(inner, 'type')}".strip() if isinstance(inner, dict) else kind
    of = _uri(inner.get("object")) or _uri(inner) if isinstance(inner, dict) else _uri(inner)
    published = text(value, "published")
    act = _ACTS.get(named)
    return Event(
        act or "notice",
        PLATFORM,
        of or text(value, "id"),
        account_of(value.get("actor"), place),
        f"{named} {of}".strip(),
        times.iso(published, clock="server") if published else None,
        place.source,
        target=_known(of, place) if act and of else None,
        native_id=text(value, "id"),
        flags=unknown(value, _FIELDS),
    )


def _sent(published: str, uri: str, place: Place) -> tuple[Time | None, tuple[str, ...]]:
    """The time that the author's server wrote; in an archive compared with the time inside of the status id."""
    if not published:
        return None, ("no_date",)
    time = times.iso(published, clock="server" if place.actor is not None else "claimed")
    if time is None:
        return None, (f"date_not_read:{published[:40]}",)
    found = _STATUS.fullmatch(uri) if place.actor is not None else None
    inside = (
        times.epoch(int(found[1]) >> 16, raw=found[1], clock="server", basis="native_id") if found else None
    )
    if inside is None or not time.at.endswith("Z"):
        return time, ()
    away = times.utc_of(inside) - times.utc_of(time)
    said = (
        f"status id: {round(away / timedelta(milliseconds=1)):+d} ms"
        if abs(away) <= timedelta(minutes=5)
        else f"CONFLICT: the status id says {inside.at}"
    )
    return msgspec.structs.replace(time, agrees=(said,)), ()


def to_text(html: str, raw: bytes) -> tuple[str, tuple[str, ...]]:
    """The text that a reader of the HTML sees, and the steps that led to it."""
    shown = text_of(html.encode("utf-8", "replace"))
    return shown, (*(("html to text",) if shown != html else ()), *replaced(raw, html))


def link(value: Table) -> str:
    """The address of the page: `url` is an address, an object with `href`, or a list of them."""
    url = value.get("url")
    first = url[0] if isinstance(url, list) and url else url
    return text(first, "href") if isinstance(first, dict) else first if isinstance(first, str) else ""


def _uri(value: object) -> str:
    """The address of a thing that is given by its address or as an object with `id`."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        return text(value, "id") or link(value)
    return value if isinstance(value, str) else ""


def _addressed(value: Table, around: Table, key: str) -> list[str]:
    found: list[str] = []
    for of in (value,) if value is around else (value, around):
        here = of.get(key)
        found += [uri for one in (here if isinstance(here, list) else [here]) if (uri := _uri(one))]
    return list(dict.fromkeys(found))


def _visibility(to: list[str], cc: list[str]) -> str:
    """Public in `to`: public; in `cc`: unlisted; a followers' collection: followers; other addresses only: direct."""
    if _PUBLIC & set(to):
        return "public"
    if _PUBLIC & set(cc):
        return "unlisted"
    if any(uri.endswith("/followers") for uri in (*to, *cc)):
        return "followers"
    return "direct" if to or cc else ""


def _recipients(value: Table, addressed: Iterable[str], place: Place) -> Iterator[Account]:
    names = {
        text(tag, "href"): text(tag, "name")
        for tag in elements(value, "tag")
        if isinstance(tag, dict) and tag.get("type") == "Mention"
    }
    for uri in dict.fromkeys(addressed):
        if uri not in _PUBLIC and not uri.endswith("/followers"):
            known = _known(uri, place)
            yield msgspec.structs.replace(known, handle=known.handle or names.get(uri, "").removeprefix("@"))


def _attachments(value: Table, place: Place) -> Iterator[Attachment]:
    raw = value.get("attachment")
    for one in raw if isinstance(raw, list) else [raw]:
        if one is None:
            continue
        if not isinstance(one, dict):
            raise WrongShapeError("`attachment` holds something else than objects")
        url, described = link(one) or text(one, "href"), text(one, "name")
        member = ""
        state: Literal["present", "missing", "not_exported"] = "not_exported"
        if place.folder is not None and url.startswith("/"):
            path = place.folder + url.lstrip("/")
            state = "present" if path in place.members else "missing"
            if state == "present":
                member = path
                place.notes.read_members.add(path)
        note = f"described as: {described[:1000]}" if described else ""
        yield Attachment(url or text(one, "name"), state, member, text(one, "mediaType"), note=note)
