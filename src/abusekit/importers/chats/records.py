"""What all chat importers do alike: walk a JSON member, decode its records, find files, tell what was not read."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Literal
from urllib.parse import unquote

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.media import HEAD_BYTES, media_type
from abusekit.importers.model import Account, Attachment, Record, SourceRef
from abusekit.importers.spans.json_spans import Pattern, Value, load, scan
from abusekit.importers.spans.places import ref

SMALL = 64 << 20
"""Bytes of a list of users, channels or settings at most; messages are streamed."""


def values(member: Member, patterns: Sequence[Pattern], notes: Notes) -> Iterator[Value]:
    """The wanted values of a JSON member in file order; where it is damaged it ends, and the notes say where."""
    try:
        with closing(member.open()) as stream:
            yield from scan(stream, patterns)
    except InputError as fault:
        notes.damaged.append(f"{member.path!a}: {fault.message}")


def small(member: Member, notes: Notes) -> object:
    """The JSON of a small member; None where it cannot be read, which the notes then say."""
    try:
        return load(member.read(SMALL).removeprefix(b"\xef\xbb\xbf"))
    except InputError as fault:
        notes.damaged.append(f"{member.path!a}: {fault.message}")
        return None


def place(member: Member, value: Value) -> SourceRef:
    return ref(member.path, value.start, value.end, value.raw, value.pointer)


def or_nothing(records: Iterable[Record], notes: Notes, hint: str) -> Iterator[Record]:
    """The records; InputError where there is none and a member was damaged."""
    before = len(notes.damaged)
    empty = True
    for record in records:
        empty = False
        yield record
    if empty and len(notes.damaged) > before:
        raise InputError(f"nothing could be read: {notes.damaged[before]}", hint)


class Files:
    """The members by path, for what messages refer to. Names are compared, never used as paths of this machine."""

    def __init__(self, export: Container, notes: Notes) -> None:
        self._members = {member.path: member for member in export.members}
        self._notes = notes
        self._sorted: list[str] | None = None

    def attached(
        self,
        shown: str,
        folder: str,
        reference: str,
        *,
        claimed: str = "",
        size: int | None = None,
        note: str = "",
    ) -> Attachment:
        """The attachment that `reference` (relative to `folder`, slashes of either kind) points at, or that it is
        missing. `shown`: its name in the export; `claimed`, `size`: as the export says, used where it is missing."""
        found = self.find(folder, reference)
        if found is None:
            return Attachment(shown, "missing", media_type=claimed, size=size, note=note)
        self._notes.read_members.add(found.path)
        return Attachment(
            shown, "present", found.path, content_type(found) or claimed, size=found.size, note=note
        )

    def find(self, folder: str, reference: str) -> Member | None:
        plain = reference.replace("\\", "/")
        if plain not in ("", ".") and len(plain) < 4096:
            for one in (reference, plain, unquote(plain)):
                found = self._members.get(posixpath.normpath(posixpath.join(folder, one)))
                if found is not None:
                    return found
        return None

    def beginning(self, start: str) -> str:
        """The path of the first member, but for descriptions in JSON, that begins so and goes on with a point."""
        if self._sorted is None:
            self._sorted = sorted(self._members)
        for index in range(bisect_left(self._sorted, f"{start}."), len(self._sorted)):
            path = self._sorted[index]
            if not path.startswith(f"{start}."):
                break
            if not path.endswith(".json"):
                return path
        return ""


def content_type(member: Member) -> str:
    """The media type by the first bytes; empty where they cannot be read."""
    try:
        return media_type(member.head(HEAD_BYTES))
    except InputError:
        return ""


def folder_of(member: Member) -> str:
    return member.path.rpartition("/")[0]


def owned(notes: Notes, *names: str) -> bool | None:
    """Whether one of the names is the declared owner's; None where nobody was declared."""
    return notes.owner in names if notes.owner else None


def direction(author: Account | None) -> Literal["in", "out", "unknown"]:
    """Out: the author is the export's owner. In: is known not to be. Else unknown."""
    if author is None or author.owner is None:
        return "unknown"
    return "out" if author.owner else "in"
