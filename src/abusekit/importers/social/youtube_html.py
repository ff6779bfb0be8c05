"""`my-comments.html` and `my-live-chat-messages.html` of older Takeouts: a list of `Sent at … UTC while watching …`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

from abusekit.containers.container import Member
from abusekit.errors import InputError
from abusekit.importers import times
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Event, Message, Record
from abusekit.importers.spans.html_events import End, Piece, Tag, Text, events, text_of
from abusekit.importers.spans.places import ref

_SENT = re.compile(r"\s*Sent at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC)\b")
_MOST = 64 << 20


def is_legacy(head: bytes) -> bool:
    return b"<li>Sent at " in head and b" UTC " in head and b"<html" in head[:1024].lower()


def legacy(member: Member, notes: Notes) -> Iterator[Record]:
    """One record for each `<li>`. Raises nothing: a page that cannot be read is told as damaged."""
    try:
        with closing(member.open()) as stream:
            data = stream.read(_MOST + 1)
    except InputError as fault:
        notes.damaged.append(f"{member.path!a}: {fault.message}")
        return
    if len(data) > _MOST:
        notes.damaged.append(f"{member.path!a}: only its first {_MOST} bytes were read")
        data = data[:_MOST]
    inside: list[Piece] = []
    for piece in events(data):
        if isinstance(piece, Tag) and piece.name == "li":
            inside = [piece]
        elif inside:
            inside.append(piece)
            if isinstance(piece, End) and piece.name == "li":
                yield _record(member, data, inside)
                inside = []
    if inside:
        notes.damaged.append(f"{member.path!a}: the last entry has no end, from byte {inside[0].start} on")
        yield _unparsed(member, data, inside, "The entry has no end.")


def _unparsed(member: Member, data: bytes, inside: list[Piece], why: str) -> Event:
    start, end = inside[0].start, inside[-1].end
    return Event("unparsed", "youtube", "", None, why, None, ref(member.path, start, end, data[start:end]))


def _record(member: Member, data: bytes, inside: list[Piece]) -> Record:
    first = next((piece for piece in inside if isinstance(piece, Text)), None)
    found = _SENT.match(first.text) if first is not None else None
    if found is None:
        return _unparsed(
            member, data, inside, "An entry that does not begin with `Sent at` and a time in UTC."
        )
    start, end = inside[0].start, inside[-1].end
    ended = next((piece.end for piece in inside if isinstance(piece, Tag) and piece.name == "br"), None)
    said = "" if ended is None else text_of(data[ended : inside[-1].start])
    links = [piece.attrs["href"] for piece in inside if isinstance(piece, Tag) and piece.attrs.get("href")]
    message = Message(
        "comment", "youtube", links[0] if links else "", Account("youtube", owner=True), said,
        times.iso(found[1], clock="server"), ref(member.path, start, end, data[start:end]),
    )  # fmt: skip
    message.direction, message.urls = "out", tuple(links)
    message.title = "".join(piece.text for piece in _anchor(inside))
    if ended is None:
        message.flags = ("no_text",)
    return message


def _anchor(inside: list[Piece]) -> Iterator[Text]:
    """The texts of the first link: the title of the video."""
    opened = False
    for piece in inside:
        if isinstance(piece, Tag) and piece.name == "a":
            opened = True
        elif isinstance(piece, End) and piece.name == "a":
            return
        elif opened and isinstance(piece, Text):
            yield piece
