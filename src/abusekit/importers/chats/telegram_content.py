"""What a Telegram message consists of: text of many parts, media, polls, places, reactions."""

from __future__ import annotations

from io import BytesIO
from typing import Any, NamedTuple

from abusekit.importers import fields
from abusekit.importers.chats.records import Files
from abusekit.importers.chats.telegram_times import moment
from abusekit.importers.fields import Table, WrongShapeError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Attachment, Reaction
from abusekit.importers.spans.json_spans import load, scan

_FILES = ("photo", "file", "contact_vcard")
_STRUCTURES = (
    "contact_information", "location_information", "live_location_period_seconds", "place_name", "address", "poll",
    "game_title", "game_description", "game_link", "invoice_information", "giveaway_information", "giveaway_results",
    "dice", "paid_stars_amount", "todo_list",
)  # fmt: skip
CONTENT_FIELDS = frozenset((
    *_FILES, *_STRUCTURES, "thumbnail", "media_type", "mime_type", "duration_seconds", "width", "height",
    "sticker_emoji", "sticker_id", "sticker_set_id", "performer", "title", "self_destruct_period_seconds",
    "file_name", "file_size", "photo_file_size", "thumbnail_file_size", "contact_vcard_file_size", "media_spoiler",
))  # fmt: skip
_NOT_HERE = (
    "(File unavailable, please try again later)",
    "(File exceeds maximum size. Change data exporting settings to download.)",
    "(File not included. Change data exporting settings to download.)",
)
"""What the exporter writes in place of a path, after the file's name where it has one."""


_FLAGGED = frozenset(("via_bot", "author", "self_destruct_period_seconds"))


class Content(NamedTuple):
    text: str
    urls: tuple[str, ...]
    steps: tuple[str, ...]
    flags: tuple[str, ...]


def settle_text(record: Table, raw: bytes) -> tuple[str, ...]:
    """Put the text that is not empty into a record that holds `text` twice; the flag `repeated_key:text`.

    Messages of gifts are written so: first with the text, then empty (telegramdesktop/tdesktop #28781), and JSON's
    readers keep the last. Of two texts the last one stays. Looked for where the bytes hold more of that key than the
    record has; a repeated key with white space before its colon, which the program never writes, is not noticed.
    """
    further = raw.count(b'"text":') - 1
    for key in ("text", "text_entities"):
        parts = record.get(key)
        if further and isinstance(parts, list):
            for part in parts:
                further -= isinstance(part, dict) and "text" in part
    if further <= 0:
        return ()
    texts = [load(value.raw) for value in scan(BytesIO(raw), (("text",),))]
    if len(texts) < 2:
        return ()
    record["text"] = next(filter(None, reversed(texts)), texts[-1])
    return ("repeated_key:text",)


def content(record: Table, notes: Notes) -> Content:
    """Text, addresses of its links, steps, flags. Polls, places and the like follow the text as `name: value` lines.

    Raises WrongShapeError.
    """
    written = record.get("text")
    urls: list[str] = []
    steps: tuple[str, ...] = ()
    if isinstance(written, list):
        text = _joined(written, urls)
        steps = ("formatted parts joined",)
    else:
        text = fields.text(record, "text")
    flags = _flags(record) if not _FLAGGED.isdisjoint(record) else ()
    entities = fields.elements(record, "text_entities")
    if entities and not _is_plain(entities, text) and _joined(entities, urls) != text:
        flags += (
            "text_entities_differ",
        )  # the program writes the same text twice; somebody changed one of them
    if not CONTENT_FIELDS.isdisjoint(record) and (extra := [key for key in _STRUCTURES if key in record]):
        for key, counted in (("poll", "polls"), ("location_information", "locations")):
            if key in record:
                notes.counts[counted] += 1
        lines = [f"{key}: {fields.laid_out(record[key])}" for key in extra]
        text = "\n".join([text, *lines] if text else lines)
        steps += ("fields laid out",)
    return Content(text, tuple(dict.fromkeys(urls)), steps, flags)


def _is_plain(entities: list[Any], text: str) -> bool:
    """Whether it is the same text, in one piece that is no link, as most messages have it."""
    return entities == [{"type": "plain", "text": text}]


def _joined(parts: list[Any], urls: list[str]) -> str:
    """The text of the parts; addresses of links are added to `urls`. Raises WrongShapeError."""
    texts = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            texts.append(fields.text(part, "text"))
            if part.get("type") in ("link", "text_link"):
                urls.append(fields.text(part, "href") or fields.text(part, "text"))
        else:
            raise WrongShapeError("the text holds something else than texts and objects")
    return "".join(texts)


def _flags(record: Table) -> tuple[str, ...]:
    """What a reader must know of the message: a bot, a signature, a timer."""
    flags: tuple[str, ...] = ()
    if bot := fields.text(record, "via_bot"):
        flags += (f"via_bot:{bot[:64]}",)
    if signature := fields.text(record, "author"):
        flags += (f"signature:{signature[:100]}",)
    if seconds := fields.number(record, "self_destruct_period_seconds"):
        flags += (f"self_destruct:{seconds} s",)
    return flags


def attachments(record: Table, folder: str, files: Files) -> tuple[Attachment, ...]:
    """The files that it carries; its small preview counts as read with it. Raises WrongShapeError."""
    if CONTENT_FIELDS.isdisjoint(record):
        return ()
    thumbnail = fields.text(record, "thumbnail")
    if thumbnail and not thumbnail.endswith(_NOT_HERE):
        files.attached(thumbnail, folder, thumbnail)
    found = []
    for key in _FILES:
        path = fields.text(record, key)
        if not path:
            continue
        kind = fields.text(record, "media_type")
        claimed = fields.text(record, "mime_type") if key == "file" else ""
        size = fields.number(record, f"{key}_size" if key == "file" else f"{key}_file_size")
        reason = next((one for one in _NOT_HERE if path.endswith(one)), "")
        if reason:
            name = path.removesuffix(reason).strip() or fields.text(record, "file_name") or kind or key
            found.append(Attachment(name, "omitted", media_type=claimed, size=size, note=reason.strip("()")))
        else:
            found.append(files.attached(path, folder, path, claimed=claimed, size=size, note=kind))
    return tuple(found)


def reactions(record: Table) -> tuple[Reaction, ...]:
    """One for each person named (only recent ones are); the others of the same sign together as `👍 ×12`.

    Raises WrongShapeError.
    """
    if "reactions" not in record:
        return ()
    found: list[Reaction] = []
    for one in fields.tables(record, "reactions"):
        value = fields.text(one, "emoji") or fields.identity(one, "document_id") or fields.text(one, "type")
        recent = fields.tables(one, "recent")
        for each in recent:
            identity, name = fields.identity(each, "from_id"), fields.text(each, "from")
            actor = Account(
                "telegram", identity or name, "platform_id" if identity else "display_name", name=name
            )
            found.append(Reaction(value, actor, moment(each, "date")))
        nameless = (fields.number(one, "count") or 0) - len(recent)
        if nameless > 0:
            found.append(Reaction(f"{value} ×{nameless}"))
    return tuple(found)
