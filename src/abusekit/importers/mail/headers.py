"""Header fields of a mail as they stand there, with their places, and their text.

The standard library renders dates and addresses anew; here every field keeps its bytes (RFC 5322 section 2.2).
Encoded words are decoded as RFC 2047 says; what is no encoded word stays as it is. Nothing is verified here.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from dataclasses import dataclass, field

from abusekit.importers.spans.text_lines import decode, whole

MOST_FIELDS = 2_000
"""Fields of one header that are read; a header with more is flagged."""
MOST_HEADER = 1 << 20
"""Bytes of one header that are read."""
LONGEST_TEXT = 65_536
"""Bytes of one field that are decoded into text."""

_FIELD = re.compile(rb"([!-9;-~]{1,1000})[ \t]*:([^\n]*(?:\n|\Z)(?:[ \t][^\n]*(?:\n|\Z))*)")
_BLANK = re.compile(rb"\r?(?:\n|\Z)")
_ENVELOPE = re.compile(rb">?From [^\n]*(?:\n|\Z)")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_WORD = re.compile(r"=\?([A-Za-z0-9._:+-]{1,60})(?:\*[A-Za-z0-9-]{0,40})?\?([bBqQ])\?([^?\s]{0,2000})\?=")
_BETWEEN = re.compile(r"[ \t\r\n]+")
_QUOTED_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")
_NO_TEXT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
"""Codecs of Python that are no charset of a mail, or that work in more than linear time."""


@dataclass(slots=True, frozen=True)
class Field:
    """One header field."""

    name: str
    # as written, ASCII
    value: bytes
    # everything after the colon, with folds and the last line end
    start: int
    end: int
    # offsets in the bytes given to `read_header`


@dataclass(slots=True)
class Header:
    """All fields of one header, in order."""

    fields: list[Field] = field(default_factory=list)
    body: int = 0
    # offset of the first byte after the blank line
    flags: list[str] = field(default_factory=list)
    # `header_cut`, `header_malformed`
    named: dict[str, list[Field]] = field(default_factory=dict)
    # by lower name, topmost first

    def add(self, one: Field) -> None:
        self.fields.append(one)
        self.named.setdefault(one.name.lower(), []).append(one)

    def all(self, name: str) -> list[Field]:
        """Fields of that name (lower case), topmost first."""
        return self.named.get(name, [])

    def raw(self, name: str) -> bytes:
        """The value of the lowest field of that name (lower case); empty where there is none.

        Servers and forgers add on top; the lowest is the one that the sender wrote and that a signature covers.
        """
        return self.named[name][-1].value if name in self.named else b""

    def text(self, name: str) -> str:
        """The decoded text of the lowest field of that name (lower case); empty where there is none."""
        return text_of(self.raw(name))[0]


def read_header(raw: bytes, start: int = 0, end: int | None = None) -> Header:
    """The header that begins at `start`. Never raises.

    A line that is neither field, fold nor blank ends the header, as in the standard library (`header_malformed`);
    `From ` lines that a mailbox left behind are passed over.
    """
    end = len(raw) if end is None else end
    most = min(end, start + MOST_HEADER)
    header = Header(body=end)
    at = start
    while at < most:
        blank = _BLANK.match(raw, at, end)
        if blank is not None:
            header.body = blank.end()
            return header
        if len(header.fields) >= MOST_FIELDS:
            break
        found = _FIELD.match(raw, at, most)
        if found is not None:
            header.add(Field(found[1].decode("ascii"), found[2], at, found.end()))
            at = found.end()
            continue
        envelope = _ENVELOPE.match(raw, at, most)
        if envelope is None:
            header.flags.append("header_malformed")
            header.body = at
            return header
        at = envelope.end()
    if at < end:
        header.flags.append("header_cut")
        header.body = _after_blank(raw, at, end)
    return header


def _after_blank(raw: bytes, at: int, end: int) -> int:
    """Where the body begins behind a header that is too long to be read."""
    places = [place + len(mark) for mark in (b"\n\n", b"\n\r\n") if (place := raw.find(mark, at, end)) >= 0]
    return min(places, default=end)


def unfolded(value: bytes) -> bytes:
    """The value on one line, without the spaces around it (RFC 5322 section 2.2.3)."""
    return _FOLD.sub(b"", value).strip(b" \t\r\n")


def text_of(value: bytes) -> tuple[str, tuple[str, ...]]:
    """A field's text, encoded words decoded, and the steps; at most LONGEST_TEXT bytes of it."""
    plain, steps = raw_text(value)
    if "=?" not in plain:
        return plain, steps
    text, how = words(plain)
    return text, steps + how


