"""Threads of Messenger and Instagram: their files in order, each message with its place."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import BinaryIO

import msgspec

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers import fields as field
from abusekit.importers.importer import Notes
from abusekit.importers.meta.attached import Files
from abusekit.importers.meta.copies import Copies
from abusekit.importers.meta.html_pages import page
from abusekit.importers.meta.html_threads import Pages
from abusekit.importers.meta.kinds import NUMBERED, head_of
from abusekit.importers.meta.messages import Reader, Thread
from abusekit.importers.meta.mojibake import Mender, spells_bytes
from abusekit.importers.meta.people import People
from abusekit.importers.model import Event, Flag, Message, Profile, Record
from abusekit.importers.spans.json_spans import JsonDamagedError, Value, scan
from abusekit.importers.spans.places import ref

BUFFERED = 64 << 20
"""Bytes of a file that is turned round at most: 10,000 messages take five to ten million."""

_PATTERNS = (("messages", "*"), ("participants", "*"), ("title",), ("threadName",), ("thread_path",))
_MESSAGE, _PARTICIPANT, _TITLE, _THREAD_NAME, _THREAD_PATH = range(5)
_KNOWN = frozenset(
    (
        "messages", "participants", "title", "threadName", "thread_path", "is_still_participant", "thread_type",
        "magic_words", "image", "joinable_mode", "description",
    )
)  # fmt: skip
_STAMP = re.compile(rb'(?<!\\)"timestamp(?:_ms)?"\s*:\s*(-?\d{1,18})\b')
_MARK = b"\xef\xbb\xbf"
_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")  # a page; all else is JSON, be it broken
_SECTION = re.compile(r"(?:^|/)messages/(\w+)/[^/]+/[^/]+$", re.ASCII)
_SECTIONS = frozenset(("inbox", "archived_threads", "message_requests", "filtered_threads", "e2ee_cutover"))


class Threads:
    """Reads the threads of one export, each file once; only one file is held at a time."""

    def __init__(self, export: Container, platform: str, owners: frozenset[str], notes: Notes) -> None:
        self._files = Files(export, notes)
        self._platform, self._owners, self._notes = platform, owners, notes
        self.read_any = False

    def read(self, members: list[Member]) -> Iterator[Record]:
        """All records, thread by thread in the order in which the export holds them, oldest message first.

        Files of a thread that hold newest messages first (all known ones do) are turned round, from the highest
        number to the lowest; a file of more than BUFFERED bytes is given in its own order, and told of.
        """
        groups: dict[str, list[Member]] = {}
        for member in members:
            numbered = NUMBERED.fullmatch(member.name)
            key = posixpath.dirname(member.path) + "/" if numbered else member.path
            groups.setdefault(key, []).append(member)
        for group in groups.values():
            pages = [member for member in group if _START.match(head_of(member))]
            files = [member for member in group if member not in pages]
            for record in self._thread(_ordered(files, _stamp), _ordered(pages, _shown)):
                self.read_any = True
                yield record

    def _thread(self, files: list[Member], pages: list[Member]) -> Iterator[Record]:
        reader = Pages(self._platform, self._owners, self._files, self._notes)
        given = (
            record for page in pages for record in reader.read(page, _conversation(page), _section(page, ""))
        )
        if not files:
            yield from given
            return
        copies = Copies()
        heads: list[Profile] = []
        for record in given:
            if isinstance(record, Message):
                copies.add(record)
            elif isinstance(record, Profile):
                heads.append(record)
            else:
                yield record
        silent: dict[str, Profile] = {}
        senders: set[str] = set()
        for record in self._files_of(files, silent):
            if pages:
                copies.join(record)
            if record.author is not None:
                senders.add(record.author.name)
            yield record
        for message in copies.left():
            message.flags = (*message.flags, "html_only")
            yield message
        if sentence := copies.sentence(_conversation(files[0])):
            self._notes.warn(sentence)
        for profile in heads:  # whom only the head of a page names
            silent.setdefault(profile.account.name, profile)
        yield from (profile for name, profile in silent.items() if name not in senders)

    def _files_of(self, files: list[Member], silent: dict[str, Profile]) -> Iterator[Message | Event]:
        seen: set[bytes] = set()
        for member in files:
            yield from self._file(member, seen, silent)

    def _file(
        self, member: Member, seen: set[bytes], silent: dict[str, Profile]
    ) -> Iterator[Message | Event]:
        try:
            if member.size > BUFFERED:
                yield from self._large(member, silent)
                return
            data = member.read(BUFFERED)
        except InputError as fault:
            self._notes.damaged.append(f"{member.path!a}: {fault.message}")
            return
        digest = hashlib.sha256(data).digest()
        if digest in seen:
            self._notes.warn(
                f"{member.path!a} stands twice in the export with the same bytes; it is counted once."
            )
            return
        seen.add(digest)
        bytewise = spells_bytes(data.removeprefix(_MARK))
        self._root_keys(data)
        values = list(self._scan(member, BytesIO(data), _PATTERNS))
        records = self._reader(member, values, bytewise, silent)
        messages = [value for value in values if value.pattern == _MESSAGE]
        stamps = [_value_stamp(value) for value in messages]
        known = [stamp for stamp in stamps if stamp is not None]
        if len(known) > 1 and known[0] > known[-1]:
            messages.reverse()
        yield from self._records(member, messages, records)

    def _large(self, member: Member, silent: dict[str, Profile]) -> Iterator[Message | Event]:
        self._notes.warn(
            f"{member.path!a} is too large to be turned round: its messages keep the file's order."
        )
        with member.open() as stream:
            heads = list(self._scan(member, stream, (("-",), *_PATTERNS[1:])))
        reader = self._reader(member, heads, False, silent)
        with member.open() as stream:
            yield from self._records(member, self._scan(member, stream, _PATTERNS[:1]), reader)

    def _records(
        self, member: Member, values: Iterator[Value] | list[Value], reader: Reader
    ) -> Iterator[Message | Event]:
        for value in values:
            self.read_any = True
            yield from reader.read(
                value.raw, ref(member.path, value.start, value.end, value.raw, value.pointer)
            )

    def _scan(
        self, member: Member, stream: BinaryIO, patterns: tuple[tuple[str, ...], ...]
    ) -> Iterator[Value]:
        try:
            yield from scan(stream, patterns)
        except JsonDamagedError as fault:
            self._notes.damaged.append(f"{member.path!a}: {fault.message}; what precedes it was read.")

    def _reader(
        self, member: Member, values: list[Value], bytewise: bool, silent: dict[str, Profile]
    ) -> Reader:
        texts: dict[int, str] = {}
        names: list[tuple[str, Value]] = []  # two may have the same
        for value in values:
            if value.pattern == _PARTICIPANT:
                name = _participant(value, bytewise)
                if name is None:
                    self._notes.damaged.append(
                        f"{member.path!a} {value.pointer}: a participant that is not understood."
                    )
                else:
                    names.append((name, value))
            elif value.pattern != _MESSAGE and value.raw.startswith(b'"'):
                texts.setdefault(value.pattern, _string(value, bytewise))
        path = texts.get(_THREAD_PATH, "")
        conversation = path or _conversation(member)
        shown = tuple(name for name, _ in names)
        people = People(self._platform, self._owners, shown)
        for name, value in names:
            if name and name not in silent:
                source = ref(member.path, value.start, value.end, value.raw, value.pointer)
                silent[name] = Profile(
                    people.account(name), source, "participant", {"conversation": conversation}
                )
        thread = Thread(
            conversation,
            texts.get(_TITLE, "") or texts.get(_THREAD_NAME, ""),
            shown,
            _section(member, path),
            _end_to_end(values),
        )
        return Reader(thread, member, people, self._files, self._notes, bytewise)

    def _root_keys(self, data: bytes) -> None:
        try:
            keys = msgspec.json.decode(data.removeprefix(_MARK), type=dict[str, msgspec.Raw]).keys()
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return  # told by `scan`
        for key in sorted(keys - _KNOWN)[:10]:
            self._notes.warn(f"Threads hold a field that this version does not know: {key[:40]!a}.")


def _end_to_end(values: list[Value]) -> bool:
    """Whether a file is of the schema of end-to-end encrypted chats: its first message says, or its head."""
    first = next((value.raw for value in values if value.pattern == _MESSAGE), b"")
    if b'"sender_name"' in first or b'"timestamp_ms"' in first:
        return False
    return b'"senderName"' in first or any(value.pattern == _THREAD_NAME for value in values)


def _participant(value: Value, bytewise: bool) -> str | None:
    if value.raw.startswith(b'"'):
        return _string(value, bytewise)
    try:
        return Mender(value.raw, bytewise)(field.text(field.record(value.raw), "name"))
    except field.UNREADABLE:
        return None


def _string(value: Value, bytewise: bool) -> str:
    try:
        text = field.record(b'{"":' + value.raw + b"}")[""]
    except field.UNREADABLE:
        return ""
    return Mender(value.raw, bytewise)(text) if isinstance(text, str) else ""


def _ordered(members: list[Member], stamp: Callable[[Member], str]) -> list[Member]:
    """From the highest number down, as the newest messages are in number 1; the other way where times say so."""
    if len(members) < 2:
        return members
    up = sorted(members, key=_number)
    first, last = stamp(up[0]), stamp(up[-1])
    return up if first and last and first < last else up[::-1]


def _number(member: Member) -> int:
    found = NUMBERED.fullmatch(member.name)
    return int(found[1]) if found else 0


def _stamp(member: Member) -> str:
    """The first time in the head of a file, in a form that sorts; no more than a hint for the order of files."""
    found = _STAMP.search(head_of(member))
    return f"{int(found[1]):020}" if found else ""


def _shown(member: Member) -> str:
    entries = page(head_of(member)).entries
    return entries[0].sent.at if entries else ""


def _value_stamp(value: Value) -> int | None:
    found = _STAMP.search(value.raw)
    return int(found[1]) if found else None


def _conversation(member: Member) -> str:
    """The thread's folder, which is its id in the path too (`inbox/<name>_<number>`); else the file's own name."""
    if NUMBERED.fullmatch(member.name) and (folder := posixpath.dirname(member.path)):
        return "/".join(folder.split("/")[-2:]) if _SECTION.search(member.path) else folder
    return f"/{member.path}".rpartition("/messages/")[2].removeprefix("/").rsplit(".", 1)[0]


def _section(member: Member, thread_path: str) -> tuple[Flag, ...]:
    """The box in which the thread lies, where it is not the inbox: unread requests and filtered threads."""
    found = _SECTION.search(member.path)
    section = found[1] if found else thread_path.split("/", 1)[0]
    return (f"section:{section}",) if section in _SECTIONS and section != "inbox" else ()
