"""Which column of a table means what: said by a person, checked before anything is read, and never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal, get_args

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

Direction = Literal["in", "out", "unknown"]
MessageKind = Literal["message", "post", "comment", "email", "sms", "mms", "snap", "page"]
EventKind = Literal[
    "call", "missed_call", "join", "leave", "block", "unblock", "title_change", "security_code", "login", "notice",
    "erased", "follow", "unfollow", "name_change", "http", "system", "unparsed",
]  # fmt: skip
MESSAGES = frozenset(get_args(MessageKind))
EVENTS = frozenset(get_args(EventKind)) - {"unparsed"}
_WAYS: dict[str, Direction] = {
    "in": "in", "incoming": "in", "inbound": "in", "received": "in",
    "out": "out", "outgoing": "out", "outbound": "out", "sent": "out",
}  # fmt: skip
_WITH_OUTCOME = re.compile(r"([^()]{1,40})\(([^()]{1,40})\)")
_NEEDS = {
    # what is said about a column → the columns one of which must then be there
    "time_clock": ("time",),
    "duration_form": ("duration",),
    "direction_in": ("direction",),
    "direction_out": ("direction",),
    "kind_call": ("kind",),
    "kind_message": ("kind",),
    "outcome_missed": ("outcome", "direction"),  # `Incoming (missed)` says both
}
_SUCH_AS = 'our name stands left, theirs right, such as {"time": "Date", "time_form": "DMY hh:mm", "text": "Message"}'
_SHOWN = 40

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


Words = Mapping[str, frozenset[str]]


def way_of(cell: str, words: Words) -> tuple[Direction, str]:
    """The direction that a cell names, and the outcome that it names with it: `Incoming (missed)` says both."""
    word = cell.strip().lower()
    if word in words["direction_in"]:
        return "in", ""
    if word in words["direction_out"]:
        return "out", ""
    both = _WITH_OUTCOME.fullmatch(word)
    if both is None:
        return _WAYS.get(word, "unknown"), ""
    return _WAYS.get(both[1].strip(), "unknown"), both[2].strip()


def kind_of(cell: str, words: Words) -> str:
    """Our kind that a cell names; empty: the mapping does not explain it."""
    word = cell.strip().lower()
    kind = "call" if word in words["kind_call"] else "message" if word in words["kind_message"] else word
    kind = kind.replace(" ", "_")
    return kind if kind in MESSAGES or kind in EVENTS else ""


def read_mapping(said: Mapping[str, str]) -> TableMapping:
    """`said`: our column → their header, their column's number, or `=` and what every row is (`kind`: `=call`).

    Raises InputError as `check_mapping` does.
    """
    check_mapping(said)
    columns, always = _columns(said), _always(said)
    time = reader(said["time_form"], _clock(said.get("time_clock", "export"))) if "time" in columns else None
    return TableMapping(columns, always, time, said.get("duration_form", ""), _all_words(said))


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Raises InputError that tells all that is wrong with a mapping and can be known without its table.

    That is: a name that is not ours, no column at all, times without their form, a form, a clock or a kind that is
    none, words for a column that is not there, a word that would mean two things. Whether the table has the columns
    is told by `check_against`; whether its cells are of the stated form, only by reading it.
    """
    faults = [*_names(mapping), *_times(mapping), *_said(mapping), *_meanings(mapping)]
    if faults:
        count = f"{len(faults)} faults in the column mapping: " if len(faults) > 1 else "the column mapping: "
        hints = dict.fromkeys(hint for _, hint in faults)
        raise InputError(count + "; ".join(fault for fault, _ in faults), "; ".join(hints))


def check_against(mapping: Mapping[str, str], header: Sequence[str]) -> None:
    """Raises InputError that names every column of the mapping that is not in the header, and those that are.

    `header`: the cells of the row that names the columns. Columns that are `ignored` need not be there.
    """
    if len(header) < 2:
        raise InputError(
            "this is no table with two columns or more", "name a CSV file whose first row is a header"
        )
    names = [name.strip() for name in header]
    missing = []
    for ours, theirs in _columns(mapping).items():
        if TableMapping.place(theirs, header) is None:
            near = _nearest(theirs, [name for name in names if name])
            missing.append(f"{theirs[:_SHOWN]!a} (for {ours}{near})")
    if missing:
        shown = ", ".join(ascii(name[:_SHOWN]) for name in names[:_SHOWN])
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise InputError(
            f"the table has no column {', '.join(missing)}", f"its {len(names)} columns are: {shown}{more}"
        )


