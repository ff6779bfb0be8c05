"""Reading WARC strictly: every length and digest is checked while the file streams by, in bounded memory.

Only what `warc.py` and its like write is accepted: gzip, one member a record, nothing hidden in the gzip
headers, SHA-256 block digests everywhere. Silence means that each record is what its digests say; it does
not mean that what a record says is true.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, NoReturn

from abusekit.errors import EvidenceError
from abusekit.webarchive.asked import method_of
from abusekit.webarchive.exchange import MEMORY_LIMIT, PIECE, status_of

HEAD_LIMIT = 1 << 18
"""Bytes of a record's header; the longest address is 100,000."""

ID_LIMIT = 200
"""Characters of a record's id; all ids of a file are held in memory, to find one that occurs twice."""

HTTP_HEAD_LIMIT = 1 << 19
"""Bytes within which an HTTP head must end, as for the recorder (256 KiB and some air)."""

TOTAL_LIMIT = 9 << 28
"""Bytes that one WARC may unpack to: 2 GiB is the most that one capture receives, the rest is for headers.

No ratio to the packed size: a page of blanks packs a thousand times smaller, and is read in flat memory.
"""

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
LENGTH = re.compile(r"0|[1-9]\d{0,14}")
HEAD_END = re.compile(rb"\n\r?\n")


class WarcError(EvidenceError):
    """A WARC that is not what it says. `label` names the kind of fault, `offset` the byte of the record.

    Labels: torn, not-gzip, bad-gzip, hidden-bytes, bad-header, too-large, length, no-digest, block-digest,
    payload-digest, duplicate-id.
    """

    def __init__(self, label: str, offset: int, detail: str) -> None:
        super().__init__(
            f"WARC record at byte {offset}: {detail}", "get the file again from where it was made"
        )
        self.label = label
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Record:
    """One record, already checked."""

    offset: int
    # bytes, of its gzip member in the file
    length: int
    # bytes, of its gzip member
    headers: tuple[tuple[str, str], ...]
    # in their order, as written
    fields: dict[str, str]
    # the same by name in lower case; the first where a name occurs twice
    content_length: int
    # bytes of the block
    block: bytes | None
    # the block, or None when it is longer than `keep`
    http_length: int
    # bytes of the HTTP head at the start of an application/http block, else 0
    status: int | None
    # of an HTTP response's head, else None
    method: str | None = None
    # of an HTTP request's head in upper case, else None

    def header(self, name: str) -> str | None:
        """The first header of that name (any case), or None."""
        return self.fields.get(name.lower())

    @property
    def type(self) -> str:
        """WARC-Type."""
        return self.fields["warc-type"]


def read(stream: BinaryIO, *, keep: int = MEMORY_LIMIT, total_limit: int = TOTAL_LIMIT) -> Iterator[Record]:
    """Gives each record once it is checked; `stream` is only read forwards.

    keep: bytes of a block to hand out; longer blocks are checked and given as None. total_limit: bytes that
    the file may unpack to. Raises `WarcError` at the first record that is not in order; records given before
    it were in order.
    """
    pending = b""
    offset = 0
    unpacked = 0
    seen: set[str] = set()
    while True:
        pending = pending or stream.read(PIECE)
        if not pending:
            return
        member = _Member(stream, pending, offset)
        record = _record(member, keep, total_limit - unpacked)
        identity = record.fields["warc-record-id"]
        if identity in seen:
            raise WarcError("duplicate-id", offset, "its id occurs twice")
        seen.add(identity)
        yield record
        unpacked += record.content_length
        pending = member.pending
        offset += member.used


class _Member:
    """One gzip member, unpacked piece by piece."""

    __slots__ = ("_inflater", "_stream", "offset", "pending", "used")

    def __init__(self, stream: BinaryIO, pending: bytes, offset: int) -> None:
        while len(pending) < 4 and (more := stream.read(PIECE)):
            pending += more
        self._stream = stream
        self._inflater = zlib.decompressobj(31)
        self.pending = pending
        self.offset = offset
        self.used = 0
        if pending[:3] != b"\x1f\x8b\x08":
            self.fail("not-gzip", "no gzip member starts here")
        if pending[3:4] != b"\x00":
            self.fail("hidden-bytes", "its gzip header carries extra fields")

    def fail(self, label: str, detail: str) -> NoReturn:
        raise WarcError(label, self.offset, detail)

    def take(self, most: int) -> bytes:
        """Up to `most` unpacked bytes; b"" only at the end of the member."""
        while not self._inflater.eof:
            data = self.pending or self._stream.read(PIECE)
            if not data:
                self.fail("torn", "the file ends inside of it")
            try:
                out = self._inflater.decompress(data, most)
            except zlib.error as fault:
                raise WarcError("bad-gzip", self.offset, f"damaged gzip data ({fault})") from fault
            inflater = self._inflater
            self.pending = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            self.used += len(data) - len(self.pending)
            if out:
                return out
        return b""


