"""In what order accounts stand: what a link joins stands together, so that its line is short and easily followed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from abusekit.accounts.drawing.drawn import Edge, State
from abusekit.accounts.model import Account, AccountKey

_JOINS: tuple[State, ...] = ("confirmed", "proposed", "candidate")
"""Links whose ends stand together. It says nothing of them: the lines do."""


def in_rows(
    accounts: Sequence[Account], edges: Sequence[Edge], cluster: Mapping[AccountKey, int]
) -> list[Account]:
    """By platform, the first seen first; within it those that links join, those of rejected links, the others.

    `cluster`: number of the cluster of confirmed links, for those that have one. Within what is joined, a cluster
    stands together; else as the evidence first shows them.
    """
    number = {one.key: one.number for one in accounts}
    platform: dict[str, int] = {}
    for one in accounts:
        platform[one.platform] = min(platform.get(one.platform, one.number), one.number)
    joined = _joined(number, ((edge.a_key, edge.b_key) for edge in edges if edge.state in _JOINS))
    rejected = {key for edge in edges if edge.state == "rejected" for key in (edge.a_key, edge.b_key)}

    def place(one: Account) -> tuple[int, int, int, int, int, int]:
        together = joined.get(one.key)
        rank = 0 if together is not None else 1 if one.key in rejected else 2
        within = cluster.get(one.key, 0)
        return platform[one.platform], rank, together or 0, not within, within, one.number

    return sorted(accounts, key=place)


def _joined(
    number: Mapping[AccountKey, int], pairs: Iterable[tuple[AccountKey, AccountKey]]
) -> dict[AccountKey, int]:
    """Account with links → the least number among all that its links lead to; only accounts of `number`."""
    near: dict[AccountKey, list[AccountKey]] = {}
    for a, b in pairs:
        if a in number and b in number:
            near.setdefault(a, []).append(b)
            near.setdefault(b, []).append(a)
    found: dict[AccountKey, int] = {}
    for start in sorted(near, key=lambda key: number[key]):
        waiting = [start] if start not in found else []
        while waiting:
            key = waiting.pop()
            if key not in found:
                found[key] = number[start]
                waiting += near[key]
    return found
