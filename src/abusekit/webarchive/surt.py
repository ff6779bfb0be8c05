"""The sort key of an address in an index: host turned round, then path and query in one spelling.

The rules are those that replay tools apply when they look for an address (Safe Browsing's canonical form,
then lower case, sorted query, no "www"), written anew: the package `surt` is AGPL. It is a key for finding,
not evidence: two addresses may have one key, and the address itself stands in the line's `url`. Not done
here: taking session ids out, which only makes two pages one.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

ADDRESS = re.compile(
    r"https?://(?:[^/?#@]*@)?(?P<host>\[[0-9a-fA-F:.]+\]|[^/?#:\[\]]+)(?::(?P<port>\d*))?(?P<rest>.*)",
    re.S | re.I,
)
WWW = re.compile(r"www\d*\.(?=.)")
PORTS = {"http": "80", "https": "443"}

ROUNDS = 16
"""How often percent-escapes are undone at most: `%2525…` would keep a reader busy for ever."""


def surt(url: str) -> str:
    """The key of an address: ASCII without spaces. An address that is not http(s) keeps its order (`urn:…`)."""
    found = ADDRESS.fullmatch(url)
    if found is None:
        return _path_and_query(url)
    host = WWW.sub("", re.sub(r"\.{2,}", ".", _spelled(found["host"]).strip(".")), count=1)
    host = host.strip("[]") if host.startswith("[") else ",".join(reversed(host.split(".")))
    port = found["port"]
    if port and port != PORTS[url.partition(":")[0].lower()]:
        host += f":{port}"
    rest = found["rest"]
    return f"{host}){_path_and_query(rest if rest.startswith('/') else '/' + rest, root='/')}"


def _path_and_query(text: str, root: str = "") -> str:
    path, mark, query = text.partition("#")[0].partition("?")
    path = _spelled(_walked(path) if root else path).rstrip("/") or root
    query = "&".join(sorted(_spelled(query).split("&"), key=lambda one: one.split("=", 1)))
    return f"{path}{mark}{query}" if query else path


def _walked(path: str) -> str:
    """The path without empty parts, "." and ".."."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _spelled(text: str) -> str:
    """Each escape undone, then only what cannot stand in a line escaped, in lower case."""
    raw = text.encode("utf-8", "surrogatepass")
    for _ in range(ROUNDS):
        before, raw = raw, unquote_to_bytes(raw)
        if raw == before:
            break
    return "".join(
        chr(one) if 0x20 < one < 0x7F and one not in b"#%" else f"%{one:02x}" for one in raw
    ).lower()
