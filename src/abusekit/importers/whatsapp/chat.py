"""WhatsApp's exported chat → messages and events.

A message's bytes are those from its header (marks of direction included) to before its last line end, so that the
same message has the same hash in an export that goes on and in one that ends with it. Times are of the phone's clock
and zone at the moment of export, which no export records; `day_order` tells how dates are read, `entries` what is
done with lines that only look like headers, `authors` what the names are worth.

Facts: formats.md 3.1; threads Pustur/whatsapp-chat-parser #224, #237, #248, whatstk #140, mtln/chat-export #4,
TelegramTools/TLImporter #10; linuswillner/whatsapp-export-inconsistencies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from abusekit.containers.container import HEAD, Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Attachment, Deletion, Edit, Event, Message, Record, SourceRef
from abusekit.importers.spans.places import ref
from abusekit.importers.spans.text_lines import decode, encoding_of
from abusekit.importers.whatsapp.authors import account, look_alikes
from abusekit.importers.whatsapp.bodies import Body, read_body
from abusekit.importers.whatsapp.chat_lines import HEADER_STARTS, line_end_width
from abusekit.importers.whatsapp.day_witness import decide
from abusekit.importers.whatsapp.entries import Entries, Entry
from abusekit.importers.whatsapp.header import HeaderReader
from abusekit.importers.whatsapp.labels import unmarked
from abusekit.importers.whatsapp.media import attachment
from abusekit.importers.whatsapp.notices import Notice, notice_kind, title_of
from abusekit.importers.whatsapp.survey import Survey, survey

NAME = "whatsapp"
VERSION = 1
LIMITS = (
    "The export gives times as the phone showed them, and does not record the phone's time zone.",
    "A person can type lines that look like messages of somebody else; made well enough, they cannot be told apart, "
    "so compare the chat on the phone where it matters.",
    "A person can type the words that WhatsApp uses for deleted, edited or left out messages and for calls.",
    "Names come from the phone's address book or were chosen by their bearers; they do not prove who wrote.",
    "The export has no identifiers of messages, and no reactions, replies, receipts or forwarding marks.",
    "Members of a group who never wrote are not shown, nor is what was deleted for the exporter alone.",
    "Texts of deleted messages, earlier texts of edited ones and media seen once are not in the export.",
    "Long chats are cut: about 40,000 messages are exported without media, about 10,000 with media.",
)
WITHOUT_MEDIA, WITH_MEDIA = 40_000, 10_000
"""Messages that an export holds at most, as WhatsApp's help says (TelegramTools/TLImporter #10)."""
_NEAR = 0.98
_MOST_ACCOUNTS = 20_000
_LINES_OF_HEAD = 2_000


def claim(export: Container) -> Sequence[Member]:
    """Text files whose first line that is not blank begins an entry, or whose lines begin entries mostly."""
    return [member for member in export.members if _is_chat(member)]


def _is_chat(member: Member) -> bool:
    try:
        head = member.head(HEAD)
    except InputError:
        return False
    marked = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not head or (b"\0" in head and not marked):
        return False
    text, _ = decode(head, encoding_of(head) if marked else "utf-8")
    lines = [line for line in text.lstrip("\ufeff").split("\n")[:_LINES_OF_HEAD] if line.strip()]
    reader = HeaderReader()
    found = [reader.read(line) if line[:1] in HEADER_STARTS else None for line in lines]
    count = sum(header is not None for header in found)
    if not count or not (found[0] or (count >= 3 and count * 3 >= len(found))):
        return False
    style = next(header for header in found if header is not None).style
    # `[2019-12-24, 12:23] Name: …`, year first, no seconds, no marks, is what sigexport writes of Signal
    return not (style.bracket and style.widths[0] == "4" and not style.clock[1] and "\u200e" not in text)


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """The entries of each chat file in its own order.

    Raises InputError where nothing of any member could be read.
    """
    by_path = {member.path: member for member in export.members}
    fault: InputError | None = None
    any_read = False
    for member in members:
        reader = HeaderReader()
        try:
            facts = survey(member, reader)
            facts.decided = decide(member, facts, reader, by_path)
        except InputError as error:
            fault = fault or error
            notes.damaged.append(f"{member.path}: {error}")
            continue
        any_read = True
        yield from _Chat(export, member, facts, reader, by_path, notes).records()
    if fault is not None and not any_read:
        raise fault


