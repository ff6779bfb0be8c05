"""Telegram Desktop's HTML export: `messages.html`, `messages2.html`, …, each read whole (some thousand messages).

Source: tdesktop `export_output_html.cpp`. There are display names only, no ids of accounts; times carry their offset
since about 2022 and none before. A message of class `joined` has no name of its own: the exporter leaves it out when
the message before is of the same sender.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from abusekit.containers.container import HEAD, Container, Member
from abusekit.errors import InputError
from abusekit.importers.chats.records import Files, folder_of, or_nothing
from abusekit.importers.chats.telegram_html_message import Context, record_of
from abusekit.importers.chats.telegram_markup import Block, blocks, title_of
from abusekit.importers.fields import unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Message, Record
from abusekit.importers.spans.html_events import Text
from abusekit.importers.spans.places import ref

NAME = "telegram-html"
VERSION = 1
LIMITS = (
    "The HTML export holds only names as shown, no ids of accounts; two people can have the same name, and a name can"
    " be changed. The JSON export of the same chat has ids.",
    "Whether and when a message was edited is not in the HTML export.",
    "Secret chats and deleted messages are never in the export.",
    "Exports of before about 2022 do not say in which time zone their times are.",
    "A chat that was brought into Telegram from another messenger, such as WhatsApp, can carry the time of that"
    " import instead of the time of the messages (telegramdesktop/tdesktop #10312).",
)

_MOST = 64 << 20
_MESSAGE = re.compile(rb'<div class="message (?:default|service)\b[^">]{0,60}" id="message-?\d{1,19}"')
_HISTORY = re.compile(rb'<div class="(?:page_body chat_page|history)"')
_PAGING = ("Next messages", "Previous messages")
_NUMBER = re.compile(r"messages(\d{0,6})\.html")


def claim(export: Container) -> Sequence[Member]:
    """Pages with a history of messages, those of one folder in the order of their numbers."""
    found = [one for one in export.members if _is_ours(one.head(HEAD))]
    first = {folder_of(one): index for index, one in reversed(list(enumerate(found)))}
    return sorted(found, key=lambda one: (first[folder_of(one)], _number(one)))


def _is_ours(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<" and bool(
        _HISTORY.search(head) and _MESSAGE.search(head)
    )


def _number(member: Member) -> int:
    found = _NUMBER.fullmatch(member.name)
    return int(found[1] or 1) if found else 0


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """Messages and notices, chat by chat. Raises InputError: nothing readable."""
    files = Files(export, notes)
    many = len({folder_of(one) for one in members}) > 1
    return or_nothing(
        (record for one in members for record in _page(one, files, notes, many=many)),
        notes,
        "export the chat again in Telegram Desktop, as JSON",
    )


def _page(member: Member, files: Files, notes: Notes, *, many: bool) -> Iterator[Record]:
    try:
        data = member.read(_MOST)
    except InputError as fault:
        notes.damaged.append(f"{member.path!a}: {fault.message}")
        return
    title = title_of(data)
    folder = folder_of(member)
    named = f"{folder}: {title}" if many else title  # two chats can have one title, and numbers of their own
    context = Context(named or folder or member.path, title, folder, files, notes)
    begun, between = False, 0
    for block in blocks(data):
        if isinstance(block, Text):
            between += begun and block.text.strip() not in _PAGING
            continue
        begun = True
        raw = data[block.start : block.end]
        source = ref(member.path, block.start, block.end, raw, f"#{block.id}"[:80])
        record: Record
        if block.broken:
            context.previous = None
            record = unparsed("telegram", context.conversation, "the message's mark-up has no end", source)
        else:
            record = record_of(block, context, source)
            _remember(block, record, context)
        yield record
    if between:
        notes.warn(
            f"{member.path!a}: {between} pieces of text stand between the messages and belong to none."
        )
    if b"</html>" not in data[-4096:]:
        notes.damaged.append(f"{member.path!a}: the page has no end; it may have been cut off")


def _remember(block: Block, record: Record, context: Context) -> None:
    """The sender whom a `joined` message inherits; the exporter writes a name again after each notice."""
    context.previous = record.author if isinstance(record, Message) and not block.service else None
