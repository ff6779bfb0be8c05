"""Telegram Desktop's JSON export: one chat, or a whole account with its chats, contacts and sessions.

Source: tdesktop `export_output_json.cpp` and the threads named below. `date` is the local time of the machine that
exported; since 3.7.6 (2022, #24054) `date_unixtime` stands beside it, and the two together give that machine's
offset. Names of people are those shown to the owner: for a saved contact the owner may have chosen them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from abusekit.containers.container import HEAD, Container, Member
from abusekit.errors import InputError
from abusekit.importers.chats import telegram_account
from abusekit.importers.chats.records import Files, folder_of, or_nothing, place, values
from abusekit.importers.chats.telegram_content import settle_text
from abusekit.importers.chats.telegram_gaps import Gaps
from abusekit.importers.chats.telegram_record import Chat, record_of
from abusekit.importers.fields import UNREADABLE, Table, WrongShapeError, decoded, unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.json_repair import repair
from abusekit.importers.model import Record
from abusekit.importers.spans.json_spans import Value, load, paths

NAME = "telegram"
VERSION = 1
LIMITS = (
    "Secret chats are never in the export.",
    "Deleted messages are not in it, and a missing number does not prove that one was deleted.",
    "Of an edited message only the last text is in the export.",
    "The name of a person whom the owner saved as a contact may be the one that the owner gave.",
    "A chat that was brought into Telegram from another messenger, such as WhatsApp, can carry the time of that"
    " import instead of the time of the messages (telegramdesktop/tdesktop #10312).",
    "An export of a date range can lack messages of that range (telegramdesktop/tdesktop #27183, #31082).",
)

_CHAT_TYPE = re.compile(
    rb'"type"\s*:\s*"(?:personal_chat|bot_chat|saved_messages|replies|verify_codes|private_group'
    rb'|(?:private|public)_(?:supergroup|channel))"'
)
_MESSAGE = ("messages", "*")
_FACTS = ("name", "type", "id")
_LISTS = ("chats", "left_chats")
_CHATS = tuple((one, "list", "*") for one in _LISTS)
_PATTERNS = (
    _MESSAGE,
    *((*chat, *_MESSAGE) for chat in _CHATS),
    *((fact,) for fact in _FACTS),
    *((*chat, fact) for chat in _CHATS for fact in _FACTS),
    *telegram_account.PATTERNS,
)
_MOST_REPAIRS = 10_000
_ACCOUNT = len(_PATTERNS) - len(telegram_account.PATTERNS)


def claim(export: Container) -> Sequence[Member]:
    """The files that begin like an export of a chat or of an account."""
    return [member for member in export.members if _is_ours(member.head(HEAD))]


def _is_ours(head: bytes) -> bool:
    seen = paths(head)
    if {"/type", "/id", "/messages"} <= seen and _CHAT_TYPE.search(head):
        return True
    if {"/about", "/personal_information", "/personal_information/user_id"} <= seen:
        return True
    for one in _LISTS:
        chat = f"/{one}/list/*"
        if {f"{chat}/type", f"{chat}/id", f"{chat}/messages"} <= seen and _CHAT_TYPE.search(head):
            return True
        if {f"{chat}/messages/*/type", f"{chat}/messages/*/text"} <= seen:
            return True
    return False


@dataclass
class _Reading:
    """What is known so far of one file."""

    member: Member
    notes: Notes
    files: Files
    owner: telegram_account.Owner = field(default_factory=telegram_account.Owner)
    chat: Chat = field(default_factory=Chat)
    gaps: Gaps = field(default_factory=Gaps)
    repairs: int = 0
    prefix: str = ""  # JSON pointer of the chat that is being read


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """Chats in file order, messages and notices in the order of the file. Raises InputError: nothing readable."""
    files = Files(export, notes)
    return or_nothing(
        (record for one in members for record in _file(_Reading(one, notes, files))),
        notes,
        "export the chat again in Telegram Desktop, as JSON",
    )


def _file(reading: _Reading) -> Iterator[Record]:
    notes, member = reading.notes, reading.member
    reading.chat = Chat(fallback=member.path)
    for value in values(member, _PATTERNS, notes):
        prefix = _chat_prefix(value)
        if prefix is not None and prefix != reading.prefix:
            reading.gaps.tell(reading.chat, notes)
            reading.chat, reading.gaps = Chat(fallback=f"{member.path}{prefix}"), Gaps()
            reading.prefix = prefix
        try:
            made = _value(value, reading)
            if made is not None:
                yield made
        except UNREADABLE as fault:
            yield unparsed(
                "telegram", reading.chat.conversation or reading.chat.fallback, fault, place(member, value)
            )
    reading.gaps.tell(reading.chat, notes)
    if reading.repairs > _MOST_REPAIRS:
        notes.warn(f"{member.path!a}: {reading.repairs} places were mended; not all of them are listed.")


def _chat_prefix(value: Value) -> str | None:
    """The pointer of the chat that the value belongs to; None: it belongs to none."""
    if value.pattern >= _ACCOUNT:
        return None
    if not value.pattern:
        return ""  # a message of the only chat
    parts = value.pointer.split("/")
    return "/".join(parts[:4]) if parts[1] in _LISTS else ""


def _value(value: Value, reading: _Reading) -> Record | None:
    notes, member = reading.notes, reading.member
    if value.pattern >= _ACCOUNT:
        kind = telegram_account.PATTERNS[value.pattern - _ACCOUNT][0]
        record = _decoded(value, reading)[0]
        source = place(member, value)
        if kind == telegram_account.OWNER:
            reading.owner = telegram_account.owner(record)
            telegram_account.tell_secrets(record, member.path, notes)
        folder = folder_of(member)
        return telegram_account.record_of(kind, record, source, reading.owner, notes, reading.files, folder)
    if value.pattern < 1 + len(_CHATS):
        record, steps, flags = _decoded(value, reading)
        flags = flags or settle_text(record, value.raw)  # what was mended is no JSON to be looked at again
        reading.gaps.see(record.get("id"))
        return record_of(
            record,
            steps,
            flags,
            reading.chat,
            reading.owner,
            place(member, value),
            folder_of(member),
            reading.files,
            notes,
        )
    reading.chat.learn(value.pointer.rpartition("/")[2], _mended(value, reading)[0])
    return None


def _decoded(value: Value, reading: _Reading) -> tuple[Table, tuple[str, ...], tuple[str, ...]]:
    """The record, the steps of decoding, and the flag `repaired`. Raises WrongShapeError, InputError."""
    try:
        record, steps = decoded(value.raw)
    except InputError:
        mended, flags = _mended(value, reading)
        if not isinstance(mended, dict):
            raise WrongShapeError("the record is not an object") from None
        return mended, ("invalid JSON mended",) if flags else (), flags
    return record, steps, ()


def _mended(value: Value, reading: _Reading) -> tuple[object, tuple[str, ...]]:
    """What Telegram Desktop wrote as invalid JSON (#27571, #24961, #24984), mended in a copy of this value alone.

    Every repair is noted with its offset in the file, up to _MOST_REPAIRS. Raises InputError: it is invalid in
    another way.
    """
    out = BytesIO()
    repairs = repair(BytesIO(value.raw), out)
    decoded_value = load(out.getvalue())
    reading.repairs += len(repairs)
    for one in repairs[: max(0, _MOST_REPAIRS - len(reading.notes.repairs))]:
        was = one.was[:40].decode("utf-8", "replace")
        became = one.became[:40].decode("utf-8", "replace")
        reading.notes.repairs.append(
            f"{reading.member.path!a}, byte {value.start + one.offset}: {was!a} read as {became!a} ({one.why})"
        )
    return decoded_value, ("repaired",) if repairs else ()
