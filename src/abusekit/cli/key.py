"""`abusekit key`: signing keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import Session, key_store, passphrase, passphrase_option, with_session

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.cli.answers import KeyAnswer


MIN_PASSPHRASE = 8
"""Characters, for a new key."""


@click.group("key")
def key_command() -> None:
    """Create and show signing keys; they live outside of every case.

    A signature shows that the holder of a key stood by a sealed state; not who the holder is. So tell the
    fingerprint to the people who will check: on paper, in the statement, by telephone.
    """


@key_command.command("create")
@click.argument("name")
@passphrase_option
@with_session(case=False)
def key_create(session: Session, name: str, passphrase_fd: int | None) -> None:
    """A new Ed25519 key, protected by a passphrase of 8 characters or more.

    \b
    Example:
      abusekit key create me
    """
    from abusekit.integrity import keys

    store = key_store()
    _not_inside_a_case(store)
    _check_free(store, name)
    chosen = passphrase(passphrase_fd, confirm=True)
    _check_length(chosen)
    made = keys.create(store, name, chosen)
    _one(session, made)
    session.say("keep the passphrase; a lost key cannot be remade (earlier seals stay valid)")
    session.say(f"next: abusekit seal --case DIR --key {name}")


@key_command.command("list")
@with_session(case=False)
def key_list(session: Session) -> None:
    """The keys of this user.

    \b
    Example:
      abusekit key list
    """
    from abusekit.cli.answers import KeyListAnswer
    from abusekit.integrity import keys

    found = keys.listing(key_store())
    if session.json:
        session.answer(KeyListAnswer([_answer(info) for info in found]))
        return
    for info in found:
        session.print(
            f"{info.name:16} {info.public.fingerprint}" + ("" if info.has_private else "  (public half only)")
        )
    if not found:
        session.say("no keys yet: abusekit key create NAME")


@key_command.command("show")
@click.argument("name")
@click.option(
    "--allowed-signers", is_flag=True, help="Print only the line for the file by which others vouch for it."
)
@with_session(case=False)
def key_show(session: Session, name: str, allowed_signers: bool) -> None:
    """Fingerprint and allowed_signers line of one key.

    \b
    Examples:
      abusekit key show me
      abusekit key show me --allowed-signers > allowed_signers
    """
    from abusekit.integrity import keys

    info = keys.show(key_store(), name)
    if allowed_signers and not session.json:
        session.print(_answer(info).allowed_signers)
        return
    _one(session, info)


def _answer(info: object) -> KeyAnswer:
    from abusekit.cli.answers import KeyAnswer
    from abusekit.integrity.keys import KeyInfo
    from abusekit.integrity.signers import line

    if not isinstance(info, KeyInfo):
        raise TypeError(type(info).__name__)
    return KeyAnswer(
        info.name, info.public.fingerprint, line(info.name, info.public).strip(), info.has_private
    )


def _one(session: Session, info: object) -> None:
    answer = _answer(info)
    if session.json:
        session.answer(answer)
        return
    session.print(f"{answer.name}  {answer.fingerprint}")
    session.print(f"allowed_signers line: {answer.allowed_signers}")


def _check_free(store: Path, name: str) -> None:
    """A name that cannot be taken is said before a passphrase is asked. Raises UsageError, InputError."""
    import os

    from abusekit.errors import UsageError
    from abusekit.integrity import keys

    there = any(os.path.lexists(store / each) for each in (name, f"{name}.pub"))
    if there or not keys.NAME_FORM.fullmatch(name):
        taken = keys.show(store, name)  # which refuses a name that is none
        raise UsageError(
            f"a key {taken.name} exists already",
            "choose another name; keys are never replaced, old seals need them",
        )


def _check_length(chosen: bytes) -> None:
    """Raises UsageError: a key file that is copied can be tried against short passphrases very fast."""
    from abusekit.errors import UsageError

    length = len(chosen.decode("utf-8", "surrogateescape"))
    if 0 < length < MIN_PASSPHRASE:
        raise UsageError(
            f"the passphrase has only {length} characters: whoever copies the key file guesses it",
            f"at least {MIN_PASSPHRASE}; four or five words that do not belong together are good",
        )


def _not_inside_a_case(store: Path) -> None:
    """A key in a case would go wherever the case goes. Raises UsageError."""
    from abusekit.case.folder import Case
    from abusekit.errors import CaseError, UsageError

    try:
        Case.find(store)
    except CaseError:
        return
    raise UsageError(f"the key store lies inside a case: {store}", "set ABUSEKIT_KEYS to a folder outside")
