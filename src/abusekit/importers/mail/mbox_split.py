"""A mailbox, cut into its mails with exact byte ranges, in memory that does not grow with the file.

A line that begins with `From ` opens a mail where it has the form of such a line and a header field follows; a
sentence of a mail ("From Russia with love") has not. The format has no other sign, and many programs do not quote
such lines in a text: whoever writes a mail can put a forged one into it. So what does not look like the other
openings of the file is flagged. Sources: RFC 4155; qmail's mbox(5); dcarrero/mboxshell #16 and #23.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from abusekit.importers.mail.shape import FIELD, MARKER

LARGEST = 64 << 20
"""Bytes of one mail that are held; a larger one is cut and flagged, and hashed as a whole."""
_BLOCK = 4 << 20
_AHEAD = 1 << 10
"""Bytes that an opening line and the name of the field after it need."""
_BEHIND = 8
"""Bytes before an opening that may be the blank line before it."""
_BOM = b"\xef\xbb\xbf"
_FROM = b"From "
_KNOWN = frozenset(
    b"from to cc date subject received return-path message-id mime-version delivered-to x-mozilla-status content-type "
    b"x-gm-thrid x-gmail-labels x-received x-account-key x-uidl status x-status reply-to sender".split()
)


@dataclass(slots=True)
class Piece:
    """One mail of a mailbox."""

    number: int
    # from 1; 0: what stands before the first opening
    marker: bytes
    # the opening line; empty for 0
    start: int
    # offset of the first byte after the opening line
    ambiguous: bool
    # no blank line before it, or an opening of another form than the first of the file
    end: int = 0
    # exclusive; the blank line before the next opening is not part of the mail
    raw: bytes = b""
    # the bytes [start, end), or the first LARGEST of them
    sha256: str = ""
    # of all bytes [start, end)

    @property
    def cut(self) -> bool:
        return len(self.raw) < self.end - self.start


@dataclass(slots=True)
class _Window:
    """The part of the file that is in memory: from the mail that is under way to what was read last."""

    stream: BinaryIO
    data: bytes = b""
    base: int = 0
    # offset in the file of data[0]
    mail: int = 0
    # index of the mail's first byte that is neither in `head` nor hashed
    search: int = 0
    # index from which the next opening is looked for
    origin: int = 0
    # offset of the first byte after a byte order mark
    ended: bool = False
    head: bytes = b""
    # of a mail that is too large: its first LARGEST bytes
    hashed: hashlib._Hash | None = field(default=None)

    def more(self) -> None:
        """Read on; what belongs to no mail any more is let go."""
        if self.hashed is not None or len(self.data) - self.mail > LARGEST:
            self._spill()
        block = self.stream.read(min(max(_BLOCK, (len(self.data) - self.mail) // 2), 4 * _BLOCK))
        self.data = self.data[self.mail :] + block
        self.base += self.mail
        self.search -= self.mail
        self.mail = 0
        self.ended = not block

    def _spill(self) -> None:
        """Of a mail that is too large only the hash goes on."""
        upto = max(self.search - _BEHIND, self.mail)
        if self.hashed is None:
            self.head = self.data[self.mail : self.mail + LARGEST]
            self.hashed = hashlib.sha256()
        self.hashed.update(self.data[self.mail : upto])
        self.mail = upto

    def opening(self) -> re.Match[bytes] | None:
        """The next opening, or None where no more comes."""
        while True:
            place = self._candidate()
            if not self.ended and (place < 0 or len(self.data) - place < _AHEAD):
                self.search = max(self.search, len(self.data) - len(_FROM)) if place < 0 else place
                self.more()
                continue
            if place < 0:
                return None
            found = _opening(
                self.data, place, after_blank=self.base + place == self.origin or self.blank(place) > 0
            )
            if found is not None:
                return found
            self.search = place + len(_FROM)

    def _candidate(self) -> int:
        """Index of the next line that begins with `From `, or -1."""
        if self.base + self.search == self.origin and self.data.startswith(_FROM, self.search):
            return self.search
        found = self.data.find(b"\n" + _FROM, max(self.search - 1, 0))
        return found + 1 if found >= 0 else -1

    def blank(self, place: int) -> int:
        """Bytes of the blank line before `place`; 0: there is none."""
        if self.data[max(place - 3, 0) : place] == b"\n\r\n":
            return 2
        return int(self.data[max(place - 2, 0) : place] == b"\n\n")

    def close(self, piece: Piece, stop: int) -> Piece:
        """Give the piece that ends at index `stop` its bytes."""
        rest = self.data[self.mail : stop]
        piece.end = self.base + stop
        if self.hashed is None:
            piece.raw = rest[:LARGEST]
            piece.sha256 = hashlib.sha256(rest).hexdigest()
        else:
            self.hashed.update(rest)
            piece.raw, piece.sha256 = self.head, self.hashed.hexdigest()
            self.head, self.hashed = b"", None
        return piece


def split(stream: BinaryIO) -> Iterator[Piece]:
    """The mails in order. What stands before the first opening comes as piece 0.

    InputError of the stream passes through, after the mails that precede it.
    """
    window = _Window(stream)
    window.more()
    window.mail = window.search = window.origin = 3 if window.data.startswith(_BOM) else 0
    piece = Piece(0, b"", window.mail, ambiguous=False)
    form: tuple[bool, ...] = ()
    while True:
        found = window.opening()
        if found is None:
            last = window.close(piece, len(window.data))
            if last.number or last.end > last.start:
                yield last
            return
        blank = window.blank(found.start())
        stop = max(found.start() - blank, window.mail)
        closed = window.close(piece, stop)
        shape = _form(found)
        form = form or shape
        odd = closed.number > 0 and (not blank or shape != form)
        piece = Piece(closed.number + 1, found[0], window.base + found.end(), ambiguous=odd)
        window.mail = window.search = found.end()
        if closed.number or closed.end > closed.start:
            yield closed


def _form(found: re.Match[bytes]) -> tuple[bool, ...]:
    """How the program that wrote the file spells its openings."""
    return found["dash"] is not None, found["date"] is not None, b"@" in (found["sender"] or b"")


def _opening(data: bytes, place: int, *, after_blank: bool) -> re.Match[bytes] | None:
    """The opening at `place`, if it is one."""
    found = MARKER.match(data, place)
    if found is None or not (found["dash"] or found["date"] or b"@" in found["sender"]):
        return None
    name = FIELD.match(data, found.end())
    if name is None:
        return found if after_blank and data[found.end() : found.end() + 6] == b">From " else None
    return found if after_blank or name[1].lower() in _KNOWN else None
