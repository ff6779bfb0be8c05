"""Check a whole case: every check is silent where it cannot judge, and says what it found where it can.

Reads only; needs no network; trusts nothing inside the case. Whom to trust comes in `Trust`, from
outside. What a passing case proves stands in `findings.PROVES`, check by check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from abusekit.case.canonical import LOG_DEPTH, NotCanonicalError, decode
from abusekit.case.custody import MAX_LINE, instant_text
from abusekit.case.hashing import digest_file, map_files, open_regular
from abusekit.case.withheld import REMOVABLE
from abusekit.errors import CaseError, InputError
from abusekit.integrity.checks.against import Since, added_since, earlier_states, read_earlier
from abusekit.integrity.checks.custodycheck import check_custody
from abusekit.integrity.checks.filecheck import FileChecker, finding_at
from abusekit.integrity.checks.inventory import NOT_EVIDENCE, Inventory, take_inventory
from abusekit.integrity.checks.kitcheck import check_kit
from abusekit.integrity.checks.sealcheck import check_seals, seal_sizes
from abusekit.integrity.checks.stampcheck import check_stamps
from abusekit.integrity.checks.unlisted import interrupted, unlisted
from abusekit.integrity.findings import WRONG, Finding, Status
from abusekit.integrity.log.logcheck import LOG, PARTIAL_LOG, check_log
from abusekit.integrity.log.logview import LogView
from abusekit.integrity.sealing.marks import HighWater, read_mark
from abusekit.integrity.timestamps.stamps import Stamps
from abusekit.integrity.trust import Trust

CLOCKS_APART = timedelta(hours=1)
"""Two clocks that differ by less are taken to agree."""


@dataclass(slots=True)
class Verdict:
    """The outcome of a verification."""

    case: str = ""
    lines: int = 0
    root: str = ""
    """Merkle root of the log as it stands: print it where it can be compared later."""
    partial: str = ""
    """PARTIAL or ERASED where lines are withheld."""
    withheld: int = 0
    """Number of lines of which only the hash is there, erased ones among them."""
    erased: int = 0
    """Number of lines that are erased, as others say."""
    since: list[Since] = field(default_factory=list)
    """What was added since each of the earlier seals that were given, where the case contains it."""
    torn: str = ""
    counts: Counter[tuple[str, Status]] = field(default_factory=Counter)
    """(check, status) → number of findings."""
    findings: list[Finding] = field(default_factory=list)
    """All that is not OK, and the OK ones of log, seals and signatures; with `everything`, all."""
    withdrawn: dict[str, str] = field(default_factory=dict)
    quarantined: dict[str, str] = field(default_factory=dict)
    """Item → since when: its bytes were compared like any other's, which shows them to nobody."""
    stamps: Stamps = field(default_factory=Stamps)
    """What verified time stamps of trusted authorities cover."""

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

    @property
    def sentence(self) -> str:
        """The word, and how much of the log is not there."""
        if not self.partial:
            return self.word
        if self.partial == "ERASED":
            return f"{self.word} (ERASED: {self.erased} of {self.lines} lines are erased)"
        erased = f", {self.erased} of them erased" if self.erased else ""
        hidden = "they may hold withdrawals, quarantines, revocations"
        return f"{self.word} (PARTIAL: {self.withheld} of {self.lines} lines are withheld{erased}; {hidden})"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a verification, all of it from outside the case."""

    trust: Trust = field(default_factory=Trust)
    against: tuple[tuple[str, bytes], ...] = ()
    """Names and bytes of earlier copies of seal.txt."""
    marks: Path | None = None
    """Folder with the furthest states that this computer has seen (marks.py)."""
    now: datetime | None = None
    """This computer's time (aware), to find entries of the future; None: not compared."""
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
        partial=_partial_word(view),
        torn=view.torn,
        withheld=view.withheld,
        erased=len(view.erased),
        since=added_since(view, question.against),
        withdrawn=view.withdrawn,
        quarantined=view.quarantined,
    )
    stamp_findings, verdict.stamps = check_stamps(root, there.files, view, question.trust)
    for finding in _all_but_files(root, there, view, sizes, question, mark, stamp_findings, verdict.stamps):
        verdict.take(finding, everything=question.everything)
    _check_files(root, there, view, question, verdict, progress)
    return verdict


def _all_but_files(
    root: Path,
    there: Inventory,
    view: LogView,
    sizes: list[int],
    question: Question,
    mark: HighWater | None,
    stamp_findings: list[Finding],
    stamps: Stamps,
) -> Iterator[Finding]:
    earlier = list(earlier_states(root, view, question.against, mark))
    # what only an outside copy shows comes first: a case that was cut back agrees with itself in all else
    yield from (finding for finding in earlier if finding.status is not Status.OK)
    yield from there.findings
    yield from view.findings
    yield from _future(view, question.now)
    yield from check_seals(root, there.files, sizes, view, question.trust, stamps)
    yield from stamp_findings
    yield from check_custody(root, there.files, view, question.trust, stamps)
    yield from (finding for finding in earlier if finding.status is Status.OK)
    yield from _settings(root, there, view)
    yield from _missing(there, view)
    yield from unlisted(root, there, view)
    yield from check_kit(root, there.files)
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


def _future(view: LogView, now: datetime | None) -> Iterator[Finding]:
    """Entries that were not made yet. Which of the two clocks is wrong cannot be told from here."""
    at, n = view.latest
    if now is not None and at > instant_text(now + CLOCKS_APART):
        text = f"line {n + 1} is of {at[:19]}Z, which is still to come by the clock of this computer: one of the two"
        yield Finding("log", Status.UNCHECKED, f"{text} was wrong", LOG)


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
        # an interrupted change may be one of the settings, and so may one in lines that were not read
        Status.UNCHECKED if view.torn or view.broken or interrupted(root, there) else Status.CHANGED,
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
        if path in there.files or path in judged or path in view.removed:
            continue
        if view.unexplained > 0 and REMOVABLE.match(path):
            continue  # a partial copy is without the lists, which name what is withheld
        yield finding_at(view, "file", Status.MISSING, "was logged, and is not there", path)
    for path, n in view.removed.items():
        if path in there.files:
            text = f"is there, but went with what was erased, as line {n + 1} says (interrupted? abusekit recover)"
            yield Finding("seal", Status.CHANGED, text, path)


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
    return "PARTIAL" if view.unexplained else "ERASED"
