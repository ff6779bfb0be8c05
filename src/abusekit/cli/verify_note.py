"""`abusekit verify-note`: somebody stands by a diary entry (R38)."""

from __future__ import annotations

import click

from abusekit.cli.acts import log_for_items, resolve_item
from abusekit.cli.options import Session, with_session


@click.command("verify-note")
@click.argument("item_id", metavar="ITEM")
@click.option(
    "--by", "person", required=True, metavar="NAME", help="Who read it and stands by it: usually the victim."
)
@click.option("--comment", default="", metavar="TEXT")
@with_session(acts=True)
def verify_note_command(session: Session, item_id: str, person: str, comment: str) -> None:
    """Record that a person read a diary entry and stands by it.

    A witness may refresh memory from a document that the witness made or verified while the memory was
    fresh (in England and Wales: Criminal Justice Act 2003, section 139). Not legal advice.

    \b
    Example:
      abusekit verify-note E0005 --by "the victim"
    """
    from abusekit.errors import UsageError

    if not person.strip():
        raise UsageError("who verified it is needed", "--by NAME")
    case = session.case()
    found = resolve_item(case, item_id)
    if case.item(found).kind != "note":
        raise UsageError(f"{item_id} is not a diary entry", "abusekit list --kind note shows them")
    facts = {"verified_by": person.strip(), "comment": comment}
    log_for_items(session, "item.verify", (found,), facts, f"read and confirmed by {person.strip()}")
