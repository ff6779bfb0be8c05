"""Who has had each exhibit, and where it was kept, from its first moment to now; and the times for which nobody says.

Read from the log, and from the papers that its lines name (settings, transfers, receipts). It shows what people
wrote down, not what happened: an exhibit that was copied in secret has no gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from abusekit.case.canonical import JSON
from abusekit.case.custody import is_instant
from abusekit.case.folder import Case
from abusekit.case.settings import MAX_SETTINGS, from_yaml
from abusekit.case.transfer import MAX_PAPER, Receipt, Transfer, read_receipt, read_transfer
from abusekit.errors import CaseError

SAID_LATER = "custody.store since"
"""A place that was logged later than it is said to have been the place."""


@dataclass(slots=True)
class Papers:
    """The files that say what a log line does not."""

    places: dict[str, str] = field(default_factory=dict)
    """Path of settings → where items are kept by default."""
    names: dict[str, str] = field(default_factory=dict)
    """Initials of a producer → full name, by the newest settings."""
    transfers: dict[int, Transfer] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    """Path → receipt."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """An exhibit in one state of keeping, until the next act about it."""

    item: str
    exhibit: str
    start: str
    """UTC, as the log or the receipt says."""
    end: str | None
    """UTC; None: still."""
    custodian: str
    """Who has it; empty: nobody has said that he or she does."""
    place: str
    """Where it is kept; empty: nobody said."""
    act: str
    """The act by which this state began, as in the log; or SAID_LATER."""
    n: int
    """Its line."""
    towards: str = ""
    """In transit: to whom it was handed."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which an exhibit has no custodian or no place on record."""

    item: str
    exhibit: str
    start: str
    """UTC."""
    end: str | None
    """UTC; None: still."""
    missing: str
    """`custodian`, `place`, or `custodian and place`."""
    why: str
    """In words, without content."""


def case_gaps(case: Case) -> list[Gap]:
    """`gaps` of a case on disk. Raises CaseError, EvidenceError, InputError: log or papers cannot be read."""
    entries = list(case.entries())
    return gaps(entries, papers_of(case, entries))


def papers_of(case: Case, entries: Iterable[dict[str, JSON]]) -> Papers:
    """The papers that the log of `case` names. Raises CaseError, EvidenceError, InputError: one cannot be read."""
    try:
        return _papers(case, entries)
    except (KeyError, TypeError) as fault:
        raise _strange(fault) from fault


def _strange(fault: Exception) -> CaseError:
    return CaseError(f"the log speaks of custody in a way that is not ours: {fault}", "run: abusekit verify")


def _papers(case: Case, entries: Iterable[dict[str, JSON]]) -> Papers:
    papers = Papers()
    for entry in entries:
        if entry["do"] not in ("case.create", "settings.change", "custody.transfer", "custody.receive"):
            continue
        for path in (str(listed["path"]) for listed in entry.get("files", ())):
            if entry["do"] == "custody.transfer":
                papers.transfers[entry["transfer"]] = read_transfer(case.read_small(path, MAX_PAPER))
            elif entry["do"] == "custody.receive":
                papers.receipts[path] = read_receipt(case.read_small(path, MAX_PAPER))
            else:
                settings = from_yaml(case.read_small(path, MAX_SETTINGS))
                papers.places[path] = settings.place
                papers.names.update({one.initials: one.name for one in settings.producers})
    return papers


@dataclass(slots=True)
class _Now:
    """What is known of one exhibit while the log is read."""

    exhibit: str
    start: str
    custodian: str
    place: str
    act: str
    n: int
    towards: str = ""


def all_keepings(entries: Iterable[dict[str, JSON]], papers: Papers) -> list[Keeping]:
    """Every state of keeping of every exhibit; of one exhibit in the order of time. Raises CaseError.

    Withdrawal and quarantine end no custody. The time of a receipt counts where it can be: not before the
    hand-over, not after the line that tells of it.
    """
    try:
        return list(_keepings(entries, papers))
    except (KeyError, TypeError) as fault:
        raise _strange(fault) from fault


