"""What lies in a case folder, looked at as if an opponent had made it.

Links are never followed, devices and pipes never opened, names outside of the case's alphabet never
printed raw; what cannot be evidence (`private/`, `derived/`, `staging/`) is not entered.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from abusekit.case.folder import STORED_NAME, device_name
from abusekit.integrity.findings import Finding, Status

NOT_EVIDENCE = ("private", "derived", "staging")
MAX_DEPTH = 8
MAX_NAME = 200
LEFT_BY_FILE_MANAGERS = frozenset((".DS_Store", "Thumbs.db", "desktop.ini", ".directory"))
"""What Finder, Explorer and Dolphin put into folders that somebody looks at."""


@dataclass(slots=True)
class Inventory:
    files: set[str] = field(default_factory=set)
    """Paths inside the case, regular files only: by what the folder says of them, so whoever opens one looks again."""
    folders: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def take_inventory(root: Path) -> Inventory:
    """Everything below `root`; a thing that may not be there is a finding. Raises OSError (root unreadable)."""
    found = Inventory()
    _walk(str(root), "", 0, found)
    return found


def _walk(folder: str, prefix: str, depth: int, found: Inventory) -> None:
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=attrgetter("name"))
    seen: set[str] = set()
    for entry in listed:
        name = entry.name
        path = prefix + name
        if depth == 0 and name in NOT_EVIDENCE:
            continue
        if name in LEFT_BY_FILE_MANAGERS and entry.is_file(follow_symlinks=False):
            text = "put there by the computer's file manager: not evidence, and may be deleted"
            found.findings.append(Finding("names", Status.NOTE, text, path))
            continue
        if (fault := _name_fault(name, seen)) or (depth >= MAX_DEPTH and (fault := "nested too deeply")):
            found.findings.append(Finding("names", Status.UNLISTED, f"{fault}: not looked into", path))
            continue
        if entry.is_file(follow_symlinks=False):
            found.files.add(path)
        elif entry.is_symlink():
            found.findings.append(Finding("names", Status.CHANGED, "a link stands here: not followed", path))
        elif entry.is_dir(follow_symlinks=False):
            found.folders.add(path)
            try:
                _walk(entry.path, path + "/", depth + 1, found)
            except OSError as problem:
                text = f"the folder cannot be read: {problem.strerror}"
                found.findings.append(Finding("names", Status.UNCHECKED, text, path))
        else:
            text = "a device, pipe or socket stands here: not opened"
            found.findings.append(Finding("names", Status.CHANGED, text, path))


def _name_fault(name: str, seen: set[str]) -> str:
    if not STORED_NAME.match(name) or len(name) > MAX_NAME:
        return "a name that a case does not use"
    lower = name.lower()
    if device_name(name):
        return "a name that Windows takes for a device"
    if lower in seen:
        return "the same name as another but for capitals"
    seen.add(lower)
    return ""
