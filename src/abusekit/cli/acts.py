"""What the commands have in common that log a decision about items and store nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abusekit.cli.options import Session, now

if TYPE_CHECKING:
    from abusekit.case.canonical import JSON


MAX_TEXT = 8_000
"""Characters of a reason, a place, a name: well within a line of the log."""


def log_for_items(
    session: Session, do: str, item_ids: tuple[str, ...], facts: dict[str, JSON], said: str
) -> None:
    """Log `do` with `facts` for each item, all or none. Raises UsageError (no such item), CaseError."""
    from abusekit.case.custody import Act
    from abusekit.cli.answers import Logged

    for text in (value for value in facts.values() if isinstance(value, str)):
        _check_length(text)
    case = session.case()
    producer = session.producer(case)
    ids = [case.item(item_id.upper()).id for item_id in item_ids]
    entries = case.record([Act(do, {"item": i, **facts}) for i in ids], by=producer.initials, now=now())
    if session.json:
        session.answer(Logged(ids, do, [entry["n"] for entry in entries]))
    else:
        for item_id in ids:
            session.print(f"{item_id}: {said}")


def needed_reason(reason: str) -> str:
    """A reason that says something. Raises UsageError."""
    from abusekit.errors import UsageError

    if not reason.strip():
        raise UsageError("a reason is needed", '--reason "…"')
    _check_length(reason)
    return reason.strip()


def _check_length(text: str) -> None:
    from abusekit.errors import UsageError

    if len(text) > MAX_TEXT:
        raise UsageError(f"a text of {len(text)} characters is too long for a line of the log", "shorten it")
