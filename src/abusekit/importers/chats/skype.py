"""Skype's export: `messages.json` with all conversations of an account, newest message first.

Skype ended in May 2025; exports made before are still held. The order of the file is kept. `userId` says whose export
it is, so that directions are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from abusekit.containers.container import HEAD, Container, Member
from abusekit.importers import fields
from abusekit.importers.chats.records import Files, folder_of, or_nothing, place, values
from abusekit.importers.chats.skype_record import Conversation, account, record_of
from abusekit.importers.fields import UNREADABLE, decoded, unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Profile, Record
from abusekit.importers.spans.json_spans import Value, load, paths

NAME = "skype"
VERSION = 1
LIMITS = (
    "Of an edited message only the last text is in the export, and of a deleted one no text.",
    "What one side deleted for both before the export may be missing without a trace.",
    "Files expired on Skype's servers after a time; those that had expired are not in the export.",
    "The name beside a message is the display name at the time of the export or of the message; the account's id"
    " (`8:live:…`) is what identifies it.",
)

_USER = ("userId",)
_CONVERSATION = ("conversations", "*")
_MESSAGE = (*_CONVERSATION, "MessageList", "*")
_PATTERNS = (
    _MESSAGE,
    _USER,
    (*_CONVERSATION, "id"),
    (*_CONVERSATION, "displayName"),
    (*_CONVERSATION, "properties"),
)


_NONE = Conversation("", "")


def claim(export: Container) -> Sequence[Member]:
    """The files with conversations in Skype's form."""
    return [member for member in export.members if _is_ours(paths(member.head(HEAD)))]


def _is_ours(seen: frozenset[str]) -> bool:
    return "/conversations/*/MessageList" in seen or {"/userId", "/exportDate", "/conversations"} <= seen


@dataclass
class _Reading:
    member: Member
    notes: Notes
    files: Files
    user: str = ""
    prefix: str = ""
    conversation: Conversation = _NONE


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """Messages, calls and notices as they stand, newest first. Raises InputError: nothing readable."""
    files = Files(export, notes)
    return or_nothing(
        (record for one in members for record in _file(_Reading(one, notes, files))),
        notes,
        "take the export once more from the file as Skype sent it",
    )


def _file(reading: _Reading) -> Iterator[Record]:
    for value in values(reading.member, _PATTERNS, reading.notes):
        prefix = "/".join(value.pointer.split("/")[:3])
        if value.pattern != 1 and prefix != reading.prefix:
            reading.prefix, reading.conversation = prefix, _NONE
        try:
            yield from _value(value, reading)
        except UNREADABLE as fault:
            source = place(reading.member, value)
            yield unparsed("skype", reading.conversation.id or reading.prefix, fault, source)


def _value(value: Value, reading: _Reading) -> Iterator[Record]:
    source = place(reading.member, value)
    if value.pattern == 0:
        record, steps = decoded(value.raw)
        here = reading.conversation if reading.conversation.id else Conversation(reading.prefix, "")
        yield record_of(record, steps, here, reading.user, source, folder_of(reading.member), reading.files)
    elif value.pattern == 1:
        reading.user = fields.text({"userId": load(value.raw)}, "userId")
        if reading.user:
            yield Profile(account(reading.user, "", reading.user), source, "owner")
    elif value.pattern == 2:
        reading.conversation = reading.conversation._replace(
            id=fields.identity({"id": load(value.raw)}, "id")
        )
    elif value.pattern == 3:
        name = fields.text({"displayName": load(value.raw)}, "displayName")
        reading.conversation = reading.conversation._replace(title=name)
    elif value.raw != b"null":
        properties = decoded(value.raw)[0]
        if fields.truth(properties, "conversationblocked") and reading.conversation.id:
            here = reading.conversation
            yield Profile(account(here.id, here.title, reading.user), source, "blocked")
