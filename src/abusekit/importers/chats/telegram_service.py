"""Notices of a Telegram chat: calls, people who join and leave, titles, and whatever else the service says."""

from __future__ import annotations

from typing import Any

from abusekit.importers import fields
from abusekit.importers.chats.records import Files, direction
from abusekit.importers.chats.telegram_content import attachments
from abusekit.importers.chats.telegram_times import moment
from abusekit.importers.fields import Table
from abusekit.importers.model import Account, Event, SourceRef

_KINDS = {
    "phone_call": "call",
    "group_call": "call",
    "invite_members": "join",
    "join_group_by_link": "join",
    "join_group_by_request": "join",
    "remove_members": "leave",
    "edit_group_title": "title_change",
    "topic_edit": "title_change",
    "clear_history": "erased",
    "take_screenshot": "notice",
}
_BASE = frozenset((
    "id", "type", "date", "date_unixtime", "actor", "actor_id", "action", "text", "text_entities", "from", "from_id",
    "edited", "edited_unixtime", "full_text",
))  # fmt: skip
_MOST_TEXT = 4000


def service(
    record: Table,
    author: Account | None,
    conversation: str,
    title: str,
    identity: str,
    source: SourceRef,
    folder: str,
    files: Files,
    flags: tuple[str, ...],
) -> Event:
    """The notice with its action, and all further fields as `name: value`, so that none is lost.

    Raises WrongShapeError.
    """
    action = fields.text(record, "action") or fields.text(record, "information_text")
    details = [f"{key}: {fields.laid_out(value)}" for key, value in record.items() if key not in _BASE]
    written = record.get("text")
    if isinstance(written, str) and written:
        details.append(f"text: {written}")
    attachments(record, folder, files)  # a new photo of the group counts as read
    kind: Any = _KINDS.get(action, "system")
    outcome = ""
    seconds = fields.number(record, "duration_seconds")
    if action == "phone_call":
        reason = fields.text(record, "discard_reason")
        kind = "missed_call" if reason == "missed" else "call"
        outcome = {"missed": "missed", "busy": "rejected"}.get(reason, "answered" if seconds else "")
    elif action == "group_call":
        seconds = fields.number(record, "duration")
    sent = moment(record, "date")
    return Event(
        kind,
        "telegram",
        conversation,
        author,
        "; ".join((action or "service", *details))[:_MOST_TEXT],
        sent,
        source,
        _target(record, action),
        title,
        identity,
        direction(author),
        seconds,
        outcome,
        flags if sent is not None else (*flags, "time_not_read"),
    )


def _target(record: Table, action: str) -> Account | None:
    """The one member whom it concerns, by name only; None: nobody, several, or a deleted account."""
    members = fields.elements(record, "members")
    if action in ("invite_members", "remove_members") and len(members) == 1 and isinstance(members[0], str):
        return Account("telegram", members[0], name=members[0])
    return None
