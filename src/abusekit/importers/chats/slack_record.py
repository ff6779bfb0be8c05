"""One record of a Slack channel's day: a message, or a notice."""

from __future__ import annotations

import re
from typing import Any

from abusekit.importers import fields, times
from abusekit.importers.chats.records import direction
from abusekit.importers.chats.slack_people import People, Room
from abusekit.importers.chats.slack_text import Tokens, readable, text_of_blocks
from abusekit.importers.fields import Table, WrongShapeError
from abusekit.importers.importer import Notes
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

_TS = re.compile(r"(\d{1,11})\.(\d{1,6})", re.ASCII)
_MESSAGES = frozenset((
    "", "bot_message", "me_message", "thread_broadcast", "reply_broadcast", "file_share", "file_comment",
    "file_mention", "tombstone", "document_mention", "slackbot_response", "reminder_add",
))  # fmt: skip
_ADDRESSES = ("url_private", "url_private_download", "permalink", "permalink_public", "external_url")
_EVENTS = {
    **dict.fromkeys(("channel_join", "group_join"), "join"),
    **dict.fromkeys(("channel_leave", "group_leave"), "leave"),
    **dict.fromkeys(("channel_name", "group_name"), "title_change"),
    **dict.fromkeys(("huddle_thread", "sh_room_created"), "call"),
}
_KNOWN = frozenset((
    "type", "subtype", "ts", "user", "text", "blocks", "attachments", "files", "file", "upload", "display_as_bot",
    "x_files", "client_msg_id", "team", "user_team", "source_team", "user_profile", "bot_id", "app_id",
    "bot_profile", "username", "icons", "thread_ts", "parent_user_id", "reply_count", "reply_users",
    "reply_users_count", "latest_reply", "replies", "subscribed", "last_read", "is_locked", "edited", "reactions",
    "pinned_to", "pinned_info", "is_starred", "inviter", "hidden", "root", "old_name", "name", "topic", "purpose",
    "channel", "channel_name", "channel_id", "permalink", "event_ts", "metadata", "room", "no_notifications",
    "bot_link", "item", "item_type", "members", "assistant_app_thread", "language", "saved",
))  # fmt: skip


def moment(ts: str) -> Time | None:
    """The second in a `ts`; None: the text is none."""
    found = _TS.fullmatch(ts)
    return times.epoch(int(found[1]), 1, raw=ts, clock="server") if found else None


def record_of(
    record: Table,
    steps: tuple[str, ...],
    room: Room,
    people: People,
    tokens: Tokens,
    source: SourceRef,
    notes: Notes,
) -> Message | Event:
    """Raises WrongShapeError."""
    ts = fields.text(record, "ts")
    sent = moment(ts)
    if sent is None:
        raise WrongShapeError(f"`ts` is {ts[:40]!a}, not seconds and a number")
    subtype = fields.text(record, "subtype")
    author = people.author(record, notes)
    raw = tokens.withheld(fields.text(record, "text"), source.at, "text")
    text, urls, more = readable(raw, lambda one: people.by_id(one).name)
    flags = _flags(record, subtype)
    if subtype not in _MESSAGES and not record.get("client_msg_id"):
        kind: Any = _EVENTS.get(subtype, "system")
        inviter = fields.text(record, "inviter")
        target = people.by_id(inviter) if inviter else None
        return Event(
            kind, "slack", room.id, author, text, sent, source, target, room.title, ts, direction(author), flags=flags
        )  # fmt: skip
    if not text:
        text, more = _from_blocks(record, tokens, source.at)
    if not text and "huddle" in subtype:
        text = subtype
    thread = fields.text(record, "thread_ts")
    return Message(
        "message",
        "slack",
        room.id,
        author,
        text,
        sent,
        source,
        text_raw=raw if raw != text and raw else None,
        steps=steps + more,
        title=room.title,
        native_id=ts,
        direction=direction(author),
        edited=_edited(record),
        deleted=Deletion("unknown") if subtype == "tombstone" else None,
        reply_to=thread if thread != ts else "",
        attachments=_files(record, tokens, source.at),
        reactions=_reactions(record, people),
        urls=urls,
        flags=flags,
    )


def _flags(record: Table, subtype: str) -> tuple[str, ...]:
    flags = fields.unknown(record, _KNOWN)
    if subtype and subtype not in ("channel_join", "channel_leave", "group_join", "group_leave"):
        flags += (f"subtype:{subtype[:40]}",)
    if record.get("bot_id") or subtype == "bot_message":
        flags += ("bot",)
    return flags


def _from_blocks(record: Table, tokens: Tokens, where: str) -> tuple[str, tuple[str, ...]]:
    for key in ("blocks", "attachments"):
        if shown := text_of_blocks(fields.elements(record, key)):
            return tokens.withheld(shown, where, key), (f"text of the {key}",)
    return "", ()


def _edited(record: Table) -> Edit | None:
    edited = fields.table(record, "edited")
    return Edit("yes", moment(fields.text(edited, "ts"))) if edited else None


def _files(record: Table, tokens: Tokens, where: str) -> tuple[Attachment, ...]:
    found = []
    listed = fields.tables(record, "files")
    single = fields.table(record, "file")
    for index, one in enumerate([*listed, single] if single else listed):
        clean = {
            key: tokens.withheld(fields.text(one, key), where, f"files/{index}/{key}")
            for key in _ADDRESSES
            if key in one
        }
        address = clean.get("url_private") or clean.get("external_url") or ""
        gone = fields.text(one, "mode") == "tombstone"
        note = (
            "deleted before the export"
            if gone
            else f"the export holds only its address, {address[:500]}"
            if address
            else ""
        )
        name = fields.text(one, "name") or fields.text(one, "title") or fields.text(one, "id") or "file"
        size = fields.number(one, "size")
        state: Any = "missing" if gone else "not_exported"
        found.append(Attachment(name, state, media_type=fields.text(one, "mimetype"), size=size, note=note))
    return tuple(found)


def _reactions(record: Table, people: People) -> tuple[Reaction, ...]:
    """One for each user named; those only counted together as `:+1: ×12`."""
    found: list[Reaction] = []
    for one in fields.tables(record, "reactions"):
        value = f":{fields.text(one, 'name')}:"
        users: list[Account] = [
            people.by_id(user) for user in fields.elements(one, "users") if isinstance(user, str)
        ]
        found.extend(Reaction(value, user) for user in users)
        nameless = (fields.number(one, "count") or 0) - len(users)
        if nameless > 0:
            found.append(Reaction(f"{value} ×{nameless}"))
    return tuple(found)
