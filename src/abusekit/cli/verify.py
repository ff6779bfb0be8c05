"""`abusekit verify`: does the case check out?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, key_store, marks_folder, with_session

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.cli.answers import VerifyAnswer
    from abusekit.integrity.findings import Finding
    from abusekit.integrity.trust import Trust
    from abusekit.integrity.verify import Verdict


SHOWN = 200


@click.command("verify")
@click.argument("folder", required=False, type=PathParameter(), metavar="[DIR]")
@click.option(
    "--signers",
    multiple=True,
    type=PathParameter(),
    metavar="FILE",
    help="An allowed_signers file from outside the case: keys that somebody vouched for.",
)
@click.option(
    "--signer",
    "pinned",
    multiple=True,
    metavar="SHA256:…",
    help="The newest seal must be signed by this key, else exit 1.",
)
@click.option(
    "--against",
    multiple=True,
    type=PathParameter(),
    metavar="FILE",
    help="A copy of an earlier seal.txt: shows a case that was cut back.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--all", "everything", is_flag=True, help="List every file, not only what is not right.")
@with_session()
def verify_command(
    session: Session,
    folder: Path | None,
    signers: tuple[Path, ...],
    pinned: tuple[str, ...],
    against: tuple[Path, ...],
    jobs: int,
    everything: bool,
) -> int:
    """Check a case, and say what each check proves.

    Writes nothing, needs no network, trusts nothing inside the case. Exit code: 0 verified, 1 something is
    changed, missing or unlisted, 3 the log is torn, 7 nothing is wrong but something could not be checked.

    \b
    Examples:
      abusekit verify mycase
      abusekit verify mycase --signers allowed_signers --against kept/seal.txt
    """
    from pathlib import Path

    from abusekit.case.folder import Case
    from abusekit.errors import InputError
    from abusekit.integrity.findings import PROVES
    from abusekit.integrity.verify import Question, verify_case

    root = folder or session.folder or Case.find(Path.cwd()).root
    try:
        earlier = tuple((str(path), path.read_bytes()[:100_000]) for path in against)
    except OSError as fault:
        raise InputError(f"cannot be read: {fault.filename}: {fault.strerror}") from fault
    question = Question(
        trust=_trust(signers, pinned), against=earlier, marks=marks_folder(), jobs=jobs, everything=everything
    )
    with _progress(session) as told:
        verdict = verify_case(root, question, told)
    if session.json:
        session.answer(_answer(verdict, PROVES))
    else:
        _print(session, verdict, PROVES)
    return verdict.exit_code


def _trust(files: tuple[Path, ...], pinned: tuple[str, ...]) -> Trust:
    from abusekit.errors import InputError, UsageError
    from abusekit.integrity.signers import own_signers, read_signers
    from abusekit.integrity.trust import Trust

    for fingerprint in pinned:
        if not fingerprint.startswith("SHA256:"):
            raise UsageError(f"not a fingerprint: {fingerprint}", "as abusekit key show prints it: SHA256:…")
    store = key_store()
    known = list(own_signers(store)) if store.is_dir() else []
    for path in files:
        try:
            known += read_signers(path.read_bytes())
        except OSError as fault:
            raise InputError(f"{path} cannot be read: {fault.strerror}") from fault
    return Trust(known, pinned)


class _progress:  # noqa: N801 - used as a with-block
    """A line on the terminal that says how far it is; nothing elsewhere."""

    def __init__(self, session: Session) -> None:
        self._on = sys.stderr.isatty() and not session.quiet and not session.json
        self._shown = -1

    def __enter__(self) -> _progress:
        return self

    def __call__(self, done: int, total: int) -> None:
        percent = 100 * done // total if total else 100
        if self._on and percent != self._shown:
            self._shown = percent
            sys.stderr.write(f"\rchecking {percent:3} %")
            sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        if self._on and self._shown >= 0:
            sys.stderr.write("\r" + " " * 16 + "\r")


def _answer(verdict: Verdict, proves: dict[str, str]) -> VerifyAnswer:
    from abusekit.cli.answers import CheckAnswer, FindingAnswer, VerifyAnswer

    checks = []
    for name, meaning in proves.items():
        counts = {status.value: n for (check, status), n in sorted(verdict.counts.items()) if check == name}
        if counts:
            checks.append(CheckAnswer(name, counts, meaning))
    findings = [
        FindingAnswer(f.check, f.status.value, f.message, f.path, f.item, f.exhibit) for f in verdict.findings
    ]
    return VerifyAnswer(
        verdict.word,
        verdict.exit_code,
        verdict.partial,
        verdict.case,
        verdict.lines,
        verdict.root,
        checks,
        findings,
        list(verdict.quarantined),
    )


def _print(session: Session, verdict: Verdict, proves: dict[str, str]) -> None:
    for finding in verdict.findings[:SHOWN]:
        session.print(_line(finding))
    if len(verdict.findings) > SHOWN:
        session.print(f"… and {len(verdict.findings) - SHOWN} more; --json lists them all")
    if verdict.torn:
        session.print(f"TORN      {verdict.torn}; run: abusekit recover")
    session.print("")
    for check in _answer(verdict, proves).checks:
        counts = ", ".join(f"{n} {status}" for status, n in check.counts.items())
        session.print(f"{check.check:11} {counts}")
        session.print(f"            shows: {check.proves}")
    for item, reason in verdict.withdrawn.items():
        session.print(f"withdrawn   {item}: {reason}")
    for item, since in verdict.quarantined.items():
        session.print(f"quarantined {item}: since {since[:19]}Z; its bytes were compared, not looked at")
    session.print("")
    session.print(f"log         {verdict.lines} lines, root {verdict.root}")
    word = f"{verdict.word} ({verdict.partial})" if verdict.partial else verdict.word
    session.print(word)


def _line(finding: Finding) -> str:
    where = f"{finding.item} exhibit {finding.exhibit}: " if finding.item else ""
    return f"{finding.status.value.upper():16} {where}{finding.path}: {finding.message}".rstrip(": ")
