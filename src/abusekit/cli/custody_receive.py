"""`abusekit custody receive`: countersign a hand-over, take the receipt back, or note a signature on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.acts import needed_reason
from abusekit.cli.custody_paper import note_paper
from abusekit.cli.custody_received import answer_received, say_private
from abusekit.cli.keys_to_sign import open_keys
from abusekit.cli.kit_files import renew_kit
from abusekit.cli.options import PathParameter, Session, now, passphrase_option, with_session

if TYPE_CHECKING:
    from pathlib import Path

    from abusekit.case.folder import Case
    from abusekit.integrity.verify import Verdict


@click.command(name="receive")
@click.argument("file", required=False, type=PathParameter(), metavar="[HANDOVER|RECEIPT]")
@click.option("--key", "name_of_key", metavar="NAME", help="Your key (default: your only one).")
@click.option(
    "--name", metavar="TEXT", help="Who you are, for the receipt (default: as the hand-over names you)."
)
@click.option("--place", default="", metavar="TEXT", help="Where it is kept from now on.")
@click.option(
    "--signers",
    multiple=True,
    type=PathParameter(),
    metavar="FILE",
    help="An allowed_signers file from outside: whose the releaser's key is.",
)
@click.option(
    "--out", type=PathParameter(), metavar="FILE", help="The receipt (default: beside the hand-over)."
)
@click.option(
    "--paper", type=click.IntRange(1, 9_999), metavar="K", help="Hand-over K was signed for on paper."
)
@click.option("--signed-by", metavar="TEXT", help="With --paper: who signed.")
@click.option("--at", "at", metavar="TIME", help="With --paper: when, as it stands on the paper.")
@click.option("--scan", metavar="ITEM", help="With --paper: the item that holds a picture of it.")
@click.option(
    "--corrects", metavar="REASON", help="With --paper: take the place of what was noted before, and why."
)
@passphrase_option
@with_session(acts=True)
def receive_command(
    session: Session,
    file: Path | None,
    name_of_key: str | None,
    name: str | None,
    place: str,
    signers: tuple[Path, ...],
    out: Path | None,
    paper: int | None,
    signed_by: str | None,
    at: str | None,
    scan: str | None,
    corrects: str | None,
    passphrase_fd: int | None,
) -> int:
    """Confirm a hand-over: countersign it, take the receipt back, or note a signature on paper.

    The receiver gives the hand-over file and a copy of the case: the copy is verified, its seal countersigned, and a
    receipt written to send back. The releaser gives that receipt: its signature is checked and stored in the
    original. On paper: the printed receipt was signed, and --paper notes by whom and when; --corrects notes it anew,
    and both notes stay. Exit code 7: received, but something in the copy could not be checked, such as whose the
    releaser's key is.

    \b
    Examples:
      abusekit custody receive handover.json --case copy --key officer
      abusekit custody receive receipt.json --case mycase
      abusekit custody receive --paper 1 --signed-by "DC 1234 Smith" --at "2026-11-24 10:30" --scan E0009
    """
    from abusekit.errors import UsageError

    of_paper = (signed_by, at, scan, corrects)
    if (file is None) == (paper is None) or (paper is None and any(of_paper)):
        raise UsageError(
            "give the hand-over, or its receipt, or --paper K",
            "--signed-by, --at, --scan and --corrects are for --paper: see abusekit custody receive --help",
        )
    if paper is not None:
        if name_of_key or name or signers or out or not signed_by or not at:
            raise UsageError("--paper needs --signed-by and --at", "and takes no key, name or file")
        note_paper(session, paper, signed_by, at, scan, place, corrects)
        return 0
    if file is None:
        return 0
    data, is_receipt = _read(file)
    if not is_receipt:
        return _countersign(session, file, data, name_of_key, name, place, signers, out, passphrase_fd)
    if name_of_key or name or place or out:
        raise UsageError(
            f"{file} is a receipt: it says all that", "leave out --key, --name, --place and --out"
        )
    _take_back(session, data)
    return 0


def _read(file: Path) -> tuple[bytes, bool]:
    """The bytes of a hand-over or a receipt, and whether it is the latter. Raises InputError."""
    from abusekit.case.transfer import RECEIPT_FORMAT
    from abusekit.cli.named_files import read_named
    from abusekit.integrity.handover.handover import MAX_HANDOVER

    data = read_named(file, MAX_HANDOVER)
    return data, f'"format":"{RECEIPT_FORMAT}"'.encode() in data[:200_000]


def _countersign(
    session: Session,
    file: Path,
    data: bytes,
    name_of_key: str | None,
    name: str | None,
    place: str,
    signers: tuple[Path, ...],
    out: Path | None,
    passphrase_fd: int | None,
) -> int:
    from abusekit.case.transfer import write_paper
    from abusekit.cli.handover_files import beside_case, refuse_taken, write_files
    from abusekit.integrity.handover.handover import read_handover
    from abusekit.integrity.handover.taking import countersign, match_case
    from abusekit.integrity.keys.signing import SshKeygenKey

    case = session.case()
    handover = read_handover(data)
    transfer = handover.transfer
    match_case(case, handover)
    out = out or file.resolve().parent / f"receipt-{transfer.case[:8]}-{transfer.transfer:04}.json"
    out = beside_case(case, "receipt", transfer.transfer, out)
    refuse_taken(out)
    verdict = _verified(case, signers)
    signer = open_keys((name_of_key,) if name_of_key else (), passphrase_fd)[0]
    by = _who_logs(session, case, signer.public.fingerprint)
    if isinstance(signer, SshKeygenKey):
        session.say(
            f"{signer.name} signs twice, the seal and the receipt: answer your agent, or touch the key"
        )
    words = (needed_reason(name or transfer.to), place.strip())
    receipt = countersign(case, handover, signer, words, by=by, now=now)
    renew_kit(session, case)
    written = write_files(case, out, write_paper(receipt), transfer, handover.seal, receipt)
    answer_received(session, receipt, transfer, verdict, written)
    say_private(session, case)
    session.say(f"Send {out} back; there: abusekit custody receive {out.name} --case THE_ORIGINAL")
    session.say(
        "To go on in your copy, under your own initials: abusekit settings change --add-producer; then seal it"
    )
    return verdict.exit_code


def _who_logs(session: Session, case: Case, fingerprint: str) -> str:
    """Initials where the receiver acts as a producer of the case; else the key speaks for itself."""
    return fingerprint if session.as_initials is None else session.producer(case).initials


def _verified(case: Case, signers: tuple[Path, ...]) -> Verdict:
    """What is received is looked at first. Raises EvidenceError, CaseError: it is not as it was handed over."""
    from abusekit.cli.verify import trust_of
    from abusekit.errors import CaseError, EvidenceError
    from abusekit.integrity.findings import WRONG
    from abusekit.integrity.verify import Question, verify_case

    verdict = verify_case(case.root, Question(trust=trust_of(signers), now=now()))
    if verdict.torn:
        raise CaseError(f"the log is torn: {verdict.torn}", "run: abusekit recover, or ask for the copy anew")
    wrong = [finding for finding in verdict.findings if finding.status in WRONG]
    if wrong:
        raise EvidenceError(
            f"this copy does not check out, and is not received: {wrong[0].path}: {wrong[0].message}"
            + (f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""),
            f"see: abusekit verify {case.root}",
        )
    return verdict


def _take_back(session: Session, data: bytes) -> None:
    from abusekit.case.transfer import read_receipt
    from abusekit.integrity.handover.handing import logged_transfer
    from abusekit.integrity.handover.taking import take_receipt

    case = session.case()
    producer = session.producer(case)
    receipt = read_receipt(data)
    if receipt.how != "signature":
        from abusekit.errors import UsageError

        raise UsageError("that is the note of a paper, not a receipt to take back", "use --paper K")
    take_receipt(case, receipt, by=producer.initials, now=now)
    renew_kit(session, case)
    transfer = logged_transfer(case, receipt.transfer)[0]
    answer_received(session, receipt, transfer, None, [])
    session.say("next: abusekit timestamp (it covers both signatures), then abusekit seal")
