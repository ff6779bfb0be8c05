"""`abusekit custody`: the log, and where things are kept."""

from __future__ import annotations

from typing import Any

import click

from abusekit.cli.acts import log_for_items, needed_reason, resolve_item, resolve_items
from abusekit.cli.custody_receive import receive_command
from abusekit.cli.custody_transfer import transfer_command
from abusekit.cli.options import Session, now, with_session

_NOT_SHOWN = {"n", "at", "do", "by", "prev", "salt", "files", "tally"}


@click.group("custody")
def custody_command() -> None:
    """Who had what, where, and why."""


custody_command.add_command(transfer_command)
custody_command.add_command(receive_command)


@custody_command.command("log")
@click.option("--item", "item_id", metavar="ITEM", help="Only what concerns this item.")
@with_session()
def custody_log(session: Session, item_id: str | None) -> None:
    """Every act in the case, in order.

    \b
    Example:
      abusekit custody log --item E0003
    """
    case = session.case()
    wanted = resolve_item(case, item_id) if item_id else None
    entries = [e for e in case.entries() if wanted is None or e.get("item") == wanted]
    if session.json:
        from abusekit.cli.answers import CustodyLogAnswer

        session.answer(CustodyLogAnswer(entries))
        return
    for entry in entries:
        facts = " ".join(f"{key}={_plain(value)}" for key, value in entry.items() if key not in _NOT_SHOWN)
        session.print(f"{entry['n']:>6}  {entry['at'][:19]}Z  {entry['by']:6} {entry['do']:16} {facts}")


@custody_command.command("store")
@click.argument("item_ids", nargs=-1, metavar="[ITEM…]")
@click.option("--all", "everything", is_flag=True, help="Every item of the case.")
@click.option(
    "--place",
    required=True,
    metavar="TEXT",
    help="Where it is kept, such as: encrypted drive 2, office safe.",
)
@click.option(
    "--since", metavar="TIME", help="They have been there since then: for what nobody wrote down in time."
)
@click.option("--reason", required=True, metavar="TEXT", help="Why it was put there.")
@with_session(acts=True)
def custody_store(
    session: Session,
    item_ids: tuple[str, ...],
    everything: bool,
    place: str,
    since: str | None,
    reason: str,
) -> None:
    """Record where items are kept.

    With --since it is told, and logged, as said later; it never reaches back behind the last thing that was recorded.

    \b
    Examples:
      abusekit custody store E0001 E0002 --place "encrypted drive 2, safe" --reason "second copy"
      abusekit custody store --all --place "encrypted drive 1" --since 2026-11-02 --reason "there from the start"
    """
    from abusekit.errors import UsageError

    if bool(item_ids) == everything:
        raise UsageError("say which items: ITEM…, or --all", "abusekit list shows them")
    case = session.case()
    facts = {"place": needed_reason(place), "reason": needed_reason(reason)}
    if since is not None:
        facts["since"] = _past(since, case.settings().zone)
    ids = resolve_items(case, item_ids)
    if everything:
        ids = tuple(str(entry["item"]) for entry in case.entries() if entry["do"] == "item.add")
    log_for_items(session, "custody.store", ids, facts, f"kept at {place.strip()}")


def _past(typed: str, zone: str) -> str:
    """Raises UsageError: not a time, or one that has not come yet."""
    from abusekit.case.custody import instant_text
    from abusekit.case.moment import parse_typed
    from abusekit.errors import UsageError

    earliest = parse_typed(typed, zone, what="--since").earliest
    if earliest is None or earliest > now():
        raise UsageError(f"--since {typed} has not come yet", "the time from which they have been there")
    return instant_text(earliest)


@custody_command.command("gaps")
@with_session()
def custody_gaps(session: Session) -> int:
    """Times in which an exhibit has no custodian or no place on record.

    Whoever takes an item in has it; a place is known from custody store, or from the settings of that day. What was
    handed over is on the way until it is received. Exit code: 7 when there is a gap.

    \b
    Example:
      abusekit custody gaps
    """
    from abusekit.case.custodians import case_gaps
    from abusekit.case.transfer import counted

    found = case_gaps(session.case())
    exhibits = len({gap.item for gap in found})
    code = 7 if found else 0
    if session.json:
        from abusekit.cli.answers_custody import GapAnswer, GapsAnswer

        gaps = [GapAnswer(g.item, g.exhibit, g.start, g.end, g.missing, g.why) for g in found]
        session.answer(GapsAnswer(gaps, exhibits, code))
        return code
    for gap in found:
        end = "still" if gap.end is None else f"{gap.end[:19]}Z"
        session.print(
            f"{gap.item}  {gap.exhibit}  from {gap.start[:19]}Z to {end:20}  no {gap.missing}: {gap.why}"
        )
    session.say(
        f"{counted(exhibits)} with a gap" if found else "no gaps: somebody had every exhibit, somewhere"
    )
    if found:
        session.say("Where they are: abusekit custody store; for new items: abusekit settings change --place")
    return code


def _plain(value: Any) -> str:
    import msgspec

    return value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8")
