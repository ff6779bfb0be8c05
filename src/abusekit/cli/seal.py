"""`abusekit seal`: manifest and signature in one, and the lines by which anybody repeats the check."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from abusekit.cli.options import (
    Function,
    Session,
    key_store,
    marks_folder,
    now,
    passphrase,
    passphrase_option,
    with_session,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from abusekit.case.folder import Case


def older_copy_option(function: Function) -> Function:
    return click.option(
        "--older-copy",
        is_flag=True,
        help="Seal although this computer sealed a newer state of this case before.",
    )(function)


@click.command("seal")
@click.option("--key", "name", metavar="NAME", help="Key to sign with (default: your only one).")
@older_copy_option
@passphrase_option
@with_session(acts=True)
def seal_command(session: Session, name: str | None, passphrase_fd: int | None, older_copy: bool) -> None:
    """Seal the case: manifest and signature in one.

    Seal after every session: what is added later is not covered by it. The time in a seal is this
    computer's clock, until a time stamp of an authority is put to it.

    \b
    Example:
      abusekit seal --case mycase --key me
    """
    from abusekit.integrity.manifest import make_manifest

    case = session.case()
    producer = session.producer(case)
    if not older_copy:
        check_not_behind(case)
    name, key = open_key(name, passphrase_fd)
    folder = make_manifest(case, by=producer.initials, now=now)
    sign_and_say(session, case, folder, name, key, producer.initials)


def check_not_behind(case: Case) -> None:
    """Sealing an older copy would make two histories of one case, each of which checks out.

    Compares with the furthest state that was sealed on this computer, as `verify` does; says nothing of
    what other computers sealed. Raises UsageError.
    """
    from abusekit.case.custody import LogFormError
    from abusekit.errors import EvidenceError, UsageError
    from abusekit.integrity.manifest import read_state
    from abusekit.integrity.marks import read_mark

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


def open_key(name: str | None, passphrase_fd: int | None) -> tuple[str, Ed25519PrivateKey]:
    """The named key, or the only one. Raises UsageError."""
    from abusekit.errors import UsageError
    from abusekit.integrity import keys

    store = key_store()
    if name is None:
        own = [info.name for info in keys.listing(store) if info.has_private]
        if len(own) != 1:
            hint = "create one: abusekit key create me" if not own else f"--key {own[0]}"
            raise UsageError("no key to sign with" if not own else "several keys could sign", hint)
        name = own[0]
    keys.show(store, name)  # a missing key is said before a passphrase is asked
    return name, keys.load(store, name, passphrase(passphrase_fd))


def sign_and_say(
    session: Session, case: Case, folder: Path, name: str, key: Ed25519PrivateKey, by: str
) -> None:
    """Sign a seal, note it as the furthest state seen here, and print how others check it."""
    from abusekit.integrity.manifest import MAX_SEAL, SEAL, parse_seal
    from abusekit.integrity.marks import HighWater, note_mark
    from abusekit.integrity.publickey import public_key_of
    from abusekit.integrity.seal import outside_commands, sign_seal
    from abusekit.integrity.signers import line

    sign_seal(case, folder, name, key, by=by, now=now)
    seal = parse_seal(case.read_small(f"seals/{folder.name}/{SEAL}", MAX_SEAL))
    try:
        note_mark(marks_folder(), HighWater(seal.case, seal.size, seal.root, seal.sealed_at))
    except OSError as fault:
        session.say(
            f"the state could not be noted on this computer: {fault.strerror}; the seal itself is complete"
        )
    commands = outside_commands(case.root, folder, name)
    fingerprint = public_key_of(key).fingerprint
    if session.json:
        from abusekit.cli.answers import Sealed

        session.answer(Sealed(str(folder), seal.size, seal.root, fingerprint, list(commands)))
        return
    session.print(f"sealed {seal.size} log lines; root {seal.root}")
    session.print(f"signed by {name} {fingerprint}")
    vouched = line(name, public_key_of(key)).strip()
    session.say("Give the line of your key to those who check, by another way than the case:")
    session.say(f"  abusekit key show {name} --allowed-signers > allowed_signers")
    session.say(f"  echo {shlex.quote(vouched)} > allowed_signers    # the same, without abusekit")
    session.say("Anybody can check it without abusekit:")
    for command in commands:
        session.say(f"  {command}")
    session.say(f"Keep a copy of {folder / SEAL} elsewhere: only such a copy shows a case that was cut back.")
