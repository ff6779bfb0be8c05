"""Discord's people and channels as its exports describe them, and what people attach to a message."""

from __future__ import annotations

from typing import NamedTuple

from abusekit.importers import fields
from abusekit.importers.chats.records import Files, owned
from abusekit.importers.fields import Table
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Attachment, Reaction


class Channel(NamedTuple):
    id: str
    name: str
    guild: str

    @property
    def title(self) -> str:
        return f"{self.guild} / {self.name}" if self.guild and self.name else self.name or self.guild


def channel_of(before: Channel, record: Table, *, is_guild: bool) -> Channel:
    """`before` with what the `channel` or the `guild` of an export adds. Raises WrongShapeError."""
    name, identity = fields.text(record, "name"), fields.identity(record, "id")
    if is_guild:
        return before._replace(guild="" if identity == "0" else name)  # 0: direct messages, no guild
    return before._replace(id=identity, name=name)


def account(record: Table, notes: Notes) -> Account:
    """A user: the id is stable, `name` is unique and can be changed, `nickname` is what others see.

    Raises WrongShapeError.
    """
    identity, name = fields.identity(record, "id"), fields.text(record, "name")
    shown = fields.text(record, "nickname")
    number = fields.identity(record, "discriminator")
    handle = name if number.strip("0") == "" else f"{name}#{number}"
    return Account(
        "discord",
        identity or handle,
        "platform_id" if identity else "handle",
        handle,
        shown or name,
        "platform",
        owned(notes, identity, handle, name, shown),
    )


def reactions(record: Table, notes: Notes) -> tuple[Reaction, ...]:
    """One for each person named; those only counted come together as `👍 ×12`. Raises WrongShapeError."""
    if not record.get("reactions"):
        return ()
    found: list[Reaction] = []
    for one in fields.tables(record, "reactions"):
        emoji = fields.table(one, "emoji")
        value = fields.text(emoji, "name") or fields.identity(emoji, "id")
        users = fields.tables(one, "users")
        found.extend(Reaction(value, account(user, notes)) for user in users)
        nameless = (fields.number(one, "count") or 0) - len(users)
        if nameless > 0:
            found.append(Reaction(f"{value} ×{nameless}"))
    return tuple(found)


def plain_address(address: str) -> str:
    """Without its query: `ex`, `is` and `hm` sign the address for a day, and open the file to anyone who has it."""
    return address.partition("?")[0][:500]


def attachments(record: Table, files: Files, folder: str) -> tuple[Attachment, ...]:
    """Files and stickers of a message, and of the one that it forwards. Raises WrongShapeError."""
    if not (record.get("attachments") or record.get("stickers") or "forwardedMessage" in record):
        return ()
    found = []
    for holder in (record, fields.table(record, "forwardedMessage")):
        for one in fields.tables(holder, "attachments"):
            found.append(
                _attachment(one, fields.text(one, "fileName"), fields.text(one, "url"), files, folder)
            )
        for one in fields.tables(holder, "stickers"):
            found.append(
                _attachment(one, fields.text(one, "name"), fields.text(one, "sourceUrl"), files, folder)
            )
    return tuple(found)


def _attachment(one: Table, name: str, address: str, files: Files, folder: str) -> Attachment:
    size = fields.number(one, "fileSizeBytes")
    if address.startswith(("https://", "http://")):
        note = f"the export holds only its address, {plain_address(address)}"
        return Attachment(name, "missing", size=size, note=note)
    return files.attached(name or address, folder, address, size=size)
