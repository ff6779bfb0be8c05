"""`abusekit seal`: manifest and signature in one, and the lines by which anybody repeats the check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.keys_to_sign import keys_option, named_keys, open_keys, say_checks, say_signed, sign_all
from abusekit.cli.kit_files import renew_kit
from abusekit.cli.options import Function, Session, marks_folder, now, passphrase_option, with_session
from abusekit.cli.timestamping import Outcome, chosen_authorities, say_none, stamp_seal, tsa_option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from abusekit.case.folder import Case
    from abusekit.integrity.timestamps.authorities import TimeStampAuthority


def older_copy_option(function: Function) -> Function:
    return click.option(
        "--older-copy",
        is_flag=True,
        help="Seal although this computer sealed a newer state of this case before.",
    )(function)


@click.command("seal")
@keys_option
@tsa_option
@click.option("--offline", is_flag=True, help="Write the requests for time stamps, and send nothing.")
@click.option("--again", is_flag=True, help="Make a new seal although nothing came since the newest.")
@older_copy_option
@passphrase_option
@with_session(acts=True)
def seal_command(
    session: Session,
    names: tuple[str, ...],
    tsa: tuple[str, ...],
    offline: bool,
    again: bool,
    passphrase_fd: int | None,
    older_copy: bool,
) -> int:
    """Seal the case: manifest and signature in one.

    Seal after every session: what is added later is not covered by it. The time in a seal is this
    computer's clock; a time stamp of an authority, better of two, shows that it existed then. An authority gets a
    digest and nothing of the case. Where nothing came since the newest seal, that one is completed: signed by the
    keys that you name, and stamped. Exit code 7: the seal is good, but an authority gave no stamp that counts.

    \b
    Examples:
      abusekit seal --case mycase --key me --tsa digicert --tsa sectigo
      abusekit seal --key old --key new
    """
    from abusekit.integrity.sealing.manifest import SEAL, make_manifest
    from abusekit.integrity.sealing.seal import nothing_new

    case = session.case()
    producer = session.producer(case)
    if not older_copy:
        check_not_behind(case)
    authorities = chosen_authorities(tsa)
    there = None if again else nothing_new(case)
    if there is None:
        signers = open_keys(names, passphrase_fd, case)
        folder = make_manifest(case, by=producer.initials, now=now)
    else:
        folder = there
        session.say("nothing came since the newest seal: no new one is made (--again makes one)")
        named = {info.name for info in named_keys(names, case, folder)}
        missing = {name for name in named if not (folder / f"{SEAL}.{name}.sig").exists()}
        opened = open_keys(names, passphrase_fd, case, folder) if missing else []
        signers = [one for one in opened if one.name in missing]
    sealed = sign_all(session, case, folder, signers, producer.initials)
    sealed.new = there is None
    if not session.json:
        say_signed(session, case, folder, signers, sealed)
    stamped = _stamped(session, case, folder, authorities, producer.initials, offline=offline)
    renew_kit(session, case)
    sealed.check_with += stamped.commands
    if session.json:
        sealed.stamps = stamped.stamps
        session.answer(sealed)
    if not authorities and there is None:
        say_none(session)
    if not session.json and (sealed.new or signers or stamped.commands):
        say_checks(session, case, signers, sealed.check_with)
    return stamped.exit_code


def _stamped(
    session: Session,
    case: Case,
    folder: Path,
    authorities: Sequence[TimeStampAuthority],
    by: str,
    *,
    offline: bool,
) -> Outcome:
    """Where not even the requests can be written, the seal is made all the same, and that is what is answered."""
    from abusekit.cli.answers_stamps import StampAnswer
    from abusekit.errors import CaseError, EvidenceError

    try:
        return stamp_seal(session, case, folder, authorities, by=by, offline=offline)
    except (CaseError, EvidenceError) as fault:
        session.say(f"the seal stands, but no time stamp was asked for: {fault.message}; {fault.hint}")
        lost = [
            StampAnswer(one.name, int(folder.name), "", "pending", problem=fault.message)
            for one in authorities
        ]
        return Outcome(lost, [])


def check_not_behind(case: Case) -> None:
    """Sealing an older copy would make two histories of one case, each of which checks out.

    Compares with the furthest state that was sealed on this computer, as `verify` does; says nothing of
    what other computers sealed. Raises UsageError.
    """
    from abusekit.case.custody import LogFormError
    from abusekit.errors import EvidenceError, UsageError
    from abusekit.integrity.sealing.manifest import read_state
    from abusekit.integrity.sealing.marks import read_mark

    mark = read_mark(marks_folder(), case.settings().case)
    if mark is None:
        return
    try:
        kept = read_state(case.log.path, upto=mark.size).root == mark.root
    except LogFormError:
        raise
    except EvidenceError:  # the log is shorter
        kept = False
    if not kept:
        raise UsageError(
            f"a newer state of this case was sealed here at {mark.sealed_at}, with {mark.size} log lines: "
            "this may be an older copy",
            "go on with the newer one; --older-copy seals this one all the same",
        )
