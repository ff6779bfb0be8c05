"""`abusekit custody`: the log, and where things are kept."""

from __future__ import annotations

from typing import Any

import click

from abusekit.cli.acts import log_for_items, needed_reason, resolve_item, resolve_items
from abusekit.cli.options import Session, with_session

_NOT_SHOWN = {"n", "at", "do", "by", "prev", "salt", "files", "tally"}


@click.group("custody")
def custody_command() -> None:
    """Who had what, where, and why."""


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
@click.argument("item_ids", nargs=-1, required=True, metavar="ITEM…")
@click.option(
    "--place",
    required=True,
    metavar="TEXT",
    help="Where it is kept, such as: encrypted drive 2, office safe.",
)
@click.option("--reason", required=True, metavar="TEXT", help="Why it was put there.")
@with_session(acts=True)
def custody_store(session: Session, item_ids: tuple[str, ...], place: str, reason: str) -> None:
    """Record where items are kept.

    \b
    Example:
      abusekit custody store E0001 E0002 --place "encrypted drive 2, safe" --reason "second copy"
    """
    facts = {"place": needed_reason(place), "reason": needed_reason(reason)}
    ids = resolve_items(session.case(), item_ids)
    log_for_items(session, "custody.store", ids, facts, f"kept at {place.strip()}")


def _plain(value: Any) -> str:
    import msgspec

    return value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8")
