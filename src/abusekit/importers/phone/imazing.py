"""iMazing: the CSV of messages or of WhatsApp chats that it takes out of an iPhone's backup.

All dates are wall-clock time of the computer that exported, without a zone (formats.md 3.8). Columns are read by name;
an export in another language than English is not known. Names are those of the phone's address book.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from abusekit.containers.container import Container, Member
from abusekit.importers.chats.records import content_type
from abusekit.importers.fields import unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import (
    Account,
    Attachment,
    Deletion,
    Edit,
    Event,
    IdKind,
    Message,
    Reaction,
    Record,
    Time,
)
from abusekit.importers.phone.local_dates import Order, local_date, order_of
from abusekit.importers.table_rows import Entry, columns, entries, unknown_flags

NAME = "imazing"
VERSION = 1
LIMITS = (
    "Times are those of a clock without a time zone: the zone of the device or computer has to be stated.",
    "It holds what the phone's backup held: messages deleted before that are not in it, and absence proves nothing.",
    "Names are those of the phone's own address book; what number or address wrote stands in the sender's id.",
    "The number of the phone's owner is not recorded.",
    "Nothing in it is signed: a CSV file can be edited, so keep the phone and its backup.",
)
_MUST = frozenset(("Chat Session", "Message Date", "Type", "Text"))
_KNOWN = _MUST | {
    "Delivered Date", "Read Date", "Sent Date", "Edited Date", "Deleted Date", "Service", "Sender ID", "Sender Name",
    "Status", "Forwarded", "Replying to", "Subject", "Reactions", "Attachment", "Attachment type", "Attachment info",
}  # fmt: skip
_DATES = ("Message Date", "Delivered Date", "Read Date", "Sent Date", "Edited Date", "Deleted Date")
_FURTHER = (("sent", "Sent Date"), ("delivered", "Delivered Date"), ("read", "Read Date"))
_WAYS: dict[str, Literal["in", "out", "unknown"]] = {"Incoming": "in", "Outgoing": "out"}
_USUAL = frozenset(("", "Read", "Received", "Sent", "Delivered"))


def claim(export: Container) -> Sequence[Member]:
    return [member for member in export.members if columns(member.head(65_536), _is_ours)]


def _is_ours(cells: Sequence[str]) -> bool:
    return set(cells) >= _MUST


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """Each row in file order."""
    files = _Files(export, notes)
    for member in members:
        header = columns(member.head(65_536), _is_ours)
        order = order_of(_dates(member))
        if order == "undecided":
            notes.warn(
                f"{member.path}: day and month of its dates can be read both ways; both readings are kept"
            )
        for entry in entries(member, notes, _is_ours):
            if entry.fault:
                yield unparsed("phone", "", entry.fault, entry.source)
            else:
                yield _Row(entry, _platform(header, entry.cells), order, files, member).record()


def _dates(member: Member) -> Iterator[str]:
    """All dates of a file, for the order of day and month; its faults are told when it is read."""
    for entry in entries(member, Notes(), _is_ours):
        for name in _DATES:
            if cell := entry.cells.get(name):
                yield cell


def _platform(header: Sequence[str], cells: dict[str, str]) -> str:
    """By the service of the row; only exports of WhatsApp have a column `Forwarded`."""
    if service := cells.get("Service", ""):
        return {"imessage": "imessage", "sms": "sms", "mms": "sms", "rcs": "sms"}.get(
            service.lower(), "phone"
        )
    return "whatsapp" if "Forwarded" in header else "phone"


class _Files:
    """The attachments that lie beside the table: by exactly their name, else by the end of just one name."""

    def __init__(self, export: Container, notes: Notes) -> None:
        self._notes = notes
        self._by_name: dict[tuple[str, str], Member] = {}
        self._by_end: dict[tuple[str, str], list[Member]] = {}
        for member in export.members:
            folder, _, name = member.path.rpartition("/")
            self._by_name[(folder, name)] = member
            # iMazing writes `2020-01-01 12 02 00 - Bob McRoy - image.jpg`
            if " - " in name:
                self._by_end.setdefault((folder, name.rpartition(" - ")[2]), []).append(member)

    def attachment(self, table: Member, name: str, note: str) -> Attachment:
        folder = table.path.rpartition("/")[0]
        found = self._by_name.get((folder, name))
        ends = self._by_end.get((folder, name), [])
        if found is None and len(ends) == 1:
            found = ends[0]
        if found is None:
            return Attachment(name, "missing", note=note)
        self._notes.read_members.add(found.path)
        return Attachment(name, "present", found.path, content_type(found), size=found.size, note=note)


class _Row:
    def __init__(self, entry: Entry, platform: str, order: Order, files: _Files, table: Member) -> None:
        self.cells = entry.cells
        self.entry = entry
        self.platform = platform
        self.order = order
        self.files = files
        self.table = table

    def record(self) -> Record:
        cells = self.cells
        way = _WAYS.get(cells["Type"], "unknown")
        sent = self._time("Message Date", "sender" if way == "out" else "receiver")
        if cells["Type"] == "Notification":
            return Event(
                "notice", self.platform, cells["Chat Session"], self._sender(), cells["Text"], sent,
                self.entry.source, flags=unknown_flags(cells, _KNOWN),
            )  # fmt: skip
        kind: Literal["sms", "message"] = "sms" if self.platform == "sms" else "message"
        message = Message(
            kind,
            self.platform,
            cells["Chat Session"],
            self._author(way),
            cells["Text"],
            sent,
            self.entry.source,
        )
        message.direction, message.steps = way, self.entry.steps
        message.title = cells.get("Subject", "")
        message.times = tuple(
            (name, time) for name, column in _FURTHER if (time := self._time(column, "receiver")) is not None
        )
        self._changes(message)
        self._what_hangs_on(message)
        message.flags = self._flags(way, sent)
        return message

    def _changes(self, message: Message) -> None:
        if self.cells.get("Edited Date"):
            message.edited = Edit("yes", self._time("Edited Date", "receiver"))
        if self.cells.get("Deleted Date"):
            message.deleted = Deletion("unknown", self._time("Deleted Date", "receiver"))
        message.reply_to = self.cells.get("Replying to", "")

    def _what_hangs_on(self, message: Message) -> None:
        cells = self.cells
        if name := cells.get("Attachment", ""):
            note = ", ".join(filter(None, (cells.get("Attachment type"), cells.get("Attachment info"))))
            message.attachments = (self.files.attachment(self.table, name, note),)
        if reactions := cells.get("Reactions", ""):
            message.reactions = (Reaction(reactions),)

    def _flags(self, way: str, sent: Time | None) -> tuple[str, ...]:
        cells = self.cells
        flags = []
        if sent is None:
            flags.append("date_not_read")
        if way == "unknown":
            flags.append(f"unknown_type:{cells['Type'][:40]}")
        if cells.get("Forwarded", "") not in ("", "No"):
            flags.append("forwarded")
        if cells.get("Status", "") not in _USUAL:
            flags.append(f"status:{cells['Status'][:40]}")
        return (*flags, *unknown_flags(cells, _KNOWN))

    def _author(self, way: str) -> Account | None:
        return Account(self.platform, owner=True) if way == "out" else self._sender()

    def _sender(self) -> Account | None:
        identity, name = self.cells.get("Sender ID", ""), self.cells.get("Sender Name", "")
        if not identity and not name:
            return None
        kind: IdKind = "email" if "@" in identity else "phone" if identity else "display_name"
        named = name if name != identity else ""
        return Account(
            self.platform, identity or name, kind, "", named, "contact_book" if named else "unknown"
        )

    def _time(self, column: str, clock: Literal["sender", "receiver"]) -> Time | None:
        cell = self.cells.get(column, "")
        return local_date(cell, self.order, clock) if cell else None
