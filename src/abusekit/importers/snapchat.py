"""Snapchat "My Data": saved chats, the list of snaps, friends and blocked people, the owner's account.

Layouts: abrignoni/RLEAPP `snapChathistory.py`, `snapFriendsjson.py`, `snapAccountinfo.py`;
ethanwheatthin/Snapchat_Memories_Downloader_GUI #60 (the field `Created(microseconds)`, which mostly holds ms).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from abusekit.containers.container import HEAD, Container, Member
from abusekit.errors import InputError
from abusekit.importers import fields as field
from abusekit.importers import times
from abusekit.importers.fields import UNREADABLE, Table, WrongShapeError
from abusekit.importers.importer import Notes
from abusekit.importers.media import HEAD_BYTES, OCTETS, media_type
from abusekit.importers.meta.attached import links_in, secret
from abusekit.importers.model import Account, Attachment, Event, Message, Profile, Record, SourceRef, Time
from abusekit.importers.spans.json_spans import JsonDamagedError, Pattern, Value, paths, scan
from abusekit.importers.spans.places import ref

NAME = "snapchat"
VERSION = 1
LIMITS = (
    "Only chats that somebody saved are in the export; what disappeared before is missing, and so absence proves "
    "nothing.",
    "Snaps are listed with sender and time only; their pictures are not in the export.",
    "Photos and videos of chats are there only if “chat media” was chosen when the export was ordered.",
    "Whether a message was opened, and when, is not in the export.",
)

_OLD = {"Received Saved Chat History": "in", "Sent Saved Chat History": "out",
    "Received Snap History": "in", "Sent Snap History": "out"}  # fmt: skip
_FRIENDS = frozenset(("Friends", "Friend Requests Sent", "Blocked Users", "Deleted Friends", "Pending Requests",
    "Ignored Snapchatters", "Hidden Friend Suggestions"))  # fmt: skip
_KNOWN = frozenset(("From", "To", "Media Type", "Created", "Content", "Text", "Conversation Title", "IsSender",
    "Created(microseconds)", "IsSaved", "Media IDs"))  # fmt: skip
_FRIEND = frozenset(("Username", "Display Name", "Creation Timestamp", "Last Modified Timestamp", "Source"))
_STATUS: dict[str, tuple[Literal["erased", "call", "missed_call", "notice"], str]] = {
    "STATUSERASEDMESSAGE": ("erased", ""), "STATUSERASEDSNAPMESSAGE": ("erased", ""),
    "STATUSCALLENDEDAUDIO": ("call", ""), "STATUSCALLENDEDVIDEO": ("call", ""),
    "STATUSCALLMISSEDAUDIO": ("missed_call", "missed"), "STATUSCALLMISSEDVIDEO": ("missed_call", "missed"),
}  # fmt: skip
"""Media types that are no message but say what happened; every other `STATUS…` is a notice in its own word."""
_SECRETS = (("Registration IP", "IP address"), ("PhoneNumber", "owner's phone"), ("Email", "owner's e-mail"))
_MEDIA_ID = re.compile(r"\d{4}-\d\d-\d\d_(.+)\.\w{2,5}", re.ASCII)
_UTC = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", re.ASCII)


def claim(export: Container) -> Sequence[Member]:
    """`chat_history.json`, `snap_history.json`, `friends.json`, `account.json`, known by the keys in them."""
    return [member for member in export.members if _kind(member)]


def _kind(member: Member) -> Literal["chats", "friends", "account", ""]:
    try:
        head = member.head(HEAD)
    except InputError:
        return ""
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return ""
    if not any(sign in head for sign in (b'"Media Type"', b'"Display Name"', b'"Basic Information"')):
        return ""
    seen = paths(head)
    if {"/*", "[]"} & seen:
        return ""
    ends = {path.split("/*/", 1)[1] for path in seen if path.count("/") == 3 and "/*/" in path}
    if {"Media Type", "Created"} <= ends and ends & {"From", "To", "IsSender"}:
        return "chats"
    roots = {path[1:] for path in seen if path.count("/") == 1}
    if roots & _FRIENDS and {"Username", "Display Name"} <= ends:
        return "friends"
    return "account" if {"/Basic Information", "/Basic Information/Username"} <= seen else ""


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """Account, chats, snaps and friends, each list in the file's own order (chats are newest first in real ones).

    Raises InputError where nothing could be read.
    """
    reader = _Reader(export, notes)
    given = False
    order = {"account": 0, "chats": 1, "friends": 2, "": 1}
    for member in sorted(members, key=lambda one: order[_kind(one)]):
        for record in reader.read(member):
            given = True
            yield record
    if not given and notes.damaged:
        raise InputError(
            "nothing could be read from this Snapchat export", "order it again with the box “JSON” ticked"
        )


class _Reader:
    def __init__(self, export: Container, notes: Notes) -> None:
        self._notes = notes
        self._owner: Account | None = None
        if notes.owner:
            self._owner = _account(notes.owner, True)
        self._media: dict[str, Member] = {}
        for member in export.members:
            found = _MEDIA_ID.fullmatch(member.name)
            if found is not None and "chat_media" in posixpath.dirname(member.path):
                self._media.setdefault(found[1], member)

    def read(self, member: Member) -> Iterator[Record]:
        kind = _kind(member)
        patterns: tuple[Pattern, ...] = (("*", "*"),)
        if kind == "account":
            patterns = (("Basic Information",), ("Login History", "*"))
        snaps = "snap" in member.name.lower() and kind == "chats"
        try:
            with member.open() as stream:
                for value in scan(stream, patterns):
                    yield from self._value(member, value, kind, snaps)
        except JsonDamagedError as fault:
            self._notes.damaged.append(f"{member.path!a}: {fault.message}; what precedes it was read.")
        except InputError as fault:
            self._notes.damaged.append(f"{member.path!a}: {fault.message}")

    def _value(self, member: Member, value: Value, kind: str, snaps: bool) -> Iterator[Record]:
        source = ref(member.path, value.start, value.end, value.raw, value.pointer)
        key = value.pointer.split("/")[1].replace("~1", "/").replace("~0", "~")
        try:
            fields = field.record(value.raw)
            if kind == "account":
                yield self._login(fields, source) if value.pattern else self._profile(fields, source)
            elif kind == "friends":
                yield self._friend(key, fields, source)
            else:
                record = self._chat(key, fields, source, snaps)
                if isinstance(record, Message):
                    record.steps = field.replaced(value.raw)
                yield record
        except UNREADABLE as fault:
            yield field.unparsed(NAME, key, fault, source)

    def _chat(self, key: str, fields: Table, source: SourceRef, snaps: bool) -> Message | Event:
        sender, to = field.text(fields, "From"), field.text(fields, "To")
        mine = fields.get("IsSender")
        if mine is not None and not isinstance(mine, bool):
            raise WrongShapeError("IsSender should be true or false")
        direction: Literal["in", "out", "unknown"] = "unknown"
        if mine is not None:
            direction = "out" if mine else "in"
        elif key in _OLD:
            direction = "in" if _OLD[key] == "in" else "out"
        author = _account(sender, mine) if sender else self._owner if direction == "out" else None
        title = field.text(fields, "Conversation Title")
        conversation = key if key not in _OLD else sender or to
        sent = _created(fields)
        flags = (*(("no_time",) if sent is None else ()), *field.unknown(fields, _KNOWN))
        kind = field.text(fields, "Media Type")
        text = field.text(fields, "Content") or field.text(fields, "Text")
        if kind.startswith("STATUS"):
            happened, outcome = _STATUS.get(kind, ("notice", ""))
            return Event(
                happened, NAME, conversation, author, text or kind, sent, source, title=title,
                direction=direction, outcome=outcome, flags=flags,
            )  # fmt: skip
        recipients = (_account(to, None),) if to else ()
        if not recipients and direction == "in" and self._owner is not None:
            recipients = (self._owner,)
        elif not recipients and direction == "out" and not title and key != sender:
            recipients = (_account(key, None),) if not _is_group(key) else ()
        flags = (
            *flags,
            *((f"type:{kind[:40]}",) if kind not in ("TEXT", "MEDIA", "IMAGE", "VIDEO", "") else ()),
        )
        flags = (*flags, *(("not_saved",) if fields.get("IsSaved") is False else ()))
        return Message(
            "snap" if snaps else "message", NAME, conversation, author, text, sent, source, title=title,
            recipients=recipients, direction=direction, attachments=self._attachments(fields, kind, snaps),
            urls=links_in(text), flags=flags,
        )  # fmt: skip

    def _attachments(self, fields: Table, kind: str, snaps: bool) -> tuple[Attachment, ...]:
        ids = [one.strip() for one in field.text(fields, "Media IDs").split("|") if one.strip()]
        if snaps:
            return (Attachment("", "not_exported", note=f"snap: {kind}"),)
        if not ids and kind not in ("TEXT", ""):
            return (Attachment("", "omitted", note=f"{kind}; the export names no medium"),)
        return tuple(self._attachment(one) for one in ids)

    def _attachment(self, name: str) -> Attachment:
        found = self._media.get(name)
        if found is None:
            return Attachment(name, "missing")
        self._notes.read_members.add(found.path)
        try:
            with found.open() as stream:
                media = media_type(stream.read(HEAD_BYTES))
        except InputError as fault:
            return Attachment(name, "corrupt", found.path, note=fault.message)
        return Attachment(name, "present", found.path, "" if media == OCTETS else media, size=found.size)

    def _friend(self, key: str, fields: Table, source: SourceRef) -> Event:
        handle = field.text(fields, "Username")
        if not handle:
            raise WrongShapeError("Username is missing in a list of people")
        person = Account(NAME, handle, "handle", handle, field.text(fields, "Display Name"), "unknown")
        kind: Literal["block", "notice"] = "block" if key == "Blocked Users" else "notice"
        entry = _stated(field.text(fields, "Creation Timestamp"))
        changed = _stated(field.text(fields, "Last Modified Timestamp"))
        flags = field.unknown(fields, _FRIEND)
        if kind == "block":  # neither is said to be the time of the blocking
            flags = (*flags, *((f"entry_created:{entry.at}",) if entry else ()))
            flags = (*flags, *((f"entry_changed:{changed.at}",) if changed else ()))
        at = None if kind == "block" else entry
        return Event(kind, NAME, "", self._owner, key, at, source, person, flags=flags)

    def _profile(self, fields: Table, source: SourceRef) -> Profile:
        handle = field.text(fields, "Username")
        facts = {}
        if created := _stated(field.text(fields, "Creation Date")):
            facts["created"] = created.at
        for key, kind in _SECRETS:
            if fields.get(key):
                secret(self._notes, kind, f"{source.member} {source.at}/{key}")
        self._owner = Account(NAME, handle, "handle", handle, field.text(fields, "Name"), "sender", True)
        return Profile(self._owner, source, "owner", facts)

    def _login(self, fields: Table, source: SourceRef) -> Event:
        if fields.get("IP"):
            secret(self._notes, "IP address", f"{source.member} /Login History/…/IP")
        status = field.text(fields, "Status")
        return Event(
            "login", NAME, "", self._owner, field.text(fields, "Device") or "Login History",
            _stated(field.text(fields, "Created")), source, outcome=status,
        )  # fmt: skip


def _account(handle: str, owner: bool | None) -> Account:
    return Account(NAME, handle, "handle", handle, owner=owner)


def _is_group(key: str) -> bool:
    """A group is keyed by a UUID, a chat of two by the other's user name."""
    return re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", key) is not None


