"""What the custody log says that matters before a hand-over: one pass over it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from abusekit.case.canonical import JSON
from abusekit.case.decisions import Standing, standings
from abusekit.errors import EvidenceError

OF_SEALS = ("seal.add", "seal.sign", "seal.ask", "seal.stamp")
"""Acts about a seal are not behind it."""
_OF_CUSTODY = ("case.create", "settings.change", "custody.store", "custody.transfer", "custody.receive")


class LoggedItem(msgspec.Struct, frozen=True, gc=False):
    n: int
    """The line that admitted it, from 0."""
    exhibit: str
    kind: str
    by: str
    """Initials of who took it in, as the line says."""


@dataclass(slots=True)
class Logged:
    lines: int = 0
    items: dict[str, LoggedItem] = field(default_factory=dict)
    standing_of: dict[str, Standing] = field(default_factory=dict)
    sealed: int = 0
    """N of the newest seal; 0: there is none."""
    behind: int = 0
    """Acts after the newest seal that it does not cover."""
    asked: dict[tuple[int, str, str], bool] = field(default_factory=dict)
    """(seal, list, authority) → whether the answer is there."""
    transfers: dict[int, bool] = field(default_factory=dict)
    """Number of a hand-over → whether somebody received it."""
    files: list[str] = field(default_factory=list)
    """Paths of settings, and of papers in custody/."""
    custody: list[dict[str, JSON]] = field(default_factory=list)
    """The lines that say who had what where; those of items without their files."""


def read_log(entries: Iterable[dict[str, JSON]]) -> Logged:
    """The facts of a whole log. Raises EvidenceError where a line is not ours, LogFormError, TornLogError."""
    logged = Logged()
    try:
        logged.standing_of = standings(_noted(entries, logged))
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise EvidenceError(
            f"an act in the custody log is malformed: {fault}", "run: abusekit verify"
        ) from fault
    return logged


def _noted(entries: Iterable[dict[str, JSON]], logged: Logged) -> Iterator[dict[str, JSON]]:
    for entry in entries:
        do = entry["do"]
        logged.lines += 1
        if do == "seal.add":
            logged.sealed, logged.behind = _number(entry["seal"]), 0
        elif do not in OF_SEALS:
            logged.behind += 1
        if do == "item.add":
            logged.items[entry["item"]] = LoggedItem(
                entry["n"], str(entry["exhibit"]), str(entry["kind"]), str(entry["by"])
            )
            logged.custody.append({key: entry[key] for key in ("do", "at", "n", "by", "item", "exhibit")})
        elif do in _OF_CUSTODY:
            logged.custody.append(entry)
            logged.files += [str(one["path"]) for one in entry.get("files", ())]
            if do == "custody.transfer":
                logged.transfers.setdefault(_number(entry["transfer"]), False)
            elif do == "custody.receive":
                logged.transfers[_number(entry["transfer"])] = True
        elif do in ("seal.ask", "seal.stamp"):
            token = (_number(entry["seal"]), str(entry["list"]), str(entry["authority"]))
            logged.asked[token] = logged.asked.get(token, False) or do == "seal.stamp"
        yield entry


def _number(value: JSON) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!a} is not a number")
    return value
