"""One chat item of Signal: a message with its older versions, a deleted or view-once one, or a notice."""

from __future__ import annotations

from typing import Literal, NamedTuple

from abusekit.importers import fields, times
from abusekit.importers.chats.signal_media import Media
from abusekit.importers.chats.signal_people import Chat, People
from abusekit.importers.chats.signal_update import update
from abusekit.importers.fields import Table, WrongShapeError
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
    WrittenClock,
)

_DIRECTIONS: dict[str, Literal["in", "out", "unknown"]] = {
    "incoming": "in",
    "outgoing": "out",
    "directionless": "unknown",
}
_CONTENTS = (
    "standardMessage", "contactMessage", "stickerMessage", "remoteDeletedMessage", "adminDeletedMessage",
    "updateMessage", "paymentNotification", "giftBadge", "viewOnceMessage", "directStoryReplyMessage", "poll",
)  # fmt: skip
_KNOWN = frozenset((
    "chatId", "authorId", "dateSent", "expireStartDate", "expiresInMs", "revisions", "sms", *_DIRECTIONS, *_CONTENTS,
    "pinDetails",
))  # fmt: skip
_REACHED = ("delivered", "read", "viewed")


def stamp(record: Table, key: str, clock: WrittenClock) -> Time | None:
    """Milliseconds since 1970; None: absent, 0, or no year that a time can have. Raises WrongShapeError."""
    count = fields.number(record, key)
    return times.epoch(count, clock=clock) if count else None


class _Body(NamedTuple):
    text: str = ""
    steps: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    urls: tuple[str, ...] = ()
    deleted: Deletion | None = None
    flags: tuple[str, ...] = ()


def record_of(
    item: Table, steps: tuple[str, ...], people: People, source: SourceRef, media: Media
) -> Message | Event:
    """Raises WrongShapeError."""
    number = fields.identity(item, "chatId")
    chat = people.chats.get(number) or Chat(f"chat {number}", "", None)
    writer = fields.identity(item, "authorId")
    author = people.author(writer)
    way = next((key for key in _DIRECTIONS if key in item), "directionless")
    sent = stamp(item, "dateSent", "sender")
    flags = _flags(item, author, sent)
    native = _native(item, people)
    if "updateMessage" in item:
        return update(fields.table(item, "updateMessage"), chat, author, people, sent, source, native, flags)
    content = next((key for key in _CONTENTS if key in item), None)
    if content is None:
        raise WrongShapeError("the chat item holds no content of a known kind")
    body = _body(item, content, people, media)
    versions = fields.tables(item, "revisions")
    original = versions[0] if versions else item
    details = fields.table(original, way)
    return Message(
        "sms" if fields.truth(item, "sms") else "message",
        "signal",
        chat.conversation,
        author,
        body.text,
        stamp(original, "dateSent", "sender"),
        source,
        steps=steps + body.steps,
        title=chat.title,
        native_id=_native(original, people),
        recipients=(chat.recipient,) if chat.recipient is not None and way == "outgoing" else (),
        direction=_DIRECTIONS[way],
        times=_times(details, versions[1:]),
        edited=_edit(versions, sent, people, media),
        deleted=body.deleted,
        reply_to=body.reply_to,
        attachments=body.attachments,
        reactions=_reactions(fields.table(item, content), people),
        urls=body.urls,
        flags=flags + body.flags + _sending(details),
    )


def _native(item: Table, people: People) -> str:
    """Signal's own key of a message: when its author's device sent it, and who that is."""
    return _key(fields.identity(item, "dateSent"), fields.identity(item, "authorId"), people)


def _key(sent: str, writer: str, people: People) -> str:
    author = people.author(writer)
    if author is None:
        return f"{sent} recipient {writer}" if sent else ""
    return (
        f"{sent} {'self' if author.owner else author.id}" if sent else ""
    )  # the owner's user name can change


def _flags(item: Table, author: Account | None, sent: Time | None) -> tuple[str, ...]:
    flags = fields.unknown(item, _KNOWN)
    if author is None:
        flags += ("author_not_in_file",)
    if sent is None:
        flags += ("time_not_read",)
    if expires := fields.number(item, "expiresInMs"):
        flags += (f"disappears_after:{expires} ms",)
    return flags


