"""Discord chats as DiscordChatExporter writes them in JSON, one file for each channel.

Source: its JsonMessageWriter.cs (Tyrrrz/DiscordChatExporter). The exporter runs on somebody's machine with
somebody's token; nothing in the file is signed, and the file does not say whose token it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from abusekit.containers.container import HEAD, Container, Member
from abusekit.errors import InputError
from abusekit.importers import fields, times
from abusekit.importers.chats.discord_people import Channel, account, attachments, channel_of, reactions
from abusekit.importers.chats.records import Files, direction, folder_of, or_nothing, place, values
from abusekit.importers.chats.snowflake import conflict, settle
from abusekit.importers.fields import UNREADABLE, Table, decoded, unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import (
    Account,
    Edit,
    Event,
    Message,
    Record,
    SourceRef,
    Time,
)
from abusekit.importers.spans.csv_rows import header
from abusekit.importers.spans.json_spans import paths

NAME = "discord"
VERSION = 1
LIMITS = (
    "The export holds one channel, and of it what the exporting account was allowed to see.",
    "Messages that were deleted before the export are not in it, and nothing tells that they were there.",
    "Of an edited message only the last text is in the export.",
    "Whose account made the export is not recorded in it.",
)

_MESSAGES = ("messages", "*")
_PATTERNS = (_MESSAGES, ("channel",), ("guild",), ("dateRange",), ("messageCount",))
_ROOT = frozenset(("/guild/id", "/channel/id", "/messages"))
_CSV = (["AuthorID", "Author", "Date", "Content"], ["Author", "Date", "Content", "Attachments"])
_KNOWN = frozenset((
    "id", "type", "timestamp", "timestampEdited", "callEndedTimestamp", "isPinned", "content", "author",
    "attachments", "components", "embeds", "stickers", "reactions", "mentions", "reference", "forwardedMessage",
    "interaction", "inlineEmojis", "poll",
))  # fmt: skip
_EVENTS = {
    "Call": "call",
    "RecipientAdd": "join",
    "RecipientRemove": "leave",
    "GuildMemberJoin": "join",
    "ChannelNameChange": "title_change",
    "ChannelIconChange": "system",
    "ChannelPinnedMessage": "system",
    "ThreadCreated": "system",
}
_LAST_NOTICE = 18
# MessageKind.cs: numbers 1 to 18 are notices of the system, and those without a name are written as their number


def claim(export: Container) -> Sequence[Member]:
    """The JSON files of the exporter; its CSV files too, so that they are refused with a reason."""
    return [
        member for member in export.members if paths(member.head(HEAD)) >= _ROOT or _is_csv(member.head(HEAD))
    ]


def _is_csv(head: bytes) -> bool:
    return b"Author" in head[:16] and header(head)[:4] in _CSV


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """Messages, calls and notices in file order. Raises InputError: nothing but CSV, or nothing readable."""
    chats = []
    for member in members:
        if member.head(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
            chats.append(member)
        else:
            notes.damaged.append(
                f"{member.path!a}: the exporter's CSV has neither ids nor seconds and is not read"
            )
    hint = "export the channel again as JSON"
    if not chats:
        raise InputError("DiscordChatExporter's CSV has neither message ids nor exact times", hint)
    files = Files(export, notes)
    return or_nothing((record for one in chats for record in _chat(one, files, notes)), notes, hint)


def _chat(member: Member, files: Files, notes: Notes) -> Iterator[Record]:
    channel = Channel("", "", "")
    count, conflicts, declared = 0, 0, None
    for value in values(member, _PATTERNS, notes):
        try:
            if value.pattern == 0:
                count += 1
                record, steps = decoded(value.raw)
                made = _record(record, steps, channel, place(member, value), folder_of(member), files, notes)
                conflicts += conflict(made.sent)
                yield made
            elif value.pattern in (1, 2):
                channel = channel_of(channel, decoded(value.raw)[0], is_guild=value.pattern == 2)
            elif value.pattern == 3:
                _tell_range(decoded(value.raw)[0], channel, notes)
            else:
                declared = value.raw
        except UNREADABLE as fault:
            yield unparsed("discord", channel.id, fault, place(member, value))
    if declared is not None and declared != str(count).encode():
        said = declared[:20].decode("ascii", "replace")
        notes.warn(f"{member.path!a} says that it holds {said!a} messages, and holds {count}.")
    if conflicts:
        notes.warn(
            f"{member.path!a}: {conflicts} written times differ by a second or more from those inside of the ids."
        )


def _tell_range(dates: Table, channel: Channel, notes: Notes) -> None:
    parts = [f"{name} {fields.text(dates, name)}" for name in ("after", "before") if fields.text(dates, name)]
    if parts:
        notes.limit(
            f"The export of {channel.title!a} was asked for only a part of the channel: {' and '.join(parts)}."
        )


def _record(
    record: Table,
    steps: tuple[str, ...],
    channel: Channel,
    source: SourceRef,
    folder: str,
    files: Files,
    notes: Notes,
) -> Message | Event:
    identity = fields.identity(record, "id")
    kind = fields.text(record, "type")
    sent = settle(fields.text(record, "timestamp"), identity)
    writer = fields.table(record, "author")
    author = account(writer, notes) if writer else None
    flags = _flags(record, sent)
    if writer and fields.truth(writer, "isBot"):
        flags = ("bot", *flags)
    if kind in _EVENTS or (kind.isdecimal() and 1 <= int(kind[:9]) <= _LAST_NOTICE):
        return _event(record, kind, channel, author, sent, source, identity, flags)
    content, more = _content(record)
    reference = fields.table(record, "reference")
    forwarded = "forwardedMessage" in record or fields.text(reference, "type") == "Forward"
    target = fields.identity(reference, "messageId")
    edited = fields.text(record, "timestampEdited")
    return Message(
        "message",
        "discord",
        channel.id,
        author,
        content,
        sent,
        source,
        steps=steps + more,
        title=channel.title,
        native_id=identity,
        direction=direction(author),
        edited=Edit("yes", times.iso(edited, clock="server")) if edited else None,
        reply_to="" if forwarded else target,
        forwarded_from=f"message {target} in channel {fields.identity(reference, 'channelId')}"
        if forwarded
        else "",
        attachments=attachments(record, files, folder),
        reactions=reactions(record, notes),
        flags=flags,
    )


def _flags(record: Table, sent: Time | None) -> tuple[str, ...]:
    flags = fields.unknown(record, _KNOWN)
    if sent is None:
        flags += ("time_not_read",)
    if fields.truth(record, "isPinned"):
        flags += ("pinned",)
    if embeds := fields.elements(record, "embeds"):
        flags += (f"embeds:{len(embeds)}",)
    if command := fields.table(record, "interaction"):
        flags += (f"command:{fields.text(command, 'name')[:40]}",)
    return flags


def _event(
    record: Table,
    kind: str,
    channel: Channel,
    author: Account | None,
    sent: Time | None,
    source: SourceRef,
    identity: str,
    flags: tuple[str, ...],
) -> Event:
    ended = fields.text(record, "callEndedTimestamp")
    end = times.iso(ended, clock="server") if ended else None
    length = None
    if (
        kind == "Call"
        and end is not None
        and sent is not None
        and sent.at.endswith("Z")
        and end.at.endswith("Z")
    ):
        length = max(0, round((times.utc_of(end) - times.utc_of(sent)).total_seconds()))
    return Event(
        _EVENTS.get(kind, "system"),  # type: ignore[arg-type]  # the values of the table are kinds
        "discord",
        channel.id,
        author,
        fields.text(record, "content"),
        sent,
        source,
        title=channel.title,
        native_id=identity,
        direction=direction(author),
        duration_s=length,
        flags=flags,
    )


def _content(record: Table) -> tuple[str, tuple[str, ...]]:
    """The text, else that of what was forwarded, else that of the embeds (which bots write), with the step."""
    content = fields.text(record, "content")
    if content and "forwardedMessage" not in record:
        return content, ()
    forwarded = fields.text(fields.table(record, "forwardedMessage"), "content")
    if content or forwarded:
        return content or forwarded, () if content else ("text of the forwarded message",)
    lines = [
        fields.text(embed, key)
        for embed in fields.tables(record, "embeds")
        for key in ("title", "description")
        if fields.text(embed, key)
    ]
    return "\n".join(lines), ("text of the embeds",) if lines else ()
