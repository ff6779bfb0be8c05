"""A page decides how long the lists about it are; it must not be able to keep itself from being stored."""

from __future__ import annotations

from abusekit.case.canonical import JSON, encode_checked
from abusekit.case.intake import Draft

FACTS_SIZE = 2 << 20
"""Bytes of all facts in `item.json`."""

PROBLEMS_SIZE = 512 << 10
"""Bytes of the problems told in words. With these two an item stays below MAX_ITEM_JSON."""

FEW = 20
"""Entries that are left of a list that is too long; the whole stands in the archive or in `recording.json`."""


def fit(draft: Draft) -> None:
    """Shorten the longest lists of the facts until all fit, and say which."""
    sizes = {name: len(encode_checked(value)) for name, value in draft.facts.items()}
    cut: list[JSON] = []
    for name in sorted(sizes, key=lambda one: -sizes[one]):
        if sum(sizes.values()) <= FACTS_SIZE:
            break
        shorter = _shorter(draft.facts[name])
        draft.facts[name] = shorter
        sizes[name] = len(encode_checked(shorter))
        cut.append(name)
    if cut:
        draft.facts["cut"] = cut
    left = PROBLEMS_SIZE
    for number, problem in enumerate(draft.problems):
        left -= len(problem.encode("utf-8", "replace"))
        if left < 0:
            draft.problems[number:] = [f"more-problems: {len(draft.problems) - number} more are not told"]
            return


def _shorter(value: JSON) -> JSON:
    if isinstance(value, list) and len(few := value[:FEW]) and len(encode_checked(few)) < FACTS_SIZE // 8:
        return few
    return None
