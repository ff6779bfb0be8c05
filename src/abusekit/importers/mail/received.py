"""Received fields: which servers say that they took the mail, and when (RFC 5321 section 4.4).

Every server puts its line on top. So the topmost was added last: by the recipient's own provider, if the file was
taken from there. What stands below it is what earlier servers wrote, or what a sender typed in beforehand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from abusekit.importers import times
from abusekit.importers.mail.addresses import domain_of
from abusekit.importers.mail.dates import mail_date
from abusekit.importers.mail.headers import Header, raw_text
from abusekit.importers.model import Check, Time

MOST_HOPS = 100
"""Received fields that are read, topmost first."""
LATE = timedelta(minutes=5)
"""Clocks of servers agree better than this; a larger step back in time is said."""

_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_BY = re.compile(r"(?:^|\s)by\s+([^\s;]{1,255})", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")


@dataclass(slots=True)
class Hop:
    """One Received field."""

    by: str
    # the host that says that it took the mail; `?` where the field names none
    at: Time | None
    trusted: bool
    # topmost, or below nothing but trusted ones and of a host of the owner's own domain
    flags: tuple[str, ...] = ()
    # `date_comment`


def hops(header: Header, owner: str = "", *, outermost: bool = True) -> list[Hop]:
    """All hops, topmost first; at most MOST_HOPS.

    `owner`: the e-mail address declared as the owner's, or empty. `outermost`: not a mail attached to another, of
    which no hop is trusted, since whoever attached it could have written them.
    """
    found: list[Hop] = []
    for field in header.all("received")[:MOST_HOPS]:
        text = raw_text(field.value)[0]
        route, _, date = text.rpartition(";")
        named = _BY.search(_COMMENT.sub(" ", route))
        host = named[1].rstrip(".") if named is not None and _HOST.fullmatch(named[1]) else "?"
        trusted = outermost and (not found or (found[-1].trusted and _is_of(host, domain_of(owner))))
        at, told = mail_date(date, "server" if trusted else "claimed") if route else (None, ())
        found.append(Hop(host, at, trusted, tuple(flag for flag in told if flag == "date_comment")))
    return found


def _is_of(host: str, domain: str) -> bool:
    return bool(domain) and (host.lower() == domain or host.lower().endswith("." + domain))


def instants(found: list[Hop]) -> tuple[tuple[str, Time], ...]:
    """What `Message.times` shows: one entry for each hop that states a time."""
    return tuple(
        (f"received by {hop.by}" + ("" if hop.trusted else " (claim)"), hop.at)
        for hop in found
        if hop.at is not None
    )


def flags(found: list[Hop]) -> list[str]:
    """`date_comment` where a comment was left out of the time of a hop."""
    return list(dict.fromkeys(flag for hop in found for flag in hop.flags))


def receipt(found: list[Hop]) -> Time | None:
    """The time of the topmost hop, if it is trusted and an instant."""
    top = found[0].at if found and found[0].trusted else None
    return top if top is not None and top.at.endswith("Z") else None


def check(header: Header, found: list[Hop]) -> Check:
    """What the chain says, and what it does not; never `good`, since nothing in it is signed."""
    if not found:
        return Check(
            "Received",
            "note",
            "No Received line: the mail is as written, as a draft or as a copy, not as delivered.",
        )
    top = found[0]
    when = "without a readable time" if top.at is None else f"at {top.at.at}"
    parts = [
        f"{len(found)} Received line{'s' * (len(found) > 1)}; the topmost, added last, is by {top.by} {when}",
        "it counts only where the file came from the recipient's own provider",
    ]
    if len(found) > 1:
        parts.append("the lower ones are what earlier servers or the sender wrote")
    backwards = _backwards(found)
    if backwards:
        parts.append(f"CONFLICT: the clock of {backwards[0]} is ahead of the later {backwards[1]}")
    for name in ("Return-Path", "X-Originating-IP"):
        for field in header.all(name.lower())[:1]:
            parts.append(f"{name} (a claim): {raw_text(field.value)[0][:200]}")
    return Check("Received", "note", "; ".join(parts) + ".")


def _backwards(found: list[Hop]) -> tuple[str, str] | None:
    """An earlier server whose clock is ahead of a later one's by more than LATE."""
    later: Hop | None = None
    for hop in found:
        if hop.at is None or not hop.at.at.endswith("Z"):
            continue
        if (
            later is not None
            and later.at is not None
            and times.utc_of(hop.at) - times.utc_of(later.at) > LATE
        ):
            return hop.by, later.by
        later = hop
    return None
