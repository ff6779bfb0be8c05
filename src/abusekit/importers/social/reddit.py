"""Reddit's data request: CSV files, read by the names of their columns, each also alone.

Times are the server's and say UTC. Source: Reddit's archives as public parsers read them (formats.md 3.11); the text
is taken as it stands: a `unicode_escape` decoding, which one of them does, corrupts it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from abusekit.containers.container import Container, Member
from abusekit.importers import times
from abusekit.importers.chats.records import folder_of
from abusekit.importers.fields import unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Edit, Message, Profile, Record, Time
from abusekit.importers.table_rows import Entry, columns, entries, unknown_flags

NAME = "reddit"
VERSION = 1
LIMITS = (
    "Only what the account itself posted is in it, but for private messages and chats: the posts and comments of "
    "others stand on the website only.",
    "What was deleted before the request may be absent; that something is absent proves nothing.",
    "Nothing in it is signed: a CSV file can be edited, so ask the platform to confirm what matters.",
    "Votes, subscriptions and advertising data are not read.",
)
_PLACEHOLDERS = ("[removed]", "[deleted]")


class _Kind(NamedTuple):
    """A file of the archive, known by the columns that it must have."""

    name: str
    must: frozenset[str]
    known: frozenset[str]


def _kind(name: str, must: str, further: str) -> _Kind:
    return _Kind(name, frozenset(must.split()), frozenset((must + " " + further).split()))


_KINDS = (
    _kind("chat", "message_id created_at username message channel_url",
          "updated_at thread_parent_message_id subreddit channel_name conversation_type"),
    _kind("private", "id permalink thread_id date from to subject body", "ip"),
    _kind("comment", "id permalink date subreddit link parent body", "ip gildings media"),
    _kind("post", "id permalink date subreddit title url body", "ip gildings media"),
)  # fmt: skip
_STATISTICS = ("statistic", "value")
_LOGINS = ("date", "ip")


def claim(export: Container) -> Sequence[Member]:
    """Comments, posts, messages, chats; the account's name and its log of addresses."""
    return [member for member in export.members if _kind_of(member.head(65_536))]


def _kind_of(head: bytes) -> str:
    names = columns(head, _known_header)
    if not names:
        return ""
    if tuple(names) == _STATISTICS:
        return "statistics" if b"account name" in head else ""
    if tuple(names) == _LOGINS:
        return "logins" if b"registration ip" in head else ""
    return next(kind.name for kind in _KINDS if kind.must <= set(names))


def _known_header(cells: Sequence[str]) -> bool:
    return tuple(cells) in (_STATISTICS, _LOGINS) or any(kind.must <= set(cells) for kind in _KINDS)


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """The owner first, where `statistics.csv` names the account; then file by file."""
    kinds = [(member, _kind_of(member.head(65_536))) for member in members]
    folders = {folder_of(member): _Archive(notes) for member in members}
    for member, kind in kinds:
        if kind == "statistics":
            yield from folders[folder_of(member)].statistics(member)
    for member, kind in kinds:
        archive = folders[folder_of(member)]
        if kind == "logins":
            archive.logins(member)
        elif kind != "statistics":
            yield from archive.messages(member, kind)


class _Archive:
    """The files of one folder: they are of one account."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.owner = notes.owner
        self._makers: dict[str, Callable[[Entry], Message]] = {
            "chat": self._chat,
            "private": self._private,
            "comment": self._comment,
            "post": self._post,
        }

    def statistics(self, member: Member) -> Iterator[Record]:
        for entry in entries(member, self.notes, _known_header):
            if entry.fault:
                yield unparsed("reddit", "", entry.fault, entry.source)
            elif entry.cells["statistic"] == "account name" and entry.cells["value"]:
                self.owner = entry.cells["value"]
                yield Profile(self._mine(), entry.source, "owner")

    def logins(self, member: Member) -> None:
        """Addresses of the owner: counted, never given."""
        count = sum(1 for _ in entries(member, self.notes, _known_header))
        self.notes.counts["logged addresses"] += count
        if count:
            self.notes.secret("IP address", f"{member.path}, column ip, {count} rows")

    def messages(self, member: Member, name: str) -> Iterator[Record]:
        kind = next(kind for kind in _KINDS if kind.name == name)
        seen: Counter[str] = Counter()
        for entry in entries(member, self.notes, _known_header):
            if entry.fault:
                yield unparsed("reddit", "", entry.fault, entry.source)
                continue
            message = self._makers[name](entry)
            message.steps = entry.steps
            if message.sent is None:
                message.flags += ("date_not_read",)
            if message.text in _PLACEHOLDERS:
                # what Reddit puts in place of a removed text; a person can also have typed it
                message.flags += (f"placeholder_text:{message.text}",)
            message.flags += unknown_flags(entry.cells, kind.known)
            seen["ip"] += bool(entry.cells.get("ip"))
            yield message
        if seen["ip"]:
            self.notes.secret("IP address", f"{member.path}, column ip, {seen['ip']} rows")

    def _mine(self) -> Account:
        return Account("reddit", self.owner, "handle", self.owner, owner=True)

    def _named(self, name: str) -> Account:
        mine = name == self.owner if self.owner else None
        return Account("reddit", name, "handle", name, owner=mine)

    def _comment(self, entry: Entry) -> Message:
        cells = entry.cells
        message = Message(
            "comment",
            "reddit",
            cells["link"],
            self._mine(),
            cells["body"],
            _time(cells["date"]),
            entry.source,
        )
        message.native_id, message.reply_to = cells["id"], cells["parent"] or cells["link"]
        message.title, message.direction = cells["subreddit"], "out"
        message.urls = _urls(cells, "permalink", "media")
        return message

    def _post(self, entry: Entry) -> Message:
        cells = entry.cells
        message = Message(
            "post",
            "reddit",
            cells["permalink"],
            self._mine(),
            cells["body"],
            _time(cells["date"]),
            entry.source,
        )
        message.native_id, message.title, message.direction = cells["id"], cells["title"], "out"
        message.urls = _urls(cells, "permalink", "url", "media")
        return message

    def _private(self, entry: Entry) -> Message:
        cells = entry.cells
        thread = cells["thread_id"] or cells["id"]  # the first message of a thread has none
        author = self._named(cells["from"]) if cells["from"] else None
        message = Message(
            "message", "reddit", thread, author, cells["body"], _time(cells["date"]), entry.source
        )
        message.native_id, message.title = cells["id"], cells["subject"]
        if cells["to"]:
            message.recipients = (self._named(cells["to"]),)
        if author is not None and author.owner is not None:
            message.direction = "out" if author.owner else "in"
        message.urls = _urls(cells, "permalink")
        return message

    def _chat(self, entry: Entry) -> Message:
        cells = entry.cells
        author = self._named(cells["username"]) if cells["username"] else None
        sent = _time(cells["created_at"])
        message = Message(
            "message", "reddit", cells["channel_url"], author, cells["message"], sent, entry.source
        )
        message.native_id = cells["message_id"]
        message.title = cells.get("channel_name", "") or cells.get("subreddit", "")
        message.reply_to = cells.get("thread_parent_message_id", "")
        message.visibility = cells.get("conversation_type", "")
        if author is not None and author.owner is not None:
            message.direction = "out" if author.owner else "in"
        changed = cells.get("updated_at", "")
        if changed and changed != cells["created_at"]:
            message.edited = Edit("unknown", _time(changed))
        return message


def _time(text: str) -> Time | None:
    return times.iso(text, clock="server") if text else None


def _urls(cells: dict[str, str], *names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cells[name] for name in names if cells.get(name)))
