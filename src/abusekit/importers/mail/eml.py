"""Single mails as files: `.eml`, "Show original", RFC 5322 with MIME.

The bytes are read as they are; DKIM signatures are checked against key records that the case holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.mail.message import LIMITS, Held, Reading, records
from abusekit.importers.mail.shape import is_mail
from abusekit.importers.model import Record, SourceRef

__all__ = ["LIMITS", "NAME", "VERSION", "claim", "read"]

NAME = "eml"
VERSION = 1
LARGEST = 64 << 20
"""Bytes of one mail that are held in memory; of a larger one the beginning is read, and all of it is hashed."""
_BLOCK = 1 << 20


def claim(export: Container) -> Sequence[Member]:
    """Members that begin with the header of a mail; not mailboxes, not saved pages."""
    return [member for member in export.members if is_mail(member.head(65_536))]


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """One record for each mail, followed by those of the mails attached to it.

    Raises InputError where not one of the members could be read.
    """
    reading = Reading.of(notes)
    fault: InputError | None = None
    done = 0
    for member in members:
        try:
            held = _held(member)
        except InputError as one:
            notes.damaged.append(f"{member.path!a}: {one.message}")
            fault = one
            continue
        done += 1
        yield from records(held, reading)
    if fault is not None and not done:
        raise fault


def _held(member: Member) -> Held:
    with member.open() as stream:
        raw = stream.read(LARGEST)
        digest = hashlib.sha256(raw)
        size = len(raw)
        while block := stream.read(_BLOCK):
            digest.update(block)
            size += len(block)
    cut = size > len(raw)
    source = SourceRef(member.path, 0, size, digest.hexdigest())
    return Held(raw, source, cut=cut)
