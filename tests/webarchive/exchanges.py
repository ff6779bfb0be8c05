"""Exchanges made by hand, for the tests of the formats."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from abusekit.webarchive.exchange import Exchange, Problem, Spool, Tls

AT = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)
REQUEST = b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"
HTML_HEADERS = (("Content-Type", "text/html; charset=utf-8"),)


def exchange(
    body: bytes = b"<title>x</title>",
    *,
    url: str = "http://example.org/",
    status: int | None = 200,
    headers: tuple[tuple[str, str], ...] = HTML_HEADERS,
    interim: bytes = b"",
    **more: Any,
) -> Exchange:
    """An exchange whose bytes agree with its fields."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode("latin-1") if status else b""
    settings: dict[str, Any] = {
        "url": url,
        "method": "GET",
        "at": AT,
        "request": REQUEST,
        "received": Spool(data=interim + head + body),
        "interim_length": len(interim),
        "interim_count": 1 if interim else 0,
        "head_length": len(head),
        "status": status,
        "headers": headers if status else (),
        "protocol": "http/1.1" if status else None,
        "ip": "192.0.2.1",
        "port": 80,
        "dns": ("192.0.2.1",),
        "complete": status is not None,
        **more,
    }
    return Exchange(**settings)


def several() -> list[Exchange]:
    """A redirect, a page over TLS after early hints, a gzip body, a cut answer, garbage, a failure."""
    tls = Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", "http/1.1", (b"leaf", b"root"), verified=True, error=None)
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    return [
        exchange(b"", status=302, headers=(("Location", "https://example.org/"),)),
        exchange(url="https://example.org/", interim=hints, tls=tls),
        exchange(
            b"\x1f\x8b\x08\0not really" * 9,
            url="https://example.org/g?b=2&a=1",
            headers=(*HTML_HEADERS, ("Content-Encoding", "gzip")),
            tls=tls,
        ),
        exchange(b"", url="http://example.org/204", status=204, headers=()),
        exchange(
            b"abc",
            url="http://example.org/cut",
            complete=False,
            truncated="disconnect",
            problem=Problem("truncated", "cut", "http://example.org/cut"),
        ),
        exchange(b"SSH-2.0\r\n", url="http://example.org/ssh", status=None),
        exchange(b"", url="http://nowhere.example/", status=None, request=b"", ip=None, port=None, dns=()),
    ]
