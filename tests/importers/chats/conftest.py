"""Exports made in a test, read by one importer, every place checked."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable
from functools import partial
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from abusekit.containers.container import Container, Member
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Message, Profile, Record


class Result(NamedTuple):
    records: list[Record]
    notes: Notes

    @property
    def messages(self) -> list[Message]:
        return [one for one in self.records if isinstance(one, Message)]

    @property
    def events(self) -> list[Event]:
        return [one for one in self.records if isinstance(one, Event)]

    @property
    def profiles(self) -> list[Profile]:
        return [one for one in self.records if isinstance(one, Profile)]


Reads = Callable[..., Result]


def made(files: dict[str, bytes | object]) -> Container:
    """A container of these members; what is not bytes is written as JSON."""
    members = []
    for path, content in files.items():
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        members.append(Member(path, len(data), None, partial(io.BytesIO, data)))
    return Container("export", members)


def check_places(export: Container, records: Iterable[Record]) -> None:
    """Each source's hash is that of the bytes it names, and no two records of a kind stand at the same place."""
    data = {member.path: member.open().read() for member in export.members}
    for record in records:
        source = record.source
        assert 0 <= source.start < source.end <= len(data[source.member])
        assert hashlib.sha256(data[source.member][source.start : source.end]).hexdigest() == source.sha256


@pytest.fixture(scope="session")
def reads() -> Reads:
    """`reads(importer, files, owner="", claimed=None)` → the records and the notes."""

    def read(
        importer: ModuleType, files: dict[str, Any], *, owner: str = "", claimed: list[str] | None = None
    ) -> Result:
        export = made(files)
        members = importer.claim(export)
        if claimed is not None:
            assert [one.path for one in members] == claimed
        assert members, "not claimed"
        notes = Notes(owner=owner)
        records = list(importer.read(export, members, notes))
        check_places(export, records)
        return Result(records, notes)

    return read
