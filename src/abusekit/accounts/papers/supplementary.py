"""What is new about confirmed accounts since the last hand-over (R56): items, link basis, the earlier seal's root.

The list only: the pack that carries the items is `export partial`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from abusekit.accounts.links.decisions import decisions, standing_links
from abusekit.accounts.model import AccountKey, Decision, Ledger
from abusekit.accounts.papers.called import called
from abusekit.accounts.papers.exhibits import Exhibit
from abusekit.accounts.papers.paper import Block, Cell, Paper, Raw, Stack, Table
from abusekit.accounts.papers.sheet_claims import Called, pair_told, said
from abusekit.accounts.papers.sheet_layout import foot, not_read
from abusekit.accounts.papers.sheet_tables import exhibit_row
from abusekit.case.canonical import JSON
from abusekit.case.custody import instant_text
from abusekit.case.folder import Case
from abusekit.case.moment import parse_typed
from abusekit.errors import UsageError
from abusekit.integrity.handover.handing import logged_transfer
from abusekit.integrity.sealing.manifest import MAX_SEAL, SEAL, SEAL_FOLDER, Seal, parse_seal

_NAMED = re.compile(r"(seal|transfer)[ :]?(\d{1,9})\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The state that a submission is counted from."""

    said: str
    # in words
    size: int
    # lines of the log that belong to it
    handed: frozenset[str] | None
    # item ids that were handed over; None: all that the log then had
    seal: int
    # number of the seal, which is its count of lines; 0: no seal covers it
    root: str
    # hex; empty: no seal


@dataclass(frozen=True, slots=True)
class Supplement:
    since: Earlier
    new: tuple[Exhibit, ...]
    # items of confirmed accounts that were not handed over
    before: tuple[Exhibit, ...]
    # items of newly confirmed accounts that were in the earlier state already
    accounts: tuple[AccountKey, ...]
    # newly confirmed
    links: tuple[Decision, ...]
    # decisions about confirmed accounts since then, in the order of the log
    of: Mapping[str, tuple[AccountKey, ...]]
    # item → confirmed accounts that it shows
    called: Called
    # any account of the case: handle or name, then the key
    not_read: tuple[str, ...] = ()
    # items of the case that could not be read, in words


def earlier(case: Case, entries: Sequence[dict[str, JSON]], since: str | None, zone: str) -> Earlier:
    """The state that `since` names: `seal:N`, `transfer:K`, a time in `zone`; None: the newest hand-over, else seal.

    Raises UsageError: none such, or neither a hand-over nor a seal is there; EvidenceError, CaseError.
    """
    seals = _seals(case)
    if since is None:
        transfers = [int(entry["transfer"]) for entry in entries if entry["do"] == "custody.transfer"]
        if transfers:
            return _of_transfer(case, max(transfers), seals)
        if seals:
            return _of_seal(seals[-1])
        raise UsageError(
            "nothing was handed over or sealed yet, so all is new", "name a time: --since 2026-11-01"
        )
    named = _NAMED.match(since.strip())
    if named is None:
        return _of_time(entries, since, zone, seals)
    number = int(named[2])
    if named[1].lower() == "transfer":
        return _of_transfer(case, number, seals)
    found = next((seal for seal in seals if seal.size == number), None)
    if found is None:
        known = ", ".join(str(seal.size) for seal in seals[-5:]) or "none"
        raise UsageError(f"there is no seal {number}", f"seals of this case: {known}")
    return _of_seal(found)


def _seals(case: Case) -> list[Seal]:
    """Oldest first. Raises EvidenceError, CaseError."""
    names = (
        [path.name for path in case.seals.iterdir() if SEAL_FOLDER.fullmatch(path.name)]
        if case.seals.is_dir()
        else []
    )
    return [parse_seal(case.read_small(f"seals/{name}/{SEAL}", MAX_SEAL)) for name in sorted(names, key=int)]


def _of_seal(seal: Seal) -> Earlier:
    return Earlier(f"seal {seal.size} of {seal.sealed_at}", seal.size, None, seal.size, seal.root)


def _of_transfer(case: Case, number: int, seals: Sequence[Seal]) -> Earlier:
    transfer, _, n = logged_transfer(case, number)
    seal = next((one for one in seals if one.size > n), None)  # the one that was signed with it
    return Earlier(
        said=f"hand-over {number} of {transfer.at[:19]}Z to {transfer.to}",
        size=n + 1,
        handed=frozenset(one.item for one in transfer.exhibits),
        seal=seal.size if seal else 0,
        root=seal.root if seal else "",
    )


