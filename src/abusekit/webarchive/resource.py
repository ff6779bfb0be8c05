"""What belongs to a page and came over no connection: its picture, its PDF, what was noted while it loaded.

A replay tool finds the pictures under `urn:view:ADDRESS` and the like, as other recorders name them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from abusekit.webarchive.exchange import PIECE, Spool

MEDIA_TYPES: dict[str, str] = {
    "view": "image/png",
    "pdf": "application/pdf",
    "dom": "text/html; charset=utf-8",
    "mhtml": "multipart/related",
    "text": "text/plain; charset=utf-8",
}
"""What a resource can be → its content type in the WARC; there are no others."""

URN = re.compile(
    r"urn:(?:(?P<kind>view|pdf|dom|mhtml|text)|view-(?P<tile>[2-9]|[1-9]\d{1,2})):(?P<url>https?://.+)", re.S
)
"""`urn:view:ADDRESS`; further tiles of a long page `urn:view-2:ADDRESS`, since tools cut a name at "#"."""

ABOUT = re.compile(r"[a-z][a-z0-9-]{0,39}")

BESIDE_LIMIT = 2 << 20
"""Bytes of one note as JSON: what the strict check reads."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing that was made of a page."""

    uri: str
    # "urn:view:", "urn:view-2:" …, "urn:pdf:", "urn:dom:", "urn:mhtml:" or "urn:text:" and the page's address
    media_type: str
    # that of MEDIA_TYPES; its parameters may be left out
    content: Spool | bytes
    # text and DOM in UTF-8
    at: datetime
    # UTC, our clock: when it was made

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.size

    def pieces(self) -> Iterator[bytes]:
        """The bytes, 64 KiB at a time."""
        if isinstance(self.content, Spool):
            yield from self.content.pieces()
            return
        for start in range(0, len(self.content), PIECE):
            yield self.content[start : start + PIECE]


@dataclass(frozen=True, slots=True)
class Beside:
    """One note about the capture as a whole: frames of web sockets, console, refused addresses, cross-check."""

    about: str
    # the kind, in lower case: "websocket", "console"
    content: Mapping[str, object] | Sequence[object]
    # for JSON, without floats; at most BESIDE_LIMIT bytes of it
    at: datetime
    # UTC, our clock


def urn(kind: str, url: str, tile: int = 1) -> str:
    """The name of a resource of the page `url` (as sent); tile: 1 for the first, at the top of the page."""
    return f"urn:{kind}{f'-{tile}' if tile > 1 else ''}:{url}"


def read_urn(uri: str) -> tuple[str, str] | None:
    """What `uri` names, as a key of MEDIA_TYPES, and the address of its page; None when it is no such name."""
    found = URN.fullmatch(uri)
    return (found["kind"] or "view", found["url"]) if found else None


def tile_of(uri: str) -> int:
    """The number of the picture that `uri` names; 1 for the first and for all that is no picture."""
    found = URN.fullmatch(uri)
    return int(found["tile"] or 1) if found else 1
