"""Check a whole case: every check is silent where it cannot judge, and says what it found where it can.

Reads only; needs no network; trusts nothing inside the case. Whom to trust comes in `Trust`, from
outside. What a passing case proves stands in `findings.PROVES`, check by check.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from abusekit.case.canonical import LOG_DEPTH, NotCanonicalError, decode
from abusekit.case.custody import MAX_LINE
from abusekit.case.folder import PENDING
from abusekit.case.hashing import digest_file, map_files, open_regular
from abusekit.case.orphans import LARGEST_BATCH
from abusekit.errors import CaseError, InputError
from abusekit.integrity.filecheck import FileChecker, finding_at, item_of
from abusekit.integrity.findings import WRONG, Finding, Status
from abusekit.integrity.inventory import NOT_EVIDENCE, Inventory, take_inventory
from abusekit.integrity.logcheck import LOG, PARTIAL_LOG, check_log
from abusekit.integrity.logview import LogView
from abusekit.integrity.manifest import MANIFEST, MAX_SEAL, SALT, SEAL
from abusekit.integrity.marks import HighWater, read_mark
from abusekit.integrity.sealcheck import SIGNATURE, check_seals, read_earlier, seal_sizes, state_kept
from abusekit.integrity.stampcheck import check_stamps
from abusekit.integrity.trust import Trust

EMPTY = ("custody/log.lock", "custody/capture.lock", PENDING)
"""Files that only stand for something."""
_NEXT_ITEM = re.compile(r"evidence/E(\d{4,9})/")
NOT_WHOLE = "custody/not-whole-"


@dataclass(slots=True)
class Verdict:
    """The outcome of a verification."""

    case: str = ""
    lines: int = 0
    root: str = ""
    """Merkle root of the log as it stands: print it where it can be compared later."""
    partial: str = ""
    """PARTIAL or ERASED where lines are withheld."""
    torn: str = ""
    counts: Counter[tuple[str, Status]] = field(default_factory=Counter)
    """(check, status) → number of findings."""
    findings: list[Finding] = field(default_factory=list)
    """All that is not OK, and the OK ones of log, seals and signatures; with `everything`, all."""
    withdrawn: dict[str, str] = field(default_factory=dict)
    quarantined: dict[str, str] = field(default_factory=dict)
    """Item → since when: its bytes were compared like any other's, which shows them to nobody."""

    def take(self, finding: Finding, *, everything: bool) -> None:
        self.counts[finding.check, finding.status] += 1
        if everything or finding.status is not Status.OK or finding.message:
            self.findings.append(finding)

    @property
    def exit_code(self) -> int:
        """0 good, 1 something is wrong, 3 the log is torn, 7 nothing wrong but something could not be checked."""
        statuses = {status for (_, status), count in self.counts.items() if count}
        if statuses & set(WRONG):
            return 1
        if self.torn:
            return 3
        return 7 if Status.UNCHECKED in statuses else 0

    @property
    def word(self) -> str:
        return {0: "VERIFIED", 1: "NOT VERIFIED", 3: "TORN LOG", 7: "NOT FULLY CHECKED"}[self.exit_code]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a verification, all of it from outside the case."""

    trust: Trust = field(default_factory=Trust)
    against: tuple[tuple[str, bytes], ...] = ()
    """Names and bytes of earlier copies of seal.txt."""
    marks: Path | None = None
    """Folder with the furthest states that this computer has seen (marks.py)."""
    jobs: int = 2
    everything: bool = False
    """Keep the OK finding of every file, too."""


def verify_case(
    root: Path,
    question: Question,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Verdict:
    """All checks over the case folder `root`. `progress` is told (bytes done, bytes in all).

    Raises CaseError where there is no case to check, InputError for an `against` that is no seal.
    """
    try:
        there = take_inventory(root)
    except OSError as fault:
        raise CaseError(f"no case here: {root}: {fault.strerror}", "name one: abusekit verify DIR") from fault
    if (
        LOG not in there.files
        and PARTIAL_LOG not in there.files
        and not any(f.path == LOG for f in there.findings)
    ):
        raise CaseError(f"not a case folder: {root} has no {LOG}", "name one: abusekit verify DIR")
    sizes = seal_sizes(there.folders)
    mark = _high_water(root, question)
    earlier = [read_earlier(data, name) for name, data in question.against]
    asked = [*sizes, *(seal.size for seal in earlier), *([mark.size] if mark else [])]
    view = check_log(root, there.files, asked)
    verdict = Verdict(
        view.case,
        view.size,
        view.root,
        _partial_word(view),
        view.torn,
        withdrawn=view.withdrawn,
        quarantined=view.quarantined,
    )
    for finding in _all_but_files(root, there, view, sizes, question, mark):
        verdict.take(finding, everything=question.everything)
    _check_files(root, there, view, question, verdict, progress)
    return verdict


def _all_but_files(
    root: Path, there: Inventory, view: LogView, sizes: list[int], question: Question, mark: HighWater | None
) -> Iterator[Finding]:
    yield from there.findings
    yield from view.findings
    stamp_findings, stamps = check_stamps(root, there.files, view, question.trust)
    yield from check_seals(root, there.files, sizes, view, question.trust, stamps)
    yield from stamp_findings
    yield from _earlier_states(root, view, question, mark)
    yield from _settings(root, there, view)
    yield from _missing(there, view)
    yield from _unlisted(root, there, view)
    yield from _not_evidence(root)


def _check_files(
    root: Path,
    there: Inventory,
    view: LogView,
    question: Question,
    verdict: Verdict,
    progress: Callable[[int, int], None],
) -> None:
    """Every logged file that is there. An OK finding is made only where it is asked for: there are very many."""
    present = [(path, expected.size) for path, expected in view.files.items() if path in there.files]
    total, done = sum(size for _, size in present), 0
    passed: Counter[tuple[str, ...]] = Counter()
    outcomes = map_files(present, FileChecker(str(root), view), jobs=question.jobs)
    for (path, size), outcome in zip(present, outcomes, strict=True):
        if question.everything:
            for check in outcome.passed:
                verdict.findings.append(finding_at(view, check, Status.OK, "", path))
        passed[outcome.passed] += 1
        for finding in outcome.findings:
            verdict.take(finding, everything=True)
        done += size
        progress(done, total)
    for checks, count in passed.items():
        for check in checks:
            verdict.counts[check, Status.OK] += count


def _high_water(root: Path, question: Question) -> HighWater | None:
    """What this computer noted of the case that the first log line names."""
    if question.marks is None:
        return None
    for name in (LOG, PARTIAL_LOG):
        try:
            fd, _ = open_regular(root / name)  # a pipe in its place must not hang us
            with open(fd, "rb") as stream:
                entry = decode(stream.readline(MAX_LINE).rstrip(b"\n"), depth=LOG_DEPTH)
            return read_mark(question.marks, str(entry["case"]))
        except (OSError, InputError, NotCanonicalError, KeyError, TypeError):
            continue
    return None


def _earlier_states(
    root: Path, view: LogView, question: Question, mark: HighWater | None
) -> Iterator[Finding]:
    for name, data in question.against:
        seal = read_earlier(data, name)
        yield state_kept(seal.case, seal.size, seal.root, view, f"the seal {name}")
        yield from _same_seal(root, seal.size, data, name)
    if mark:
        finding = state_kept(mark.case, mark.size, mark.root, view, f"the seal made here at {mark.sealed_at}")
        if finding.status is not Status.OK:
            text = f"{finding.message}: is this an older copy, or was work done on a copy of the case?"
            yield Finding("against", Status.UNCHECKED, text, finding.path)


def _same_seal(root: Path, size: int, data: bytes, name: str) -> Iterator[Finding]:
    """The kept copy against the seal that stands in the case: its holder could have sealed the same lines anew."""
    path = f"seals/{size:06}/{SEAL}"
    try:
        fd, _ = open_regular(root / path)
        with open(fd, "rb") as stream:
            there = stream.read(MAX_SEAL + 1)
    except (OSError, InputError):
        yield Finding("against", Status.CHANGED, f"the seal of which {name} is a copy is gone", path)
        return
    if there != data:
        yield Finding("against", Status.CHANGED, f"is an other seal than {name} over the same lines", path)


def _settings(root: Path, there: Inventory, view: LogView) -> Iterator[Finding]:
    """`case.yaml` is for people: it must be the newest logged settings, byte for byte."""
    logged = sorted(path for path in view.files if path.startswith("settings/"))
    if not logged:
        yield Finding("settings", Status.UNLISTED, "no settings are logged", "case.yaml")
        return
    newest = view.files[logged[-1]]
    if "case.yaml" not in there.files:
        if not view.withheld:
            yield Finding("settings", Status.MISSING, "the settings for people to read are gone", "case.yaml")
        return
    differs = Finding(
        "settings",
        # an interrupted change may be one of the settings
        Status.UNCHECKED if view.torn or _interrupted(root, there) else Status.CHANGED,
        f"is not the same as {logged[-1]}",
        "case.yaml",
    )
    try:
        if (root / "case.yaml").lstat().st_size != newest.size:  # it may claim a terabyte
            yield differs
            return
        found = digest_file(root / "case.yaml")
    except (OSError, InputError) as fault:
        yield Finding("settings", Status.UNCHECKED, f"cannot be read: {fault}", "case.yaml")
        return
    if found.sha256 == newest.sha256:
        yield Finding("settings", Status.OK, "", "case.yaml")
    else:
        yield differs


def _missing(there: Inventory, view: LogView) -> Iterator[Finding]:
    judged = {finding.path for finding in there.findings}
    for path in view.files:
        if path not in there.files and path not in judged:
            if view.partial and path.startswith("seals/") and path.endswith((f"/{MANIFEST}", f"/{SALT}")):
                text = "is left out, because it would name what is withheld"
                yield Finding("seal", Status.UNCHECKED, text, path)
                continue
            yield finding_at(view, "file", Status.MISSING, "was logged, and is not there", path)


def _unlisted(root: Path, there: Inventory, view: LogView) -> Iterator[Finding]:
    known = {LOG, PARTIAL_LOG, "case.yaml"}
    newest = seal_sizes(there.folders)[-1:]
    interrupted = _interrupted(root, there)
    last_item = _last_item(view)
    unread = 0
    for path in sorted(there.files - view.files.keys() - known):
        if path in EMPTY:
            if (root / path).lstat().st_size:
                yield Finding("unlisted", Status.UNLISTED, "has to be empty", path)
            elif path == PENDING:
                text = "a change was interrupted, or is under way: run abusekit recover"
                yield Finding("unlisted", Status.UNCHECKED, text, path)
        elif path.startswith(NOT_WHOLE):
            yield Finding("unlisted", Status.NOTE, "set aside by recover: not evidence", path)
        elif newest and newest[0] > view.last_seal and path.startswith(f"seals/{newest[0]:06}/"):
            continue  # reported with the seal: a run was interrupted before it was logged
        elif newest and (folder := f"seals/{newest[0]:06}/") and _signature_in(folder, path):
            # checked like any other; what is not logged is only that it was there in time for the next seal
            yield Finding("unlisted", Status.UNCHECKED, "is a signature that is not logged yet", path)
        elif (view.torn or interrupted) and _follows(path, last_item):
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
    yield from _strange_folders(there, view, interrupted=interrupted)


def _interrupted(root: Path, there: Inventory) -> bool:
    return PENDING in there.files and (root / PENDING).lstat().st_size == 0


def _last_item(view: LogView) -> int:
    return max((int(item[1:]) for item in view.items), default=0)


def _follows(path: str, last_item: int) -> bool:
    """Whether an unlogged path stands where the next item, settings, seal or torn line of a change would."""
    if found := _NEXT_ITEM.match(path):
        return last_item < int(found[1]) <= last_item + LARGEST_BATCH
    return path.startswith(("settings/", "seals/", "custody/torn-"))


def _strange_folders(there: Inventory, view: LogView, *, interrupted: bool) -> Iterator[Finding]:
    """Folders that hold nothing that was logged: an id that only such a folder shows would mislead who works on."""
    known = {"settings", "custody", "evidence", "seals", *(f"evidence/{item}" for item in view.items)}
    known |= {f"seals/{size:06}" for size in view.seals}
    full: set[str] = set()  # folders with unlogged files somewhere below: those are told file by file
    for path in there.files - view.files.keys():
        while (path := path.rpartition("/")[0]) and path not in full:
            full.add(path)
    last_item = _last_item(view)
    for path in sorted(there.folders - known):
        if path in full or path.startswith(NOT_WHOLE) or view.broken or view.withheld:
            continue
        if (view.torn or interrupted) and _follows(path + "/", last_item):
            text = "may belong to a change that was interrupted: run abusekit recover"
            yield Finding("unlisted", Status.UNCHECKED, text, path)
        else:
            yield Finding("unlisted", Status.UNLISTED, "is a folder in which nothing was logged", path)


def _signature_in(folder: str, path: str) -> bool:
    return path.startswith(folder) and SIGNATURE.match(path[len(folder) :]) is not None


def _not_evidence(root: Path) -> Iterator[Finding]:
    for name in NOT_EVIDENCE:
        folder = root / name
        try:
            if folder.is_symlink() and name != "private":  # safety notes may be kept elsewhere
                yield Finding("names", Status.CHANGED, "a link stands here: not followed", name)
            elif folder.is_dir() and any(folder.iterdir()):
                yield Finding("names", Status.NOTE, "never evidence, and not checked", name)
        except OSError:
            yield Finding("names", Status.NOTE, "never evidence, and cannot be read", name)


def _partial_word(view: LogView) -> str:
    if not view.withheld:
        return ""
    return "ERASED" if all(n in view.erased for n in view.withheld) else "PARTIAL"
