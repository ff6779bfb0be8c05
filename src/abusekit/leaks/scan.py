"""The leak scan: every file of an item that would leave with the case, archives opened (R68)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from abusekit.case.canonical import JSON
from abusekit.case.hashing import BLOCK, open_regular
from abusekit.case.records import Item
from abusekit.errors import InputError
from abusekit.leaks.leak import KINDS, Leak, Personal, Unread, masked
from abusekit.leaks.matching import Hit, Matcher, head_hits
from abusekit.leaks.messages import RECORD, message
from abusekit.leaks.rules import Written
from abusekit.leaks.source import Source
from abusekit.leaks.unpacking import DEPTH, Budget, Part, is_packed, parts

MOST = 100
"""Finds told of one file."""
MAX_MEMBER = 200
_OF_A_COMPUTER = re.compile(r"/|~|\\|[A-Za-z]:[\\/]|file:", re.IGNORECASE)
"""How a path begins that leads through a whole computer; one inside a folder that was taken in tells of nobody."""
_BY_THE_TOOL = ("report.txt", "recording.json", "netlog.json.gz")
"""Metadata of a capture: this program wrote them."""


@dataclass(slots=True)
class Scanned:
    """What was found in the files of one item, or of the case itself."""

    leaks: list[Leak]
    # sorted by kind, file and place
    unread: list[Unread]


class Scanner:
    """Looks through files of one case. Reads only; opens no link, pipe or device."""

    def __init__(self, root: Path, personal: Personal) -> None:
        self._root = str(root)
        self._matcher = Matcher(personal)
        self._names = personal.spelled_names()

    def item(self, item: Item) -> Scanned:
        """All files of an item and its record. Not for one in quarantine: nobody looks at that (R62)."""
        scanned = Scanned([], [])
        session = item.method.get("authenticated") is True
        # a reading of what stands in the other files, and in what a person wrote
        self._file(scanned, item.id, f"evidence/{item.id}/item.json", "ours")
        for stored in item.files:
            path = f"evidence/{item.id}/{stored.name}"
            tool = stored.role == "metadata" and stored.name in _BY_THE_TOOL
            self._file(scanned, item.id, path, _written(item, stored.name, stored.role), tool=tool)
        found = [_weighed(leak, item, session=session) for leak in scanned.leaks]
        found += _stated(item, session=session)
        found += self._file_names(item)
        return Scanned(sorted(set(found), key=_order), scanned.unread)

    def of_case(self, paths: Iterator[str]) -> Scanned:
        """Files of the case itself, such as its log and settings; paths inside the case."""
        scanned = Scanned([], [])
        for path in paths:
            self._file(scanned, "", path, "ours")
        return Scanned(sorted(set(scanned.leaks), key=_order), scanned.unread)

    def _file(self, scanned: Scanned, item: str, path: str, written: Written, *, tool: bool = False) -> None:
        try:
            fd, status = open_regular(f"{self._root}/{path}")
        except (OSError, InputError):
            scanned.unread.append(Unread(item, path, "it cannot be read"))
            return
        budget = Budget.of_file(status.st_size)
        found: set[tuple[str, Hit]] = set()
        try:
            self._stream(Source(_pieces(fd, status.st_size)), "", 0, budget, written, tool, found)
        except OSError as fault:
            budget.missed(f"it cannot be read: {fault.strerror}")
        finally:
            os.close(fd)
        hits = sorted(found)[:MOST]
        for place, hit in hits:
            leak = Leak(hit.kind, hit.severity, item, path, place[:MAX_MEMBER], hit.where, hit.masked)
            scanned.leaks.append(leak)
        scanned.unread += [Unread(item, path, why) for why in budget.why]

    def _stream(
        self,
        source: Source,
        where: str,
        depth: int,
        budget: Budget,
        written: Written,
        tool: bool,
        found: set[tuple[str, Hit]],
    ) -> None:
        head = source.peek(8)
        if is_packed(head):
            if depth < DEPTH:
                for number, part in enumerate(parts(source, budget), 1):
                    self._part(part, number, where, depth, budget, written, tool, found)
                return
            budget.missed(f"archives lie more than {DEPTH} deep in it")
        elif head.startswith(RECORD):
            one = message(source, budget)
            found.update((where, hit) for hit in head_hits(one.head, request=one.request))
            found.update((where, hit) for hit in self._matcher.hits(iter([one.head]), "page", budget))
            source = one.body
            if is_packed(source.peek(8)) and depth < DEPTH:
                self._stream(source, where, depth + 1, budget, written, tool, found)
                return
        found.update((where, hit) for hit in self._matcher.hits(source.rest(), written, budget, tool=tool))

    def _part(
        self,
        part: Part,
        number: int,
        where: str,
        depth: int,
        budget: Budget,
        written: Written,
        tool: bool,
        found: set[tuple[str, Hit]],
    ) -> None:
        inner = where
        if part.name:
            named = self._matcher.hits(iter([part.name.encode("utf-8", "replace")]), written, budget)
            # a name that says too much itself is not told
            inner = f"{where}/{f'member {number}' if named else part.name}".strip("/")
            found.update((inner, hit) for hit in named)
        if part.plain:
            found.update((inner, hit) for hit in self._matcher.hits(part.source.rest(), written, budget))
        else:
            self._stream(part.source, inner, depth + 1, budget, written, tool, found)

    def _file_names(self, item: Item) -> Iterator[Leak]:
        """Names as received, which item.json keeps: where they hold a producer's name, or a path."""
        names = item.source.get("names")
        for name in names if isinstance(names, list) else ():
            text = str(name)
            plain = text.lower()
            if any(part in plain for part in self._names) or _OF_A_COMPUTER.match(text):
                path = f"evidence/{item.id}/item.json"
                yield Leak("file-name", "medium", item.id, path, "", "name as received", masked(text))


def _written(item: Item, name: str, role: str) -> Written:
    if item.kind in ("file", "export"):
        return "handed over"
    if item.kind == "capture" and role != "metadata":
        return "page"
    return "ours"


def _weighed(leak: Leak, item: Item, *, session: bool) -> Leak:
    """Without an account the cookies of a capture open nothing that is anybody's."""
    if leak.kind == "session" and item.kind == "capture" and not session:
        return replace(leak, kind="cookie", severity="low")
    if leak.kind == "cookie" and session:
        return replace(leak, kind="session", severity="high")
    return leak


def _stated(item: Item, *, session: bool) -> Iterator[Leak]:
    """What the record of an item itself tells: it leaves as well."""
    record = f"evidence/{item.id}/item.json"
    for one in _list(item.facts.get("files")):
        photo = one.get("photo") if isinstance(one, dict) else None
        if isinstance(photo, dict) and photo.get("position"):
            stored = f"evidence/{item.id}/{one.get('stored_as')}"
            yield Leak("position", "high", item.id, stored, "", "EXIF GPSLatitude", "")
            yield Leak("position", "high", item.id, record, "", "what was read from the photo", "")
    if session:
        for name in _list(item.facts.get("secret_places")):
            if isinstance(name, str):
                path = f"evidence/{item.id}/{name}"
                yield Leak("session", "high", item.id, path, "", "a value of the session stands in it", "")


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _order(leak: Leak) -> tuple[int, str, str, str, str, str]:
    return list(KINDS).index(leak.kind), leak.item, leak.file, leak.member, leak.where, leak.masked


def _pieces(fd: int, size: int) -> Iterator[bytes]:
    """The file's bytes, and not more than it had when it was opened: one that grows is not read for ever."""
    left = size
    while left > 0 and (piece := os.read(fd, min(BLOCK, left))):
        left -= len(piece)
        yield piece
