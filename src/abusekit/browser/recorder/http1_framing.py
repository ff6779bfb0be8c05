"""Where a message of HTTP/1.1 has its head, and where its body ends (RFC 9112 section 6)."""

from __future__ import annotations

import re

from abusekit.browser.recorder.netlog_draft import Draft, Headers

CHUNK_LINE_LIMIT = 16 << 10
"""Bytes of the line that starts a chunk; Chromium takes no more either."""

SMALL_CHUNK = 512
SMALL_CHUNKS_LIMIT = 50_000
"""Chunks below SMALL_CHUNK bytes in one body; more is a flood that costs seconds of computing a megabyte."""

CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")


def head_end(data: bytes | bytearray, start: int = 0) -> int:
    """The byte after the blank line that ends a head; -1 when it is not there yet."""
    crlf, lf = data.find(b"\n\r\n", start), data.find(b"\n\n", start)
    if crlf >= 0 and (lf < 0 or crlf < lf):
        return crlf + 3
    return lf + 2 if lf >= 0 else -1


def read_headers(head: bytes) -> Headers:
    """The header fields of a head, folded lines joined; lines without a colon are left out."""
    found: Headers = []
    for line in head.split(b"\n")[1:]:
        text = line.removesuffix(b"\r").decode("latin-1")
        if text[:1] in (" ", "\t") and found:
            found[-1] = (found[-1][0], " ".join((found[-1][1], text.strip(" \t"))).strip(" "))
        elif ":" in text:
            name, _, value = text.partition(":")
            found.append((name.rstrip(" \t"), value.strip(" \t")))
    return found


def values(headers: Headers, name: str) -> list[str]:
    """The members of all headers of that name (lower case), in lower case."""
    return [
        member.strip().lower() for key, value in headers if key.lower() == name for member in value.split(",")
    ]


class Framing:
    """Where one body ends. `feed` takes bytes and gives how many of them belong to the body."""

    def __init__(self, kind: str, length: int = 0, most_small: int = SMALL_CHUNKS_LIMIT) -> None:
        self.kind = kind
        # "none", "length", "chunked", "close"
        self.left = length
        # bytes of the body, or of the chunk with its line end
        self.done = kind == "none" or (kind == "length" and not length)
        self.fault = ""
        # why the framing makes no sense; then everything that follows belongs to the body
        self._line = b""
        self._state = "size"
        self.small = 0
        # small chunks so far
        self._most_small = min(most_small, SMALL_CHUNKS_LIMIT)

    def feed(self, data: bytes) -> int:
        if self.done:
            return 0
        if self.kind == "close" or self.fault:
            return len(data)
        if self.kind == "length":
            taken = min(self.left, len(data))
            self.left -= taken
            self.done = not self.left
            return taken
        at = 0
        while at < len(data) and not self.done and not self.fault:
            at = self._chunked(data, at)
        return len(data) if self.fault else at

    def _chunked(self, data: bytes, at: int) -> int:
        """One step in a chunked body: some bytes of a chunk, or a line."""
        if self._state == "data":
            taken = min(self.left, len(data) - at)
            self.left -= taken
            if not self.left:
                self._state = "after"
            return at + taken
        end = data.find(b"\n", at)
        line = self._line + (data[at:] if end < 0 else data[at : end + 1])
        if len(line) > CHUNK_LINE_LIMIT:
            self.fault = "a line of a chunk is too long"
        if end < 0:
            self._line = line
            return len(data)
        self._line = b""
        if self._state == "size":
            self._size(line)
        elif self._state == "after":
            self._state = "size"
            if line.strip(b"\r\n"):
                self.fault = "a chunk is longer than it says"
        elif not line.strip(b"\r\n"):
            self.done = True
        return end + 1

    def _size(self, line: bytes) -> None:
        found = CHUNK_SIZE.fullmatch(line)
        if not found:
            self.fault = "a chunk does not say how long it is"
            return
        self.left = int(found[1], 16)
        self._state = "data" if self.left else "trailer"
        self.small += self.left < SMALL_CHUNK
        if self.small > self._most_small:
            self.fault = "the answer comes in a flood of tiny chunks"


def length_of(value: str) -> int | None:
    """The value of a Content-Length; None when it is no number."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else None


def framing_of(now: Draft, headers: Headers, status: int, most_small: int = SMALL_CHUNKS_LIMIT) -> Framing:
    """The framing of an answer's body (RFC 9112 section 6.3); notes in `now` what makes no sense."""
    if now.method == "HEAD" or status in (204, 304):
        return Framing("none")
    lengths = set(values(headers, "content-length"))
    if "chunked" in values(headers, "transfer-encoding") and now.protocol == "http/1.1":
        if lengths:  # RFC 9112 section 6.1: the sign of request smuggling, to be handled as an error
            now.blame("bad-response", "the answer has both Transfer-Encoding and Content-Length")
        return Framing("chunked", most_small=most_small)
    if not lengths:
        return Framing("close")
    known = {length_of(one) for one in lengths}
    if len(known) > 1 or None in known:
        now.blame("bad-response", "the answer states its length in two ways, or not as a number")
        return Framing("close")
    return Framing("length", known.pop() or 0)
