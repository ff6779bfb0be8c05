"""`abusekit key`: signing keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.groups import WholeSentences
from abusekit.cli.key_changes import key_import, key_rotate
from abusekit.cli.key_making import check_free, check_length, not_inside_a_case
from abusekit.cli.key_revoke import key_revoke
from abusekit.cli.options import (
    PathParameter,
    Session,
    key_store,
    now,
    passphrase,
    passphrase_option,
    with_session,
)

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.cli.answers_keys import KeyAnswer
    from abusekit.integrity.keys.store import KeyInfo


@click.group("key", cls=WholeSentences)
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
    from abusekit.integrity.keys import store as keys

    store = key_store()
    not_inside_a_case(store)
    check_free(store, name)
    chosen = passphrase(passphrase_fd, confirm=True)
    check_length(chosen)
    made = keys.create(store, name, chosen)
    say_key(session, made)
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
    from abusekit.cli.answers_keys import KeyListAnswer
    from abusekit.integrity.keys import store as keys

    found = keys.listing(key_store())
    if session.json:
        session.answer(KeyListAnswer([key_answer(info) for info in found]))
        return
    for info in found:
        session.print(f"{info.name:16} {info.public.fingerprint}{_state(info)}")
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
    from abusekit.integrity.keys import store as keys

    info = keys.show(key_store(), name)
    if allowed_signers and not session.json:
        session.print(key_answer(info).allowed_signers)
        return
    say_key(session, info)


@key_command.command("export")
@click.argument("name")
@click.option(
    "--sheet",
    "sheets",
    multiple=True,
    type=PathParameter(),
    metavar="OUT.html|OUT.txt",
    help="Also write a sheet for the printer: fingerprint in groups, lines to sign.",
)
@with_session(case=False)
def key_export(session: Session, name: str, sheets: tuple[Path, ...]) -> None:
    """What others need to check your seals: the allowed_signers line, and a sheet to sign and hand over.

    The line is all that is printed, so that it can go into a file. Of a revoked key it carries the limit.

    \b
    Examples:
      abusekit key export me > allowed_signers
      abusekit key export me --sheet me.html
    """
    from abusekit.errors import UsageError
    from abusekit.integrity.keys import store as keys

    info = keys.show(key_store(), name)
    for path in sheets:
        if path.suffix.lower() not in (".html", ".txt"):
            raise UsageError(f"not the name of a sheet: {path}", "it ends in .html or .txt")
    for path in sheets:
        _write_sheet(info, path)
    answer = key_answer(info)
    if session.json:
        answer.sheets = [str(path) for path in sheets]
        session.answer(answer)
        return
    session.print(answer.allowed_signers)
    for path in sheets:
        session.say(f"written: {path}: print it, sign it, and hand it over by another way than the case")


for _command in (key_import, key_rotate, key_revoke):
    key_command.add_command(_command)


def _write_sheet(info: KeyInfo, path: Path) -> None:
    """Never in the place of something else. Raises UsageError."""
    from abusekit.errors import UsageError
    from abusekit.integrity.keys.keysheet import sheet_html, sheet_text

    made = (sheet_html if path.suffix.lower() == ".html" else sheet_text)(info, made_at=now())
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(made)
    except FileExistsError as fault:
        raise UsageError(f"{path} is there already", "choose another name") from fault
    except OSError as fault:
        raise UsageError(f"{path} cannot be written: {fault.strerror}") from fault


def key_answer(info: KeyInfo) -> KeyAnswer:
    from abusekit.case.custody import instant_text
    from abusekit.cli.answers_keys import KeyAnswer
    from abusekit.integrity.keys.revocation import last_valid
    from abusekit.integrity.keys.signers import line

    said = info.revoked
    limit = last_valid(said.since) if said else None
    return KeyAnswer(
        info.name,
        info.public.fingerprint,
        line(info.name, info.public, limit).strip(),
        info.has_private,
        "ssh-keygen" if info.by_ssh_keygen else "file" if info.has_private else None,
        instant_text(said.since) if said else None,
        said.why if said else None,
    )


def say_key(session: Session, info: KeyInfo) -> None:
    answer = key_answer(info)
    if session.json:
        session.answer(answer)
        return
    session.print(f"{answer.name}  {answer.fingerprint}{_state(info)}")
    session.print(f"allowed_signers line: {answer.allowed_signers}")


def _state(info: KeyInfo) -> str:
    state = ""
    if info.by_ssh_keygen:
        state = "  (signs through ssh-keygen)"
    elif not info.has_private:
        state = "  (public half only)"
    if info.revoked is not None:
        state += f"  (revoked since {info.revoked.since:%Y-%m-%d %H:%M:%S}Z: {info.revoked.why})"
    return state
