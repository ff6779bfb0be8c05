"""What the browser tells of one request and its answer, written down as an HTTP/1.1 message.

Never exact: the body has lost its transfer and content coding, the request's fields their order, and HTTP/2
heads were lists. So the fields that would describe a body as it was sent are renamed to `x-orig-…`.
"""

from __future__ import annotations

import base64
import contextlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from abusekit.browser.values import inner, objects, real, text, whole
from abusekit.webarchive.exchange import Problem, Tls

URL_LIMIT = 16_000
HEAD_LIMIT = 256 << 10
"""Bytes of one head that are written."""
FIELDS_LIMIT = 1_000
FORM_LIMIT = 1 << 20
"""Bytes of a request's body that are kept."""

RENAMED = {"content-encoding", "transfer-encoding", "content-length"}
"""They describe the body as it was sent, and would mislead a reader of the decoded one."""

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
"""RFC 9110 section 5.6.2."""

BROKEN = re.compile(r"[\r\n\0]+")
STATUS_LINE = re.compile(r"HTTP/1\.[01] (\d{3})( [^\r\n\0]{0,500})?")
METHOD = re.compile(r"[A-Z]{1,20}")
CHARSET = re.compile(
    r"(windows|iso|ibm)-[0-9-]{3,7}|gbk|gb18030|big5|euc-(jp|kr)|shift_jis|koi8-[ru]|macintosh", re.I
)

FAULTS: tuple[tuple[str, str], ...] = (
    ("ERR_NAME_", "dns-failure"),
    ("ERR_CERT_", "tls-failure"),
    ("ERR_SSL_", "tls-failure"),
    ("ERR_EMPTY_RESPONSE", "reset"),
    ("ERR_CONNECTION_RESET", "reset"),
    ("ERR_CONNECTION_CLOSED", "reset"),
    ("ERR_CONTENT_DECODING", "bad-encoding"),
    ("ERR_INVALID_", "bad-response"),
    ("ERR_RESPONSE_HEADERS", "bad-response"),
    ("ERR_TOO_MANY_REDIRECTS", "redirect-limit"),
    ("ERR_TIMED_OUT", "timeout"),
    ("ERR_CONNECTION_", "connect-failure"),
    ("ERR_ADDRESS_", "connect-failure"),
    ("ERR_SOCKS_", "connect-failure"),
    ("ERR_PROXY_", "connect-failure"),
)
"""Start of the browser's error name → label of OUTCOMES, the first that fits."""

Fields = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Hop:
    """One address that was asked, as the browser told it; redirects of one request are hops of their own."""

    url: str
    # http or https, without a fragment; empty for what is no web address
    method: str
    # "GET"
    kind: str
    # CDP's resource type in lower case
    told: dict[str, Any]
    # the request: headers, postDataEntries
    wall: float | None
    # seconds since 1970, our clock, when it was sent
    began: float
    # seconds on the browser's clock
    response: dict[str, Any] = field(default_factory=dict)
    # CDP's Response; empty when none came
    answered: float | None = None
    # seconds on the browser's clock, when the head was there
    extra: bool | None = None
    # whether CDP tells the fields of the connection apart; None: unknown


def web_url(url: str) -> str:
    """The address under which an exchange is kept; empty for what is no web address. ws: becomes http:."""
    url = url.partition("#")[0]
    if url.startswith(("ws:", "wss:")):
        url = "http" + url[2:]
    if not url.startswith(("http://", "https://")) or not url.isascii() or not url.isprintable():
        return ""
    if len(url) > URL_LIMIT or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets or a port that are none
        return ""
    return url if sound else ""


def clean_method(method: str) -> str:
    """The method; GET for what is none."""
    return method if METHOD.fullmatch(method) else "GET"


