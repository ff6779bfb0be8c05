"""The exhibits that a paper rests on, as the custody log names them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from abusekit.case.canonical import JSON
from abusekit.case.decisions import standings


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One item of the case."""

    item: str
    exhibit: str
    # `PO/1`
    kind: str
    # capture, file, export, note, record-only
    outcome: str
    # `complete`, or what went wrong
    sha256: str
    # of its item.json, which holds the digests of its files; empty: the log does not say
    at: str
    # taken in, UTC, our clock
    n: int
    # line of the log, from 0
    mark: str
    # `withdrawn: REASON`, `in quarantine`, or empty


def exhibits(entries: Iterable[dict[str, JSON]]) -> dict[str, Exhibit]:
    """All items of the log by id, in its order; that files still agree with it is for `verify` to say."""
    entries = list(entries)
    standing = standings(entries)
    found: dict[str, Exhibit] = {}
    for entry in entries:
        if entry["do"] != "item.add":
            continue
        item = str(entry["item"])
        about = f"evidence/{item}/item.json"
        sha256 = next((str(one["sha256"]) for one in entry["files"] if one["path"] == about), "")
        here = standing[item]
        mark = "in quarantine" if here.quarantined is not None else ""
        if here.withdrawn is not None:
            mark = f"withdrawn: {here.withdrawn}"
        found[item] = Exhibit(
            item=item,
            exhibit=str(entry["exhibit"]),
            kind=str(entry.get("kind", "")),
            outcome=str(entry.get("outcome", "")),
            sha256=sha256,
            at=str(entry["at"]),
            n=int(entry["n"]),
            mark=mark,
        )
    return found
