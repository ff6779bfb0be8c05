"""`abusekit tag`: labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.acts import MAX_TEXT, log_for_items, resolve_item, resolve_items
from abusekit.cli.options import Session, now, with_session

if TYPE_CHECKING:
    from abusekit.case.canonical import JSON
    from abusekit.case.decisions import Standing
    from abusekit.case.folder import Case


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

    A message of an export is labelled by its part: AB/7#m412, or E0007#m412.

    \b
    Examples:
      abusekit tag E0003 E0004 --add threat --add severity:high --reason "threatens to come to the house"
      abusekit tag E0007#m412 --add threat
    """
    from abusekit.case.decisions import TAG, standings
    from abusekit.errors import UsageError
    from abusekit.messages.parts import cited, part_of

    if not added and not removed:
        raise UsageError("no label was given", "--add threat")
    for tag in (*added, *removed):
        if not TAG.fullmatch(tag):
            raise UsageError(f"not a label: {tag}", "letters, digits, blank, . : - _, at most 60")
    _check_accepted(added)
    case = session.case()
    parts = [one for text in item_ids if (one := cited(text)) is not None]
    if parts and len(parts) < len(item_ids):
        raise UsageError("items and parts of exports are labelled separately", "name the one, then the other")
    standing_of = standings(case.entries())
    facts: dict[str, JSON] = {"tags": list(added), "removed": list(removed), "reason": reason}
    said = " ".join([f"+{tag}" for tag in added] + [f"-{tag}" for tag in removed])
    if not parts:
        ids = resolve_items(case, item_ids)
        for item in ids:
            _check_there(standing_of[item].tags, item, removed)
        log_for_items(session, "item.tag", ids, facts, said)
        return
    targets = list(dict.fromkeys((resolve_item(case, part.item), part_of(part.n)) for part in parts))
    for item, name in targets:
        _check_part(case, standing_of[item], item, name)
        _check_there(standing_of[item].part_tags.get(name, []), f"{item}#{name}", removed)
    _log_parts(session, case, targets, facts, said)


def _log_parts(
    session: Session, case: Case, targets: list[tuple[str, str]], facts: dict[str, JSON], said: str
) -> None:
    """Log the labels of each (item, part); all or none. Raises UsageError (too long), CaseError."""
    from abusekit.case.custody import Act
    from abusekit.cli.answers import Logged
    from abusekit.errors import UsageError

    if len(str(facts["reason"])) > MAX_TEXT:
        raise UsageError("the reason is too long for a line of the log", "shorten it")
    producer = session.producer(case)
    acts = [Act("item.tag", {"item": item, **facts, "part": name}) for item, name in targets]
    entries = case.record(acts, by=producer.initials, now=now, told=session.say)
    if session.json:
        items = list(dict.fromkeys(item for item, _ in targets))
        session.answer(Logged(items, "item.tag", [entry["n"] for entry in entries]))
        return
    for item, name in targets:
        session.print(f"{item}: {name} {said}")


def _check_accepted(added: tuple[str, ...]) -> None:
    """A label accepted:KIND is read by verify --for-submission; a slip would be without effect. Raises UsageError."""
    from abusekit.errors import UsageError
    from abusekit.readiness.need import ACCEPTED, KINDS, NEVER_ACCEPTED

    kinds = [kind for kind in KINDS if kind not in NEVER_ACCEPTED]
    for tag in added:
        if tag.startswith(ACCEPTED) and tag.removeprefix(ACCEPTED) not in kinds:
            raise UsageError(f"nothing is accepted by {tag}", f"{ACCEPTED} and one of: {', '.join(kinds)}")


def _check_part(case: Case, standing: Standing, item: str, name: str) -> None:
    """Raises UsageError: in quarantine, no export, or no such part in it."""
    from abusekit.errors import UsageError
    from abusekit.messages.exports import exports
    from abusekit.messages.parts import record

    if standing.quarantined is not None:
        raise UsageError(f"{item} is in quarantine: nothing is said of what is in it", "leave it out")
    for opened in exports(case, (item,)):
        record(case, opened, int(name[1:]))
        return
    raise UsageError(f"{item} is no export that has parts", "abusekit list shows the exports")


def _check_there(there: list[str], item: str, removed: tuple[str, ...]) -> None:
    """Only a label that is there can be taken away. Raises UsageError."""
    from abusekit.errors import UsageError

    for tag in removed:
        if tag not in there:
            raise UsageError(f"{item} has no label {tag}", "it has: " + (", ".join(there) or "none"))
