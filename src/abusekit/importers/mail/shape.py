"""Is this a mail? By the shape of its header, never by its name."""

from __future__ import annotations

import re

from abusekit.importers.mail.headers import Header, read_header

_CERTAIN = frozenset(
    (
        "received", "message-id", "mime-version", "return-path", "delivered-to", "dkim-signature", "content-type",
        "authentication-results", "x-smssync-address", "x-smssync-date", "arc-seal",
    )
)  # fmt: skip
"""Fields that nothing but mail begins with."""
_USUAL = frozenset(
    ("from", "to", "cc", "bcc", "subject", "date", "reply-to", "sender", "in-reply-to", "references")
)
_SAVED_PAGE = re.compile(rb"(?im)^snapshot-content-location:|^from:[ \t]{0,9}<saved by ")
_BOM = b"\xef\xbb\xbf"

MARKER = re.compile(
    rb"From (?:(?P<dash>-)|(?P<sender>[^\s]{1,320}))"
    rb"(?P<date>[ \t]{1,9}(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?[ \t][^\r\n:]{1,30}:\d\d[^\r\n]{0,40})?[ \t]{0,9}\r?\n"
)
"""The line that opens a mail in a mailbox: `From -`, `From id@xxx`, `From sender Fri Sep 26 10:18:40 2025`."""
FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]{0,9}:")


def is_mail(head: bytes) -> bool:
    """Whether a file that begins with `head` is one mail (RFC 5322), and not a saved page (MHTML)."""
    if head.startswith(_BOM):
        head = head[3:]
    if head[:5] == b"From " or FIELD.match(head) is None:
        return False
    header = read_header(head)
    if "header_malformed" in header.flags and not _cut(head, header):
        return False
    if b"\0" in head[: header.body]:
        return False
    names = header.named.keys()
    usual = len(names & _USUAL)
    if not ((names & _CERTAIN and (usual or _is_typed(header))) or ("from" in names and usual > 1)):
        return False
    return not is_saved_page(head[: header.body], header)


def _cut(head: bytes, header: Header) -> bool:
    """Whether the header merely goes on behind the head that was read."""
    return len(head) >= 65_536 and header.body > 60_000


def _is_typed(header: Header) -> bool:
    """A mail with MIME fields alone: the type is one that mails have."""
    media = header.text("content-type").lower()
    return media.startswith(("multipart/", "message/", "text/plain", "text/html"))


def is_saved_page(block: bytes, header: Header) -> bool:
    """MHTML has the form of a mail, but was never sent to anybody."""
    if _SAVED_PAGE.search(block):
        return True
    sent = {"to", "received", "message-id", "delivered-to", "return-path"}
    media = header.text("content-type").lower()
    return media.startswith("multipart/related") and not sent & header.named.keys()


def is_mailbox(head: bytes) -> bool:
    """Whether a file that begins with `head` is a mailbox (mbox, RFC 4155 and its older kin)."""
    start = 3 if head.startswith(_BOM) else 0
    found = MARKER.match(head, start)
    if found is None or not (found["dash"] or found["date"] or b"@" in found["sender"]):
        return False
    return FIELD.match(head, found.end()) is not None or head[found.end() : found.end() + 6] == b">From "
