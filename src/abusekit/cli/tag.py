"""`abusekit tag`: labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.acts import log_for_items, resolve_items
from abusekit.cli.options import Session, with_session

if TYPE_CHECKING:
    from abusekit.case.decisions import Standing


@click.command("tag")
@click.argument("item_ids", nargs=-1, required=True, metavar="ITEM…")
@click.option(
    "--add", "added", multiple=True, metavar="TAG", help="A label, such as threat or severity:high."
)
@click.option(
    "--remove", "removed", multiple=True, metavar="TAG", help="Take a label away; the log keeps both acts."
)
@click.option("--reason", default="", metavar="TEXT", help="Why.")
@with_session(acts=True)
def tag_command(
    session: Session, item_ids: tuple[str, ...], added: tuple[str, ...], removed: tuple[str, ...], reason: str
) -> None:
    """Label an item: category, severity, anything.

    \b
    Example:
      abusekit tag E0003 E0004 --add threat --add severity:high --reason "threatens to come to the house"
    """
    from abusekit.case.decisions import TAG, standings
    from abusekit.errors import UsageError

    if not added and not removed:
        raise UsageError("no label was given", "--add threat")
    for tag in (*added, *removed):
        if not TAG.fullmatch(tag):
            raise UsageError(f"not a label: {tag}", "letters, digits, blank, . : - _, at most 60")
    _check_accepted(added)
    case = session.case()
    ids = resolve_items(case, item_ids)
    _check_there(standings(case.entries()), ids, removed)
    facts = {"tags": list(added), "removed": list(removed), "reason": reason}
    said = " ".join([f"+{tag}" for tag in added] + [f"-{tag}" for tag in removed])
    log_for_items(session, "item.tag", ids, facts, said)


def _check_accepted(added: tuple[str, ...]) -> None:
    """A label accepted:KIND is read by verify --for-submission; a slip would be without effect. Raises UsageError."""
    from abusekit.errors import UsageError
    from abusekit.readiness.need import ACCEPTED, KINDS, NEVER_ACCEPTED

    kinds = [kind for kind in KINDS if kind not in NEVER_ACCEPTED]
    for tag in added:
        if tag.startswith(ACCEPTED) and tag.removeprefix(ACCEPTED) not in kinds:
            raise UsageError(f"nothing is accepted by {tag}", f"{ACCEPTED} and one of: {', '.join(kinds)}")


def _check_there(standing_of: dict[str, Standing], ids: tuple[str, ...], removed: tuple[str, ...]) -> None:
    """Only a label that is there can be taken away. Raises UsageError."""
    from abusekit.errors import UsageError

    for item in ids:
        there = standing_of[item].tags
        for tag in removed:
            if tag not in there:
                raise UsageError(f"{item} has no label {tag}", "it has: " + (", ".join(there) or "none"))
