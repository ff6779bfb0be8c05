"""The JSON that Telegram Desktop wrote wrongly, mended in a copy; every change is told with its place.

Two faults of the program are known, and nothing else is touched: control characters written as `\\x07`, an escape
that JSON does not have (telegramdesktop/tdesktop #27571), and, in 4.1, the file name of a custom emoji without quotes
after `"document_id":` (#24961, #24984, #25045).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

_BLOCK = 1 << 20
_HELD_BACK = 8192
_NAME_MOST = 1024

ESCAPE = "an escape that JSON does not have"
UNQUOTED = "a value without quotes"


class Repair(NamedTuple):
    offset: int
    """Byte in the original where `was` begins."""
    was: bytes
    became: bytes
    why: str
    """`ESCAPE` or `UNQUOTED`."""
    at: int
    """Byte in the repaired copy where `became` begins."""


# A backslash takes the sign after it along, so that the `\x` of an escaped backslash (`\\x07`) is not one. A quote
# within a string stands behind a backslash, so that `"document_id"` with bare quotes is a key and no text. Its value
# ends with the line, for the program writes one key a line.
_FAULT = re.compile(
    rb"\\(?:x(?P<code>[0-9a-fA-F]{2})|.)"
    rb'|(?P<key>"document_id":[ \t]{0,8})'
    rb'(?P<value>[^\s"0-9{\[,}\]\x00-\x1f][^\x00-\x1f]{0,%d}+)(?=\r?\n)' % _NAME_MOST,
    re.DOTALL,
)
_WORDS = (b"null", b"true", b"false")


def repair(stream: BinaryIO, out: BinaryIO) -> list[Repair]:
    """Copy `stream` to `out`, mended; what was mended, in order. None of it: the copy is the same, byte for byte.

    Whether the copy is JSON then is not checked. InputError of the stream passes through.
    """
    repairs: list[Repair] = []
    held, base, written = b"", 0, 0
    while True:
        block = stream.read(_BLOCK)
        held += block
        limit = len(held) - (_HELD_BACK if block else 0)
        if block and limit <= 0:
            continue
        at = 0
        for found in _FAULT.finditer(held):
            if found.start() >= limit:
                break
            limit = max(limit, found.end())
            start, end, became, why = _mended(found)
            if not why:
                continue
            written += out.write(held[at:start])
            repairs.append(Repair(base + start, held[start:end], became, why, written))
            written += out.write(became)
            at = end
        written += out.write(held[at:limit])
        held, base = held[limit:], base + limit
        if not block:
            return repairs


def _mended(found: re.Match[bytes]) -> tuple[int, int, bytes, str]:
    """Start and end of the fault, what stands there instead, and why; no reason: it is no fault."""
    if found["code"] is not None:
        return *found.span(), b"\\u00" + found["code"], ESCAPE
    value = (found["value"] or b"").rstrip().removesuffix(b",").rstrip()
    if not value or value in _WORDS or value.startswith(b"-"):
        return *found.span(), b"", ""
    start = found.start("value")
    quoted = json.dumps(value.decode("utf-8", "surrogateescape"), ensure_ascii=False)
    return start, start + len(value), quoted.encode("utf-8", "surrogateescape"), UNQUOTED


def to_original(repairs: Sequence[Repair], offset: int) -> int:
    """The byte of the original that stands at `offset` of the copy; within a mended place that place's own bytes."""
    before = bisect_right(repairs, offset, key=_place)
    if not before:
        return offset
    last = repairs[before - 1]
    behind = offset - last.at
    if behind < len(last.became):
        return last.offset + min(behind, len(last.was))
    return last.offset + len(last.was) + behind - len(last.became)


def _place(one: Repair) -> int:
    return one.at
