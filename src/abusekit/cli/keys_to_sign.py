"""The keys that `seal` and `sign` use: opened before anything is written, and what is said of their signatures."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

import click

from abusekit.cli.options import Function, Session, key_store, marks_folder, now, passphrase

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from abusekit.case.folder import Case
    from abusekit.cli.answers import Sealed
    from abusekit.integrity.keys.signing import SealSigner
    from abusekit.integrity.keys.store import KeyInfo


def keys_option(function: Function) -> Function:
    return click.option(
        "--key",
        "names",
        multiple=True,
        metavar="NAME",
        help="Key to sign with, several times for several signatures (default: your only one).",
    )(function)


def named_keys(names: Sequence[str], case: Case | None = None, folder: Path | None = None) -> list[KeyInfo]:
    """The named keys; without names those that a change of keys in the `case` wants, or the only one.

    `folder`: the seal, where it exists already; of a change of keys only who has not signed it yet is asked.
    Every fault that can be seen without a passphrase is said here. Raises UsageError.
    """
    from abusekit.errors import UsageError
    from abusekit.integrity.keys import store as keys

    store = key_store()
    names = tuple(dict.fromkeys(names)) or _of_rotation(case, folder) or (_only_key(),)
    found = [keys.show(store, name) for name in names]
    for info in found:
        keys.check_can_sign(info, now())
    if len({info.public.fingerprint for info in found}) < len(found):
        raise UsageError("two of these names are one key", "one signature of each key is enough")
    return found


def open_keys(
    names: Sequence[str], passphrase_fd: int | None, case: Case | None = None, folder: Path | None = None
) -> list[SealSigner]:
    """The same keys, ready to sign. Raises UsageError, InputError."""
    from abusekit.integrity.keys import store as keys

    store = key_store()
    found = named_keys(names, case, folder)
    asked = [info for info in found if not info.by_ssh_keygen]
    typed = dict(zip((i.name for i in asked), _passphrases(asked, passphrase_fd), strict=True))
    return [keys.signer(store, info, typed.get(info.name, b"")) for info in found]


def _only_key() -> str:
    from abusekit.errors import UsageError
    from abusekit.integrity.keys import store as keys

    own = [info.name for info in keys.listing(key_store()) if info.can_sign and info.revoked is None]
    if len(own) != 1:
        if not own:
            raise UsageError("no key to sign with", "create one: abusekit key create me")
        raise UsageError(
            f"several keys could sign: {', '.join(own)}", "name one, or each that is to sign: --key NAME"
        )
    return own[0]


def _of_rotation(case: Case | None, folder: Path | None) -> tuple[str, ...]:
    """Old and new key of a change of keys that no seal states yet, where both can sign here."""
    from abusekit.integrity.sealing.manifest import SEAL
    from abusekit.integrity.sealing.rotation import open_rotation

    change = None if case is None else open_rotation(case)
    if change is None:
        return ()
    by_print = _by_fingerprint()
    both = tuple(by_print[key] for key in (change.old, change.new) if key in by_print)
    if len(both) < 2:
        return ()
    return tuple(n for n in both if folder is None or not (folder / f"{SEAL}.{n}.sig").exists())


def _by_fingerprint() -> dict[str, str]:
    """Fingerprint → name of the keys that can sign here and are not revoked."""
    from abusekit.integrity.keys import store as keys

    names: dict[str, str] = {}
    for info in keys.listing(key_store()):
        if info.can_sign and info.revoked is None:
            names.setdefault(info.public.fingerprint, info.name)
    return names


def _passphrases(wanted: Sequence[KeyInfo], fd: int | None) -> list[bytes]:
    """One for each key. From a file descriptor: a line for each, in their order. Raises UsageError."""
    from abusekit.errors import UsageError

    if fd is None or len(wanted) < 2:
        return [passphrase(fd, prompt=f"Passphrase of {info.name}") for info in wanted]
    try:
        with os.fdopen(fd, "rb") as stream:
            lines = [stream.readline(4096).rstrip(b"\r\n") for _ in wanted]
    except OSError as fault:
        raise UsageError(
            f"file descriptor {fd} cannot be read", "such as: --passphrase-fd 3 3< FILE"
        ) from fault
    if not all(lines):
        raise UsageError(
            f"{len(wanted)} passphrases are needed",
            "one on each line, in this order: " + " ".join(info.name for info in wanted),
        )
    return lines


def sign_all(session: Session, case: Case, folder: Path, signers: Sequence[SealSigner], by: str) -> Sealed:
    """Sign a seal with every key and note it as the furthest state seen here; gives what to answer."""
    from abusekit.cli.answers import Sealed
    from abusekit.errors import InputError, MissingExtraError
    from abusekit.integrity.keys.signing import SshKeygenKey
    from abusekit.integrity.sealing.manifest import MAX_SEAL, SEAL, parse_seal
    from abusekit.integrity.sealing.marks import HighWater, note_mark
    from abusekit.integrity.sealing.seal import manifest_command, sign_seal, signature_command

    for signer in signers:
        if isinstance(signer, SshKeygenKey):
            session.say(f"{signer.name}: answer your agent, or touch your security key when it blinks")
        try:
            sign_seal(case, folder, signer, by=by, now=now)
        except (InputError, MissingExtraError):
            session.say(
                f"the seal is made, but not signed by {signer.name}; later: abusekit sign --key {signer.name}"
            )
            raise
    seal = parse_seal(case.read_small(f"seals/{folder.name}/{SEAL}", MAX_SEAL))
    try:
        note_mark(marks_folder(), HighWater(seal.case, seal.size, seal.root, seal.sealed_at))
    except OSError as fault:
        session.say(
            f"the state could not be noted on this computer: {fault.strerror}; the seal itself is complete"
        )
    commands = [
        *(signature_command(folder, one.name) for one in signers),
        manifest_command(case.root, folder),
    ]
    prints = [one.public.fingerprint for one in signers]
    return Sealed(str(folder), seal.size, seal.root, prints[0] if prints else None, commands, prints)


def sign_and_say(session: Session, case: Case, folder: Path, signers: Sequence[SealSigner], by: str) -> None:
    """Sign a seal, note it as the furthest state seen here, and print how others check it."""
    sealed = sign_all(session, case, folder, signers, by)
    if session.json:
        session.answer(sealed)
    else:
        say_signed(session, case, folder, signers, sealed)
        say_checks(session, case, signers, sealed.check_with)


def say_signed(
    session: Session, case: Case, folder: Path, signers: Sequence[SealSigner], sealed: Sealed
) -> None:
    """What was signed, and whether a change of keys still waits for a signature."""
    from abusekit.integrity.sealing.manifest import SEAL
    from abusekit.integrity.sealing.rotation import open_rotation

    session.print(f"{'sealed' if sealed.new else 'seal of'} {sealed.lines} log lines; root {sealed.root}")
    for one in signers:
        session.print(f"signed by {one.name} {one.public.fingerprint}")
    session.say(f"Keep a copy of {folder / SEAL} elsewhere: only such a copy shows a case that was cut back.")
    if change := open_rotation(case):
        names = _by_fingerprint()
        done = {one.public.fingerprint for one in signers}
        missing = [names.get(key, key) for key in (change.old, change.new) if key not in done]
        session.say(
            f"Line {change.n + 1} of the log says that {change.name} replaces another key, and no seal since then is "
            f"signed by both; also needed: abusekit sign --key {' --key '.join(missing)}"
        )


def say_checks(session: Session, case: Case, signers: Sequence[SealSigner], commands: Sequence[str]) -> None:
    """The lines by which a stranger checks it without abusekit: in one block, the last thing that is said."""
    from abusekit.cli.timestamping import remark
    from abusekit.integrity.keys.signers import line

    session.say(
        f"How others check it without abusekit ({case.root / 'kit' / 'VERIFY.txt'} has it in plain words):"
    )
    for place, one in enumerate(signers):
        vouched = shlex.quote(line(one.name, one.public).strip())
        into = ">>" if place else ">"
        session.say(
            f"  echo {vouched} {into} allowed_signers    # give them this line by another way than the case"
        )
    for command in commands:
        session.say(f"  {command}{remark(command)}")
