"""The lines of a chat file as text, each with its bytes; the byte order mark is left out and counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from abusekit.containers.container import Member
from abusekit.importers.spans.text_lines import decode, encoding_of, lines

HEADER_STARTS = frozenset(
    "[0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९"
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
"""What a header can begin with."""


class Line(NamedTuple):
    start: int
    """Offset in the member."""
    raw: bytes
    text: str
    """With its line end."""
    steps: tuple[str, ...]
    """What decoding did."""
    fresh: bool
    """It begins a line: it is not the rest of one that was too long for one piece."""


def chat_lines(member: Member) -> Iterator[Line]:
    """Every line, in order; together with a byte order mark they are all bytes of the member.

    InputError of the member (broken archive) passes through after what precedes it.
    """
    head = member.head()
    skipped, form = _form(head)
    fresh = True
    with member.open() as stream:
        for offset, piece in lines(stream):
            skip = skipped if offset == 0 else 0
            raw = piece[skip:]
            text, steps = _text(raw, form)
            yield Line(offset + skip, raw, text, steps, fresh)
            fresh = text.endswith("\n")


def _form(head: bytes) -> tuple[int, str]:
    """Bytes of the byte order mark, and the encoding: UTF-8, or UTF-16 where its mark says so."""
    encoding = encoding_of(head)
    if encoding == "utf-8-sig":
        return 3, "utf-8"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return 2, encoding
    return 0, "utf-8"


def _text(raw: bytes, form: str) -> tuple[str, tuple[str, ...]]:
    try:
        return raw.decode(form), ()
    except UnicodeDecodeError:
        return decode(raw, form)


def line_end_width(member: Member) -> int:
    """Bytes of each sign of a line end."""
    return 1 if _form(member.head())[1] == "utf-8" else 2
