"""Was a hand-over received by somebody else than who handed over? Two keys have to stand by it.

The seal that a receipt names is signed by every key that hands over, and by the key that receives, which signed the
words of the receipt as well. One whose key does not count here (nobody vouches for it, it is revoked), or is by
the log the releaser's own, is a note and no more: one person alone can make as many keys as he likes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from abusekit.case.hashing import read_regular
from abusekit.case.transfer import (
    MAX_PAPER,
    Receipt,
    Transfer,
    counted,
    read_receipt,
    receipt_path,
    transfer_path,
)
from abusekit.errors import EvidenceError, InputError
from abusekit.integrity.checks.sealsigners import SealSigners, keys_of
from abusekit.integrity.checks.signaturecheck import judge
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.handover.words import check_words
from abusekit.integrity.log.logview import LogView
from abusekit.integrity.timestamps.stamps import Stamps
from abusekit.integrity.trust import Trust


class Logged(NamedTuple):
    """A paper, and the line that admits it."""

    path: str
    n: int


@dataclass(frozen=True, slots=True)
class Papers:
    """What the papers of hand-overs are compared with."""

    root: Path
    present: Collection[str]
    """Paths inside the case of the files that are there."""
    view: LogView
    trust: Trust
    stamps: Stamps
    signers: SealSigners
    holder: Callable[[str], str]
    """Fingerprint of a key → that of the key that stands for its holder, by the log."""

    def signed(self, transfer: Transfer, n: int) -> int:
        """N of the newest seal over line `n` that every key of the releaser signed; 0: there is none."""
        newest = self.signers.newest_by(transfer.releaser.keys)
        return newest if newest > n else 0


def received(papers: Papers, transfer: Transfer, receipts: list[Logged]) -> Iterator[Finding]:
    """A finding for each receipt of a hand-over that agrees with the log, or the note that there is none."""
    view, what = papers.view, what_was_handed(transfer)
    noted = 0
    last_paper = sum(1 for one in receipts if view.received[one.n][0] == "paper")
    for logged in receipts:
        noted += view.received[logged.n][0] == "paper"
        if logged.path not in papers.present:
            continue
        try:
            receipt = read_receipt(read_regular(papers.root / logged.path, MAX_PAPER))
        except InputError as fault:
            yield wrong(logged.path, f"is no receipt: {fault.message}")
            continue
        faults = list(_faults_of_receipt(receipt, transfer, logged, view, noted))
        unsigned = list(_not_signed(papers, receipt, transfer, logged)) if receipt.how == "signature" else []
        if not view.unexplained:
            faults += unsigned
        if faults:
            yield wrong(logged.path, f"does not agree with the log: {'; '.join(faults)}")
            continue
        by = f"by key {receipt.key}, who signed these words" if receipt.how == "signature" else "on paper"
        text = f"{what}: received by {receipt.name}, {by}, at {receipt.at[:19]}Z as they say"
        if receipt.how == "paper" and noted < last_paper:
            yield Finding("custody", Status.NOTE, f"{text}; corrected later", logged.path)
            continue
        if receipt.corrects:
            text += f"; this corrects an earlier note: {receipt.corrects}"
        withheld = ["lines are withheld that would show who signed"] if unsigned else []
        if doubts := withheld or list(_doubts(papers, receipt, transfer)):
            text = f"{text}; not shown to be between two people: {'; '.join(doubts)}"
        yield Finding("custody", Status.NOTE if doubts else Status.OK, text, logged.path)
    if not receipts:
        path = transfer_path(transfer.transfer)
        yield Finding("custody", Status.NOTE, f"{what}: nobody has confirmed that it was received", path)


def _faults_of_receipt(
    receipt: Receipt, transfer: Transfer, logged: Logged, view: LogView, noted: int
) -> Iterator[str]:
    """noted: how many papers of this hand-over were up to this line, where it is one on paper."""
    about = view.files.get(transfer_path(transfer.transfer))
    nth = noted if receipt.how == "paper" else 1
    if (
        logged.path != receipt_path(transfer.transfer, receipt.how, nth)
        or receipt.how != view.received[logged.n][0]
        or bool(receipt.corrects) != (nth > 1)
    ):
        yield f"it is a receipt of another kind: {receipt.how}"
    if (receipt.case, receipt.transfer) != (transfer.case, transfer.transfer) or (
        about and receipt.transfer_sha256 != about.sha256
    ):
        yield "it is of another hand-over"
    if receipt.how != "signature":
        return
    mark = view.marks.get(receipt.seal)
    if receipt.key in transfer.releaser.keys:
        yield "the key that handed over received, too"
    if transfer.to_key not in ("", receipt.key):
        yield f"it was handed over to key {transfer.to_key}"
    if not view.transfers[transfer.transfer] < receipt.seal:
        yield "the seal that it names does not cover the hand-over"
    if mark is not None and mark.root != receipt.root:
        yield "it names another root than that seal has"
    try:
        check_words(receipt)
    except EvidenceError as fault:
        yield fault.message


def _not_signed(papers: Papers, receipt: Receipt, transfer: Transfer, logged: Logged) -> Iterator[str]:
    """Which of the two sides did not sign the seal that the receipt names, before it was logged."""
    over = [one for one in papers.signers.over(receipt.seal) if one.n < logged.n]
    missing = sorted(set(transfer.releaser.keys) - keys_of(over))
    if not transfer.releaser.keys:
        yield "the hand-over names no key that hands over"
    elif missing:
        yield f"who handed over did not sign that seal: no signature of key {', '.join(missing)} was logged before it"
    own = [one.armored for one in over if one.key.fingerprint == receipt.key]
    if not own:
        yield f"no signature of key {receipt.key} over that seal was logged before it"
    elif receipt.signature.encode("utf-8") not in own:
        yield f"its signature is not the one of key {receipt.key} that was logged"


def _doubts(papers: Papers, receipt: Receipt, transfer: Transfer) -> Iterator[str]:
    """Why good signatures show no more than that somebody has keys."""
    keys = set(transfer.releaser.keys)
    size = receipt.seal
    if receipt.how == "signature":
        keys.add(receipt.key)
        if papers.holder(receipt.key) in {papers.holder(key) for key in transfer.releaser.keys}:
            yield f"by the log the holder of key {receipt.key} is who handed over: the one key replaces the other"
    else:
        size = papers.signed(transfer, papers.view.transfers[transfer.transfer])
        if not size:
            yield "the hand-over is not signed by its releaser"
    told: set[str] = set()
    for one in papers.signers.over(size):
        if (key := one.key.fingerprint) in keys - told:
            told.add(key)
            found = judge(one.key, one.path, papers.stamps.times.get(one.path), papers.view, papers.trust)
            if found.status is not Status.OK:
                yield found.message


def what_was_handed(transfer: Transfer) -> str:
    exhibits = counted(len(transfer.exhibits))
    return f"hand-over no. {transfer.transfer}: {exhibits}, handed to {transfer.to} at {transfer.at[:19]}Z"


def wrong(path: str, text: str) -> Finding:
    return Finding("custody", Status.CHANGED, text, path)
