"""Mailboxes: mbox files of Thunderbird, Apple Mail, Google Takeout, and others.

Each mail is read from exactly its bytes, so that a signature can be checked; what a program added (`From ` lines, the
sign before `>From `) is told apart from what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.mail import message
from abusekit.importers.mail.mbox_split import Piece, split
from abusekit.importers.mail.message import PLATFORM, Held, Reading, records
from abusekit.importers.mail.shape import is_mailbox
from abusekit.importers.model import Event, Record, SourceRef
from abusekit.importers.spans.text_lines import decode

__all__ = ["LIMITS", "NAME", "VERSION", "claim", "read"]

NAME = "mbox"
VERSION = 1
LIMITS = (
    *message.LIMITS,
    "A mailbox file marks the beginning of a mail only by a line of text: a forged line in a mail can look like one.",
)


def claim(export: Container) -> Sequence[Member]:
    """Members that begin with the opening line of a mailbox and a header field."""
    return [member for member in export.members if is_mailbox(member.head(65_536))]


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """The mails in the order of the file, each followed by those attached to it.

    Raises InputError where not one of the members could be read.
    """
    reading = Reading.of(notes)
    fault: InputError | None = None
    done = 0
    for member in members:
        try:
            with member.open() as stream:
                for piece in split(stream):
                    done += 1
                    yield from _records(member.path, piece, reading)
        except InputError as one:
            notes.damaged.append(f"{member.path!a}: {one.message}")
            fault = one
    if fault is not None and not done:
        raise fault


def _records(path: str, piece: Piece, reading: Reading) -> Iterator[Record]:
    marker = decode(piece.marker.strip())[0]
    at = f"mail {piece.number}, opened by `{marker[:120]}`" if piece.number else "before the first mail"
    source = SourceRef(path, piece.start, piece.end, piece.sha256, at)
    if not piece.number:
        if piece.raw.strip():
            text = "text before the first mail of the mailbox"
            yield Event("unparsed", PLATFORM, "", None, text, None, source)
        return
    flags = ("boundary_ambiguous",) if piece.ambiguous else ()
    if flags:
        reading.notes.warn(
            "Some mails begin where the mailbox does not clearly show one: it can be text of another mail."
        )
    yield from records(Held(piece.raw, source, piece.cut, in_mailbox=True, flags=flags), reading)
