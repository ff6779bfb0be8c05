"""Single answers out of a capture's web archive, by address, without reading the whole of it.

The index says where the record lies; the record itself is checked (lengths, digests) as everywhere. That the index
lists all there is, `abusekit verify` checks, not this.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from abusekit.capture.address import redirected, target
from abusekit.capture.coding import decode
from abusekit.errors import InputError
from abusekit.webarchive import zip_read
from abusekit.webarchive.cdxj import parse
from abusekit.webarchive.warc_read import Record, read

INDEX, WARC = "indexes/index.cdx", "archive/data.warc.gz"
REDIRECTS = ("301", "302", "303", "307", "308")
MOST_HOPS = 10
_HEAD_ROOM = 1 << 20
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[^\r\n]{0,200}\r?\n")


@dataclass(frozen=True, slots=True)
class _Place:
    status: str
    offset: int
    length: int


class Archive:
    """The answers in one archive. Raises ZipError, WarcError, InputError (EvidenceError) where it is damaged."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        members = zip_read.members(stream)
        self._warc = members.get(WARC)
        self._places: dict[str, list[_Place]] = {}
        if INDEX in members:
            for _, _, line in parse(zip_read.pieces(stream, members[INDEX])):
                url, status, at, length = (line.get(key) for key in ("url", "status", "offset", "length"))
                if (
                    isinstance(url, str)
                    and isinstance(at, int)
                    and isinstance(length, int)
                    and "method" not in line
                ):
                    self._places.setdefault(url, []).append(_Place(str(status), at, length))

    def body(self, url: str, most: int) -> bytes | None:
        """The body that answered `url`, codings undone, over the redirects that the archive holds.

        None: no answer there, not one of status 200, cut off, damaged, or longer than `most` bytes.
        """
        for _ in range(MOST_HOPS):
            places = self._places.get(url, ())
            place = next((one for one in places if one.status == "200"), None)
            if place is not None:
                return self._content(url, place, most)
            moved = next((one for one in places if one.status in REDIRECTS), None)
            record = self._record(url, moved, most) if moved is not None else None
            location = _headers(record).get("location", "") if record is not None else ""
            try:
                url = redirected(target(url), location.partition("#")[0]).url if location else ""
            except InputError:
                return None
        return None

    def _record(self, url: str, place: _Place, most: int) -> Record | None:
        """The answer of `url` at that place, if it is there, whole and no longer than wanted."""
        warc = self._warc
        if warc is None or warc.method or not 0 <= place.offset <= place.offset + place.length <= warc.size:
            return None
        if place.length > most + _HEAD_ROOM:
            return None
        self._stream.seek(warc.start + place.offset)
        packed = io.BytesIO(self._stream.read(place.length))
        record = next(read(packed, keep=most + _HEAD_ROOM, total_limit=most + _HEAD_ROOM), None)
        if record is None or record.type != "response" or record.header("warc-target-uri") != url:
            return None
        if record.header("warc-truncated") is not None:
            return None
        return record

    def _content(self, url: str, place: _Place, most: int) -> bytes | None:
        record = self._record(url, place, most)
        if record is None or record.block is None or not record.http_length:
            return None
        headers = _headers(record)
        body = record.block[record.http_length :]
        stated = headers.get("content-length", "")
        if "chunked" in headers.get("transfer-encoding", "").lower():
            pieces = _dechunked(body)
            if pieces is None:
                return None
            body = pieces
        elif stated.isascii() and stated.isdigit():
            if len(body) < int(stated[:15]):
                return None
            body = body[: int(stated[:15])]
        undone = decode([body], headers.get("content-encoding"), limit=most, keep=most)
        return None if undone.fault or undone.limited else undone.data


def _headers(record: Record) -> dict[str, str]:
    """Of the HTTP head, names in lower case; the first where one occurs twice."""
    head = (record.block or b"")[: record.http_length].decode("latin-1")
    lines = (line.partition(":") for line in head.splitlines()[1:] if ":" in line)
    found: dict[str, str] = {}
    for name, _, value in lines:
        found.setdefault(name.strip().lower(), value.strip())
    return found


def _dechunked(body: bytes) -> bytes | None:
    """RFC 9112 section 7.1; None where the last chunk is missing."""
    pieces = list(_chunks(body))
    return b"".join(pieces[:-1]) if pieces and pieces[-1] == b"" else None


def _chunks(body: bytes) -> Iterator[bytes]:
    at = 0
    while start := _CHUNK.match(body, at):
        size = int(start[1], 16)
        piece = body[start.end() : start.end() + size]
        if len(piece) < size:
            return
        yield piece
        if not size:
            return
        at = start.end() + size
        at += 2 if body[at : at + 2] == b"\r\n" else 1
