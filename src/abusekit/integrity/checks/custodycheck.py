"""Do the papers of hand-overs agree with the log, with the case and with each other?

Silent where the log tells of no hand-over. What the receipts have to bear is in `receiptcheck`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from pathlib import Path

from abusekit.case.hashing import read_regular
from abusekit.case.settings import MAX_SETTINGS, Producer, from_yaml
from abusekit.case.transfer import MAX_PAPER, Transfer, read_transfer, transfer_path
from abusekit.errors import CaseError, InputError
from abusekit.integrity.checks.receiptcheck import Logged, Papers, received, what_was_handed, wrong
from abusekit.integrity.checks.sealsigners import SealSigners
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.handover.holders import holder_of
from abusekit.integrity.log.logview import LogView
from abusekit.integrity.timestamps.stamps import Stamps
from abusekit.integrity.trust import Trust


def check_custody(
    root: Path, present: Collection[str], view: LogView, trust: Trust, stamps: Stamps
) -> Iterator[Finding]:
    """A finding for every hand-over and every receipt; a file that is gone is told with the missing files.

    OK is what both sides signed, with keys that count by `trust`, or what was noted of a paper. That the
    people are those who are named, or that anything changed hands, is not shown.
    """
    if view.transfers:
        signers = SealSigners(root, present, view)
        papers = Papers(root, present, view, trust, stamps, signers, holder_of(view.replaced.items()))
        yield from _transfers(papers)
    for n, (_, paths) in view.received.items():
        if len(paths) != 1:
            yield wrong("custody/log.jsonl", f"line {n + 1} tells of a receipt, and names {len(paths)} files")


def _transfers(papers: Papers) -> Iterator[Finding]:
    view = papers.view
    receipts = _receipts(view)
    producers = _Producers(papers.root, papers.present, view)
    for number, n in view.transfers.items():
        path = transfer_path(number)
        if path not in papers.present:
            continue
        try:
            transfer = read_transfer(read_regular(papers.root / path, MAX_PAPER))
        except InputError as fault:
            yield wrong(path, f"is no paper of a hand-over: {fault.message}")
            continue
        faults = [*_faults_of_transfer(transfer, number, n, view), *producers.faults(transfer, n)]
        if faults:
            yield wrong(path, f"does not agree with the log: {'; '.join(faults)}")
            continue
        if not (papers.signed(transfer, n) or view.unexplained or view.broken):
            text = f"{what_was_handed(transfer)}: not signed by its releaser"
            yield Finding("custody", Status.NOTE, text, path)
        yield from received(papers, transfer, receipts.get(number, []))


def _faults_of_transfer(transfer: Transfer, number: int, n: int, view: LogView) -> Iterator[str]:
    if transfer.transfer != number:
        yield f"it is hand-over {transfer.transfer}"
    if view.case and transfer.case != view.case:
        yield "it is of another case"
    if transfer.releaser.initials != view.handed_by[number]:
        yield f"{transfer.releaser.initials} hands over, and the line is by {view.handed_by[number]}"
    for one in transfer.exhibits:
        item = view.items.get(one.item)
        if item is None:
            if not view.withheld:  # the line that took it in may not be there
                yield f"{one.item} is no item of this case"
            continue
        about = view.files[f"evidence/{one.item}/item.json"]
        if (item.exhibit, about.sha256) != (one.exhibit, one.sha256):
            yield f"{one.item} is not as it was logged"
        elif about.n >= n:
            yield f"{one.item} was not taken in before it"


class _Producers:
    """Who worked on the case at which line, as its settings of then say."""

    def __init__(self, root: Path, present: Collection[str], view: LogView) -> None:
        self._root = root
        self._settings = [  # in the order of the log
            (expected.n, path) for path, expected in view.files.items() if path.startswith("settings/")
        ]
        self._known = not view.unexplained  # settings that a withheld line brought are not there
        self._present = present
        self._read: dict[str, tuple[Producer, ...] | None] = {}

    def faults(self, transfer: Transfer, n: int) -> Iterator[str]:
        """Only a producer hands over; silent where the settings of line `n` cannot be read."""
        before = bisect_left(self._settings, n, key=lambda one: one[0])
        path = self._settings[before - 1][1] if before else ""
        if not self._known or path not in self._present:
            return
        if path not in self._read:
            self._read[path] = self._producers(path)
        producers, who = self._read[path], transfer.releaser
        if producers is not None and (who.initials, who.name) not in {
            (one.initials, one.name) for one in producers
        }:
            yield f"{who.initials}, {who.name}, was no producer of this case then"

    def _producers(self, path: str) -> tuple[Producer, ...] | None:
        try:
            return from_yaml(read_regular(self._root / path, MAX_SETTINGS)).producers
        except (CaseError, InputError):
            return None  # told with all other files


def _receipts(view: LogView) -> dict[int, list[Logged]]:
    """Number of a hand-over → its receipts."""
    return {
        number: [Logged(path, n) for n in lines for path in view.received[n][1]]
        for number, lines in view.receipts.items()
    }
