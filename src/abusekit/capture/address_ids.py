"""What an address itself says: the platform, the kind of page, handles and ids (R48), read by `platforms.yaml`.

The shape of an address, nothing more: that the page exists, or shows what its address names, is not shown here.
A handle in an address may be an old one, or any word at all: X takes every handle in front of a post's number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, unquote, urlsplit

from abusekit.capture.address import LENGTH_LIMIT
from abusekit.capture.tables import table

FORMS = {
    "digits": r"[0-9]{1,20}",
    "signed": r"-?[0-9]{1,20}",
    "snowflake": r"[0-9]{17,19}",
    "word": r"[A-Za-z0-9_]{1,64}",
    "code": r"[A-Za-z0-9_-]{1,80}",
    "handle": r"[^/@?#\s]{1,80}",
    "fedi": r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}(?:@[A-Za-z0-9.-]{1,190})?",
    "video": r"[A-Za-z0-9_-]{11}",
    "channel": r"UC[A-Za-z0-9_-]{22}",
    "base36": r"[a-z0-9]{1,13}",
    "did": r"did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,200}",
    "tid": r"[2-7a-z]{13}",
    "aid": r"(?:[0-9a-z]{10}|[0-9a-z]{16})",
}
"""How the ids that `platforms.yaml` names are spelled; all bounded."""

SEGMENT = r"[^/]{1,200}"
ANY_HOST = "*"
HOLE = re.compile(r"\{([a-z_.]+)\}")
PARAMETERS_LIMIT = 50


@dataclass(frozen=True, slots=True)
class AddressIds:
    """What one address says."""

    platform: str
    # name in platforms.yaml, lower case; "" where the shape is a usual one on a host that is not known
    kind: str
    # post, comment, story, live, message, profile, group
    ids: tuple[tuple[str, str], ...]
    # (name of the fact, value as in the address, percent-escapes resolved), in the table's order
    shape: str
    # the pattern of the table that fits
    stable: tuple[str, ...]
    # names of those facts that a new handle does not change
    known_host: bool
    # False: only the path has that shape, any site may use it


@dataclass(frozen=True, slots=True)
class _Shape:
    platform: str
    kind: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    query: tuple[tuple[str, str, re.Pattern[str]], ...]
    text: str
    stable: tuple[str, ...]
    never: frozenset[str]


def address_ids(url: str) -> AddressIds | None:
    """What `url` (http or https, absolute) says; None where no pattern fits. Never raises."""
    try:
        parts = urlsplit(url[:LENGTH_LIMIT])
        host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    # an escaped slash is no border of a segment
    path = parts.path if "%2f" in parts.path.lower() else unquote(parts.path)
    for known in (host, ANY_HOST):
        for shape in _shapes().get(known, ()):
            if (found := _fit(shape, path, parts.query)) is not None:
                return AddressIds(
                    shape.platform, shape.kind, found, shape.text, shape.stable, known != ANY_HOST
                )
        if known in _shapes() and known != ANY_HOST:
            return AddressIds(_shapes()[known][0].platform, "", (), "", (), known_host=True)
    return None


def platform_by_site(name: str) -> str:
    """The platform that calls itself `name`; "" where none is known by its name. Any page can call itself so."""
    called = name.strip().lower()
    found = (one["name"] for one in table("platforms")["platforms"] if called in one.get("sites", ()))
    return next(found, "")


def _fit(shape: _Shape, path: str, query: str) -> tuple[tuple[str, str], ...] | None:
    match = shape.pattern.fullmatch(path)
    if match is None:
        return None
    found = list(zip(shape.names, match.groups(), strict=True))
    if found and path.strip("/").split("/")[0].lower() in shape.never and path[1] != "@":
        fixed = shape.text.split("/")[1]  # a word of the platform's own, unless the table spells it out
        if "{" in fixed:
            return None
    if shape.query:
        try:
            given = dict(reversed(parse_qsl(query, max_num_fields=PARAMETERS_LIMIT)))
        except ValueError:
            return None
        for number, (parameter, name, form) in enumerate(shape.query):
            value = given.get(parameter, "")
            if form.fullmatch(value):
                found.append((name, value))
            elif not number:
                return None  # the first one makes the address what it is
    return tuple(found)


@cache
def _shapes() -> dict[str, list[_Shape]]:
    """Host → its patterns, in the order of the table."""
    found: dict[str, list[_Shape]] = {}
    for platform in table("platforms")["platforms"]:
        for address in platform["addresses"]:
            forms = address.get("forms", {})
            names: list[str] = []
            pattern = ""
            text, more = address["path"].removesuffix("**"), address["path"].endswith("**")
            for number, piece in enumerate(HOLE.split(text)):
                if number % 2:
                    names.append(piece)
                    pattern += f"({FORMS[forms[piece]] if piece in forms else SEGMENT})"
                else:
                    pattern += re.escape(piece)
            query = tuple(
                (parameter, name, re.compile(FORMS[forms[name]] if name in forms else r"\S{1,200}", re.ASCII))
                for parameter, name in address.get("query", {}).items()
            )
            shape = _Shape(
                platform["name"],
                address["kind"],
                re.compile(pattern + ("(?:/.*)?" if more else "/?"), re.DOTALL),
                tuple(names),
                query,
                address["path"],
                tuple(platform["stable"]),
                frozenset(platform.get("never", ())),
            )
            for host in platform["hosts"]:
                found.setdefault(host, []).append(shape)
    return found
