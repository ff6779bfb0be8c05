"""`abusekit tag`: labels."""

from __future__ import annotations

import re

import click

from abusekit.cli.acts import log_for_items
from abusekit.cli.options import Session, with_session

_TAG = re.compile(r"[\w][\w .:-]{0,59}")


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
    from abusekit.errors import UsageError

    if not added and not removed:
        raise UsageError("no label was given", "--add threat")
    for tag in (*added, *removed):
        if not _TAG.fullmatch(tag):
            raise UsageError(f"not a label: {tag}", "letters, digits, blank, . : - _, at most 60")
    facts = {"tags": list(added), "removed": list(removed), "reason": reason}
    said = " ".join([f"+{tag}" for tag in added] + [f"-{tag}" for tag in removed])
    log_for_items(session, "item.tag", item_ids, facts, said)