def raw_text(value: bytes) -> tuple[str, tuple[str, ...]]:
    """A field's text on one line with encoded words left as they are; 8-bit bytes are UTF-8 or windows-1252."""
    line = unfolded(value[:LONGEST_TEXT]) if b"\n" in value[:-1] else value[:LONGEST_TEXT].strip(b" \t\r\n")
    if line.isascii():
        return line.decode("ascii"), ()
    return decode(line)


def words(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` with its encoded words decoded. Neighbours of one charset are joined first: characters get split."""
    pieces: list[str] = []
    waiting: tuple[str, bytes] | None = None
    steps: set[str] = set()
    at = 0
    for found in _WORD.finditer(text):
        between = text[at : found.start()]
        data = _word_bytes(found[2], found[3])
        if data is None:
            continue
        if waiting is not None and not _BETWEEN.fullmatch(between) and between:
            pieces.append(_spelled(waiting, steps))
            waiting = None
        if waiting is None:
            pieces.append(between)
            waiting = (found[1].lower(), data)
        elif waiting[0] == found[1].lower():
            waiting = (waiting[0], waiting[1] + data)
        else:
            pieces.append(_spelled(waiting, steps))
            waiting = (found[1].lower(), data)
        at = found.end()
    if waiting is not None:
        pieces.append(_spelled(waiting, steps))
    return "".join(pieces) + text[at:], ("encoded words decoded", *sorted(steps)) if at else ()


def _word_bytes(kind: str, data: str) -> bytes | None:
    """The bytes of an encoded word; None: not decodable, it then stays as it is."""
    if not data.isascii():
        return None
    if kind in "qQ":
        plain = data.replace("_", " ").encode("ascii")
        return _QUOTED_BYTE.sub(lambda found: bytes.fromhex(found[1].decode("ascii")), plain)
    try:
        return base64.b64decode(data + "=" * (-len(data) % 4), validate=True)
    except binascii.Error:
        return None


def _spelled(word: tuple[str, bytes], steps: set[str]) -> str:
    text, how = charset_text(word[1], word[0])
    steps.update(how)
    return text


def charset_text(data: bytes, charset: str) -> tuple[str, tuple[str, ...]]:
    """`data` read in `charset` as named in a mail, and the steps; where that fails, UTF-8 or windows-1252 is said."""
    name = charset.strip().lower()
    if name in ("", "us-ascii", "ascii", "ansi_x3.4-1968"):
        return (data.decode("ascii"), ()) if data.isascii() else decode(data)
    try:
        known = codecs.lookup(name)
    except (LookupError, ValueError):
        return _otherwise(data, f"unknown charset {name[:40]!a}")
    if known.name.replace("-", "_") in _NO_TEXT or not _is_charset(known):
        return _otherwise(data, f"unknown charset {name[:40]!a}")
    try:
        text = data.decode(name)
    except (UnicodeError, ValueError):
        return _otherwise(data, f"not {name[:40]}")
    steps = () if known.name in ("utf-8", "ascii") else (f"{known.name} to utf-8",)
    text, mended = whole(text)  # UTF-7 and UTF-16 can spell half of a pair
    return text, (*steps, *mended)


def _is_charset(known: codecs.CodecInfo) -> bool:
    """Python also calls zip, hex and rot13 codecs: only those that turn bytes into text count."""
    return bool(getattr(known, "_is_text_encoding", False))


def _otherwise(data: bytes, why: str) -> tuple[str, tuple[str, ...]]:
    text, steps = decode(data)
    return text, (why, *(steps or ("read as utf-8",)))
