"""A copy of a phone's XML that a strict parser accepts, and where each byte of the copy came from.

Backups break XML in ways that are known: emoji as pairs of surrogate references (`&#55357;&#56832;`; SilenceIM #317,
Signal-Android #1546), control characters, bytes that are no UTF-8. They are mended in the copy only, one by one, each
with its offset. The base64 of photographs (`data="…"` of a `<part>`), which makes files of gigabytes, is measured and
hashed as it passes, and left out of the copy.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from bisect import bisect_right
from collections import deque
from typing import NamedTuple

from abusekit.importers.media import HEAD_BYTES, media_type

_HIGH = rb"(?:0{0,8}(?:55(?:29[6-9]|[3-9]\d\d)|56(?:[0-2]\d\d|3[01]\d))|x0{0,8}[dD][89abAB][0-9a-fA-F]{2})"
_LOW = rb"(?:0{0,8}(?:56(?:3[2-9]\d|[4-9]\d\d)|57(?:[0-2]\d\d|3[0-3]\d|34[0-3]))|x0{0,8}[dD][c-fC-F][0-9a-fA-F]{2})"
# References to what is no character of XML 1.0 (section 2.2): below U+0020 but for tab, line feed and carriage
# return; U+FFFE and U+FFFF.
_NONE = (
    rb"(?:0{0,8}(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])"
    rb"|x0{0,8}(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF]))"
)
_REFERENCE = re.compile(
    rb"&#(" + _HIGH + rb");&#(" + _LOW + rb");|&#(?:(" + _HIGH + rb"|" + _LOW + rb")|" + _NONE + rb");"
)
# A reference that the end of a block may have cut, and a first half whose second may follow.
_CUT = re.compile(rb"(?:&#" + _HIGH + rb";)?&(?:#(?:x?[0-9A-Fa-f]{0,14})?)?\Z|&#" + _HIGH + rb";\Z")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_NO_CONTROL = bytes({9, 10, 13, *range(32, 0xEF), *range(0xF0, 256)})
"""All bytes with which no match of `_CONTROL` begins: to look for the others is much faster so."""
_UTF_8 = re.compile(  # RFC 3629 section 4; possessive, so that it never goes back
    rb"(?:[\x00-\x7f]++|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})*+"
)
_ATTRIBUTE = re.compile(rb"[ \t\r\n]{1,64}([A-Za-z_][\w.:-]{0,63})[ \t\r\n]{0,64}=[ \t\r\n]{0,64}([\"'])")
_LONGEST_ATTRIBUTE = 260
_OPENED = re.compile(rb"<(?:part(?=[ \t\r\n])|!--|!\[CDATA\[|\?)")
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
"""What begins like a tag and is none: a `<part` inside of it is text."""
_LONGEST_OPENED = len(b"<![CDATA[")
_REPLACEMENT = "\ufffd".encode()
_BASE64 = bytes(set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_LINE_ENDS = re.compile(rb"[ \t\r\n]+|&#(?:10|13|9|x[aAdD9]);")

JOINED = "surrogate references joined"
LONE = "lone surrogate replaced"
CONTROL = "control character replaced"
NOT_UTF_8 = "byte that is no UTF-8 replaced"


class Repair(NamedTuple):
    offset: int
    """In the file."""
    what: str


class Media(NamedTuple):
    """A value that was left out of the copy."""

    tag: int
    """Where the `<part` stands that has it."""
    start: int
    end: int
    """The value in the file, without its quotes."""
    size: int
    """Bytes, decoded; 0 where it cannot be decoded."""
    sha256: str
    """Of the decoded bytes; empty where they cannot be decoded."""
    media_type: str
    """By the first decoded bytes."""
    text: str
    """The value itself where it is short: `null` is none."""
    fault: str


class Mender:
    """Feed it the file's blocks in order; it gives the copy's, and answers for offsets in the copy."""

    def __init__(self) -> None:
        self.repairs: deque[Repair] = deque()
        self.media: deque[Media] = deque()
        self._copied = 0
        # bytes of the copy so far
        self._at = 0
        # offset in the file of what is held back
        self._held = b""
        self._breaks = [0]
        self._shifts = [0]
        # from that offset of the copy on, the file's offset is so much larger
        self._quote = b""
        # inside of an attribute's value: the quote that ends it
        self._until = b""
        # inside of a comment or its like: what ends it
        self._in_part = False
        self._part = 0
        self._value: _Base64 | None = None

    def origin(self, offset: int) -> int:
        """The offset in the file of an offset in the copy."""
        return offset + self._shifts[max(0, bisect_right(self._breaks, offset) - 1)]

    def forget(self, offset: int) -> None:
        """No offset of the copy below this one will be asked for again."""
        behind = max(0, bisect_right(self._breaks, offset) - 1)
        del self._breaks[:behind], self._shifts[:behind]

    def feed(self, block: bytes, *, last: bool = False) -> bytes:
        """The copy of this block, less what cannot be decided before the next; with `last` of all that is left."""
        data = self._held + block
        copy: list[bytes] = []
        start = at = 0
        while at < len(data):
            if self._value is not None:
                start = at = self._pass_value(self._value, data, at)
            elif self._quote:
                end = data.find(self._quote, at)
                if end < 0:
                    break
                at, self._quote = end + 1, b""
            elif self._until:
                end = data.find(self._until, at)
                if end < 0:
                    break
                at, self._until = end + len(self._until), b""
            elif self._in_part:
                found = _ATTRIBUTE.match(data, at)
                if found is None:
                    if not last and len(data) - at < _LONGEST_ATTRIBUTE and b">" not in data[at:]:
                        break
                    self._in_part = False
                    continue
                at, self._quote = found.end(), found[2]
                if found[1] == b"data":
                    copy.append(self._mended(data[start:at], self._at + start))
                    start = at
                    self._value = _Base64(self._part, self._at + at)
            else:
                found = _OPENED.search(data, at)
                if found is None:
                    break
                at, self._until = found.end(), _ENDS.get(found[0], b"")
                self._in_part, self._part = not self._until, self._at + found.start()
        end = len(data) if last or self._value is not None else self._decided(data, at)
        end = max(end, start)
        copy.append(self._mended(data[start:end], self._at + start))
        self._held = data[end:]
        self._at += end
        return b"".join(copy)

    def _decided(self, data: bytes, at: int) -> int:
        """Up to where the block can be copied whatever follows."""
        end = at if self._in_part and not self._quote else len(data)
        cut = _CUT.search(data, max(0, end - 40), end)
        if cut is not None:
            end = cut.start()
        if self._until:
            end = max(0, min(end, len(data) - len(self._until) + 1))
        elif not self._in_part and (opened := data.rfind(b"<", max(0, end - _LONGEST_OPENED + 1), end)) >= 0:
            end = opened
        for back in range(1, min(3, end) + 1):  # a character of several bytes, cut
            if data[end - back] >= 0xC0:
                length = 2 if data[end - back] < 0xE0 else 3 if data[end - back] < 0xF0 else 4
                return end - back if back < length else end
            if data[end - back] < 0x80:
                break
        return end

    def _pass_value(self, value: _Base64, data: bytes, at: int) -> int:
        """Measure the value up to its end or the block's; where the copy goes on."""
        end = data.find(self._quote, at)
        value.feed(data[at:] if end < 0 else data[at:end])
        if end < 0:
            return len(data)
        media = value.ended(self._at + end)
        self.media.append(media)
        self._shift(media.end - media.start)
        self._value = None
        return end

    def _shift(self, by: int) -> None:
        self._breaks.append(self._copied)
        self._shifts.append(self._shifts[-1] + by)

    def _mended(self, run: bytes, offset: int) -> bytes:
        """A run of the file, beginning at `offset`, as it goes into the copy."""
        spots: list[tuple[int, int, bytes, str]] = []
        if b"&#" in run:
            spots += (_mended_reference(found) for found in _REFERENCE.finditer(run))
        if run.translate(None, _NO_CONTROL):
            spots += ((found.start(), found.end(), _REPLACEMENT, CONTROL) for found in _CONTROL.finditer(run))
        if not run.isascii():
            spots += ((at, at + 1, _REPLACEMENT, NOT_UTF_8) for at in _not_utf_8(run))
        if not spots:
            self._copied += len(run)
            return run
        spots.sort()
        pieces: list[bytes] = []
        done = 0
        for start, end, new, what in spots:
            pieces += (run[done:start], new)
            self._copied += start - done + len(new)
            if len(new) != end - start:
                self._shift(end - start - len(new))
            self.repairs.append(Repair(offset + start, what))
            done = end
        pieces.append(run[done:])
        self._copied += len(run) - done
        return b"".join(pieces)


