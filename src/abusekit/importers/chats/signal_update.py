"""Notices of Signal: blocks, calls, changed keys and names, and what happens in groups."""

from __future__ import annotations

from typing import Any

from abusekit.importers import fields, times
from abusekit.importers.chats.signal_people import Chat, People
from abusekit.importers.fields import Table
from abusekit.importers.model import Account, Event, SourceRef, Time

_SIMPLE = {
    "BLOCKED": "block",
    "UNBLOCKED": "unblock",
    "IDENTITY_UPDATE": "security_code",
    "IDENTITY_VERIFIED": "security_code",
    "IDENTITY_DEFAULT": "security_code",
    "CHANGE_NUMBER": "name_change",
    "REPORTED_SPAM": "notice",
}
_GROUP = {
    **dict.fromkeys(("groupMemberLeftUpdate", "groupMemberRemovedUpdate"), "leave"),
    **dict.fromkeys(
        ("groupMemberJoinedUpdate", "groupMemberAddedUpdate", "groupMemberJoinedByLinkUpdate",
         "groupInvitationAcceptedUpdate", "groupJoinRequestApprovalUpdate"), "join",
    ),
    "groupNameUpdate": "title_change",
}  # fmt: skip
_MISSED = ("MISSED", "MISSED_NOTIFICATION_PROFILE")
_OUTCOMES = {
    "ACCEPTED": "answered",
    "JOINED": "answered",
    "DECLINED": "rejected",
    **dict.fromkeys(_MISSED, "missed"),
}
_MOST_TEXT = 4000


def update(
    record: Table,
    chat: Chat,
    author: Account | None,
    people: People,
    sent: Time | None,
    source: SourceRef,
    native: str,
    flags: tuple[str, ...],
) -> Event:
    """The event, its text the names of the fields and their values as they stand. Raises WrongShapeError."""
    name = next(iter(record), "updateMessage")
    content = fields.table(record, name)
    kind: Any = "system"
    target: Account | None = None
    event = Event("system", "signal", chat.conversation, author, "", sent, source)
    if name == "simpleUpdate":
        word = fields.laid_out(content.get("type"))
        kind = _SIMPLE.get(word, "system")
        target = chat.recipient if kind in ("block", "unblock", "security_code", "name_change") else None
        event.text = word
    elif name in ("individualCall", "groupCall"):
        kind = _call(name, content, event)
        target = chat.recipient
    elif name in ("profileChange", "learnedProfileChange"):
        kind = "name_change"
        event.text = f"{name}: {fields.laid_out(content)}"
    elif name == "groupChange":
        changes = fields.tables(content, "updates")
        kinds = {_GROUP.get(key, "system") for one in changes for key in one}
        kind = kinds.pop() if len(kinds) == 1 else "system"
        event.text = "; ".join(
            f"{key}: {_named(value, people)}" for one in changes for key, value in one.items()
        )
    else:
        event.text = f"{name}: {fields.laid_out(content)}"
    event.kind, event.target, event.title, event.native_id, event.flags = (
        kind,
        target,
        chat.title,
        native,
        flags,
    )
    event.text = event.text[:_MOST_TEXT] or name
    return event


def _call(name: str, content: Table, event: Event) -> str:
    """Fill in direction, outcome, length and text; the kind."""
    state = fields.laid_out(content.get("state")) if "state" in content else ""
    way = fields.laid_out(content.get("direction")) if "direction" in content else ""
    event.direction = (
        "in" if way == "INCOMING" else "out" if way == "OUTGOING" or state == "OUTGOING_RING" else "unknown"
    )
    event.outcome = _OUTCOMES.get(state, "")
    started, ended = (fields.number(content, key) for key in ("startedCallTimestamp", "endedCallTimestamp"))
    if started and ended and 0 <= ended - started < 10**11:
        event.duration_s = (ended - started) // 1000
    at = times.epoch(started, clock="sender") if started else None
    event.sent = event.sent or at
    kind = fields.laid_out(content.get("type")) if "type" in content else name
    event.text = ", ".join(part for part in (kind, way, state) if part)
    return "missed_call" if state in _MISSED else "call"


def _named(value: object, people: People) -> str:
    """The change with the names of those whose id stands in it."""
    if not isinstance(value, dict):
        return fields.laid_out(value)
    shown = []
    for key, one in value.items():
        account = people.by_aci(one) if isinstance(one, str) and key.lower().endswith("aci") else None
        shown.append(
            f"{key} {account.name or account.id}" if account is not None else f"{key} {fields.laid_out(one)}"
        )
    return ", ".join(shown)
