"""What the chosen items of a partial copy tell of those that are withheld."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from abusekit.case.canonical import JSON
from abusekit.case.folder import Case
from abusekit.case.records import MAX_ITEM_JSON
from abusekit.errors import AbusekitError

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9/-]*")
_READ = ("text/", "application/json")
"""Media types of files of ours, and of diary entries, that are read for references."""
_NOT_READ = ("prev", "salt")


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in what would be handed over that tells of something that would not."""

    item: str
    """The chosen item that tells."""
    where: str
    """A member of its record, a file, or a line of the log."""
    names: str
    """What it names: an id, an exhibit, the first digits of a digest, or `the time of the line before`."""


@dataclass(slots=True)
class Withheld:
    """Names by which a withheld item can be recognised."""

    names: set[str] = field(default_factory=set)
    """Ids, exhibit references in capitals, SHA-256 digests of files."""
    shown: set[str] = field(default_factory=set)
    """Digests of files of the chosen items: the same bytes in another item tell nothing of it."""

    def note(self, entry: dict[str, JSON], chosen: Collection[str]) -> None:
        """Take in one act of the log."""
        if entry["do"] == "item.add":
            digests = {str(one["sha256"]) for one in entry["files"] if one["size"]}
            if entry["item"] in chosen:
                self.shown |= digests
            else:
                self.names |= {str(entry["item"]), str(entry["exhibit"]).upper(), *digests}
        elif entry["do"] == "line.erase":
            self.names.add(str(entry["item"]))

    def told(self, text: str) -> Iterator[str]:
        """Those that stand in a text as words of their own."""
        for found in _WORD.finditer(text):
            word = found[0].strip("/-")
            for part in sorted({word, *word.replace("-", "/").split("/")}):
                name = part if len(part) == 64 else part.upper()
                if name in self.names and name not in self.shown:
                    yield name if len(name) < 64 else f"{name[:12]}…"


def references(
    case: Case, chosen: Iterable[str], lines: Iterable[dict[str, JSON]], withheld: Withheld
) -> list[Reference]:
    """What the records of the chosen items, their lines in the log (`lines`), and the texts in them tell of others.

    Not found: what a page or a picture shows, and what people wrote without an id or an exhibit reference.
    Raises EvidenceError, CaseError.
    """
    found: dict[Reference, None] = {}
    for item_id in chosen:
        item = case.item(item_id)
        record = {"source": item.source, "method": item.method, "facts": item.facts, "limits": item.limits}
        record["problems"] = item.problems
        for where, text in _texts(record, "item.json"):
            for name in withheld.told(text):
                found[Reference(item_id, where, name)] = None
        for stored in item.files:
            ours = stored.role == "metadata" or item.kind == "note"
            if not (ours and stored.media_type.startswith(_READ) and stored.size <= MAX_ITEM_JSON):
                continue
            try:
                data = case.read_small(f"evidence/{item_id}/{stored.name}", MAX_ITEM_JSON)
            except AbusekitError:
                continue  # the copy says what is wrong with it
            for name in withheld.told(data.decode("utf-8", "replace")):
                found[Reference(item_id, stored.name, name)] = None
    for entry in lines:
        of_line = f"log line {entry['n'] + 1}"
        for where, text in _texts({k: v for k, v in entry.items() if k not in _NOT_READ}, of_line):
            for name in withheld.told(text):
                found[Reference(str(entry.get("item", "")), where, name)] = None
        if "clock_set_back_from" in entry:
            found[Reference(str(entry.get("item", "")), of_line, "the time of the line before")] = None
    return list(found)


def _texts(value: JSON, where: str) -> Iterator[tuple[str, str]]:
    """Every text in a record, with the members that lead to it."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{where} {key}" if " " not in where else f"{where}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, where)
