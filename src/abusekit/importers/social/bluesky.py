"""Bluesky: what its API answers, saved as JSON: threads, feeds, single posts, records, notifications.

Sources: lexicons `app.bsky.feed.getPostThread`, `getPosts`, `getAuthorFeed`, `app.bsky.notification.listNotifications`,
`com.atproto.repo.getRecord`, `listRecords`. Such a file is not signed: it is as good as the one who saved it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers import times
from abusekit.importers.fields import Table, WrongShapeError, record, table, tables, text, unknown, unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Record
from abusekit.importers.social import bluesky_records as records
from abusekit.importers.social.bluesky_blobs import Blobs
from abusekit.importers.spans.json_spans import Pattern, Value, paths, scan
from abusekit.importers.spans.places import ref

NAME = "bluesky"
VERSION = 1
LIMITS = (
    "The answers of the Bluesky API are not signed; the record's hash (CID) can be compared with its server.",
    "The date of a post (createdAt) is what the sender's program wrote; indexedAt is when this server first saw it.",
    "A Bluesky handle can change hands; the DID is the account.",
    "Blocked, deleted and hidden posts of a thread are not in the answer, or only as a notice.",
)

_HEAD = 65_536
_AT = re.compile(rb"at:(?:/|\\/){2}did:")
_FEED: Pattern = ("feed", "*")
_LISTS: dict[str, Pattern] = {
    "/feed": _FEED,
    "/posts": ("posts", "*"),
    "/records": ("records", "*"),
    "/notifications": ("notifications", "*"),
    "/thread": ("thread",),
}
# Where further posts stand inside of one. Never inside of `record` and `value`: those are what its author wrote, who
# could invent posts of others there.
_INNER: tuple[Pattern, ...] = (
    ("post",), ("parent",), ("replies", "*"), ("reason",), ("reply", "root"), ("reply", "parent"),
    ("embed", "record"), ("embeds", "*", "record"),
)  # fmt: skip
_OF_A_FRAME: tuple[Pattern, ...] = (("record",),)  # `recordWithMedia#view` has its record one level deeper
_MOST_DEPTH = 150
_VIEW = frozenset(
    ("$type", "uri", "cid", "author", "record", "value", "embed", "embeds", "replyCount", "repostCount", "likeCount",
     "quoteCount", "bookmarkCount", "indexedAt", "viewer", "labels", "threadgate", "debug", "reason", "reasonSubject",
     "isRead", "takedownId")
)  # fmt: skip


def claim(export: Container) -> Sequence[Member]:
    return [member for member in export.members if _is_ours(member)]


def _is_ours(member: Member) -> bool:
    """An answer of the API: a list of views, or one of them, in whose head an at-uri stands."""
    head = member.head(_HEAD)
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) or not _AT.search(head):
        return False
    seen = paths(head)
    return _pattern(seen) is not None


def _pattern(seen: frozenset[str]) -> Pattern | None:
    """Where the views stand in a file with these paths; None: it is no answer of Bluesky."""
    if "[]" in seen:
        return ("*",) if _is_view("/*", seen) else None
    for name, pattern in _LISTS.items():
        if name in seen and _is_view("/" + "/".join(pattern), seen):
            return pattern
    return () if _is_view("", seen) else None


def _is_view(at: str, seen: frozenset[str]) -> bool:
    for here in (at, f"{at}/post"):
        if f"{here}/uri" in seen and (
            f"{here}/cid" in seen or f"{here}/notFound" in seen or f"{here}/blocked" in seen
        ):
            return True
    return False


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    blobs = Blobs(export, notes)
    for member in members:
        pattern = _pattern(paths(member.head(_HEAD)))
        try:
            with member.open() as stream:
                for value in scan(stream, [() if pattern is None else pattern]):
                    found = False
                    for one in _view(value, _Spot(member.path, 0, "", 0, blobs, notes)):
                        found = True
                        yield one
                    if not found:
                        source = ref(member.path, value.start, value.end, value.raw, value.pointer)
                        why = "The element shows no post that can be read"
                        yield unparsed(records.PLATFORM, "", why, source)
        except InputError as wrong:
            notes.damaged.append(f"{member.path}: {wrong.message}")


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the bytes lie that a value was found in."""

    member: str
    base: int
    pointer: str
    depth: int
    blobs: Blobs
    notes: Notes


