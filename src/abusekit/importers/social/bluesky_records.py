"""Records of Bluesky → messages and events, the same for the JSON of the API and for a repository (CAR).

Sources: the lexicons `app.bsky.feed.*` and `app.bsky.graph.*` (github.com/bluesky-social/atproto/lexicons);
atproto #2921, social-app #5755 and #6707: `createdAt` is whatever the program of the sender wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from abusekit.importers import times
from abusekit.importers.fields import (
    Table,
    WrongShapeError,
    replaced,
    table,
    tables,
    text,
    unknown,
)
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Attachment, Check, Event, Message, Profile, SourceRef, Time
from abusekit.importers.social.bluesky_blobs import Blobs
from abusekit.importers.social.dag_cbor import cid_text

PLATFORM = "bluesky"
POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
LIKE = "app.bsky.feed.like"
_AT = re.compile(
    r"at://(did:[a-z]+:[A-Za-z0-9._:%-]{1,512})(?:/([A-Za-z0-9.-]{1,317})/([A-Za-z0-9._:~-]{1,512}))?"
)
_TID = re.compile(r"[2-7a-j][2-7a-z]{12}")
_TID_SIGNS = str.maketrans("234567abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuv")
_FIRST_TID_YEAR = 2022  # no repository is older: what reads as an earlier time is no time
_POST_FIELDS = frozenset(
    ("$type", "text", "createdAt", "reply", "embed", "facets", "langs", "labels", "tags", "entities")
)
_ACTS = {
    LIKE: ("notice", "likes"),
    REPOST: ("notice", "reposts"),
    "app.bsky.graph.follow": ("follow", "follows"),
    "app.bsky.graph.block": ("block", "blocks"),
    "app.bsky.graph.listblock": ("block", "blocks all accounts of the list"),
    "app.bsky.graph.listitem": ("notice", "puts on a list"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands, and what stands beside it."""

    uri: str
    # at://did/collection/rkey; empty: not known
    cid: str
    author: Account | None
    source: SourceRef
    raw: bytes
    # the bytes of `source`
    blobs: Blobs
    indexed: str = ""
    # when the server that answered first saw it
    checks: tuple[Check, ...] = ()
    flags: tuple[str, ...] = ()


def account(author: Table, notes: Notes) -> Account | None:
    """The account of an `author`, whose name was chosen by itself; None: nothing of it is given."""
    did, handle, name = text(author, "did"), text(author, "handle"), text(author, "displayName")
    return owned(did, handle, name, notes) if did or handle else None


def owned(did: str, handle: str, name: str, notes: Notes) -> Account:
    """With `owner` only where somebody declared whose export it is, by DID or handle."""
    declared = notes.owner.strip().removeprefix("@")
    owner = None if not declared else declared in (did, name) or declared.lower() == handle.lower()
    kind: Any = "platform_id" if did else "handle"
    return Account(PLATFORM, did or handle, kind, handle, name, "sender" if name else "unknown", owner)


def did_of(uri: str) -> str:
    """The DID in an at-uri; empty where there is none."""
    found = _AT.match(uri)
    return found[1] if found else ""


def stub(did: str) -> Account | None:
    return Account(PLATFORM, did, "platform_id") if did else None


def record(value: Table, place: Place) -> Message | Event | Profile:
    """What one record says. Raises WrongShapeError."""
    kind = text(value, "$type")
    if kind == POST:
        return _post(value, place)
    if kind == "app.bsky.actor.profile":
        return _profile(value, place)
    act, verb = _ACTS.get(kind, ("notice", "record"))
    subject = value.get("subject")
    if isinstance(subject, dict):
        subject = text(subject, "uri")
    if subject is not None and not isinstance(subject, str):
        raise WrongShapeError("`subject` is not a text")
    shown = f"{verb} {subject}" if subject else f"{verb} {kind}"
    if kind not in _ACTS:
        shown = " ".join(filter(None, (f"{verb} {kind}", text(value, "name"), text(value, "description"))))
    did = did_of(f"at://{subject}" if subject and subject.startswith("did:") else subject or "")
    target = stub("" if kind.endswith("listblock") else did)
    sent, flags = written(text(value, "createdAt"), place)
    return Event(
        act,  # type: ignore[arg-type]  # one of the two words in `_ACTS`
        PLATFORM,
        place.uri,
        place.author,
        shown,
        sent,
        place.source,
        target=target,
        native_id=place.uri,
        direction=direction(place.author),
        flags=(*_cid_flag(place), *place.flags, *flags, *_checked(place)),
    )


