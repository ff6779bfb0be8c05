"""What the practice site sends back, and how a client's wishes shape it: coding, ranges, known copies."""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Literal, Protocol
from urllib.parse import parse_qs, unquote

CHUNK_BYTES = 4096
"""Size of a chunk of an answer that is sent in chunks (RFC 9112 section 7.1)."""


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request as it arrived."""

    method: str
    # as sent: GET, HEAD, …
    target: str
    # the request-target as sent, query included (RFC 9112 section 3.2)
    headers: tuple[tuple[str, str], ...]
    # names in lower case, in the order sent; latin-1
    at_seconds: float
    # time.monotonic() of this process when the head was complete: only differences mean anything
    body: bytes = b""
    # what followed the head, Content-Length bytes

    def header(self, name: str) -> str:
        """The first value of a header, empty where it was not sent; `name` in lower case."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def path(self) -> str:
        """The target without its query, percent-decoded."""
        return unquote(self.target.partition("?")[0])

    def asked(self, name: str) -> str:
        """The first value of a field of the query, empty where there is none."""
        return parse_qs(self.target.partition("?")[2]).get(name, [""])[0]

    def cookie(self, name: str) -> str:
        """The value of a cookie (RFC 6265 section 4.2), empty where it was not sent."""
        for part in self.header("cookie").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return ""


class Talk(Protocol):
    """The connection, lent to an answer that goes on after its head: a web socket, a stream of events."""

    def send(self, data: bytes) -> None:
        """Send bytes; OSError where the client has gone."""

    def receive(self) -> bytes:
        """The next bytes from the client; nothing where it has hung up."""

    def wait(self, seconds: float) -> bool:
        """Wait, or less where the site stops; whether it stops."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back."""

    status: int
    # HTTP status code
    body: bytes
    # the representation, not compressed; empty where only `packed` is kept
    media_type: str = "text/html; charset=utf-8"
    # for Content-Type; empty: no such header
    headers: tuple[tuple[str, str], ...] = ()
    # what this answer has beyond the ones that every answer has
    packed: bytes = b""
    # the same representation by gzip, made once; empty where compressing is of no use
    fault: Literal["", "cut", "reset"] = ""
    # "cut": half the body, then an orderly end; "reset": no byte, then RST
    delay_ms: int = 0
    # milliseconds of silence before the first byte
    tag: str = field(default="", compare=False)
    # entity tag without quotes: the start of the body's SHA-256
    brotli: bytes = b""
    # the same representation by brotli, preferred where the client accepts it; empty: not offered
    ranges: bool = False
    # whether parts may be asked for (RFC 9110 section 14)
    chunked: bool = False
    # whether an HTTP/1.1 client gets the body in chunks, without its length
    talk: Callable[[Talk], None] | None = field(default=None, compare=False)
    # what follows the head instead of a body; the connection ends with it


def answer(
    status: int,
    body: bytes,
    media_type: str = "text/html; charset=utf-8",
    *,
    headers: tuple[tuple[str, str], ...] = (),
    pack: bool | None = None,
    keep_body: bool = True,
    brotli: bool = False,
    chunked: bool = False,
) -> Answer:
    """An `Answer` with its entity tag and its gzip form; `pack` None: text is compressed, pictures are not.

    With `keep_body` false only the gzip form is kept, a third of the memory; the plain form is then made anew
    for each client that does not accept gzip. With `brotli` that form is made too.
    """
    if pack is None:
        pack = media_type.startswith(("text/", "application/json", "application/activity+json"))
    packed = gzip.compress(body, 6, mtime=0) if pack else b""
    tag = hashlib.sha256(body).hexdigest()[:32]
    return Answer(
        status,
        body if keep_body or not packed else b"",
        media_type,
        headers,
        packed,
        tag=tag,
        brotli=_brotli(body) if brotli else b"",
        chunked=chunked,
    )


@functools.lru_cache(maxsize=256)
def _brotli(body: bytes) -> bytes:
    import brotlicffi

    packed: bytes = brotlicffi.compress(body, quality=5)
    return packed


