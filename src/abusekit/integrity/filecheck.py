"""Is each stored file what the log says, and does each item agree with itself?"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from abusekit.case.hashing import SMALL, digest_descriptor, open_regular
from abusekit.case.records import Item, read_item
from abusekit.errors import EvidenceError, InputError
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.logcheck import Expected, LoggedItem, LogView

IN_MEMORY = 16 * 1024 * 1024
"""A web archive up to this size is read once, for its digest and for what is in it."""


@dataclass(frozen=True, slots=True)
class FileChecker:
    """Checks single files; used from several threads."""

    root: str
    view: LogView
    owner: dict[str, LoggedItem]
    """Path → the item that it belongs to."""

    def __call__(self, path: str) -> list[Finding]:
        """Findings for one logged file that is there; an OK one where nothing is wrong."""
        expected = self.view.files[path]
        item = self.owner.get(path)
        try:
            return self._check(path, expected, item)
        except (OSError, InputError) as fault:
            reason = fault.message if isinstance(fault, InputError) else fault.strerror
            return [_finding("file", Status.UNCHECKED, f"cannot be read: {reason}", path, item)]

    def _check(self, path: str, expected: Expected, item: LoggedItem | None) -> list[Finding]:
        fd, status = open_regular(f"{self.root}/{path}")
        try:
            size = status.st_size
            if size != expected.size:
                text = f"has {size} bytes, {expected.size} were logged"
                return [_finding("file", Status.CHANGED, text, path, item)]
            inner = item is not None and path.endswith(("/item.json", ".wacz"))
            data = b""
            if size <= SMALL or (inner and size <= IN_MEMORY):
                data = os.read(fd, size + 1)
                while 0 < len(data) < size and (more := os.read(fd, size - len(data))):
                    data += more
                sha256 = hashlib.sha256(data).hexdigest()
            else:
                sha256 = digest_descriptor(fd, size).sha256
            if sha256 != expected.sha256:
                text = f"is not what was logged: SHA-256 is {sha256}"
                return [_finding("file", Status.CHANGED, text, path, item)]
            findings = [_finding("file", Status.OK, "", path, item)]
            if item and path.endswith("/item.json"):
                findings += check_item(data, item, self.view)
            elif item and path.endswith(".wacz"):
                findings += self._archive(fd, data, path, item)
            return findings
        finally:
            os.close(fd)

    def _archive(self, fd: int, data: bytes, path: str, item: LoggedItem) -> list[Finding]:
        if item.kind != "capture":
            return []  # a file that somebody handed over: its bytes are the evidence, whatever they hold
        from abusekit.webarchive import wacz_check

        if data:
            faults = wacz_check.check(data)
        else:
            with os.fdopen(os.dup(fd), "rb") as stream:
                stream.seek(0)
                faults = wacz_check.check(stream)
        if not faults:
            return [_finding("webarchive", Status.OK, "", path, item)]
        return [
            _finding("webarchive", Status.CHANGED, f"{fault.member}: {fault.detail}", path, item)
            for fault in faults
        ]


def check_item(data: bytes, logged: LoggedItem, view: LogView) -> list[Finding]:
    """`item.json` against the log line that admitted the item."""
    path = f"evidence/{logged.id}/item.json"
    try:
        item = read_item(data)
    except EvidenceError as fault:
        return [_finding("item", Status.CHANGED, fault.message, path, logged)]
    if wrong := _disagreements(item, logged, view):
        return [_finding("item", Status.CHANGED, f"disagrees with the log: {', '.join(wrong)}", path, logged)]
    return [_finding("item", Status.OK, "", path, logged)]


def _disagreements(item: Item, logged: LoggedItem, view: LogView) -> list[str]:
    wrong = [
        name
        for name, said, recorded in (
            ("id", item.id, logged.id),
            ("exhibit", item.exhibit, logged.exhibit),
            ("kind", item.kind, logged.kind),
            ("outcome", item.outcome, logged.outcome),
            ("case", item.case, view.case or item.case),
            ("who or at", (item.who, item.at), logged.taken or (item.who, item.at)),
        )
        if said != recorded
    ]
    prefix = f"evidence/{logged.id}/"
    said_files = {prefix + f.name: (f.sha256, f.size) for f in item.files}
    logged_files = {
        path: (view.files[path].sha256, view.files[path].size)
        for path in logged.files
        if path != f"{prefix}item.json"
    }
    if said_files != logged_files or len(item.files) != len(said_files):
        wrong.append("files")
    return wrong


def _finding(check: str, status: Status, message: str, path: str, item: LoggedItem | None) -> Finding:
    return Finding(check, status, message, path, item.id if item else "", item.exhibit if item else "")


def owners(view: LogView) -> dict[str, LoggedItem]:
    """Path → item, for every file that belongs to one."""
    return {path: item for item in view.items.values() for path in item.files}


def owner_of_stray(path: str, view: LogView) -> LoggedItem | None:
    """The item in whose folder a file lies that nobody logged."""
    parts = Path(path).parts
    return view.items.get(parts[1]) if len(parts) > 1 and parts[0] == "evidence" else None
