"""`abusekit corroborate`: two items show the same thing, as a person says (R16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.acts import log_for_items, needed_reason, resolve_item, resolve_items
from abusekit.cli.options import Session, with_session

if TYPE_CHECKING:
    from abusekit.case.decisions import Standing


@click.command("corroborate")
@click.argument("item_ids", nargs=-1, required=True, metavar="ITEM…")
@click.option("--by", "by_item", required=True, metavar="ITEM", help="The item that bears the others out.")
@click.option("--reason", required=True, metavar="TEXT", help="What both show, in neutral words.")
@with_session(acts=True)
def corroborate_command(session: Session, item_ids: tuple[str, ...], by_item: str, reason: str) -> None:
    """Record that another item shows the same thing.

    A screenshot that was handed over, and the capture of the page; a photo, and the diary. A capture of the same
    address by another producer counts by itself. It is said by a person; nothing compares the two.

    \b
    Example:
      abusekit corroborate E0003 --by E0001 --reason "the screenshot shows the post that E0001 recorded"
    """
    from abusekit.case.decisions import standings

    facts = {"by_item": "", "reason": needed_reason(reason)}
    case = session.case()
    ids, other = resolve_items(case, item_ids), resolve_item(case, by_item)
    _check(standings(case.entries()), ids, other)
    facts["by_item"] = other
    log_for_items(session, "item.corroborate", ids, dict(facts), f"borne out by {other}, as you say")


def _check(standing_of: dict[str, Standing], ids: tuple[str, ...], other: str) -> None:
    """Only what may be used bears out, or is borne out, and each once. Raises UsageError."""
    from abusekit.errors import UsageError

    for item in (*ids, other):
        standing = standing_of[item]
        if standing.quarantined is not None:
            raise UsageError(f"{item} is in quarantine: nothing is said of what it shows", "leave it out")
        if standing.withdrawn is not None:
            raise UsageError(f"{item} is withdrawn", "name an item that is still used")
    for item in ids:
        if item == other:
            raise UsageError(f"{item} cannot bear itself out", "name another item: --by ITEM")
        if other in standing_of[item].corroborated_by:
            raise UsageError(f"{item} is borne out by {other} already", f"see: abusekit show {item}")
