"""`abusekit timestamp`: time stamps over a seal that is there, also by way of another computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.kit_files import renew_kit
from abusekit.cli.options import PathParameter, Session, authorities_folder, now, with_session
from abusekit.cli.timestamping import (
    Outcome,
    answer_of,
    chosen_authorities,
    fetch,
    keep,
    say_commands,
    say_none,
    stamp_seal,
    tsa_option,
)

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.case.folder import Case

RESPONSE_LIMIT = 1 << 20


@click.command("timestamp")
@tsa_option
@click.option("--pending", is_flag=True, help="Ask again what was asked and not answered, over all seals.")
@click.option(
    "--request",
    "out",
    type=PathParameter(),
    metavar="OUT",
    help="Write the request to this file (several: folder), to carry to a computer with network.",
)
@click.option(
    "--response",
    "responses",
    multiple=True,
    type=PathParameter(),
    metavar="IN",
    help="Take in an answer that was brought from there.",
)
@click.option("--list", "listing", is_flag=True, help="List what waits for an answer.")
@with_session(acts=True)
def timestamp_command(
    session: Session,
    tsa: tuple[str, ...],
    pending: bool,
    out: Path | None,
    responses: tuple[Path, ...],
    listing: bool,
) -> int:
    """Ask authorities for time stamps over the newest seal.

    An authority gets a digest and nothing of the case; its answer is verified at once and kept only when it is
    good. Signatures that came after the last stamp are covered by the next one. Exit code 7: an authority gave
    none that counts; the seal is good without.

    \b
    Examples:
      abusekit timestamp --tsa digicert --tsa sectigo
      abusekit timestamp --pending
      abusekit timestamp --tsa digicert --request query.tsq
      abusekit timestamp --response answer.tsr
    """
    from abusekit.errors import UsageError

    if sum(map(bool, (pending, out, responses, listing))) > 1:
        raise UsageError("--pending, --request, --response and --list go one at a time", "timestamp --help")
    if responses and tsa:
        raise UsageError("the answer itself tells whose it is", "leave --tsa out")
    case = session.case()
    by = session.producer(case).initials
    if listing:
        outcome = _listed(session, case)
    elif pending:
        outcome = _asked_again(session, case, tsa, by)
    elif responses:
        outcome = _brought(session, case, responses, by)
    elif out is not None:
        outcome = _carried(session, case, tsa, out, by)
    else:
        outcome = _asked(session, case, tsa, by)
    if not listing:
        renew_kit(session, case)
    if session.json:
        from abusekit.cli.answers_stamps import TimestampAnswer

        session.answer(TimestampAnswer(outcome.stamps, outcome.exit_code))
    else:
        say_commands(session, outcome.commands)
    return outcome.exit_code


def _asked(session: Session, case: Case, tsa: tuple[str, ...], by: str) -> Outcome:
    from abusekit.integrity.sealing.manifest import newest_seal

    authorities = chosen_authorities(tsa)
    folder = newest_seal(case)
    if not authorities:
        say_none(session)
        return Outcome([], [])
    outcome = stamp_seal(session, case, folder, authorities, by=by)
    if not outcome.stamps:
        session.say("these authorities have stamped this seal and its signatures already")
    return outcome


def _asked_again(session: Session, case: Case, tsa: tuple[str, ...], by: str) -> Outcome:
    """With the same requests, which stand in the case."""
    from abusekit.integrity.sealing.stamping import pending
    from abusekit.integrity.timestamps import authorities

    folder = authorities_folder()
    for name in tsa:
        authorities.find(folder, name)
    known = {one.name: one for one in authorities.known(folder) if one.url}
    waiting = [asked for asked in pending(case) if not tsa or asked.authority in tsa]
    if not waiting:
        session.say("nothing waits for an answer")
    lost = [asked for asked in waiting if asked.authority not in known]
    outcome = fetch(
        session, case, [(one, known[one.authority]) for one in waiting if one.authority in known], by=by
    )
    for asked in lost:
        why = "no authority of this name can be asked from this computer (abusekit authority list)"
        session.say(f"{asked.authority}, seal {asked.seal}: {why}")
        outcome.stamps.append(answer_of(asked, problem=why))
    return outcome


def _listed(session: Session, case: Case) -> Outcome:
    from abusekit.integrity.sealing.stamping import pending

    waiting = pending(case)
    for asked in waiting:
        session.print(f"{asked.authority:16} seal {asked.seal}  {asked.listed:14} {asked.request}")
    if waiting:
        session.say(f"{len(waiting)} wait for an answer: abusekit timestamp --pending")
    else:
        session.say("nothing waits for an answer")
    return Outcome([answer_of(asked) for asked in waiting], [])


def _carried(session: Session, case: Case, tsa: tuple[str, ...], out: Path, by: str) -> Outcome:
    """Requests to files, for a computer that has a network."""
    import shlex

    from abusekit.case.folder import write_once
    from abusekit.errors import UsageError
    from abusekit.integrity.sealing.manifest import newest_seal
    from abusekit.integrity.sealing.stamping import ask
    from abusekit.integrity.timestamps import authorities

    folder = authorities_folder()
    wanted = [authorities.find(folder, name) for name in tsa or authorities.defaults(folder)]
    if not wanted:
        raise UsageError("whom shall it go to?", "name one: --tsa NAME (abusekit authority list)")
    several = len({one.name for one in wanted}) > 1
    if several and not out.is_dir():
        raise UsageError(f"not a folder: {out}", "several requests are written into a folder: make it first")
    if not out.is_dir() and (out.exists() or not out.absolute().parent.is_dir()):
        raise UsageError(f"{out} cannot be written, or is there already", "choose another name")
    outcome = Outcome([], [])
    by_name = {one.name: one for one in wanted}
    for asked in ask(case, newest_seal(case), list(by_name), by=by, now=now):
        target = out / f"{asked.seal:06}-{asked.request.rpartition('/')[2]}" if out.is_dir() else out
        try:
            write_once(target, case.read_small(asked.request, 1 << 12))
        except OSError as fault:
            raise UsageError(
                f"{target} cannot be written: {fault.strerror}", "choose another place"
            ) from fault
        answer = answer_of(asked)
        answer.request = str(target)
        outcome.stamps.append(answer)
        session.say(f"{target}: for {asked.authority}; carry it to a computer with network, and there:")
        words = ["curl", "-sS", "-H", "Content-Type: application/timestamp-query"]
        words += ["--data-binary", f"@{target.name}", by_name[asked.authority].url or "ADDRESS"]
        words += ["-o", f"{target.stem}.tsr"]
        session.say(f"  {shlex.join(words)}")
        session.say(f"then here: abusekit timestamp --response {target.stem}.tsr")
    if not outcome.stamps:
        session.say("these authorities have stamped this seal and its signatures already")
    return outcome


def _brought(session: Session, case: Case, responses: tuple[Path, ...], by: str) -> Outcome:
    """Answers from files; the first that is not good stops, and those before it are kept."""
    from abusekit.cli.named_files import read_named
    from abusekit.errors import InputError
    from abusekit.integrity.sealing.stamping import asked_of
    from abusekit.integrity.timestamps import authorities
    from abusekit.integrity.timestamps.timestamp import BadToken, Reason

    folder = authorities_folder()
    outcome = Outcome([], [])
    for path in responses:
        data = read_named(path, RESPONSE_LIMIT)
        try:
            asked = asked_of(case, data)
        except BadToken as fault:
            if fault.reason is not Reason.MALFORMED:
                raise
            raise InputError(
                f"{path}: {fault.message}",
                "give the answer of the authority as it came: a file such as NAME.tsr",
            ) from fault
        answer, lines = keep(session, case, asked, data, authorities.find(folder, asked.authority), by=by)
        outcome.stamps.append(answer)
        outcome.commands.extend(line for line in lines if line not in outcome.commands)
    return outcome
