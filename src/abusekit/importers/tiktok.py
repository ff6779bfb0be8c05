"""TikTok "Download your data": direct messages, comments, blocked people, followers; as JSON, messages also as text.

Section names changed in March 2025 and before (vantezzen/wrapped #10): sections are found by the names of their
lists, which did not. Layouts: abrignoni/RLEAPP `tikTokArchiveJson.py`, d3i-infra/data-donation-task; of the text
form the public parsers of `>>> Chat History with X::`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from abusekit.containers.container import HEAD, Container, Member
from abusekit.errors import InputError
from abusekit.importers import fields as field
from abusekit.importers import times
from abusekit.importers.fields import UNREADABLE, Table, WrongShapeError
from abusekit.importers.importer import Notes
from abusekit.importers.meta.attached import links_in, secret
from abusekit.importers.model import (
    Account,
    Attachment,
    Event,
    Flag,
    Message,
    Profile,
    Record,
    SourceRef,
    Time,
)
from abusekit.importers.spans.json_spans import JsonDamagedError, Pattern, Value, paths, scan
from abusekit.importers.spans.places import ref
from abusekit.importers.spans.text_lines import decode, lines

NAME = "tiktok"
VERSION = 1
LIMITS = (
    "Times bear no time zone; they are read as UTC, which is TikTok's custom and is not said in the file.",
    "Messages and comments have no number of their own, and people only a handle, which can be changed.",
    "Videos and photos that were sent are not in the export, only links to them.",
    "Comments that others wrote are not in the export, only those of its owner.",
    "The list of blocked people holds those that are blocked today, not those that once were.",
)

_SECTIONS: tuple[tuple[str, Pattern], ...] = (
    ("message", ("Direct Message", "*", "*", "*", "*")),
    ("message", ("Direct Messages", "*", "*", "*", "*")),
    ("comment", ("*", "Comments", "CommentsList", "*")),
    ("comment", ("Comment", "CommentsList", "*")),
    ("BlockList", ("*", "*", "BlockList", "*")),
    ("FansList", ("*", "*", "FansList", "*")),
    ("Following", ("*", "*", "Following", "*")),
    ("login", ("*", "*", "LoginHistoryList", "*")),
)
_PROFILE: tuple[Pattern, ...] = (("*", "*", "ProfileMap"),)
_MESSAGE = frozenset(("Date", "From", "Content"))
_COMMENT = frozenset(("date", "comment", "photo", "url"))
_PERSON = frozenset(("Date", "UserName"))
_LOGIN = frozenset(("Date", "IP", "DeviceModel", "DeviceSystem", "NetworkType", "Carrier"))
_CHAT = re.compile(r"Chat History with (.*?):*", re.DOTALL)
_TEXT_CHAT = re.compile(rb">>> Chat History with ([^\r\n]*?):*[ \t]*(?:\r?\n|\Z)")
_TEXT_MARK = re.compile(rb"^>>> Chat History with [^\r\n]*:", re.MULTILINE)
_TEXT_MESSAGE = re.compile(rb"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: UTC)?) ([^\s:]{1,64}): ?")
_MOST = 16 << 20
_NOTHING = ("", "N/A")


def claim(export: Container) -> Sequence[Member]:
    """`user_data_tiktok.json` (and its older names) by its sections; text files that hold a chat by its heading."""
    return [member for member in export.members if _kind(member)]


def _kind(member: Member) -> Literal["json", "text", ""]:
    try:
        head = member.head(HEAD)
    except InputError:
        return ""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start != b"{":
        return (
            "text"
            if b">>> Chat History with " in head and _TEXT_MARK.search(head.removeprefix(b"\xef\xbb\xbf"))
            else ""
        )
    if (
        b"Tik" not in head
        and b"ChatHistory" not in head
        and b"CommentsList" not in head
        and b'"ProfileMap"' not in head
    ):
        return ""
    seen = paths(head)
    ends = {path.rsplit("/", 1)[1] for path in seen if 2 <= path.count("/") <= 3}
    if ends & {"ChatHistory", "CommentsList", "BlockList", "FansList", "ProfileMap"}:
        return "json"
    known = {
        "/Your Activity",
        "/App Settings",
        "/Tiktok Live",
        "/Direct Message",
        "/Profile And Settings",
        "/Activity",
    }
    return "json" if len(seen & known) >= 3 else ""


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """The owner's profile, then all sections in the file's own order (chats are newest first in most exports).

    Raises InputError where nothing could be read.
    """
    given = False
    reader = _Reader(notes)
    kinds = [(member, _kind(member)) for member in members]
    for member, kind in sorted(kinds, key=lambda one: one[1] != "json"):
        for record in reader.text(member) if kind == "text" else reader.json(member):
            given = True
            yield record
    if any(kind == "text" for _, kind in kinds):
        notes.limit(
            "Of an export in the form of text files only the direct messages are read; order it as JSON."
        )
    if not given and notes.damaged:
        raise InputError(
            "nothing could be read from this TikTok export", "order it again, in the format JSON"
        )


class _Reader:
    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._owner: Account | None = _account(notes.owner, notes.owner) if notes.owner else None

    def json(self, member: Member) -> Iterator[Record]:
        kinds: tuple[str, ...] = ("profile",)
        for wanted in (_PROFILE, tuple(pattern for _, pattern in _SECTIONS)):
            try:
                with member.open() as stream:
                    for value in scan(stream, wanted):
                        yield from self._value(member, value, kinds[value.pattern])
            except JsonDamagedError as fault:
                if wanted is not _PROFILE:
                    self._notes.damaged.append(
                        f"{member.path!a}: {fault.message}; what precedes it was read."
                    )
            except InputError as fault:
                self._notes.damaged.append(f"{member.path!a}: {fault.message}")
                return
            kinds = tuple(kind for kind, _ in _SECTIONS)

    def _value(self, member: Member, value: Value, kind: str) -> Iterator[Record]:
        if value.raw in (b"null", b"[]", b"{}"):
            return  # a section without data
        source = ref(member.path, value.start, value.end, value.raw, value.pointer)
        conversation = _conversation(value.pointer) if kind == "message" else ""
        try:
            fields = field.record(value.raw)
            if kind == "message":
                record: Record = self._message(fields, conversation, source)
            elif kind == "profile":
                record = self._profile(fields, source)
            elif kind == "comment":
                record = self._comment(fields, source)
            else:
                record = self._event(kind, fields, source)
            if isinstance(record, Message):
                record.steps = field.replaced(value.raw)
        except UNREADABLE as fault:
            record = field.unparsed(NAME, conversation, fault, source)
        yield record

    def _message(self, fields: Table, conversation: str, source: SourceRef) -> Message:
        sent, flags = _time(fields, "Date")
        return self._said(
            field.text(fields, "From"), field.text(fields, "Content"), sent, conversation, source,
            (*flags, *field.unknown(fields, _MESSAGE)),
        )  # fmt: skip

    def _said(
        self,
        sender: str,
        text: str,
        sent: Time | None,
        conversation: str,
        source: SourceRef,
        flags: tuple[Flag, ...],
    ) -> Message:
        owner = self._owner.handle if self._owner is not None else ""
        direction: Literal["in", "out", "unknown"] = "unknown"
        recipients: tuple[Account, ...] = ()
        if owner and sender:
            direction = "out" if sender == owner else "in"
            if direction == "out" and conversation:
                recipients = (_account(conversation, owner),)
            elif self._owner is not None and sender == conversation:
                recipients = (self._owner,)
        author = _account(sender, owner) if sender else None
        return Message(
            "message", NAME, conversation, author, text, sent, source, recipients=recipients,
            direction=direction, urls=links_in(text), flags=flags,
        )  # fmt: skip

    def _comment(self, fields: Table, source: SourceRef) -> Message:
        """A comment of the owner; old exports write the keys with capitals."""
        if len({key.lower() for key in fields}) != len(fields):
            raise WrongShapeError("A key stands twice in a comment")
        fields = {key.lower(): value for key, value in fields.items()}
        sent, flags = _time(fields, "date")
        photo, url = field.text(fields, "photo"), field.text(fields, "url")
        return Message(
            "comment", NAME, "", self._owner, field.text(fields, "comment"), sent, source, direction="out",
            attachments=() if photo in _NOTHING else (Attachment(photo, "not_exported", note="photo"),),
            urls=() if url in _NOTHING else (url,), flags=(*flags, *field.unknown(fields, _COMMENT)),
        )  # fmt: skip

    def _event(self, kind: str, fields: Table, source: SourceRef) -> Event:
        sent, flags = _time(fields, "Date")
        if kind == "login":
            if field.text(fields, "IP") not in _NOTHING:
                secret(self._notes, "IP address", f"{source.member} …/LoginHistoryList/…/IP")
            words = " ".join(field.text(fields, key) for key in ("DeviceModel", "DeviceSystem"))
            flags = (*flags, *field.unknown(fields, _LOGIN))
            return Event("login", NAME, "", self._owner, words.strip(), sent, source, flags=flags)
        handle = field.text(fields, "UserName")
        if not handle:
            raise WrongShapeError("UserName is missing in a list of people")
        person = _account(handle, self._owner.handle if self._owner is not None else "")
        author, target = (person, self._owner) if kind == "FansList" else (self._owner, person)
        flags = (*flags, *field.unknown(fields, _PERSON))
        what: Literal["block", "follow"] = "block" if kind == "BlockList" else "follow"
        return Event(what, NAME, "", author, kind, sent, source, target, flags=flags)

    def _profile(self, fields: Table, source: SourceRef) -> Profile:
        handle = field.text(fields, "userName")
        if not handle:
            raise WrongShapeError("userName is missing in the profile")
        for key, kind in (("emailAddress", "owner's e-mail"), ("telephoneNumber", "owner's phone")):
            if field.text(fields, key) not in _NOTHING:
                secret(self._notes, kind, f"{source.member} {source.at}/{key}")
        bio = field.text(fields, "bioDescription")
        self._owner = _account(handle, handle)
        return Profile(self._owner, source, "owner", {} if bio in _NOTHING else {"bio": bio})

    def text(self, member: Member) -> Iterator[Record]:
        """Direct messages as text: `>>> Chat History with X::`, then `2024-02-01 22:15:30 UTC name: text`.

        What follows a message without being one belongs to it, as messages may have several lines; so a message can
        hold a line that looks like another. Where the clock turns round, `boundary_ambiguous` says so.
        """
        self._notes.limit(
            "In the text form a line within a message can look like the start of another message; JSON leaves no doubt."
        )
        chat = _Chat(member.path)
        ended = True
        try:
            with member.open() as stream:
                for at, line in lines(stream):
                    if at == 0 and line.startswith(b"\xef\xbb\xbf"):
                        at, line = 3, line[3:]  # noqa: PLW2901 - the mark is no part of the line
                    begins = _TEXT_CHAT.fullmatch(line) or _TEXT_MESSAGE.match(line) if ended else None
                    if begins is not None or chat.size > _MOST:
                        yield from self._flush(chat)
                    chat.add(at, line)
                    ended = line.endswith(b"\n")
        except InputError as fault:
            self._notes.damaged.append(f"{member.path!a}: {fault.message}")
        yield from self._flush(chat)

    def _flush(self, chat: _Chat) -> Iterator[Record]:
        start, raw = chat.take()
        if not raw:
            return
        heading = _TEXT_CHAT.match(raw)
        if heading is not None:
            chat.name, chat.times = decode(heading[1])[0], []
            start, raw = start + heading.end(), raw[heading.end() :]
            rest = raw.lstrip()
            start, raw = start + len(raw) - len(rest), rest
            if not raw:
                return
        source = ref(chat.member, start, start + len(raw), raw, f"byte {start}")
        found = _TEXT_MESSAGE.match(raw)
        sent = None if found is None else times.iso(found[1].decode(), clock="server", unzoned="convention")
        if found is None or sent is None:
            yield field.unparsed(NAME, chat.name, "Text that belongs to no message.", source)
            return
        text, steps = decode(raw[found.end() :])
        flags = ("boundary_ambiguous",) if chat.turns(sent.at) else ()
        message = self._said(found[2].decode("utf-8", "replace"), text, sent, chat.name, source, flags)
        message.steps = steps
        yield message


class _Chat:
    """The lines that are not given yet, and the chat that they are of."""

    def __init__(self, member: str) -> None:
        self.member = member
        self.name = ""
        self.times: list[str] = []
        self.size = 0
        self._start = 0
        self._lines: list[bytes] = []

    def add(self, at: int, line: bytes) -> None:
        if not self._lines:
            if not line.strip():
                return
            self._start = at
        self._lines.append(line)
        self.size += len(line)

    def take(self) -> tuple[int, bytes]:
        """Where they begin, and their bytes without the white space at their end."""
        raw = b"".join(self._lines).rstrip()
        self._lines, self.size = [], 0
        return self._start, raw

    def turns(self, at: str) -> bool:
        """Whether this time goes against the order of the chat, which its first two different times set."""
        if self.times and self.times[-1] == at:
            return False
        if len(self.times) < 2:
            self.times.append(at)
            return False
        falls = self.times[1] < self.times[0]
        if (at < self.times[-1]) == falls:
            self.times[2:] = [at]
            return False
        return True


def _account(handle: str, owner: str) -> Account:
    return Account(NAME, handle, "handle", handle, owner=handle == owner if owner else None)


def _conversation(pointer: str) -> str:
    key = pointer.split("/")[4].replace("~1", "/").replace("~0", "~")
    found = _CHAT.fullmatch(key)
    return found[1] if found else key


def _time(fields: Table, key: str) -> tuple[Time | None, tuple[Flag, ...]]:
    written = field.text(fields, key)
    if written in _NOTHING:
        return None, ("no_time",)
    time = times.iso(written, clock="server", unzoned="convention")
    if time is None:
        raise WrongShapeError(f"{key} {written[:40]!a} is not of a known form")
    return time, ()
