"""The server's side of SOCKS 5 (RFC 1928): bytes in, what they ask for out. No socket is touched here."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

VERSION = 5
NO_AUTHENTICATION = b"\x05\x00"
"""The answer to a greeting that offers it (RFC 1928 section 3)."""

GRANTED = 0
FAILED = 1
NOT_ALLOWED = 2
HOST_UNREACHABLE = 4
REFUSED = 5
EXPIRED = 6
NO_SUCH_COMMAND = 7
NO_SUCH_ADDRESS_TYPE = 8
"""Reply codes of RFC 1928 section 6."""

_CONNECT = 1
_IPV4, _NAME, _IPV6 = 1, 3, 4


class SocksError(Exception):
    """The client does not speak SOCKS 5 as we do; `answer` is what to send before the connection is closed."""

    def __init__(self, message: str, answer: bytes = b"") -> None:
        super().__init__(message)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Target:
    """Where a client wants to go."""

    host: str
    # name or address as sent: ASCII, lower case, without brackets or a trailing dot
    port: int
    # TCP


def greeting_length(data: bytes) -> int | None:
    """Bytes of the greeting at the start of `data`; None while more must come. At most 257.

    Raises SocksError when it is another version, or does not offer to go without authentication.
    """
    if data and data[0] != VERSION:
        raise SocksError(f"not SOCKS 5: {data[0]}")
    if len(data) < 2 or len(data) < 2 + data[1]:
        return None
    if 0 not in data[2 : 2 + data[1]]:
        raise SocksError("authentication is asked for", b"\x05\xff")
    return 2 + data[1]


def request(data: bytes) -> tuple[Target, int] | None:
    """The target and the length of the request at the start of `data`; None while more must come. At most 262.

    Raises SocksError for BIND and UDP ASSOCIATE (a way around the recorder), other versions and address types,
    and names that no host has.
    """
    if data and data[0] != VERSION:
        raise SocksError(f"not SOCKS 5: {data[0]}")
    if len(data) > 1 and data[1] != _CONNECT:
        raise SocksError(f"command {data[1]}", reply(NO_SUCH_COMMAND))
    if len(data) < 5:
        return None
    kind = data[3]
    if kind not in (_IPV4, _NAME, _IPV6):
        raise SocksError(f"address type {kind}", reply(NO_SUCH_ADDRESS_TYPE))
    start, length = {_IPV4: (4, 4), _IPV6: (4, 16), _NAME: (5, data[4])}[kind]
    end = start + length + 2
    if len(data) < end:
        return None
    raw, port = data[start : end - 2], int.from_bytes(data[end - 2 : end], "big")
    if kind == _NAME:
        host = same_spelling(raw.decode("latin-1"))
    else:
        host = str(IPv4Address(raw) if kind == _IPV4 else IPv6Address(raw))
    if not host or not port or not host.isascii() or not host.isprintable() or " " in host:
        raise SocksError("no host has that name", reply(FAILED))
    return Target(host, port), end


def same_spelling(host: str) -> str:
    """`host` in the one spelling that names are compared in: lower case, no brackets, no dot at the end."""
    return host.lower().removeprefix("[").removesuffix("]").rstrip(".")


def reply(code: int) -> bytes:
    """A reply (RFC 1928 section 6); the bound address in it says nothing, nobody needs ours."""
    return bytes((VERSION, code, 0, _IPV4, 0, 0, 0, 0, 0, 0))