def _post(value: Table, place: Place) -> Message:
    reply = table(value, "reply")
    parent, root = text(table(reply, "parent"), "uri"), text(table(reply, "root"), "uri")
    embed = table(value, "embed")
    shown = text(value, "text")
    sent, flags = written(text(value, "createdAt"), place)
    indexed = times.iso(place.indexed, clock="server") if place.indexed else None
    quoted = _quoted(embed)
    return Message(
        "comment" if parent else "post",
        PLATFORM,
        root or parent or place.uri,
        place.author,
        shown,
        sent,
        place.source,
        steps=replaced(place.raw, shown),
        native_id=place.uri,
        direction=direction(place.author),
        times=(("indexed", indexed),) if indexed else (),
        reply_to=parent,
        attachments=tuple(_attachments(embed, place.blobs)),
        visibility="public",
        urls=tuple(dict.fromkeys(_links(value, embed))),
        checks=place.checks,
        flags=(
            *_cid_flag(place), *([f"quotes:{quoted}"] if quoted else []), *place.flags, *flags,
            *unknown(value, _POST_FIELDS),
        ),
    )  # fmt: skip


def _profile(value: Table, place: Place) -> Profile:
    known = place.author or Account(PLATFORM)
    facts = {"bio": text(value, "description"), "created": text(value, "createdAt")}
    return Profile(
        msgspec.structs.replace(known, name=text(value, "displayName"), name_from="sender"),
        place.source,
        facts={name: fact for name, fact in facts.items() if fact},
    )


def written(created: str, place: Place) -> tuple[Time | None, tuple[str, ...]]:
    """`createdAt`, beside the time inside of the record key where there is one, and flags.

    Both are the claims of a program; that they contradict each other is a fact all the same.
    """
    time = times.iso(created, clock="claimed") if created else None
    if time is None:
        return None, (f"date_not_read:{created[:40]}",) if created else ("no_date",)
    key = tid_time(place.uri.rsplit("/", 1)[-1])
    if key is None or not time.at.endswith("Z"):
        return time, ()
    away = times.utc_of(key) - times.utc_of(time)
    if abs(away) <= timedelta(minutes=5):
        said = f"record key: {round(away / timedelta(milliseconds=1)):+d} ms"
    else:
        said = f"CONFLICT: the record key says {key.at}"
    return msgspec.structs.replace(time, agrees=(said,)), ()


def tid_time(key: str) -> Time | None:
    """The time inside of a record key that is a TID: microseconds, 10 bits of clock id (atproto.com/specs/tid)."""
    if not _TID.fullmatch(key):
        return None
    time = times.epoch(
        int(key.translate(_TID_SIGNS), 32) >> 10, 1_000_000, raw=key, clock="claimed", basis="native_id"
    )
    return time if time and int(time.at[:4]) >= _FIRST_TID_YEAR else None


def direction(author: Account | None) -> Any:
    """`out` where the author is the declared owner; a public post has no receiver."""
    return "out" if author is not None and author.owner else "unknown"


def _cid_flag(place: Place) -> tuple[str, ...]:
    return (f"cid:{place.cid}",) if place.cid else ()


def _checked(place: Place) -> tuple[str, ...]:
    """An event has no checks: their results stand in its flags."""
    return tuple(f"commit_signature:{check.result}" for check in place.checks)


def _quoted(embed: Table) -> str:
    inner = table(embed, "record")
    return text(inner, "uri") or text(table(inner, "record"), "uri")


def _links(value: Table, embed: Table) -> Iterator[str]:
    """Addresses that the post links to, in their order."""
    for facet in tables(value, "facets"):
        for feature in tables(facet, "features"):
            if uri := text(feature, "uri"):
                yield uri
    for part in (embed, table(embed, "media")):
        if uri := text(table(part, "external"), "uri"):
            yield uri


def _attachments(embed: Table, blobs: Blobs) -> Iterator[Attachment]:
    for part in (embed, table(embed, "media")):
        for image in tables(part, "images"):
            yield _attachment(table(image, "image"), text(image, "alt"), blobs)
        if video := table(part, "video"):
            yield _attachment(video, text(part, "alt"), blobs)


def _attachment(blob: Table, alt: str, blobs: Blobs) -> Attachment:
    link = blob.get("ref")
    if isinstance(link, bytes):
        cid = cid_text(link)
    elif isinstance(link, dict):
        cid = text(link, "$link")
    else:
        cid = text(blob, "cid")  # records of before May 2023
    size = blob.get("size")
    size = size if isinstance(size, int) and size >= 0 else None
    member = blobs.member(cid, size)
    return Attachment(
        cid,
        "present" if member else "not_exported",
        member,
        text(blob, "mimeType"),
        size=size,
        note=f"described as: {alt[:1000]}" if alt else "",
    )
