"""Where a recording holds values that open something: cookies and authentication, so that exports can strip them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from abusekit.webarchive.exchange import Exchange
from abusekit.webarchive.secret_headers import REQUEST_SECRETS, SECRET_HEADERS, SET_COOKIE


@dataclass(frozen=True, slots=True)
class Secret:
    """Where in the archive a value stands that a server gave to us alone. The value itself is not repeated."""

    exchange: int
    # number of the exchange in the capture, from 0
    header: str
    # the header's name in lower case
    name: str
    # the cookie's name; "" for other headers


def secrets_in(exchanges: Iterable[Exchange]) -> Iterator[Secret]:
    """Where the exchanges hold a value that may open something, in their order."""
    for number, one in enumerate(exchanges):
        for name, value in request_fields(one.request):
            if name in REQUEST_SECRETS:
                yield Secret(number, f"request {name}", _cookie_name(value) if name == "cookie" else "")
        for name, value in one.headers:
            header = name.lower()
            if header in SET_COOKIE:
                yield Secret(number, header, _cookie_name(value))
            elif header in SECRET_HEADERS:
                yield Secret(number, header, "")


def request_fields(request: bytes) -> Iterator[tuple[str, str]]:
    """The header fields of a request as it was sent, names in lower case."""
    head = request.partition(b"\r\n\r\n")[0]
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        yield name.decode("latin-1").lower(), value.decode("latin-1").strip()


def _cookie_name(value: str) -> str:
    """The name of a cookie; "" for one without: what stands there is its value (RFC 6265bis section 5.6)."""
    name, equals, _ = value.partition(";")[0].partition("=")
    return name.strip()[:100] if equals else ""
