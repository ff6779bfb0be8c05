"""What a person declared about an export: recorded in the log with who and when, replayable, taken back by a line more.

A declaration never changes what was read: the raw text of a time, and every reading of it, stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from abusekit.case.canonical import JSON
from abusekit.case.folder import ITEM_ID
from abusekit.case.moment import offsets_of
from abusekit.errors import UsageError

ORDERS = ("DMY", "MDY", "YMD")
NAMES: dict[str, str] = {
    "timezone": "zone of the clock that wrote the times without one: IANA name or ±HH:MM",
    "order": "order of day and month: DMY, MDY or YMD",
    "owner": "name or account of the person whose export it is, as the export writes it",
    "format": "importer to be used, by name",
    "mapping": "columns of a table: JSON object, our column → theirs",
    "keys": "item that holds DNS records, for DKIM",
    "document": "item that holds a DID document",
}
"""What can be declared, and what its value is."""
_MANY = ("keys", "document")
_READ_ANEW = ("owner", "format", "mapping", "keys", "document")
MAX_VALUE = 8_000
"""Characters: it stands in one line of the log."""


@dataclass(frozen=True, slots=True)
class Said:
    """One declaration that is in force."""

    value: str
    by: str
    # initials
    at: str
    # UTC, when it was logged
    n: int
    # its log line


@dataclass(slots=True)
class Declarations:
    """What is in force for one export."""

    said: dict[str, list[Said]] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """The newest; empty: nothing declared."""
        return self.said[name][-1].value if self.said.get(name) else ""

    def newest(self) -> dict[str, str]:
        """Name → value, of all that is in force."""
        return {name: said[-1].value for name, said in self.said.items()}

    def values(self, name: str) -> list[str]:
        return [one.value for one in self.said.get(name, ())]

    def by(self, name: str) -> str:
        return self.said[name][-1].by if self.said.get(name) else ""

    def reading_inputs(self) -> dict[str, list[str]]:
        """Those that change what is read, not only how a time is understood."""
        return {name: self.values(name) for name in _READ_ANEW if self.said.get(name)}

    def mapping(self) -> dict[str, str]:
        """Raises UsageError: not a JSON object of texts."""
        text = self.value("mapping")
        return read_mapping(text.encode()) if text else {}

    def take(self, entry: dict[str, JSON]) -> None:
        """Replay one `item.declare` act. An empty value takes all of that name back."""
        name, value = str(entry["declared"]), str(entry["value"])
        if not value:
            self.said.pop(name, None)
            return
        one = Said(value, str(entry["by"]), str(entry["at"]), int(entry["n"]))
        if name in _MANY:
            kept = [old for old in self.said.get(name, ()) if old.value != value]
            self.said[name] = [*kept, one]
        else:
            self.said[name] = [one]


def declarations(entries: Iterable[dict[str, JSON]]) -> dict[str, Declarations]:
    """What is in force for each item, from the acts of the log in their order."""
    found: dict[str, Declarations] = {}
    for entry in entries:
        if entry["do"] == "item.declare":
            found.setdefault(entry["item"], Declarations()).take(entry)
    return found


def check(name: str, value: str) -> str:
    """The value in its one spelling. Raises UsageError: no such declaration, or not a value of it."""
    if name not in NAMES:
        raise UsageError(f"{name} cannot be declared", f"one of: {', '.join(NAMES)}")
    value = value.strip()
    if len(value) > MAX_VALUE:
        raise UsageError(f"the value of {name} is too long for a line of the log", "shorten it")
    if not value:
        return ""
    if name == "timezone":
        from datetime import datetime

        try:
            offsets_of(datetime(2024, 1, 1), value)  # noqa: DTZ001 - a wall-clock reading
        except ValueError as fault:
            raise UsageError(f"{value} is not a time zone", "such as Europe/London, or +01:00") from fault
    if name == "order":
        value = value.upper()
        if value not in ORDERS:
            raise UsageError(f"{value} is not an order of day and month", "DMY, MDY or YMD")
    if name in ("keys", "document") and not ITEM_ID.match(value):
        raise UsageError(f"{value} is not an item", "such as E0007")
    if name == "mapping":
        value = msgspec.json.encode(read_mapping(value.encode())).decode()
    return value


_COLUMN = re.compile(r"[a-z_]{1,30}")


def read_mapping(data: bytes) -> dict[str, str]:
    """A column mapping: JSON object of texts, our column → theirs. Raises UsageError."""
    try:
        mapping = msgspec.json.decode(data, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise UsageError(
            f"the mapping is not a JSON object of texts: {fault}",
            'such as {"time": "Date", "sender": "From", "text": "Message", "time_form": "iso"}',
        ) from fault
    if not mapping or not all(_COLUMN.fullmatch(name) for name in mapping):
        raise UsageError("the mapping names no columns", 'such as {"time": "Date", "text": "Message"}')
    return mapping