@dataclass(frozen=True, slots=True)
class Shaped:
    """An answer as one client gets it."""

    head: bytes
    # status line and header lines, with the empty line
    body: bytes
    # as it stands on the wire: coded, in chunks, cut; empty for HEAD, 204, 304 and an answer that talks on
    keep: bool
    # whether another request may follow on this connection


def shape(given: Answer, seen: SeenRequest | None, now: datetime, *, keep: bool, chunks: bool) -> Shaped:
    """The bytes for this client; `seen` None: its request was not understood.

    `now` goes to the Date header. `keep`: whether the connection could stay; `chunks`: whether the client
    knows them (HTTP/1.1).
    """
    coding, body = _coded(given, seen)
    tag = f'"{given.tag}-{coding}"' if coding else f'"{given.tag}"'
    status, added = given.status, []
    if status == 200 and seen is not None and tag in seen.header("if-none-match"):
        status, body = 304, b""
    elif status == 200 and seen is not None and given.ranges and seen.header("range"):
        status, body, place = _part(body, seen.header("range"))
        added.append(f"Content-Range: {place}")
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Server: Chatterbox-practice",
        f"Date: {format_datetime(now, usegmt=True)}",
        *((f"Content-Type: {given.media_type}",) if given.media_type else ()),
        *((f"ETag: {tag}",) if given.tag else ()),
        *(f"{name}: {value}" for name, value in given.headers),
        *added,
    ]
    if given.ranges:
        lines.append("Accept-Ranges: bytes")
    if given.packed or given.brotli:
        lines.append("Vary: Accept-Encoding")
    if coding:
        lines.append(f"Content-Encoding: {'gzip' if coding == 'gz' else coding}")
    keep = keep and not given.fault and given.talk is None
    in_chunks = given.chunked and chunks and status == 200
    if in_chunks:
        lines.append("Transfer-Encoding: chunked")
    elif given.talk is None and status not in (204, 304):  # RFC 9110 section 8.6
        lines.append(f"Content-Length: {len(body)}")
    if not keep and status != 101:
        lines.append("Connection: close")
    if (seen is not None and seen.method == "HEAD") or given.talk is not None or status == 204:
        body = b""
    else:
        body = _chunks(body) if in_chunks else body
        body = body[: len(body) // 2] if given.fault == "cut" else body
    return Shaped("\r\n".join([*lines, "", ""]).encode("latin-1"), body, keep)


def _coded(given: Answer, seen: SeenRequest | None) -> tuple[str, bytes]:
    """The coding in the short form of the tags, "" for none, and the body in it."""
    wish = "" if seen is None else seen.header("accept-encoding")
    if given.brotli and accepts(wish, "br"):
        return "br", given.brotli
    if given.packed and accepts(wish, "gzip"):
        return "gz", given.packed
    return "", given.body or (gzip.decompress(given.packed) if given.packed else b"")


def _part(body: bytes, wish: str) -> tuple[int, bytes, str]:
    """Status, bytes and Content-Range for one range (RFC 9110 section 14.1.2); several are not given."""
    found = re.fullmatch(r"bytes=(\d{1,15})-(\d{0,15})", wish)
    if found is None or int(found[1]) >= len(body):
        return 416, b"", f"bytes */{len(body)}"
    first, last = int(found[1]), min(int(found[2] or len(body)), len(body) - 1)
    return 206, body[first : last + 1], f"bytes {first}-{last}/{len(body)}"


def _chunks(body: bytes) -> bytes:
    parts = (body[at : at + CHUNK_BYTES] for at in range(0, len(body), CHUNK_BYTES))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def accepts(accept_encoding: str, coding: str) -> bool:
    """Whether the header (RFC 9110 section 12.5.3) admits `coding`; an absent header is read as "none"."""
    weights = {}
    for part in accept_encoding.lower().split(","):
        name, _, rest = part.partition(";")
        weights[name.strip()] = rest.replace(" ", "").removeprefix("q=")
    weight = weights.get(coding, weights.get("*"))
    if weight is None:
        return False
    return weight == "" or weight.strip("0.") != ""
