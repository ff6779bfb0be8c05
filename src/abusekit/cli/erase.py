"""`abusekit erase`: what the law asks to be erased."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from abusekit.cli.acts import needed_reason, resolve_item, say_whom_to_call
from abusekit.cli.options import Session, now, with_session

if TYPE_CHECKING:
    from abusekit.case.erasure import Erased
    from abusekit.case.folder import Case


@click.command("erase")
@click.argument("item_id", metavar="ITEM")
@click.option("--reason", required=True, metavar="TEXT", help="Why, in neutral words: this line stays.")
@click.option(
    "--authority", required=True, metavar="TEXT", help="Who demands it, such as: court order 12/2026."
)
@click.option(
    "--police-agreed",
    metavar="TEXT",
    help="For an item in quarantine: who of the police agreed, and when. It may be evidence of a crime.",
)
@click.option("--yes", is_flag=True, help="Do not ask. It cannot be undone.")
@with_session(acts=True)
def erase_command(
    session: Session, item_id: str, reason: str, authority: str, police_agreed: str | None, yes: bool
) -> None:
    """Erase an item because the law asks for it; it cannot be undone.

    Its files go, and all lines of the log about it, of which the hashes stay: chain and seals remain true, and
    verify says ERASED and ends with 7. For anything else there is withdraw, which keeps it.

    \b
    Example:
      abusekit erase E0007 --reason "image of a bystander" --authority "court order 12/2026" --yes
    """
    from abusekit.capture.held_back import same_content
    from abusekit.case.erasure import erase, what_goes

    case = session.case()
    found = resolve_item(case, item_id)
    reason, authority = needed_reason(reason), _needed_authority(authority)
    authority = _with_police(session, case, found, authority, police_agreed)
    others = same_content(case, (found,))
    plan = what_goes(case, found)
    _say_plan(session, case, plan, others)
    _confirm(found, yes=yes)
    producer = session.producer(case)
    done = erase(case, found, reason=reason, authority=authority, by=producer.initials, now=now)
    _renew_kit(session, case)
    if session.json:
        from abusekit.cli.answers_partial import ErasedAnswer

        session.answer(ErasedAnswer(found, done.lines, done.files, done.removed, others))
        return
    session.print(f"{found}: erased; {len(done.files)} files and {len(done.lines)} lines of the log are gone")
    session.say(
        "not reached: copies, backups, packs handed out, and what the disk itself keeps of deleted files"
    )
    session.say(
        "not reached: private/, torn lines kept in custody/, other items and papers of a hand-over that name it"
    )
    if others:
        session.say(f"NOT erased, of the same address or with the same bytes: {', '.join(others)}")
    session.say("next: abusekit seal")


def _needed_authority(authority: str) -> str:
    from abusekit.errors import UsageError

    if not authority.strip():
        raise UsageError("who demands it is needed", '--authority "court order 12/2026"')
    return needed_reason(authority)


def _with_police(session: Session, case: Case, item: str, authority: str, agreed: str | None) -> str:
    """The authority, with the word of the police where the item is in quarantine. Raises UsageError without it."""
    from abusekit.case.decisions import standings
    from abusekit.errors import UsageError

    if standings(case.entries())[item].quarantined is None:
        if agreed is not None:
            raise UsageError(f"{item} is not in quarantine", "leave --police-agreed out")
        return authority
    if not (agreed or "").strip():
        say_whom_to_call(session)
        raise UsageError(
            f"{item} is in quarantine: it may be evidence of a crime, and the police decide what becomes of it",
            '--police-agreed "DC 1234, 2026-11-24, by letter"',
        )
    session.say(
        "its address was never fetched again while it was here; from now on the case knows of it no more"
    )
    return f"{authority}; the police agreed: {needed_reason(agreed or '')}"


def _say_plan(session: Session, case: Case, plan: Erased, others: list[str]) -> None:
    session.say(
        f"{plan.item}: {len(plan.files)} files and {len(plan.lines)} lines of the log will be gone for ever"
    )
    for path in plan.files:
        session.say(f"  {path}")
    if plan.removed:
        seals = {path.split("/")[1] for path in plan.removed}
        session.say(
            f"  and the lists of files of {len(seals)} seals, which name them: those seals then hold the log only"
        )
    if case.derived.is_dir() and any(case.derived.iterdir()):
        session.say("  and all of derived/: timelines and caches that may show it")
    if others:
        session.say(f"of the same address, or with the same bytes, and not meant: {', '.join(others)}")


def _confirm(item: str, *, yes: bool) -> None:
    from abusekit.errors import UsageError

    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("it cannot be undone, and there is nobody to ask", "add --yes")
    typed = click.prompt(
        f"It cannot be undone. Type {item} to erase it", err=True, default="", show_default=False
    )
    if typed.strip().upper() != item:
        raise UsageError("nothing was erased", f"type {item} when asked, or add --yes")


def _renew_kit(session: Session, case: Case) -> None:
    """The page for strangers tells of the case as it was; a new one takes its place."""
    from abusekit.errors import AbusekitError
    from abusekit.kit.writing import write_kit

    if not (case.root / "kit").is_dir():
        return
    try:
        write_kit(case.root)
    except AbusekitError as fault:
        session.say(f"kit/ still tells of the case as it was: {fault.message}; seal, or remove that folder")
