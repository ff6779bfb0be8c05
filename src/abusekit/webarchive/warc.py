"""Writing WARC 1.1 (ISO 28500:2017): one gzip member a record, blocks exactly as they were received.

`WARC-Payload-Digest` is taken over everything after the final HTTP head *as it stood on the wire*: chunk
framing and content coding included. ISO 28500 (5.9) could be read as the de-chunked body; warcio, wget and
the crawlers hash the bytes as stored, and so does `warcio check`, which must agree with us. 1xx heads are
kept in a metadata record, because readers take the first head in a block for *the* head. What came back and
was not understood as HTTP is kept in a metadata record too, for the same reason: byte for byte, but not as
a `response` that every reader would stumble over.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from abusekit.errors import InputError
from abusekit.webarchive.asked import GET, Asked, asked
from abusekit.webarchive.exchange import MEMORY_LIMIT, Exchange, status_of
from abusekit.webarchive.resource import ABOUT, BESIDE_LIMIT, MEDIA_TYPES, Beside, Resource, read_urn
from abusekit.webarchive.warc_record import checked, record_head, stored_member, target

PACKED = re.compile(
    r"(image/(?!svg|bmp)|video/|audio/|font/woff|application/(zip|gzip|pdf|x-7z|vnd\.rar|octet-stream))", re.I
)
"""Media types whose bytes do not shrink: stored in their gzip member, not compressed again."""

MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,80}/[A-Za-z0-9!#$&^_.+-]{1,80}")

HTTP_RESPONSE = "application/http; msgtype=response"
HTTP_REQUEST = "application/http; msgtype=request"
FIELDS = "application/warc-fields"
CERTIFICATE = "application/pkix-cert"
CERTIFICATE_URI = "urn:x509:sha256:"
BESIDE = "application/json"
NOT_UNDERSTOOD = "application/octet-stream"

RECORDS: dict[str, tuple[str, ...]] = {
    "warcinfo": (FIELDS,),
    "response": (HTTP_RESPONSE,),
    "request": (HTTP_REQUEST,),
    "metadata": (BESIDE, HTTP_RESPONSE, NOT_UNDERSTOOD),
    "resource": (CERTIFICATE, *MEDIA_TYPES.values()),
}
"""WARC-Type → the content types of the records of that kind that are written here; there are no others."""


class Sink(Protocol):
    """Something that takes bytes: a file, a spool, a hasher that writes on."""

    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Indexed:
    """Where one response or resource stands in the WARC, for the index."""

    url: str
    # WARC-Target-URI
    at: datetime
    # WARC-Date, UTC
    status: int | None
    # of the final head; None for a resource, which has none
    mime: str
    # media type in lower case, without parameters; "application/octet-stream" where none is given
    digest: str
    # payload digest, "sha256:" and hex
    offset: int
    # bytes, of the gzip member in the WARC
    length: int
    # bytes, of the gzip member
    asked: Asked = GET
    # how it was asked for


class WarcWriter:
    """Writes records to `out` (only `write` is used) and counts the offset.

    `seed` makes the record ids: the same seed and the same exchanges give the same bytes, another seed gives
    other ids. Raises InputError when an address would break a WARC header, OSError when writing fails.
    """

    def __init__(self, out: Sink, seed: bytes) -> None:
        self._out = out
        self._seed = seed
        self._count = 0
        self._certificates: set[str] = set()
        self.offset = 0
        # bytes written so far

    def warcinfo(self, at: datetime, fields: Iterable[tuple[str, str]]) -> None:
        """The first record: which software wrote this, in which format."""
        block = "".join(f"{name}: {checked(value)}\r\n" for name, value in fields).encode()
        self._small("warcinfo", at, [("Content-Type", FIELDS)], block)

    def exchange(self, one: Exchange) -> Indexed | None:
        """The records of one exchange; gives its index entry when there is an HTTP response.

        `response` first, then `request`, then `metadata` with what is known beside the bytes.
        """
        uri = ("WARC-Target-URI", target(one.url))
        where = [uri] + ([("WARC-IP-Address", one.ip)] if one.ip else [])
        response_id = self._next_id()
        request_id = self._next_id()
        indexed = None
        # The bytes decide, not the field: what no reader takes for a response is not stored as one.
        if one.status is not None and status_of(one.received.read(one.interim_length, 20)) == one.status:
            indexed = self._response(one, one.status, where, response_id)
        elif one.received.size:
            headers = [*where, *_cut(one), ("Content-Type", NOT_UNDERSTOOD)]
            self._large("metadata", one.at, headers, one.response_length, one.response, response_id)
        main = ("WARC-Concurrent-To", response_id if one.received.size else request_id)
        if one.request:
            headers = [*where, ("Content-Type", HTTP_REQUEST)]
            if one.received.size:
                headers.append(main)
            self._small("request", one.at, headers, one.request, request_id, payload=_body_start(one.request))
        if one.interim_length:
            headers = [*where, main, ("Content-Type", HTTP_RESPONSE)]
            self._small("metadata", one.at, headers, one.interim)
        link = [main] if one.request or one.received.size else []
        self._small("metadata", one.at, [*where, *link, ("Content-Type", BESIDE)], _beside(one))
        for der in one.tls.chain if one.tls else ():
            self.certificate(der, one.at)
        return indexed

    def certificate(self, der: bytes, at: datetime) -> None:
        """One certificate as a `resource` named by its digest; each is written once."""
        digest = sha256(der).hexdigest()
        if digest not in self._certificates:
            self._certificates.add(digest)
            uri = ("WARC-Target-URI", CERTIFICATE_URI + digest)
            self._small("resource", at, [uri, ("Content-Type", CERTIFICATE)], der)

    def resource(self, one: Resource) -> Indexed:
        """One thing that was made of a page, under its `urn:`; gives its index entry.

        Raises InputError when its name and its type do not belong together.
        """
        named = read_urn(one.uri)
        wanted = MEDIA_TYPES[named[0]] if named else ""
        mime = wanted.partition(";")[0]
        if one.media_type.partition(";")[0].strip().lower() != mime or not mime:
            raise InputError(
                f"no resource of a page: {one.uri[:80]} of type {one.media_type[:80]}",
                f"name it urn:KIND:ADDRESS, KIND one of {', '.join(MEDIA_TYPES)}, with the type of its kind",
            )
        digest = _digest(one.pieces())
        uri = target(one.uri)
        headers = [("WARC-Target-URI", uri), ("WARC-Payload-Digest", digest), ("Content-Type", wanted)]
        offset = self.offset
        level = 0 if PACKED.match(mime) else 6
        self._large("resource", one.at, headers, one.size, one.pieces, self._next_id(), level)
        return Indexed(uri, one.at, None, mime, digest, offset, self.offset - offset)

    def beside(self, one: Beside, url: str) -> None:
        """A note about the capture of the page `url` as a whole. Raises InputError when it is too long."""
        if not ABOUT.fullmatch(one.about):
            raise InputError(f"no name for a note: {one.about[:80]!r}", "use lower-case letters and dashes")
        block = json.dumps({"about": one.about, "content": one.content}, sort_keys=True).encode()
        if len(block) > BESIDE_LIMIT:
            raise InputError(
                f"the note {one.about!r} is longer than {BESIDE_LIMIT} bytes",
                "put the rest into a file of its own",
            )
        self._small("metadata", one.at, [("WARC-Target-URI", target(url)), ("Content-Type", BESIDE)], block)

    def _response(self, one: Exchange, status: int, where: list[tuple[str, str]], record_id: str) -> Indexed:
        digest = _digest(one.payload())
        headers = [*where, ("WARC-Protocol", checked(one.protocol or "http/1.1"))]
        if one.tls and one.tls.version:
            headers.append(("WARC-Protocol", _tls_protocol(one.tls.version)))
        headers += _cut(one)
        headers += [
            ("WARC-Payload-Digest", digest),
            ("Content-Type", HTTP_RESPONSE),
        ]
        mime = media_type(one)
        level = 0 if one.header("content-encoding") or PACKED.match(mime) else 6
        offset = self.offset
        self._large("response", one.at, headers, one.response_length, one.response, record_id, level)
        how = asked(one.request, one.method)
        return Indexed(where[0][1], one.at, status, mime, digest, offset, self.offset - offset, how)

    def _large(
        self,
        kind: str,
        at: datetime,
        headers: list[tuple[str, str]],
        length: int,
        pieces: Callable[[], Iterator[bytes]],
        record_id: str,
        level: int = 6,
    ) -> None:
        """A record whose block is read in pieces, as often as asked for; streamed when it is long."""
        if length <= MEMORY_LIMIT:
            block = b"".join(pieces())
            record = (
                record_head(kind, record_id, at, headers, length, sha256(block).hexdigest())
                + block
                + b"\r\n\r\n"
            )
            self._put(zlib.compress(record, level, 31) if level else stored_member(record))
            return
        packer = zlib.compressobj(level, zlib.DEFLATED, 31)
        block_hex = _digest(pieces()).removeprefix("sha256:")
        self._put(packer.compress(record_head(kind, record_id, at, headers, length, block_hex)))
        for piece in pieces():
            self._put(packer.compress(piece))
        self._put(packer.compress(b"\r\n\r\n") + packer.flush())

    def _small(
        self,
        kind: str,
        at: datetime,
        headers: list[tuple[str, str]],
        block: bytes,
        record_id: str | None = None,
        payload: int | None = None,
    ) -> None:
        if payload is not None:
            headers = [*headers, ("WARC-Payload-Digest", "sha256:" + sha256(block[payload:]).hexdigest())]
        head = record_head(
            kind, record_id or self._next_id(), at, headers, len(block), sha256(block).hexdigest()
        )
        self._put(stored_member(head + block + b"\r\n\r\n"))

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self.offset += len(data)

    def _next_id(self) -> str:
        self._count += 1
        hexed = sha256(self._seed + b"%d" % self._count).hexdigest()
        # RFC 9562 section 5.8: version 8 is the free one; the variant bits are 10.
        variant = "89ab"[int(hexed[16], 16) & 3]
        return f"<urn:uuid:{hexed[:8]}-{hexed[8:12]}-8{hexed[13:16]}-{variant}{hexed[17:20]}-{hexed[20:32]}>"


def media_type(one: Exchange) -> str:
    """The media type of the response in lower case, without parameters, safe for an index line."""
    found = MEDIA_TYPE.match((one.header("content-type") or "").strip())
    return found[0].lower() if found else "application/octet-stream"


def _digest(pieces: Iterable[bytes]) -> str:
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
    return "sha256:" + digest.hexdigest()


def _cut(one: Exchange) -> list[tuple[str, str]]:
    return [("WARC-Truncated", one.truncated)] if one.truncated else []


def _tls_protocol(version: str) -> str:
    return "tls/" + version.removeprefix("TLSv") if version.startswith("TLSv") else "ssl/3"


def _body_start(message: bytes) -> int:
    end = message.find(b"\r\n\r\n")
    return len(message) if end < 0 else end + 4


def _beside(one: Exchange) -> bytes:
    """What is known of an exchange beside its bytes, as JSON: sorted keys, ASCII, no floats."""
    known: dict[str, object] = {
        "complete": one.complete,
        "dns": list(one.dns),
        "duration_ms": one.duration_ms,
        "excess_length": one.excess_length,
        "form": one.form,
        "interim_count": one.interim_count,
        "ip": one.ip,
        "kind": one.kind,
        "method": one.method,
        "port": one.port,
        "problem": {"label": one.problem.label, "detail": one.problem.detail} if one.problem else None,
        "status": one.status,
        "truncated": one.truncated,
    }
    if one.tls:
        known["tls"] = {
            "alpn": one.tls.alpn,
            "chain_sha256": [sha256(der).hexdigest() for der in one.tls.chain],
            "cipher": one.tls.cipher,
            "error": one.tls.error,
            "verified": one.tls.verified,
            "version": one.tls.version,
        }
    return json.dumps(known, sort_keys=True).encode()
