"""Reads a mail given as bytes through the importers, as the framework would."""

from __future__ import annotations

from pathlib import Path

from abusekit.containers.container import open_container
from abusekit.importers.importer import Importer, Notes
from abusekit.importers.mail import eml, mbox
from abusekit.importers.model import Message, Record


def read(
    folder: Path, raw: bytes, name: str = "mail.eml", *, importer: Importer = eml, notes: Notes | None = None
) -> list[Record]:
    path = folder / name
    path.write_bytes(raw)
    with open_container([(path, name)]) as export:
        members = importer.claim(export)
        assert [member.path for member in members] == [name]
        return list(importer.read(export, members, notes or Notes()))


def one(folder: Path, raw: bytes, *, notes: Notes | None = None) -> Message:
    records = read(folder, raw, notes=notes)
    assert len(records) == 1
    assert isinstance(records[0], Message)
    return records[0]


def mailbox(folder: Path, raw: bytes, *, notes: Notes | None = None) -> list[Record]:
    return read(folder, raw, "box.mbox", importer=mbox, notes=notes)