def _record(member: _Member, keep: int, allowed: int) -> Record:
    buffer = member.take(PIECE + HEAD_LIMIT)
    while (end := buffer.find(b"\r\n\r\n")) < 0 and len(buffer) <= HEAD_LIMIT:
        more = member.take(HEAD_LIMIT)
        if not more:
            break
        buffer += more
    if end < 0 or end > HEAD_LIMIT:
        member.fail("bad-header", "its header does not end")
    headers = _headers(member, buffer[:end])
    fields = {name.lower(): value for name, value in reversed(headers)}
    if len(fields["warc-record-id"]) > ID_LIMIT:
        member.fail("bad-header", "its id is too long")
    length = _content_length(member, fields)
    if length > allowed:
        member.fail("too-large", f"it claims {length} bytes")
    is_http = fields.get("content-type", "").lower().startswith("application/http")
    block = _Block(member, buffer[end + 4 :], length, is_http, "warc-payload-digest" in fields, keep)
    _compare(member, "block", fields.get("warc-block-digest"), block.digest)
    if "warc-payload-digest" in fields:
        _compare(member, "payload", fields["warc-payload-digest"], block.payload_digest)
    return Record(
        member.offset,
        member.used,
        headers,
        fields,
        length,
        block.whole if length <= keep else None,
        block.head_length,
        status_of(block.start) if is_http and fields["warc-type"] == "response" else None,
        method_of(block.start) if is_http and fields["warc-type"] == "request" else None,
    )


def _headers(member: _Member, head: bytes) -> tuple[tuple[str, str], ...]:
    try:
        lines = head.decode("utf-8").split("\r\n")
    except UnicodeDecodeError as fault:
        raise WarcError("bad-header", member.offset, "its header is not UTF-8") from fault
    if lines[0] not in ("WARC/1.1", "WARC/1.0"):
        member.fail("bad-header", f"it starts with {lines[0][:40]!r}")
    headers = []
    names = set()
    for line in lines[1:]:
        name, colon, value = line.partition(": ")
        lower = name.lower()
        if not colon or not name.replace("-", "").isalnum() or not value.isprintable():
            member.fail("bad-header", f"this header line is not in order: {line[:80]!r}")
        if lower in names and lower not in ("warc-concurrent-to", "warc-protocol"):
            member.fail("bad-header", f"{name} occurs twice")
        names.add(lower)
        headers.append((name, value))
    for name in ("warc-type", "warc-record-id", "warc-date", "content-length"):
        if name not in names:
            member.fail("bad-header", f"it has no {name}")
    return tuple(headers)


def _content_length(member: _Member, fields: dict[str, str]) -> int:
    if not LENGTH.fullmatch(fields["content-length"]):
        member.fail("bad-header", "its Content-Length is not a number")
    if not DATE.fullmatch(fields["warc-date"]):
        member.fail("bad-header", "its WARC-Date is not a UTC time")
    return int(fields["content-length"])


class _Block:
    """The block of one record, consumed to the end of its member, hashed on the way."""

    __slots__ = ("digest", "head_length", "payload_digest", "start", "whole")

    def __init__(
        self, member: _Member, first: bytes, length: int, is_http: bool, wants_payload: bool, keep: int
    ) -> None:
        if len(first) < length + 4 and length <= keep:
            pieces = [first]
            got = len(first)
            while got < length + 5 and (more := member.take(length + 5 - got)):
                pieces.append(more)
                got += len(more)
            first = b"".join(pieces)
        self.head_length = 0
        self.whole: bytes | None = None
        if len(first) >= length + 4 or length <= keep:
            self.start = self.whole = first[:length]
            self._locate(is_http)
            self.digest = sha256(self.whole).hexdigest()
            rest = memoryview(self.whole)[self.head_length :]
            self.payload_digest = sha256(rest).hexdigest() if wants_payload else ""
            self._end(member, first[length:], len(first) - length)
            return
        while len(first) < min(length, HTTP_HEAD_LIMIT) and (more := member.take(PIECE)):
            first += more
        self.start = first[:length]
        self._locate(is_http)
        block = sha256(self.start)
        payload = sha256(self.start[self.head_length :])
        left = length - len(self.start)
        tail = first[length:]
        while left and (more := member.take(left)):
            block.update(more)
            if wants_payload:
                payload.update(more)
            left -= len(more)
        self.digest = block.hexdigest()
        self.payload_digest = payload.hexdigest()
        self._end(member, tail, len(tail) - left)

    def _locate(self, is_http: bool) -> None:
        if is_http:
            found = HEAD_END.search(self.start, 0, HTTP_HEAD_LIMIT)
            self.head_length = found.end() if found else 0

    @staticmethod
    def _end(member: _Member, tail: bytes, beyond: int) -> None:
        """After the block come CR LF CR LF and the end of the member, nothing else."""
        while len(tail) < 5 and beyond >= 0 and (more := member.take(5 - len(tail))):
            tail += more
        if beyond < 0 or tail != b"\r\n\r\n" or member.take(1):
            member.fail("length", "its block is not as long as its Content-Length says")


def _compare(member: _Member, which: str, written: str | None, found: str) -> None:
    if written is None:
        member.fail("no-digest", f"it has no {which} digest")
    if written != "sha256:" + found:
        member.fail(f"{which}-digest", f"its {which} digest does not match its bytes")
