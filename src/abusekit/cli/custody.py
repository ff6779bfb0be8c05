"""`abusekit custody`: the log, and where things are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from abusekit.cli.acts import log_for_items, needed_reason, resolve_item, resolve_items
from abusekit.cli.custody_gaps import gaps_command
from abusekit.cli.custody_receive import receive_command
from abusekit.cli.custody_transfer import transfer_command
from abusekit.cli.groups import WholeSentences
from abusekit.cli.options import Session, now, with_session

if TYPE_CHECKING:
    from abusekit.case.canonical import JSON
    from abusekit.case.custodians import Keeping
    from abusekit.case.folder import Case

_NOT_SHOWN = {"n", "at", "do", "by", "prev", "salt", "files", "tally"}


@click.group("custody", cls=WholeSentences)
def custody_command() -> None:
    """Who had what, where, and why."""


custody_command.add_command(transfer_command)
custody_command.add_command(receive_command)
custody_command.add_command(gaps_command)


@custody_command.command("log")
@click.option("--item", "item_id", metavar="ITEM", help="Only what concerns this item.")
@with_session()
def custody_log(session: Session, item_id: str | None) -> None:
    """Every act in the case, in order, each with its line in custody/log.jsonl, counted from 1.

    Of a hand-over the names are shown, as its paper has them. With --json n counts from 0, as in the log itself.

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
        facts += _from_paper(case, entry)
        session.print(f"{entry['n'] + 1:>6}  {entry['at'][:19]}Z  {entry['by']:6} {entry['do']:16} {facts}")


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

    With --since it is told, and logged, as said later: the place since then, or, where a place was recorded in the
    meantime, until that. It changes no place that was written down in time.

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
    if since is not None:
        _refuse_without_effect(case, ids, facts)
    log_for_items(session, "custody.store", ids, facts, f"kept at {place.strip()}")


def _refuse_without_effect(case: Case, ids: tuple[str, ...], facts: dict[str, JSON]) -> None:
    """Raises UsageError: for the time from `since` on a place is on record already, or somebody else had it."""
    from abusekit.case.custodians import all_keepings, papers_of
    from abusekit.case.custody import instant_text
    from abusekit.errors import UsageError

    entries = list(case.entries())
    papers = papers_of(case, entries)
    said = [
        {"do": "custody.store", "item": item, "at": instant_text(now()), "n": len(entries), **facts}
        for item in ids
    ]
    before, after = _by_item(all_keepings(entries, papers)), _by_item(all_keepings([*entries, *said], papers))
    since = str(facts["since"])
    for item in ids:
        if before.get(item) == after.get(item) and (of_item := before.get(item)):
            # by the second, as it was typed: the first keeping that reaches into it
            there = next(
                (one for one in of_item if one.end is None or one.end[:19] >= since[:19]), of_item[-1]
            )
            raise UsageError(
                f"{item}: at {since[:19]}Z it was, by line {there.n + 1} of the log, at {there.place!a}: "
                "what was recorded in time is not changed by what is said later",
                "leave out --since for where it is now, or name a time of the gap: abusekit custody gaps",
            )


def _by_item(keepings: list[Keeping]) -> dict[str, list[Keeping]]:
    found: dict[str, list[Keeping]] = {}
    for one in keepings:
        found.setdefault(one.item, []).append(one)
    return found


def _past(typed: str, zone: str) -> str:
    """Raises UsageError: not a time, or one that has not come yet."""
    from abusekit.case.custody import instant_text
    from abusekit.case.moment import parse_typed
    from abusekit.errors import UsageError

    earliest = parse_typed(typed, zone, what="--since").earliest
    if earliest is None or earliest > now():
        raise UsageError(f"--since {typed} has not come yet", "the time from which they have been there")
    return instant_text(earliest)


def _from_paper(case: Case, entry: dict[str, Any]) -> str:
    """The names in the paper of a hand-over; "" for other acts. A log is shown also where a paper is not sound."""
    from abusekit.case.transfer import MAX_PAPER, counted, read_receipt, read_transfer
    from abusekit.errors import AbusekitError

    if entry["do"] not in ("custody.transfer", "custody.receive"):
        return ""
    try:
        data = case.read_small(str(entry["files"][0]["path"]), MAX_PAPER)
        if entry["do"] == "custody.transfer":
            transfer = read_transfer(data)
            return f" to={transfer.to} ({counted(len(transfer.exhibits))})"
        receipt = read_receipt(data)
        return f" received_by={receipt.name} received_at={receipt.at[:19]}Z" + (
            f" corrects={receipt.corrects}" if receipt.corrects else ""
        )
    except (AbusekitError, KeyError, IndexError, TypeError):
        return " (its paper cannot be read: abusekit verify)"


def _plain(value: Any) -> str:
    import msgspec

    return value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8")
