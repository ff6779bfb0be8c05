"""`abusekit seal`: manifest and signature in one, and the lines by which anybody repeats the check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import (
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


@click.command("seal")
@click.option("--key", "name", metavar="NAME", help="Key to sign with (default: your only one).")
@passphrase_option
@with_session(acts=True)
def seal_command(session: Session, name: str | None, passphrase_fd: int | None) -> None:
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
    name, key = open_key(name, passphrase_fd)
    folder = make_manifest(case, by=producer.initials, now=now())
    sign_and_say(session, case, folder, name, key, producer.initials)


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

    sign_seal(case, folder, name, key, by=by, now=now())
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
    session.say("Anybody can check it without abusekit:")
    session.say(
        f"  abusekit key show {name}          # its allowed_signers line goes into the file allowed_signers"
    )
    for command in commands:
        session.say(f"  {command}")
    session.say(f"Keep a copy of {folder / SEAL} elsewhere: only such a copy shows a case that was cut back.")
