"""One row of a table as a message or an event, by the mapping that a person stated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from abusekit.containers.container import Container, Member
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Attachment, Event, IdKind, Message, Record, Time
from abusekit.importers.table_mapping import (
    MESSAGES,
    Direction,
    EventKind,
    MessageKind,
    TableMapping,
    kind_of,
    way_of,
)
from abusekit.importers.table_rows import Entry

_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{3,24}")
_EMAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")


class Table:
    """One member with the mapping set to its columns."""

    def __init__(
        self, mapping: TableMapping, names: Sequence[str], member: Member, export: Container, notes: Notes
    ) -> None:
        self.member = member
        self._mapping = mapping
        self._export = export
        self._notes = notes
        found = ((ours, mapping.place(theirs, names)) for ours, theirs in mapping.columns.items())
        self._places = {ours: place for ours, place in found if place is not None}
        ignored = mapping.words["ignored"]
        mapped = set(self._places.values())
        self._others = [
            (place, name.strip()[:40] or str(place + 1))
            for place, name in enumerate(names)
            if place not in mapped and name.strip().lower() not in ignored
        ]

    def record(self, entry: Entry) -> Record:
        """The row as a message or an event; `unparsed` where its time or its kind is not what the mapping says."""
        if entry.fault:
            return self._unparsed(entry.fault, entry)
        cells = list(entry.cells.values())
        row = {ours: cells[place] for ours, place in self._places.items()} | self._mapping.always
        flags = list(self._unknown(cells))
        way, outcome = self._way(row, flags)
        kind, outcome = self._kind(row, outcome)
        if not kind:
            return self._unparsed(f"The kind {row['kind'][:40]!a} is not explained by the mapping.", entry)
        sent: Time | None = None
        if self._mapping.time is not None and row["time"].strip():
            sent = self._mapping.time(row["time"])
            if sent is None:
                return self._unparsed(f"The time {row['time'][:40]!a} is not of the stated form.", entry)
        if kind in MESSAGES:
            flags += _left(row, "duration") + ([f"outcome:{outcome[:40]}"] if outcome else [])
            return self._message(row, entry, kind, way, sent, flags)
        author, others = self._sides(row, way)
        duration = self._duration(row.get("duration", ""), flags)
        flags += [f"decoded:{step}" for step in entry.steps] + _left(row, "attachment")
        flags += [f"further_party:{one.id[:40]}" for one in others[1:]]
        return Event(
            cast(EventKind, kind), self._platform(row), self._conversation(row), author, row.get("text", ""), sent,
            entry.source, target=others[0] if others else None, title=row.get("title", ""),
            native_id=row.get("id", ""), direction=way, duration_s=duration, outcome=outcome, flags=tuple(flags),
        )  # fmt: skip

    def _message(
        self,
        row: dict[str, str],
        entry: Entry,
        kind: str,
        way: Direction,
        sent: Time | None,
        flags: list[str],
    ) -> Message:
        author, others = self._sides(row, way)
        return Message(
            cast(MessageKind, kind), self._platform(row), self._conversation(row), author, row.get("text", ""), sent,
            entry.source, steps=entry.steps, title=row.get("title", ""), native_id=row.get("id", ""),
            recipients=others, direction=way, attachments=self._attachments(row.get("attachment", "")),
            flags=tuple(flags),
        )  # fmt: skip

    def _unparsed(self, why: str, entry: Entry) -> Event:
        return Event("unparsed", self._platform({}), self.member.path, None, why, None, entry.source)

    def _platform(self, row: dict[str, str]) -> str:
        return row.get("platform", "").strip() or self._mapping.always.get("platform", "") or "table"

    def _conversation(self, row: dict[str, str]) -> str:
        return row.get("conversation", "") or self.member.path

    def _way(self, row: dict[str, str], flags: list[str]) -> tuple[Direction, str]:
        """Direction and outcome: `Incoming (missed)` says both."""
        cell, outcome = row.get("direction", "").strip(), row.get("outcome", "").strip()
        if not cell:
            return "unknown", outcome
        way, said = way_of(cell, self._mapping.words)
        outcome = outcome or said
        if way == "unknown":
            flags.append(f"direction:{cell[:40]}")
            self._notes.warn(
                "words of the direction column are not explained by the mapping: they stand as flags"
            )
        return way, outcome

    def _kind(self, row: dict[str, str], outcome: str) -> tuple[str, str]:
        """Kind, and outcome in our words where it is known; no kind: its word is not explained."""
        kind = kind_of(row.get("kind", "message"), self._mapping.words)
        if not kind:
            return "", outcome
        if outcome.lower() not in ("missed", *self._mapping.words["outcome_missed"]):
            return kind, outcome
        return "missed_call" if kind == "call" else kind, "missed"

    def _sides(self, row: dict[str, str], way: Direction) -> tuple[Account | None, tuple[Account, ...]]:
        """Who sent, and to whom: as the columns say, `other` by the direction, and the owner where it is out."""
        sender, recipient = self._account(row, "sender"), self._account(row, "recipient")
        other = self._account(row, "other")
        if way == "in" and sender is None:
            sender, other = other, None
        elif way == "out" and sender is None:
            sender = Account(self._platform(row), id=self._notes.owner, owner=True)
        return sender, tuple(one for one in (recipient, other) if one is not None)

    def _account(self, row: dict[str, str], side: str) -> Account | None:
        number, name = row.get(side, "").strip(), row.get(f"{side}_name", "").strip()
        if not name and not number:
            return None
        kind: IdKind = "display_name"
        if _PHONE.fullmatch(number):
            kind = "phone"
        elif _EMAIL.fullmatch(number):
            kind = "email"
        declared = self._notes.owner
        mine = True if declared and declared in (number, name) else None
        return Account(self._platform(row), id=number or name, id_kind=kind, name=name or number, owner=mine)

    def _duration(self, cell: str, flags: list[str]) -> int | None:
        text = cell.strip()
        if not text:
            return None
        seconds = duration_seconds(text, self._mapping.duration_form)
        if seconds is None:
            flags.append(f"duration:{text[:40]}")
        return seconds

    def _attachments(self, cell: str) -> tuple[Attachment, ...]:
        """The file of that path in the export, or beside the table."""
        name = cell.strip()
        if not name:
            return ()
        path = name.replace("\\", "/").removeprefix("./")
        folder = self.member.path.rpartition("/")[0]
        for one in (path, f"{folder}/{path}" if folder else path):
            member = self._export.get(one)
            if member is not None:
                self._notes.read_members.add(member.path)
                return (Attachment(name, "present", member=member.path, size=member.size),)
        return (Attachment(name, "missing"),)

    def _unknown(self, cells: Sequence[str]) -> tuple[str, ...]:
        names = sorted({name for place, name in self._others if cells[place]})
        return ("unknown_fields:" + ",".join(names[:10]),) if names else ()


def _left(row: dict[str, str], ours: str) -> list[str]:
    """What such a record has no place for, as a flag."""
    cell = row.get(ours, "").strip()
    return [f"{ours}:{cell[:40]}"] if cell else []


def duration_seconds(text: str, form: str) -> int | None:
    """Whole seconds. Three numbers are hours, minutes, seconds; others need the form. None: not of the form."""
    parts = text.split(":")
    if not all(part.isascii() and part.isdigit() and len(part) <= 9 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    if len(numbers) == 3 and form in ("", "hh:mm:ss") and max(numbers[1:]) < 60:
        return numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
    if len(numbers) == 2 and form == "mm:ss" and numbers[1] < 60:
        return numbers[0] * 60 + numbers[1]
    if len(numbers) != 1:
        return None
    return {"s": numbers[0], "min": numbers[0] * 60, "ms": numbers[0] // 1000}.get(form)
