"""The data package that Discord sends to the owner of an account: only what that account wrote.

Folders and files of the account have names in the owner's language (`Compte/user.json`), so that everything is known
by content (Androz2091/discord-data-package-explorer). Times of the JSON form have neither zone nor fraction: the id
settles both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from abusekit.containers.container import HEAD, Container, Member
from abusekit.errors import InputError
from abusekit.importers import fields
from abusekit.importers.chats.discord_people import plain_address
from abusekit.importers.chats.records import folder_of, or_nothing, place, small, values
from abusekit.importers.chats.snowflake import conflict, settle
from abusekit.importers.fields import UNREADABLE, Table, WrongShapeError, decoded, unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Attachment, Message, Profile, Record, SourceRef
from abusekit.importers.spans.csv_rows import header
from abusekit.importers.spans.json_spans import paths
from abusekit.importers.table_rows import entries

NAME = "discord-package"
VERSION = 1
LIMITS = (
    "The package holds only what the account's owner wrote, never what others wrote to the owner.",
    "Messages that the owner deleted before the package was made are not in it.",
    "Attached files are not in the package, only their addresses, which stop working.",
)

_COLUMNS = ["ID", "Timestamp", "Contents", "Attachments"]
_KNOWN = frozenset(_COLUMNS)
_CHANNEL_TYPE = re.compile(
    rb'"type"\s*:\s*(?:"(?:DM|GROUP_DM|GUILD_[A-Z_]+|PUBLIC_THREAD|PRIVATE_THREAD|NEWS_THREAD)"|(\d{1,2})\b)'
)
_SNOWFLAKE = re.compile(rb'"id"\s*:\s*"\d{15,20}"')
_INDEX_KEY = re.compile(r"/\d{15,20}")
_ROLES = {1: "contact", 2: "blocked"}


class _Sort(NamedTuple):
    """What a member is: `user`, `channel`, `index`, `json`, `csv`."""

    name: str
    member: Member


@dataclass
class _Package:
    titles: dict[str, str] = field(default_factory=dict)
    channels: dict[str, Table] = field(default_factory=dict)  # folder → channel.json
    people: dict[str, Account] = field(default_factory=dict)
    owner: Account = field(default_factory=lambda: Account("discord", owner=True))


def claim(export: Container) -> Sequence[Member]:
    """Messages, channels, the index of channels and the account, all by content."""
    return [member for member in export.members if _sort(member)]


def _sort(member: Member) -> str:
    head = member.head(HEAD)
    seen = paths(head)
    if {"/*/ID", "/*/Timestamp", "/*/Contents"} <= seen:
        return "json"
    if b"Timestamp" in head[:64] and header(head) == _COLUMNS:
        return "csv"
    if {"/id", "/type"} <= seen and _SNOWFLAKE.search(head) and (kind := _CHANNEL_TYPE.search(head)):
        vague = kind[1] is not None and not seen & {"/recipients", "/name", "/guild"}  # older: a number
        return "" if vague or seen & {"/messages", "/content", "/author"} else "channel"
    if {"/id", "/username"} <= seen and seen & {"/relationships", "/email", "/discriminator", "/global_name"}:
        return "user" if _SNOWFLAKE.search(head) else ""
    listed = "" in seen and len(seen) > 1 and all(_INDEX_KEY.fullmatch(one) for one in seen - {""})
    return "index" if listed else ""


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """The owner, people related to the owner, and the owner's messages, channel by channel in file order."""
    hint = "hand over the whole package, as Discord sent it"
    return or_nothing(_records([_Sort(_sort(one), one) for one in members], notes, hint), notes, hint)


def _records(sorts: list[_Sort], notes: Notes, hint: str) -> Iterator[Record]:
    package = _Package()
    for sort, member in sorts:
        if sort == "user":
            yield from _user(member, package, notes)
        elif sort == "index":
            titles = small(member, notes)
            if isinstance(titles, dict):
                package.titles.update((key, one) for key, one in titles.items() if isinstance(one, str))
        elif sort == "channel":
            channel = small(member, notes)
            package.channels[folder_of(member)] = channel if isinstance(channel, dict) else {}
    if all(sort == "index" for sort, _ in sorts):
        raise InputError("this is the list of a Discord package's channels, without messages", hint)
    for sort, member in sorts:
        if sort == "json":
            yield from _json(member, package, notes)
        elif sort == "csv":
            yield from _csv(member, package, notes)
        elif sort == "channel" and not any(
            one in ("json", "csv") and folder_of(other) == folder_of(member) for one, other in sorts
        ):
            notes.warn(f"{member.path!a} describes a channel of which no messages are in the export.")


