"""Statuses as the Mastodon API answers them → messages and events.

Source: docs.joinmastodon.org/entities/Status, Notification, Conversation. `uri` is the stable key; `id` counts on the
server that answered only, and means another status on every other server.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from abusekit.importers import times
from abusekit.importers.fields import Table, WrongShapeError, table, tables, text, unknown
from abusekit.importers.model import Account, Attachment, Edit, Event, Message
from abusekit.importers.social.mastodon_activity import PLATFORM, Place, owned, to_text

_FIELDS = frozenset(
    ("id", "created_at", "edited_at", "in_reply_to_id", "in_reply_to_account_id", "sensitive", "spoiler_text",
     "visibility", "language", "uri", "url", "replies_count", "reblogs_count", "favourites_count", "quotes_count",
     "favourited", "reblogged", "muted", "bookmarked", "pinned", "filtered", "content", "text", "reblog", "application",
     "account", "media_attachments", "mentions", "tags", "emojis", "card", "poll", "quote", "quote_approval")
)  # fmt: skip
_WITH_STATUS = frozenset(("mention", "status", "poll", "update", "quote", "quoted_update"))
_MOST_KNOWN = 200_000


@dataclass(slots=True)
class Thread:
    """Statuses of this file by their local id, so that a reply names the address of what it answers."""

    known: dict[str, tuple[str, str]] = field(default_factory=dict)
    # local id → (uri, conversation)


def status(value: Table, place: Place, thread: Thread) -> Message:
    """One status. Raises WrongShapeError."""
    uri, local = text(value, "uri") or text(value, "url"), _id(value, "id")
    answered = _id(value, "in_reply_to_id")
    parent, conversation = thread.known.get(answered, (answered, answered))
    conversation = conversation or uri or local
    if local and len(thread.known) < _MOST_KNOWN:
        thread.known[local] = (uri or local, conversation)
    author = account(table(value, "account"), place)
    html = text(value, "content")
    shown, steps = to_text(html, place.raw)
    options = [text(option, "title") for option in tables(table(value, "poll"), "options")]
    if options:
        shown, steps = "\n".join([shown, *options]), (*steps, "poll options appended")
        place.notes.counts["polls"] += 1
    created, edited_at = text(value, "created_at"), text(value, "edited_at")
    remote = author is not None and "@" in author.handle
    sent = times.iso(created, clock="claimed" if remote else "server") if created else None
    flags = [] if sent else [f"date_not_read:{created[:40]}" if created else "no_date"]
    if reblog := table(value, "reblog"):
        flags.append("repost")
    if client := text(table(value, "application"), "name"):
        flags.append(f"client:{client[:80]}")
    if quoted := text(table(table(value, "quote"), "quoted_status"), "uri"):
        flags.append(f"quotes:{quoted}")
    urls = (text(value, "url"), text(table(value, "card"), "url"))
    return Message(
        "comment" if answered else "post",
        PLATFORM,
        conversation,
        author,
        "" if reblog else shown,
        sent,
        place.source,
        text_raw=html if html != shown and not reblog else None,
        steps=() if reblog else steps,
        title=text(value, "spoiler_text"),
        native_id=uri or local,
        recipients=tuple(_mentioned(value, place)),
        direction="out" if author is not None and author.owner else "unknown",
        edited=Edit("yes", times.iso(edited_at, clock="server")) if edited_at else None,
        reply_to=parent,
        forwarded_from=text(reblog, "uri"),
        attachments=() if reblog else tuple(_media(value)),
        visibility=text(value, "visibility"),
        urls=tuple(dict.fromkeys(url for url in urls if url)),
        flags=(*flags, *([f"local_id:{local}"] if local and local != uri else []), *unknown(value, _FIELDS)),
    )


def notification(value: Table, place: Place) -> Event | None:
    """Who followed, favoured, reposted …; None where the status inside says it all. Raises WrongShapeError."""
    kind, created = text(value, "type"), text(value, "created_at")
    if not kind or kind in _WITH_STATUS:
        return None
    named: Any = {"follow": "follow"}.get(kind, "notice")
    about = text(table(value, "status"), "uri")
    return Event(
        named,
        PLATFORM,
        about or _id(value, "id"),
        account(table(value, "account"), place),
        f"{kind} {about}".strip(),
        times.iso(created, clock="server") if created else None,
        place.source,
        native_id=_id(value, "id"),
    )


def account(value: Table, place: Place) -> Account | None:
    """The account by its address; the name is its own choice."""
    uri = text(value, "uri") or text(value, "url")
    handle = text(value, "acct") or text(value, "username")
    return owned(uri, handle, text(value, "display_name"), place.notes) if uri or handle else None


def _id(value: Table, key: str) -> str:
    """Ids are strings; servers of before 2017 and some kin write numbers."""
    found = value.get(key)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if found is not None and not isinstance(found, str):
        raise WrongShapeError(f"`{key}` is neither text nor number")
    return found or ""


def _mentioned(value: Table, place: Place) -> Iterator[Account]:
    for one in tables(value, "mentions"):
        found = account(one, place)
        if found is not None:
            yield found


def _media(value: Table) -> Iterator[Attachment]:
    for one in tables(value, "media_attachments"):
        described = text(one, "description")
        yield Attachment(
            text(one, "url") or text(one, "remote_url") or _id(one, "id"),
            "not_exported",
            media_type={"image": "image/*", "video": "video/*", "audio": "audio/*"}.get(
                text(one, "type"), ""
            ),
            note=f"described as: {described[:1000]}" if described else "",
        )
