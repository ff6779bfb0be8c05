"""X (Twitter): the archive that a person downloads of their own account.

Posts, deleted posts, long posts, direct messages of both sides, blocks, mutes, names and logins. Times are the
server's; the ids hold them once more (since November 2010), and the two are compared. Source: formats.md 3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from abusekit.containers.container import Container, Member
from abusekit.importers.chats.records import folder_of, or_nothing
from abusekit.importers.fields import (
    UNREADABLE,
    Table,
    WrongShapeError,
    decoded,
    elements,
    table,
    text,
    unparsed,
)
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Message, Record, SourceRef
from abusekit.importers.social.x_events import blocking, conversation_event, login, owner, renamed
from abusekit.importers.social.x_files import MANIFEST, Manifest, Part, part_of, values
from abusekit.importers.social.x_records import Archive, MediaFiles, direct, long_post, media_files, post
from abusekit.importers.spans.json_spans import Value
from abusekit.importers.spans.places import ref

NAME = "x"
VERSION = 1
LIMITS = (
    "Posts, replies and mentions by other people are not in it: capture them from the web.",
    "Direct messages that were deleted are not in it; that something is absent proves nothing.",
    "The other side of a direct message is a number only, without name or handle: whose it is has to be shown.",
    "A repost is cut at 140 signs, and stands there without the time and the number of the original.",
    "Likes, followers and followed accounts are counted only.",
    "Nothing in it is signed: the files can be edited, so ask the platform to confirm what matters.",
)

_Made = Callable[[Table, SourceRef, Archive], Record]


def claim(export: Container) -> Sequence[Member]:
    """The files that are read, by their first line; the manifest among them."""
    return [member for member in export.members if part_of(member) is not None]


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """The owner first, then file by file, each in its own order (direct messages: newest first).

    Raises InputError where nothing could be read.
    """
    hint = "download the archive again, and hand over the zip as it came"
    return or_nothing(_read(export, members, notes), notes, hint)


def _read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    parts = [part for member in members if (part := part_of(member)) is not None]
    media = media_files(export)
    folders: dict[str, _Folder] = {}
    for part in parts:
        folders.setdefault(folder_of(part.member), _Folder(media, notes)).parts.append(part)
    for folder in folders.values():
        yield from folder.owners()
    _lend_owner([folder.archive for folder in folders.values()], notes)
    for folder in folders.values():
        yield from folder.records()
    everything = [member.path for member in export.members]
    for folder in folders.values():
        folder.manifest.absent(everything)


class _Folder:
    """The files of one folder: they are of one account, and other folders may be of another."""

    def __init__(self, media: MediaFiles, notes: Notes) -> None:
        self.archive = Archive(media, notes)
        self.parts: list[Part] = []
        self.manifest = Manifest((), notes)

    def owners(self) -> Iterator[Record]:
        notes = self.archive.notes
        self.manifest = Manifest([part for part in self.parts if part.kind == MANIFEST], notes)
        try:
            self.archive.owner = text(self.manifest.user, "accountId")
            self.archive.handle = text(self.manifest.user, "userName")
            self.archive.name = text(self.manifest.user, "displayName")
        except WrongShapeError as fault:
            notes.damaged.append(f"the manifest: {fault}")
        for part in self.parts:
            if part.kind == "account":
                yield from _entries(part, self.archive, self.manifest, owner)

    def records(self) -> Iterator[Record]:
        for part in self.parts:
            if part.kind == "direct":
                yield from _conversations(part, self.archive, self.manifest)
            elif part.kind == "counted":
                _count(part, self.archive, self.manifest)
            elif part.kind in _MADE:
                yield from _entries(part, self.archive, self.manifest, _MADE[part.kind])


def _lend_owner(archives: Sequence[Archive], notes: Notes) -> None:
    """A folder that does not say whose it is (a further part of the archive) belongs to the one account that others
    name, if they name just one."""
    named = {archive.owner: archive for archive in archives if archive.owner}
    if len(named) > 1:
        notes.warn(
            f"the export holds archives of {len(named)} accounts: each folder was read as its own account's"
        )
    for archive in archives:
        if not archive.owner and len(named) == 1:
            (known,) = named.values()
            archive.owner, archive.handle, archive.name = known.owner, known.handle, known.name


def _entries(part: Part, archive: Archive, manifest: Manifest, made: _Made) -> Iterator[Record]:
    """Each element of the file's array."""
    found = 0
    for value in values(part, [("*",)], archive.notes):
        found += 1
        yield _one(value, part, archive, made)
    manifest.compare(part, found)


