"""Slack's export: lists of users and channels, and one JSON file for each channel and day.

The export's links to files carry a token of the workspace; it opens all of its files, so that it is withheld in every
record and named as a secret. A message's `ts` is its id and its time at once: the part before the point counts
seconds since 1970 in UTC, the part after it makes the id unique within a channel and is no fraction of a second
(old messages have `.000002`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from abusekit.containers.container import HEAD, Container, Member
from abusekit.importers import fields
from abusekit.importers.chats.records import folder_of, or_nothing, place, values
from abusekit.importers.chats.slack_people import People, Room, profile, rooms
from abusekit.importers.chats.slack_record import record_of
from abusekit.importers.chats.slack_text import Tokens
from abusekit.importers.fields import UNREADABLE, Table, decoded, unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Record
from abusekit.importers.spans.json_spans import paths

NAME = "slack"
VERSION = 1
LIMITS = (
    "Direct messages and private channels are only in exports of the paid plans that include them.",
    "Files are not in the export, only links to them.",
    "Of an edited message only the last text is in the export, unless the workspace keeps all versions.",
    "Messages that were deleted before the export are not in it, unless the workspace keeps them.",
    "Names are those of the user list at the time of the export.",
)

_USERS = frozenset(("/*/id", "/*/name", "/*/real_name", "/*/deleted"))
_ROOMS = (
    frozenset(("/*/id", "/*/created", "/*/members")),
    frozenset(("/*/id", "/*/name", "/*/creator", "/*/created")),
)


def _sort(member: Member) -> str:
    """`users`, `rooms`, `day`, or empty: not ours."""
    seen = paths(member.head(HEAD))
    if "[]" not in seen:
        return ""
    if "/*/ts" in seen and seen & {"/*/user", "/*/bot_id", "/*/subtype"} and seen & {"/*/text", "/*/type"}:
        return "day"
    if seen >= _USERS:
        return "users"
    return "rooms" if any(seen >= one for one in _ROOMS) else ""


def claim(export: Container) -> Sequence[Member]:
    """Days of channels, the user list, and the lists of channels and direct messages."""
    return [member for member in export.members if _sort(member)]


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """Users, then messages and notices, day by day in the export's order. Raises InputError: nothing readable."""
    return or_nothing(
        _records(members, notes), notes, "ask the workspace's owner for the export zip once more"
    )


def _records(members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    people, known = People(), dict[str, Room]()
    sorts = [(_sort(one), one) for one in members]
    for sort, member in sorts:
        if sort == "users":
            yield from _users(member, people, notes)
        elif sort == "rooms":
            known.update(rooms(member, notes))
    tokens = Tokens()
    for sort, member in sorts:
        if sort == "day":
            yield from _day(member, people, known, tokens, notes)


def _users(member: Member, people: People, notes: Notes) -> Iterator[Record]:
    for value in values(member, [("*",)], notes):
        source = place(member, value)
        try:
            record = decoded(value.raw)[0]
            yield profile(record, people, source, notes)
        except UNREADABLE as fault:
            yield unparsed("slack", "", fault, source)


def _day(
    member: Member, people: People, known: dict[str, Room], tokens: Tokens, notes: Notes
) -> Iterator[Record]:
    folder = folder_of(member).rpartition("/")[2]
    room = known.get(folder)
    for value in values(member, [("*",)], notes):
        source = place(member, value)
        here = room or Room(folder, folder)
        try:
            record, steps = decoded(value.raw)
            here = room or _named(record) or here
            yield record_of(record, steps, here, people, tokens, source, notes)
        except UNREADABLE as fault:
            yield unparsed("slack", here.id, fault, source)
    tokens.tell(member.path, notes)


def _named(record: Table) -> Room | None:
    """The channel that the record itself names, for a file that came without the list of channels."""
    name = fields.text(record, "channel_name") or fields.text(record, "channel")
    return Room(name, name) if name else None
