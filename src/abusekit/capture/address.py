"""Addresses as people type them, and the form in which they are sent."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote, urljoin

from abusekit.errors import InputError

LENGTH_LIMIT = 8000
"""Characters of one address."""

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
PARTS = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?:#.*)?", re.I | re.S
)
HOST = re.compile(
    r"(?=.{1,253}\.?$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}[A-Za-z0-9_])?)*\.?"
)
HOST_V6 = re.compile(r"\[([0-9A-Fa-f:.]{2,45})\]")
PORT = re.compile(r"[0-9]{1,5}")

KEPT = "!#$%&'()*+,-./:;=?@[]^_|~"
"""Sent as typed. Controls, blanks, quotes, angle brackets, braces and everything beyond ASCII are escaped."""

DEFAULT_PORTS = {"http": 80, "https": 443}


class RefusedSchemeError(InputError):
    """An address that is neither http nor https."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart, as it is sent."""

    url: str
    # ASCII, percent-encoded, host in lower case and punycode, no fragment
    scheme: str
    # "http" or "https"
    host: str
    # for the resolver: lower case, punycode, no brackets; a trailing dot is kept
    port: int
    # TCP
    host_header: str
    # the Host header (RFC 9110 section 7.2)
    request_target: str
    # path and query (RFC 9112 section 3.2.1)


def check_address(text: str) -> None:
    """Silence when `text` is an address that `record` takes; else InputError that says what is wrong."""
    target(text)


def target(text: str) -> Target:
    """The wire form of an address as typed. Raises `RefusedSchemeError` or InputError; asks no network.

    Nothing is repaired: browsers turn backslashes into slashes and drop line feeds, so that two programs see
    two hosts in one address. Such an address is refused. Dot segments and escapes are sent as typed.
    International names are sent as IDNA 2003 (Python's own; "ß" becomes "ss").
    """
    if not text:
        raise InputError("the address is empty", "give one like https://example.org/page")
    if len(text) > LENGTH_LIMIT:
        raise InputError(f"the address is longer than {LENGTH_LIMIT} characters", "check what was pasted")
    odd = next((letter for letter in text if _refused(letter)), None)
    if odd is not None:
        raise InputError(
            f"the address contains U+{ord(odd):04X}, which has no place in one",
            "copy the address again; blanks are written %20",
        )
    parts = PARTS.fullmatch(text)
    if parts is None:
        found = SCHEME.match(text)
        if found and found[1].lower() not in DEFAULT_PORTS:
            raise RefusedSchemeError(
                f"only http and https are captured, not {found[1][:30]}", "check the address"
            )
        raise InputError("this is no web address", "give one like https://example.org/page")
    scheme = parts["scheme"].lower()
    authority = parts["authority"]
    if "@" in authority:
        raise InputError("the address contains a user name or password", "remove what stands before the @")
    host, port = _host_and_port(authority, DEFAULT_PORTS[scheme])
    bare = host.strip("[]")
    host_header = host if port == DEFAULT_PORTS[scheme] else f"{host}:{port}"
    path = quote(parts["path"] or "/", safe=KEPT)
    request_target = path + quote(parts["query"] or "", safe=KEPT)
    if len(request_target) > LENGTH_LIMIT:  # escaping makes it up to twelve times longer
        raise InputError(f"the address is longer than {LENGTH_LIMIT} characters when it is sent", "check it")
    return Target(
        f"{scheme}://{host_header}{request_target}", scheme, bare, port, host_header, request_target
    )


def redirected(base: Target, location: str) -> Target:
    """The target of a Location header, or of a reference in a page, relative to `base`.

    Blanks and bytes beyond ASCII are escaped as browsers do; what `target` refuses is refused here too.
    """
    text = location.strip(" \t\r\n\f").replace(" ", "%20")
    if len(text) > LENGTH_LIMIT or any(_refused(letter) for letter in text):
        # here already: urljoin drops tabs and line feeds without a word
        raise InputError("it is too long, or contains characters that have no place in an address")
    try:
        return target(urljoin(base.url, text))
    except ValueError as fault:  # urljoin, on a bracket without its mate
        raise InputError("it is no web address") from fault


def _refused(letter: str) -> bool:
    if letter == "\\":
        return True
    if letter.isascii():
        return not "!" <= letter <= "~"
    # Cc controls, Cf invisible ones (right-to-left override), Cs lone surrogates, Z* all kinds of blanks
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")


def _host_and_port(authority: str, default: int) -> tuple[str, int]:
    host, colon, digits = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        host, digits = authority, ""
    if colon and digits and not PORT.fullmatch(digits):
        raise InputError(f"{digits[:20]!r} is no port", "check the address")
    port = int(digits) if digits else default
    if not 0 < port <= 65_535:
        raise InputError(f"{port} is no port", "ports go from 1 to 65535")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError as fault:
            raise InputError(f"{host[:80]!r} is no host name", "check the address") from fault
    if not HOST.fullmatch(host) and not HOST_V6.fullmatch(host):
        raise InputError(f"{host[:80]!r} is no host name", "check the address")
    return host.lower(), port
