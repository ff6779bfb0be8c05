"""`abusekit withdraw`: nothing is deleted."""

from __future__ import annotations

import click

from abusekit.cli.acts import log_for_items, needed_reason
from abusekit.cli.options import Session, with_session


@click.command("withdraw")
@click.argument("item_ids", nargs=-1, required=True, metavar="ITEM…")
@click.option("--reason", required=True, metavar="TEXT", help="Why it shall not be used.")
@with_session(acts=True)
def withdraw_command(session: Session, item_ids: tuple[str, ...], reason: str) -> None:
    """Withdraw an item; it stays, marked, with the reason.

    Its files, its number and its place in the log stay as they are; lists, timeline and reports mark it.

    \b
    Example:
      abusekit withdraw E0007 --reason "captured twice by mistake, see E0006"
    """
    log_for_items(
        session, "item.withdraw", item_ids, {"reason": needed_reason(reason)}, "withdrawn; it stays"
    )
