"""`abusekit key revoke`: a key that counts no more, and the way back where nobody was told yet."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import click

from abusekit.cli.acts import needed_reason
from abusekit.cli.options import PathParameter, Session, key_store, now, with_session

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from abusekit.case.canonical import JSON
    from abusekit.case.folder import Case
    from abusekit.integrity.keys.store import KeyInfo


@click.command(name="revoke")
@click.argument("key")
@click.option(
    "--since", default="", metavar="TIME", help="Since when it counts no more: 2026-11-20T21:00Z (needed)."
)
@click.option("--why", type=click.Choice(["lost", "stolen", "retired"]), help="What became of it (needed).")
@click.option("--reason", required=True, help="What happened, in your words.")
@click.option(
    "--case",
    "folders",
    multiple=True,
    type=PathParameter(),
    metavar="DIR",
    help="Also log it in this case; several times for several cases.",
)
@click.option("--undo", is_flag=True, help="Take it back in the key store; what a case logged stays.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_session(case=False, acts=True)
def key_revoke(
    session: Session,
    key: str,
    since: str,
    why: str | None,
    reason: str,
    folders: tuple[Path, ...],
    undo: bool,
    yes: bool,
) -> None:
    """Say that a key (its name here, or SHA256:…) counts no more, here and in cases.

    What it signed then counts only where a trusted time stamp shows that it was before. Tell those who have its
    allowed_signers line: `key export` now prints it with the limit.

    \b
    Examples:
      abusekit key revoke me --since 2026-11-20T21:00Z --why stolen --reason "laptop taken" --case mycase
      abusekit key revoke me --undo --reason "the laptop was found, switched off"
    """
    from abusekit.case.custody import instant_text
    from abusekit.case.folder import Case
    from abusekit.cli.answers_keys import KeyRevoked
    from abusekit.errors import UsageError
    from abusekit.integrity.keys.revocation import Revocation, log_revocation, note_revocation

    store = key_store()
    named, fingerprint = _meant(store, key)
    if undo:
        if since or why or folders:
            raise UsageError(
                "--undo takes back what stands in the key store; a log keeps what it says",
                "leave out --since, --why and --case",
            )
        _undo(session, store, named, fingerprint, needed_reason(reason))
        return
    if not since or why is None:
        raise UsageError("since when it counts no more, and why, is needed", "--since TIME --why lost")
    said = Revocation(_instant(since), why, needed_reason(reason))
    cases = [Case.open(folder) for folder in folders]
    producers = [session.producer(case) for case in cases]
    if not named and not cases:
        raise UsageError(f"{fingerprint} is no key of yours", "name the case that is to say so: --case DIR")
    _say_what_it_costs(session, cases, fingerprint, instant_text(said.since))
    _confirm(key, yes=yes)
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
            f"logged in {case.root}; seal it with another key, which then covers all of it: "
            f"abusekit seal --case {where} --key NAME"
        )
    if noted:
        session.say(f"tell those who have its line: abusekit key export {noted[0]} prints it with the limit")


def _say_what_it_costs(session: Session, cases: list[Case], fingerprint: str, since: str) -> None:
    """Which seals of the cases were signed by the key, and which of them nothing shows to be older than `since`."""
    for case in cases:
        signed: dict[int, int] = {}  # N of a seal → the line of the signature
        asked: dict[tuple[JSON, ...], int] = {}
        older: set[int] = set()
        for entry in case.entries():
            if entry["do"] not in ("seal.sign", "seal.ask", "seal.stamp"):
                continue
            seal = entry["seal"]
            token = (seal, entry.get("list"), entry.get("authority"))
            if entry["do"] == "seal.sign" and entry.get("signer") == fingerprint:
                signed[seal] = entry["n"]
            elif entry["do"] == "seal.ask":
                asked[token] = entry["n"]
            elif (
                entry["do"] == "seal.stamp"
                and entry["at"] < since
                and asked.get(token, -1) > signed.get(seal, -1)
            ):
                older.add(seal)
        lost = [str(size) for size in sorted(signed) if size not in older]
        if lost:
            session.say(
                f"{case.root}: its signature counts no more on the seals over {', '.join(lost)} lines: no time stamp "
                "shows that they are older; a new seal by another key covers the same lines"
            )
        elif signed:
            session.say(f"{case.root}: all seals that it signed have a time stamp from before")


def _confirm(key: str, *, yes: bool) -> None:
    """Asks on a terminal only: a script has decided. Raises UsageError."""
    from abusekit.errors import UsageError

    if not yes and sys.stdin.isatty() and not click.confirm(f"Revoke {key}?", err=True):
        raise UsageError("nothing was revoked", "--yes does not ask")


def _undo(session: Session, store: Path, named: list[KeyInfo], fingerprint: str, reason: str) -> None:
    from abusekit.cli.answers_keys import KeyRevoked
    from abusekit.errors import UsageError
    from abusekit.integrity.keys.revocation import undo_revocation

    ended = [info for info in named if info.revoked is not None]
    if not ended:
        raise UsageError(f"{fingerprint} is not revoked in this key store", "see: abusekit key list")
    for info in ended:
        undo_revocation(store, info.name, fingerprint, reason, now=now())
    if session.json:
        session.answer(KeyRevoked(fingerprint, "", "", [info.name for info in ended], [], undone=True))
        return
    for info in ended:
        session.print(f"{info.name} {fingerprint} counts again in this key store")
    session.say("a case whose log says that it is revoked goes on saying so: seal that one with another key")


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
