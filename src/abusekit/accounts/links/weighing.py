"""Findings → likelihood ratio of each group, total, and strength.

All constants are judgements that follow the design (attribution, section 5, 2026-11), not measurements of this case.
Findings of one group depend on one another, so their support is added, never multiplied; groups are multiplied. The
same is done with what speaks against, upside down, so that it weighs as much.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from math import floor, log10, prod

from abusekit.accounts.model import GROUPS, Finding, Group, Strength

GROUP_CAPS: dict[Group, float] = {
    "selectors": 10_000,
    "presentation": 1_000,
    "behaviour": 1_000,
    "sequence": 10,
    "network": 3,
}
WEAK_CAP = 30.0
"""Where no finding among the selectors may weigh more than this, all of them together may not weigh more than the
weightiest of them may: what one message can spread at once."""
COPYABLE = 10.0
"""Selectors and words that one may have read at the other weigh at most so much; to say something by themselves, they
have to weigh more."""
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
    findings = list(findings)
    here = [one.lr for one in findings if one.group == group]
    up = _joined([lr for lr in here if lr > 1])
    down = _joined([1 / max(lr, LEAST) for lr in here if lr < 1])
    cap = GROUP_CAPS[group]
    if group == "selectors" and (
        caps := [max(one.cap, one.lr) for one in findings if one.group == group and one.lr > 1]
    ):
        cap = max(caps) if max(caps) <= WEAK_CAP else cap
    return max(LEAST, min(cap, up / down))


def _joined(ratios: Sequence[float]) -> float:
    return min(sum(ratios), prod(ratios)) if ratios else 1.0


def groups_of(findings: Collection[Finding]) -> dict[Group, float]:
    """The groups in which anything was found, in their order."""
    there = {one.group for one in findings}
    return {group: group_value(findings, group) for group in GROUPS if group in there}


def total_of(groups: dict[Group, float]) -> float:
    return max(LEAST, min(MOST, prod(groups.values())))


def strength_of(groups: dict[Group, float], findings: Iterable[Finding]) -> Strength:
    """In words. `moderate` needs a group that says something by itself: 10 or more; selectors and behaviour more
    than that, since what one may have read at the other weighs 10. `strong` needs a total of 1,000 and two such groups,
    one of them selectors, or presentation with the very same photo."""
    total = total_of(groups)
    if total < 1:
        return "against"
    if total < SHOWN_FROM:
        return "none"
    if total < 100:
        return "weak"
    telling = {
        group for group, value in groups.items() if value >= SHOWN_FROM and not _copyable(group, value)
    }
    if not telling:
        return "weak"
    photo = any(one.signal == PHOTO and one.lr > 1 for one in findings)
    firm = "selectors" in telling or ("presentation" in telling and photo)
    return "strong" if total >= 1_000 and firm and len(telling) >= 2 else "moderate"


def _copyable(group: Group, value: float) -> bool:
    return group in ("selectors", "behaviour") and value <= COPYABLE


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
