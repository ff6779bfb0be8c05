"""The exports of a case that may be read now: which there are, what was declared of them, and who said so."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from abusekit.case.canonical import JSON
from abusekit.case.decisions import standings
from abusekit.case.folder import Case
from abusekit.errors import EvidenceError
from abusekit.messages.cache import Opened, logged_readings
from abusekit.messages.declared import Declarations, declarations


def exports(case: Case, only: Collection[str] = ()) -> Iterator[Opened]:
    """Every item of kind `export`, and every other of which somebody said how to read it, in the order of the log.

    Not those in quarantine, nor what was erased.

    only: of these item ids. Raises LogFormError, TornLogError, CaseError, EvidenceError (item.json is not ours).
    """
    entries: list[dict[str, JSON]] = []
    wanted: dict[str, None] = {}
    for entry in case.entries():
        do = entry["do"]
        if do == "item.add" and entry.get("kind") == "export" and (not only or entry["item"] in only):
            wanted[entry["item"]] = None
        elif do in ("item.declare", "item.read") and (not only or entry["item"] in only):
            wanted.setdefault(entry["item"])
        if do.startswith("item."):
            entries.append(entry)
    if not wanted:
        return
    try:
        standing = standings(entries)
        declared, logged = declarations(entries), logged_readings(entries)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise EvidenceError(
            f"an act in the custody log is malformed: {fault}", "run: abusekit verify"
        ) from fault
    for item_id in wanted:
        if standing[item_id].quarantined is None:
            yield Opened(case.item(item_id), declared.get(item_id, Declarations()), logged.get(item_id))
