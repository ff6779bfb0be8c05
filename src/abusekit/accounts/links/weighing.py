"""Findings → likelihood ratio of each group, total, strength, and what each item carries.

All constants are judgements that follow the design (attribution, section 5, 2026-11), not measurements of this case.
Findings of one group depend on one another, so their support is added, never multiplied; groups are multiplied. The
same is done with what speaks against, upside down, so that it weighs as much.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from math import floor, log10, prod

import msgspec

from abusekit.accounts.model import GROUPS, Finding, Group, Strength

GROUP_CAPS: dict[Group, float] = {
    "selectors": 10_000,
    "presentation": 1_000,
    "behaviour": 1_000,
    "sequence": 10,
    "network": 3,
}
MOST = 10_000.0
LEAST = 1 / 1_000
SHOWN_FROM = 10.0
"""Totals below are not listed unless asked for."""
PHOTO = "photo"
"""Signal of the finding that both show the very bytes of one photo that nobody else of the case shows."""


def group_value(findings: Iterable[Finding], group: Group) -> float:
    """min(sum, product) of what supports, over the same of what speaks against; within the cap and the floor.

    The sum is what two findings are worth at most where one brings the other along (a phone number and an e-mail
    address in one signature); the product where they do not. The smaller one claims less.
    """
    here = [one.lr for one in findings if one.group == group]
    up = _joined([lr for lr in here if lr > 1])
    down = _joined([1 / max(lr, LEAST) for lr in here if lr < 1])
    return max(LEAST, min(GROUP_CAPS[group], up / down))


def _joined(ratios: Sequence[float]) -> float:
    return min(sum(ratios), prod(ratios)) if ratios else 1.0


def groups_of(findings: Collection[Finding]) -> dict[Group, float]:
    """The groups in which anything was found, in their order."""
    there = {one.group for one in findings}
    return {group: group_value(findings, group) for group in GROUPS if group in there}


def total_of(groups: dict[Group, float]) -> float:
    return max(LEAST, min(MOST, prod(groups.values())))


def strength_of(groups: dict[Group, float], findings: Iterable[Finding]) -> Strength:
    """In words. `strong` needs a total of 1,000 from two groups that say something by themselves (10 or more), one of
    them selectors, or presentation with the very same photo."""
    total = total_of(groups)
    if total < 1:
        return "against"
    if total < SHOWN_FROM:
        return "none"
    if total < 100:
        return "weak"
    telling = {group for group, value in groups.items() if value >= SHOWN_FROM}
    photo = any(one.signal == PHOTO and one.lr > 1 for one in findings)
    firm = "selectors" in telling or ("presentation" in telling and photo)
    return "strong" if total >= 1_000 and firm and len(telling) >= 2 else "moderate"


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Against first, the weightiest first; then by group, the weightiest first."""
    return tuple(
        sorted(
            findings,
            key=lambda one: (
                not one.against,
                one.lr if one.against else GROUPS.index(one.group),
                -one.lr,
                one.signal,
                one.value,
                [(where.item, where.part, where.at) for where in one.here],
            ),
        )
    )


def rounded(value: float, digits: int = 3) -> float:
    """To so many significant digits."""
    return round(value, digits - 1 - floor(log10(abs(value)))) if value else 0.0


def findings_digest(findings: Iterable[Finding]) -> str:
    """SHA-256 over group, signal, places and likelihood ratio (3 significant digits) of each finding, sorted.

    The words are left out, so that a better wording makes no decision stale.
    """
    told = [
        [
            one.group,
            one.signal,
            sorted([where.item, where.part, where.at] for where in (*one.here, *one.there)),
            f"{rounded(one.lr):.6g}",
        ]
        for one in findings
    ]
    text = json.dumps(sorted(told), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def items_of(findings: Iterable[Finding]) -> list[str]:
    """The items that they stand in, sorted."""
    return sorted({w.item for one in findings for w in (*one.here, *one.there) if w.item})


def without_item(findings: Iterable[Finding], item: str) -> tuple[Finding, ...]:
    """Those that stand without an item: a finding falls that has no other place on one of its sides.

    The comparison group is taken to stay as it is; `candidates --without` computes anew with a smaller one, too.
    """
    left = []
    for one in findings:
        here, there = (tuple(w for w in places if w.item != item) for places in (one.here, one.there))
        if (here or not one.here) and (there or not one.there) and (here or there):
            left.append(msgspec.structs.replace(one, here=here, there=there))
    return tuple(left)


def carried(findings: Collection[Finding]) -> dict[str, float]:
    """Item → the total that is left without it."""
    return {item: total_of(groups_of(without_item(findings, item))) for item in items_of(findings)}
