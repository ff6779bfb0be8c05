"""The index of a WACZ: one `SURT timestamp json` line for each response, sorted by bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC

from abusekit.errors import InputError
from abusekit.webarchive.warc import Indexed

ADDRESS = re.compile(
    r"https?://(?P<host>\[[0-9a-fA-F:.]+\]|[^/?#:\[\]]+)(?::(?P<port>\d*))?(?P<rest>.*)", re.S
)
LINE = re.compile(rb"[^ ]+ \d{14} \{")

LINE_LIMIT = 1 << 16
"""Bytes of one line; ours hold an address of 8,000 characters twice."""

PORTS = {"http": "80", "https": "443"}


def surt(url: str) -> str:
    """The sort key of an address: host turned round, then path and query in lower case.

    Close to `surt` (which is AGPL): it differs for bare IP addresses and percent-escapes. It is a key for
    finding, not evidence: the address itself stands in the line's `url`.
    """
    found = ADDRESS.fullmatch(url)
    if found is None:
        return url.lower().replace(" ", "%20")
    host = found["host"].lower().rstrip(".")
    if not host.startswith("[") and not re.fullmatch(r"[\d.]+", host):
        host = ",".join(reversed(host.removeprefix("www.").split(".")))
    port = found["port"]
    if port and port != PORTS[url.partition(":")[0].lower()]:
        host += f":{port}"
    rest = found["rest"].partition("#")[0].lower() or "/"
    if rest.startswith("?"):
        rest = "/" + rest
    path, mark, query = rest.partition("?")
    if mark:
        query = "&".join(sorted(query.split("&")))
    return f"{host}){path}{mark}{query}"


def index(entries: Iterable[Indexed], filename: str) -> bytes:
    """The index of the WARC called `filename` (a plain name, as in `archive/`)."""
    lines = []
    for entry in entries:
        described = {
            "url": entry.url,
            "digest": entry.digest,
            "mime": entry.mime,
            "filename": filename,
            "offset": entry.offset,
            "length": entry.length,
            "status": entry.status,
        }
        moment = entry.at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
        lines.append(
            f"{surt(entry.url)} {moment} {json.dumps(described)}\n".encode("ascii", "backslashreplace")
        )
    return b"".join(sorted(lines))


def parse(pieces: Iterable[bytes]) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Sort key, 14-digit UTC time and JSON part of each line, one after the other, in flat memory.

    pieces: the index, cut anywhere. Raises InputError at the first line that is no index line, is longer than
    LINE_LIMIT bytes, or is out of order; lines given before it were in order.
    """
    before = b""
    for number, line in enumerate(_lines(pieces), 1):
        if not LINE.match(line):
            raise InputError(f"index line {number} is not SURT, time, JSON", "the index was altered")
        try:
            key, stamp, rest = line.decode("ascii").split(" ", 2)
            described = json.loads(rest)
        except (ValueError, RecursionError) as fault:
            raise InputError(f"index line {number} holds no JSON", "the index was altered") from fault
        if not isinstance(described, dict):
            raise InputError(f"index line {number} holds no JSON object", "the index was altered")
        if line < before:
            raise InputError("the index is not sorted", "the index was altered")
        before = line
        yield key, stamp, described


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The lines without their line feeds."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        if max(map(len, (*whole, rest))) > LINE_LIMIT:
            raise InputError(f"an index line is longer than {LINE_LIMIT} bytes", "the index was altered")
        yield from whole
    if rest:
        raise InputError("the index does not end with a line feed", "the file was cut short")
