"""Signal's media beside `main.jsonl`: known by the SHA-256 of their content, which the message states."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from contextlib import closing

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers import fields
from abusekit.importers.chats.records import content_type
from abusekit.importers.fields import Table
from abusekit.importers.importer import Notes
from abusekit.importers.model import Attachment


class Media:
    """Members by size, and by hash once something of that size was asked for; each is hashed at most once."""

    def __init__(self, export: Container, claimed: Iterable[Member], notes: Notes) -> None:
        taken = {id(member) for member in claimed}
        self._by_size: dict[int, list[Member]] = {}
        for member in export.members:
            if id(member) not in taken:
                self._by_size.setdefault(member.size, []).append(member)
        self._hashes: dict[str, bytes] = {}
        self._notes = notes

    def attached(self, pointer: Table, note: str = "") -> Attachment:
        """What a `FilePointer` stands for. Raises WrongShapeError."""
        locator = fields.table(pointer, "locatorInfo")
        name, size = fields.text(pointer, "fileName"), fields.number(locator, "size")
        claimed = fields.text(pointer, "contentType")
        caption = fields.text(pointer, "caption")
        notes = "; ".join(part for part in (note, f"caption: {caption}" if caption else "") if part)
        found = self._find(fields.text(locator, "plaintextHash"), size)
        if found is None:
            return Attachment(name or claimed or "file", "missing", media_type=claimed, size=size, note=notes)
        self._notes.read_members.add(found.path)
        kind = content_type(found) or claimed
        return Attachment(name or found.name, "present", found.path, kind, size=found.size, note=notes)

    def _find(self, written: str, size: int | None) -> Member | None:
        try:
            wanted = base64.b64decode(written, validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(wanted) != 32 or size is None:
            return None
        for member in self._by_size.get(size, ()):
            if member.path not in self._hashes:
                self._hashes[member.path] = _hashed(member)
            if self._hashes[member.path] == wanted:
                return member
        return None


def _hashed(member: Member) -> bytes:
    """The SHA-256 of the content; empty where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with closing(member.open()) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except InputError:
        return b""
    return digest.digest()