def _times(details: Table, later: list[Table]) -> tuple[tuple[str, Time], ...]:
    """When it came to the owner's device and to the server, reached its one recipient, and was sent again."""
    found = [
        ("received", stamp(details, "dateReceived", "receiver")),
        ("server", stamp(details, "dateServerSent", "server")),
    ]
    statuses = fields.tables(details, "sendStatus")
    if len(statuses) == 1:
        reached = next((key for key in _REACHED if key in statuses[0]), None)
        if reached is not None:
            found.append((reached, stamp(statuses[0], "timestamp", "receiver")))
    found.extend(("version", stamp(one, "dateSent", "sender")) for one in later[:100])
    return tuple((name, time) for name, time in found if time is not None)


def _sending(details: Table) -> tuple[str, ...]:
    """Of a message that the owner sent: where it failed or waits, and how many of a group it reached."""
    statuses = fields.tables(details, "sendStatus")
    counts = {key: sum(key in one for one in statuses) for key in ("failed", "pending", "skipped", *_REACHED)}
    return tuple(
        f"{key}:{count}"
        for key, count in counts.items()
        if count and (len(statuses) > 1 or key in ("failed", "pending", "skipped"))
    )


def _edit(versions: list[Table], sent: Time | None, people: People, media: Media) -> Edit | None:
    if not versions:
        return None
    older = []
    for one in versions:
        content = next((key for key in _CONTENTS if key in one), None)
        older.append(_body(one, content, people, media).text if content is not None else "")
    return Edit("yes", sent, tuple(older))


def _body(item: Table, content: str, people: People, media: Media) -> _Body:
    record = fields.table(item, content)
    if content == "standardMessage":
        return _standard(record, people, media)
    if content == "remoteDeletedMessage":
        return _Body(deleted=Deletion("remote_deleted"))
    if content == "adminDeletedMessage":
        admin = people.author(fields.identity(record, "adminId"))
        return _Body(
            deleted=Deletion("by_other"), flags=(f"deleted_by:{admin.id}",) if admin is not None else ()
        )
    if content == "viewOnceMessage":
        return _Body(
            attachments=(Attachment("media to be viewed once", "not_exported"),), flags=("view_once",)
        )
    if content == "stickerMessage":
        sticker = fields.table(record, "sticker")
        emoji = fields.text(sticker, "emoji")
        return _Body(attachments=(media.attached(fields.table(sticker, "data"), f"sticker {emoji}".strip()),))
    if content == "directStoryReplyMessage":
        text = fields.text(fields.table(fields.table(record, "textReply"), "text"), "body")
        return _Body(text or fields.text(record, "emoji"), flags=("story_reply",))
    shown = {
        key: one
        for key, one in record.items()
        if key not in ("reactions", "transactionDetails", "receiptCredentialPresentation")
    }
    return _Body(f"{content}: {fields.laid_out(shown)}"[:4000], ("fields laid out",))


def _standard(record: Table, people: People, media: Media) -> _Body:
    quote = fields.table(record, "quote")
    target = fields.identity(quote, "targetSentTimestamp")
    attachments = [
        media.attached(fields.table(one, "pointer"), _kind(one))
        for one in fields.tables(record, "attachments")
    ]
    flags: tuple[str, ...] = ()
    if record.get("longText"):
        attachments.append(media.attached(fields.table(record, "longText"), "the rest of the text"))
        flags = ("text_goes_on_in_file",)
    if quote and not target:
        flags += ("reply_to_unknown",)
    return _Body(
        fields.text(fields.table(record, "text"), "body"),
        (),
        tuple(attachments),
        _key(target, fields.identity(quote, "authorId"), people),
        tuple(
            fields.text(one, "url") for one in fields.tables(record, "linkPreview") if fields.text(one, "url")
        ),
        flags=flags,
    )


def _kind(attachment: Table) -> str:
    flag = attachment.get("flag")
    return flag.lower().replace("_", " ") if isinstance(flag, str) and flag != "NONE" else ""


def _reactions(record: Table, people: People) -> tuple[Reaction, ...]:
    return tuple(
        Reaction(
            fields.text(one, "emoji"),
            people.author(fields.identity(one, "authorId")),
            stamp(one, "sentTimestamp", "sender"),
        )
        for one in fields.tables(record, "reactions")
    )
