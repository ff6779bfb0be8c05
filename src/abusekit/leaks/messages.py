"""A record of a web archive, taken apart as far as a leak scan needs it: heads, and the body without its coding.

Lenient where `webarchive.warc_read` is strict: a recording that somebody handed over may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from abusekit.capture.coding import decode
from abusekit.leaks.source import Source
from abusekit.leaks.unpacking import Budget

RECORD = b"WARC/1."
HEAD_LIMIT = 512 << 10
_END = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"\s*([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r?\n")
_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,15})[ \t]*\r?$")
_CODED = re.compile(rb"(?im)^content-encoding:[ \t]*([^\r\n]{1,60})")
_CHUNKED = re.compile(rb"(?im)^transfer-encoding:[^\r\n]*chunked")


class Message(NamedTuple):
    head: bytes
    """Of HTTP; empty for a record that holds none."""
    request: bool
    body: Source


def message(source: Source, budget: Budget) -> Message:
    """The record that begins here. Its head is taken from `source`, the body is to be read behind it."""
    about = _head(source)
    if b"application/http" not in about.lower():
        return Message(b"", False, source)
    head = _head(source)
    if not head:
        return Message(b"", False, source)
    request = b"msgtype=request" in about.lower() or not head.startswith(b"HTTP/")
    body = source
    if length := _LENGTH.search(about):  # behind the block stand two line ends that are no part of the body
        body = Source(source.up_to(max(int(length[1]) - len(head), 0)))
    if _CHUNKED.search(head):
        body = Source(_dechunked(body))
    coding = _CODED.search(head)
    name = coding[1].decode("latin-1").strip().lower() if coding else ""
    if name and name != "identity":
        found = decode(body.rest(), name)
        if found.limited or found.fault:
            budget.missed("a recorded answer could not be unpacked to its end")
        body = Source([found.data])
    return Message(head, request, body)


def _head(source: Source) -> bytes:
    """Up to and with the first empty line; nothing is taken where there is none within the limit."""
    size = 4_096
    while True:
        ahead = source.peek(size)
        if end := _END.search(ahead):
            return source.read(end.end())
        if len(ahead) < size or size >= HEAD_LIMIT:
            return b""
        size *= 4


def _dechunked(source: Source) -> Iterator[bytes]:
    """RFC 9112 section 7.1. What does not follow it is given as it stands."""
    while start := _CHUNK.match(source.peek(256)):
        source.read(start.end())
        size = int(start[1], 16)
        if not size:
            break
        yield from source.up_to(size)
    yield from source.rest()
