"""`abusekit verify`: does the case check out?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from abusekit.cli.options import PathParameter, Session, key_store, marks_folder, now, with_session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from abusekit.cli.answers import VerifyAnswer
    from abusekit.integrity.checks.against import Since
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
@click.option(
    "--roots",
    multiple=True,
    metavar="NAME=FILE",
    help="Root certificates (PEM) of a time-stamp authority: from elsewhere, never from the case.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--all", "everything", is_flag=True, help="List every file, not only what is not right.")
@click.option(
    "--for-submission",
    is_flag=True,
    help="Then everything that is still weak in the case, private things in its files included.",
)
@with_session()
def verify_command(
    session: Session,
    folder: Path | None,
    signers: tuple[Path, ...],
    pinned: tuple[str, ...],
    against: tuple[Path, ...],
    roots: tuple[str, ...],
    jobs: int,
    everything: bool,
    for_submission: bool,
) -> int:
    """Check a case, and say what each check proves.

    Writes nothing, needs no network, trusts nothing inside the case. Exit code: 0 verified, 1 something is
    changed, missing or unlisted, 3 the log is torn, 7 nothing is wrong but something could not be checked. With
    --for-submission also 7 while anything is weak that somebody could still mend: grades, unconfirmed diary entries,
    times, custody, private things in files (also those named in private/leak-words.txt, one a line).

    \b
    Examples:
      abusekit verify mycase
      abusekit verify mycase --signers allowed_signers --against kept/seal.txt
      abusekit verify mycase --for-submission
    """
    from pathlib import Path

    from abusekit.case.folder import Case
    from abusekit.cli.named_files import read_named
    from abusekit.integrity.findings import PROVES
    from abusekit.integrity.sealing.manifest import MAX_SEAL
    from abusekit.integrity.verify import Question, verify_case

    root = folder or session.folder or Case.find(Path.cwd()).root
    earlier = tuple((str(path), read_named(path, MAX_SEAL)) for path in against)
    question = Question(
        trust=trust_of(signers, pinned, roots),
        against=earlier,
        marks=marks_folder(),
        now=now(),
        jobs=jobs,
        everything=everything,
    )
    with _progress(session) as told:
        verdict = verify_case(root, question, told)
    if not session.json:
        _print(session, verdict, PROVES)
    if for_submission:
        return _for_submission(session, root, verdict)
    if session.json:
        session.answer(_answer(verdict, PROVES))
    return verdict.exit_code


def _for_submission(session: Session, root: Path, verdict: Verdict) -> int:
    """What is still weak, behind the verdict; gives the exit code of both."""
    from abusekit.cli.for_submission import answer, assessed, print_for_submission
    from abusekit.integrity.findings import PROVES

    with _progress(session) as told:
        found = assessed(root, verdict, told)
    if session.json:
        whole = _answer(verdict, PROVES)
        whole.submission = answer(found)
        session.answer(whole)
    else:
        print_for_submission(session, found)
    return found.exit_code


def trust_of(
    files: tuple[Path, ...] = (), pinned: tuple[str, ...] = (), roots: tuple[str, ...] = ()
) -> Trust:
    """Whose signatures and times count: this user's own, and what is named. Raises InputError, UsageError."""
    from abusekit.cli.named_files import MOST_SIGNERS, read_named
    from abusekit.cli.timestamping import trusted_authorities
    from abusekit.errors import UsageError
    from abusekit.integrity.keys.signers import own_revocations, own_signers, read_signers
    from abusekit.integrity.trust import Trust

    for fingerprint in pinned:
        if not fingerprint.startswith("SHA256:"):
            raise UsageError(f"not a fingerprint: {fingerprint}", "as abusekit key show prints it: SHA256:…")
    store = key_store()
    known = list(own_signers(store)) if store.is_dir() else []
    for path in files:
        known += read_signers(read_named(path, MOST_SIGNERS))
    authorities = trusted_authorities(roots)
    return Trust(known, pinned, authorities, revoked=own_revocations(store) if store.is_dir() else {})


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
    from abusekit.cli.answers_partial import AddedSince

    checks = []
    for name, meaning in proves.items():
        counts = {status.value: n for (check, status), n in sorted(verdict.counts.items()) if check == name}
        if counts:
            checks.append(CheckAnswer(name, counts, meaning))
    findings = [
        FindingAnswer(f.check, f.status.value, f.message, f.path, f.item, f.exhibit, f.since)
        for f in verdict.findings
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
        withheld=verdict.withheld,
        erased=verdict.erased,
        since=[
            AddedSince(s.name, s.size, s.lines, s.withheld, list(s.items), s.acts, list(s.seals))
            for s in verdict.since
        ],
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
    for added in verdict.since:
        session.print(_since(added))
    session.print(verdict.sentence)


def _since(since: Since) -> str:
    """What was added since an earlier seal, in one line."""
    parts = [f"{since.lines} lines"]
    if since.withheld:
        parts.append(f"{since.withheld} of them withheld or erased")
    if since.items:
        parts.append(f"items {ranges(since.items)}")
    parts += [f"{count} {act}" for act, count in since.acts.items()]
    if since.seals:
        parts.append(f"seals over {', '.join(map(str, since.seals[:20]))} lines")
    return f"since       {since.name}: {', '.join(parts)}"


def ranges(items: Sequence[str]) -> str:
    """`E0003-E0007, E0009` for ids in their order."""
    runs: list[list[str]] = []
    for item in items:
        if runs and int(item[1:]) == int(runs[-1][-1][1:]) + 1:
            runs[-1] = [runs[-1][0], item]
        else:
            runs.append([item])
    shown = ["-".join(run) for run in runs[:50]]
    return ", ".join(shown) + (f" and more, {len(items)} in all" if len(runs) > len(shown) else "")


def _line(finding: Finding) -> str:
    where = f"{finding.item} exhibit {finding.exhibit}: " if finding.item else ""
    since = f" (logged in {finding.since})" if finding.since and finding.message else ""
    return f"{finding.status.value.upper():16} {where}{finding.path}: {finding.message}".rstrip(": ") + since
