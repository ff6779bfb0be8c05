"""What `custody receive` says: of what was received, of what could not be checked, of what should not be there."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from abusekit.cli.options import Session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from abusekit.case.folder import Case
    from abusekit.case.transfer import Receipt, Transfer
    from abusekit.integrity.findings import Finding
    from abusekit.integrity.verify import Verdict

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


def _say_unchecked(session: Session, unchecked: Sequence[Finding], case_root: Path) -> None:
    """What could not be checked, in few words: first of all whose the keys are."""
    left = 0
    for one in unchecked:
        key = _FINGERPRINT.search(one.message)
        if one.check == "signature" and key and "nobody vouched" in one.message:
            session.say(f"whose key is {key[0]}? Let the releaser read it to you; then: --signers FILE")
        else:
            left += 1
    if left:
        session.say(f"{left} more could not be checked: abusekit verify {case_root}")


def answer_received(
    session: Session, receipt: Receipt, transfer: Transfer, verdict: Verdict | None, written: list[str]
) -> None:
    from abusekit.case.transfer import counted
    from abusekit.integrity.findings import Status

    unchecked = [f for f in verdict.findings if f.status is Status.UNCHECKED] if verdict else []
    code = verdict.exit_code if verdict else 0
    exhibits, to = len(transfer.exhibits), transfer.to
    if session.json:
        from abusekit.cli.answers_custody import ReceiveAnswer

        session.answer(
            ReceiveAnswer(
                receipt.transfer,
                receipt.how,
                receipt.name,
                receipt.key,
                receipt.at,
                exhibits,
                verdict.word if verdict else "",
                len(unchecked),
                written,
                code,
            )
        )
        return
    if verdict:
        session.print(f"verified   {verdict.word}, root of the log {verdict.root}")
        _say_unchecked(session, unchecked, session.case().root)
    session.print(
        f"hand-over no. {receipt.transfer}: {counted(exhibits)}, handed to {to}, received by {receipt.name}"
        if receipt.name != to
        else f"hand-over no. {receipt.transfer}: {counted(exhibits)} received by {to}"
    )
    if receipt.key:
        session.print(f"countersigned by {receipt.key} over {receipt.seal} log lines; root {receipt.root}")
    for path in written:
        session.print(f"written    {path}")


def say_private(session: Session, case: Case) -> None:
    """A copy that was given away should hold nothing of `private/`."""
    try:
        with os.scandir(case.root / "private") as entries:
            count = sum(1 for _ in entries)
    except OSError:  # not there, or no folder: verify looks at what is
        return
    if count:
        session.say(
            f"private/ of this copy is not empty ({count} {'entry' if count == 1 else 'entries'}): the releaser's own"
            " notes, such as plans for safety, which should not have been given to you. Do not read them; delete them"
            " here, and tell the releaser. (If this is the releaser's own folder, all is well.)"
        )