def _view(value: Value, spot: _Spot) -> Iterator[Record]:
    """The record that a view shows, and after it those that stand inside of it."""
    source = ref(
        spot.member, spot.base + value.start, spot.base + value.end, value.raw, spot.pointer + value.pointer
    )
    one: Record | None = None
    inner_places = _INNER
    try:
        decoded = record(value.raw)
        if value.pointer.endswith("/record") and "uri" not in decoded:
            inner_places = _OF_A_FRAME
        inner_places = tuple(
            place for place in inner_places if place[0] in decoded and _leads_on(decoded, place)
        )
        one = _shown(decoded, records.Place("", "", None, source, value.raw, spot.blobs), spot.notes)
    except InputError as wrong:
        one = unparsed(records.PLATFORM, "", "The view is no valid JSON", source)
        spot.notes.damaged.append(f"{spot.member}{source.at}: {wrong.message}")
    except WrongShapeError as wrong:
        one = unparsed(records.PLATFORM, "", wrong, source)
    if one is not None:
        yield one
    if not value.raw.startswith(b"{") or not inner_places:
        return
    if spot.depth >= _MOST_DEPTH:
        spot.notes.damaged.append(f"{spot.member}{source.at}: nested too deeply, what is inside was not read")
        return
    inside = _Spot(spot.member, source.start, source.at, spot.depth + 1, spot.blobs, spot.notes)
    try:
        for inner in scan(BytesIO(value.raw), inner_places):
            if inner.raw != b"null" and (inner_places[inner.pattern] != ("reason",) or inner.raw[:1] == b"{"):
                yield from _view(inner, inside)
    except InputError as wrong:
        spot.notes.damaged.append(f"{spot.member}{source.at}: {wrong.message}")


def _leads_on(decoded: object, place: Pattern) -> bool:
    """Whether something stands at that place: what is not there need not be looked for."""
    if not place:
        return decoded is not None
    if place[0] == "*":
        return isinstance(decoded, list) and bool(decoded)
    return isinstance(decoded, dict) and _leads_on(decoded.get(place[0]), place[1:])


def _shown(view: Table, place: records.Place, notes: Notes) -> Record | None:
    """What this view says by itself; None: it is a frame around others, or a reference. Raises WrongShapeError."""
    kind = text(view, "$type").rpartition("#")[2]
    uri = text(view, "uri")
    if kind in ("reasonRepost", "reasonPin") or "by" in view:
        return _repost(view, place, notes) if kind != "reasonPin" else None
    for name, said in (
        ("notFound", "not found"),
        ("blocked", "blocked"),
        ("detached", "detached by its author"),
    ):
        if view.get(name) is True:
            return _absent(view, uri, said, place)
    body = "record" if "record" in view and "post" not in view else "value"
    if not isinstance(view.get(body), dict) or not uri:
        if view.get(body) is not None and uri:
            raise WrongShapeError(f"`{body}` is not an object")
        return None
    shown, author = table(view, body), records.account(table(view, "author"), notes)
    named = records.did_of(uri)
    flags = list(unknown(view, _VIEW))
    if author is None:
        author = records.owned(named, "", "", notes) if named else None
    elif named and author.id != named:
        flags.append(f"did_conflict:the address names {named}")
    flags.extend(f"label:{text(label, 'val')[:64]}" for label in tables(view, "labels"))
    if reason := text(view, "reason"):
        flags.append(f"notified_as:{reason[:64]}")
    indexed = text(view, "indexedAt")
    return records.record(
        shown,
        records.Place(
            uri, text(view, "cid"), author, place.source, place.raw, place.blobs, indexed, flags=tuple(flags)
        ),
    )


def _absent(view: Table, uri: str, said: str, place: records.Place) -> Event:
    author = view.get("author")
    did = text(author, "did") if isinstance(author, dict) else records.did_of(uri)
    return Event(
        "notice", records.PLATFORM, uri, None, f"post {uri}: {said}", None, place.source, target=records.stub(did),
        native_id=uri,
    )  # fmt: skip


def _repost(reason: Table, place: records.Place, notes: Notes) -> Event:
    """That somebody reposted the post of the same element; the time is when the server saw it."""
    indexed = text(reason, "indexedAt")
    uri = text(reason, "uri")
    return Event(
        "notice", records.PLATFORM, uri, records.account(table(reason, "by"), notes), "reposts the post beside it",
        times.iso(indexed, clock="server") if indexed else None, place.source, native_id=uri,
    )  # fmt: skip
