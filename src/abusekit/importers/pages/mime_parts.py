"""The parts of a MIME file with their byte ranges (RFC 2045, 2046, 2557), also of a broken one.

The standard library reads such files as well, but does not say where in the file a part stands.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

MOST_PARTS = 20_000
_MOST_DEPTH = 8
_MOST_HEADERS = 1 << 18
_BLANK = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")
_HEADER = re.compile(r"([!-9;-~]{1,100})[ \t]*+:[ \t]*+(.*)")
_PARAMETER = re.compile(r""";\s*+([\w*-]{1,40})\s*+=\s*+(?:"([^"]{0,2000})"|([^\s;"]{0,2000}))""", re.ASCII)
_FIRST_DELIMITER = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?$", re.MULTILINE)
_WORD = re.compile(r"=\?([\w-]{1,40})\?([bqBQ])\?([^?\s]{0,2000})\?=(?:\s++(?==\?))?", re.ASCII)
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")


@dataclass(slots=True)
class Part:
    start: int
    # of its headers
    body: int
    end: int
    headers: dict[str, str]
    # names in small letters; of a name that stands twice the first
    media_type: str
    # small letters; `text/plain` where none is stated (RFC 2045 5.2)
    charset: str

    def content(self, data: bytes) -> tuple[bytes, bool]:
        """(decoded body, whether it could be decoded)."""
        raw = data[self.body : self.end]
        coding = self.headers.get("content-transfer-encoding", "").strip().lower()
        if coding == "quoted-printable":
            return binascii.a2b_qp(raw), True
        if coding == "base64":
            try:
                return binascii.a2b_base64(raw), not _NO_BASE64.search(raw)
            except binascii.Error:
                return b"", False
        return raw, True


@dataclass(slots=True)
class Parts:
    headers: dict[str, str]
    # of the file
    parts: list[Part] = field(default_factory=list)
    # without those that only hold others
    faults: list[str] = field(default_factory=list)
    # one sentence each


def split(data: bytes) -> Parts:
    """All parts, in order. Never raises."""
    headers, body = header_block(data, 0, len(data))
    found = Parts(headers)
    _collect(data, Part(0, body, len(data), headers, *_type(headers)), found, 0)
    return found


def header_block(data: bytes, start: int, end: int) -> tuple[dict[str, str], int]:
    """(headers, offset of the body); no blank line: all of it is headers."""
    blank = _BLANK.search(data, start, min(end, start + _MOST_HEADERS))
    if data[start:end].startswith((b"\n", b"\r\n")):
        return {}, start + data[start : start + 2].index(b"\n") + 1
    stop = blank.start() if blank else min(end, start + _MOST_HEADERS)
    headers: dict[str, str] = {}
    for line in _FOLD.sub(" ", data[start:stop].decode("utf-8", "replace")).splitlines():
        header = _HEADER.fullmatch(line)
        if header is not None:
            headers.setdefault(header[1].lower(), header[2].strip())
    return headers, blank.end() if blank else stop


def parameter(value: str, name: str) -> str:
    """A parameter of a header such as `multipart/related; boundary="x"`; empty: not there."""
    for key, quoted, bare in _PARAMETER.findall(value[:8192]):
        if key.lower() == name:
            return str(quoted or bare)
    return ""


def words(value: str) -> str:
    """A header with its encoded words decoded (RFC 2047)."""
    return _WORD.sub(_word, value[:8192])


def _word(found: re.Match[str]) -> str:
    raw = found[3].encode("ascii", "replace")
    try:
        data = binascii.a2b_base64(raw) if found[2] in "bB" else binascii.a2b_qp(raw, header=True)
    except binascii.Error:
        return found[0]
    charset = {"utf-8": "utf-8", "iso-8859-1": "cp1252", "windows-1252": "cp1252"}.get(found[1].lower())
    return data.decode(charset, "replace") if charset else found[0]


def _type(headers: dict[str, str]) -> tuple[str, str]:
    value = headers.get("content-type", "text/plain")
    return value.partition(";")[0].strip().lower(), parameter(value, "charset")


def _collect(data: bytes, whole: Part, found: Parts, depth: int) -> None:
    """Put the part, or those inside of it, on the list."""
    if not whole.media_type.startswith("multipart/") or depth >= _MOST_DEPTH:
        found.parts.append(whole)
        return
    delimiter = _delimiter(data, whole, found)
    if not delimiter:
        found.faults.append("no boundary: the parts of the file cannot be told apart")
        found.parts.append(whole)
        return
    start, closed = -1, False
    for line in re.finditer(
        rb"^--" + re.escape(delimiter) + rb"(--)?[ \t]*\r?$", data[whole.body : whole.end], re.MULTILINE
    ):
        if len(found.parts) >= MOST_PARTS:
            found.faults.append(f"more than {MOST_PARTS} parts; the rest was not read")
            return
        here = whole.body + line.start()
        if start >= 0:
            _part(data, start, _before_line_end(data, start, here), found, depth)
        start = min(whole.end, whole.body + line.end() + 1)
        if line[1]:
            closed = True
            break
    if not closed:
        found.faults.append("the closing boundary is missing: the file was cut off, or is not complete")
        if 0 <= start < whole.end:
            _part(data, start, whole.end, found, depth)


def _part(data: bytes, start: int, end: int, found: Parts, depth: int) -> None:
    headers, body = header_block(data, start, end)
    if not headers:
        found.faults.append(f"a part without headers (byte {start})")
    _collect(data, Part(start, min(body, end), end, headers, *_type(headers)), found, depth + 1)


def _before_line_end(data: bytes, start: int, at: int) -> int:
    """The line end before a delimiter belongs to the delimiter (RFC 2046 5.1.1)."""
    if at > start and data[at - 1] == 0x0A:
        at -= 1
        if at > start and data[at - 1] == 0x0D:
            at -= 1
    return max(at, start)


def _delimiter(data: bytes, whole: Part, found: Parts) -> bytes:
    stated = parameter(whole.headers.get("content-type", ""), "boundary").encode("utf-8", "replace")
    if stated:
        return stated
    first = _FIRST_DELIMITER.search(data, whole.body, min(whole.end, whole.body + 65_536))
    if first is None:
        return b""
    found.faults.append("no boundary is stated; the first line that begins with -- was taken for it")
    return first[1]
