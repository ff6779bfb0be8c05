"""`abusekit quarantine`: nobody looks at it any more, and nothing is deleted (R62)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from abusekit.cli.acts import log_for_items, needed_reason, resolve_items, say_whom_to_call
from abusekit.cli.options import Session, with_session

if TYPE_CHECKING:
    from abusekit.case.canonical import JSON
    from abusekit.case.folder import Case


@click.command("quarantine")
@click.argument("item_ids", nargs=-1, required=True, metavar="ITEM…")
@click.option(
    "--reason", required=True, metavar="TEXT", help="Why, in neutral words: the log is read by others."
)
@click.option(
    "--seen-by", multiple=True, metavar="NAME", help="Who has seen it; repeat for more people. Asked for."
)
@click.option("--seen-at", metavar="TIME", help="When it was seen: 2026-11-20T22:10 (case's zone), or a day.")
@click.option("--release", is_flag=True, help="Take it out again; needs --decided-by.")
@click.option(
    "--decided-by",
    metavar="NAME",
    help="Who decided that it may be looked at: an officer; you yourself after a mistyped number.",
)
@with_session(acts=True)
def quarantine_command(
    session: Session,
    item_ids: tuple[str, ...],
    reason: str,
    seen_by: tuple[str, ...],
    seen_at: str | None,
    release: bool,
    decided_by: str | None,
) -> None:
    """Put an item in quarantine; nothing shows or deletes it.

    For what may show anyone under 18 in a sexual way, found after it was taken in. It leaves lists, views,
    timeline and exports; its place in the log stays, and verify still compares its bytes without showing them.

    \b
    Examples:
      abusekit quarantine E0007 --reason "may show somebody under 18" --seen-by "Producer One"
      abusekit quarantine E0007 --release --decided-by "DC 1234, by telephone" --reason "shows an adult"
    """
    from abusekit.accounts.ledger import kept
    from abusekit.capture.held_back import same_content
    from abusekit.messages.cache import forget

    case = session.case()
    ids = resolve_items(case, item_ids)
    reason = needed_reason(reason)
    _check_standing(case, ids, release=release)
    if release:
        _check_release(decided_by, seen_by, seen_at)
        facts: dict[str, JSON] = {"reason": reason, "decided_by": (decided_by or "").strip()}
        log_for_items(session, "item.release", ids, facts, "released from quarantine")
        return
    _check_quarantine(decided_by)
    people: list[JSON] = list(_people(seen_by))
    facts = {"reason": reason, "seen_by": people}
    if seen_at is not None:
        facts["seen_at"] = _seen_at(case, seen_at)
    say_whom_to_call(session)
    log_for_items(session, "item.quarantine", ids, facts, "in quarantine; it stays where it is")
    for item in ids:  # what was read of an export is content, too
        forget(case, item)
        kept.forget(case, item)
    session.say("it was not deleted, and must not be: the police decide what becomes of it")
    session.say(
        f"the wrong number? abusekit quarantine {ids[0]} --release --decided-by YOUR-NAME --reason"
        ' "wrong item number, nothing of the kind in it"'
    )
    if others := same_content(case, ids):
        session.say(
            f"of the same address, or with the same bytes, and NOT in quarantine: {', '.join(others)}"
        )


def _check_standing(case: Case, ids: tuple[str, ...], *, release: bool) -> None:
    """Each decision follows another one. Raises UsageError."""
    from abusekit.case.decisions import standings
    from abusekit.errors import UsageError

    standing_of = standings(case.entries())
    for item in ids:
        since = standing_of[item].quarantined
        if release and since is None:
            raise UsageError(f"{item} is not in quarantine", "abusekit list shows which items are")
        if not release and since is not None:
            raise UsageError(f"{item} is in quarantine already, since {since[:19]}Z", "leave it there")


def _check_release(decided_by: str | None, seen_by: tuple[str, ...], seen_at: str | None) -> None:
    from abusekit.errors import UsageError

    if not (decided_by or "").strip():
        raise UsageError(
            "who decided that it may be looked at is missing", '--decided-by "DC 1234, by telephone"'
        )
    if seen_by or seen_at is not None:
        raise UsageError("--seen-by and --seen-at do not go with --release", "leave them out")


def _check_quarantine(decided_by: str | None) -> None:
    from abusekit.errors import UsageError

    if decided_by is not None:
        raise UsageError("--decided-by goes with --release only", "leave it out, or add --release")


def _people(given: tuple[str, ...]) -> list[str]:
    """Who has seen it, as given or as typed now. Raises UsageError: there is nobody to ask."""
    from abusekit.errors import UsageError

    people = [name.strip() for name in given if name.strip()]
    if not people and sys.stdin.isatty():
        typed: str = click.prompt("Who has seen it? Names, with commas between", err=True)
        people = [name.strip() for name in typed.split(",") if name.strip()]
    if not people:
        raise UsageError("who has seen it is missing", '--seen-by "Producer One"; or --seen-by nobody')
    if sum(map(len, people)) > 2_000:
        raise UsageError("too many names for a line of the log", "name the people, and nothing else")
    return people


def _seen_at(case: Case, typed: str) -> dict[str, JSON]:
    from abusekit.case.moment import parse_typed

    return dict(parse_typed(typed, case.settings().zone, what="--seen-at").to_facts())
