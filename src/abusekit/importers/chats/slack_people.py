"""Slack's users and channels, as the lists of an export describe them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from abusekit.containers.container import Member
from abusekit.errors import InputError
from abusekit.importers import fields
from abusekit.importers.chats.records import owned, values
from abusekit.importers.fields import UNREADABLE, Table, decoded
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Profile, SourceRef


class Room(NamedTuple):
    """A channel, a group, or direct messages."""

    id: str
    title: str


@dataclass
class People:
    """Accounts by user id; who is in no list is made of what the message itself says."""

    known: dict[str, Account] = field(default_factory=dict)
    seen: dict[str, Account] = field(default_factory=dict)

    def author(self, record: Table, notes: Notes) -> Account | None:
        """Who wrote it: a user, else a bot; None where the record names neither. Raises WrongShapeError."""
        identity = fields.text(record, "user")
        if not identity:
            return self._bot(record)
        if identity in self.known:
            return self.known[identity]
        shown = fields.table(record, "user_profile")
        if identity in self.seen and not shown:
            return self.seen[identity]
        found = _account(identity, fields.text(shown, "name"), shown, notes)
        self.seen[identity] = found
        return found

    def _bot(self, record: Table) -> Account | None:
        identity, name = fields.text(record, "bot_id"), fields.text(record, "username")
        name = name or fields.text(fields.table(record, "bot_profile"), "name")
        if not identity and not name:
            return None
        return Account(
            "slack", identity or name, "platform_id" if identity else "display_name", "", name, "platform"
        )

    def by_id(self, identity: str) -> Account:
        return (
            self.known.get(identity) or self.seen.get(identity) or Account("slack", identity, "platform_id")
        )


def _account(identity: str, handle: str, shown: Table, notes: Notes) -> Account:
    name = fields.text(shown, "display_name") or fields.text(shown, "real_name") or handle
    return Account(
        "slack", identity, "platform_id", handle, name, "platform", owned(notes, identity, handle, name)
    )


def profile(record: Table, people: People, source: SourceRef, notes: Notes) -> Profile:
    """A user of the list, who then is known to the messages. Raises WrongShapeError."""
    identity = fields.text(record, "id")
    shown = dict(fields.table(record, "profile"))
    if not shown.get("real_name"):
        shown["real_name"] = record.get("real_name")
    account = _account(identity, fields.text(record, "name"), shown, notes)
    people.known[identity] = account
    facts = {key: "yes" for key in ("deleted", "is_bot") if fields.truth(record, key)}
    if account.name != fields.text(shown, "real_name"):
        facts["real_name"] = fields.text(shown, "real_name")
    return Profile(account, source, "owner" if account.owner else "other", facts)


def rooms(member: Member, notes: Notes) -> Iterator[tuple[str, Room]]:
    """(folder of its days, room): channels have folders of their name, direct messages of their id."""
    for value in values(member, [("*",)], notes):
        try:
            record = decoded(value.raw)[0]
            identity, name = fields.text(record, "id"), fields.text(record, "name")
        except UNREADABLE as fault:
            reason = fault.message if isinstance(fault, InputError) else str(fault)
            notes.damaged.append(f"{member.path!a} {value.pointer}: {reason}")
            continue
        room = Room(identity, name or identity)
        yield name or identity, room
        if name:
            yield identity, room
