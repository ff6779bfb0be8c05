"""`abusekit custody receive --paper`: a hand-over was signed for on paper."""

from __future__ import annotations

from abusekit.cli.acts import needed_reason, resolve_item
from abusekit.cli.custody_received import answer_received
from abusekit.cli.options import Session, now


def note_paper(
    session: Session,
    number: int,
    signed_by: str,
    at: str,
    scan: str | None,
    place: str,
    corrects: str | None,
) -> None:
    from abusekit.case.custody import instant_text
    from abusekit.case.moment import parse_typed
    from abusekit.case.transfer import MAX_WORDS, Receipt
    from abusekit.errors import UsageError
    from abusekit.integrity.handover.handing import log_receipt, logged_transfer

    case = session.case()
    producer = session.producer(case)
    transfer, sha256, _ = logged_transfer(case, number)
    moment = parse_typed(at, case.settings().zone, what="--at")
    if moment.earliest is None:
        raise UsageError(f"not a time: {at}", 'such as --at "2026-11-24 10:30"')
    when = instant_text(moment.earliest)
    if when > instant_text(now()):
        raise UsageError(f"--at {at} has not come yet", "the time that stands on the paper")
    if when[:16] < transfer.at[:16]:
        if moment.latest is not None and instant_text(moment.latest) >= transfer.at:  # a day without a time
            raise UsageError(f"--at {at}: at what time?", 'the hour as well: --at "2026-11-24 10:30"')
        raise UsageError(
            f"--at {at} is before the hand-over at {transfer.at[:19]}Z",
            "the time that stands on the paper; if it is wrong there, have it put right and signed",
        )
    who, why = needed_reason(signed_by), "" if corrects is None else needed_reason(corrects)
    if any(len(text) > MAX_WORDS for text in (who, place, why)):
        raise UsageError(f"a text is longer than {MAX_WORDS} characters", "shorten it")
    receipt = Receipt(
        case=transfer.case,
        transfer=number,
        transfer_sha256=sha256,
        how="paper",
        at=when,
        name=who,
        place=place.strip(),
        scan=resolve_item(case, scan) if scan else "",
        corrects=why,
    )
    log_receipt(case, receipt, by=producer.initials, now=now)
    answer_received(session, receipt, transfer, None, [])
    if not scan:
        session.say("Keep the paper. A picture of it: abusekit add PICTURE, and the next time --scan ITEM")
