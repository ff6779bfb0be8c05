"""Posts and direct messages of an X archive: texts, times with the clock of their ids, links, files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from abusekit.containers.container import Container, Member
from abusekit.importers import times
from abusekit.importers.chats.records import content_type
from abusekit.importers.fields import Table, WrongShapeError, elements, table, tables, text, unknown
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Attachment, Deletion, Edit, Message, Reaction, SourceRef, Time


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CREATED = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})", re.ASCII)
_MONTHS = {
    "Jan": "01", "Feb": "02", "Mar": "03", "Apr": "04", "May": "05", "Jun": "06",
    "Jul": "07", "Aug": "08", "Sep": "09", "Oct": "10", "Nov": "11", "Dec": "12",
}  # fmt: skip
_FIRST_SNOWFLAKE = 29_700_859_247
"""Ids of November 2010 and later hold their time; those before are numbers only."""
_SNOWFLAKE_EPOCH = 1_288_834_974_657
_AGREES_MS = 2000
"""A direct message is stamped 0.1 to 0.6 s after its id is given (formats.md 3.3); a post is cut to its second."""
_RETWEET = re.compile(r"RT @([A-Za-z0-9_]{1,20}): ")
_SHORT = re.compile(r"https?://t\.co/[A-Za-z0-9]{1,30}", re.ASCII)
_ESCAPED = re.compile(r"&(amp|lt|gt|quot|#39);")
_SIGNS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#39": "'"}
_TWEET = _words(
    "edit_info retweeted source entities display_text_range favorite_count id_str truncated retweet_count id "
    "created_at favorited full_text text lang in_reply_to_status_id_str in_reply_to_status_id "
    "in_reply_to_user_id_str in_reply_to_user_id in_reply_to_screen_name possibly_sensitive extended_entities "
    "deleted_at coordinates geo place contributors withheld_in_countries withheld_copyright scopes user "
    "retweeted_status is_quote_status quoted_status_id quoted_status_id_str community_id community_id_str "
    "card note_tweet conversation_id conversation_id_str"
)
_POST_FOLDERS = ("tweets_media", "tweet_media", "deleted_tweets_media", "community_tweet_media")
_DIRECT_FOLDERS = (
    "direct_messages_media", "direct_messages_group_media", "direct_message_media", "direct_message_group_media",
)  # fmt: skip
_DIRECT = _words("id senderId recipientId text createdAt mediaUrls urls reactions editHistory mediaIds")


MediaFiles: TypeAlias = dict[tuple[str, str], Member]
"""(Last part of the folder's name, name of the file) → the file."""


def media_files(export: Container) -> MediaFiles:
    """The photographs and films of the archive, which stand in folders `…_media`."""
    return {
        (posixpath.basename(posixpath.dirname(member.path)), member.name): member
        for member in export.members
        if "_media/" in member.path
    }


class Archive:
    """What is the same for all records: whose it is, and the files that posts refer to."""

    def __init__(self, media: MediaFiles, notes: Notes) -> None:
        self.notes = notes
        self.owner = ""
        # numeric id; empty: the export does not say
        self.handle = ""
        self.name = ""
        self._media = media
        self._mine: Account | None = None

    def mine(self) -> Account:
        known = self._mine  # made once, and anew when more of it is known
        if known is None or (known.id, known.handle, known.name) != (self.owner, self.handle, self.name):
            known = Account("x", self.owner, "platform_id", self.handle, self.name, "sender", True)
            self._mine = known
        return known

    def account(self, identity: str, handle: str = "", name: str = "") -> Account:
        if identity and identity == self.owner:
            return self.mine()
        owner = False if self.owner and identity else None
        kind: Literal["platform_id", "handle"] = "platform_id" if identity else "handle"
        return Account("x", identity or handle, kind, handle, name, "sender" if name else "unknown", owner)

    def attached(self, folders: tuple[str, ...], identity: str, address: str, kind: str) -> Attachment:
        """The file `<id>-<last part of the address>` in one of the folders, as the archive names it."""
        shown = posixpath.basename(address.partition("?")[0])
        for folder in folders:
            member = self._media.get((folder, f"{identity}-{shown}"))
            if member is not None:
                self.notes.read_members.add(member.path)
                return Attachment(
                    shown, "present", member.path, content_type(member), size=member.size, note=address
                )
        return Attachment(shown, "missing", media_type=kind, note=address)


def post(tweet: Table, source: SourceRef, archive: Archive, *, deleted: bool) -> Message:
    """A post. Raises WrongShapeError."""
    identity = text(tweet, "id_str") or text(tweet, "id")
    written = text(tweet, "full_text") or text(tweet, "text")
    if not identity and not written and not text(tweet, "created_at"):
        raise WrongShapeError("a post without id, text and time")
    sent = _created(text(tweet, "created_at"), identity)
    entities = table(tweet, "entities")
    reply = text(tweet, "in_reply_to_status_id_str") or text(tweet, "in_reply_to_status_id")
    message = Message(
        "post", "x", text(tweet, "conversation_id_str") or reply or identity, archive.mine(), "", sent, source
    )
    links = [(text(link, "url"), text(link, "expanded_url")) for link in tables(entities, "urls")]
    _set_text(message, written, links)
    message.native_id, message.direction, message.reply_to = identity, "out", reply
    message.recipients = tuple(_replied_to(tweet, archive))
    message.attachments = tuple(_media(tweet, identity, archive))
    if (found := _RETWEET.match(message.text)) is not None:
        message.forwarded_from = f"@{found[1]}"
    edits = table(tweet, "edit_info")
    if edits and (len(elements(table(edits, "initial"), "editTweetIds")) > 1 or edits.get("edit")):
        message.edited = Edit("yes")
    at = text(tweet, "deleted_at")
    if deleted or at:
        message.deleted = Deletion("unknown", moment(at) if at else None)
    message.flags = (*_of_time(sent), *unknown(tweet, _TWEET))
    _tell(sent, source, archive)
    return message


def long_post(note: Table, source: SourceRef, archive: Archive) -> Message:
    """A post of more than 280 signs, of which the list of posts holds the beginning only. Raises WrongShapeError."""
    core = table(note, "core")
    identity = text(note, "noteTweetId")
    sent = moment(text(note, "createdAt"))
    message = Message("post", "x", identity, archive.mine(), "", sent, source)
    links = [
        (text(link, "shortUrl") or text(link, "url"), text(link, "expandedUrl") or text(link, "expanded_url"))
        for link in tables(core, "urls")
    ]
    _set_text(message, text(core, "text"), links)
    message.native_id, message.direction = identity, "out"
    known = frozenset(("noteTweetId", "updatedAt", "createdAt", "lifecycle", "core"))
    message.flags = ("long_text_of_a_post", *_of_time(sent), *unknown(note, known))
    return message


def direct(create: Table, conversation: str, source: SourceRef, archive: Archive) -> Message:
    """A direct message. Raises WrongShapeError."""
    identity, sender = text(create, "id"), text(create, "senderId")
    if not sender and not identity:
        raise WrongShapeError("a direct message without id and sender")
    sent = moment(text(create, "createdAt"), identity)
    author = archive.account(sender) if sender else None
    message = Message("message", "x", conversation, author, "", sent, source)
    links = [(text(link, "url"), text(link, "expanded")) for link in tables(create, "urls")]
    _set_text(message, text(create, "text"), links)
    message.native_id = identity
    if recipient := text(create, "recipientId"):
        message.recipients = (archive.account(recipient),)
    if author is not None and author.owner is not None:
        message.direction = "out" if author.owner else "in"
    if addresses := elements(create, "mediaUrls"):
        message.attachments = tuple(
            archive.attached(_DIRECT_FOLDERS, identity, address, "")
            for address in addresses
            if isinstance(address, str)
        )
    if reactions := tables(create, "reactions"):
        message.reactions = tuple(
            Reaction(
                text(one, "reactionKey"),
                archive.account(text(one, "senderId")),
                moment(text(one, "createdAt")),
            )
            for one in reactions
        )
    if history := elements(create, "editHistory"):
        texts = [text(one, "editedText") for one in history if isinstance(one, dict)]
        message.edited = Edit("yes", previous=tuple(one for one in texts if one))
    message.flags = (*_of_time(sent), *unknown(create, _DIRECT))
    if not conversation:
        message.flags += ("conversation_not_stated",)
    _tell(sent, source, archive)
    return message


def moment(written: str, identity: str = "") -> Time | None:
    """`createdAt`: ISO 8601 with Z, the server's; compared with the id, where there is one."""
    time = times.iso(written, clock="server") if written else None
    return None if time is None else _with_id(time, identity)


def _created(written: str, identity: str) -> Time | None:
    """`Wed Oct 10 20:19:24 +0000 2018`; older archives write `2010-05-05 10:00:00 +0000`."""
    found = _CREATED.fullmatch(written)
    plain = written
    if found is not None and found[1] in _MONTHS:
        plain = f"{found[5]}-{_MONTHS[found[1]]}-{found[2]}T{found[3]}{found[4]}"
    time = times.iso(plain, clock="server")
    if time is None:
        return None
    time.raw = written
    return _with_id(time, identity)


def _with_id(time: Time, identity: str) -> Time:
    """The written time, with what the id says: `(id >> 22) + 1288834974657` milliseconds since 1970."""
    if not (identity.isascii() and identity.isdigit() and len(identity) <= 20) or not time.at.endswith("Z"):
        return time
    number = int(identity)
    if number < _FIRST_SNOWFLAKE:
        return time
    inside = (number >> 22) + _SNOWFLAKE_EPOCH
    away = inside - round(times.utc_of(time).timestamp() * 1000)
    time.agrees = (f"{'CONFLICT: ' if abs(away) > _AGREES_MS else ''}id: {away:+d} ms",)
    return time


def _tell(time: Time | None, source: SourceRef, archive: Archive) -> None:
    if time is not None and time.agrees and time.agrees[0].startswith("CONFLICT"):
        archive.notes.counts["id CONFLICT"] += 1
        archive.notes.warn(f"{source.member}: a written time differs from the one inside of its id")


def _of_time(time: Time | None) -> tuple[str, ...]:
    return () if time is not None else ("date_not_read",)


def _set_text(message: Message, written: str, links: list[tuple[str, str]]) -> None:
    """Unescape HTML once, then put the addresses that the archive gives in place of t.co links."""
    message.text = written
    if not links and "&" not in written:
        return
    said = _ESCAPED.sub(lambda found: _SIGNS[found[1]], written) if "&" in written else written
    steps = ["html unescape"] if said != written else []
    known = {short: full for short, full in links if full}
    expanded = _SHORT.sub(lambda found: known.get(found[0], found[0]), said) if known else said
    if expanded != said:
        said = expanded
        steps.append("t.co expanded")
    message.text = said
    message.text_raw = written if said != written else None
    message.steps = tuple(steps)
    message.urls = tuple(dict.fromkeys(full or short for short, full in links if full or short))


def _replied_to(tweet: Table, archive: Archive) -> Iterator[Account]:
    identity = text(tweet, "in_reply_to_user_id_str") or text(tweet, "in_reply_to_user_id")
    handle = text(tweet, "in_reply_to_screen_name")
    if identity or handle:
        yield archive.account(identity, handle)


def _media(tweet: Table, identity: str, archive: Archive) -> Iterator[Attachment]:
    held = tables(table(tweet, "extended_entities"), "media") or tables(table(tweet, "entities"), "media")
    for one in held:
        address = text(one, "media_url_https") or text(one, "media_url")
        found = archive.attached(_POST_FOLDERS, identity, address, text(one, "type"))
        for variant in tables(table(one, "video_info"), "variants"):
            if found.state == "present":
                break
            moving = archive.attached(_POST_FOLDERS, identity, text(variant, "url"), "")
            found = moving if moving.state == "present" else found
        yield found
