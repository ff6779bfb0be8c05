"""`abusekit list`: what is in the case, content covered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from abusekit.cli.acts import resolve_items
from abusekit.cli.options import Session, with_session
from abusekit.cli.views import Views, reason_option

if TYPE_CHECKING:
    from abusekit.case.decisions import Standing
    from abusekit.case.folder import Case
    from abusekit.case.records import Item
    from abusekit.cli.answers import Listed

TEXT_SHOWN = 60
"""Characters of a diary entry that `--reveal` shows."""


KINDS = ("capture", "file", "export", "note", "record-only")
"""As in `case.records.Kind`, which is not loaded for a help text."""


@click.command("list")
@click.argument("item_ids", nargs=-1, metavar="[ITEM…]")
@click.option("--kind", type=click.Choice(KINDS), help="Only items of this kind.")
@click.option("--tag", "wanted_tag", metavar="TAG", help="Only items with this label.")
@click.option(
    "--reveal",
    is_flag=True,
    help="Show addresses, file names and the first words of notes, too. They may be upsetting.",
)
@reason_option
@with_session(acts=True)
def list_command(
    session: Session,
    item_ids: tuple[str, ...],
    kind: str | None,
    wanted_tag: str | None,
    reveal: bool,
    view_reason: str | None,
) -> None:
    """List what is in the case; content stays covered.

    Times are those of the case's time zone. An ITEM is an id (E0003), an exhibit reference (PO/3) or a range
    (E0003-E0007).

    \b
    Examples:
      abusekit list --kind capture
      abusekit list E0001-E0020 --reveal
    """
    case = session.case()
    views = Views(session, case, view_reason, reveals=reveal)
    only = set(resolve_items(case, item_ids))
    listed = [
        one
        for one in items(case, reveal=reveal, told=session.say)
        if (not kind or one.kind == kind)
        and (not wanted_tag or wanted_tag in one.tags)
        and (not only or one.item in only)
    ]
    gone = {
        str(entry.get("item")): entry["at"][:10] for entry in case.entries() if entry["do"] == "line.erase"
    }
    views.seen((one.item for one in listed if not one.quarantined), "list --reveal")
    if session.json:
        from abusekit.cli.answers import ListAnswer

        session.answer(ListAnswer(case.settings().reference, listed, erased=sorted(gone)))
        return
    for one in listed:
        session.print(_line(one))
        for text in (one.address, *(one.names or ()), one.text):
            if text is not None:
                session.print(f"         {text}")
    session.say(f"{len(listed)} items; show one: abusekit show ITEM")
    if gone:
        session.say("erased: " + ", ".join(f"{item} on {day}" for item, day in sorted(gone.items())))
    if held := sum(1 for one in listed if one.quarantined):
        session.say(f"{held} in quarantine: do nothing else with the files; whom to call: abusekit show ITEM")


def _line(one: Listed) -> str:
    marks = [f"[{tag}]" for tag in one.tags]
    marks += [f"corrects {one.corrects}"] if one.corrects else []
    marks += [f"corrected by {', '.join(one.corrected_by)}"] if one.corrected_by else []
    marks += ["WITHDRAWN"] if one.withdrawn is not None else []
    marks += ["nothing of it is shown"] if one.quarantined else []
    at = f"{one.local[:19].replace('T', ' ')} {one.local[-6:]}"
    return f"{one.item:6} {one.exhibit:10} {one.kind:8} {at}  {one.grade} {one.what:24} {' '.join(marks)}".rstrip()


def items(
    case: Case, *, reveal: bool = False, told: Callable[[str], None] = lambda _text: None
) -> list[Listed]:
    """All items with their labels, from the log and the items' own records; `told` hears what does not count."""
    from abusekit.capture.corroboration import Corroborations
    from abusekit.case.decisions import standings
    from abusekit.case.records import grade
    from abusekit.cli.answers import Listed
    from abusekit.cli.timestamping import time_trust
    from abusekit.integrity.checks.brackets import StampedLines

    found: list[Listed] = []
    added: dict[str, tuple[str, str, str]] = {}
    stamped = StampedLines(case.root, time_trust(told))
    standing_of = standings(_noting(stamped.noting(case.lines()), added))
    taken_in = {i: case.item(i) for i, standing in standing_of.items() if standing.quarantined is None}
    corrected = corrections(taken_in.values())
    borne_out = Corroborations.over(taken_in.values(), standing_of)
    for item_id, standing in standing_of.items():
        item = taken_in.get(item_id)
        if item is None:
            found.append(_held_back(item_id, *added[item_id], zone=case.settings().zone))
            continue
        letter, _ = grade(item, stamped=stamped.covers(item.id), corroborated=bool(borne_out.of(item.id)))
        one = Listed(
            item=item.id,
            exhibit=item.exhibit,
            kind=item.kind,
            at=item.at,
            local=item.local,
            outcome=item.outcome,
            what=what(item, standing),
            grade=letter,
            files=len(item.files),
            tags=standing.tags,
            withdrawn=standing.withdrawn,
            verified=bool(standing.verified),
            corrects=corrects(item),
            corrected_by=corrected.get(item.id, []),
        )
        if reveal:
            one.address, one.names, one.text = _content(item)
        found.append(one)
    return found


