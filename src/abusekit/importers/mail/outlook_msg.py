"""Outlook messages (`.msg`): a compound file of properties (MS-OXMSG, MS-CFB), read by python-oxmsg.

Outlook keeps the header lines as text, but not the mail as it was sent: a DKIM signature can no longer be checked.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError, MissingExtraError
from abusekit.importers import times
from abusekit.importers.importer import Notes
from abusekit.importers.mail import message, received
from abusekit.importers.mail.addresses import Address, account, addresses
from abusekit.importers.mail.headers import read_header, words
from abusekit.importers.media import media_type
from abusekit.importers.model import Account, Attachment, Check, Event, Message, Record, Time
from abusekit.importers.spans.html_events import text_of
from abusekit.importers.spans.places import ref
from abusekit.importers.spans.text_lines import whole

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "msg"
VERSION = 1
LIMITS = (
    *message.LIMITS,
    "An Outlook message file does not hold the mail as it was sent, so its DKIM signature cannot be checked: "
    "ask for the original (.eml, `Show original`).",
)
LARGEST = 64 << 20
"""Bytes of one file."""
MOST_STREAMS = 4_000
"""Entries of one file: a mail with a hundred attachments has about 3,000."""
MOST_TEXT = 1 << 20

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NAME_OF_MAIL = "__properties_version1.0".encode("utf-16-le")
_DAMAGED = (
    OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, ArithmeticError,
    LookupError, RecursionError, EOFError, MemoryError, NotImplementedError, StopIteration, struct.error,
)  # fmt: skip
"""What olefile and python-oxmsg raise on damaged files: they check little, and every reading can meet the damage."""
_PLATFORM = message.PLATFORM
_RECIPIENT_TYPE = 0x0C15
_SUBMITTED, _DELIVERED = 0x0039, 0x0E06
_MESSAGE_ID, _IN_REPLY_TO, _REFERENCES = 0x1035, 0x1042, 0x1039
_SHORT_NAME, _DISPLAY_NAME, _METHOD = 0x3704, 0x3001, 0x3705
_EMBEDDED = 5
_ROLES = {1: "to", 2: "cc", 3: "bcc"}
_Read = TypeVar("_Read")


def claim(export: Container) -> Sequence[Member]:
    """Compound files with the properties of a message in their directory; other Office files are none."""
    return [member for member in export.members if _is_message(member)]


def _is_message(member: Member) -> bool:
    """The directory of a compound file may stand anywhere, or be damaged: then the name decides."""
    head = member.head(65_536)
    if not head.startswith(_MAGIC):
        return False
    return _NAME_OF_MAIL in head or member.path.lower().endswith(".msg")


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """One record for each file. Raises MissingExtraError (python-oxmsg), InputError: no member could be read."""
    library = _library()
    fault: InputError | None = None
    done = 0
    for member in members:
        try:
            raw = member.read(LARGEST)
        except InputError as one:
            notes.damaged.append(f"{member.path!a}: {one.message}")
            fault = one
            continue
        done += 1
        yield _record(library, member.path, raw, notes)
    if fault is not None and not done:
        raise fault


def _library() -> ModuleType:
    try:
        import oxmsg
        import oxmsg.storage
    except ImportError as fault:
        raise MissingExtraError(
            "Outlook messages are read only with an extra that is not installed",
            "pip install 'abusekit[msg]'",
        ) from fault
    return oxmsg


def _record(library: ModuleType, path: str, raw: bytes, notes: Notes) -> Record:
    source = ref(path, 0, len(raw), raw)
    try:
        opened = _open(library, raw)
        found = _Outlook(opened, notes).record(source)
    except _DAMAGED as fault:
        notes.damaged.append(f"{path!a}: not readable as an Outlook message ({type(fault).__name__})")
    else:
        if any((found.author, found.text, found.title, found.sent, found.recipients, found.attachments)):
            return found
        notes.damaged.append(f"{path!a}: nothing that an Outlook message holds could be read")
    text = "an Outlook message that could not be read"
    return Event("unparsed", _PLATFORM, "", None, text, None, source)


def _open(library: ModuleType, raw: bytes) -> Any:
    """The message. ValueError where its directory claims more than the file can hold: many entries can name the same
    bytes, and all of them are read at once."""
    from olefile import OleFileIO

    with OleFileIO(raw) as ole:
        entries = ole.listdir(streams=True, storages=True)
        if len(entries) > MOST_STREAMS or max(map(len, entries), default=0) > 12:
            raise ValueError("more entries than a message has")
        if sum(ole.get_size(entry) for entry in entries if ole.get_type(entry) == 2) > len(raw) + (1 << 20):
            raise ValueError("more bytes than the file has")
        return library.Message(library.storage.Storage.from_ole(ole))


class _Outlook:
    """Reads one message property by property: a damaged one is left out and told of."""

    def __init__(self, opened: Any, notes: Notes) -> None:
        self.mail = opened
        self.notes = notes
        self.flags: list[str] = []

    def record(self, source: Any) -> Message:
        mail = self.mail
        transport = self._text(lambda: mail.properties.str_prop_value(0x007D))
        header = read_header(transport.replace("\r\n", "\n").encode("utf-8", "replace"))
        hops = received.hops(header, self.notes.owner if "@" in self.notes.owner else "")
        sent, delivered = self._time(_SUBMITTED, "claimed"), self._time(_DELIVERED, "server")
        if sent is None:
            self.flags.append("date_missing")
        sort = self._text(lambda: mail.message_class)
        if not sort.upper().startswith("IPM.NOTE"):
            self.flags.append(f"message_class:{sort[:60]}")  # a contact, an appointment, a report of delivery
        to, roles = self._recipients()
        body, steps = self._body()
        own = self._text(lambda: mail.properties.str_prop_value(_MESSAGE_ID)) or header.text("message-id")
        answered = self._text(lambda: mail.properties.str_prop_value(_IN_REPLY_TO))
        references = self._text(lambda: mail.properties.str_prop_value(_REFERENCES)).split()
        own, answered = " ".join(own.split()[:1]), " ".join(answered.split()[:1])
        checks = [Check("DKIM", "not_checked", _NO_DKIM), received.check(header, hops)]
        stated = (("delivered", delivered),) if delivered is not None else ()
        files = self._attachments()
        return Message(
            kind="email",
            platform=_PLATFORM,
            conversation=(references or [answered or own])[0],
            author=self._author(),
            text=body,
            sent=sent,
            source=source,
            steps=steps,
            title=self._text(lambda: mail.subject),
            native_id=own,
            recipients=tuple(to),
            times=(*stated, *received.instants(hops)),
            reply_to=answered,
            attachments=tuple(files),
            checks=tuple(checks),
            flags=tuple(dict.fromkeys((*self.flags, *received.flags(hops), *roles))),
        )

    def _try(self, read: Callable[[], _Read]) -> _Read | None:
        try:
            return read()
        except _DAMAGED:
            if "properties_damaged" not in self.flags:
                self.flags.append("properties_damaged")
            return None

    def _text(self, read: Callable[[], Any]) -> str:
        value = self._try(read)
        return whole(value)[0].strip("\0") if isinstance(value, str) else ""

    def _number(self, owner: Any, pid: int) -> int:
        value = self._try(lambda: owner.properties.int_prop_value(pid))
        return value if isinstance(value, int) else 0

    def _time(self, pid: int, clock: Any) -> Time | None:
        """A FILETIME: UTC by definition (MS-DTYP section 2.3.3)."""
        at = self._try(lambda: self.mail.properties.date_prop_value(pid))
        if not isinstance(at, datetime) or not times.in_years(at.year):
            return None
        utc = at.astimezone(UTC)
        return Time(utc.isoformat(), times.spelled(utc, "s") + "Z", "s", "epoch", clock)

    def _author(self) -> Account | None:
        sender = self._text(lambda: self.mail.sender)
        found = addresses(sender)
        owner = self.notes.owner if "@" in self.notes.owner else ""
        return account(found[0], "sender", owner=owner) if found else None

    def _recipients(self) -> tuple[list[Account], list[str]]:
        owner = self.notes.owner if "@" in self.notes.owner else ""
        found: list[Account] = []
        counts: dict[str, int] = {}
        for one in self._try(lambda: self.mail.recipients) or ():
            spec, name = self._named(one)
            if not spec and not name:
                continue
            role = _ROLES.get(self._number(one, _RECIPIENT_TYPE) & 0xF, "other")
            counts[role] = counts.get(role, 0) + 1
            found.append(
                account(Address(spec, "" if name.strip("'") == spec else name), "unknown", owner=owner)
            )
        if set(counts) <= {"to"}:
            return found, []
        return found, ["recipients:" + ",".join(f"{role}={count}" for role, count in counts.items())]

    def _named(self, one: Any) -> tuple[str, str]:
        return self._text(lambda: one.email_address), words(self._text(lambda: one.name))[0]

    def _body(self) -> tuple[str, tuple[str, ...]]:
        text = self._text(lambda: self.mail.body)
        steps: tuple[str, ...] = ()
        if not text.strip():
            html = self._text(lambda: self.mail.html_body)
            if html:
                text, steps = text_of(html[: 4 << 20].encode("utf-8", "replace")), ("html to text",)
            elif self._try(lambda: self.mail.properties.binary_prop_value(0x1009)):
                self.flags.append("only_rtf")  # compressed RTF (MS-OXRTFCP) is not read
        if len(text) > MOST_TEXT:
            text = text[:MOST_TEXT]
            self.flags.append("text_cut")
        return text.replace("\r\n", "\n"), steps

    def _attachments(self) -> list[Attachment]:
        return [self._attachment(one) for one in self._try(lambda: self.mail.attachments) or ()]

    def _attachment(self, one: Any) -> Attachment:
        name = self._text(lambda: one.file_name)
        for pid in (_SHORT_NAME, _DISPLAY_NAME):
            name = name or self._text(partial(one.properties.str_prop_value, pid))
        if self._number(one, _METHOD) == _EMBEDDED:
            note = "an Outlook message within the message; not unpacked"
            return Attachment(name, "present", media_type="application/vnd.ms-outlook", note=note)
        data = self._try(lambda: one.file_bytes)
        if not isinstance(data, bytes):
            return Attachment(name, "missing", note="named, but its bytes are not in the file")
        digest = hashlib.sha256(data).hexdigest()
        return Attachment(name, "present", media_type=media_type(data), sha256=digest, size=len(data))


_NO_DKIM = (
    "An Outlook message file does not hold the mail as it was sent, so no signature can be checked: "
    "ask for the original."
)