def _mended_reference(found: re.Match[bytes]) -> tuple[int, int, bytes, str]:
    high, low, lone = found.groups()
    if high is None:
        return found.start(), found.end(), _REPLACEMENT, CONTROL if lone is None else LONE
    code = 0x10000 + ((_number(high) - 0xD800) << 10) + (_number(low) - 0xDC00)
    # leading zeros make it as long as the two that it replaces: no offset moves
    new = b"&#%0*d;" % (found.end() - found.start() - 3, code)
    return found.start(), found.end(), new, JOINED


def _number(digits: bytes) -> int:
    return int(digits[1:], 16) if digits.startswith(b"x") else int(digits)


def _not_utf_8(run: bytes) -> list[int]:
    try:
        run.decode()
    except UnicodeDecodeError:
        pass
    else:
        return []
    wrong: list[int] = []
    at = 0
    while True:
        found = _UTF_8.match(run, at)
        at = len(run) if found is None else found.end()
        if at >= len(run):
            return wrong
        wrong.append(at)
        at += 1


class _Base64:
    """Base64 (RFC 4648) in pieces: its decoded size and digest, in bounded memory."""

    def __init__(self, tag: int, start: int) -> None:
        self._tag, self._start = tag, start
        self._left = b""
        self._text = b""
        self._head = b""
        self._size = 0
        self._padded = False
        self._fault = ""
        self._digest = hashlib.sha256()

    def feed(self, piece: bytes) -> None:
        if len(self._text) < 16:
            self._text += piece[: 16 - len(self._text)]
        if self._fault or not piece:
            return
        piece = self._left + piece
        if piece.translate(None, _BASE64 + b"="):
            held = piece.rfind(b"&", len(piece) - 5) if b"&" in piece[-5:] else -1
            piece, self._left = (piece, b"") if held < 0 else (piece[:held], piece[held:])
            piece = _LINE_ENDS.sub(b"", piece)
        else:
            self._left = b""
        whole = len(piece) - len(piece) % 4
        self._left = piece[whole:] + self._left
        self._decode(piece[:whole])

    def _decode(self, quads: bytes) -> None:
        if not quads:
            return
        if self._padded:
            self._fault = "more follows its end"
            return
        try:
            decoded = binascii.a2b_base64(quads, strict_mode=True)
        except binascii.Error:
            self._fault = "it is no base64"
            return
        self._padded = quads.endswith(b"=")
        if len(self._head) < HEAD_BYTES:
            self._head += decoded[: HEAD_BYTES - len(self._head)]
        self._size += len(decoded)
        self._digest.update(decoded)

    def ended(self, end: int) -> Media:
        if self._left and not self._fault:
            self._fault = "it ends too early"
        text = self._text.decode("ascii", "replace") if end - self._start <= 16 else ""
        if self._fault:
            return Media(self._tag, self._start, end, 0, "", "", text, self._fault)
        kind = media_type(self._head)
        return Media(self._tag, self._start, end, self._size, self._digest.hexdigest(), kind, text, "")
