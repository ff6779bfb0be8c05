"""Which key records the signatures of a mail or mailbox want: what `import --dns` asks for, and nothing else."""

from __future__ import annotations

from typing import BinaryIO

from abusekit.importers.mail.dkim_words import signatures
from abusekit.importers.mail.headers import read_header
from abusekit.importers.mail.mbox_split import split
from abusekit.importers.mail.mime import decoded, leaves, parse

MOST_NAMES = 200
"""Names that are asked for: a mailbox made to send questions all over the world gets no further."""
_BY_SIZE = 8 << 20
"""Bytes of a mail up to which the mails attached to it are looked into."""
_ATTACHED = b"message/rfc822"


def needed_keys(stream: BinaryIO) -> list[str]:
    """Names `selector._domainkey.domain`, lower case, in the order met, each once; at most MOST_NAMES.

    `stream`: one mail or a mailbox, from its start. Only host names come back: letters, digits, `-`, `_` and dots.
    Signatures that prove nothing whatever the key are left out. InputError of the stream passes through.
    """
    names: dict[str, None] = {}
    for piece in split(stream):
        for name in _of(piece.raw, 0):
            names.setdefault(name)
            if len(names) >= MOST_NAMES:
                return list(names)
    return list(names)


def _of(raw: bytes, depth: int) -> list[str]:
    found = [one.record for one in signatures(read_header(raw)) if not one.void]
    if depth < 5 and len(raw) <= _BY_SIZE and _ATTACHED in raw.lower():
        for part in leaves(parse(raw).root):
            if part.media == "message/rfc822":
                found += _of(decoded(raw, part)[0], depth + 1)
    return found