def _noting(
    entries: Iterable[dict[str, Any]], added: dict[str, tuple[str, str, str]]
) -> Iterator[dict[str, Any]]:
    """The entries; exhibit, kind and time of each item that was taken in go to `added`."""
    for entry in entries:
        if entry["do"] == "item.add":
            added[entry["item"]] = (entry["exhibit"], entry["kind"], entry["at"])
        yield entry


def _held_back(item_id: str, exhibit: str, kind: str, at: str, *, zone: str) -> Listed:
    """An item in quarantine, from the log alone: its own record is not even opened."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from abusekit.cli.answers import Listed

    local = datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    return Listed(
        item=item_id,
        exhibit=exhibit,
        kind=kind,
        at=at,
        local=local,
        outcome="quarantined",
        what="QUARANTINED",
        grade="-",
        files=0,
        tags=[],
        withdrawn=None,
        verified=False,
        quarantined=True,
    )


def what(item: Item, standing: Standing) -> str:
    """What tells items apart without their content: how it ended, of what type it is, whether it is confirmed."""
    if item.kind == "note":
        return "confirmed" if standing.verified else "not confirmed"
    if item.kind == "record-only":
        return "no content held"
    if item.kind == "capture":
        if rechecked := recheck_facts(item):
            return f"re-check: {rechecked['verdict']}"
        status = item.facts.get("status")
        return item.outcome if status is None else f"{item.outcome} {status}"
    if not item.files:
        return item.outcome
    first = item.files[0]
    ending = first.name.partition(".")[2]
    more = f" and {len(item.files) - 1} more" if len(item.files) > 1 else ""
    return first.media_type.partition(";")[0] + (f" .{ending}" if ending else "") + more


def recheck_facts(item: Item) -> dict[str, Any] | None:
    """What a re-check found, where the item is one and says it in words."""
    said = item.facts.get("recheck")
    return said if isinstance(said, dict) and isinstance(said.get("verdict"), str) else None


def corrects(item: Item) -> str | None:
    """The diary entry that this one corrects, or None."""
    earlier = item.source.get("corrects")
    return earlier if item.kind == "note" and isinstance(earlier, str) else None


def corrections(taken_in: Iterable[Item]) -> dict[str, list[str]]:
    """Id of a diary entry → ids of those that correct it, in their order."""
    found: dict[str, list[str]] = {}
    for item in taken_in:
        if earlier := corrects(item):
            found.setdefault(earlier, []).append(item.id)
    return found


def _content(item: Item) -> tuple[str | None, list[str] | None, str | None]:
    """Address, names as received, first words of a diary entry."""
    address, names = item.source.get("address"), item.source.get("names")
    entry = item.facts.get("entry")
    words = entry.get("text") if item.kind == "note" and isinstance(entry, dict) else None
    return (
        address if isinstance(address, str) else None,
        [str(name) for name in names] if isinstance(names, list) else None,
        " ".join(words.split())[:TEXT_SHOWN] if isinstance(words, str) else None,
    )
