"""One record of a Telegram chat: a message, or a notice of the service."""

from __future__ import annotations

from dataclasses import dataclass, field

from abusekit.importers import fields
from abusekit.importers.chats.records import Files, direction, owned
from abusekit.importers.chats.telegram_account import Owner
from abusekit.importers.chats.telegram_content import (
    CONTENT_FIELDS,
    attachments,
    content,
    reactions,
)
from abusekit.importers.chats.telegram_service import service
from abusekit.importers.chats.telegram_times import moment
from abusekit.importers.fields import Table, WrongShapeError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Edit, Event, IdKind, Message, SourceRef

_PLAIN = frozenset(("id", "type", "date", "date_unixtime", "from", "from_id", "text", "text_entities"))
_KNOWN = CONTENT_FIELDS | {
    "id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "from", "from_id", "author",
    "reply_to_message_id", "reply_to_peer_id", "forwarded_from", "forwarded_from_id", "saved_from", "via_bot",
    "text", "text_entities", "full_text", "reactions", "inline_bot_buttons",
}  # fmt: skip
_CLASSES = {
    **dict.fromkeys(("personal_chat", "bot_chat", "saved_messages"), "user"),
    "private_group": "chat",
    **dict.fromkeys(
        ("private_supergroup", "public_supergroup", "private_channel", "public_channel"), "channel"
    ),
}
_MOST_PEOPLE = 10_000


@dataclass
class Chat:
    """What the export says of the chat before its messages."""

    fallback: str = ""
    type: str = ""
    id: str = ""
    title: str = ""
    conversation: str = ""
    people: dict[tuple[str, str | None], Account] = field(default_factory=dict)

    @property
    def own_numbers(self) -> bool:
        """Whether its messages are counted apart; in private chats and basic groups the account has one counter."""
        return _CLASSES.get(self.type) == "channel"

    @property
    def peer(self) -> str:
        """The number of the other person of a private chat; empty in other chats."""
        return self.id if self.type in ("personal_chat", "bot_chat") else ""

    def learn(self, key: str, value: object) -> None:
        """`name`, `type` or `id` of the chat. Raises WrongShapeError.

        Users, groups and channels are numbered apart, so that the id gets the word that `from_id` puts before it. A
        chat without an id is known by its name, else by its place in the file.
        """
        if key == "name":
            self.title = fields.text({key: value}, key)
        elif key == "type":
            self.type = fields.text({key: value}, key)
        else:
            self.id = fields.identity({key: value}, key)
        number = f"{_CLASSES.get(self.type, '')}{self.id}" if self.id else ""
        self.conversation = number or self.title or self.fallback
        self.people.clear()


def record_of(
    record: Table,
    steps: tuple[str, ...],
    flags: tuple[str, ...],
    chat: Chat,
    owner: Owner,
    source: SourceRef,
    folder: str,
    files: Files,
    notes: Notes,
) -> Message | Event:
    """Raises WrongShapeError."""
    kind = record.get("type")
    identity = fields.identity(record, "id")
    conversation = chat.conversation or chat.fallback
    if kind == "unsupported":
        flags += fields.unknown(record, frozenset(("id", "type")))
        text = "A message that Telegram Desktop could not export (type unsupported)."
        return Event(
            "notice",
            "telegram",
            conversation,
            None,
            text,
            None,
            source,
            None,
            chat.title,
            identity,
            flags=flags,
        )
    if kind == "service":
        author = _person(record, "actor", chat, owner, notes) or _person(record, "from", chat, owner, notes)
        return service(record, author, conversation, chat.title, identity, source, folder, files, flags)
    if kind != "message":
        raise WrongShapeError(f"`type` is {fields.laid_out(kind)[:40]!a}, neither message nor service")
    author = _person(record, "from", chat, owner, notes)
    sent = moment(record, "date")
    found = content(record, notes)
    message = Message(
        "message",
        "telegram",
        conversation,
        author,
        found.text,
        sent,
        source,
        steps=steps + found.steps,
        title=chat.title,
        native_id=identity,
        direction=direction(author),
        urls=found.urls,
        flags=flags if sent is not None else (*flags, "time_not_read"),
    )
    if not record.keys() <= _PLAIN:
        _add(message, record, folder, files)
    message.flags += found.flags
    return message


def _add(message: Message, record: Table, folder: str, files: Files) -> None:
    """What most messages do not have. Raises WrongShapeError."""
    edited = moment(record, "edited")
    message.edited = Edit("yes", edited) if edited is not None else None
    reply, elsewhere = (
        fields.identity(record, "reply_to_message_id"),
        fields.identity(record, "reply_to_peer_id"),
    )
    message.reply_to = f"{elsewhere}/{reply}" if elsewhere else reply
    message.forwarded_from, forwarded = _forwarded(record)
    message.attachments = attachments(record, folder, files)
    message.reactions = reactions(record)
    message.flags += fields.unknown(record, _KNOWN) + forwarded


def _forwarded(record: Table) -> tuple[str, tuple[str, ...]]:
    """Whose message it was, and flags: where that account is deleted, and where it was saved from."""
    if "forwarded_from" not in record and "saved_from" not in record:
        return "", ()
    name = fields.text(record, "forwarded_from")
    flags: tuple[str, ...] = ()
    if "forwarded_from" in record and not name:
        flags = ("forwarded:the account has no name",)
    if saved := fields.text(record, "saved_from"):
        flags += (f"saved_from:{saved[:100]}",)
    return name or fields.identity(record, "forwarded_from_id"), flags


def _person(record: Table, key: str, chat: Chat, owner: Owner, notes: Notes) -> Account | None:
    """The account under `key` and `key_id`; its name may be null (deleted account). None: neither is there."""
    identity = fields.identity(record, f"{key}_id")
    name = fields.text(record, key)
    if not identity and not name:
        return None
    known = chat.people.get((identity, name))
    if known is None:
        is_owner = owned(notes, identity, identity.removeprefix("user"), name)
        if owner.id:
            is_owner = identity in (owner.id, f"user{owner.id}")
        elif is_owner is None and identity and identity.removeprefix("user") == chat.peer:
            is_owner = False  # the other side of a private chat
        elif is_owner is None and chat.type == "saved_messages" and identity.removeprefix("user") == chat.id:
            is_owner = True  # the chat with oneself
        kind: IdKind = "platform_id" if identity else "display_name"
        known = Account("telegram", identity or name, kind, name=name, owner=is_owner)
        if len(chat.people) >= _MOST_PEOPLE:
            chat.people.clear()
        chat.people[identity, name] = known
    return known
