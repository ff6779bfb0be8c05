"""One message of a Messenger or Instagram thread in JSON: both schemas, the threads' own and the end-to-end one."""

from __future__ import annotations

from typing import NamedTuple

from abusekit.containers.container import Member
from abusekit.importers import fields as field
from abusekit.importers import times
from abusekit.importers.fields import UNREADABLE, Table, WrongShapeError
from abusekit.importers.importer import Notes
from abusekit.importers.meta.attached import Files, links_in, secret, shared
from abusekit.importers.meta.mojibake import LATIN_TO_UTF8, Mender
from abusekit.importers.meta.people import People
from abusekit.importers.model import (
    Account,
    Attachment,
    Deletion,
    Event,
    Flag,
    Message,
    Reaction,
    SourceRef,
    Time,
)

_MEDIA = ("photos", "videos", "gifs", "audio_files", "files")
_TOLD = {"is_geoblocked_for_viewer": "geoblocked", "is_taken_down": "taken_down"}
_COMMON = frozenset(("sender_name", "timestamp_ms", "content", "type", "ip", "sender_id_INTERNAL", *_TOLD))
_KNOWN = _COMMON | {*_MEDIA, "is_unsent", "sticker", "share", "reactions"}
_KNOWN_EVENT = _COMMON | {"call_duration", "missed", "users"}
_BARE = frozenset(("sender_name", "timestamp_ms", "content", "type", "is_geoblocked_for_viewer", "reactions"))
_ORDINARY = ("Generic", "Share")  # types that say nothing: most messages are of them, or of none
_KNOWN_E2EE = frozenset(("senderName", "text", "timestamp", "type", "isUnsent", "media", "reactions"))


class Thread(NamedTuple):
    """What is the same for all messages of one thread."""

    conversation: str
    title: str
    names: tuple[str, ...]
    """Display names of the participants, as mended."""
    flags: tuple[Flag, ...]
    """`section:message_requests`, … where the thread does not lie in the inbox."""
    end_to_end: bool


