"""The times of verified tokens against each other, and against our own clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from abusekit.case.custody import instant_text
from abusekit.integrity.log.logview import Asked
from abusekit.integrity.timestamps.timestamp import Token

APART = timedelta(minutes=5)
"""Two clocks that differ by more are told."""
ROUNDED = timedelta(seconds=2)
"""An authority may give whole seconds."""


def clock_of_ours(token: Token, sealed_at: str, asked: Asked) -> str:
    """What a token tells of our clock, where that was wrong; else empty.

    A token is made after the seal and after the request for it, and before it is stored; a response that was
    carried here from another computer may be stored days later. `sealed_at`: UTC, our clock; empty for an item.
    """
    rounded = max(token.accuracy or ROUNDED, ROUNDED)
    for text, slack in ((sealed_at, rounded), (asked.asked_at, APART)):
        if text and (ahead := datetime.fromisoformat(text) - token.gen_time) > slack:
            return f"by its time our clock was {span(ahead)} ahead"
    if asked.answered_at and (behind := token.gen_time - datetime.fromisoformat(asked.answered_at)) > APART:
        return f"by its time our clock was {span(behind)} behind"
    return ""


def contradiction(tokens: Sequence[tuple[Token, Asked]]) -> timedelta | None:
    """How far two tokens over one list are apart, where that cannot be; else None.

    One that came later by our own clock (asked again, or carried here) is later with good reason.
    """
    ordered = sorted(tokens, key=lambda pair: pair[0].gen_time)
    for place, (last, asked_last) in enumerate(ordered):
        for first, asked_first in ordered[:place]:
            apart = last.gen_time - first.gen_time
            if apart > APART + _waited(asked_first, asked_last):
                return apart
    return None


def _waited(first: Asked, last: Asked) -> timedelta:
    """What our own clock saw pass between the request for the one and the storing of the other."""
    if not (first.asked_at and last.answered_at):
        return timedelta(0)
    passed = datetime.fromisoformat(last.answered_at) - datetime.fromisoformat(first.asked_at)
    return max(passed, timedelta(0))


def second(at: datetime) -> str:
    """A time as people read it: RFC 3339 in UTC, whole seconds."""
    return f"{instant_text(at)[:19]}Z"


def said(authority: str, token: Token) -> str:
    """What a verified token says, in one line."""
    accuracy = f" (give or take {token.accuracy.total_seconds():g} s)" if token.accuracy else ""
    return f"existed not later than {second(token.gen_time)}{accuracy}, says {authority}: {token.signer}"


def span(length: timedelta) -> str:
    """A length of time for people; not exact."""
    seconds = round(length.total_seconds())
    for unit, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{round(seconds / unit)} {name}"
    return f"{seconds} seconds"
