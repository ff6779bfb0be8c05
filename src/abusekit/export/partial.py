"""A copy with chosen items only, which verifies against the same seal (selective disclosure).

The log of the copy is the case's log up to the seal, in which every line but those about the chosen items is
its own hash. The salt in each line keeps that hash from being guessed; the list of files of the seal, which
names everything, is left out. What the copy tells of the rest: how many lines there are, and where.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from abusekit.case.canonical import JSON
from abusekit.case.custody import PARTIAL_LOG, Line, sync_folder
from abusekit.case.decisions import Standing, standings
from abusekit.case.durable import make_durable
from abusekit.case.folder import Case, disk_error
from abusekit.case.hashing import BLOCK, Digest, HashingWriter, open_regular
from abusekit.case.withheld import REMOVABLE
from abusekit.errors import AbusekitError, EvidenceError, InputError, UsageError
from abusekit.export.countersignatures import countersignatures
from abusekit.export.references import Reference, Withheld, references
from abusekit.integrity.log.logacts import listed_file
from abusekit.integrity.sealing.manifest import MAX_SEAL, SEAL, parse_seal
from abusekit.integrity.trust import Trust
from abusekit.integrity.verify import Question, Verdict, verify_case
from abusekit.kit.writing import write_kit

FOLDERS = ("custody", "evidence", "seals", "settings")


@dataclass(slots=True)
class Plan:
    """What a partial copy would hold."""

    items: tuple[str, ...]
    size: int
    """N of the seal: the number of lines of the copy."""
    sealed_at: datetime
    """As the seal says; the time that all files of the copy bear."""
    shown: set[int] = field(default_factory=set)
    """Numbers of the lines that are shown."""
    files: dict[str, Digest] = field(default_factory=dict)
    """Path inside the case → what the log says of it."""
    left_out: tuple[str, ...] = ()
    """Paths of signatures of receivers over the seal, and of time stamps over these: they would tell of a hand-over."""
    references: list[Reference] = field(default_factory=list)
    later: int = 0
    """Number of acts about the chosen items behind the seal, which the copy does not show."""


@dataclass(frozen=True, slots=True)
class PartialCopy:
    """A partial copy that was made, and verified."""

    folder: Path
    plan: Plan
    verdict: Verdict
    size: int
    """Bytes of the files copied."""


def plan_partial(
    case: Case, items: Iterable[str], *, size: int | None = None, with_countersignatures: bool = False
) -> Plan:
    """What a copy with these items (ids) would hold. `size`: N of the seal to use; None: the newest.

    Signatures by which somebody received the case are left out unless `with_countersignatures`.

    Raises UsageError where it cannot or must not be made: no seal covers the items, one is in quarantine or was
    withdrawn behind the seal, or nothing would be withheld; CaseError, EvidenceError.
    """
    chosen = tuple(dict.fromkeys(items))
    if not chosen:
        raise UsageError("no items are chosen", "--items E0002,E0005")
    read = _Reading(chosen)
    try:
        standing_of = standings(read.along(case.entries()))
        used = _seal(read, size)
        text = case.read_small(f"seals/{used:06}/{SEAL}", MAX_SEAL)
        plan = Plan(chosen, used, datetime.fromisoformat(parse_seal(text).sealed_at))
        lines = [entry for entry in read.acts if entry["n"] < used]
        plan.shown = {entry["n"] for entry in lines}
        plan.later = sum(1 for entry in read.acts if entry["n"] >= used and entry.get("item") in chosen)
        _refuse(plan, read, standing_of, explicit=size is not None)
        left_out = (
            set() if with_countersignatures else countersignatures(case, read.seals[used], read.receipts)
        )
        plan.left_out = tuple(sorted(left_out))
        for entry in (*lines, *read.seals[used]):
            for one in entry.get("files", ()):
                path, sha256, length = listed_file(one, entry["n"])
                if not REMOVABLE.match(path) and path not in left_out:
                    plan.files[path] = Digest(sha256, length)
        plan.references = references(case, chosen, lines, read.withheld)
    except (KeyError, TypeError, ValueError, AttributeError, InputError) as fault:
        raise EvidenceError(
            f"an act in the custody log is malformed: {fault}", "run: abusekit verify"
        ) from fault
    return plan


class _Reading:
    """What one pass over the log leaves."""

    def __init__(self, chosen: tuple[str, ...]) -> None:
        self._chosen = chosen
        self.acts: list[dict[str, JSON]] = []
        """Those that a copy would show, also behind the seal."""
        self.seals: dict[int, list[dict[str, JSON]]] = {}
        """N → the acts of sealing that name files of that seal."""
        self.receipts: list[str] = []
        """Paths of the papers of receipts."""
        self.withheld = Withheld()

    def along(self, entries: Iterable[dict[str, JSON]]) -> Iterator[dict[str, JSON]]:
        for entry in entries:
            do = entry["do"]
            if do == "seal.add":
                self.seals[entry["seal"]] = [entry]
            elif do.startswith("seal.") and entry.get("seal") in self.seals:
                self.seals[entry["seal"]].append(entry)
            elif do == "custody.receive":
                self.receipts += [one["path"] for one in entry["files"]]
            about = entry.get("item") in self._chosen and do != "line.erase"
            if entry["n"] == 0 or about or do.startswith("key."):
                self.acts.append(entry)
            self.withheld.note(entry, self._chosen)
            yield entry


def _seal(read: _Reading, size: int | None) -> int:
    """N of the seal that is asked for, or of the newest. Raises UsageError."""
    if not read.seals:
        raise UsageError("the case is not sealed", "run: abusekit seal")
    if size is not None and size not in read.seals:
        raise UsageError(
            f"no seal over {size} lines", f"there are: {', '.join(map(str, list(read.seals)[-20:]))}"
        )
    return max(read.seals) if size is None else size


def _refuse(plan: Plan, read: _Reading, standing_of: dict[str, Standing], *, explicit: bool) -> None:
    """Raises UsageError for an item that must not leave, or that the seal does not cover."""
    added = {entry["item"]: entry["n"] for entry in read.acts if entry["do"] == "item.add"}
    for item in plan.items:
        if item not in added:
            raise UsageError(f"no item {item}", "abusekit list shows what is there")
        if standing_of[item].quarantined is not None:
            raise UsageError(
                f"{item} is in quarantine: it is not copied", f"whom to call: abusekit show {item}"
            )
        if added[item] >= plan.size:
            raise UsageError(f"the seal over {plan.size} lines does not cover {item}", "run: abusekit seal")
    for entry in read.acts:
        if entry["do"] == "item.withdraw" and entry["n"] >= plan.size and not explicit:
            raise UsageError(
                f"{entry['item']} was withdrawn, and the newest seal does not cover that",
                f"seal first: abusekit seal; --seal {plan.size} makes a copy that does not tell of it",
            )
    if len(plan.shown) == plan.size:
        raise UsageError("nothing would be withheld", "hand over a copy of the whole case")


def export_partial(
    case: Case,
    plan: Plan,
    out: Path,
    *,
    trust: Trust,
    told: Callable[[str], None] = lambda _text: None,
) -> PartialCopy:
    """Make the copy in `out`, a new folder, whole or not at all; gives it with the verdict over it.

    Shows to nobody that the chosen items are all that matters: a withheld line may hold a decision about one of
    them only where the case was sealed before that. Raises UsageError, CaseError, EvidenceError (a file is not
    what was logged, or the copy does not verify).
    """
    if os.path.lexists(out):
        raise UsageError(f"there is something already: {out}", "choose a new folder")
    building = out.parent / f".{out.name}.new-{os.getpid()}"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        building.mkdir(mode=0o700)
        try:
            size = _fill(case, plan, building)
            try:
                write_kit(building)
            except AbusekitError as fault:
                told(f"the copy is without kit/: {fault.message}")
            _same_times(building, plan.sealed_at)
            verdict = verify_case(building, Question(trust=trust))
            if verdict.exit_code not in (0, 7):
                wrong = next(f for f in verdict.findings if f.status not in ("ok", "note"))
                raise EvidenceError(
                    f"the copy does not verify: {wrong.path}: {wrong.message}", "run: abusekit verify"
                )
            building.rename(out)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        sync_folder(out.parent)
    except OSError as fault:
        raise disk_error("the copy could not be made", fault) from fault
    return PartialCopy(out, plan, verdict, size)


def _fill(case: Case, plan: Plan, root: Path) -> int:
    for name in FOLDERS:
        (root / name).mkdir(mode=0o700)
    for path in sorted(plan.files):
        (root / path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy(case.root / path, root / path, plan.files[path])
    with _new(root / PARTIAL_LOG) as out:
        for line in case.lines():
            if line.n >= plan.size:
                break
            out.write(_as_shown(line, plan) + b"\n")
    folders = [root, *(Path(at) for at, _, _ in os.walk(root) if at != str(root))]
    make_durable([folder for folder in folders if any(folder.iterdir())], 1_000)
    return sum(digest.size for digest in plan.files.values())


def _as_shown(line: Line, plan: Plan) -> bytes:
    if line.n in plan.shown and line.raw is not None:
        return line.raw
    return line.leaf.hex().encode("ascii")


def _new(path: Path) -> BinaryIO:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    return open(fd, "wb", buffering=BLOCK)


def _copy(source: Path, target: Path, expected: Digest) -> None:
    """Copy and hash in one pass. Raises EvidenceError: not what was logged."""
    relative = "/".join(source.parts[-3:])
    try:
        fd, _ = open_regular(source)
    except (OSError, InputError) as fault:
        raise EvidenceError(f"cannot be read: {relative}: {fault}", "run: abusekit verify") from fault
    with os.fdopen(fd, "rb", buffering=0) as stream, _new(target) as out:
        writer = HashingWriter(out)
        while writer.tell() <= expected.size and (block := stream.read(BLOCK)):
            writer.write(block)
    if writer.digest() != expected:
        raise EvidenceError(f"is not what was logged: {relative}", "run: abusekit verify")
    target.chmod(0o400)


def _same_times(root: Path, at: datetime) -> None:
    """The times of files would tell in what order things were copied, and when the copy was made."""
    stamp = at.timestamp()
    for folder, _, names in os.walk(root, topdown=False):
        for name in names:
            os.utime(Path(folder) / name, (stamp, stamp), follow_symlinks=False)
        os.utime(folder, (stamp, stamp))
