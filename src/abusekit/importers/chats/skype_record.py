"""One entry of a Skype conversation: a message, a call, or a notice."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from abusekit.importers import fields, times
from abusekit.importers.chats.records import Files, direction
from abusekit.importers.chats.skype_content import Content, content_of
from abusekit.importers.fields import Table
from abusekit.importers.model import (
    Account,
    Attachment,
    Deletion,
    Edit,
    Event,
    Message,
    Reaction,
    SourceRef,
    Time,
)

_KNOWN = frozenset((
    "id", "displayName", "originalarrivaltime", "messagetype", "version", "content", "conversationid", "from",
    "properties", "amsreferences", "composetime", "clientmessageid", "cuid", "conversationLink", "type",
    "ackrequired", "s2spartnername", "skypeguid", "skypeeditedid", "contenttype", "imdisplayname",
))  # fmt: skip
_EVENTS = {
    "Event/Call": "call",
    "ThreadActivity/AddMember": "join",
    "ThreadActivity/MemberJoined": "join",
    "ThreadActivity/DeleteMember": "leave",
    "ThreadActivity/MemberLeft": "leave",
    "ThreadActivity/TopicUpdate": "title_change",
    "Notice": "notice",
    "PopCard": "notice",
}
_MESSAGES = ("RichText", "Text")
_MILLISECONDS = re.compile(r"\d{12,14}", re.ASCII)
_MILLISECOND = timedelta(milliseconds=1)


class Conversation(NamedTuple):
    id: str
    title: str


def account(identity: str, name: str, user: str) -> Account:
    """`identity`: `8:live:…` a person, `28:…` a bot, `19:…` a group; `user`: whose export it is, empty: unknown."""
    return Account("skype", identity, "platform_id", "", name, "unknown", identity == user if user else None)


def record_of(
    record: Table,
    steps: tuple[str, ...],
    here: Conversation,
    user: str,
    source: SourceRef,
    folder: str,
    files: Files,
) -> Message | Event:
    """Raises WrongShapeError."""
    kind = fields.text(record, "messagetype")
    writer = fields.text(record, "from").rpartition("/contacts/")[
        2
    ]  # older exports give an address that ends so
    author = account(writer, fields.text(record, "displayName"), user) if writer else None
    identity = fields.identity(record, "id")
    sent = _sent(record, identity)
    flags = fields.unknown(record, _KNOWN)
    if sent is None:
        flags += ("time_not_read",)
    raw = fields.text(record, "content")
    markup = kind != "Text"
    found = content_of(raw) if markup else Content(raw)
    properties = _properties(record)
    is_message = kind in _MESSAGES or kind.startswith("RichText/")
    if not is_message:
        return _event(kind, here, author, found, sent, source, identity, user, flags)
    deleted = fields.identity(properties, "deletetime")
    return Message(
        "message",
        "skype",
        here.id,
        author,
        found.text,
        sent,
        source,
        text_raw=raw if found.text != raw else None,
        steps=steps + found.steps,
        title=here.title,
        native_id=identity,
        direction=direction(author),
        edited=_edit(properties, found),
        deleted=Deletion("unknown", _milliseconds(deleted)) if deleted else None,
        reply_to=found.reply_to,
        attachments=_attachments(record, found, folder, files),
        reactions=_reactions(properties, user),
        urls=found.urls,
        flags=flags if kind in _MESSAGES else (*flags, f"messagetype:{kind[:60]}"),
    )


def _sent(record: Table, identity: str) -> Time | None:
    """`originalarrivaltime`, with Z; the id counts milliseconds of the same clock, and is compared."""
    time = times.iso(fields.text(record, "originalarrivaltime"), clock="server")
    inside = _milliseconds(identity)
    if time is None or inside is None or not time.at.endswith("Z"):
        return time
    away = (times.utc_of(time) - times.utc_of(inside)) // _MILLISECOND
    return replace(time, agrees=(f"{'CONFLICT: ' if abs(away) >= 60_000 else ''}id: {away:+,} ms",))


def _milliseconds(text: str) -> Time | None:
    return times.epoch(int(text), raw=text, clock="server") if _MILLISECONDS.fullmatch(text) else None


def _properties(record: Table) -> Table:
    """An object or null; some exports hold it as JSON within a text, which then says nothing here."""
    value = record.get("properties")
    return {} if isinstance(value, str) else fields.table(record, "properties")


def _edit(properties: Table, found: Content) -> Edit | None:
    edited = fields.identity(properties, "edittime")
    if not edited and not found.edited:
        return None
    return Edit("yes", _milliseconds(edited))


def _attachments(record: Table, found: Content, folder: str, files: Files) -> tuple[Attachment, ...]:
    """Each object that the text refers to: `media/<id>.<number>.<ending>` beside the file, if it is there."""
    result = []
    for one in found.objects:
        path = files.beginning(f"{folder}/media/{one.id}" if folder else f"media/{one.id}") if one.id else ""
        name = one.name or one.id or "file"
        if path:
            result.append(replace(files.attached(name, "", path), name=name))
        else:
            result.append(Attachment(name, "missing", size=one.size))
    return tuple(result)


def _reactions(properties: Table, user: str) -> tuple[Reaction, ...]:
    found: list[Reaction] = []
    for one in fields.tables(properties, "emotions"):
        value = fields.text(one, "key")
        for each in fields.tables(one, "users"):
            at = _milliseconds(fields.identity(each, "time"))
            found.append(Reaction(value, account(fields.text(each, "mri"), "", user), at))
    return tuple(found)


def _event(
    kind: str,
    here: Conversation,
    author: Account | None,
    found: Content,
    sent: Time | None,
    source: SourceRef,
    identity: str,
    user: str,
    flags: tuple[str, ...],
) -> Event:
    event: Any = _EVENTS.get(kind, "system")
    outcome = ""
    if kind == "Event/Call":
        outcome = (
            "missed"
            if found.call == "missed"
            else "answered"
            if found.call == "ended" and found.seconds
            else ""
        )
        event = "missed_call" if outcome == "missed" else "call"
    elif kind not in _EVENTS:
        flags += (f"messagetype:{kind[:60]}",)
    others = [one for one in found.people if author is None or one != author.id]
    text = " ".join(part for part in (found.call or "", found.text) if part) or kind
    return Event(
        event,
        "skype",
        here.id,
        author,
        text,
        sent,
        source,
        account(others[0], "", user) if len(others) == 1 else None,
        here.title,
        identity,
        direction(author),
        found.seconds,
        outcome,
        flags,
    )
