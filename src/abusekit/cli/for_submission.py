"""`abusekit verify --for-submission`: what is still weak, for a person and for scripts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from abusekit.cli.options import Session, now

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from abusekit.case.folder import Case
    from abusekit.cli.answers_readiness import NeedAnswer, SubmissionAnswer
    from abusekit.integrity.verify import Verdict
    from abusekit.leaks.leak import Personal
    from abusekit.readiness.assess import Readiness
    from abusekit.readiness.need import Need

SHOWN = 10
"""Needs of one kind that are listed; --json lists all."""
MAX_WORDS_FILE = 65_536


def assessed(root: Path, verdict: Verdict, progress: Callable[[int, int], None]) -> Readiness:
    """What is still needed. Raises UsageError for a partial copy, CaseError."""
    from abusekit.case.folder import Case
    from abusekit.errors import AbusekitError, UsageError
    from abusekit.readiness.assess import assess, not_readable

    if verdict.partial == "PARTIAL":
        raise UsageError(
            "a partial copy cannot be judged: what it lacks is not in it",
            "run it on the case that the copy was made from",
        )
    try:
        case = Case.open(root)
        return assess(case, verdict, personal(case), now=now(), progress=progress)
    except AbusekitError as fault:
        if verdict.exit_code not in (1, 3):
            raise
        return not_readable(verdict, fault)


def personal(case: Case) -> Personal:
    """Whose traces are looked for: the user of this computer, the producers, and private/leak-words.txt."""
    import getpass
    import platform
    from pathlib import Path

    from abusekit.leaks.leak import WORDS_FILE, Personal, read_words

    try:
        user, home = getpass.getuser(), str(Path.home())
    except (OSError, KeyError, RuntimeError):  # a user without a name or a home
        user = home = ""
    names = tuple(producer.name for producer in case.settings().producers)
    return Personal(
        users=(user,) if user else (),
        homes=(home,) if home else (),
        hosts=(platform.node(),),
        names=names,
        words=read_words(_words(case.private / WORDS_FILE)),
    )


def _words(path: Path) -> bytes:
    """Raises InputError: words that are not read would be words that are not looked for."""
    import os

    from abusekit.case.hashing import read_regular
    from abusekit.errors import InputError

    if not os.path.lexists(path):
        return b""
    try:
        return read_regular(path, MAX_WORDS_FILE)
    except InputError as fault:
        raise InputError(f"{path} {fault.message}", "mend it, or take it away") from fault


def answer(found: Readiness) -> SubmissionAnswer:
    from abusekit.cli.answers_readiness import (
        KindAnswer,
        LeakAnswer,
        StepAnswer,
        SubmissionAnswer,
    )
    from abusekit.readiness.need import KINDS

    counts, blocking = _counts(found)
    return SubmissionAnswer(
        found.exit_code == 0,
        found.exit_code,
        [KindAnswer(kind, KINDS[kind], counts[kind], blocking[kind]) for kind in KINDS if counts[kind]],
        [_need(need) for need in found.needs],
        [_need(need) for need in found.accepted],
        [LeakAnswer(k.kind, k.severity, k.item, k.file, k.member, k.where, k.masked) for k in found.leaks],
        [
            StepAnswer(s.kind, s.count, s.blocking, s.raise_by, s.command, list(s.items))
            for s in found.steps()
        ],
    )


def _need(need: Need) -> NeedAnswer:
    from abusekit.cli.answers_readiness import NeedAnswer

    return NeedAnswer(
        need.kind, need.what, need.item, need.exhibit, need.raise_by, need.command, need.blocking
    )


def _counts(found: Readiness) -> tuple[Counter[str], Counter[str]]:
    return Counter(n.kind for n in found.needs), Counter(n.kind for n in found.needs if n.blocking)


def print_for_submission(session: Session, found: Readiness) -> None:
    """Counts first, then what it is, then what to do next."""
    from abusekit.readiness.need import KINDS

    counts, blocking = _counts(found)
    session.print("")
    session.print("BEFORE IT IS HANDED OVER")
    for kind in KINDS:
        if counts[kind]:
            session.print(f"{'!' if blocking[kind] else ' '}{counts[kind]:>6}  {kind:12} {KINDS[kind]}")
    if low := sum(1 for leak in found.leaks if leak.severity == "low"):
        session.print(
            f" {low:>6}  {'to know':12} small things in recordings, such as cookies without an account: --json"
        )
    if found.accepted:
        session.print(
            f" {len(found.accepted):>6}  {'accepted':12} by a label accepted:KIND, with the reason in the log"
        )
    _details(session, found)
    _next(session, found)
    if found.exit_code == 0:
        session.print("READY: nothing weak was found. What was never captured, nothing here can find.")
    else:
        number = len(found.needs)
        session.print(f"NOT READY: {number} thing{'s are' if number != 1 else ' is'} still weak")


def _details(session: Session, found: Readiness) -> None:
    told: Counter[str] = Counter()
    counts, _ = _counts(found)
    for need in found.needs:
        told[need.kind] += 1
        if told[need.kind] == 1:
            session.print("")
            session.print(need.kind)
        if told[need.kind] <= SHOWN:
            whose = f"{need.item} exhibit {need.exhibit}: " if need.item else ""
            session.print(f"  {whose}{need.what}")
        elif told[need.kind] == SHOWN + 1:
            session.print(f"  … and {counts[need.kind] - SHOWN} more; --json lists them all")


def _next(session: Session, found: Readiness) -> None:
    todo = found.steps()
    if not todo:
        return
    session.print("")
    session.print("EVIDENCE STILL NEEDED, the worst first")
    for number, step in enumerate(todo, 1):
        times = f" ({step.count})" if step.count > 1 else ""
        session.print(f"{number:>3}. {step.kind}{times}: {step.raise_by}")
        if step.command:
            session.print(f"     {step.command}")
    session.print("")
