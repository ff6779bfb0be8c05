"""Signal's own plaintext export: `main.jsonl`, one frame of its backup format on each line, and media beside it.

Source: libsignal `backup.proto` and `json/exporter.rs`. Whole numbers stand in quotes, bytes are base64. The first
lines hold keys of the account; they are named as secrets and stay in the original. Times are those that the sender's
device set (`dateSent`), the owner's device (`dateReceived`) and the server (`dateServerSent`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from abusekit.containers.container import HEAD, Container, Member
from abusekit.errors import InputError
from abusekit.importers import fields
from abusekit.importers.chats.records import folder_of, or_nothing
from abusekit.importers.chats.signal_item import record_of, stamp
from abusekit.importers.chats.signal_media import Media
from abusekit.importers.chats.signal_people import People, keys_in
from abusekit.importers.fields import UNREADABLE, Table, decoded, unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Profile, Record, SourceRef
from abusekit.importers.spans.json_spans import paths
from abusekit.importers.spans.places import ref
from abusekit.importers.spans.text_lines import lines

NAME = "signal"
VERSION = 1
LIMITS = (
    "Messages that disappear after a time are never in this export, also not those that were still to be seen"
    " (libsignal json/exporter.rs).",
    "Of media that can be viewed once, the export says that they were sent, and never holds the media.",
    "Of a message that was deleted for everyone, the text is gone.",
    "Messages that the owner deleted on the device are not in the export, and nothing tells that they were there.",
    "The time of a message is the one that the sender's device set; the server's time stands beside it where known.",
)

_MOST_LINE = 64 << 20
_MOST_PLACES = 200
_FRAMES = frozenset((
    "account", "recipient", "chat", "chatItem", "adHocCall", "stickerPack", "notificationProfile", "chatFolder",
))  # fmt: skip
"""The last three are settings of the program; they are counted and give no records."""


def claim(export: Container) -> Sequence[Member]:
    """The files whose first line is the head of a Signal backup, and the `metadata.json` beside each."""
    main = [member for member in export.members if _is_main(member.head(HEAD))]
    folders = {folder_of(member) for member in main}
    beside = [
        member
        for member in export.members
        if member.name == "metadata.json"
        and folder_of(member) in folders
        and paths(member.head(HEAD)) == {"", "/version"}
    ]
    return [member for member in export.members if member in main or member in beside]


def _is_main(head: bytes) -> bool:
    first, _, rest = head.lstrip(b"\xef\xbb\xbf \r\n").partition(b"\n")
    seen = paths(first)
    if {"/version", "/backupTimeMs"} <= seen:
        return True
    second = paths(rest.partition(b"\n")[0])
    return bool(
        {"/account", "/account/profileKey"} <= seen
        or {"/account/profileKey", "/recipient/id"} <= seen | second
    )


@dataclass
class _Reading:
    member: Member
    notes: Notes
    media: Media
    people: People = field(default_factory=People)
    keys: Counter[str] = field(default_factory=Counter)
    first_line: dict[str, int] = field(default_factory=dict)
    timers: int = 0


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """The owner, the people, and messages and notices in the order of the file. Raises InputError: nothing readable."""
    main = [one for one in members if one.name != "metadata.json" or _is_main(one.head(HEAD))]
    media = Media(export, members, notes)
    return or_nothing(
        (record for one in main for record in _file(_Reading(one, notes, media))),
        notes,
        "make the export once more in Signal",
    )


def _file(reading: _Reading) -> Iterator[Record]:
    number, whole = 0, True
    try:
        with closing(reading.member.open()) as stream:
            for offset, line in lines(stream, most=_MOST_LINE):
                number += whole
                raw = line.rstrip(b"\r\n \t")
                if not whole or (len(line) >= _MOST_LINE and line[-1:] != b"\n"):
                    source = ref(reading.member.path, offset, offset + len(line), line, f"line {number}")
                    yield unparsed("signal", "", "part of a line that is too long to be read", source)
                    whole = line[-1:] == b"\n"
                    continue
                if number == 1 and raw.startswith(b"\xef\xbb\xbf"):
                    raw, offset = raw[3:], offset + 3  # noqa: PLW2901 - the mark is no part of the record
                if raw:
                    yield from _line(reading, number, offset, raw)
    except InputError as fault:
        reading.notes.damaged.append(f"{reading.member.path!a}: {fault.message}")
    _tell(reading)


def _line(reading: _Reading, number: int, offset: int, raw: bytes) -> Iterator[Record]:
    source = ref(reading.member.path, offset, offset + len(raw), raw, f"line {number}")
    try:
        frame, steps = decoded(raw)
        for pointer in keys_in(frame, raw):
            key = (
                pointer if pointer in reading.keys or len(reading.keys) < _MOST_PLACES else "at other places"
            )
            reading.keys[key] += 1
            reading.first_line.setdefault(key, number)
        if "backupTimeMs" in frame:
            return
        item = next((key for key in frame if key in _FRAMES), None)
        if item is None:
            names = ", ".join(sorted(frame)[:5])
            yield unparsed("signal", "", f"a frame of an unknown kind: {names[:100]}", source)
            return
        record = _frame(reading, item, fields.table(frame, item), steps, source)
        if record is not None:
            yield record
    except UNREADABLE as fault:
        yield unparsed("signal", "", fault, source)


def _frame(
    reading: _Reading, item: str, content: Table, steps: tuple[str, ...], source: SourceRef
) -> Record | None:
    people = reading.people
    if item == "account":
        return Profile(people.learn_owner(content), source, "owner")
    if item == "recipient":
        return people.learn(content, source)
    if item == "chat":
        people.learn_chat(content)
        reading.timers += bool(fields.number(content, "expirationTimerMs"))
        return None
    if item == "chatItem":  # the bulk of the file
        return record_of(content, steps, people, source, reading.media)
    if item == "adHocCall":
        sent = stamp(content, "callTimestamp", "sender")
        return Event(
            "call", "signal", "", None, f"call by link: {fields.laid_out(content)}"[:1000], sent, source
        )
    reading.notes.counts[item] += 1
    return None


def _tell(reading: _Reading) -> None:
    """Secrets by their place in a frame, not one by one; and how many chats let messages disappear."""
    for key, count in reading.keys.items():
        where = f"{reading.member.path} line {reading.first_line[key]} {key}"
        reading.notes.secret("key", where if count == 1 else f"{where}, and on {count - 1} further lines")
    if reading.timers:
        reading.notes.limit(
            f"{reading.timers} chats have disappearing messages turned on: what disappears there is not in this export."
        )
