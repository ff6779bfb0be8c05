"""Legal erasure of one item: its lines go, and their hashes stay; the case is then partial in form.

What stays is the number of lines, their hashes, which the salt in each line keeps from being guessed, the
number of the item, and who erased it, when, and by whose authority. The chain and the root of every
seal remain as they were. Nothing here reaches a copy, a backup, or what a disk keeps of deleted files.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from abusekit.case.canonical import JSON
from abusekit.case.custody import (
    LOG,
    PARTIAL_LOG,
    Act,
    Line,
    Tail,
    next_lines,
    read_lines,
    sync_folder,
)
from abusekit.case.folder import Case, disk_error
from abusekit.case.hashing import open_regular
from abusekit.case.mark import marked
from abusekit.case.tally import last_tally
from abusekit.case.withheld import BUILDING, REMOVABLE, erasures, finish_erasures
from abusekit.case.writing import When, writing
from abusekit.errors import AbusekitError, CaseError, UsageError

REMOVED_PER_LINE = 400
"""Paths of removed lists that one line of the log can name."""


@dataclass(slots=True)
class Erased:
    """What an erasure took."""

    item: str
    lines: list[int] = field(default_factory=list)
    """Numbers of the lines of which only the hash is left, from 0."""
    files: list[str] = field(default_factory=list)
    """Paths of the item's files."""
    removed: list[str] = field(default_factory=list)
    """Lists of seals that named those files, and their salts."""
    tally: dict[int, list[str]] = field(default_factory=dict)
    """Line → whose running numbers it stated."""


def about(entry: dict[str, JSON], item: str) -> bool:
    """Whether an act is about an item: it names it, or names it as what bears out another one."""
    return entry["do"] != "line.erase" and item in (entry.get("item"), entry.get("by_item"))


def what_goes(case: Case, item: str) -> Erased:
    """What the erasure of an item would take. Raises UsageError: there is no such item (any more), CaseError."""
    try:
        return _what_goes(case, item)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise CaseError(f"an act in the custody log is malformed: {fault}", "run: abusekit verify") from fault


def _what_goes(case: Case, item: str) -> Erased:
    found = Erased(item)
    first = -1
    seals: dict[int, list[str]] = {}
    for entry in case.entries():
        if about(entry, item):
            found.lines.append(entry["n"])
            if entry["do"] == "item.add":
                first = entry["n"]
                found.files = [str(one["path"]) for one in entry["files"]]
            if "tally" in entry:
                found.tally[entry["n"]] = list(entry["tally"]["exhibits"])
        elif entry["do"] == "seal.add":
            paths = (str(one["path"]) for one in entry["files"])
            seals[entry["seal"]] = [path for path in paths if REMOVABLE.match(path)]
    if first < 0:
        raise UsageError(f"no item {item}", "abusekit list shows what is there")
    gone = {str(path) for entry in erasures(case) for path in entry.get("removed", ())}
    for size, lists in sorted(seals.items()):
        if size > first:
            found.removed += [path for path in lists if path not in gone]
    return found


def erase(case: Case, item: str, *, reason: str, authority: str, by: str, now: When) -> Erased:
    """Erase an item, durably; gives what went. Cannot be undone.

    `authority`: who demands it, such as a court order. Raises UsageError (no such item), CaseError; one that
    leaves the mark says that the erasure was begun, and `recover` finishes it.
    """
    with writing(case, by=by, when=now) as at:
        plan = what_goes(case, item)
        acts = _acts(case, plan, reason, authority)
        with marked(case) as mark:
            building = case.root / BUILDING
            try:
                _write(case, building, plan, acts, by=by, at=at)
                if not case.log.partial:
                    (case.root / LOG).rename(case.root / PARTIAL_LOG)
                    sync_folder(case.root / "custody")
                building.rename(case.root / PARTIAL_LOG)
            except (OSError, AbusekitError) as fault:
                _take_back(case, building)
                mark.gone()
                if isinstance(fault, OSError):
                    raise disk_error("nothing was erased", fault) from fault
                raise
            try:
                sync_folder(case.root / "custody")
            except OSError as fault:
                raise disk_error("the erasure was begun, and is not finished", fault) from fault
            finish_erasures(case)
    return plan


def _acts(case: Case, plan: Erased, reason: str, authority: str) -> list[Act]:
    """A line for each that goes; one that stated running numbers is followed by one that states them, too."""
    acts: list[Act] = []
    rest = list(plan.removed)
    for line in plan.lines:
        acts.append(_act(plan, line, reason, authority, rest[:REMOVED_PER_LINE]))
        rest = rest[REMOVED_PER_LINE:]
        if line in plan.tally:
            whose = plan.tally[line]
            acts[-1].facts["tally"] = last_tally(case.log.path, *whose).facts(*whose)
    while rest:
        acts.append(_act(plan, plan.lines[0], reason, authority, rest[:REMOVED_PER_LINE]))
        rest = rest[REMOVED_PER_LINE:]
    return acts


def _act(plan: Erased, line: int, reason: str, authority: str, removed: list[str]) -> Act:
    facts: dict[str, JSON] = {
        "line": line,
        "item": plan.item,
        "reason": reason,
        "authority": authority,
        "removed": list(removed),
    }
    return Act("line.erase", facts)


def _write(case: Case, target: Path, plan: Erased, acts: list[Act], *, by: str, at: datetime) -> None:
    """The new log: hashes in place of the lines that go, and the lines that say so at its end."""
    case.staging.mkdir(mode=0o700, exist_ok=True)
    target.unlink(missing_ok=True)
    fd, _ = open_regular(case.log.path)
    out_fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "rb", buffering=1 << 20) as old, os.fdopen(out_fd, "wb", buffering=1 << 20) as new:
        tail = _copy(old, new, set(plan.lines), partial=case.log.partial)
        lines, _ = next_lines(acts, tail, by=by, now=at)
        new.write(b"".join(lines))
        new.flush()
        os.fsync(new.fileno())


def _copy(old: BinaryIO, new: BinaryIO, going: set[int], *, partial: bool) -> Tail:
    last: Line | None = None
    last_at = ""
    size = 0
    for last in read_lines(old, partial=partial):
        stays = last.raw is not None and last.n not in going
        raw = last.raw if stays and last.raw is not None else last.leaf.hex().encode("ascii")
        size += new.write(raw + b"\n")
        # behind a line that is not there nobody can compare times
        last_at = last.entry["at"] if stays and last.entry is not None else ""
    if last is None:
        raise CaseError("the custody log is empty", "run: abusekit verify")
    return Tail(size, last.n + 1, last.leaf.hex(), last_at)


def _take_back(case: Case, building: Path) -> None:
    """Before the new log is in place nothing has happened but a rename."""
    building.unlink(missing_ok=True)
    if case.log.partial and not any(line.entry is None for line in case.lines()):
        case.log.path.rename(case.root / LOG)
