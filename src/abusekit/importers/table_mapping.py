"""Which column of a table means what: said by a person, checked before anything is read, and never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from abusekit.errors import InputError
from abusekit.importers.model import WrittenClock
from abusekit.importers.time_forms import FORMS, TimeReader, reader

COLUMNS = (
    "time", "sender", "sender_name", "recipient", "recipient_name", "other", "other_name", "text", "title",
    "direction", "conversation", "kind", "outcome", "duration", "id", "attachment", "platform",
)  # fmt: skip
"""Ours. `other`: whoever is not the owner of the export, in tables that name one side only (call lists)."""

SAID = {
    "time_form": FORMS,
    "time_clock": "whose clock: server, sender, receiver, export (as if not said), claimed, file",
    "duration_form": "hh:mm:ss, mm:ss, s, ms or min",
    "direction_in": "words of the direction column that mean in, `|` between them",
    "direction_out": "words of the direction column that mean out",
    "kind_call": "words of the kind column that mean a call",
    "kind_message": "words of the kind column that mean a message",
    "outcome_missed": "words of the outcome column that mean a missed call",
    "ignored": "their columns that need not be read, `|` between them",
}
"""What else a mapping says."""

DURATIONS = ("hh:mm:ss", "mm:ss", "s", "ms", "min")

_KNOWN_HEADERS: dict[str, tuple[str, ...]] = {
    # to be shown as a proposal; the first header that is there is proposed
    "time": ("date", "time", "datetime", "date/time", "date and time", "timestamp", "sent", "sent at", "message date",
             "call date", "created", "created at"),
    "sender": ("sender", "from", "author", "sender id", "from number", "caller"),
    "sender_name": ("sender name", "from name", "author name"),
    "recipient": ("recipient", "recipients", "to", "receiver", "to number", "callee"),
    "recipient_name": ("recipient name", "to name"),
    "other": ("number", "phone number", "phone", "address", "contact number", "other party"),
    "other_name": ("contact", "name", "contact name", "display name"),
    "text": ("text", "message", "content", "contents", "body", "message text"),
    "title": ("subject", "title"),
    "direction": ("direction", "call type", "incoming/outgoing", "in/out", "type"),
    "conversation": ("conversation", "conversation id", "chat", "thread", "thread id", "chat session", "channel"),
    "kind": ("kind", "message type", "record type"),
    "outcome": ("outcome", "result", "call status", "status"),
    "duration": ("duration", "call duration", "length"),
    "id": ("id", "message id", "guid", "uuid"),
    "attachment": ("attachment", "attachments", "file", "media"),
    "platform": ("platform", "service", "app", "source"),
}  # fmt: skip


def suggest(header: Sequence[str]) -> dict[str, str]:
    """Our column → their header, by names that are widely used: to be shown to a person, never applied unasked.

    Each of their columns is proposed once. Nothing is said about forms of times: they cannot be told from a header.
    """
    theirs = {
        " ".join(name.lower().replace("_", " ").split()): name for name in reversed(header) if name.strip()
    }
    found: dict[str, str] = {}
    for ours, known in _KNOWN_HEADERS.items():
        name = next(
            (theirs[one] for one in known if one in theirs and theirs[one] not in found.values()), None
        )
        if name is not None:
            found[ours] = name
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in text.split("|") if word.strip())


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A mapping that was checked."""

    columns: dict[str, str]
    # ours → their header, or the number of the column from 1
    always: dict[str, str]
    # ours → the value of every row
    time: TimeReader | None
    duration_form: str
    words: dict[str, frozenset[str]] = field(default_factory=dict)

    def fits(self, header: Sequence[str]) -> bool:
        """Whether all of its columns are there."""
        return len(header) > 1 and all(self.place(name, header) is not None for name in self.columns.values())

    @staticmethod
    def place(name: str, header: Sequence[str]) -> int | None:
        """Index of a column: by its header first, then by number; of equal headers the first."""
        names = [one.strip() for one in header]
        if name in names:
            return names.index(name)
        if name.isascii() and name.isdigit() and len(name) < 6 and 1 <= int(name) <= len(names):
            return int(name) - 1
        return None


def read_mapping(said: Mapping[str, str]) -> TableMapping:
    """`said`: our column → their header, their column's number, or `=` and what every row is (`kind`: `=call`).

    Raises InputError: a name that is not known, no column at all, a form that is missing or not understood.
    """
    known = (*COLUMNS, *SAID)
    unknown = sorted(set(said) - set(known))
    if unknown:
        raise InputError(
            f"the column mapping names {unknown[0][:40]!a}, which is none of ours",
            f"one of: {', '.join(known)}",
        )
    columns = {
        ours: said[ours].strip() for ours in COLUMNS if ours in said and not said[ours].startswith("=")
    }
    always = {ours: said[ours][1:].strip() for ours in COLUMNS if said.get(ours, "").startswith("=")}
    if not columns:
        raise InputError("the column mapping names no column", 'such as {"time": "Date", "text": "Message"}')
    if "time" in always or ("time" in columns) != ("time_form" in said):
        raise InputError(
            "a column of times needs its form, and a form its column", f"time_form is one of: {FORMS}"
        )
    duration_form = said.get("duration_form", "")
    if duration_form not in ("", *DURATIONS):
        raise InputError(f"{duration_form[:40]!a} is no form of durations", f"one of: {', '.join(DURATIONS)}")
    words = {
        name: _words(said.get(name, ""))
        for name in SAID
        if name not in ("time_form", "time_clock", "duration_form")
    }
    time = reader(said["time_form"], _clock(said.get("time_clock", "export"))) if "time" in columns else None
    return TableMapping(columns, always, time, duration_form, words)


def _clock(name: str) -> WrittenClock:
    found: WrittenClock | None = next((one for one in get_args(WrittenClock) if one == name), None)
    if found is None:
        raise InputError(
            f"{name[:40]!a} is no clock", f"time_clock is one of: {', '.join(get_args(WrittenClock))}"
        )
    return found
