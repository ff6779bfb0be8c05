"""Who has had each exhibit, and where it was kept, from its first moment to now (see also `custody_gaps`).

Read from the log, and from the papers that its lines name (settings, transfers, receipts). It shows what people
wrote down, not what happened: an exhibit that was copied in secret has no gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from abusekit.case.canonical import JSON
from abusekit.case.custody import is_instant
from abusekit.case.folder import Case
from abusekit.case.settings import MAX_SETTINGS, from_yaml
from abusekit.case.transfer import MAX_PAPER, Receipt, Transfer, read_receipt, read_transfer, receipt_path
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
    """Path → receipt; a receipt on paper that was corrected: what corrects it."""


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
                receipt = read_receipt(case.read_small(path, MAX_PAPER))
                # a correction speaks at the line of the paper that it corrects
                where = receipt_path(receipt.transfer, "paper") if receipt.corrects else path
                papers.receipts[where] = receipt
            else:
                settings = from_yaml(case.read_small(path, MAX_SETTINGS))
                papers.places[path] = settings.place
                papers.names.update({one.initials: one.name for one in settings.producers})
    return papers


@dataclass(frozen=True, slots=True)
class _Now:
    """What became known of one exhibit at a moment; it holds until the next."""

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
    known: dict[str, list[_Now]] = {}
    handed: dict[int, str] = {}
    default = ""
    for entry in entries:
        do, at, n = str(entry["do"]), str(entry["at"]), int(entry["n"])
        if do in ("case.create", "settings.change"):
            for one in entry.get("files", ()):
                default = papers.places.get(str(one["path"]), default)
        elif do == "item.add":
            by = papers.names.get(entry["by"], str(entry["by"]))
            known[entry["item"]] = [_Now(str(entry["exhibit"]), at, by, default, do, n)]
        elif do == "custody.store" and (states := known.get(entry["item"])):
            said, place = entry.get("since"), str(entry["place"])
            if isinstance(said, str) and is_instant(said):
                _said_later(states, min(at, said), place, n)
            else:
                states.append(replace(states[-1], start=at, place=place, act=do, n=n))
        elif do in ("custody.transfer", "custody.receive"):
            _hand_over(entry, papers, known, handed)
    for item, states in known.items():
        yield from _as_keepings(item, states)


def _as_keepings(item: str, states: list[_Now]) -> Iterator[Keeping]:
    for state, end in zip(states, [*(one.start for one in states[1:]), None], strict=True):
        if end is None or end > state.start:
            yield Keeping(
                item, state.exhibit, state.start, end, state.custodian, state.place, state.act, state.n, state.towards
            )  # fmt: skip


def _hand_over(
    entry: dict[str, JSON], papers: Papers, known: dict[str, list[_Now]], handed: dict[int, str]
) -> None:
    """A line of a transfer or of a receipt; `handed`: when each hand-over was logged."""
    do, at, n, number = entry["do"], str(entry["at"]), int(entry["n"]), entry["transfer"]
    transfer = papers.transfers.get(number)
    if transfer is None:
        return
    if do == "custody.transfer":
        handed[number] = at
        _move(transfer, known, _Now("", at, "", "", do, n, transfer.to))
        return
    for receipt in (papers.receipts.get(str(one["path"])) for one in entry.get("files", ())):
        if receipt is not None:
            since = _received_at(receipt.at, handed.get(number, at), at)
            _move(transfer, known, _Now("", since, receipt.name, receipt.place, do, n))


def _said_later(states: list[_Now], since: str, place: str, n: int) -> None:
    """A place that is told later: where the exhibit is now, or what nobody had written down before.

    Within the newest state it is the place from then on. Else it fills the time from `since` to the first moment
    for which a place is on record, or in which it changed hands: what was written down in time stays as it is.
    Times are compared by the second, as people read them off.
    """
    first = max((k for k, one in enumerate(states) if one.start[:19] <= since[:19]), default=0)
    while first and states[first - 1].start[:19] == since[:19]:
        first -= 1  # taken in and put away within one second: it is told of all of that second
    begun = states[first]
    begins = max(since, begun.start)
    said = replace(begun, start=begins, place=place, act=SAID_LATER, n=n)
    if first == len(states) - 1:
        states.append(said)
        return
    last = first
    while last < len(states) and not states[last].place.strip() and _holder(states[last]) == _holder(begun):
        if last > first:
            states[last] = replace(states[last], place=place, act=SAID_LATER, n=n)
        last += 1
    if last > first:
        states.insert(first + 1, said)


def _holder(state: _Now) -> tuple[str, str]:
    return state.custodian, state.towards


def _received_at(said: str, handed: str, logged: str) -> str:
    """What a receipt says where that can be: not before the minute of the hand-over, not after its own line."""
    return max(said, handed) if handed[:16] <= said[:16] and said <= logged else logged


def _move(transfer: Transfer, known: dict[str, list[_Now]], to: _Now) -> None:
    """The exhibits of a transfer change hands; a receipt moves only what is still on its way by that transfer."""
    for one in transfer.exhibits:
        states = known.get(one.item)
        if states is None:
            continue
        state, place = states[-1], to.place
        if to.act == "custody.receive":
            if not state.towards or (state.act == "custody.transfer" and state.start > to.start):
                continue  # received before, on paper or by signature; or handed on since
            if state.act in ("custody.store", SAID_LATER):  # said where before the receipt came back
                place = place or state.place
        states.append(replace(to, exhibit=state.exhibit, start=max(to.start, state.start), place=place))
