"""One query to a time-stamp authority by HTTP (RFC 3161, 3.4): a few kilobytes, in limited time, no redirects.

Plain `http:` is usual for these services, and enough: the answer carries a signature of its own, and only
digests are sent. What comes back is not looked into here. No proxy is used.
"""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import h11

from abusekit import __version__
from abusekit.errors import NetworkError, UsageError
from abusekit.net.policy import AddressPolicy, DnsError, resolve

MOST_BYTES = 1 << 20
"""Of an answer; real ones have 3 to 10 KB."""
HEAD_BYTES = 64 << 10
"""Of the heads before the body, all together."""
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
TIMEOUT_SECONDS = 20.0
_HINT = "try again later, or ask another authority"


def check_url(url: str) -> None:
    """Raises UsageError for what is no address of an authority: http or https, a host, no user, no fragment."""
    _split(url)


def post_query(
    url: str, query: bytes, *, timeout: float = TIMEOUT_SECONDS, extra_ca: Path | None = None
) -> bytes:
    """The body that the authority answers with, as received.

    `timeout`: seconds for all of it, from the name to the last byte. `extra_ca`: PEM file of certificates that
    are trusted for https besides the system's. Raises NetworkError: not reached, not in time, a redirect, a
    status other than 200, another content type, too long, cut. Raises UsageError for a bad address.
    """
    host, port, target, tls = _split(url)
    deadline = time.monotonic() + timeout
    shown = f"{host}:{port}"
    try:
        with _connect(host, port, deadline) as plain:
            if not tls:
                return _exchange(plain, shown, target, query, deadline)
            _limit(plain, deadline)
            with _context(extra_ca).wrap_socket(
                plain, server_hostname=host, suppress_ragged_eofs=False
            ) as connection:
                return _exchange(connection, shown, target, query, deadline)
    except TimeoutError as fault:
        raise NetworkError(f"{shown} did not answer within {timeout:g} s", _HINT) from fault
    except ssl.SSLCertVerificationError as fault:
        why = fault.verify_message
        raise NetworkError(
            f"the certificate of {shown} is not trusted: {why}", "compare the address, or use http:"
        ) from fault
    except h11.RemoteProtocolError as fault:
        raise NetworkError(f"the answer of {shown} was not understood, or is cut", _HINT) from fault
    except (OSError, ValueError) as fault:  # ValueError: a host that cannot be a server name
        why = getattr(fault, "strerror", None) or type(fault).__name__
        raise NetworkError(f"no connection to {shown}: {why}", _HINT) from fault


def _split(url: str) -> tuple[str, int, str, bool]:
    """Host without brackets, port, request target, whether TLS. Raises UsageError."""
    try:
        if not url.isascii() or not url.isprintable() or " " in url or len(url) > 2000:
            raise ValueError("characters that have no place in an address")
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("http:// or https:// and a host are needed")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise ValueError("it has a user, a password or a fragment")
    except ValueError as fault:
        raise UsageError(f"not the address of an authority: {url[:200]}: {fault}") from fault
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.hostname, port, target, parts.scheme == "https"


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _limit(connection: socket.socket, deadline: float) -> None:
    """Gives the next call on the socket the time that is left: a slow drip cannot stretch it."""
    connection.settimeout(_left(deadline))


def _connect(host: str, port: int, deadline: float) -> socket.socket:
    try:
        # the address is the user's own choice, so it may be in their own network
        found = resolve(host, port, AddressPolicy(allow_private=True), _left(deadline))
    except DnsError as fault:
        if fault.timed_out:
            raise TimeoutError from fault
        raise
    for number, address in enumerate(found.addresses):
        share = _left(deadline) / (len(found.addresses) - number)
        try:
            return socket.create_connection((address, port), timeout=share)
        except OSError:
            if number + 1 == len(found.addresses):
                raise
    raise OSError("no address")


def _context(extra_ca: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if extra_ca is not None:
        context.load_verify_locations(extra_ca)
    return context


def _exchange(connection: socket.socket, shown: str, target: str, query: bytes, deadline: float) -> bytes:
    parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)
    headers = [
        ("Host", shown),
        ("User-Agent", f"abusekit/{__version__}"),
        ("Content-Type", QUERY),
        ("Accept", REPLY),
        ("Accept-Encoding", "identity"),
        ("Content-Length", str(len(query))),
        ("Connection", "close"),
    ]
    request = h11.Request(method="POST", target=target, headers=headers)
    sent = (parser.send(request) or b"") + (parser.send(h11.Data(query)) or b"")
    parser.send(h11.EndOfMessage())
    _limit(connection, deadline)
    connection.sendall(sent)
    body, received = bytearray(), 0
    while True:
        event = parser.next_event()
        if event is h11.NEED_DATA:
            _limit(connection, deadline)
            data = connection.recv(65_536)
            received += len(data)
            if received > MOST_BYTES + HEAD_BYTES:
                _refuse(shown, f"is longer than {MOST_BYTES} bytes")
            parser.receive_data(data)
        elif isinstance(event, h11.Response):
            _check_head(shown, event)
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MOST_BYTES:
                _refuse(shown, f"is longer than {MOST_BYTES} bytes")
        elif isinstance(event, h11.EndOfMessage):
            return bytes(body)
        elif isinstance(event, h11.ConnectionClosed):
            _refuse(shown, "did not come: the connection was closed")


def _check_head(shown: str, head: h11.Response) -> None:
    if 300 <= head.status_code < 400:
        raise NetworkError(
            f"{shown} answers with a redirect, which is not followed",
            "give the authority's final address: abusekit authority add NAME --url URL --root FILE",
        )
    if head.status_code != 200:
        _refuse(shown, f"is HTTP status {head.status_code}")
    found = [value.decode("latin-1") for name, value in head.headers if name == b"content-type"]
    kind = found[0].partition(";")[0].strip().lower() if len(found) == 1 else ""
    if kind != REPLY:
        _refuse(shown, f"is no time-stamp reply (content type {kind[:60]!a})")
    coded = [
        value for name, value in head.headers if name == b"content-encoding" and value.lower() != b"identity"
    ]
    if coded:
        _refuse(shown, "is compressed, though that was not asked for")


def _refuse(shown: str, what: str) -> NoReturn:
    raise NetworkError(f"the answer of {shown} {what}", _HINT)
