"""Text that the program sigexport (signal-export) wrote from Signal Desktop: `[2019-05-29, 15:04] Me: …`.

A message's text may itself hold a line of that form; such a line cannot be told from a real one. Where the clock
runs backwards at a line, it and the message before are flagged `boundary_ambiguous`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from abusekit.containers.container import HEAD, Container, Member
from abusekit.errors import InputError
from abusekit.importers import times
from abusekit.importers.chats.records import Files, direction, folder_of, or_nothing, owned
from abusekit.importers.fields import unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Attachment, Message, Record, Time
from abusekit.importers.spans.places import ref
from abusekit.importers.spans.text_lines import decode, lines

NAME = "signal-text"
VERSION = 1
LIMITS = (
    "The file was written by a program that is not Signal's; it holds neither ids nor the time zone, and times only to"
    " the minute.",
    "People are known only by the name that Signal showed on that computer; the owner is called Me, and so may be"
    " anybody who chose that name.",
    "A message whose text looks like the beginning of another message cannot always be told from two messages.",
    "Messages that had disappeared or were deleted before are not in it.",
)

_HEADER = re.compile(rb"\[(\d{4}-\d\d-\d\d),? (\d\d:\d\d)\] ([^\r\n]{1,2000})")
_MEDIA = re.compile(r"\]\(<?((?:\./)?media/[^()\n>]{1,300})>?\)")
_MOST_TEXT = 8 << 20


def claim(export: Container) -> Sequence[Member]:
    """Text files whose first line that is not empty has sigexport's form: year first, no seconds, a name."""
    return [member for member in export.members if _is_ours(member.head(HEAD))]


def _is_ours(head: bytes) -> bool:
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n ").partition(b"\n")[0]
    found = _HEADER.match(first)
    return found is not None and b":" in found[3] and b"\xe2\x80\x8e" not in first


@dataclass
class _Open:
    """A message that may go on in the next line."""

    start: int
    number: int
    day: str = ""
    minute: str = ""
    raw: list[bytes] = field(default_factory=list)
    size: int = 0
    ambiguous: str = ""


@dataclass
class _Reading:
    member: Member
    notes: Notes
    files: Files
    people: dict[str, Account] = field(default_factory=dict)
    told: bool = False


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """The messages in file order. Raises InputError: nothing readable."""
    files = Files(export, notes)
    return or_nothing(
        (record for one in members for record in _file(_Reading(one, notes, files))),
        notes,
        "Signal's own export (a folder with main.jsonl) holds ids and exact times",
    )


def _file(reading: _Reading) -> Iterator[Record]:
    current: _Open | None = None
    whole = True  # whether the line before had its end; a very long one comes in pieces, which begin nothing
    number = 0
    try:
        with closing(reading.member.open()) as stream:
            for offset, line in lines(stream):
                number += whole
                mark = 3 if offset == 0 and line[:3] == b"\xef\xbb\xbf" else 0
                found = _HEADER.match(line, mark) if whole else None
                whole = line[-1:] == b"\n"
                started = None
                if found is not None and b":" in found[3]:
                    started = _Open(offset + mark, number, found[1].decode(), found[2].decode())
                    if current is not None:
                        _compare(current, started, reading)
                elif current is None and not line.strip():
                    continue
                elif current is None or current.size > _MOST_TEXT:
                    started = _Open(offset, number)
                if started is not None and current is not None:
                    yield _message(current, reading)
                current = started or current
                if current is not None:
                    current.raw.append(line[mark:] if started is not None else line)
                    current.size += len(line)
    except InputError as fault:
        reading.notes.damaged.append(f"{reading.member.path!a}: {fault.message}")
    if current is not None:
        yield _message(current, reading)


def _compare(before: _Open, after: _Open, reading: _Reading) -> None:
    """Flag both where the clock runs backwards; once for each file the first place is told."""
    if (after.day, after.minute) >= (before.day, before.minute):
        return
    before.ambiguous = after.ambiguous = f"boundary_ambiguous:{after.start}"
    if not reading.told:
        reading.told = True
        reading.notes.warn(
            f"{reading.member.path!a}: the clock runs backwards, for the first time at byte {after.start}. Such a"
            " line may be part of the message before it."
        )


def _message(current: _Open, reading: _Reading) -> Record:
    member = reading.member
    raw = b"".join(current.raw).rstrip(b"\r\n")
    source = ref(member.path, current.start, current.start + len(raw), raw, f"line {current.number}")
    text, steps = decode(raw)
    conversation = folder_of(member).rpartition("/")[2] or member.name
    if not current.day:
        return unparsed("signal", conversation, "text that belongs to no message", source)
    name, _, body = text.partition("] ")[2].partition(":")
    body = body.removeprefix(" ").replace("\r\n", "\n")
    author = reading.people.get(name)
    if author is None:
        author = Account("signal", name, name=name, owner=owned(reading.notes, name))
        reading.people[name] = author
    sent = _time(current)
    flags = (current.ambiguous,) if current.ambiguous else ()
    return Message(
        "message",
        "signal",
        conversation,
        author,
        body,
        sent,
        source,
        steps=steps,
        direction=direction(author),
        attachments=_attachments(body, reading),
        flags=flags if sent is not None else (*flags, "time_not_read"),
    )


def _time(current: _Open) -> Time | None:
    try:
        at = datetime.fromisoformat(f"{current.day}T{current.minute}")
    except ValueError:
        return None
    if not times.in_years(at.year):
        return None
    return times.local(at, raw=f"{current.day}, {current.minute}", precision="min", clock="export")


def _attachments(body: str, reading: _Reading) -> tuple[Attachment, ...]:
    if "](" not in body:
        return ()
    folder = folder_of(reading.member)
    paths = [found[1] for found in _MEDIA.finditer(body)]
    return tuple(reading.files.attached(path.rpartition("/")[2], folder, path) for path in paths)