_Faults = Iterator[tuple[str, str]]
"""What is wrong, and what to do."""


def _columns(said: Mapping[str, str]) -> dict[str, str]:
    return {ours: said[ours].strip() for ours in COLUMNS if ours in said and not said[ours].startswith("=")}


def _always(said: Mapping[str, str]) -> dict[str, str]:
    return {ours: said[ours][1:].strip() for ours in COLUMNS if said.get(ours, "").startswith("=")}


def _all_words(said: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {
        name: _words(said.get(name, ""))
        for name in SAID
        if name not in ("time_form", "time_clock", "duration_form")
    }


def _names(said: Mapping[str, str]) -> _Faults:
    known = (*COLUMNS, *SAID)
    for name in sorted(set(said) - set(known)):
        meant = " ".join(name[:_SHOWN].lower().replace("_", " ").split())
        near = next((f"; did you mean {ours!a}?" for ours, of in _KNOWN_HEADERS.items() if meant in of), "")
        yield (
            f"{name[:_SHOWN]!a} is none of ours{near or _nearest(name, known)}",
            f"{_SUCH_AS}; ours are: {', '.join(known)}",
        )
    columns = _columns(said)
    if not columns:
        yield "it names no column", _SUCH_AS
    for ours in (ours for ours, theirs in columns.items() if not theirs):
        yield f"{ours} names no column", "write their header, or leave that line out"


def _nearest(name: str, known: Sequence[str]) -> str:
    """For a message; empty: none is near."""
    lowered = {one.lower(): one for one in reversed(known) if len(one) <= 100}
    near = get_close_matches(name[:_SHOWN].lower(), lowered, 1)
    return f"; did you mean {lowered[near[0]][:_SHOWN]!a}?" if near else ""


def _times(said: Mapping[str, str]) -> _Faults:
    hint = f"time_form is one of: {FORMS}"
    if said.get("time", "").startswith("="):
        yield "time must be a column: no time is that of every row", _SUCH_AS
    if "time" in said and "time_form" not in said:
        yield "time needs its form, and time_form is missing", hint
    if "time_form" in said:
        if "time" not in said:
            yield "time_form needs its column, and time is missing", _SUCH_AS
        try:
            reader(said["time_form"], "export")
        except InputError as fault:
            yield fault.message, fault.hint
    try:
        _clock(said.get("time_clock", "export"))
    except InputError as fault:
        yield fault.message, fault.hint


def _said(said: Mapping[str, str]) -> _Faults:
    form = said.get("duration_form", "")
    if form not in ("", *DURATIONS):
        yield f"{form[:_SHOWN]!a} is no form of durations", f"duration_form is one of: {', '.join(DURATIONS)}"
    for name, columns in _NEEDS.items():
        if name in said and not any(one in said for one in columns):
            wanted = " or ".join(columns)
            yield (
                f"{name} is of no use without {wanted}",
                f"name the column for {wanted}, or leave {name} out",
            )


def _meanings(said: Mapping[str, str]) -> _Faults:
    """Words that mean two things or, said of every row, nothing."""
    words, always = _all_words(said), _always(said)
    for one, other in (("direction_in", "direction_out"), ("kind_call", "kind_message")):
        for word in sorted(words[one] & words[other]):
            yield f"{word[:_SHOWN]!a} stands in {one} and in {other}", "one word can mean one thing only"
    if "kind" in always and not kind_of(always["kind"], words):
        kinds = ", ".join(sorted(MESSAGES | EVENTS))
        yield (
            f"{always['kind'][:_SHOWN]!a} is no kind of record",
            f"kind is a column, or = and one of: {kinds}",
        )
    if "direction" in always and way_of(always["direction"], words)[0] == "unknown":
        yield f"{always['direction'][:_SHOWN]!a} is no direction", "direction is a column, or =in, or =out"


def _clock(name: str) -> WrittenClock:
    found: WrittenClock | None = next((one for one in get_args(WrittenClock) if one == name), None)
    if found is None:
        raise InputError(
            f"{name[:40]!a} is no clock", f"time_clock is one of: {', '.join(get_args(WrittenClock))}"
        )
    return found
