"""The items of a case that count for the ledger, read once: neither withdrawn nor in quarantine, nor erased."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from abusekit.accounts.ledger.declared import ACT
from abusekit.case.canonical import JSON
from abusekit.case.decisions import standings
from abusekit.case.folder import Case
from abusekit.case.records import Item
from abusekit.errors import AbusekitError, EvidenceError
from abusekit.messages.cache import Opened, logged_readings
from abusekit.messages.declared import Declarations, declarations


@dataclass(slots=True)
class Gathered:
    """What the ledger is made from."""

    items: dict[str, Item] = field(default_factory=dict)
    # id → item, in the order of the log
    exports: dict[str, Opened] = field(default_factory=dict)
    # of them, those whose records are read
    observations: list[dict[str, JSON]] = field(default_factory=list)
    # acts account.observe
    exhibits: dict[str, str] = field(default_factory=dict)
    # item id → exhibit reference, as the log gives it; also of items that do not count any more
    problems: list[str] = field(default_factory=list)
    # what could not be read, in words


def gathered(case: Case, without: Collection[str] = ()) -> Gathered:
    """Raises LogFormError, TornLogError, CaseError, EvidenceError (an act of the log is malformed)."""
    found = Gathered()
    entries: list[dict[str, JSON]] = []
    read: set[str] = set()
    for entry in case.entries():
        do = entry["do"]
        if do.startswith("item."):
            entries.append(entry)
            if do in ("item.declare", "item.read"):
                read.add(entry["item"])
        elif do == ACT:
            found.observations.append(entry)
    try:
        standing = standings(entries)
        declared, logged = declarations(entries), logged_readings(entries)
        found.exhibits = {str(one["item"]): str(one["exhibit"]) for one in entries if one["do"] == "item.add"}
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise EvidenceError(
            f"an act in the custody log is malformed: {fault}", "run: abusekit verify"
        ) from fault
    for item_id, one in standing.items():
        if one.quarantined is not None or one.withdrawn is not None or item_id in without:
            continue
        try:
            item = case.item(item_id)
        except AbusekitError as fault:
            found.problems.append(f"{item_id}: {fault.message}")
            continue
        found.items[item_id] = item
        if item.kind == "export" or item_id in read:
            found.exports[item_id] = Opened(item, declared.get(item_id, Declarations()), logged.get(item_id))
    return found
