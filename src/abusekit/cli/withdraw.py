"""`abusekit withdraw`: nothing is deleted."""

from __future__ import annotations

import click

from abusekit.cli.acts import log_for_items, needed_reason, resolve_items
from abusekit.cli.options import Session, with_session


@click.command("withdraw")
@click.argument("item_ids", nargs=-1, required=True, metavar="ITEM…")
@click.option("--reason", required=True, metavar="TEXT", help="Why it shall not be used.")
@with_session(acts=True)
def withdraw_command(session: Session, item_ids: tuple[str, ...], reason: str) -> None:
    """Withdraw an item; it stays, marked, with the reason.

    Its files, its number and its place in the log stay as they are; lists, timeline and reports mark it.
    It cannot be undone: a note can say that it was a mistake.

    \b
    Example:
      abusekit withdraw E0007 --reason "captured twice by mistake, see E0006"
    """
    from abusekit.case.decisions import standings
    from abusekit.errors import UsageError

    facts = {"reason": needed_reason(reason)}
    case = session.case()
    ids = resolve_items(case, item_ids)
    standing_of = standings(case.entries())
    for item in ids:
        if standing_of[item].withdrawn is not None:
            raise UsageError(f"{item} is withdrawn already", f"see: abusekit show {item}")
    log_for_items(session, "item.withdraw", ids, dict(facts), "withdrawn; it stays")
    session.say('there is no way back; if it was a mistake, say so in a note: abusekit note "…"')
