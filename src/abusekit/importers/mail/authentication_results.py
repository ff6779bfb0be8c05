"""Authentication-Results (RFC 8601): what some server says that it checked. Anyone can type such a header.

It counts only where its authserv-id is the recipient's own provider and it stands above that provider's Received
line; the file cannot show either, so the result is never more than a note.
"""

from __future__ import annotations

import re

from abusekit.importers.mail.headers import Header, raw_text
from abusekit.importers.mail.received import Hop
from abusekit.importers.model import Check

MOST = 5
"""Headers that are told of."""
_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_METHOD = re.compile(
    r"(?:^|;)\s{0,20}(dkim|spf|dmarc|arc)\s{0,20}=\s{0,20}([A-Za-z]{1,20})([^;]{0,500})", re.IGNORECASE
)
_DOMAIN = re.compile(r"header\.[di]\s{0,9}=\s{0,9}(?:[^\s@;]{0,100}@)?([A-Za-z0-9.-]{1,255})", re.IGNORECASE)


def check(header: Header, found: list[Hop], signers: set[str]) -> Check | None:
    """What the headers say; None: there is none. `signers`: the d= of the signatures that the mail carries."""
    stated = header.all("authentication-results")
    if not stated:
        return None
    received = header.all("received")
    told = []
    for field in stated[:MOST]:
        text = _COMMENT.sub(" ", raw_text(field.value)[0])
        server, _, results = text.partition(";")
        server = (server.split() or ["?"])[0][:255]
        methods = [(one[1].lower(), one[2].lower(), one[3]) for one in _METHOD.finditer(";" + results)]
        above = not received or field.start < received[0].start
        told.append(
            f"{server}: {_spelled(methods)} ({_place(server, found, above=above)})"
            + _missing(methods, signers)
        )
    more = f"; {len(stated) - MOST} more" if len(stated) > MOST else ""
    return Check(
        "Authentication-Results",
        "note",
        f"A statement that anyone can type, not a check of ours: {'; '.join(told)}{more}.",
    )


def _spelled(methods: list[tuple[str, str, str]]) -> str:
    return ", ".join(f"{method}={result}" for method, result, _ in methods[:10]) or "no result"


def _place(server: str, found: list[Hop], *, above: bool) -> str:
    if not found:
        return "no Received line beside it"
    if not above:
        return "below the topmost Received line, so not added last"
    if server.lower() == found[0].by.lower():
        return "above the Received line of the same server"
    return f"above the topmost Received line, which is of {found[0].by}"


def _missing(methods: list[tuple[str, str, str]], signers: set[str]) -> str:
    """A pass for a signature that is not there."""
    for method, result, rest in methods:
        if method != "dkim" or result != "pass":
            continue
        named = _DOMAIN.search(rest)
        domain = named[1].lower() if named is not None else ""
        if not signers:
            return "; but the mail carries no DKIM signature, so nothing bears this out"
        if domain and not any(one == domain or domain.endswith("." + one) for one in signers):
            return f"; but the mail carries no DKIM signature of {domain}"
    return ""
