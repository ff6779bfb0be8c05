"""What bears out one item, for `show`: without reading more of the case than that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from abusekit.case.folder import Case
    from abusekit.case.records import Item


def borne_out(case: Case, item: Item, entries: list[dict[str, Any]]) -> list[str]:
    """Items that show the same: as a person says, or captures of the same address by another producer.

    One that cannot be read bears out nothing: `verify` speaks of it.
    """
    from abusekit.capture.corroboration import Corroborations
    from abusekit.case.decisions import standings
    from abusekit.errors import AbusekitError

    found = Corroborations(standings(entries))
    found.take(item)
    by_others = (
        entry["item"]
        for entry in entries
        if entry["do"] == "item.add" and entry.get("kind") == "capture" and entry["by"] != item.who
    )
    for other in by_others if item.kind == "capture" else ():
        try:
            found.take(case.item(other))
        except AbusekitError:
            continue
    return found.of(item.id)
