"""Content-Type and Content-Disposition: the value and its parameters (RFC 2045 section 5.1, RFC 2231)."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from abusekit.importers.mail.headers import charset_text, words

LONGEST = 8_192
"""Characters of one field that are read."""
MOST_PIECES = 100
"""Pieces of one parameter that are joined."""

_PARAMETER = re.compile(
    r';\s{0,99}([^\s=;"]{1,100})\s{0,99}=\s{0,99}("(?:[^"\\]|\\.)*(?:"|\\?\Z)|[^;]*)', re.DOTALL
)
_PIECE = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def content_type(text: str) -> tuple[str, dict[str, str]]:
    """`type/subtype` in lower case and the parameters by lower name; without one: `text/plain` (RFC 2045 5.2)."""
    value, parameters = valued(text)
    media = value.lower().replace(" ", "")
    kind, slash, sub = media.partition("/")
    return (media if kind and slash and sub else "text/plain"), parameters


def valued(text: str) -> tuple[str, dict[str, str]]:
    """The value before the first semicolon, and the parameters, decoded; the first of equal names counts."""
    text = text[:LONGEST]
    value, _, _ = text.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for found in _PARAMETER.finditer(text, len(value)):
        named = _PIECE.fullmatch(found[1].lower())
        bare = _bare(found[2].strip())
        if named is None or (named[2] is None and named[3] is None):
            plain.setdefault(found[1].lower(), bare)
        elif len(pieces.setdefault(named[1], {})) < MOST_PIECES:
            pieces[named[1]].setdefault(int(named[2] or 0), (bare, named[3] is not None))
    for name, numbered in pieces.items():
        plain[name] = _joined(
            numbered
        )  # RFC 2231 counts before a plain parameter of the same name (RFC 5987)
    return value.strip(), plain


def _bare(value: str) -> str:
    if value[:1] != '"':
        return value
    return _ESCAPED.sub(r"\1", value[1:-1] if len(value) > 1 and value[-1] == '"' else value[1:])


def _joined(numbered: dict[int, tuple[str, bool]]) -> str:
    """The pieces in order; the first encoded one names the charset."""
    charset = "utf-8"
    data = b""
    for at, number in enumerate(sorted(numbered)):
        value, encoded = numbered[number]
        if encoded and at == 0 and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        data += unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace")
    return charset_text(data, charset)[0]


def file_name(disposition: dict[str, str], media: dict[str, str]) -> str:
    """The name of an attached file: `filename`, else `name`, encoded words decoded; empty where there is none."""
    name = disposition.get("filename") or media.get("name") or ""
    return words(name)[0] if "=?" in name else name
