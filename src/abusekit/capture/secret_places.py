"""Which files beside an archive hold values that open something: looked for by value, in the forms a page gives them.

A page may print its own cookies. The archive's places are told by `secrets`; this is about the rest.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

from abusekit.capture.secrets import request_fields
from abusekit.webarchive.exchange import Exchange
from abusekit.webarchive.secret_headers import REQUEST_SECRETS, SECRET_HEADERS, SET_COOKIE

SHORTEST = 8
"""Characters of a value that is looked for: shorter ones stand in every text by chance."""
VALUES_LIMIT = 200
"""Values that are looked for; with more of them every file counts as one that may hold some."""
LONGEST = 512
"""Characters of a value that are looked for: its beginning."""

EXPLAINS = ("www-authenticate", "proxy-authenticate")
"""These say how to ask; what they hold stands in many pages."""


def values(exchanges: Iterable[Exchange]) -> frozenset[str] | None:
    """Values of cookies and of authentication that were sent or set; None for more than VALUES_LIMIT."""
    found: set[str] = set()
    for one in exchanges:
        for name, value in (
            *((name, value) for name, value in request_fields(one.request) if name in REQUEST_SECRETS),
            *((name.lower(), value) for name, value in one.headers),
        ):
            found.update(
                part[:LONGEST] for part in _parts(name, value) if len(part) >= SHORTEST and part.isprintable()
            )
        if len(found) > VALUES_LIMIT:
            return None
    return frozenset(found)


def holds(pieces: Iterable[bytes], wanted: frozenset[str], *, quoted: bool = False) -> bool:
    """Whether a file, piece by piece, holds one of the values in a usual spelling.

    quoted: MHTML, whose text is quoted-printable (RFC 2045 section 6.7). What is base64 or drawn is not read.
    """
    spelled = {form.encode("utf-8", "replace") for value in wanted for form in _spellings(value)}
    if not spelled:
        return False
    overlap = max(map(len, spelled)) - 1
    tail = b""
    for piece in _plain(pieces) if quoted else pieces:
        text = tail + piece
        if any(form in text for form in spelled):
            return True
        tail = text[-overlap:]
    return False


def _parts(name: str, value: str) -> Iterator[str]:
    if name in SET_COOKIE:
        first = value.partition(";")[0]
        yield _unquoted(first.partition("=")[2] if "=" in first else first)
    elif name in ("cookie", "cookie2"):
        for pair in value.split(";"):
            yield _unquoted(pair.partition("=")[2] if "=" in pair else pair)
    elif name in (*SECRET_HEADERS, *REQUEST_SECRETS) and name not in EXPLAINS:
        yield value.strip().rpartition(" ")[2]  # without the scheme: "Bearer …"


def _unquoted(value: str) -> str:
    return value.strip().removeprefix('"').removesuffix('"')


def _spellings(value: str) -> set[str]:
    """As a page, JSON or an address may have it."""
    plain = {value, unquote(value)}
    found = plain | {html.escape(one) for one in plain} | {json.dumps(one)[1:-1] for one in plain}
    found |= {one.replace("&", "&amp;") for one in plain} | {quote(value, safe="")}
    return {one for one in found if len(one) >= SHORTEST}


def _plain(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Without soft line breaks, and with "=3D" and the like read; an escape that is cut waits for its rest."""
    import quopri

    rest = b""
    for piece in pieces:
        text = rest + piece
        cut = text.rfind(b"=", max(len(text) - 3, 0))
        cut = len(text) if cut < 0 else cut
        rest = text[cut:]
        yield quopri.decodestring(text[:cut])
    yield quopri.decodestring(rest)
