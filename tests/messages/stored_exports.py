"""Cases that hold exports, made through the API; and an importer whose records a test states itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.settings import Producer, Settings
from abusekit.containers.container import Container, Member
from abusekit.importers import times
from abusekit.importers.exports import take_export
from abusekit.importers.files import Handover
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Message, Record, SourceRef
from abusekit.messages.cache import Opened, read_anew
from abusekit.messages.exports import exports

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SETTINGS = Settings(
    case="",
    reference="OP-1",
    zone="Europe/London",
    producers=(Producer("PO", "Producer One", "volunteer"),),
)


def new_case(folder: Path) -> Case:
    case = Case.create(folder / "case", SETTINGS, now=NOW)
    case.known_here = folder / "known-here"
    return case


def stored(case: Case, *paths: Path) -> Opened:
    """One export of the case, not read yet; several paths are parts of one."""
    with Intake(case, SETTINGS.producers[0], clock=lambda: NOW) as intake:
        draft = intake.draft("export")
        take_export(draft, [(path, path.name) for path in paths], Handover())
        (item,) = intake.commit([draft])
    return opened(case, item.id)


def read(case: Case, *paths: Path) -> Opened:
    """One export of the case, read and logged as `import` does it."""
    one = stored(case, *paths)
    _, act = read_anew(case, one)
    record(case, act)
    return opened(case, one.item.id)


def record(case: Case, *acts: Act) -> None:
    case.record(list(acts), by="PO", now=NOW)


def opened(case: Case, item_id: str) -> Opened:
    (one,) = exports(case, (item_id,))
    return one


def messenger(path: Path, messages: Sequence[dict[str, Any]], *, title: str = "Sam") -> Path:
    """A Messenger thread (end-to-end encrypted download), in which nothing has an id."""
    thread = {"participants": ["Jo", "Sam"], "threadName": title, "messages": list(messages)}
    path.write_text(json.dumps(thread))
    return path


def whatsapp(path: Path, lines: Sequence[tuple[int, str, str]], *, later: int = 0) -> Path:
    """Lines of (minute, name, text), as an Android phone writes them whose clock is `later` by minutes."""
    start = datetime(2024, 3, 14, 21, 0)
    path.write_text(
        "".join(
            f"{start + timedelta(minutes=minute + later):%d/%m/%Y, %H:%M} - {name}: {text}\n"
            for minute, name, text in lines
        ),
        encoding="utf-8",
    )
    return path


def message(text: str, *, native_id: str = "", minute: int = 0, author: str = "Sam", **more: Any) -> Message:
    account = Account("test", author, "handle", author)
    sent = times.epoch(1_710_450_000_000 + minute * 60_000, clock="server")
    return Message(
        "message",
        "test",
        "c",
        account,
        text,
        sent,
        SourceRef("a.txt", 0, 1, "0" * 64),
        native_id=native_id,
        **more,
    )


@dataclass
class Stating:
    """An importer that gives what a test says; then, where there is one, a fault."""

    records: Sequence[Record]
    fault: Exception | None = None
    claimed: tuple[str, ...] = ("a.txt",)
    referred: tuple[str, ...] = ()
    NAME: str = "stating"
    VERSION: int = 1
    LIMITS: tuple[str, ...] = ("It holds what a test says.",)
    seen: list[Notes] = field(default_factory=list)

    def claim(self, export: Container) -> Sequence[Member]:
        return [member for member in export.members if member.path in self.claimed]

    def read(self, export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
        self.seen.append(notes)
        notes.read_members.update(self.referred)
        yield from self.records
        if self.fault is not None:
            raise self.fault


def telegram(path: Path, messages: Sequence[tuple[int, str]], *, author: str = "Sam", **more: Any) -> Path:
    """One chat with Sam, in which every message has an id."""
    listed = [
        {
            "id": number,
            "type": "message",
            "date": "2024-03-14T21:00:00",
            "date_unixtime": str(1_710_450_000 + number),
            "from": author,
            "from_id": f"user{author}",
            "text": text,
            "text_entities": [{"type": "plain", "text": text}],
            **more,
        }
        for number, text in messages
    ]
    path.write_text(json.dumps({"name": "Sam", "type": "personal_chat", "id": 77, "messages": listed}))
    return path
