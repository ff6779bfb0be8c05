"""What the tests of importers do alike: an export in memory, every record's place checked, files that must not be
claimed, and damage by chance."""

from __future__ import annotations

import hashlib
import io
import json
import random
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from abusekit.containers.container import Container, Member, open_container
from abusekit.errors import InputError
from abusekit.importers.importer import Importer, Notes
from abusekit.importers.model import Event, Message, Record, Time


def container(files: Mapping[str, object]) -> Container:
    """An export in memory; what is neither bytes nor text is written as JSON."""
    members = []
    for path, data in files.items():
        text = data if isinstance(data, str | bytes) else json.dumps(data)
        raw = text.encode() if isinstance(text, str) else text
        members.append(Member(path, len(raw), None, lambda raw=raw: io.BytesIO(raw)))  # type: ignore[misc]
    return Container("export", members)


def reading(importer: Any, export: Container, owner: str = "") -> tuple[list[Record], Notes]:
    """All records, each of whose digests is found again in the bytes of its member."""
    notes = Notes(owner=owner)
    claimed = importer.claim(export)
    records = list(importer.read(export, claimed, notes))
    held: dict[str, bytes] = {}
    for record in records:
        assert record.n == 0 and record.uid == ""
        for source in (record.source, *getattr(record, "also", ())):
            if source.member not in held:
                member = export.get(source.member)
                assert member is not None
                with member.open() as stream:
                    held[source.member] = stream.read()
            raw = held[source.member]
            assert 0 <= source.start <= source.end <= len(raw)
            assert hashlib.sha256(raw[source.start : source.end]).hexdigest() == source.sha256
    assert notes.read_members <= {member.path for member in export.members}
    return records, notes


def read_files(importer: Any, files: Mapping[str, object], owner: str = "") -> tuple[list[Record], Notes]:
    return reading(importer, container(files), owner)


def read_path(importer: Any, path: Path, owner: str = "") -> tuple[list[Record], Notes]:
    with open_container([(path, path.name)]) as export:
        return reading(importer, export, owner)


def said(records: list[Record]) -> list[Message]:
    return [record for record in records if isinstance(record, Message)]


def happened(records: list[Record]) -> list[Event]:
    return [record for record in records if isinstance(record, Event)]


def sent_of(records: list[Record]) -> list[Time]:
    """The times of messages and events."""
    return [one.sent for one in (*said(records), *happened(records)) if one.sent is not None]


def at(time: Time | None) -> str:
    """The instant, or the wall-clock reading, with only the digits that are not zero at its end."""
    assert time is not None
    body, zulu = (time.at[:-1], "Z") if time.at.endswith("Z") else (time.at, "")
    return (body.rstrip("0").rstrip(".") if "." in body else body) + zulu


def claimed_samples(importer: Importer, exports: Path) -> set[str]:
    """Which of the shared samples are claimed, each opened alone, as paths below `exports`.

    Opened together they must be claimed alike.
    """
    files = sorted(path for path in exports.rglob("*") if path.is_file())
    assert len(files) > 150
    alone = set()
    for path in files:
        with open_container([(path, path.name)]) as export:
            if importer.claim(export):
                alone.add(str(path.relative_to(exports)))
    with open_container([(exports, exports.name)]) as export:
        # of a container inside of the folder: the container's own name
        together = {member.path.partition("!/")[0] for member in importer.claim(export)}
    assert together == alone
    return alone


def spoilt(raw: bytes, seed: int, swaps: Collection[tuple[bytes, bytes]] = ()) -> bytes:
    """The bytes with a few faults that the seed decides."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(raw) + 1)
        kind = chance.randrange(6)
        if kind == 0:
            raw = raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :]
        elif kind == 1:
            raw = raw[:at] + raw[at + chance.randint(1, 40) :]
        elif kind == 2:
            raw = (
                raw[:at]
                + bytes(chance.choices(b"\0\x0b\xff\xed\xa0\x80\"'<>&;,{}[]\\\n\r1n", k=chance.randint(1, 5)))
                + raw[at:]
            )
        elif kind == 3:
            raw = raw[:at] + raw[chance.randrange(len(raw) + 1) :][: chance.randint(1, 400)] + raw[at:]
        elif kind == 4 and swaps:
            old, new = chance.choice(sorted(swaps))
            places = raw.count(old)
            if places:
                parts = raw.split(old)
                cut = chance.randint(1, len(parts) - 1)
                raw = old.join(parts[:cut]) + new + old.join(parts[cut:])
        elif chance.random() < 0.2:
            raw = raw[:at]
    return raw


def survives(importer: Any, files: Mapping[str, bytes]) -> int:
    """How many records are read; nothing but InputError may be raised, and every place must hold."""
    try:
        records, notes = read_files(importer, files)
    except InputError as fault:
        assert fault.message
        return 0
    for record in records:
        if isinstance(record, Event) and record.kind == "unparsed":
            assert record.text
        if isinstance(record, Message):
            record.text.encode("utf-8")
    assert all(isinstance(one, str) for one in (*notes.warnings, *notes.damaged, *notes.repairs))
    return len(records)
