"""`abusekit key import` and `rotate`: keys that come from elsewhere, or follow one another."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from abusekit.cli.acts import needed_reason
from abusekit.cli.key_making import check_free, check_length, not_inside_a_case
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

    from abusekit.integrity.keys.keyimport import Found
    from abusekit.integrity.keys.store import KeyInfo


@click.command(name="import")
@click.argument("file", type=PathParameter())
@click.option("--name", metavar="NAME", help="What to call it here (default: after the file).")
@passphrase_option
@with_session(case=False)
def key_import(session: Session, file: Path, name: str | None, passphrase_fd: int | None) -> None:
    """Use an OpenSSH key that you have: a private key file, or the .pub file of a key in an agent or a token.

    Only Ed25519. A private key is stored anew under its passphrase; one without gets one here. Of a .pub file
    only the public half is kept, and ssh-keygen is asked to sign. The file itself stays as it is.

    \b
    Examples:
      abusekit key import ~/.ssh/id_ed25519 --name me
      abusekit key import ~/.ssh/id_ed25519_sk.pub --name token
    """
    from abusekit.cli.key import say_key
    from abusekit.integrity.keys import keyimport

    found = keyimport.look(file)
    name = name if name is not None else keyimport.name_from(file)
    store = key_store()
    not_inside_a_case(store)
    check_free(store, name)
    old = new = b""
    if not found.by_ssh_keygen:
        old = new = _for_import(found, passphrase_fd)
        check_length(new)
    info = keyimport.store(store, name, found, old, new)
    say_key(session, info)
    if found.by_ssh_keygen:
        session.say(
            "the agent or the security key has to be there when you sign; others check it as any other"
        )
    elif not found.encrypted:
        session.say(
            "the file you named has no passphrase: destroy it, or give it one: "
            f"ssh-keygen -p -f {shlex.quote(str(file))}"
        )
    session.say(f"next: abusekit seal --case DIR --key {name}")


def _for_import(found: Found, passphrase_fd: int | None) -> bytes:
    """The passphrase that opens the file, or a new one for a file without. Raises UsageError."""
    from abusekit.errors import UsageError

    if found.encrypted:
        return passphrase(passphrase_fd, prompt=f"Passphrase of {found.path.name}")
    try:
        return passphrase(passphrase_fd, confirm=True, prompt="The key has no passphrase. A new one")
    except UsageError as fault:
        raise UsageError(
            f"{found.path} has no passphrase: {fault.message}",
            f"give it one first: ssh-keygen -p -f {found.path}; or set ABUSEKIT_PASSPHRASE to the new one",
        ) from fault


@click.command(name="rotate")
@click.argument("old")
@click.argument("new")
@click.option("--reason", required=True, help="Why the key changes; goes into the log.")
@click.option("--create", "making", is_flag=True, help="Create NEW, which must not exist yet.")
@passphrase_option
@with_session(acts=True)
def key_rotate(
    session: Session, old: str, new: str, reason: str, making: bool, passphrase_fd: int | None
) -> None:
    """Go over to another key: the log says that NEW replaces OLD, and the next seal is signed by both.

    NEW exists already, or is created with --create. Those who check have to be told of the new key as of the first one:
    nobody trusts it only because the old one did.

    \b
    Example:
      abusekit key rotate me me-2027 --create --case mycase --reason "new computer"
    """
    from abusekit.cli.answers_keys import KeyRotated
    from abusekit.errors import UsageError
    from abusekit.integrity.keys import store as keys
    from abusekit.integrity.sealing.rotation import log_rotation

    reason = needed_reason(reason)
    store = key_store()
    case = session.case()
    producer = session.producer(case)
    before = keys.show(store, old)
    if making:
        not_inside_a_case(store)
        check_free(store, new)
        chosen = passphrase(passphrase_fd, confirm=True, prompt=f"Passphrase of the new key {new}")
        check_length(chosen)
        after = keys.create(store, new, chosen)
    else:
        after = _existing(store, new)
    if after.public == before.public:
        raise UsageError(f"{old} and {new} are the same key")
    keys.check_can_sign(after, now())
    line = log_rotation(
        case, before.public, after.public, name=new, reason=reason, by=producer.initials, now=now
    )
    if session.json:
        from abusekit.cli.key import key_answer

        vouched = key_answer(after).allowed_signers
        prints = before.public.fingerprint, after.public.fingerprint
        session.answer(KeyRotated(*prints, new, vouched, line))
        return
    if making:
        session.print(f"created {new} {after.public.fingerprint}")
        session.say("keep its passphrase; a lost key cannot be remade (earlier seals stay valid)")
    session.print(f"{new} {after.public.fingerprint} replaces {old} {before.public.fingerprint}")
    if before.can_sign:
        session.say(
            f"next, with both: abusekit seal --case {shlex.quote(str(case.root))} --key {old} --key {new}"
        )
    else:
        session.say(f"{old} can sign no more here: tell by another way that {new} is yours, and revoke {old}")
        session.say(
            f"  abusekit key revoke {old} --since TIME --why lost --reason … --case {shlex.quote(str(case.root))}"
        )
    session.say(f"those who check need the new key, too: abusekit key export {new}")


def _existing(store: Path, new: str) -> KeyInfo:
    """The key that is to follow. Raises UsageError, with the way to make it, where there is none."""
    from abusekit.errors import UsageError
    from abusekit.integrity.keys import store as keys

    try:
        return keys.show(store, new)
    except UsageError as fault:
        if not fault.message.startswith("there is no key"):
            raise
        raise UsageError(fault.message, f"{fault.hint}; or --create, to make {new} now") from fault
