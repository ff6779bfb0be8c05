"""What a request asked for beside its address, so that an index can tell a POST from the GET of one address.

The method and the body become parts of a query, by the rules of
https://specs.webrecorder.net/request-body-canonicalization/ (0.1, as pywb and wabac.js look them up). Bodies
in AMF are taken as binary. It is for finding: the request itself stands in the WARC.
"""

from __future__ import annotations

import base64
import json
import math
import re
from dataclasses import dataclass
from urllib.parse import quote_plus, unquote_plus, unquote_to_bytes

from abusekit.webarchive.surt import surt

METHOD = re.compile(rb"([A-Za-z][A-Za-z-]{0,19}) ")
QUERY_LIMIT = 4096
"""Characters of a body's query that are heeded: replay tools look for no more."""

REQUEST_LIMIT = 1 << 16
"""Bytes of a request whose body is heeded; of a longer one only the method is."""

DEPTH_LIMIT = 100
"""Levels of a JSON body that is read as such."""

KEPT_ESCAPE = re.compile("%(?:3B|2F|3F|3A|40|26|3D|2B|24|2C|23)", re.I)
"""What `decodeURI` of JavaScript leaves as it is (ECMA-262 19.2.6.2)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The method of a request, and its body as an index spells it."""

    method: str = "GET"
    # upper case
    query: str = ""
    # the body as a query, for the sort key (pywb's look-up): POST and PUT alone have one
    body: str = ""
    # the same as `requestBody` of an index line (wabac.js's look-up)

    def key(self, url: str) -> str:
        """The sort key of `url` when it is asked for in this way."""
        if self.method == "GET":
            return surt(url)
        url = url.partition("#")[0]
        query = f"&{self.query}" if self.query else ""
        # A body may hold "#", which would end an address.
        return surt(f"{url}{'&' if '?' in url else '?'}__wb_method={self.method}{query.replace('#', '%23')}")


GET = Asked()


def method_of(request: bytes) -> str | None:
    """The method of an HTTP request in upper case; None when it starts like none."""
    found = METHOD.match(request)
    return found[1].decode("ascii").upper() if found else None


def asked(request: bytes, method: str | None = None) -> Asked:
    """What `request` (head and body, as sent) asked for; `method` where its bytes do not say so."""
    method = method_of(request) or method or "GET"
    if method in ("GET", "HEAD", "OPTIONS"):
        return GET if method == "GET" else Asked(method)
    head, _, content = request.partition(b"\r\n\r\n") if len(request) <= REQUEST_LIMIT else (b"", b"", b"")
    kind = _content_type(head)
    query = _query(kind, content)[:QUERY_LIMIT] if content else ""
    body = query
    if kind.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        body = content.decode("utf-8", "replace")[:QUERY_LIMIT]
    if not content and not re.match("application/(json|x-www-form)|text/plain|multipart/", kind, re.I):
        body = "__wb_post_data="
    return Asked(method, query if method in ("POST", "PUT") else "", _half_decoded(body))


def _content_type(head: bytes) -> str:
    found = re.search(rb"(?im)^content-type[ \t]*:[ \t]*([^\r\n]*)", head)
    return found[1].decode("latin-1").strip() if found else ""


def _query(kind: str, content: bytes) -> str:
    lower = kind.lower()
    found: str | None = None
    if lower.startswith("application/x-www-form-urlencoded"):
        try:
            found = unquote_plus(content.decode("utf-8"))
        except UnicodeDecodeError:
            found = None
    elif lower.startswith("application/json"):
        found = _of_json(content) or ""
    elif lower.startswith("text/plain"):
        found = _of_json(content)
    elif lower.startswith("multipart/"):
        found = _of_multipart(kind, content)
    return "__wb_post_data=" + base64.b64encode(content).decode("ascii") if found is None else found


def _of_json(content: bytes) -> str | None:
    """The leaves of a JSON body as name=value; None when it is no JSON."""
    try:
        value = json.loads(content, parse_constant=_refused)
        return _leaves(value)
    except (ValueError, RecursionError):
        return None


def _refused(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _leaves(value: object) -> str:
    counts: dict[str, int] = {}
    parts = []
    stack: list[tuple[str, object, int]] = [("", value, 0)]
    while stack:
        name, one, depth = stack.pop()
        if depth > DEPTH_LIMIT:
            raise ValueError("too deep")
        if isinstance(one, dict):
            stack += [(key, inner, depth + 1) for key, inner in reversed(one.items())]
        elif isinstance(one, list):
            stack += [(name, inner, depth + 1) for inner in reversed(one)]
        elif name:
            counts[name] = count = counts.get(name, 0) + 1
            key = name if count == 1 else f"{name}.{count}_"
            parts.append(f"{_plus(key)}={_plus(_scalar(one))}")
    return "&".join(parts)


def _scalar(value: object) -> str:
    """As JavaScript's toString() writes it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and value.is_integer() and math.fabs(value) < 1e21:
        return str(int(value))
    return str(value)


def _of_multipart(kind: str, content: bytes) -> str | None:
    """The fields of a form as name=value; None when it has no boundary."""
    found = re.search(r'(?i)boundary="?([^";]{1,100})', kind)
    if found is None:
        return None
    parts = []
    for part in (b"\r\n" + content).split(b"\r\n--" + found[1].strip().encode("latin-1"))[1:]:
        head, end, value = part.partition(b"\r\n\r\n")
        name = re.search(rb'(?i)[;\s]name="([^"]*)"', head)
        if end and name:
            parts.append(f"{quote_plus(name[1])}={quote_plus(value)}")
    return "&".join(parts)


def _plus(text: str) -> str:
    return quote_plus(text.encode("utf-8", "surrogatepass"))


def _half_decoded(query: str) -> str:
    """Percent-escapes undone, but for those that part a query: what wabac.js makes of it before it looks."""
    shielded = KEPT_ESCAPE.sub(lambda found: "%25" + found[0][1:], query)
    try:
        return unquote_to_bytes(shielded.encode("utf-8", "surrogatepass")).decode("utf-8")
    except UnicodeDecodeError:
        return query
