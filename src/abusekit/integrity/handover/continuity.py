"""The continuity table of a hand-over: who had each exhibit, since when, where, as the log tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from abusekit.case.custodians import SAID_LATER, Keeping

MOST_ROWS = 1_000
_FEW = 6
"""Exhibits that a row names one by one."""
_ACTS = {
    "item.add": "taken in",
    "custody.store": "put in its place",
    SAID_LATER: "was kept there, as said later",
    "custody.transfer": "handed over",
    "custody.receive": "received",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One act, and the exhibits that it concerned."""

    at: str
    """UTC, as the log or the receipt says."""
    exhibits: str
    """References: each, or the first and the last with their number."""
    what: str
    """The act in words."""
    custodian: str
    place: str
    lines: str
    """Of the log, counted from 1 as a text editor does."""


def rows_of(keepings: Iterable[Keeping], items: set[str]) -> list[Row]:
    """Rows in the order of time; those beyond MOST_ROWS are left out, which a last row says."""
    grouped: dict[tuple[str, str, str, str], list[Keeping]] = {}
    for one in keepings:
        if one.item in items:
            custodian = one.custodian or (
                f"on the way to {one.towards}, not confirmed" if one.towards else "nobody named"
            )
            key = (one.start, one.act, custodian, one.place or "not stated")
            grouped.setdefault(key, []).append(one)
    rows = [
        Row(at[:19] + "Z", _named(group), _ACTS.get(act, act), custodian, place, _lines(group))
        for (at, act, custodian, place), group in sorted(grouped.items(), key=lambda pair: pair[0])
    ]
    if len(rows) > MOST_ROWS:
        left = len(rows) - MOST_ROWS
        rows = [*rows[:MOST_ROWS], Row("…", f"{left} more rows", "see: abusekit custody log", "", "", "")]
    return rows


def _named(group: list[Keeping]) -> str:
    references = [one.exhibit for one in group]
    if len(references) <= _FEW:
        return ", ".join(references)
    return f"{references[0]} to {references[-1]} ({len(references)} exhibits)"


def _lines(group: list[Keeping]) -> str:
    numbers = sorted({one.n + 1 for one in group})
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
