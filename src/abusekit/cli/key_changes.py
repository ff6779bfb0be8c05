"""`abusekit key import`, `rotate` and `revoke`: keys that come from elsewhere, follow one another, or end."""

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
    from datetime import datetime
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
@passphrase_option
@with_session(acts=True)
def key_rotate(session: Session, old: str, new: str, reason: str, passphrase_fd: int | None) -> None:
    """Go over to another key: the log says that NEW replaces OLD, and the next seal is signed by both.

    NEW is created where it does not exist. Those who check have to be told of the new key as of the first one:
    nobody trusts it only because the old one did.

    \b
    Example:
      abusekit key rotate me me-2027 --case mycase --reason "new computer"
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
    after = _existing(store, new)
    if after is None:
        not_inside_a_case(store)
        chosen = passphrase(passphrase_fd, confirm=True, prompt=f"Passphrase of the new key {new}")
        check_length(chosen)
        after = keys.create(store, new, chosen)
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


def _existing(store: Path, name: str) -> KeyInfo | None:
    import os

    from abusekit.integrity.keys import store as keys

    there = any(os.path.lexists(store / each) for each in (name, f"{name}.pub"))
    return keys.show(store, name) if there or not keys.NAME_FORM.fullmatch(name) else None


@click.command(name="revoke")
@click.argument("key")
@click.option(
    "--since", required=True, metavar="TIME", help="Since when it counts no more: 2026-11-20T21:00Z."
)
@click.option("--why", required=True, type=click.Choice(["lost", "stolen", "retired"]))
@click.option("--reason", required=True, help="What happened, in your words.")
@click.option(
    "--case",
    "folders",
    multiple=True,
    type=PathParameter(),
    metavar="DIR",
    help="Also log it in this case; several times for several cases.",
)
@with_session(case=False, acts=True)
def key_revoke(
    session: Session, key: str, since: str, why: str, reason: str, folders: tuple[Path, ...]
) -> None:
    """Say that a key (its name here, or SHA256:…) counts no more, here and in cases.

    What it signed then counts only where a trusted time stamp shows that it was before. Tell those who have its
    allowed_signers line: `key export` now prints it with the limit.

    \b
    Example:
      abusekit key revoke me --since 2026-11-20T21:00Z --why stolen --reason "laptop taken" --case mycase
    """
    from abusekit.case.custody import instant_text
    from abusekit.case.folder import Case
    from abusekit.cli.answers_keys import KeyRevoked
    from abusekit.errors import UsageError
    from abusekit.integrity.keys.revocation import Revocation, log_revocation, note_revocation

    said = Revocation(_instant(since), why, needed_reason(reason))
    store = key_store()
    named, fingerprint = _meant(store, key)
    cases = [Case.open(folder) for folder in folders]
    producers = [session.producer(case) for case in cases]
    if not named and not cases:
        raise UsageError(f"{fingerprint} is no key of yours", "name the case that is to say so: --case DIR")
    noted = []
    for info in named:
        if info.revoked is None or said.since < info.revoked.since:
            note_revocation(store, info.name, fingerprint, said, now=now())
            noted.append(info.name)
    lines = [
        log_revocation(case, fingerprint, said, by=producer.initials, now=now)
        for case, producer in zip(cases, producers, strict=True)
    ]
    if not noted and not lines:
        raise UsageError(f"{key} is revoked already, since then or earlier", "see: abusekit key list")
    if session.json:
        session.answer(KeyRevoked(fingerprint, instant_text(said.since), why, noted, lines))
        return
    session.print(f"{key} {fingerprint} counts no more since {said.since:%Y-%m-%d %H:%M:%S}Z ({why})")
    for case in cases:
        where = shlex.quote(str(case.root))
        session.say(
            f"logged in {case.root}; seal it with another key: abusekit seal --case {where} --key NAME"
        )
    if noted:
        session.say(f"tell those who have its line: abusekit key export {noted[0]} prints it with the limit")


def _meant(store: Path, key: str) -> tuple[list[KeyInfo], str]:
    """The keys of the store that are meant, and the fingerprint. Raises UsageError, InputError."""
    import re

    from abusekit.errors import UsageError
    from abusekit.integrity.keys import store as keys

    if not key.startswith("SHA256:"):
        info = keys.show(store, key)
        fingerprint = info.public.fingerprint
    elif re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}", key):
        fingerprint = key
    else:
        raise UsageError(f"not a fingerprint: {key[:80]}", "as abusekit key list prints it: SHA256:…")
    return [one for one in keys.listing(store) if one.public.fingerprint == fingerprint], fingerprint


def _instant(typed: str) -> datetime:
    """An instant, with its zone, that is not to come. Raises UsageError."""
    from datetime import UTC, datetime

    from abusekit.errors import UsageError

    try:
        at = datetime.fromisoformat(typed.strip())
        known = at.tzinfo is not None
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        known = False
    if not known:
        raise UsageError(
            f"not a time with its zone: {typed[:60]}", "such as 2026-11-20T21:00Z or 2026-11-20T22:00+01:00"
        )
    if at > now():
        raise UsageError(f"{typed[:60]} is still to come", "revoke a key when it counts no more")
    if at.year < 1971:
        raise UsageError(f"no key is that old: {typed[:60]}")
    return at
