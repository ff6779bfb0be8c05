"""Whether redirects led to a page that was not asked for, such as a log-in page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

Place = tuple[str, str]
"""Host without `www.`, and path in lower case without a slash at the end."""


def place_of(url: str) -> Place:
    """Host and path of an address; ("", "/") where it is none."""
    try:
        parts = urlsplit(url[:8000])
        return (parts.hostname or "").removeprefix("www."), "/" + parts.path.strip("/").lower()
    except ValueError:
        return "", "/"


def moved_to(marker: dict[str, Any], asked: Place, final: Place) -> str:
    """The part of the final address that is the sign, where it was not asked for; else ""."""
    for host in marker.get("hosts", ()):
        if _below(final[0], host, ".", start=False) and not _below(asked[0], host, ".", start=False):
            return str(host)
    if final == asked:
        return ""
    for path in marker.get("paths", ()):
        if leads_to(final[1], path) and not leads_to(asked[1], path):
            return str(path)
    return ""


def leads_to(path: str, wanted: str) -> bool:
    """Whether `path` is `wanted` or lies below it; "*/x" is every path that ends in /x."""
    return path.endswith(wanted[1:]) if wanted.startswith("*") else _below(path, wanted, "/", start=True)


def _below(text: str, wanted: str, sign: str, *, start: bool) -> bool:
    return text == wanted or (text.startswith(wanted + sign) if start else text.endswith(sign + wanted))
