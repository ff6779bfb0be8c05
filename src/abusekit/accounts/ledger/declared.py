"""What people declared of accounts (`account observe`): who said so, why, and where it can be seen.

A declared fact stands beside what was observed, and never in its place. Taking back is a line more; the line stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import get_args

from abusekit.accounts.keys import of_key
from abusekit.accounts.ledger.observed import ItemAccounts, Shown, Sighting, seen_at, seen_from_to
from abusekit.accounts.model import AccountAct, ActKind, Field, Seen, Status, StatusKind, Where
from abusekit.case.canonical import JSON
from abusekit.case.moment import from_facts
from abusekit.errors import EvidenceError, InputError

ACT = "account.observe"
RETRACT = "retract"
FIELDS: tuple[str, ...] = get_args(Field)
ACTS: dict[str, ActKind] = {
    "block": "block",
    "unblock": "unblock",
    "report": "report",
    "suspended": "suspended",
    "closed": "closed",
}
"""What the victim, or the platform, did."""
STATES: dict[str, StatusKind] = {"suspended": "suspended", "closed": "gone", "gone": "gone", "live": "live"}
OBSERVED: tuple[str, ...] = (*FIELDS, "own", *dict.fromkeys((*ACTS, *STATES)))
"""What can be declared."""


def declared(
    entries: Iterable[dict[str, JSON]],
    zone: str,
    without: Collection[str] = (),
    problems: list[str] | None = None,
) -> ItemAccounts:
    """What is in force, in the order of the log. without: items whose declarations are left out with them.

    An act that is not of the form that the program writes counts for nothing and is told in `problems`; the rest goes
    on: one line of somebody else's program must not hide the accounts of a case.
    """
    told: list[str] = [] if problems is None else problems
    said: dict[int, tuple[dict[str, JSON], Seen]] = {}
    for entry in entries:
        if entry["do"] != ACT:
            continue
        try:
            _check(entry)
            if entry["observed"] == RETRACT:
                _take_back(said, entry)
            else:
                said[entry["n"]] = entry, _when(entry, zone)
        except EvidenceError as fault:
            told.append(fault.message)
    found = ItemAccounts("")
    for entry, at in said.values():
        if not entry.get("item") or entry["item"] not in without:
            _take(found, entry, at)
    return found


def _take_back(said: dict[int, tuple[dict[str, JSON], Seen]], entry: Mapping[str, JSON]) -> None:
    """Raises EvidenceError: the line declares nothing of this account."""
    taken_back = said.get(entry["line"])  # None: that line was erased, or is withheld
    if entry["line"] >= entry["n"] or (taken_back and taken_back[0]["account"] != entry["account"]):
        raise _malformed(entry, "it takes back a line that declares nothing of this account")
    said.pop(entry["line"], None)


def _check(entry: Mapping[str, JSON]) -> None:
    for name in ("account", "observed", "value", "reason"):
        if not isinstance(entry.get(name), str):
            raise _malformed(entry, f"`{name}` is no text")
    if not entry["reason"].strip() or of_key(entry["account"]) is None:
        raise _malformed(entry, "it has no reason, or names no account")
    if not isinstance(entry.get("item", ""), str):
        raise _malformed(entry, "`item` is no text")
    if entry["observed"] == RETRACT:
        if type(entry.get("line")) is not int:
            raise _malformed(entry, "`line` is no number")
    elif entry["observed"] not in OBSERVED:
        raise _malformed(entry, "`observed` is not known")


def _malformed(entry: Mapping[str, JSON], why: str) -> EvidenceError:
    return EvidenceError(
        f"line {_line(entry)} of the custody log, {ACT}, is malformed and counts for nothing: {why}",
        "run: abusekit verify",
    )


def _line(entry: Mapping[str, JSON]) -> int:
    """As people count the lines of the log: from 1."""
    return int(entry["n"]) + 1


def _take(found: ItemAccounts, entry: dict[str, JSON], at: Seen) -> None:
    key, observed, value = str(entry["account"]), str(entry["observed"]), str(entry["value"])
    named = of_key(key)
    if named is None:
        raise _malformed(entry, "it names no account")
    item = str(entry.get("item", ""))
    where = Where(item, 0, f"log line {_line(entry)}")
    by, reason = str(entry["by"]), str(entry["reason"])
    shown: Shown = found.show(named)
    if observed == "own":
        shown.own += (Where(item, 0, f"log line {_line(entry)}, declared by {by}"),)
    if observed in FIELDS:
        field: Field = next(one for one in get_args(Field) if one == observed)
        shown.sightings.append(Sighting(field, value, at, at, (where,), 1, "person", by, reason))
    if observed in ACTS:
        of_victim = observed in ("block", "unblock", "report")
        text = value or ("by the person whose case this is" if of_victim else "")
        found.acts.append(AccountAct(ACTS[observed], "", key, at, where, by, text))
    if observed in STATES:
        shown.statuses.append(Status(STATES[observed], at, where, f"declared by {by}: {observed}"))


def _when(entry: Mapping[str, JSON], zone: str) -> Seen:
    """As stated; else any time until it was logged."""
    if entry.get("when") is not None:
        try:
            return seen_at(from_facts(entry["when"]), zone, "person")
        except InputError as fault:
            raise _malformed(entry, fault.message) from fault
    logged = seen_from_to(str(entry["at"]), str(entry["at"]), zone, "none")
    return Seen("", logged.latest, f"not later than {logged.shown}", "none")
