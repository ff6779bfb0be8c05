"""SMS Backup & Restore (SyncTech): `<smses>` and `<calls>`, as the app writes them on an Android phone.

Fields as in the app's own description (synctech.com.au, "Fields in XML Backup Files") and Android's
`Telephony.Sms`, `Telephony.Mms` and `CallLog.Calls`. `date` is the phone's clock in milliseconds since 1970: when it
sent, or when it received. `date_sent` is the clock of the sender's service centre, in milliseconds for SMS and in
seconds for MMS. Nothing in the file proves that a sender's number is genuine, or that nobody edited the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Record, SourceRef
from abusekit.importers.phone.sms_records import OWNER_CALL, Phone, call, mms, sms
from abusekit.importers.phone.xml_elements import Element, elements, root_of

NAME = "sms-backup"
VERSION = 1
LIMITS = (
    "An app on the phone made the file and nothing in it is signed: keep the phone, so that it can be compared.",
    "A sender can forge the number or the name of a text message or a call; the file holds what the phone showed.",
    "What was deleted on the phone before the backup is not in it; that something is absent proves nothing.",
    "Names are those of the phone's own address book, not names that a sender chose.",
    "The number of the phone's owner is not recorded; for messages and calls of the owner it has to be stated.",
    "Messages of other apps (WhatsApp, Signal, Messenger) are not in it, nor are all RCS chats.",
)
_ROOTS = ("smses", "calls")
_SHOWN_REPAIRS = 20

__all__ = ["LIMITS", "NAME", "OWNER_CALL", "VERSION", "claim", "read"]


def claim(export: Container) -> Sequence[Member]:
    """The files whose root element is `smses` or `calls`."""
    return [member for member in export.members if root_of(member.head(65_536)) in _ROOTS]


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """Each message and each call in file order; overlapping backups give the same message again.

    Raises InputError where none of the members can be read (a DOCTYPE, an encoding other than UTF-8).
    """
    refused: list[InputError] = []
    for member in members:
        try:
            yield from _File(member.path, notes).records(member)
        except InputError as fault:
            refused.append(fault)
            notes.damaged.append(f"{member.path}: {fault.message}")
    if refused and len(refused) == len(members):
        raise refused[0]


class _File:
    def __init__(self, path: str, notes: Notes) -> None:
        self.path = path
        self.notes = notes
        self.phone = Phone(path, notes)
        self._stated = ""
        self._root = ""
        self._found = 0
        self._repairs = 0

    def records(self, member: Member) -> Iterator[Record]:
        with member.open() as stream:
            for element in elements(stream):
                if element.repairs:
                    self._note_repairs(element)
                if element.number == 0 and element.name:
                    self._root = element.name
                    self._stated = element.attributes.get("count", "")
                    if element.name not in _ROOTS:
                        raise InputError(f"the root element is {element.name[:40]!a}, not smses or calls")
                elif element.end > element.start:
                    yield self._record(element)
                else:
                    self._note_fault(element)
        self._finish()

    def _record(self, element: Element) -> Record:
        where = SourceRef(self.path, element.start, element.end, element.sha256, f"element {element.number}")
        if element.name == "sms":
            record = sms(element, where, self.phone)
        elif element.name == "mms":
            record = mms(element, where, self.phone)
        elif element.name == "call":
            record = call(element, where, self.phone)
        else:
            return self._unparsed(element, where)
        self._found += 1
        return record

    def _unparsed(self, element: Element, where: SourceRef) -> Event:
        if element.fault:
            self._note_fault(element)
            text = f"From here on the file could not be read: {element.fault}."
        elif element.name:
            text = f"An element <{element.name[:40]}> is not known in this format."
        else:
            text = "Between two records stands something that is no record."
        platform = "phone" if self._root == "calls" else "sms"
        return Event("unparsed", platform, "", None, text, None, where)

    def _note_fault(self, element: Element) -> None:
        self.notes.damaged.append(f"{self.path}: {element.fault}; what precedes it was read")

    def _note_repairs(self, element: Element) -> None:
        for repair in element.repairs:
            self._repairs += 1
            self.notes.counts[repair.what] += 1
            if self._repairs <= _SHOWN_REPAIRS:
                self.notes.repairs.append(f"{self.path}, byte {repair.offset}: {repair.what}")

    def _finish(self) -> None:
        if self._repairs > _SHOWN_REPAIRS:
            more = self._repairs - _SHOWN_REPAIRS
            self.notes.repairs.append(
                f"{self.path}: {more} further places were mended in the copy that was read"
            )
        if self._stated and self._stated != str(self._found):
            self.notes.warn(
                f"{self.path}: the file states {self._stated[:20]} entries, and {self._found} were found in it"
            )