@dataclass(slots=True)
class _Chat:
    """One chat file being read."""

    export: Container
    member: Member
    facts: Survey
    reader: HeaderReader
    by_path: Mapping[str, Member]
    notes: Notes
    title: str = ""
    width: int = 1
    # bytes of each sign of a line end
    messages: int = 0
    attached: int = 0
    absent: int = 0
    accounts: dict[str, Account] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    alike: frozenset[str] = frozenset()
    # names as written that look like another

    def records(self) -> Iterator[Record]:
        self.title = conversation(self.export, self.member)
        self.width = line_end_width(self.member)
        self.alike = look_alikes(self.facts.authors)
        entries = Entries(self.member, self.facts, self.reader)
        try:
            for entry in entries:
                record = self._record(entry)
                if record is not None:
                    yield record
        except InputError as fault:
            self.notes.damaged.append(f"{self.member.path}: {fault}")
        self._tell(entries.doubtful)

    def _record(self, entry: Entry) -> Record | None:
        raw, written = entry.content(self.width)
        source = ref(self.member.path, entry.start, entry.start + len(raw), raw)
        if entry.header is None or entry.moment is None:
            return self._unparsed(entry, raw, source)
        text = written.replace("\r\n", "\n") if "\r" in written else written
        flags = (
            self._flags(entry)
            if entry.doubts or entry.moment.impossible_hour or not entry.moment.time
            else ()
        )
        if not entry.header.name:
            notice = notice_kind(unmarked(text)) or Notice("system", "")
            return self._event(entry, source, notice, text, None, flags)
        author = self._account(entry.header.name)
        if entry.header.name in self.alike:
            flags += ("name_looks_like_another",)
        body = read_body(text, entry.header.name, self.title, marks=self.facts.marks_labels)
        if body.notice is not None:
            return self._event(entry, source, body.notice, text, author, flags + body.flags)
        return self._message(entry, source, written, body, author, flags + body.flags)

    def _flags(self, entry: Entry) -> tuple[str, ...]:
        flags = tuple(f"boundary_ambiguous:{offset}" for offset in entry.doubts)
        if entry.moment is not None and entry.moment.impossible_hour:
            flags += ("impossible_hour",)
        if entry.moment is not None and entry.moment.time is None:
            flags += ("calendar_not_read",)
            self.counts["calendar_not_read"] += 1
        return flags

    def _unparsed(self, entry: Entry, raw: bytes, source: SourceRef) -> Event | None:
        if not raw.strip() and not entry.too_long:
            return None  # blank lines before the first entry
        why = "Longer than any message." if entry.too_long else "Stands before the first message."
        return Event("unparsed", NAME, self.title, None, why, None, source, title=self.title)

    def _event(
        self,
        entry: Entry,
        source: SourceRef,
        notice: Notice,
        text: str,
        author: Account | None,
        flags: tuple[str, ...],
    ) -> Event:
        if author is not None and notice.kind in ("notice", "security_code"):
            flags += ("notice_under_a_name",)
        return Event(
            notice.kind,
            NAME,
            self.title,
            author,
            unmarked(text),
            entry.moment.time if entry.moment else None,
            source,
            target=account(notice.target, self.notes.owner) if notice.target else None,
            title=self.title,
            duration_s=notice.duration_s,
            outcome=notice.outcome,
            flags=flags,
        )

    def _message(
        self,
        entry: Entry,
        source: SourceRef,
        written: str,
        body: Body,
        author: Account,
        flags: tuple[str, ...],
    ) -> Message:
        self.messages += 1
        attachments: tuple[Attachment, ...] = ()
        if body.medium is not None:
            one = attachment(body.medium, self.member.path[: -len(self.member.name)], self.by_path)
            attachments = (one,)
            self.attached += one.state != "omitted"
            self.absent += one.state == "missing"
            if one.member:
                self.notes.read_members.add(one.member)
        if body.poll or body.location:
            self.counts["polls"] += body.poll
            self.counts["locations"] += body.location
        return Message(
            "message",
            NAME,
            self.title,
            author,
            body.text,
            entry.moment.time if entry.moment else None,
            source,
            text_raw=written if written != body.text else None,
            steps=(*entry.steps(), "CR LF to LF") if "\r\n" in written else entry.steps(),
            title=self.title,
            direction="unknown" if author.owner is None else "out" if author.owner else "in",
            edited=Edit("yes") if body.edited else None,
            deleted=Deletion(body.deleted) if body.deleted else None,
            attachments=attachments,
            flags=flags,
        )

    def _account(self, name: str) -> Account:
        known = self.accounts.get(name)
        if known is None:
            if len(self.accounts) >= _MOST_ACCOUNTS:
                self.accounts.clear()
            known = self.accounts[name] = account(name, self.notes.owner)
        return known

    def _tell(self, doubtful: int) -> None:
        """What the person has to know of this file."""
        path = self.member.path
        notes = self.notes
        notes.counts.update({name: count for name, count in self.counts.items() if count})
        notes.counts["participants"] += len(self.facts.authors)
        if doubtful:
            notes.warn(
                f"{path}: {doubtful} lines look like the beginning of a message and may be text that somebody typed "
                "(flag boundary_ambiguous); compare them with the phone"
            )
        if self.facts.headers and self.facts.style is None:
            notes.warn(
                f"{path}: headers are written in several forms, which no single export does; dates are read one by one"
            )
        if self.facts.decided is not None and self.facts.decided.alone:
            notes.warn(
                f"{path}: one line alone speaks for an order of day and month, and may be typed; the order is undecided"
            )
        if self.alike:
            shown = ", ".join(ascii(name[:40]) for name in sorted(self.alike)[:5])
            notes.warn(
                f"{path}: {len(self.alike)} names hold invisible characters and look like another name "
                f"(flag name_looks_like_another): {shown}"
            )
        if self.counts["calendar_not_read"]:
            notes.warn(
                f"{path}: {self.counts['calendar_not_read']} dates are not of a calendar that is read here"
            )
        if self.absent:
            notes.warn(f"{path}: {self.absent} attached files that it names are not in this export")
        if notes.owner and not any(known.owner for known in self.accounts.values()):
            notes.warn(f"{path}: nobody in it is called {notes.owner!a}")
        self._tell_limit()

    def _tell_limit(self) -> None:
        most = WITH_MEDIA if self.attached else WITHOUT_MEDIA
        if self.messages >= most * _NEAR:
            self.notes.warn(
                f"{self.member.path}: {self.messages:,} messages are near the most that WhatsApp exports "
                f"({most:,} {'with' if self.attached else 'without'} media); older ones may be missing, "
                "so export the chat once with media and once without"
            )


def conversation(export: Container, member: Member) -> str:
    """The chat's name in the name of the file, or of the archive or folder that it stands in; else the file's name."""
    parts = [*member.path.replace("!/", "/").split("/")[::-1], export.name]
    for part in parts:
        stem = part[:-4] if part[-4:].lower() in (".txt", ".zip") else part
        found = title_of(stem)
        if found:
            return found
    stems = [part[:-4] if part[-4:].lower() in (".txt", ".zip") else part for part in parts]
    return next((stem for stem in stems if stem not in ("_chat", "")), "_chat")
