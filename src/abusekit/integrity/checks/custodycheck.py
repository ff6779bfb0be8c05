"""Do the papers of hand-overs agree with the log, with the case and with each other?

Silent where the log tells of no hand-over. Whether a countersignature is good is checked with all other
signatures; here only that it is the one that the receipt names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from abusekit.case.hashing import open_regular
from abusekit.case.transfer import (
    MAX_PAPER,
    Receipt,
    Transfer,
    counted,
    read_receipt,
    read_transfer,
    receipt_path,
    transfer_path,
)
from abusekit.errors import InputError
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.log.logview import LogView


class _Logged(NamedTuple):
    """A paper, and the line that admits it."""

    path: str
    n: int


def check_custody(root: Path, present: Collection[str], view: LogView) -> Iterator[Finding]:
    """A finding for every hand-over and every receipt; a file that is gone is told with the missing files."""
    receipts = _receipts(view)
    for number, n in view.transfers.items():
        path = transfer_path(number)
        if path not in present:
            continue
        try:
            transfer = read_transfer(_bytes(root / path))
        except (OSError, InputError) as fault:
            yield _wrong(path, f"is no paper of a hand-over: {_said(fault)}")
            continue
        if faults := list(_faults_of_transfer(transfer, number, n, view)):
            yield _wrong(path, f"does not agree with the log: {'; '.join(faults)}")
            continue
        yield from _received(root, present, view, transfer, receipts.get(number, []))
    for n, (_, paths) in view.received.items():
        if len(paths) != 1:
            yield _wrong(
                "custody/log.jsonl", f"line {n + 1} tells of a receipt, and names {len(paths)} files"
            )


def _received(
    root: Path, present: Collection[str], view: LogView, transfer: Transfer, receipts: list[_Logged]
) -> Iterator[Finding]:
    path = transfer_path(transfer.transfer)
    what = f"hand-over {transfer.transfer} of {counted(len(transfer.exhibits))} to {transfer.to} at {transfer.at[:19]}Z"
    good = 0
    for logged in receipts:
        if logged.path not in present:
            continue
        try:
            receipt = read_receipt(_bytes(root / logged.path))
        except (OSError, InputError) as fault:
            yield _wrong(logged.path, f"is no receipt: {_said(fault)}")
            continue
        if faults := list(_faults_of_receipt(receipt, transfer, logged, view)):
            yield _wrong(logged.path, f"does not agree with the log: {'; '.join(faults)}")
            continue
        good += 1
        by = f"by key {receipt.key}" if receipt.how == "signature" else "on paper"
        text = f"{what}: received by {receipt.name}, {by}, at {receipt.at[:19]}Z as they say"
        yield Finding("custody", Status.OK, text, logged.path)
    if not receipts:
        yield Finding("custody", Status.NOTE, f"{what}: nobody has confirmed that it was received", path)


def _faults_of_transfer(transfer: Transfer, number: int, n: int, view: LogView) -> Iterator[str]:
    if transfer.transfer != number:
        yield f"it is hand-over {transfer.transfer}"
    if view.case and transfer.case != view.case:
        yield "it is of another case"
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


def _faults_of_receipt(receipt: Receipt, transfer: Transfer, logged: _Logged, view: LogView) -> Iterator[str]:
    about = view.files.get(transfer_path(transfer.transfer))
    if (
        logged.path != receipt_path(transfer.transfer, receipt.how)
        or receipt.how != view.received[logged.n][0]
    ):
        yield f"it is a receipt of another kind: {receipt.how}"
    if (receipt.case, receipt.transfer) != (transfer.case, transfer.transfer) or (
        about and receipt.transfer_sha256 != about.sha256
    ):
        yield "it is of another hand-over"
    if receipt.how != "signature":
        return
    folder = f"seals/{receipt.seal:06}/"
    signed = [
        view.files[path].n
        for path, key in view.signers.items()
        if key == receipt.key and path.startswith(folder)
    ]
    mark = view.marks.get(receipt.seal)
    if receipt.key in transfer.releaser.keys:
        yield "the key that handed over received, too"
    if transfer.to_key not in ("", receipt.key):
        yield f"it was handed over to key {transfer.to_key}"
    if not view.transfers[transfer.transfer] < receipt.seal:
        yield "the seal that it names does not cover the hand-over"
    if not view.withheld and min(signed, default=logged.n) >= logged.n:
        yield f"no signature of key {receipt.key} over that seal was logged before it"
    if mark is not None and mark.root != receipt.root:
        yield "it names another root than that seal has"


def _receipts(view: LogView) -> dict[int, list[_Logged]]:
    """Number of a hand-over → its receipts."""
    return {
        number: [_Logged(path, n) for n in lines for path in view.received[n][1]]
        for number, lines in view.receipts.items()
    }


def _bytes(path: Path) -> bytes:
    """Raises OSError, InputError."""
    fd, status = open_regular(path)
    with open(fd, "rb") as stream:
        if status.st_size > MAX_PAPER:
            raise InputError(f"too large: {status.st_size} bytes")
        return stream.read(status.st_size)


def _said(fault: OSError | InputError) -> str:
    return fault.message if isinstance(fault, InputError) else str(fault.strerror)


def _wrong(path: str, text: str) -> Finding:
    return Finding("custody", Status.CHANGED, text, path)