def _of_time(entries: Sequence[dict[str, JSON]], since: str, zone: str, seals: Sequence[Seal]) -> Earlier:
    at: datetime = parse_typed(since, zone, what="--since").earliest
    text = instant_text(at)
    size = sum(1 for entry in entries if entry["at"] < text)
    seal = next((one for one in reversed(seals) if one.size <= size), None)
    return Earlier(f"{text[:19]}Z", size, None, seal.size if seal else 0, seal.root if seal else "")


def supplement(
    ledger: Ledger, entries: Sequence[dict[str, JSON]], exhibits: Mapping[str, Exhibit], since: Earlier
) -> Supplement:
    """What is new about the accounts of confirmed clusters. `exhibits`: all items of the log."""
    now = standing_links(decisions(entries), ledger)
    then = standing_links(decisions(entry for entry in entries if entry["n"] < since.size), ledger)
    inside = _confirmed(now.clusters(), ledger)
    fresh = tuple(key for key in inside if key not in set(_confirmed(then.clusters(), ledger)))
    of: dict[str, tuple[AccountKey, ...]] = {}
    for key in inside:
        for item in ledger.accounts[key].items:
            of[item] = (*of.get(item, ()), key)
    shown = [exhibit for item, exhibit in exhibits.items() if item in of]
    new = tuple(one for one in shown if not _handed(one, since))
    before = tuple(one for one in shown if _handed(one, since) and set(of[one.item]) & set(fresh))
    links = tuple(one for one in now.all if one.n >= since.size and {one.a, one.b} & set(inside))
    return Supplement(
        since, new, before, fresh, links, of, partial(called, ledger.accounts), tuple(ledger.problems)
    )


def _handed(one: Exhibit, since: Earlier) -> bool:
    return one.n < since.size if since.handed is None else one.item in since.handed


def _confirmed(clusters: Iterable[Collection[AccountKey]], ledger: Ledger) -> list[AccountKey]:
    found = {key for cluster in clusters for key in cluster}
    return [key for key, account in ledger.accounts.items() if key in found and not account.own]


def paper(found: Supplement, *, case: str, made: str, by: str, tool: str) -> Paper:
    """The list laid out. `made`: UTC."""
    since = found.since
    seal = f"seal {since.seal}, root {since.root}" if since.root else "no seal covers it"
    return Paper(
        title="What is new since the last hand-over",
        about=(
            ("Case ", Raw(case), f" · made {made} by ", Raw(by), f" with {tool}"),
            ("Since ", Raw(since.said), f"; {seal}"),
            "Only what concerns accounts with a confirmed link. People decide which exhibits are handed over.",
        ),
        blocks=tuple(_blocks(found)),
        foot=foot(case, made, tool),
    )


def _blocks(found: Supplement) -> Iterator[Block]:
    keys: tuple[Cell, ...] = tuple(found.called(key) for key in found.accounts)
    yield Block("Accounts confirmed since then", points=keys or ("none",))
    points = tuple(_link(one, found) for one in found.links)
    yield Block("What people said about links since then", points=points or ("nothing",))
    yield _table("New exhibits of these accounts", found.new, found)
    if (problems := not_read(found.not_read)) is not None:
        yield problems
    if found.before:
        yield _table("Exhibits from before that show an account confirmed since", found.before, found)


def _link(one: Decision, found: Supplement) -> Cell:
    items = f"; items: {', '.join(one.items)}" if one.items else ""
    return (*pair_told(one.a, one.b, found.called), *said(one), items)


def _table(title: str, exhibits: Sequence[Exhibit], found: Supplement) -> Block:
    rows = tuple(_row(one, found) for one in exhibits)
    head = (
        "Exhibit (item)",
        "Accounts",
        "Kind, outcome",
        "Taken in, UTC",
        "SHA-256 of its record, item.json",
    )
    if not rows:
        return Block(title, says=("none",))
    return Block(title, table=Table(head, rows, title, mono=frozenset({4})))


def _row(one: Exhibit, found: Supplement) -> tuple[Cell, ...]:
    name, _, at, sha256 = exhibit_row(one)
    accounts = Stack(tuple(found.called(key) for key in found.of[one.item]))
    return name, accounts, f"{one.kind}, {one.outcome}", at, sha256