class Reader:
    """Turns the bytes of one message into its records."""

    def __init__(
        self, thread: Thread, member: Member, people: People, files: Files, notes: Notes, bytewise: bool
    ) -> None:
        self._thread, self._member, self._people, self._files = thread, member, people, files
        self._notes, self._bytewise = notes, bytewise
        self._pair = len(thread.names) == 2 and thread.names[0] != thread.names[1]

    def read(self, raw: bytes, source: SourceRef) -> tuple[Message | Event, ...]:
        """One message, or the events of a call or of joining and leaving; `unparsed` where it is not understood."""
        thread = self._thread
        try:
            fields = field.record(raw)
            mend = Mender(raw, self._bytewise)
            if thread.end_to_end:
                return (self._end_to_end(fields, mend, raw, source),)
            if "call_duration" in fields or fields.get("type", "Generic") not in _ORDINARY:
                happened = self._event(fields, mend, source)
                if happened:
                    return happened
            return (self._message(fields, mend, raw, source),)
        except UNREADABLE as fault:
            return (field.unparsed(self._people.platform, thread.conversation, fault, source, thread.title),)

    def _message(self, fields: Table, mend: Mender, raw: bytes, source: SourceRef) -> Message:
        name = mend(field.text(fields, "sender_name"))
        author = self._author(name, fields)
        sent, flags = self._sent(fields, "timestamp_ms")
        written = field.text(fields, "content")
        text = mend(written)
        urls: tuple[str, ...] = links_in(text)
        attachments = () if fields.keys() <= _BARE else self._attachments(fields, mend)
        if fields.get("share") is not None:
            attachment, link, words = shared(field.table(fields, "share"), mend)
            attachments += (attachment,)
            urls = tuple(dict.fromkeys((*((link,) if link else ()), *urls)))
            if not text and words:
                text, written = words, field.text(field.table(fields, "share"), "share_text")
        reactions = self._reactions(fields, mend)
        message = Message(
            "message", self._people.platform, self._thread.conversation, author, text, sent, source,
            text_raw=written if written != text else None, title=self._thread.title,
            recipients=self._recipients(name), direction=self._people.direction(author), attachments=attachments,
            reactions=reactions, urls=urls,
            flags=(*flags, *self._people.flags(name), *_told(fields), *field.unknown(fields, _KNOWN)),
        )  # fmt: skip
        if "is_unsent" in fields and field.truth(fields, "is_unsent"):
            message.deleted = Deletion("unsent")
        return self._stepped(message, mend, raw)

    def _end_to_end(self, fields: Table, mend: Mender, raw: bytes, source: SourceRef) -> Message:
        name = mend(field.text(fields, "senderName"))
        author = self._author(name, fields)
        sent, flags = self._sent(fields, "timestamp")
        written = field.text(fields, "text")
        text = mend(written)
        attachments = tuple(
            self._files.attachment(one, self._member, mend, "media") for one in field.tables(fields, "media")
        )
        kind = field.text(fields, "type")
        message = Message(
            "message", self._people.platform, self._thread.conversation, author, text, sent, source,
            text_raw=written if written != text else None, title=self._thread.title,
            recipients=self._recipients(name), direction=self._people.direction(author), attachments=attachments,
            reactions=self._reactions(fields, mend), urls=links_in(text),
            flags=(
                *flags,
                *((f"type:{kind[:40]}",) if kind not in ("", "Generic", "text", "media") else ()),
                *self._people.flags(name),
                *field.unknown(fields, _KNOWN_E2EE),
            ),
        )  # fmt: skip
        if field.truth(fields, "isUnsent"):
            message.deleted = Deletion("unsent")
        return self._stepped(message, mend, raw)

    def _event(self, fields: Table, mend: Mender, source: SourceRef) -> tuple[Event, ...]:
        """A call, or joining and leaving, where the record itself says so (`type`, `call_duration`)."""
        kind = field.text(fields, "type")
        seconds = field.whole(fields, "call_duration")
        if kind not in ("Call", "Subscribe", "Unsubscribe") and seconds is None:
            return ()
        name = mend(field.text(fields, "sender_name"))
        sent, flags = self._sent(fields, "timestamp_ms")
        text = mend(field.text(fields, "content"))
        author = self._author(name, fields)
        flags = (*flags, *self._people.flags(name), *field.unknown(fields, _KNOWN_EVENT))
        event = Event(
            "call", self._people.platform, self._thread.conversation, author, text, sent, source,
            title=self._thread.title, direction=self._people.direction(author), flags=flags,
        )  # fmt: skip
        if kind not in ("Subscribe", "Unsubscribe"):
            event.duration_s = seconds
            if field.truth(fields, "missed"):
                event.kind, event.outcome = "missed_call", "missed"
            elif "missed" in fields:
                event.outcome = "answered"
            if self._pair and author is not None and name in self._thread.names:
                event.target = self._recipients(name)[0]
            return (event,)
        event.kind = "join" if kind == "Subscribe" else "leave"
        targets = [mend(field.text(one, "name")) for one in field.tables(fields, "users")]
        if not targets:
            return (event,)
        return tuple(_for(event, self._people.account(target)) for target in targets)

    def _author(self, name: str, fields: Table) -> Account | None:
        if fields.get("ip") and field.text(fields, "ip"):
            secret(self._notes, "IP address", f"{self._member.path} /messages/…/ip")
        if "sender_id_INTERNAL" in fields:
            number = fields["sender_id_INTERNAL"]
            if isinstance(number, int | str) and number not in (0, "", True, False):
                return self._people.account(name, str(number)[:40])
        return self._people.account(name) if name else None

    def _sent(self, fields: Table, key: str) -> tuple[Time | None, tuple[Flag, ...]]:
        count = field.whole(fields, key)
        if count is None:
            return None, (*self._thread.flags, "no_time")
        sent = times.epoch(count, 1000, clock="server")
        if sent is None:
            raise WrongShapeError(f"{key} {str(count)[:30]} is no possible time")
        return sent, self._thread.flags

    def _attachments(self, fields: Table, mend: Mender) -> tuple[Attachment, ...]:
        found: list[Attachment] = []
        for kind in _MEDIA:
            if kind in fields:
                found += [
                    self._files.attachment(one, self._member, mend, kind.removesuffix("s"))
                    for one in field.tables(fields, kind)
                ]
        if fields.get("sticker") is not None:
            found.append(
                self._files.attachment(field.table(fields, "sticker"), self._member, mend, "sticker")
            )
        return tuple(found)

    def _reactions(self, fields: Table, mend: Mender) -> tuple[Reaction, ...]:
        if "reactions" not in fields:
            return ()
        found: list[Reaction] = []
        for one in field.tables(fields, "reactions"):
            actor = mend(field.text(one, "actor"))
            seconds = field.whole(one, "timestamp")
            at = times.epoch(seconds, 1, clock="server") if seconds else None
            found.append(
                Reaction(
                    mend(field.text(one, "reaction")), self._people.account(actor) if actor else None, at
                )
            )
        return tuple(found)

    def _recipients(self, name: str) -> tuple[Account, ...]:
        """The other one of two; who was in a group when something was sent is not in the export."""
        if not self._pair or name not in self._thread.names:
            return ()
        first, second = self._thread.names
        return (self._people.account(second if name == first else first),)

    def _stepped(self, message: Message, mend: Mender, raw: bytes) -> Message:
        if mend.changed:
            message.steps = (LATIN_TO_UTF8,)
        if steps := field.replaced(raw):
            message.steps += steps
        return message


def _told(fields: Table) -> tuple[Flag, ...]:
    """What the record says of the message as a whole, where it is out of the ordinary."""
    told: tuple[Flag, ...] = ()
    for key, word in _TOLD.items():
        if fields.get(key) is True:
            told += (word,)
    kind = field.text(fields, "type")
    return told if not kind or kind in _ORDINARY else (*told, f"type:{kind[:40]}")


def _for(event: Event, target: Account) -> Event:
    return Event(
        event.kind, event.platform, event.conversation, event.author, event.text, event.sent, event.source,
        target, event.title, direction=event.direction, flags=event.flags,
    )  # fmt: skip
