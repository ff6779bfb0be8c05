"""Key records that somebody gives as a file: from a DNS tool, an archive of keys, or a colleague.

What such a file says was true for whoever made it; when, and whether it was signed, it does not show.
"""

from __future__ import annotations

import json
import re

from abusekit.errors import InputError

LARGEST = 4 << 20
"""Bytes of such a file."""
MOST = 10_000
"""Records of one file."""

_HINT = 'give JSON {"selector._domainkey.domain": "v=DKIM1; …"}, or lines `name IN TXT "v=DKIM1; …"`'
_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9_.-]{3,254})[ \t]+(?:\d{1,10}[ \t]+)?(?:IN[ \t]+)?(?:TXT[ \t]+)?(?P<txt>[^ \t].*)",
    re.IGNORECASE,
)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(\d{3}|.)")


def read_records(data: bytes) -> dict[str, str]:
    """Name (lower case, without a last dot) → TXT, its strings joined. Of equal names the first counts.

    Reads a JSON object of names and texts; lines of a zone file (`name. 3600 IN TXT "…" "…"`); lines `name "…"`;
    lines `name v=DKIM1; …`; a PEM public key is none, since it says no name. Lines after a blank line that begins a
    mail are not read. Raises InputError: too large, not text, or no record in it.
    """
    if len(data) > LARGEST:
        raise InputError(f"a file of key records has at most {LARGEST} bytes", _HINT)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InputError("the file of key records is not UTF-8 text", _HINT) from fault
    found = _from_json(text) if text.lstrip()[:1] == "{" else _from_lines(text)
    if not found:
        raise InputError("there is no key record in the file", _HINT)
    return found


def _from_json(text: str) -> dict[str, str]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise InputError("the file of key records is no good JSON", _HINT) from fault
    if not isinstance(value, dict):
        raise InputError("the file of key records is no JSON object", _HINT)
    return {
        _name(name): txt
        for name, txt in list(value.items())[:MOST]
        if isinstance(txt, str) and "_domainkey" in name.lower()
    }


def _from_lines(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _logical(text):
        named = _LINE.fullmatch(line)
        if named is None or "_domainkey" not in named["name"].lower() or len(found) >= MOST:
            continue
        rest = named["txt"].strip()
        txt = "".join(_unescaped(one[1]) for one in _STRING.finditer(rest)) if rest.startswith('"') else rest
        if "=" in txt:
            found.setdefault(_name(named["name"]), txt)
    return found


def _logical(text: str) -> list[str]:
    """Lines without comments, those in round brackets joined (RFC 1035 section 5.1); up to a mail, if one follows."""
    head = re.split(
        r"\n\r?\n(?=(?:DKIM-Signature|Received|From|Return-Path|Delivered-To):)", text, maxsplit=1
    )[0]
    lines: list[str] = []
    held = ""
    for one in head.splitlines():
        line = one.strip()
        if not line or line[0] in ";#":
            continue
        held = f"{held} {line}" if held else line
        bare = _STRING.sub("", held)
        if bare.count("(") > bare.count(")") and len(held) < 65_536:
            continue
        lines.append(re.sub(r'^([^"(]*)\(\s*("[^()]*")\s*\).*$', r"\1\2", held))
        held = ""
    return [*lines, held] if held else lines


def _unescaped(text: str) -> str:
    """`\\"`, `\\;` and `\\059` of a zone file."""
    return _ESCAPED.sub(lambda found: chr(int(found[1])) if len(found[1]) == 3 else found[1], text)


def _name(name: str) -> str:
    return name.strip().rstrip(".").lower()