def _stated(text: str) -> Time | None:
    """`2024-04-20 01:29:22 UTC`; None where nothing or something else stands there."""
    return times.iso(text, clock="server") if _UTC.fullmatch(text.strip()) else None


def _created(fields: Table) -> Time | None:
    """The time stated, with the finer count beside it where both agree; which unit that is, its size says.

    Raises WrongShapeError where a time stands there that is none.
    """
    written = field.text(fields, "Created")
    stated = _stated(written)
    if written and stated is None:
        raise WrongShapeError(f"Created {written[:40]!a} is not of a known form")
    count = field.whole(fields, "Created(microseconds)")
    if not count:
        return stated
    per_second = 1_000_000 if abs(count) >= 10**14 else 1000 if abs(count) >= 10**11 else 1
    fine = times.epoch(count, per_second, clock="server")
    if stated is None or fine is None:
        return stated or fine
    away = times.utc_of(fine) - times.utc_of(stated)
    if abs(away.total_seconds()) < 1:
        unit = {1: "s", 1000: "ms", 1_000_000: "us"}[per_second]
        return msgspec.structs.replace(
            fine, agrees=(f"stated beside it: same second; the count is in {unit}",)
        )
    return msgspec.structs.replace(stated, agrees=(f"CONFLICT: the count beside it says {fine.at}",))
