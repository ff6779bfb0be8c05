"""Is each stored file what the log says, and does each item agree with itself?"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from abusekit.case.hashing import SMALL, digest_descriptor, open_regular
from abusekit.case.records import Item, read_item
from abusekit.errors import EvidenceError, InputError
from abusekit.integrity.checks.itemcheck import WACZ, impossible, not_as_recorded
from abusekit.integrity.findings import Finding, Outcome, Status
from abusekit.integrity.log.logview import LoggedItem, LogView

IN_MEMORY = 16 * 1024 * 1024
"""A web archive up to this size is read once, for its digest and for what is in it."""
_FILE, _ITEM, _ARCHIVE = Outcome(("file",)), Outcome(("file", "item")), Outcome(("file", "webarchive"))


@dataclass(frozen=True, slots=True)
class FileChecker:
    """Checks single files; used from several threads."""

    root: str
    view: LogView

    def __call__(self, path: str) -> Outcome:
        """Outcome for one logged file that is there. Raises nothing for what cannot be read: it says so."""
        try:
            fd, status = open_regular(f"{self.root}/{path}")
            try:
                return self._check(fd, status.st_size, path)
            finally:
                os.close(fd)
        except (OSError, InputError) as fault:
            reason = fault.message if isinstance(fault, InputError) else fault.strerror
            return self._found("file", Status.UNCHECKED, f"cannot be read: {reason}", path=path)

    def _check(self, fd: int, size: int, path: str) -> Outcome:
        expected = self.view.files[path]
        if size != expected.size:
            text = f"has {size} bytes, {expected.size} were logged"
            return self._found("file", Status.CHANGED, text, path=path)
        inner = path.endswith(("/item.json", ".wacz")) and item_of(path, self.view)
        data = b""
        if size <= SMALL or (inner and size <= IN_MEMORY):
            data = os.read(fd, size + 1)
            while 0 < len(data) < size and (more := os.read(fd, size - len(data))):
                data += more
            sha256 = hashlib.sha256(data).hexdigest()
        else:
            sha256 = digest_descriptor(fd, size).sha256
        if sha256 != expected.sha256:
            return self._found(
                "file", Status.CHANGED, f"is not what was logged: SHA-256 is {sha256}", path=path
            )
        if not inner:
            return _FILE
        if path.endswith("/item.json"):
            wrong = check_item(data, inner, self.view)
            return self._found("item", Status.CHANGED, wrong, path=path, passed=("file",)) if wrong else _ITEM
        return self._archive(fd, data, path, inner)

    def _archive(self, fd: int, data: bytes, path: str, item: LoggedItem) -> Outcome:
        if item.kind != "capture":
            return _FILE  # a file that somebody handed over: its bytes are the evidence, whatever they hold
        # One in quarantine is read like any other: to read it for its digests shows it to nobody (R62).
        from abusekit.webarchive import wacz_check

        if data:
            examined = wacz_check.examine(data)
        else:
            with os.fdopen(os.dup(fd), "rb") as stream:
                stream.seek(0)
                examined = wacz_check.examine(stream)
        texts = [f"{fault.member}: {fault.detail}" for fault in examined.faults]
        if not texts and path == f"evidence/{item.id}/{WACZ}":
            texts = list(not_as_recorded(examined.made, item, self.view))
        if not texts:
            return _ARCHIVE
        return self._found("webarchive", Status.CHANGED, *texts, path=path, passed=("file",))

    def _found(
        self, check: str, status: Status, *messages: str, path: str, passed: tuple[str, ...] = ()
    ) -> Outcome:
        return Outcome(passed, tuple(finding_at(self.view, check, status, text, path) for text in messages))


def check_item(data: bytes, logged: LoggedItem, view: LogView) -> str:
    """What is wrong with an `item.json`, by the log line that admitted the item; empty where they agree."""
    try:
        item = read_item(data)
    except EvidenceError as fault:
        return fault.message
    if wrong := _disagreements(item, logged, view):
        return f"disagrees with the log: {', '.join(wrong)}"
    return "; ".join(impossible(item, logged, view))


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
    stored = {f.name: f for f in item.files}
    if len(stored) != len(item.files) or len(stored) != len(logged.files) - 1:
        return [*wrong, "files"]
    for path in logged.files:
        if path == f"{prefix}item.json":
            continue
        said_file, expected = stored.get(path[len(prefix) :]), view.files[path]
        if said_file is None or said_file.sha256 != expected.sha256 or said_file.size != expected.size:
            return [*wrong, "files"]
    return wrong


def item_of(path: str, view: LogView) -> LoggedItem | None:
    """The item in whose folder a path lies. What is logged there belongs to it: logcheck lets no other act do that."""
    if not path.startswith("evidence/"):
        return None
    return view.items.get(path.split("/", 2)[1])


def finding_at(view: LogView, check: str, status: Status, message: str, path: str) -> Finding:
    """A finding that names the item to which the path belongs."""
    item = item_of(path, view)
    expected, since = view.files.get(path), ""
    if expected is not None and status is not Status.OK:
        at = f" of {item.taken[1][:19]}Z" if item and item.taken else ""
        since = f"line {expected.n + 1}{at}"
    return Finding(check, status, message, path, item.id if item else "", item.exhibit if item else "", since)