def _user(member: Member, package: _Package, notes: Notes) -> Iterator[Record]:
    """The owner and the list of friends and blocked people; what is private of the owner is only named as a secret."""
    for value in values(member, [()], notes):
        source = place(member, value)
        try:
            user = decoded(value.raw)[0]
            package.owner = _person(user, owner=True)
            for key, what in (("email", "owner's e-mail"), ("phone", "owner's phone"), ("ip", "IP address")):
                if user.get(key):
                    notes.secret(what, f"{member.path} /{key}")
        except UNREADABLE as fault:
            yield unparsed("discord", "", fault, source)
            continue
        yield Profile(package.owner, source, "owner")
    for value in values(member, [("relationships", "*")], notes):
        source = place(member, value)
        try:
            record = decoded(value.raw)[0]
            person = _person(fields.table(record, "user") or record)
            package.people[person.id] = person
            kind = record.get("type")
            role = _ROLES.get(kind, "other") if isinstance(kind, int) else "other"
            facts = {} if role != "other" else {"relationship": fields.laid_out(kind)[:40]}
            yield Profile(person, source, role, facts)  # type: ignore[arg-type]  # the values of the table are roles
        except UNREADABLE as fault:
            yield unparsed("discord", "", fault, source)


def _person(record: Table, *, owner: bool = False) -> Account:
    number = fields.identity(record, "discriminator")
    name = fields.text(record, "username")
    shown = fields.text(record, "global_name") or fields.text(record, "display_name")
    return Account(
        "discord",
        fields.identity(record, "id"),
        "platform_id",
        name if number.strip("0") == "" else f"{name}#{number}",
        shown or name,
        "platform",
        owner,
    )


class _Place(NamedTuple):
    """What all messages of a file share."""

    conversation: str
    title: str
    recipients: tuple[Account, ...]
    author: Account


def _channel(member: Member, package: _Package, notes: Notes) -> _Place:
    channel = package.channels.get(folder_of(member), {})
    try:
        identity = fields.identity(channel, "id")
        name = fields.text(channel, "name")
        guild = fields.text(fields.table(channel, "guild"), "name")
        others = [
            one for one in fields.elements(channel, "recipients") if isinstance(one, str) and one.isdecimal()
        ]
    except WrongShapeError as fault:
        notes.damaged.append(f"{folder_of(member)!a}/channel.json: {fault}")
        identity, name, guild, others = "", "", "", []
    recipients = tuple(
        package.people.get(one) or Account("discord", one, "platform_id", owner=False)
        for one in others[:100]
        if one != package.owner.id
    )
    fallback = folder_of(member).rpartition("/")[2]
    title = package.titles.get(identity) or (f"{guild} / {name}" if guild and name else name)
    return _Place(identity or fallback.lstrip("c") or member.path, title, recipients, package.owner)


def _json(member: Member, package: _Package, notes: Notes) -> Iterator[Record]:
    where = _channel(member, package, notes)
    for value in values(member, [("*",)], notes):
        source = place(member, value)
        try:
            record, steps = decoded(value.raw)
            flags = fields.unknown(record, _KNOWN)
            cells = [fields.identity(record, "ID"), *(fields.text(record, key) for key in _COLUMNS[1:])]
            yield _message(cells, where, source, steps, flags, notes)
        except UNREADABLE as fault:
            yield unparsed("discord", where.conversation, fault, source)


def _csv(member: Member, package: _Package, notes: Notes) -> Iterator[Record]:
    where = _channel(member, package, notes)
    for entry in entries(member, notes, lambda cells: list(cells) == _COLUMNS):
        if entry.fault:
            yield unparsed("discord", where.conversation, entry.fault, entry.source)
        else:
            yield _message([*entry.cells.values()], where, entry.source, entry.steps, (), notes)


def _message(
    cells: list[str],
    where: _Place,
    source: SourceRef,
    steps: tuple[str, ...],
    flags: tuple[str, ...],
    notes: Notes,
) -> Message:
    identity, written, content, attached = cells
    sent = settle(written, identity)
    if conflict(sent):
        notes.warn(f"{source.member!a}: a written time differs from the one inside of its message's id.")
    return Message(
        "message",
        "discord",
        where.conversation,
        where.author,
        content,
        sent,
        source,
        steps=steps,
        title=where.title,
        native_id=identity,
        recipients=where.recipients,
        direction="out",
        attachments=tuple(_attachment(one) for one in attached.split()[:100]),
        flags=flags if sent is not None else (*flags, "time_not_read"),
    )


def _attachment(address: str) -> Attachment:
    plain = plain_address(address)
    return Attachment(
        plain.rpartition("/")[2] or plain, "not_exported", note=f"the export holds only its address, {plain}"
    )
