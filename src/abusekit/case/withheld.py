"""A log in which lines are withheld or erased: what may be done to such a case, and finishing an erasure.

An erasure writes the log anew with hashes in place of the lines, and that new log takes the place of the old
one in a single step. Before it nothing is erased; behind it the log says what has to go, so that whoever
comes next can finish the work.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from abusekit.case.canonical import JSON, LOG_DEPTH, NotCanonicalError, decode
from abusekit.case.custody import LOG, MAX_LINE, Line, sync_folder
from abusekit.case.folder import ITEM_ID, Case, disk_error
from abusekit.case.hashing import open_regular
from abusekit.errors import CaseError, InputError, TornLogError

BUILDING = "staging/log.redacted.new"
"""The log that takes the place of the old one, while it is written."""
REMOVABLE = re.compile(r"seals/((?!0{6})[0-9]{6}|[1-9][0-9]{6,14})/(?:manifest-sha256|salt)\.txt\Z")
"""The files outside of its item's folder that may go with an erased line: the lists of seals that name its files."""
_ERASES = b'"do":"line.erase"'
_WITHHELD = re.compile(rb"[0-9a-f]{64}\n\Z")


def erasures(case: Case) -> Iterator[dict[str, JSON]]:
    """The acts that say that a line was erased."""
    return (entry for entry in case.entries() if entry["do"] == "line.erase")


def unexplained(log: Path) -> int:
    """Number of withheld lines that no act of erasure names: some in a partial copy, none in an erased case.

    Looks at the lines' outsides only: their form is the matter of `read_lines`. Raises OSError, InputError, CaseError.
    """
    withheld: set[int] = set()
    fd, _ = open_regular(log)
    with os.fdopen(fd, "rb", buffering=1 << 20) as stream:
        n = 0
        while raw := stream.readline(MAX_LINE + 1):
            if _WITHHELD.match(raw):
                withheld.add(n)
            elif _ERASES in raw:  # canonical JSON escapes every quote inside a text
                try:
                    withheld.discard(decode(raw.rstrip(b"\n"), depth=LOG_DEPTH)["line"])
                except (NotCanonicalError, KeyError, TypeError) as fault:
                    raise CaseError(f"line {n + 1} of the log is not ours", "run: abusekit verify") from fault
            n += 1
    return len(withheld)


def refuse_partial_copy(case: Case) -> None:
    """Raises CaseError where lines are withheld: what is added to such a copy is no part of the case."""
    try:
        count = unexplained(case.log.path)
    except (OSError, InputError) as fault:
        raise CaseError(f"the custody log cannot be read: {fault}", "run: abusekit verify") from fault
    if count:
        raise CaseError(
            f"this is a partial copy ({count} lines are withheld): nothing can be added to it",
            "work on the whole case",
        )


def take_back_begun(case: Case) -> None:
    """An erasure that stopped before its new log was in place: the old one, already renamed, gets its name back."""
    if not any(line.entry is None for line in _lines_if_whole(case)):
        case.log.path.rename(case.root / LOG)
        sync_folder(case.root / "custody")


def _lines_if_whole(case: Case) -> Iterator[Line]:
    try:
        yield from case.lines()
    except TornLogError:  # mended afterwards
        return


def finish_erasures(case: Case) -> None:
    """Remove what the log says is erased, where it is still there; the caller holds the lock, under the mark.

    The items' folders, the lists of seals that name their files, and the caches. Raises CaseError.
    """
    gone: set[str] = set()
    lists: set[str] = set()
    there: set[str] = set()
    for entry in case.entries():
        if entry["do"] == "item.add":
            there.add(str(entry.get("item")))
        elif entry["do"] == "line.erase":
            gone.add(str(entry.get("item")))
            removed = entry.get("removed")
            lists.update(map(str, removed if isinstance(removed, list) else ()))
    try:
        for item in sorted(gone - there):
            folder = case.evidence / item
            if ITEM_ID.match(item) and os.path.lexists(folder):
                shutil.rmtree(folder)
        sync_folder(case.evidence)
        for path in sorted(lists):
            if REMOVABLE.match(path) and os.path.lexists(case.root / path):
                (case.root / path).unlink()
                sync_folder((case.root / path).parent)
        _empty(case.derived)
    except OSError as fault:
        raise disk_error("an erasure that was begun could not be finished", fault) from fault


def _empty(folder: Path) -> None:
    """Caches can hold anything that the case held."""
    if not folder.is_dir() or folder.is_symlink():
        return
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
