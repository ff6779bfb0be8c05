"""The running numbers of a case: items, and exhibits per producer; never reused (R26).

Every line of the log that uses one up states them, so the next ones are known from the log's end.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from abusekit.case.canonical import JSON
from abusekit.case.custody import MAX_LINE, Act
from abusekit.case.hashing import Digest
from abusekit.case.records import Item
from abusekit.errors import CaseError

MAX_ITEMS = 999_999_999


@dataclass(frozen=True, slots=True)
class Tally:
    items: int = 0
    """Number of the last item."""
    exhibits: dict[str, int] = field(default_factory=dict)
    """Initials in lower case → number of that producer's last exhibit."""
    log_size: int = -1
    """Bytes of the log when this was true."""

    @property
    def item_id(self) -> str:
        return f"E{self.items:04}"

    def next(self, initials: str) -> Tally:
        if self.items >= MAX_ITEMS:
            raise CaseError("the case is full: no further item number", "start another case")
        key = initials.lower()
        return Tally(self.items + 1, {**self.exhibits, key: self.exhibits.get(key, 0) + 1})

    def at_size(self, size: int) -> Tally:
        return replace(self, log_size=size)

    def facts(self) -> dict[str, JSON]:
        return {"items": self.items, "exhibits": dict(self.exhibits)}


def last_tally(log: Path) -> Tally:
    """The running numbers, from the newest line that states them, read from the log's end. Raises CaseError.

    Canonical JSON escapes every quote inside a text, so the bytes looked for cannot stand in one.
    """
    mark = b'"tally":{"exhibits":'
    with log.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        end, rest = size, b""
        while end > 0:
            start = max(0, end - 4 * MAX_LINE)
            stream.seek(start)
            block = stream.read(end - start) + rest
            found = block.rfind(mark)
            begin = block.rfind(b"\n", 0, found) + 1 if found >= 0 else 0
            if found >= 0 and (begin > 0 or start == 0):
                return _tally(block[begin : block.index(b"\n", found)], size)
            rest = block[:MAX_LINE]  # a line that began before this block
            end = start
    return Tally(log_size=size)


def _tally(line: bytes, size: int) -> Tally:
    try:
        facts = msgspec.json.decode(line)["tally"]
        return Tally(int(facts["items"]), {str(k): int(v) for k, v in facts["exhibits"].items()}, size)
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError) as fault:
        raise CaseError(f"an item line of the log is not ours: {fault}", "run: abusekit verify") from fault


def item_act(item: Item, item_json: Digest, tally: Tally, **more: JSON) -> Act:
    """The log line that admits an item: all its files, `item.json` included, and the running numbers."""
    files: list[JSON] = [
        {"path": f"evidence/{item.id}/item.json", "sha256": item_json.sha256, "size": item_json.size},
        *({"path": f"evidence/{item.id}/{f.name}", "sha256": f.sha256, "size": f.size} for f in item.files),
    ]
    facts: dict[str, JSON] = {
        "item": item.id,
        "exhibit": item.exhibit,
        "kind": item.kind,
        "outcome": item.outcome,
        "files": files,
        "tally": tally.facts(),
        **more,
    }
    return Act("item.add", facts)
