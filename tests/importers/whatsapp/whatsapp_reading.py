"""Chats made in a test, and what the importer reads of them."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from abusekit.containers.container import open_container
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Message, Record
from abusekit.importers.whatsapp import chat


@dataclass
class Reading:
    records: list[Record]
    notes: Notes
    data: dict[str, bytes]
    """The bytes of each member that was read."""

    @property
    def messages(self) -> list[Message]:
        return [record for record in self.records if isinstance(record, Message)]

    @property
    def events(self) -> list[Event]:
        return [record for record in self.records if isinstance(record, Event)]

    def texts(self) -> list[tuple[str, str]]:
        """Name and text of each message."""
        return [(one.author.name if one.author else "", one.text) for one in self.messages]

    def check(self) -> Reading:
        """Each place is that of the bytes that were hashed, in order, and none overlaps another."""
        ends: dict[str, int] = {}
        for record in self.records:
            place = record.source
            assert ends.get(place.member, 0) <= place.start <= place.end <= len(self.data[place.member])
            ends[place.member] = place.end
            assert (
                place.sha256 == hashlib.sha256(self.data[place.member][place.start : place.end]).hexdigest()
            )
        return self


def read_path(path: Path, *, owner: str = "", modified: datetime | None = None) -> Reading:
    with open_container([(path, path.name)]) as export:
        members = chat.claim(export)
        for member in members:
            member.modified = modified
        notes = Notes(owner=owner)
        records = list(chat.read(export, members, notes))
        data = {}
        for member in members:
            with member.open() as stream:
                data[member.path] = stream.read()
    return Reading(records, notes, data).check()


def read_text(folder: Path, text: str | bytes, *, name: str = "chat.txt", **facts: object) -> Reading:
    """`facts`: of `read_path`."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_path(path, **facts)  # type: ignore[arg-type]


def write_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 6, 1, 12, 0, 0)), data)
    return path


def ios(*entries: str, end: str = "\r\n") -> str:
    return "".join(entry + end for entry in entries)
