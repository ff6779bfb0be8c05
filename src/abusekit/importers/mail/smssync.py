"""Text messages and calls that SMS Backup+ stored as mails: `X-smssync-*` (jberkel/sms-backup-plus, `Headers.java`).

The number is as the network delivered it: sender numbers and names of text messages can be forged.
"""

from __future__ import annotations

import re
from typing import Literal

from abusekit.importers import times
from abusekit.importers.mail.headers import Header
from abusekit.importers.model import Account, Event, Message, SourceRef, Time

PLATFORM = "sms"
_DIRECTION: dict[str, Literal["in", "out", "unknown"]] = {
    "1": "in",
    "2": "out",
    "4": "out",
    "5": "out",
    "6": "out",
}
"""Android `Telephony.TextBasedSmsColumns`: inbox, sent, outbox, failed, queued; 3 is a draft."""
_UNSENT = {"3": "draft", "4": "never_sent", "5": "never_sent", "6": "never_sent"}
_CALLS: dict[str, Literal["in", "out"]] = {"1": "in", "2": "out", "3": "in", "4": "in", "5": "in", "6": "in"}
_OUTCOMES = {"1": "answered", "3": "missed", "4": "voicemail", "5": "rejected", "6": "rejected"}
"""Android `CallLog.Calls`: incoming, outgoing, missed, voicemail, rejected, blocked."""
_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)


def is_one(header: Header) -> bool:
    """Whether a mail is such a message."""
    return "x-smssync-address" in header.named and "x-smssync-date" in header.named


def record(header: Header, text: str, source: SourceRef) -> Message | Event:
    """The message or call. Its time is Android's epoch in ms, set by the phone (or for a received SMS the network)."""
    address = header.text("x-smssync-address")
    sort = header.text("x-smssync-datatype").upper() or "SMS"
    code = header.text("x-smssync-type")
    other = Account(PLATFORM, address, "phone" if any(map(str.isdigit, address)) else "handle")
    sent = _time(header.text("x-smssync-date"))
    flags = [] if sent is not None else ["date_unreadable"]
    thread = header.text("x-smssync-thread") or address
    native = header.text("x-smssync-id")
    if sort == "CALLLOG":
        missed = code == "3"
        duration = header.text("x-smssync-duration")
        return Event(
            kind="missed_call" if missed else "call",
            platform=PLATFORM,
            conversation=thread,
            author=other if _CALLS.get(code) == "in" else None,
            text=text,
            sent=sent,
            source=source,
            target=other if _CALLS.get(code) == "out" else None,
            native_id=native,
            direction=_CALLS.get(code, "unknown"),
            duration_s=int(duration) if re.fullmatch(r"\d{1,9}", duration, re.ASCII) else None,
            outcome=_OUTCOMES.get(code, ""),
            flags=tuple(flags),
        )
    direction: Literal["in", "out", "unknown"] = _DIRECTION.get(code, "unknown")
    if code in _UNSENT:
        flags.append(_UNSENT[code])
    owner = Account(PLATFORM, owner=True)
    return Message(
        kind="mms" if sort == "MMS" else "sms",
        platform=PLATFORM,
        conversation=thread,
        author={"in": other, "out": owner}.get(direction),
        text=text,
        sent=sent,
        source=source,
        title=header.text("subject"),
        native_id=native,
        recipients={"in": (owner,), "out": (other,)}.get(direction, (other,)),
        direction=direction,
        flags=tuple(flags),
    )


def _time(text: str) -> Time | None:
    return times.epoch(int(text), raw=text, clock="receiver") if _NUMBER.fullmatch(text) else None
