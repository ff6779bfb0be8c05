"""A plain client of the practice site."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from datetime import UTC, datetime
from email.message import Message

NOW = datetime(2026, 6, 20, 12, 0, 0, tzinfo=UTC)
"""What the site's clock says in these tests."""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def get(
    url: str,
    *,
    follow: bool = False,
    tls: ssl.SSLContext | None = None,
    body: bytes | None = None,
    method: str | None = None,
    **headers: str,
) -> tuple[int, Message, bytes]:
    """Status, headers, body as received; redirects are not followed unless asked."""
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if not follow:
        handlers.append(_Stay())
    if tls is not None:
        handlers.append(urllib.request.HTTPSHandler(context=tls))
    asked = urllib.request.Request(
        url,
        body,
        headers={key.replace("_", "-"): value for key, value in headers.items()},
        method=method,
    )
    try:
        with urllib.request.build_opener(*handlers).open(asked, timeout=10) as got:
            return got.status, got.headers, got.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers, refused.read()


def status_of(url: str, **headers: str) -> int:
    """Only the status."""
    return get(url, **headers)[0]
