"""`abusekit custody transfer`: hand exhibits to somebody, sealed and signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from abusekit.cli.acts import needed_reason, resolve_items
from abusekit.cli.keys_to_sign import keys_option, open_keys, sign_all
from abusekit.cli.kit_files import renew_kit
from abusekit.cli.options import PathParameter, Session, now, passphrase_option, with_session
from abusekit.cli.seal import check_not_behind, older_copy_option
from abusekit.cli.timestamping import Outcome, chosen_authorities, say_none, stamp_seal, tsa_option
from abusekit.cli.verify import ranges

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from abusekit.case.folder import Case
    from abusekit.case.settings import Producer
    from abusekit.case.transfer import Transfer
    from abusekit.integrity.keys.signing import SealSigner
    from abusekit.integrity.sealing.manifest import Seal


@click.command(name="transfer")
@click.option("--to", "to", metavar="TEXT", help="Who receives: name, number, station (needed).")
@click.option("--reason", metavar="TEXT", help="Why it is handed over (needed).")
@click.option(
    "--items",
    "items",
    multiple=True,
    metavar="ITEM",
    help="Only these items, exhibits or ranges; repeat for more (default: all).",
)
@click.option("--place", default="", metavar="TEXT", help="Where the receiver is going to keep them.")
@click.option("--to-key", default="", metavar="SHA256:…", help="Only this key can receive it.")
@click.option(
    "--out", type=PathParameter(), metavar="FILE", help="The hand-over file (default: beside the case)."
)
@click.option(
    "--again", type=click.IntRange(1, 9_999), metavar="K", help="Write the file of hand-over K once more."
)
@click.option("--anyway", is_flag=True, help="Although the log has some of them with somebody else.")
@keys_option
@tsa_option
@click.option("--offline", is_flag=True, help="Write the requests for time stamps, and send nothing.")
@older_copy_option
@passphrase_option
@with_session(acts=True)
def transfer_command(
    session: Session,
    to: str | None,
    reason: str | None,
    items: tuple[str, ...],
    place: str,
    to_key: str,
    out: Path | None,
    again: int | None,
    anyway: bool,
    names: tuple[str, ...],
    tsa: tuple[str, ...],
    offline: bool,
    passphrase_fd: int | None,
    older_copy: bool,
) -> int:
    """Hand exhibits to somebody: logged, sealed, signed, with a file to send and a receipt to print.

    Send the file together with a copy of the case folder (without private/, which is yours). The receiver
    countersigns the same seal with custody receive, or signs the printed receipt. Until then the exhibits are on
    the way: see custody gaps. Time stamps are asked for as by seal: exit code 7 if an authority gave none that counts.

    \b
    Examples:
      abusekit custody transfer --to "DC 1234 Smith, Anytown Police" --reason "for the investigation" --key me
      abusekit custody transfer --to "A. Archive" --reason "safe keeping" --items E0001-E0005 --place "vault 2"
    """
    from abusekit.cli.handover_files import beside_case, refuse_taken, write_files
    from abusekit.errors import UsageError
    from abusekit.integrity.handover.handing import logged_transfer
    from abusekit.integrity.handover.handover import write_handover
    from abusekit.integrity.handover.taking import signatures_of

    case = session.case()
    by = session.producer(case)
    authorities = chosen_authorities(tsa)
    if again is not None:
        if to or reason or items or place or to_key:
            raise UsageError("--again writes what was handed over", "leave out what the hand-over is to say")
        transfer, _, n = logged_transfer(case, again)
        out = beside_case(case, "handover", again, out)
        signers: Sequence[SealSigner] = ()
        if _seal_over(case, n, transfer) is None:  # an interrupted run: sealed and signed now
            signers = open_keys(names, passphrase_fd, case)
    else:
        out = beside_case(case, "handover", _next_number(case), out)
        refuse_taken(out)
        if not older_copy:
            check_not_behind(case)
        wanted_items = None if not items else frozenset(resolve_items(case, items))
        said = (needed_reason(to or ""), needed_reason(reason or ""))
        if not anyway:
            _refuse_with_others(case, by, wanted_items)
        signers = open_keys(names, passphrase_fd, case)
        transfer, n = _log(case, by, signers, said, wanted_items, to_key.strip(), place.strip())
    stamped = Outcome([], [])
    folder = _seal_over(case, n, transfer)
    if folder is None:
        folder = _seal(session, case, transfer, signers, by.initials)
        stamped = stamp_seal(session, case, folder, authorities, by=by.initials, offline=offline)
        renew_kit(session, case)
        if not authorities:
            say_none(session)
    text, seal = _statement(case, folder)
    signatures = signatures_of(case, folder)
    content = write_handover(transfer, text, signatures)
    written = write_files(case, out, content, transfer, seal, None)
    keys = [key.fingerprint for _, _, key in signatures]
    _answer(session, transfer, seal, keys, written, stamped)
    return stamped.exit_code


def _answer(
    session: Session, transfer: Transfer, seal: Seal, keys: list[str], written: list[str], stamped: Outcome
) -> None:
    from pathlib import Path

    from abusekit.case.transfer import counted

    if session.json:
        from abusekit.cli.answers_custody import TransferAnswer

        count, number = len(transfer.exhibits), transfer.transfer
        session.answer(
            TransferAnswer(number, transfer.to, count, seal.size, seal.root, keys, written, stamped.stamps)
        )
        return
    session.print(f"hand-over no. {transfer.transfer}: {counted(len(transfer.exhibits))} to {transfer.to}")
    session.print(f"sealed {seal.size} log lines; root {seal.root}")
    for key in keys:
        session.print(f"signed by {key}")
    for path in written:
        session.print(f"written    {path}")
    session.say(
        "Give the receiver a copy of the case folder, without private/, and the .json file; then there:"
    )
    session.say(f"  abusekit custody receive {Path(written[0]).name} --case COPY --key THEIRS")
    session.say("or print the .html, and have it signed; then here:")
    session.say(f'  abusekit custody receive --paper {transfer.transfer} --signed-by "…" --at TIME')
    session.say("Read root and key fingerprints to each other, face to face or by telephone.")


def _next_number(case: Case) -> int:
    """Only for the name of a file: the number is given under the lock."""
    numbers = [
        e["transfer"]
        for e in case.entries()
        if e["do"] == "custody.transfer" and type(e.get("transfer")) is int
    ]
    return max(numbers, default=0) + 1


def _refuse_with_others(case: Case, by: Producer, items: frozenset[str] | None) -> None:
    """What the log knows to be with somebody else can hardly be handed over; but the log may be behind.

    Raises UsageError.
    """
    from abusekit.case.custodians import all_keepings, papers_of
    from abusekit.errors import UsageError

    entries = list(case.entries())
    names = {by.name, *(one.name for one in case.settings().producers)}
    elsewhere = [
        one
        for one in all_keepings(entries, papers_of(case, entries))
        if one.end is None and one.custodian not in names and (items is None or one.item in items)
    ]
    if elsewhere:
        who = dict.fromkeys(one.custodian or f"on the way to {one.towards}" for one in elsewhere)
        raise UsageError(
            f"{ranges([one.item for one in elsewhere])}: by the log not with you, but: {'; '.join(who)}",
            "choose others (--items), take in the receipt that is missing, or, if you have them: --anyway",
        )


def _log(
    case: Case,
    by: Producer,
    signers: Sequence[SealSigner],
    said: tuple[str, str],
    items: frozenset[str] | None,
    to_key: str,
    place: str,
) -> tuple[Transfer, int]:
    from abusekit.case.transfer import FINGERPRINT, MAX_WORDS, Releaser
    from abusekit.errors import UsageError
    from abusekit.integrity.handover.handing import Wanted, log_transfer, logged_transfer

    if to_key and not FINGERPRINT.match(to_key):
        raise UsageError(f"not a fingerprint: {to_key}", "as abusekit key show prints it: SHA256:…")
    keys = [one.public.fingerprint for one in signers]
    if to_key in keys:
        raise UsageError(
            "that is your own key: a hand-over needs two people", "give the fingerprint of theirs"
        )
    if any(len(text) > MAX_WORDS for text in (*said, place)):
        raise UsageError(f"a text is longer than {MAX_WORDS} characters", "shorten it")
    wanted = Wanted(Releaser(by.initials, by.name, by.role, keys), said[0], said[1], items, to_key, place)
    transfer = log_transfer(case, wanted, by=by.initials, now=now)
    return transfer, logged_transfer(case, transfer.transfer)[2]


def _seal_over(case: Case, n: int, transfer: Transfer) -> Path | None:
    """The oldest seal that covers line `n` and is signed by every key of the releaser; None: there is none."""
    from abusekit.integrity.handover.taking import signatures_of
    from abusekit.integrity.sealing.manifest import SEAL_FOLDER

    folders = sorted(
        (p for p in case.seals.iterdir() if SEAL_FOLDER.fullmatch(p.name)), key=lambda p: int(p.name)
    )
    for folder in folders:
        if int(folder.name) > n:
            signed = {key.fingerprint for _, _, key in signatures_of(case, folder)}
            if signed and signed >= set(transfer.releaser.keys):
                return folder
    return None


def _seal(session: Session, case: Case, transfer: Transfer, signers: Sequence[SealSigner], by: str) -> Path:
    from abusekit.errors import UsageError
    from abusekit.integrity.sealing.manifest import make_manifest

    missing = set(transfer.releaser.keys) - {one.public.fingerprint for one in signers}
    if missing:
        raise UsageError(
            f"this hand-over is to be signed by {', '.join(sorted(missing))}", "name that key: --key NAME"
        )
    folder = make_manifest(case, by=by, now=now)
    sign_all(session, case, folder, signers, by)
    return folder


def _statement(case: Case, folder: Path) -> tuple[bytes, Seal]:
    from abusekit.integrity.sealing.manifest import MAX_SEAL, SEAL, parse_seal

    text = case.read_small(f"seals/{folder.name}/{SEAL}", MAX_SEAL)
    return text, parse_seal(text)
