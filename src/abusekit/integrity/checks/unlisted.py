"""What lies in a case and was never logged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from abusekit.case.folder import PENDING
from abusekit.case.orphans import LARGEST_BATCH
from abusekit.integrity.checks.filecheck import finding_at, item_of
from abusekit.integrity.checks.inventory import Inventory
from abusekit.integrity.checks.kitcheck import KIT, in_kit
from abusekit.integrity.checks.sealcheck import SIGNATURE, in_partial_copy, seal_sizes
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.log.logcheck import LOG, PARTIAL_LOG
from abusekit.integrity.log.logview import LogView
from abusekit.integrity.sealing.manifest import SEAL
from abusekit.integrity.timestamps.stamps import STAMP_FILE, STAMP_LIST

EMPTY = ("custody/log.lock", "custody/capture.lock", PENDING)
"""Files that only stand for something."""
_NEXT_ITEM = re.compile(r"evidence/E(\d{4,9})/")
NOT_WHOLE = "custody/not-whole-"
_SILENT = Finding("unlisted", Status.OK, "")


def unlisted(root: Path, there: Inventory, view: LogView) -> Iterator[Finding]:
    """Findings over every file, and every folder, that no line of the log accounts for."""
    known = {LOG, PARTIAL_LOG, "case.yaml"}
    newest = seal_sizes(there.folders)[-1:]
    begun = interrupted(root, there)
    last_item = _last_item(view)
    unread = 0
    for path in sorted(path for path in there.files - view.files.keys() - known if not in_kit(path)):
        if path in EMPTY:
            if (root / path).lstat().st_size:
                yield Finding("unlisted", Status.UNLISTED, "has to be empty", path)
            elif path == PENDING:
                text = "a change was interrupted, or is under way: run abusekit recover"
                yield Finding("unlisted", Status.UNCHECKED, text, path)
        elif path.startswith(NOT_WHOLE):
            yield Finding("unlisted", Status.NOTE, "set aside by recover: not evidence", path)
        elif newest and (found := _of_newest_seal(newest[0], path, view)):
            if found is not _SILENT:
                yield found
        elif (view.torn or begun) and _follows(path, last_item):
            text = "may belong to a change that was interrupted: run abusekit recover"
            yield Finding("unlisted", Status.UNCHECKED, text, path)
        elif view.broken and not item_of(path, view):
            unread += 1
        else:
            text = "is there, but was never logged"
            if path.startswith("evidence/") and not item_of(path, view):
                text += " (if a run was just interrupted: abusekit recover)"
            yield finding_at(view, "unlisted", Status.UNLISTED, text, path)
    if unread:
        text = f"{unread} files cannot be compared: the log cannot be read behind the line that is wrong"
        yield Finding("unlisted", Status.UNCHECKED, text, LOG)
    yield from _strange_folders(there, view, begun=begun)


def _of_newest_seal(size: int, path: str, view: LogView) -> Finding | None:
    """What is to be said of an unlogged file in the folder of the newest seal; an OK one where nothing is."""
    folder = f"seals/{size:06}/"
    if not path.startswith(folder):
        return None
    if in_partial_copy(size, view):
        if _stands_by_itself(path):
            return _SILENT  # no line of the copy can record it: it is judged by what it says
        return Finding("unlisted", Status.UNLISTED, "is no part of the seal of a partial copy", path)
    if size > view.last_seal:
        return _SILENT  # reported with the seal: a run was interrupted before it was logged
    if part := _late_part(folder, path):
        # checked like any other; what is not logged is only that it was there in time for the next seal
        return Finding("unlisted", Status.UNCHECKED, f"is {part} that is not logged yet", path)
    return None


def interrupted(root: Path, there: Inventory) -> bool:
    """Whether the mark of a change stands in the case."""
    return PENDING in there.files and (root / PENDING).lstat().st_size == 0


def _last_item(view: LogView) -> int:
    return max((int(item[1:]) for item in view.items), default=0)


def _follows(path: str, last_item: int) -> bool:
    """Whether an unlogged path stands where the next item, settings, seal or torn line of a change would."""
    if found := _NEXT_ITEM.match(path):
        return last_item < int(found[1]) <= last_item + LARGEST_BATCH
    return path.startswith(("settings/", "seals/", "custody/torn-", "custody/transfer-", "custody/receipt-"))


def _strange_folders(there: Inventory, view: LogView, *, begun: bool) -> Iterator[Finding]:
    """Folders that hold nothing that was logged: an id that only such a folder shows would mislead who works on."""
    known = {"settings", "custody", "evidence", "seals", KIT, *(f"evidence/{item}" for item in view.items)}
    known |= {f"seals/{size:06}" for size in view.seals}
    full: set[str] = set()  # folders with unlogged files somewhere below: those are told file by file
    for path in there.files - view.files.keys():
        while (path := path.rpartition("/")[0]) and path not in full:
            full.add(path)
    last_item = _last_item(view)
    for path in sorted(there.folders - known):
        if path in full or path.startswith(NOT_WHOLE) or view.broken or view.withheld:
            continue
        if (view.torn or begun) and _follows(path + "/", last_item):
            text = "may belong to a change that was interrupted: run abusekit recover"
            yield Finding("unlisted", Status.UNCHECKED, text, path)
        else:
            yield Finding("unlisted", Status.UNLISTED, "is a folder in which nothing was logged", path)


def _late_part(folder: str, path: str) -> str:
    """What of a seal this is that can come after the seal itself; empty for all else."""
    name = path[len(folder) :] if path.startswith(folder) else ""
    if SIGNATURE.match(name):
        return "a signature"
    return "a part of a time stamp" if STAMP_LIST.match(name) or STAMP_FILE.match(name) else ""


def _stands_by_itself(path: str) -> bool:
    """Whether a file of a seal is judged by its content: the seal itself, a signature, or one about a token."""
    name = path.rpartition("/")[2]
    return name == SEAL or any(form.match(name) for form in (SIGNATURE, STAMP_LIST, STAMP_FILE))
