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

from abusekit.case.custody import MAX_LINE
from abusekit.case.hashing import digest_file, map_files, open_regular
from abusekit.errors import CaseError, InputError
from abusekit.integrity.filecheck import FileChecker, finding_at, item_of
from abusekit.integrity.findings import WRONG, Finding, Status
from abusekit.integrity.inventory import NOT_EVIDENCE, Inventory, take_inventory
from abusekit.integrity.logcheck import LOG, PARTIAL_LOG, LogView, check_log
from abusekit.integrity.manifest import MANIFEST, SALT
from abusekit.integrity.marks import HighWater, read_mark
from abusekit.integrity.sealcheck import SIGNATURE, Trust, check_seals, read_earlier, seal_sizes, state_kept

LOCKS = ("custody/log.lock", "custody/capture.lock")
NOT_WHOLE = "custody/not-whole-"
_CASE = re.compile(rb'"case":"([0-9a-f-]{36})"')


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
        view.case, view.size, view.root, _partial_word(view), view.torn, withdrawn=view.withdrawn
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
    yield from check_seals(root, there.files, sizes, view, question.trust)
    yield from _earlier_states(view, question, mark)
    yield from _settings(root, there, view)
    yield from _missing(there, view)
    yield from _unlisted(there, view)
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
                found = _CASE.search(stream.readline(MAX_LINE))
        except (OSError, InputError):
            continue
        return read_mark(question.marks, found[1].decode()) if found else None
    return None


def _earlier_states(view: LogView, question: Question, mark: HighWater | None) -> Iterator[Finding]:
    for name, data in question.against:
        seal = read_earlier(data, name)
        yield state_kept(seal.case, seal.size, seal.root, view, f"the seal {name}")
    if mark:
        finding = state_kept(mark.case, mark.size, mark.root, view, f"the seal made here at {mark.sealed_at}")
        if finding.status is not Status.OK:
            text = f"{finding.message}; an older copy of the case, or one that was cut back?"
            yield Finding("against", Status.UNCHECKED, text, finding.path)


def _settings(root: Path, there: Inventory, view: LogView) -> Iterator[Finding]:
    """`case.yaml` is for people: it must be the newest logged settings, byte for byte."""
    logged = sorted(path for path in view.files if path.startswith("settings/"))
    if not logged:
        yield Finding("settings", Status.UNLISTED, "no settings are logged", "case.yaml")
        return
    newest = view.files[logged[-1]]
    if "case.yaml" not in there.files:
        if not view.partial:
            yield Finding("settings", Status.MISSING, "the settings for people to read are gone", "case.yaml")
        return
    differs = Finding(
        "settings",
        Status.UNCHECKED if view.torn else Status.CHANGED,  # the torn line may be that of newer settings
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


def _unlisted(there: Inventory, view: LogView) -> Iterator[Finding]:
    known = {LOG, PARTIAL_LOG, "case.yaml", *LOCKS}
    newest = seal_sizes(there.folders)[-1:]
    for path in sorted(there.files - view.files.keys() - known):
        if path.startswith(NOT_WHOLE):
            yield Finding("unlisted", Status.NOTE, "set aside by recover: not evidence", path)
        elif newest and newest[0] > view.last_seal and path.startswith(f"seals/{newest[0]:06}/"):
            continue  # reported with the seal: a run was interrupted before it was logged
        elif newest and (folder := f"seals/{newest[0]:06}/") and _signature_in(folder, path):
            # checked like any other; what is not logged is only that it was there in time for the next seal
            yield Finding("unlisted", Status.UNCHECKED, "is a signature that is not logged yet", path)
        elif view.torn and path.startswith(("evidence/", "settings/")) and not item_of(path, view):
            text = "may belong to the log's torn last line: run abusekit recover"
            yield Finding("unlisted", Status.UNCHECKED, text, path)
        else:
            text = "is there, but was never logged"
            if path.startswith("evidence/") and not item_of(path, view):
                text += " (if a run was just interrupted: abusekit recover)"
            yield finding_at(view, "unlisted", Status.UNLISTED, text, path)


def _signature_in(folder: str, path: str) -> bool:
    return path.startswith(folder) and SIGNATURE.match(path[len(folder) :]) is not None


def _not_evidence(root: Path) -> Iterator[Finding]:
    for name in NOT_EVIDENCE:
        folder = root / name
        if folder.is_dir() and not folder.is_symlink() and any(folder.iterdir()):
            text = "never evidence, and not checked"
            yield Finding("names", Status.NOTE, text, name)


def _partial_word(view: LogView) -> str:
    if not view.withheld:
        return ""
    return "ERASED" if all(n in view.erased for n in view.withheld) else "PARTIAL"
