"""One message or notice of Telegram's HTML export."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from msgspec.structs import replace

from abusekit.importers import times
from abusekit.importers.chats.records import Files, direction, owned
from abusekit.importers.chats.telegram_markup import Block
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Attachment, Event, Message, Reaction, SourceRef, Time

_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(?: (UTC)(?:([+-]\d\d):?(\d\d))?)?", re.ASCII)
_REPLY = re.compile(r"#go_to_message(-?\d{1,19})", re.ASCII)
_OMITTED = (
    "Not included, change data exporting settings to download.",
    "Exceeds maximum size, change data exporting settings to download.",
    "Unavailable, please try again later.",
)


class _Call(NamedTuple):
    kind: Literal["call", "missed_call"]
    direction: Literal["in", "out"]
    outcome: str


_CALLS = {
    "Cancelled": _Call("missed_call", "out", "missed"),
    "Outgoing": _Call("call", "out", ""),
    "Missed": _Call("missed_call", "in", "missed"),
    "Declined": _Call("call", "in", "rejected"),
    "Incoming": _Call("call", "in", ""),
}
_CALL = re.compile(r"(Cancelled|Outgoing|Missed|Declined|Incoming)(?: \((\d{1,7}) seconds\))?", re.ASCII)


@dataclass
class Context:
    """The page that is being read."""

    conversation: str
    title: str
    folder: str
    files: Files
    notes: Notes
    previous: Account | None = None
    # the sender of the message before; None after a notice and at the top of a page


def record_of(block: Block, context: Context, source: SourceRef) -> Message | Event:
    """Never raises: what is missing in the mark-up is empty in the record, with a flag."""
    native = block.id.removeprefix("message")
    if block.service:
        attachments(block, context)
        return Event(
            "system", "telegram", context.conversation, None, block.text("body"), None, source,
            title=context.title, native_id=native,
        )  # fmt: skip
    flags: tuple[str, ...] = ()
    author = context.previous if block.joined else _author(block, context)
    if author is None:
        flags += ("author_not_stated",)
    elif block.joined:
        flags += ("author_inherited",)
    sent = _sent(block)
    if sent is None:
        flags += ("time_not_read",)
    call = _CALL.fullmatch(block.text("status")) if _has(block, "media_call") else None
    if call is not None:
        return _call(block, call, context, source, author, sent, native, flags)
    text, steps = _text(block)
    forwarded = block.text("from_name", forwarded=True, without="date")
    return Message(
        "message",
        "telegram",
        context.conversation,
        author,
        text,
        sent,
        source,
        steps=steps,
        title=context.title,
        native_id=native,
        direction=direction(author),
        reply_to=_reply(block),
        forwarded_from=forwarded,
        attachments=attachments(block, context),
        reactions=_reactions(block),
        urls=_links(block),
        flags=flags + (("forwarded",) if _has(block, "forwarded") and not forwarded else ()),
    )


def _has(block: Block, role: str) -> bool:
    return any(role in roles for roles, _ in block.texts)


def _author(block: Block, context: Context) -> Account | None:
    """By the name shown, whole: ` via @bot` after it may be part of a name, and is not cut off."""
    name = block.text("from_name", forwarded=False)
    return Account("telegram", name, name=name, owner=owned(context.notes, name)) if name else None


def _sent(block: Block) -> Time | None:
    written = next(
        (
            tag.attrs["title"]
            for roles, tag in block.tags
            if "date" in roles and "forwarded" not in roles and "title" in tag.attrs
        ),
        "",
    )
    found = _DATE.fullmatch(written.strip())
    if found is None:
        return None
    day, month, year, clock, zoned, hours, minutes = found.groups()
    if zoned:
        time = times.iso(f"{year}-{month}-{day}T{clock}{hours or '+00'}:{minutes or '00'}", clock="server")
        return replace(time, raw=written) if time is not None else None
    try:
        local = datetime.fromisoformat(f"{year}-{month}-{day}T{clock}")
    except ValueError:
        return None
    return (
        times.local(local, raw=written, precision="s", clock="server") if times.in_years(local.year) else None
    )


def _text(block: Block) -> tuple[str, tuple[str, ...]]:
    """The text; a poll, a place or a contact follows as the page shows it."""
    text = block.text("text")
    media = {role for roles, _ in block.texts for role in roles if role.startswith("media_")}
    laid_out = media & {"media_poll", "media_location", "media_live_location", "media_venue", "media_contact"}
    if not laid_out and not media & {"media_game", "media_invoice"}:
        return text, ()
    shown = " ".join("".join(one for roles, one in block.texts if roles and media & set(roles)).split())
    return "\n".join(part for part in (text, shown) if part), ("media laid out",)


def _reply(block: Block) -> str:
    for roles, tag in block.tags:
        found = _REPLY.search(tag.attrs.get("href", "")[-60:]) if "reply_to" in roles else None
        if found:
            return found[1]
    return ""


def _links(block: Block) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            tag.attrs["href"]
            for roles, tag in block.tags
            if "text" in roles and tag.attrs.get("href") and tag.name == "a"
        )
    )


def _reactions(block: Block) -> tuple[Reaction, ...]:
    """Signs with their numbers as the page shows them; who reacted is not named reliably there."""
    signs = [
        text.strip()
        for roles, text in block.texts
        if "reaction" in roles and "emoji" in roles and text.strip()
    ]
    counts = [
        text.strip()
        for roles, text in block.texts
        if "reaction" in roles and "count" in roles and text.strip()
    ]
    if len(signs) == len(counts):
        return tuple(Reaction(f"{sign} ×{count}") for sign, count in zip(signs, counts, strict=True))
    return tuple(Reaction(sign) for sign in signs)


def attachments(block: Block, context: Context) -> tuple[Attachment, ...]:
    """The files that the page links to, and those that the exporter says it left out."""
    found = []
    for roles, tag in block.tags:
        href, classes = tag.attrs.get("href", ""), tag.attrs.get("class", "")
        is_media = "_wrap" in classes or "media" in classes.split() or "userpic_link" in classes
        if is_media and href and not href.startswith(("http://", "https://", "#", "tg://")):
            found.append(context.files.attached(href, context.folder, href))
        elif is_media and not href and "media" in classes.split():
            reason = block.text("description")
            kind = next((role for role in roles if role.startswith("media_")), "media")
            if reason.rstrip(".") in [one.rstrip(".") for one in _OMITTED]:
                found.append(Attachment(block.text("title") or kind, "omitted", note=reason))
            elif block.text("title").startswith("Self-destructing"):
                found.append(Attachment(block.text("title"), "not_exported", note=block.text("status")))
    return tuple(found)


def _call(
    block: Block,
    found: re.Match[str],
    context: Context,
    source: SourceRef,
    author: Account | None,
    sent: Time | None,
    native: str,
    flags: tuple[str, ...],
) -> Event:
    """A call: its direction is that of the export's owner, as the exporter words it (`Outgoing`, `Missed`)."""
    call = _CALLS[found[1]]
    seconds = int(found[2]) if found[2] else None
    name = block.text("title")
    return Event(
        call.kind,
        "telegram",
        context.conversation,
        author,
        f"{name}: {found[0]}" if name else found[0],
        sent,
        source,
        Account("telegram", name, name=name) if name else None,
        context.title,
        native,
        call.direction,
        seconds,
        call.outcome or ("answered" if seconds else ""),
        flags,
    )
