"""The papers of a hand-over go into the case: written once, logged, or taken back when that fails."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from abusekit.case.canonical import JSON
from abusekit.case.custody import Act, instant_text, sync_folder
from abusekit.case.folder import Case, disk_error, write_once
from abusekit.case.hashing import digest_bytes
from abusekit.case.mark import marked
from abusekit.case.transfer import (
    MAX_PAPER,
    MOST_TRANSFERS,
    Receipt,
    Releaser,
    Transfer,
    TransferredExhibit,
    read_receipt,
    read_transfer,
    receipt_path,
    transfer_path,
    write_paper,
)
from abusekit.case.writing import When, writing
from abusekit.errors import AbusekitError, CaseError, EvidenceError, UsageError
from abusekit.integrity.handover.holders import holder_of, replacements


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a transfer is to say."""

    releaser: Releaser
    to: str
    reason: str
    items: Collection[str] | None = None
    """Ids; None: every item of the case."""
    to_key: str = ""
    place: str = ""


def log_transfer(case: Case, wanted: Wanted, *, by: str, now: When) -> Transfer:
    """Write `custody/transfer-000k.json` and log it. It is not sealed yet. Raises CaseError, InputError, UsageError."""
    with writing(case, by=by, when=now) as at:
        try:
            transfer = _transfer(case, wanted, at)
        except (KeyError, StopIteration, TypeError, ValueError) as fault:
            raise CaseError(f"the log is not ours: {fault}", "run: abusekit verify") from fault
        _store(case, transfer_path(transfer.transfer), transfer, "custody.transfer", {}, by=by, at=at)
    return transfer


def _transfer(case: Case, wanted: Wanted, at: datetime) -> Transfer:
    exhibits: list[TransferredExhibit] = []
    held: dict[str, None] = {}
    number = 1
    start = ""
    for entry in case.entries():
        match entry["do"]:
            case "case.create":
                start = str(entry["case"])
            case "custody.transfer":
                number = max(number, int(entry["transfer"]) + 1)
            case "item.add" if wanted.items is None or entry["item"] in wanted.items:
                about = f"evidence/{entry['item']}/item.json"
                sha256 = next(one["sha256"] for one in entry["files"] if one["path"] == about)
                exhibits.append(TransferredExhibit(entry["item"], entry["exhibit"], sha256))
            case "item.quarantine":
                held[entry["item"]] = None
            case "item.release":
                held.pop(entry["item"], None)
    if not exhibits:
        raise UsageError("there is nothing to hand over", "abusekit list shows what the case holds")
    holder = holder_of(replacements(case.entries()))
    if wanted.to_key and holder(wanted.to_key) in {holder(key) for key in wanted.releaser.keys}:
        raise UsageError(
            "it hands over to the key that hands over, or to one that the log says is of the same person",
            "a hand-over needs two people, each with a key",
        )
    if number > MOST_TRANSFERS:
        raise UsageError(f"a case takes {MOST_TRANSFERS} hand-overs")
    chosen = {one.item for one in exhibits}
    return Transfer(
        case=start, transfer=number, at=instant_text(at), releaser=wanted.releaser, to=wanted.to, to_key=wanted.to_key,
        reason=wanted.reason, place=wanted.place, quarantined=[item for item in held if item in chosen],
        exhibits=exhibits,
    )  # fmt: skip


def log_receipt(case: Case, receipt: Receipt, *, by: str, now: When) -> None:
    """Write `custody/receipt-000k-….json` and log it; the caller has checked it. Raises CaseError, UsageError.

    A note of a paper can be corrected (`corrects`): written beside the one before, which stays.
    """
    with writing(case, by=by, when=now) as at:
        before = receipts_logged(case, receipt.transfer, receipt.how)
        if receipt.corrects and not before:
            raise UsageError(
                f"no paper of hand-over no. {receipt.transfer} is noted that could be corrected",
                "leave out --corrects",
            )
        if not receipt.corrects:
            refuse_twice(case, receipt.transfer, receipt.how)  # also: by another process, in the meantime
        path = receipt_path(receipt.transfer, receipt.how, before + 1)
        _store(case, path, receipt, "custody.receive", {"how": receipt.how}, by=by, at=at)


def _store(
    case: Case,
    path: str,
    paper: Transfer | Receipt,
    do: str,
    facts: dict[str, JSON],
    *,
    by: str,
    at: datetime,
) -> None:
    data = write_paper(paper)
    digest = digest_bytes(data)
    listed = {"path": path, "sha256": digest.sha256, "size": digest.size}
    with marked(case) as mark:
        try:
            write_once(case.root / path, data)
            sync_folder(case.root / "custody")
            act = Act(do, {"transfer": paper.transfer, **facts, "files": [listed]})
            case.log.append([act], by=by, now=at)
        except (OSError, CaseError) as fault:
            mark.taken_back(case.root / path)
            if isinstance(fault, OSError):
                raise disk_error("the hand-over could not be written", fault) from fault
            raise


def receipts_logged(case: Case, number: int, how: str) -> int:
    """How many receipts of this kind the log tells of; more than one of a paper that was corrected."""
    return sum(
        1
        for entry in case.entries()
        if entry["do"] == "custody.receive" and entry.get("transfer") == number and entry.get("how") == how
    )


def refuse_twice(case: Case, number: int, how: str) -> None:
    """Raises UsageError that names who received it: it was received before in this way."""
    if not (times := receipts_logged(case, number, how)):
        return
    try:
        receipt = read_receipt(case.read_small(receipt_path(number, how, times), MAX_PAPER))
        who = f", by {receipt.name} at {receipt.at[:19]}Z"
    except (AbusekitError, OSError):  # the log says so all the same
        who = ""
    hint = "a note of a paper is corrected by --paper K --corrects REASON" if how == "paper" else ""
    raise UsageError(f"hand-over no. {number} was received already{who}", hint or "abusekit custody log")


def logged_transfer(case: Case, number: int) -> tuple[Transfer, str, int]:
    """A transfer of this case, the digest of its file, and its line. Raises UsageError: there is none such.

    Raises EvidenceError where the file is not the one that was logged.
    """
    for entry in case.entries():
        if entry["do"] == "custody.transfer" and entry.get("transfer") == number:
            data = case.read_small(transfer_path(number), MAX_PAPER)
            sha256 = digest_bytes(data).sha256
            if sha256 not in str(entry.get("files")):
                raise EvidenceError(f"{transfer_path(number)} is not what was logged", "run: abusekit verify")
            return read_transfer(data), sha256, entry["n"]
    raise UsageError(
        f"this case has no hand-over {number}", "abusekit custody log lists them: custody.transfer"
    )
