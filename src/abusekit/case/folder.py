"""A case on disk: the only map of paths inside a case folder."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from abusekit.case.canonical import JSON, NotCanonicalError
from abusekit.case.custody import LOG, LOG_FORMAT, PARTIAL_LOG, Act, CustodyLog, Line, read_lines, sync_folder
from abusekit.case.hashing import digest_bytes, open_regular
from abusekit.case.records import MAX_ITEM_JSON, Item, read_item
from abusekit.case.settings import MAX_SETTINGS, Settings, check_settings, from_yaml, to_yaml
from abusekit.errors import CaseError, EvidenceError, InputError, LockedError, UsageError

ITEM_ID = re.compile(r"E(\d{4,9})\Z")
STORED_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\Z")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
FOLDERS = ("settings", "custody", "evidence", "seals", "staging", "private", "derived")
PENDING = "custody/pending"
"""Stands while a change of several steps is under way; see `mark.py`."""
_SETTINGS = re.compile(rb'"path":"settings/(\d{4})\.yaml"')
LOCK_SECONDS = 60.0


class Case:
    """A case folder that exists. Nothing in here changes a stored file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.log = CustodyLog(root / LOG, root / PARTIAL_LOG)
        self.evidence = root / "evidence"
        self.seals = root / "seals"
        self.staging = root / "staging"
        self.private = root / "private"
        self.derived = root / "derived"
        self.known_here: Path | None = None
        """A folder of this user, outside of the case, for notes on what this computer itself made of the case."""

    @classmethod
    def open(cls, root: Path) -> Case:
        """The case in `root`. Raises CaseError where there is none."""
        case = cls(root)
        for needed in (root, root / "custody", root / "settings", root / "evidence"):
            try:
                mode = needed.lstat().st_mode if needed != root else needed.stat().st_mode
            except FileNotFoundError as fault:
                raise CaseError(
                    f"no case here: {root}"
                    if needed == root
                    else f"not a case folder: {root} has no {needed.name}/",
                    "start one: abusekit init DIR, or name one: --case DIR",
                ) from fault
            except OSError as fault:
                raise CaseError(f"the case cannot be read: {fault.strerror}: {needed}") from fault
            if not stat.S_ISDIR(mode):
                raise CaseError(f"not a case folder: {needed.name} is not a folder", "name one: --case DIR")
        for name in FOLDERS:  # a link in the place of one would lead what we write, or clear, somewhere else
            if (
                name != "private"
                and os.path.lexists(root / name)
                and not stat.S_ISDIR((root / name).lstat().st_mode)
            ):
                raise CaseError(f"not a case folder: {name} is not a folder", "name one: --case DIR")
        if not case.log.path.exists():
            raise CaseError(f"not a case folder: {root} has no {LOG}", "name one: --case DIR")
        return case

    @classmethod
    def find(cls, start: Path) -> Case:
        """The case that `start` lies in: there, or above it. Raises CaseError."""
        here = start.resolve()
        for folder in (here, *here.parents):
            logged = (folder / LOG).is_file() or (folder / PARTIAL_LOG).is_file()
            if logged and (folder / "settings").is_dir():
                return cls.open(folder)
        raise CaseError("no case here or above", "go into a case folder, or name one: --case DIR")

    @classmethod
    def create(cls, root: Path, settings: Settings, *, now: datetime) -> Case:
        """A new case, whole or not at all: it is made beside `root` and renamed into place.

        `settings.case` is given a fresh UUID where it is empty. Raises UsageError, CaseError.
        """
        settings = check_settings(replace(settings, case=settings.case or str(uuid.uuid4())))
        if root.is_symlink() or (root.exists() and (not root.is_dir() or any(root.iterdir()))):
            raise CaseError(f"there is something already: {root}", "choose a new folder")
        building = root.parent / f".{root.name}.new-{os.getpid()}"
        try:
            root.parent.mkdir(parents=True, exist_ok=True)
            building.mkdir(mode=0o700)
            try:
                cls(building)._fill(settings, now)
                building.rename(root)
            except BaseException:
                shutil.rmtree(building, ignore_errors=True)
                raise
            sync_folder(root.parent)
        except OSError as fault:
            raise disk_error("the case could not be made", fault) from fault
        return cls.open(root)

    def _fill(self, settings: Settings, now: datetime) -> None:
        for name in FOLDERS:
            (self.root / name).mkdir(mode=0o700)
        self.log.create()
        record = self._write_settings(settings, 1)
        by = settings.producers[0].initials
        self.log.append(
            [Act("case.create", {"case": settings.case, "format": LOG_FORMAT, "files": [record]})],
            by=by,
            now=now,
        )
        self.show_settings()

    def _write_settings(self, settings: Settings, number: int) -> dict[str, JSON]:
        data = to_yaml(settings)
        relative = f"settings/{number:04}.yaml"
        write_once(self.root / relative, data)
        sync_folder(self.root / "settings")
        digest = digest_bytes(data)
        return {"path": relative, "sha256": digest.sha256, "size": digest.size}

    def show_settings(self) -> None:
        """Make `case.yaml` the copy of the newest settings. Raises CaseError."""
        data = self.read_small(f"settings/{self.newest_settings():04}.yaml", MAX_SETTINGS)
        temporary = self.derived / f"case-{secrets.token_hex(6)}.yaml"
        try:
            self.derived.mkdir(mode=0o700, exist_ok=True)
            fd = os.open(
                temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
            with open(fd, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(self.root / "case.yaml")
        except OSError as fault:
            temporary.unlink(missing_ok=True)
            raise disk_error("case.yaml could not be written", fault) from fault

    def settings(self) -> Settings:
        """The newest settings. Raises CaseError."""
        return from_yaml(self.read_small(f"settings/{self.newest_settings():04}.yaml", MAX_SETTINGS))

    def newest_settings(self) -> int:
        """The number of the newest settings that are in force: logged. Raises CaseError where there are none."""
        numbers = [
            int(p.stem) for p in (self.root / "settings").glob("*.yaml") if re.fullmatch(r"\d{4}", p.stem)
        ]
        if (self.root / PENDING).exists():  # a change was interrupted, or is under way: only the log can tell
            logged = {int(found) for found in _SETTINGS.findall(self.log.path.read_bytes())}
            numbers = [number for number in numbers if number in logged]
        if not numbers:
            raise CaseError("the case has no settings", "run: abusekit verify")
        return max(numbers)

    def change_settings(
        self, settings: Settings, *, by: str, now: datetime | Callable[[], datetime], reason: str
    ) -> None:
        """Write the next settings file and log it. Raises UsageError, CaseError."""
        from abusekit.case.mark import marked
        from abusekit.case.writing import writing

        check_settings(settings)
        with writing(self, by=by, when=now) as at:
            number = self.newest_settings() + 1
            with marked(self) as mark:
                try:
                    record = self._write_settings(settings, number)
                    act = Act("settings.change", {"files": [record], "reason": reason})
                    self.log.append([act], by=by, now=at)
                except (OSError, CaseError, NotCanonicalError) as fault:
                    mark.taken_back(self.root / f"settings/{number:04}.yaml")
                    if isinstance(fault, OSError):
                        raise disk_error("the settings could not be written", fault) from fault
                    raise
                self.show_settings()

    @contextmanager
    def lock(self, name: str = "log", timeout: float = LOCK_SECONDS) -> Iterator[None]:
        """Hold the case: for the log (`log`), or against a second bulk run (`capture`).

        The kernel drops it when the process dies. Raises LockedError, CaseError.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(
            self.root / "custody" / f"{name}.lock", timeout=timeout, thread_local=False, mode=0o600
        )
        try:
            lock.acquire()
        except Timeout as fault:
            raise LockedError(
                "another abusekit works on this case", "wait for it, or look for a run that hangs"
            ) from fault
        except OSError as fault:
            raise disk_error("the case cannot be locked", fault) from fault
        try:
            yield
        finally:
            lock.release()

    def record(
        self,
        acts: list[Act],
        *,
        by: str,
        now: datetime | Callable[[], datetime],
        told: Callable[[str], None] = lambda _text: None,
    ) -> list[dict[str, JSON]]:
        """Log acts that store no files. Raises LockedError, TornLogError, CaseError."""
        from abusekit.case.writing import writing

        with writing(self, by=by, when=now, told=told) as at:
            return self.log.append(acts, by=by, now=at)

    def lines(self) -> Iterator[Line]:
        """The lines of the log, checked in form and chain. Raises LogFormError, TornLogError, CaseError."""
        partial = self.log.partial
        try:
            fd, _ = open_regular(self.log.path)
        except (OSError, InputError) as fault:
            raise CaseError(f"the custody log cannot be read: {fault}", "is this a case folder?") from fault
        with os.fdopen(fd, "rb", buffering=1 << 20) as stream:
            yield from read_lines(stream, partial=partial)

    def entries(self) -> Iterator[dict[str, JSON]]:
        """The acts of the log, in order, without those that are withheld or erased."""
        for line in self.lines():
            if line.entry is not None:
                yield line.entry

    def item_ids(self) -> list[str]:
        """The ids that the evidence folder shows, in order; the log is the authority."""
        try:
            names = os.listdir(self.evidence)
        except OSError as fault:
            raise CaseError(f"the evidence folder cannot be read: {fault.strerror}") from fault
        return sorted((name for name in names if ITEM_ID.match(name)), key=lambda name: int(name[1:]))

    def item(self, item_id: str) -> Item:
        """One item as its `item.json` says. Raises UsageError (no such item), EvidenceError."""
        if not ITEM_ID.match(item_id) or not (self.evidence / item_id).is_dir():
            raise UsageError(f"no item {item_id}", "abusekit list shows what is there")
        return read_item(self.read_small(f"evidence/{item_id}/item.json", MAX_ITEM_JSON))

    def items(self) -> Iterator[Item]:
        """All items. Raises EvidenceError at the first that cannot be read."""
        for item_id in self.item_ids():
            try:
                yield self.item(item_id)
            except EvidenceError as fault:
                raise EvidenceError(f"{item_id}: {fault.message}", "run: abusekit verify") from fault

    def read_small(self, relative: str, limit: int) -> bytes:
        """The bytes of a small file of the case, links refused. Raises CaseError, EvidenceError (too large)."""
        try:
            fd, status = open_regular(self.root / relative)
        except (OSError, InputError) as fault:
            raise CaseError(f"cannot be read: {relative}: {fault}", "run: abusekit verify") from fault
        with os.fdopen(fd, "rb") as stream:
            if status.st_size > limit:
                raise EvidenceError(f"{relative} is too large: {status.st_size} bytes")
            return stream.read(status.st_size)  # read(limit) would take that much memory at once


def device_name(name: str) -> bool:
    """Whether Windows takes a file name for a device, whatever its extension."""
    return name.lower().split(".", 1)[0] in _DEVICES


def write_once(path: Path, data: bytes) -> None:
    """A new read-only file, durable. Raises OSError; FileExistsError where there is one."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o400)
    with os.fdopen(fd, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def disk_error(what: str, fault: OSError) -> CaseError:
    """An OSError of the case's disk, said to a person."""
    if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return CaseError(f"{what}: the disk is full", "free some space, then run the same command again")
    if fault.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return CaseError(f"{what}: the case is read-only", "work on a copy that you may write to")
    return CaseError(f"{what}: {fault.strerror or fault}", "nothing stored was changed")
