"""Mastodon: the archive of an account, what the API answers, and single ActivityStreams objects of any server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

import msgspec

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.fields import UNREADABLE, Table, WrongShapeError, record, text, unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Record
from abusekit.importers.social.mastodon_activity import ACTORS, PLATFORM, Place, activity, actor
from abusekit.importers.social.mastodon_status import Thread, notification, status
from abusekit.importers.spans.json_spans import Pattern, Value, load, paths, scan
from abusekit.importers.spans.places import ref

NAME = "mastodon"
VERSION = 1
LIMITS = (
    "A Mastodon archive holds what its owner posted: no replies of others, and no direct messages of others.",
    "Likes and bookmarks are addresses only; they are counted, not listed.",
    "Deleted posts are not in the archive, and earlier texts of edited posts are not either.",
    "The date of a post from another server is what that server says.",
)

_HEAD = 65_536
_COLLECTION = re.compile(rb'"type"\s*+:\s*+"OrderedCollection(?:Page)?"')
_MOST_ACTOR = 4 << 20
_MOST_DEPTH = 8
_ITEMS: Pattern = ("orderedItems", "*")
_STATUS_SIGNS = ("uri", "created_at", "visibility")
_API: dict[str, tuple[Pattern, ...]] = {
    "": ((),),
    "/*": (("*",),),
    "/*/status": (("*",),),
    "/*/last_status": (("*",),),
    "/ancestors/*": (("ancestors", "*"), ("descendants", "*")),
    "/descendants/*": (("ancestors", "*"), ("descendants", "*")),
    "/statuses/*": (("statuses", "*"),),
}
"""Where statuses may stand → what is read."""
_AROUND = frozenset(("status", "last_status", "reblog", "quote"))
_INNER: tuple[Pattern, ...] = (("status",), ("last_status",), ("reblog",), ("quote", "quoted_status"))


def claim(export: Container) -> Sequence[Member]:
    return [member for member in export.members if _shape(member) is not None]


def _shape(member: Member) -> tuple[str, tuple[Pattern, ...]] | None:
    """(`activity` or `status`, patterns of the records); None: not ours."""
    head = member.head(_HEAD)
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return None
    seen = paths(head)
    if "/type" in seen:
        is_named = b"www.w3.org/ns/activitystreams" in head.replace(b"\\/", b"/")
        if "/orderedItems" in seen and (is_named or _COLLECTION.search(head)):
            return "activity", (_ITEMS, ("totalItems",))
        if is_named and seen & {"/content", "/contentMap", "/object", "/preferredUsername"}:
            return "activity", ((),)
    for at, patterns in _API.items():
        if all(f"{at}/{sign}" in seen for sign in _STATUS_SIGNS):
            return "status", patterns
    return None


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    shapes = [(member, shape) for member in members if (shape := _shape(member)) is not None]
    everything = frozenset(member.path for member in export.members)
    owners = _owners(shapes, everything, notes)
    for member, (kind, patterns) in shapes:
        folder = member.path[: -len(member.name)]
        owner = owners.get(folder)
        place = Place(
            ref(member.path, 0, 0, b""),
            b"",
            notes,
            owner,
            folder if owner else None,
            everything if owner else frozenset(),
        )
        try:
            with member.open() as stream:
                if kind == "status":
                    yield from _statuses(scan(stream, patterns), place)
                else:
                    yield from _activities(scan(stream, patterns), place, member)
        except InputError as wrong:
            notes.damaged.append(f"{member.path}: {wrong.message}")


def _owners(
    shapes: list[tuple[Member, tuple[str, tuple[Pattern, ...]]]], everything: frozenset[str], notes: Notes
) -> dict[str, Account]:
    """Folder → the account whose archive stands there: the actor beside an outbox."""
    collections = {
        member.path[: -len(member.name)] for member, (_, patterns) in shapes if patterns[0] == _ITEMS
    }
    owners: dict[str, Account] = {}
    for member, (kind, patterns) in shapes:
        folder = member.path[: -len(member.name)]
        if kind != "activity" or patterns[0] == _ITEMS or folder not in collections or folder in owners:
            continue
        try:
            value = load(member.read(_MOST_ACTOR))
            found = actor(value, notes) if isinstance(value, dict) and text(value, "type") in ACTORS else None
        except (InputError, WrongShapeError):
            continue
        if found is not None and isinstance(value, dict) and _is_of_archive(value):
            owners[folder] = msgspec.structs.replace(found, owner=True)
            notes.read_members |= {f"{folder}{name}" for name in _pictures(value)} & everything
    return owners


def _is_of_archive(value: Table) -> bool:
    """The actor of an archive names its outbox as a file beside it; asked over the network it gives an address."""
    outbox = value.get("outbox")
    return isinstance(outbox, str) and ":" not in outbox


def _pictures(value: Table) -> Iterator[str]:
    """The files of the archive that the actor names as its pictures."""
    for key in ("icon", "image"):
        picture = value.get(key)
        if isinstance(picture, dict) and isinstance(picture.get("url"), str) and ":" not in picture["url"]:
            yield picture["url"].lstrip("/")


def _activities(values: Iterator[Value], place: Place, member: Member) -> Iterator[Record]:
    count, total = 0, None
    for value in values:
        if value.pattern == 1:
            total = int(value.raw) if value.raw.isdigit() and len(value.raw) < 19 else None
            continue
        count += 1
        if value.raw[:1] == b'"' and value.pointer:
            place.notes.counts[f"entries of {member.name[:60]}"] += (
                1  # likes, bookmarks, pinned: addresses only
            )
            continue
        yield _read(value, _at(place, member.path, value), activity)
    if total is not None and total != count:
        place.notes.warn(
            f"{member.path}: totalItems says {total}, {count} are there; what the account deleted, or what the server "
            "does not export, is among the rest."
        )


def _statuses(values: Iterator[Value], place: Place) -> Iterator[Record]:
    thread = Thread()
    for value in values:
        found = False
        for one in _status(value, place, place.source.member, thread, 0):
            found = True
            yield one
        if not found:
            source = _at(place, place.source.member, value).source
            yield unparsed(PLATFORM, "", "The element shows no status that can be read", source)


def _status(value: Value, place: Place, member: str, thread: Thread, depth: int) -> Iterator[Record]:
    """A status, or what is around one, and after it the statuses inside of it."""
    here = _at(place, member, value)
    try:
        decoded = load(value.raw)
    except InputError:
        decoded = None
    is_frame = isinstance(decoded, dict) and "content" not in decoded and "uri" not in decoded
    if is_frame and isinstance(decoded, dict):
        try:
            event = notification(decoded, here)
            if event is not None:
                yield event
        except WrongShapeError as wrong:
            yield unparsed(PLATFORM, "", wrong, here.source)
    else:
        yield _read(value, here, lambda one, at: status(one, at, thread))
    if not isinstance(decoded, dict) or depth >= _MOST_DEPTH:
        return
    if not any(isinstance(decoded.get(name), dict) for name in _AROUND):
        return
    for inner in scan(BytesIO(value.raw), _INNER):
        if inner.raw != b"null":
            moved = inner._replace(
                pointer=value.pointer + inner.pointer,
                start=value.start + inner.start,
                end=value.start + inner.end,
            )
            yield from _status(moved, place, member, thread, depth + 1)


def _at(place: Place, member: str, value: Value) -> Place:
    source = ref(member, value.start, value.end, value.raw, value.pointer)
    return Place(source, value.raw, place.notes, place.actor, place.folder, place.members)


def _read(value: Value, place: Place, reader: Callable[[Table, Place], Record]) -> Record:
    """One record; what cannot be read becomes an event that says why."""
    try:
        return reader(record(value.raw), place)
    except UNREADABLE as wrong:
        return unparsed(PLATFORM, "", wrong, place.source)
