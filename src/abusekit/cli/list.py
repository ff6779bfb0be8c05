"""`abusekit list`: what is in the case, content covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.options import Session, with_session

if TYPE_CHECKING:
    from abusekit.case.folder import Case
    from abusekit.cli.answers import Listed


@click.command("list")
@click.option("--kind", metavar="KIND", help="Only items of this kind: capture, file, note, …")
@click.option("--tag", "wanted_tag", metavar="TAG", help="Only items with this label.")
@with_session()
def list_command(session: Session, kind: str | None, wanted_tag: str | None) -> None:
    """List what is in the case; content stays covered.

    \b
    Example:
      abusekit list --kind capture
    """
    case = session.case()
    listed = [
        one
        for one in items(case)
        if (not kind or one.kind == kind) and (not wanted_tag or wanted_tag in one.tags)
    ]
    if session.json:
        from abusekit.cli.answers import ListAnswer

        session.answer(ListAnswer(case.settings().reference, listed))
        return
    for one in listed:
        marks = " ".join(
            [f"[{tag}]" for tag in one.tags] + (["WITHDRAWN"] if one.withdrawn is not None else [])
        )
        at = one.at[:19].replace("T", " ")
        line = f"{one.item:6} {one.exhibit:10} {one.kind:8} {at}Z  {one.grade} {one.outcome:14} {marks}"
        session.print(line.rstrip())
    session.say(f"{len(listed)} items; show one: abusekit show ITEM")


def items(case: Case) -> list[Listed]:
    """All items with their labels, from the log and the items' own records."""
    from abusekit.case.decisions import standings
    from abusekit.case.records import grade
    from abusekit.cli.answers import Listed

    found = []
    for item_id, standing in standings(case.entries()).items():
        item = case.item(item_id)
        letter, _ = grade(item)
        found.append(
            Listed(
                item.id,
                item.exhibit,
                item.kind,
                item.at,
                item.outcome,
                letter,
                len(item.files),
                standing.tags,
                standing.withdrawn,
                bool(standing.verified),
            )
        )
    return found