def request_of(hop: Hop, extra: dict[str, Any]) -> bytes:
    """Head and body of the request; the fields are those of the connection, where CDP tells them."""
    fields = _pairs(inner(extra, "headers") or inner(hop.told, "headers"))
    parts = urlsplit(hop.url)
    goal = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not any(name.lower() == "host" for name, _ in fields):
        fields = (("Host", parts.netloc.rpartition("@")[2]), *fields)
    lines = [f"{hop.method} {goal} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
    return _head(lines) + form_of(hop)


def form_of(hop: Hop) -> bytes:
    """The body of the request, at most FORM_LIMIT bytes of it."""
    parts: list[bytes] = []
    size = 0
    for one in objects(hop.told, "postDataEntries"):
        piece = bytes_of(text(one, "bytes", FORM_LIMIT * 2))
        parts.append(piece[: FORM_LIMIT - size])
        size += len(parts[-1])
    return b"".join(parts) or text(hop.told, "postData", FORM_LIMIT).encode("utf-8", "replace")[:FORM_LIMIT]


def status_of_hop(hop: Hop, extra: dict[str, Any]) -> int | None:
    """The status of the connection: the browser's own may come out of its cache. None when no answer came."""
    for told, key in ((extra, "statusCode"), (hop.response, "status")):
        code = whole(told, key)
        if code is not None and 100 <= code <= 999:
            return code
    return None


def response_head(hop: Hop, extra: dict[str, Any], status: int) -> tuple[bytes, Fields]:
    """The head as bytes, and its fields in their order; RENAMED ones have `x-orig-` before their name."""
    lines = text(extra, "headersText", HEAD_LIMIT).split("\r\n")
    if len(lines) == 1:  # web sockets have it here
        lines = text(hop.response, "headersText", HEAD_LIMIT).split("\r\n")
    found = STATUS_LINE.fullmatch(lines[0])
    if found and int(found[1]) == status:
        start = lines[0] if found[2] else lines[0] + " "
        # obsolete line folding (RFC 9112 section 5.2): a line that has no name is left out, with its blanks
        pairs = [
            (name, BROKEN.sub(" ", value.strip(" \t")))
            for name, colon, value in (line.partition(":") for line in lines[1 : FIELDS_LIMIT + 1])
            if colon and NAME.fullmatch(name)
        ]
    else:
        reason = BROKEN.sub(" ", text(hop.response, "statusText", 200)) if hop.response else ""
        start = f"HTTP/1.1 {status} {reason}"
        pairs = list(_pairs(inner(extra, "headers") or inner(hop.response, "headers")))
    fields: list[tuple[str, str]] = []
    room = HEAD_LIMIT
    for name, value in pairs:
        kept = f"x-orig-{name}" if name.lower() in RENAMED else name
        room -= len(kept) + len(value) + 4
        if room < 0:
            break
        # as bytes, each a Latin-1 character
        fields.append((kept, value.encode("utf-8", "replace").decode("latin-1")))
    head = _head([start, *(f"{name}: {value}" for name, value in pairs_text(fields))])
    return head, tuple(fields)


def pairs_text(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields with their values as text again."""
    return [(name, value.encode("latin-1").decode("utf-8", "replace")) for name, value in fields]


def original_length(fields: Fields) -> int | None:
    """The Content-Length that the server stated; None when it stated none that makes sense."""
    stated = {value.strip() for name, value in fields if name.lower() == "x-orig-content-length"}
    if len(stated) != 1:
        return None
    value = stated.pop()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


def tls_of(hop: Hop, chain: tuple[bytes, ...]) -> Tls | None:
    """The encrypted connection as the browser tells it; its names of suites are not OpenSSL's."""
    security = inner(hop.response, "securityDetails")
    if not security or not hop.url.startswith("https:"):
        return None
    protocol = text(hop.response, "protocol", 40)
    state = text(hop.response, "securityState", 40)
    return Tls(
        version=text(security, "protocol", 40).replace(" ", "v", 1) or None,
        cipher=text(security, "cipher", 80) or None,
        alpn=protocol
        if protocol in ("h2", "h3")
        else None,  # otherwise CDP does not tell whether any was agreed
        chain=chain,
        verified=state == "secure",
        error=None if state == "secure" else f"the browser calls it {state or 'unknown'}",
    )


def fault_of(error: str, started: bool) -> Problem:
    """The browser's reason why a request failed, under a label of OUTCOMES. started: a head had come."""
    name = error.removeprefix("net::")[:200]
    if started and not name.startswith("ERR_CONTENT_DECODING"):
        return Problem("truncated", f"the browser says {name or 'that it failed'}")
    label = next((label for start, label in FAULTS if name.startswith(start)), "connect-failure")
    return Problem(label, f"the browser says {name or 'that it failed'}")


def moment(seconds: float | None) -> datetime | None:
    """Seconds since 1970 as a time in UTC; None for what is none."""
    if seconds is None or not 0 <= seconds < 32_503_680_000:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def since(hop: Hop, end: float | None) -> float | None:
    """The wall clock at `end`, a moment on the browser's clock: both were read when the request was sent."""
    return None if hop.wall is None or end is None else hop.wall + max(end - hop.began, 0.0)


def address_of(hop: Hop) -> tuple[str | None, int | None]:
    """Address and port that the browser was connected to: with a proxy, those of the proxy."""
    ip = text(hop.response, "remoteIPAddress", 60).strip("[]")
    port = whole(hop.response, "remotePort")
    return (ip or None), (port if port and 0 < port < 65_536 else None)


def bytes_of(encoded: str) -> bytes:
    """The bytes of base64; empty for what is none."""
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        return b""


def body_bytes(answer: dict[str, Any], charset: str, length: int) -> tuple[bytes, bool]:
    """The bytes of a body that CDP gave whole, and whether they are the ones that were loaded.

    Text comes as characters: it is turned back with the page's charset, and only a result of `length` bytes,
    which CDP counted apart, is believed to be the original.
    """
    if answer.get("base64Encoded") is True:
        data = bytes_of(answer["body"]) if isinstance(answer.get("body"), str) else b""
        return data, len(data) == length
    given = answer.get("body")
    characters = given if isinstance(given, str) else ""
    plain = characters.encode("utf-8", "replace")
    tried = [plain, b"\xef\xbb\xbf" + plain]  # a byte order mark is swallowed on the way to characters
    if CHARSET.fullmatch(charset):
        with contextlib.suppress(LookupError):
            tried.append(characters.encode(charset, "replace"))
    for one in tried:
        if len(one) == length:
            return one, True
    return plain, False


def seconds(params: dict[str, Any], key: str) -> float:
    """A moment of the browser's clock; 0 for what is none."""
    return real(params, key) or 0.0


def _pairs(headers: dict[str, Any]) -> Fields:
    """Fields out of CDP's object: repeated ones are one value with line feeds, which are taken apart."""
    found: list[tuple[str, str]] = []
    for name, value in headers.items():
        if not NAME.fullmatch(name) or not isinstance(value, str):
            continue  # HTTP/2's pseudo fields, too
        found += [(name, BROKEN.sub(" ", one)) for one in value.split("\n")]
        if len(found) > FIELDS_LIMIT:
            break
    return tuple(found[:FIELDS_LIMIT])


def _head(lines: list[str]) -> bytes:
    kept: list[bytes] = []
    size = 0
    for line in lines:
        one = BROKEN.sub(" ", line).encode("utf-8", "replace")
        size += len(one) + 2
        if size > HEAD_LIMIT and kept:
            break
        kept.append(one)
    return b"\r\n".join([*kept, b"", b""])