def _keepings(entries: Iterable[dict[str, JSON]], papers: Papers) -> Iterator[Keeping]:
    known: dict[str, _Now] = {}
    handed: dict[int, str] = {}
    default = ""
    for entry in entries:
        do, at, n = str(entry["do"]), str(entry["at"]), int(entry["n"])
        if do in ("case.create", "settings.change"):
            for one in entry.get("files", ()):
                default = papers.places.get(str(one["path"]), default)
        elif do == "item.add":
            by = papers.names.get(entry["by"], str(entry["by"]))
            known[entry["item"]] = _Now(str(entry["exhibit"]), at, by, default, do, n)
        elif do == "custody.store" and (state := known.get(entry["item"])):
            said = entry.get("since")
            begins = at
            if isinstance(said, str) and is_instant(said):
                begins, do = min(at, max(said, state.start)), SAID_LATER
            yield from _until(entry["item"], state, begins)
            place = str(entry["place"])
            known[entry["item"]] = _Now(state.exhibit, begins, state.custodian, place, do, n, state.towards)
        elif do == "custody.transfer" and (transfer := papers.transfers.get(entry["transfer"])):
            handed[entry["transfer"]] = at
            yield from _moved(transfer, known, _Now("", at, "", "", do, n, transfer.to))
        elif do == "custody.receive" and (transfer := papers.transfers.get(entry["transfer"])):
            for receipt in (papers.receipts.get(str(one["path"])) for one in entry.get("files", ())):
                if receipt is not None:
                    since = _received_at(receipt.at, handed.get(entry["transfer"], at), at)
                    yield from _moved(transfer, known, _Now("", since, receipt.name, receipt.place, do, n))
    for item, state in known.items():
        yield from _until(item, state, None)


def _received_at(said: str, handed: str, logged: str) -> str:
    """What a receipt says where that can be: not before the minute of the hand-over, not after its own line."""
    return max(said, handed) if handed[:16] <= said[:16] and said <= logged else logged


def _moved(transfer: Transfer, known: dict[str, _Now], to: _Now) -> Iterator[Keeping]:
    """The exhibits of a transfer change hands; a receipt moves only what is still on its way by that transfer."""
    for one in transfer.exhibits:
        state = known.get(one.item)
        if state is None:
            continue
        place = to.place
        if to.act == "custody.receive":
            if not state.towards or (state.act == "custody.transfer" and state.start > to.start):
                continue  # received before, on paper or by signature; or handed on since
            if state.act in (
                "custody.store",
                SAID_LATER,
            ):  # the receiver said where before the receipt came back
                place = place or state.place
        start = max(to.start, state.start)
        yield from _until(one.item, state, start)
        known[one.item] = _Now(state.exhibit, start, to.custodian, place, to.act, to.n, to.towards)


def _until(item: str, state: _Now, end: str | None) -> Iterator[Keeping]:
    if end is None or end > state.start:
        yield Keeping(
            item,
            state.exhibit,
            state.start,
            end,
            state.custodian,
            state.place,
            state.act,
            state.n,
            state.towards,
        )


def gaps(entries: Iterable[dict[str, JSON]], papers: Papers) -> list[Gap]:
    """Every time in which an exhibit has no custodian or no place on record, by item number, then by time.

    Raises CaseError where the log is not ours.
    """
    found: dict[str, list[Gap]] = {}
    for one in all_keepings(entries, papers):
        lacks = [
            name for name, said in (("custodian", one.custodian), ("place", one.place)) if not said.strip()
        ]
        if not lacks:
            continue
        why = (
            f"handed to {one.towards}, who has not confirmed it"
            if one.towards
            else _WHY.get(one.act, one.act)
        )
        of_item = found.setdefault(one.item, [])
        missing = " and ".join(lacks)
        if (
            of_item
            and (last := of_item[-1])
            and (last.end, last.missing, last.why) == (one.start, missing, why)
        ):
            of_item[-1] = Gap(one.item, one.exhibit, last.start, one.end, missing, why)
        else:
            of_item.append(Gap(one.item, one.exhibit, one.start, one.end, missing, why))
    return [gap for item in sorted(found, key=lambda i: (len(i), i)) for gap in found[item]]


_WHY = {
    "item.add": "taken in; nobody said where it is kept",
    "custody.store": "a place was recorded, and nobody who has it",
    "custody.transfer": "handed over, and nobody has confirmed it",
    "custody.receive": "received; nobody said where it is kept",
}