def _one(value: Value, part: Part, archive: Archive, made: _Made) -> Record:
    source = ref(part.member.path, value.start, value.end, value.raw, value.pointer)
    try:
        entry, steps = decoded(value.raw)
        record = made(entry, source, archive)
    except UNREADABLE as fault:
        return unparsed("x", "", fault, source)
    if steps and isinstance(record, Message):
        record.steps = (*record.steps, *steps)
    return record


def _conversations(part: Part, archive: Archive, manifest: Manifest) -> Iterator[Record]:
    """Each message of each conversation; the conversation's id stands before its messages."""
    inside = ("*", "dmConversation")
    patterns = [(*inside, "conversationId"), (*inside, "messages", "*")]
    conversation = number = ""
    spoken: set[str] = set()
    for value in values(part, patterns, archive.notes):
        index = value.pointer.split("/", 2)[1]
        if index != number:
            number, conversation = index, ""
        if value.pattern == 0:
            conversation = _text_of(value)
            continue
        spoken.add(index)

        def made(entry: Table, source: SourceRef, archive: Archive, where: str = conversation) -> Record:
            return _in_conversation(entry, where, source, archive)

        yield _one(value, part, archive, made)
    yield from _silent(part, spoken, manifest)


def _silent(part: Part, spoken: set[str], manifest: Manifest) -> Iterator[Record]:
    """Conversations in which no message was found, if they are not simply empty: their form is another one.

    They are looked for in a second reading, since the first knows messages only; its damage is told already.
    """
    found = 0
    for value in values(part, [("*",)], Notes()):
        found += 1
        if value.pointer[1:] in spoken:
            continue
        source = ref(part.member.path, value.start, value.end, value.raw, value.pointer)
        try:
            entry, _ = decoded(value.raw)
            if elements(table(entry, "dmConversation"), "messages") or "dmConversation" not in entry:
                raise WrongShapeError("a conversation of a form that is not known")
        except UNREADABLE as fault:
            yield unparsed("x", "", fault, source)
    manifest.compare(part, found)


def _text_of(value: Value) -> str:
    try:
        entry, _ = decoded(b'{"id":' + value.raw + b"}")
        return text(entry, "id")
    except UNREADABLE:
        return ""


def _in_conversation(entry: Table, conversation: str, source: SourceRef, archive: Archive) -> Record:
    if len(entry) != 1:
        raise WrongShapeError("an entry of a conversation that has not exactly one kind")
    kind = next(iter(entry))
    if kind in ("messageCreate", "welcomeMessageCreate"):
        return direct(table(entry, kind), conversation, source, archive)
    return conversation_event(kind, table(entry, kind), conversation, source, archive)


def _count(part: Part, archive: Archive, manifest: Manifest) -> None:
    count = sum(1 for _ in values(part, [("*",)], archive.notes))
    archive.notes.counts[part.name] += count
    manifest.compare(part, count)


def _tweet(entry: Table, source: SourceRef, archive: Archive) -> Message:
    return post(_unwrapped(entry, "tweet"), source, archive, deleted=False)


def _deleted(entry: Table, source: SourceRef, archive: Archive) -> Message:
    return post(_unwrapped(entry, "tweet"), source, archive, deleted=True)


def _note(entry: Table, source: SourceRef, archive: Archive) -> Message:
    return long_post(_unwrapped(entry, "noteTweet"), source, archive)


def _unwrapped(entry: Table, name: str) -> Table:
    """Older archives have the post itself where newer ones have `{"tweet": …}` (twitter-archive-parser #75)."""
    return table(entry, name) if name in entry else entry


def _block(entry: Table, source: SourceRef, archive: Archive) -> Event:
    return blocking(table(entry, "blocking"), source, archive, muted=False)


def _mute(entry: Table, source: SourceRef, archive: Archive) -> Event:
    return blocking(table(entry, "muting"), source, archive, muted=True)


_MADE: dict[str, _Made] = {
    "tweet": _tweet,
    "deleted": _deleted,
    "note": _note,
    "block": _block,
    "mute": _mute,
    "rename": renamed,
    "login": login,
}
