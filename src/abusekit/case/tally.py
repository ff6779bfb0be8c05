"""The running numbers of a case: items, and exhibits per producer; never reused (R26).

Every line of the log that uses one up states them, so the next ones are known from the log's end. A line
states the number of its own producer only: a copy with chosen items then tells nothing of the others.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import msgspec

from abusekit.case.canonical import JSON
from abusekit.case.custody import MAX_LINE, Act
from abusekit.case.hashing import Digest
from abusekit.case.records import Item
from abusekit.errors import CaseError

MAX_ITEMS = 999_999_999
_MARK = b'"tally":{"exhibits":'
_STATED = re.compile(rb'"tally":\{"exhibits":\{([^{}]*)\},"items":')


@dataclass(frozen=True, slots=True)
class Tally:
    items: int = 0
    """Number of the last item."""
    exhibits: dict[str, int] = field(default_factory=dict)
    """Initials in lower case → number of that producer's last exhibit, for those that were asked for at least."""
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

    def facts(self, *initials: str) -> dict[str, JSON]:
        """What a line states: the number of items, and of the exhibits of these producers."""
        keys = {one.lower() for one in initials} & self.exhibits.keys()
        return {"items": self.items, "exhibits": {key: self.exhibits[key] for key in sorted(keys)}}


def last_tally(log: Path, *initials: str) -> Tally:
    """The running numbers as the newest line states them, and those of the producers asked for. Raises CaseError.

    Read from the log's end, up to the newest line that states each of them; a producer without an exhibit has none
    in the whole log. Canonical JSON escapes every quote inside a text, so the bytes looked for cannot stand in one.
    """
    wanted = {one.lower() for one in initials}
    found: Tally | None = None
    with log.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        for line in _stating(stream, size, wanted):
            tally = _tally(line, size)
            # what stands in a newer line counts
            found = replace(found, exhibits={**tally.exhibits, **found.exhibits}) if found else tally
            wanted.difference_update(tally.exhibits)
            if not wanted:
                break
    return found or Tally(log_size=size)


def _stating(stream: BinaryIO, size: int, wanted: set[str]) -> Iterator[bytes]:
    """The newest line that states running numbers, then older ones that state one of those still `wanted`."""
    end, rest, first = size, b"", True
    while end > 0:
        start = max(0, end - 4 * MAX_LINE)
        stream.seek(start)
        block = stream.read(end - start) + rest
        places = [m.start() for m in re.finditer(re.escape(_MARK), block)]
        for place in reversed(places):
            begin = block.rfind(b"\n", 0, place) + 1
            if begin == 0 and start > 0:
                break  # comes whole with the next block
            feed = block.find(b"\n", place)
            if feed < 0:
                continue  # torn: whoever writes mends that first
            stated = _STATED.match(block, place)
            keys = stated[1] if stated else b""
            if first or any(b'"%s":' % key.encode() in keys for key in wanted):
                first = False
                yield block[begin:feed]
        feed = block.find(b"\n", 0, MAX_LINE)
        rest = block[: feed + 1] if feed >= 0 else block[:MAX_LINE]  # a line that began before this block
        end = start


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
        "tally": tally.facts(item.who),
        **more,
    }
    return Act("item.add", facts)
