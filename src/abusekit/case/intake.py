"""The one door: bytes in → stored, hashed, made durable, logged; then, and only then, an Item.

A thing is *staged* first (`staging/<run>/0001/`, on the same file system, hashed while it is
written), then *committed* with others of its batch:

    under the log's lock: give ids → write item.json → make durable → put the mark `custody/pending` →
    rename into evidence/ → sync evidence/ → append the log lines → sync the log → take the mark away

A crash before the rename leaves nothing in evidence/; one between rename and log leaves whole items
whose log line is missing, which the next change of the case or `recover` enters. Nothing is called done
before `commit` has returned.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

from abusekit.case.canonical import JSON, NotCanonicalError
from abusekit.case.custody import Act, instant_text, sync_folder
from abusekit.case.durable import make_durable
from abusekit.case.folder import PENDING, STORED_NAME, Case, device_name, disk_error
from abusekit.case.hashing import BLOCK, Digest, HashingWriter, changed_between, digest_bytes, open_regular
from abusekit.case.mark import marked
from abusekit.case.orphans import clear_dead_runs
from abusekit.case.records import DatedFact, Fidelity, Item, Kind, Legs, Role, StoredFile, write_item
from abusekit.case.settings import Producer, Settings
from abusekit.case.tally import Tally, item_act, last_tally
from abusekit.case.tool import self_test, tool_facts
from abusekit.case.writing import writing
from abusekit.errors import AbusekitError, EvidenceError, InputError

MAX_FILES = 400
"""Files of one item: its log line lists them all and stays under 64 KiB."""


@dataclass(slots=True)
class Draft:
    """A thing that is staged but is not evidence yet. Fields: see `Item`."""

    folder: Path
    kind: Kind = "file"
    source: dict[str, JSON] = field(default_factory=dict)
    method: dict[str, JSON] = field(default_factory=dict)
    outcome: str = "complete"
    files: list[StoredFile] = field(default_factory=list)
    facts: dict[str, JSON] = field(default_factory=dict)
    dated: list[DatedFact] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    legs: Legs | None = None
    fidelity: Fidelity = "exact"
    clock_offset_ms: int | None = None
    tags: list[str] = field(default_factory=list)
    """Labels given on the way in; they stand in the log line, not in `item.json`."""

    @contextmanager
    def create(self, name: str, media_type: str, role: Role) -> Iterator[HashingWriter]:
        """A new file of this item, hashed while it is written, read-only when closed. Raises CaseError."""
        taken = {"item.json", *(stored.name.lower() for stored in self.files)}
        if not STORED_NAME.match(name) or len(name) > 100 or name.lower() in taken or device_name(name):
            raise InputError(f"not a name that a case stores: {name!a}")
        if len(self.files) >= MAX_FILES:
            raise InputError(f"more than {MAX_FILES} files in one item")
        whole = False
        try:
            fd = os.open(
                self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o400
            )
            with open(fd, "wb", buffering=BLOCK) as out:
                writer = HashingWriter(out)
                yield writer
            whole = True
        except OSError as fault:
            raise disk_error(f"{name} could not be stored", fault) from fault
        finally:
            if not whole:  # what was begun must not be moved into evidence with the rest
                (self.folder / name).unlink(missing_ok=True)
        digest = writer.digest()
        self.files.append(StoredFile(name, digest.size, digest.sha256, media_type, role))

    def write(self, name: str, data: bytes, media_type: str, role: Role) -> StoredFile:
        """A whole small file."""
        with self.create(name, media_type, role) as out:
            out.write(data)
        return self.files[-1]

    def copy(self, source: Path, name: str, media_type: str, role: Role = "original") -> StoredFile:
        """Copy and hash in one pass. Raises InputError: unreadable, not a regular file, or changing meanwhile."""
        try:
            fd, before = open_regular(source, follow=True)
        except OSError as fault:
            raise InputError(f"cannot be read: {source}: {fault.strerror}") from fault
        with os.fdopen(fd, "rb", buffering=0) as stream, self.create(name, media_type, role) as out:
            while block := stream.read(BLOCK):
                out.write(block)
            if out.tell() != before.st_size or changed_between(before, os.fstat(fd)):
                raise InputError(
                    f"the file changes while it is read: {source}",
                    "wait until it is finished, then try again",
                )
        return self.files[-1]

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Intake:
    """Takes things into one case for one producer. Use as a context manager; safe in threads but for `commit`."""

    def __init__(
        self,
        case: Case,
        producer: Producer,
        *,
        clock: Callable[[], datetime],
        settings: Settings | None = None,
        told: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.case = case
        self.producer = producer
        self.settings = settings or case.settings()
        self._clock = clock
        self._told = told
        self._zone = ZoneInfo(self.settings.zone)
        self._tally: Tally | None = None
        self._count = 0
        self._run: Path | None = None
        self._run_lock: object = None

    def __enter__(self) -> Intake:
        if self_test().startswith("FAILED"):
            raise EvidenceError(
                f"abusekit's self-test {self_test()}", "do not record with this installation; reinstall it"
            )
        from filelock import FileLock

        try:
            self.case.staging.mkdir(mode=0o700, exist_ok=True)
            name = secrets.token_hex(6)
            lock = FileLock(self.case.staging / f"{name}.lock", thread_local=False)
            with self.case.lock():  # so that no other run takes our lock for a dead one before we hold it
                clear_dead_runs(self.case)
                lock.acquire(timeout=0)
            self._run_lock = lock
            self._run = self.case.staging / name
            self._run.mkdir(mode=0o700)
        except OSError as fault:
            raise disk_error("the case cannot be written to", fault) from fault
        try:  # what an interrupted run stored but did not log belongs to the case: logged before all else
            with writing(self.case, by=self.producer.initials, when=self._clock, told=self._told):
                pass
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._run is not None:
            shutil.rmtree(self._run, ignore_errors=True)
            self._run_lock.release()  # type: ignore[attr-defined]
            self._run.with_suffix(".lock").unlink(missing_ok=True)

    @property
    def spool(self) -> Path:
        """A folder on the case's disk for temporary files of this run."""
        if self._run is None:
            raise RuntimeError("an Intake is used as a context manager")
        return self._run

    def draft(self, kind: Kind) -> Draft:
        """A fresh place to stage one thing."""
        self._count += 1
        folder = self.spool / f"{self._count:06}-{secrets.token_hex(3)}"
        try:
            folder.mkdir(mode=0o700)
        except OSError as fault:
            raise disk_error("nothing can be staged", fault) from fault
        return Draft(folder, kind)

    def log(self, acts: Sequence[Act]) -> None:
        """Log what concerns the run, not an item of it. Raises CaseError."""
        with writing(self.case, by=self.producer.initials, when=self._clock, told=self._told) as now:
            self.case.log.append(acts, by=self.producer.initials, now=now)

    def commit(self, drafts: list[Draft], *, before: Sequence[Act] = ()) -> list[Item]:
        """Make the drafts evidence, durably, in this order; all of them, or none. Raises CaseError.

        before: acts to be logged in front of them, in the same write.
        """
        if not drafts:
            return []
        with writing(self.case, by=self.producer.initials, when=self._clock, told=self._told) as now:
            tally = self._current_tally()
            items: list[Item] = []
            acts: list[Act] = list(before)
            moved: list[tuple[Path, Path]] = []
            try:
                for draft in drafts:
                    tally = tally.next(self.producer.initials)
                    item = self._item(draft, tally, now)
                    digest = self._write_item_json(draft, item)
                    items.append(item)
                    acts.append(item_act(item, digest, tally, tags=list(draft.tags)))
                make_durable([draft.folder for draft in drafts], sum(len(i.files) + 1 for i in items))
                with marked(self.case):
                    for draft, item in zip(drafts, items, strict=True):
                        target = self.case.evidence / item.id
                        draft.folder.rename(target)
                        moved.append((target, draft.folder))
                    sync_folder(self.case.evidence)
                    self.case.log.append(acts, by=self.producer.initials, now=now)
            except (OSError, AbusekitError, NotCanonicalError) as fault:
                for target, staged in moved:
                    target.rename(staged)
                for draft in drafts:
                    (draft.folder / "item.json").unlink(missing_ok=True)
                (self.case.root / PENDING).unlink(missing_ok=True)  # all of it is taken back
                if isinstance(fault, OSError):
                    raise disk_error("nothing of this batch was stored", fault) from fault
                raise
            self._tally = tally.at_size(self.case.log.path.stat().st_size)
        return items

    def _current_tally(self) -> Tally:
        if self._tally is None or self._tally.log_size != self.case.log.path.stat().st_size:
            self._tally = last_tally(self.case.log.path, self.producer.initials)
        return self._tally

    def _item(self, draft: Draft, tally: Tally, now: datetime) -> Item:
        return Item(
            case=self.settings.case,
            id=tally.item_id,
            exhibit=self.settings.exhibit(
                self.producer.initials, tally.exhibits[self.producer.initials.lower()]
            ),
            kind=draft.kind,
            at=instant_text(now),
            local=now.astimezone(self._zone).isoformat(timespec="seconds"),
            zone=self.settings.zone,
            clock_offset_ms=draft.clock_offset_ms,
            who=self.producer.initials,
            role=self.producer.role,
            tool=tool_facts(),
            source=draft.source,
            method=draft.method,
            outcome=draft.outcome,
            files=draft.files,
            facts=draft.facts,
            dated=draft.dated,
            limits=draft.limits,
            problems=draft.problems,
            legs=draft.legs,
            fidelity=draft.fidelity,
        )

    def _write_item_json(self, draft: Draft, item: Item) -> Digest:
        data = write_item(item)
        fd = os.open(draft.folder / "item.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
        with open(fd, "wb", buffering=0) as out:
            HashingWriter(out).write(data)
        return digest_bytes(data)
