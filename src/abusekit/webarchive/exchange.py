"""One HTTP exchange as it went over the connection: the bytes first, what was read from them beside."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

MEMORY_LIMIT = 1 << 20
"""Bytes of one exchange kept in memory; more go to an unnamed file, so that memory stays flat."""

PIECE = 1 << 16
"""Bytes given at once by `Spool.pieces`."""

STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})(?= |\r?\n)")
"""The start of an HTTP response that is stored, and read back, as one (RFC 9112 section 4; bare LF tolerated)."""

Truncation = Literal["length", "time", "disconnect"]
"""Why a message was cut, in the words of WARC 1.1 section 5.13."""

Form = Literal["wire", "h2", "decoded"]
"""How much of an exchange is as it went over the connection."""


def status_of(response: bytes) -> int | None:
    """The status code of an HTTP/1.0 or 1.1 response; None when its first line is no such status line."""
    found = STATUS_LINE.match(response)
    return int(found[1]) if found else None


class Spool:
    """Bytes written once and read many times; in memory up to 1 MiB, then in an unnamed file.

    Not for two threads at once. `close` frees the file; the system does so too when the process is killed.
    """

    __slots__ = ("_file", "_folder", "size")

    def __init__(self, folder: Path | None = None, data: bytes = b"") -> None:
        self._file: IO[bytes] = io.BytesIO()
        self._folder = folder
        self.size = 0
        # bytes written so far
        if data:
            self.write(data)

    def write(self, data: bytes) -> None:
        """Appends. Raises OSError when the disk is full."""
        if isinstance(self._file, io.BytesIO) and self.size + len(data) > MEMORY_LIMIT:
            larger = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 (lives as long as the spool)
            larger.write(self._file.getvalue())
            self._file = larger
        self._file.seek(self.size)
        self._file.write(data)
        self.size += len(data)

    def read(self, start: int, length: int) -> bytes:
        """At most `length` bytes from `start`; fewer only at the end."""
        self._file.seek(start)
        return self._file.read(length)

    def pieces(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `end`, 64 KiB at a time."""
        end = self.size if end is None else min(end, self.size)
        while start < end:
            piece = self.read(start, min(PIECE, end - start))
            if not piece:
                return
            start += len(piece)
            yield piece

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps a capture from being whole."""

    label: str
    # one word or two of a documented set, for scripts
    detail: str
    # one line for a person; may hold text from outside, so it is escaped where it is shown
    where: str = ""
    # the address it concerns, as sent


@dataclass(frozen=True, slots=True)
class Tls:
    """The encrypted connection, as this side saw it. Proves nothing to a third party: TLS signs no content."""

    version: str | None
    # "TLSv1.3"; None when no handshake was finished
    cipher: str | None
    # OpenSSL's name of the suite
    alpn: str | None
    # the protocol agreed on; None when the server chose none
    chain: tuple[bytes, ...]
    # the server's certificates as it sent them, DER, leaf first
    verified: bool
    # the chain leads to a trusted root and names the host, at the time of the connection
    error: str | None
    # the verifier's reason, where it does not


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back.

    With `form` "h2" and "decoded", `request` and `received` hold heads that were written as HTTP/1.1 from the
    lists of header fields. A decoded body is not what was sent: whoever makes such an exchange renames its
    `Content-Encoding` and `Transfer-Encoding` to `x-orig-…`, so that no reader decodes it a second time.
    """

    url: str
    # as sent: ASCII, percent-encoded, without a fragment
    method: str
    # "GET"
    at: datetime
    # UTC, our clock, microseconds: just before the request was sent (or the connection tried)
    request: bytes
    # the request as sent; empty when no connection came about
    received: Spool
    # every byte that came back, inside of TLS: interim heads, head, body, whatever followed
    interim_length: int = 0
    # bytes of the 1xx heads at the start of `received`
    interim_count: int = 0
    # number of 1xx heads
    head_length: int = 0
    # bytes of the final head (status line to blank line); 0 when none was understood
    excess_length: int = 0
    # bytes received after the end of the message
    status: int | None = None
    # of the final head
    headers: tuple[tuple[str, str], ...] = ()
    # of the final head in its order, names as sent; each byte is one Latin-1 character, so nothing is lost
    protocol: str | None = None
    # "http/1.0" or "http/1.1", as the server's status line says; "h2"; for a decoded one as the browser says
    ip: str | None = None
    # the address connected to
    port: int | None = None
    # TCP
    dns: tuple[str, ...] = ()
    # every address that the resolver gave
    tls: Tls | None = None
    # for https, once a handshake was tried
    complete: bool = False
    # the message ended as its own framing says
    end_stated: bool = True
    # False: only the end of an unencrypted connection ended it, which anybody on the way can bring about
    truncated: Truncation | None = None
    # why it was cut
    problem: Problem | None = None
    # why this exchange is not what was asked for; None when it is whole
    head_at: datetime | None = None
    # UTC, our clock, when the final head had been received
    duration_ms: int = 0
    # from the name lookup to the last byte
    form: Form = "wire"
    # "wire": bytes of the connection; "h2": head written from its HPACK lists, body as the DATA frames had it;
    # "decoded": head as the browser told it, body after every coding was undone
    kind: str = ""
    # what the browser wanted it for (CDP's resource type in lower case: "document", "image"); "" unknown

    def header(self, name: str) -> str | None:
        """The first header of that name (any case), or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def interim(self) -> bytes:
        """The 1xx heads as received."""
        return self.received.read(0, self.interim_length)

    @property
    def response_length(self) -> int:
        """Bytes of the final response: head, body and what followed."""
        return self.received.size - self.interim_length

    @property
    def head(self) -> bytes:
        """The final head as received."""
        return self.received.read(self.interim_length, self.head_length)

    def response(self) -> Iterator[bytes]:
        """The final response as received."""
        return self.received.pieces(self.interim_length)

    def payload(self) -> Iterator[bytes]:
        """What follows the final head, transfer coding and content coding included."""
        return self.received.pieces(self.interim_length + self.head_length)

    def close(self) -> None:
        self.received.close()
