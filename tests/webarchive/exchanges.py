"""Exchanges made by hand, for the tests of the formats."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from abusekit.webarchive.exchange import Exchange, Problem, Spool, Tls
from abusekit.webarchive.resource import Beside, Resource, urn

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


PAGE = "http://example.org/"


def asking(method: str, url: str, content: bytes = b"", kind: str = "", **more: Any) -> Exchange:
    """An exchange of another method than GET, with a body."""
    path = "/" + url.split("/", 3)[3]
    head = f"{method} {path} HTTP/1.1\r\nHost: example.org\r\n"
    head += f"Content-Type: {kind}\r\n" if kind else ""
    head += f"Content-Length: {len(content)}\r\n" if content or method == "POST" else ""
    request = f"{head}\r\n".encode() + content
    return exchange(f"answer to {method}".encode(), url=url, method=method, request=request, **more)


def askings() -> list[Exchange]:
    """One address asked for in all ways, and bodies of all kinds."""
    api = "http://example.org/api/like"
    form = "application/x-www-form-urlencoded"
    nested = (
        b'{"id": 44.0, "f": 35.7, "v": [true, false, null], "in": {"id": "a+b&c= d", "v": [3, "\\u00e9"]}}'
    )
    parts = b'--XX\r\nContent-Disposition: form-data; name="a b"\r\n\r\n1&2\r\n--XX--\r\n'
    return [
        exchange(b"answer to GET", url=api),
        asking("POST", api, b"post=5003&say=Hi%21+you%C3%A9%26", form),
        asking("POST", api, b"\xff%ff", form),
        asking("POST", api, nested, "application/json"),
        asking("POST", api, b"{broken", "application/json"),
        asking("POST", api + "?a=1", b"plain words # and more", "text/plain;charset=UTF-8"),
        asking("POST", api, parts, "multipart/form-data; boundary=XX"),
        asking("POST", api, b"\x00\x01", "application/octet-stream"),
        asking("POST", api, b"x" * 5000, ""),
        asking("POST", api),
        asking("PUT", api, b'"scalar"', "application/json"),
        asking("DELETE", api),
        asking("OPTIONS", api),
        asking("HEAD", api),
    ]


def decoded(url: str = "http://example.org/decoded") -> Exchange:
    """As the fallback makes it: the body without its coding, and a head that says so."""
    headers = (*HTML_HEADERS, ("x-orig-Content-Encoding", "br"), ("x-orig-Transfer-Encoding", "chunked"))
    return exchange(b"<p>decoded", url=url, headers=headers, form="decoded", kind="document", protocol="h2")


def resources(url: str = PAGE) -> list[Resource]:
    """One of each kind, the picture in two tiles."""
    return [
        Resource(urn("view", url), "image/png", b"\x89PNG one", AT),
        Resource(urn("view", url, 2), "image/png", Spool(data=b"\x89PNG two"), AT),
        Resource(urn("pdf", url), "application/pdf", b"%PDF-1.4", AT),
        Resource(urn("dom", url), "text/html", "<p>gerendert – ✓".encode(), AT),
        Resource(urn("mhtml", url), "multipart/related", b"MIME-Version: 1.0\r\n\r\n", AT),
        Resource(urn("text", url), "text/plain; charset=utf-8", b"", AT),
    ]


def notes() -> list[Beside]:
    return [
        Beside("websocket", [{"opcode": 1, "text": "hello"}], AT),
        Beside("console", {"lines": []}, AT),
    ]
