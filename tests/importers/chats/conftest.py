"""Exports made in a test, read by one importer, every place checked."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from tests.importers.read_whole import container, reading

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


@pytest.fixture(scope="session")
def reads() -> Reads:
    """`reads(importer, files, owner="", claimed=None)` → the records and the notes."""

    def read(
        importer: ModuleType, files: dict[str, Any], *, owner: str = "", claimed: list[str] | None = None
    ) -> Result:
        export = container(files)
        members = importer.claim(export)
        if claimed is not None:
            assert [one.path for one in members] == claimed
        assert members, "not claimed"
        records, notes = reading(importer, export, owner)
        assert all(record.source.start < record.source.end for record in records)
        return Result(records, notes)

    return read
