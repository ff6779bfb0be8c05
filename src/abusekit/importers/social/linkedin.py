"""LinkedIn's data archive: `messages.csv`, whose rows have cells of many lines.

Times say UTC and are the server's. People are told apart by the address of their profile; its last part is a name that
they choose and can change, and names are as the archive shows them on the day that it was made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from abusekit.containers.container import Container, Member
from abusekit.importers import times
from abusekit.importers.fields import unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Attachment, Message, Record
from abusekit.importers.table_rows import Entry, columns, entries, unknown_flags

NAME = "linkedin"
VERSION = 1
LIMITS = (
    "The archive shows the text of messages only: what was edited or deleted, by whom and when, is not in it.",
    "Profile addresses can be changed by their owners; keep a capture of the profile page.",
    "Files that were attached are named by their web address only, if at all.",
    "Invitations, comments, reactions and connections are not read from this archive.",
    "Nothing in it is signed: a CSV file can be edited, so ask the platform to confirm what matters.",
)
_MUST = frozenset(("CONVERSATION ID", "FROM", "TO", "DATE", "CONTENT"))
_KNOWN = _MUST | {
    "CONVERSATION TITLE", "SENDER PROFILE URL", "RECIPIENT PROFILE URLS", "SUBJECT", "FOLDER", "ATTACHMENTS",
    "IS MESSAGE DRAFT", "IS CONVERSATION DRAFT",
}  # fmt: skip
_INVITATIONS = frozenset(("From", "To", "Sent At", "Direction", "inviterProfileUrl", "inviteeProfileUrl"))


def claim(export: Container) -> Sequence[Member]:
    """The tables of messages, also those of guides and of training."""
    return [member for member in export.members if columns(member.head(65_536), _is_messages)]


def _is_messages(cells: Sequence[str]) -> bool:
    return set(cells) >= _MUST


def _is_invitations(cells: Sequence[str]) -> bool:
    return set(cells) >= _INVITATIONS


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """Each row in file order (the archive begins with the newest conversation)."""
    owner = _Owner(export, notes)
    for member in members:
        for entry in entries(member, notes, _is_messages):
            if entry.fault:
                yield unparsed("linkedin", "", entry.fault, entry.source)
            else:
                yield _message(entry, owner)


class _Owner:
    """The profile of the export's owner: declared, or as the archive's list of invitations says it.

    There each row says who invited whom, and whether the invitation was outgoing. Where the rows name more than one
    profile, nothing is taken from them.
    """

    def __init__(self, export: Container, notes: Notes) -> None:
        self.declared = notes.owner
        self.profile = ""
        profiles: set[str] = set()
        for member in export.members:
            if member.path.lower().endswith(".csv") and columns(member.head(65_536), _is_invitations):
                notes.read_members.add(member.path)
                for entry in entries(member, notes, _is_invitations):
                    way = {"OUTGOING": "inviterProfileUrl", "INCOMING": "inviteeProfileUrl"}
                    named = entry.cells.get(way.get(entry.cells.get("Direction", ""), ""), "")
                    if named and len(profiles) < 3:
                        profiles.add(named)
        if len(profiles) == 1:
            self.profile = profiles.pop()

    def is_it(self, profile: str, name: str) -> bool | None:
        """None: it is not known who the owner is, or the row gives no profile to compare."""
        if self.declared and self.declared in (profile, name):
            return True
        if self.profile and profile:
            return profile == self.profile
        return False if self.declared and profile and not self.profile else None


def _message(entry: Entry, owner: _Owner) -> Message:
    cells = entry.cells
    author = _account(cells["FROM"], cells.get("SENDER PROFILE URL", ""), owner)
    sent = times.iso(cells["DATE"], clock="server") if cells["DATE"] else None
    message = Message(
        "message",
        "linkedin",
        cells["CONVERSATION ID"],
        author,
        cells["CONTENT"],
        sent,
        entry.source,
        steps=entry.steps,
    )
    message.title = cells.get("CONVERSATION TITLE", "") or cells.get("SUBJECT", "")
    message.recipients = _recipients(cells["TO"], cells.get("RECIPIENT PROFILE URLS", ""), owner)
    message.direction = _direction(author)
    message.attachments = tuple(
        Attachment(name, "not_exported") for name in cells.get("ATTACHMENTS", "").split() if name
    )
    message.flags = _flags(cells, sent is None)
    return message


def _flags(cells: dict[str, str], no_date: bool) -> tuple[str, ...]:
    flags = []
    if no_date:
        flags.append("date_not_read")
    if "true" in (cells.get("IS MESSAGE DRAFT", "").lower(), cells.get("IS CONVERSATION DRAFT", "").lower()):
        flags.append("never_sent")
    subject, title = cells.get("SUBJECT", ""), cells.get("CONVERSATION TITLE", "")
    if subject and title and subject != title:
        flags.append(f"subject:{subject[:200]}")
    if cells.get("FOLDER", "") not in ("", "INBOX"):
        flags.append(f"folder:{cells['FOLDER'][:40]}")
    return (*flags, *unknown_flags(cells, _KNOWN))


def _account(name: str, profile: str, owner: _Owner) -> Account | None:
    if not name and not profile:
        return None
    if profile:
        return Account(
            "linkedin", profile, "handle", _vanity(profile), name, "sender", owner.is_it(profile, name)
        )
    return Account("linkedin", name, "display_name", "", name, "sender", owner.is_it("", name))


def _recipients(names: str, profiles: str, owner: _Owner) -> tuple[Account, ...]:
    """By profile. Which of several names belongs to which is not said: names can hold commas too."""
    found = [profile for profile in profiles.split(",") if profile]
    if len(found) > 1:
        return tuple(
            Account("linkedin", profile, "handle", _vanity(profile), owner=owner.is_it(profile, ""))
            for profile in found
        )
    one = _account(names, found[0] if found else "", owner)
    return () if one is None else (one,)


def _vanity(profile: str) -> str:
    return profile.rstrip("/").rpartition("/")[2] if "/in/" in profile else ""


def _direction(author: Account | None) -> Literal["in", "out", "unknown"]:
    if author is None or author.owner is None:
        return "unknown"
    return "out" if author.owner else "in"
