"""What people decided about items, as the log tells it: labels, withdrawals, quarantine, who stands by a note,
which other item shows the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from abusekit.case.canonical import JSON

TAG = re.compile(r"\w[\w .:-]{0,59}")
"""A label: letters, digits, blank, . : - _."""


@dataclass(slots=True)
class Standing:
    """Where one item stands."""

    tags: list[str] = field(default_factory=list)
    withdrawn: str | None = None
    """The reason; None: not withdrawn."""
    quarantined: str | None = None
    """Since when, UTC; None: not in quarantine, or released. Nobody may look at such an item (R62)."""
    verified: list[tuple[str, str]] = field(default_factory=list)
    """(who, when UTC) for each person who read a diary entry and stands by it (R38)."""
    part_tags: dict[str, list[str]] = field(default_factory=dict)
    """Part of an export (`m412`) → its own tags."""
    place: str = ""
    """Where it was last said to be kept."""
    corroborated_by: list[str] = field(default_factory=list)
    """Items of which a person said that they show the same thing."""
    not_later_than: tuple[str, str] | None = None
    """(UTC, authority) of the earliest trusted time stamp over it; None: none. No log says this by itself."""
    not_earlier_than: tuple[str, str] | None = None
    """(UTC, authority) of the latest trusted time stamp that the log held before it."""


def standings(entries: Iterable[dict[str, JSON]]) -> dict[str, Standing]:
    """Every logged item, in the order of the log, with where it stands now."""
    found: dict[str, Standing] = {}
    for entry in entries:
        match entry["do"]:
            case "item.add":
                found[entry["item"]] = Standing(tags=list(entry.get("tags", ())))
            case "item.tag":
                _retag(found[entry["item"]], entry)
            case "item.withdraw":
                found[entry["item"]].withdrawn = entry["reason"]
            case "item.quarantine":
                found[entry["item"]].quarantined = entry["at"]
            case "item.release":
                found[entry["item"]].quarantined = None
            case "item.verify":
                found[entry["item"]].verified.append((entry["verified_by"], entry["at"]))
            case "item.corroborate":
                found[entry["item"]].corroborated_by.append(entry["by_item"])
            case "custody.store":
                found[entry["item"]].place = entry["place"]
    return found


def _retag(standing: Standing, entry: dict[str, JSON]) -> None:
    part: str = entry.get("part", "")
    before = standing.part_tags.get(part, []) if part else standing.tags
    after = [tag for tag in before if tag not in entry.get("removed", [])]
    after += [tag for tag in entry["tags"] if tag not in after]
    if part:
        standing.part_tags[part] = after
    else:
        standing.tags = after
