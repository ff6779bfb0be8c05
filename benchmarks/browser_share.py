"""How much of what a site answered a recorder holds, against the site's own account of every byte.

Each recorder is judged on the requests that its own browser made. Answers are compared message by message: is
there a record of it, is its body right when every coding is undone, and is it the message as it went over the wire.
"""

from __future__ import annotations

import base64
import json
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import brotlicffi

from abusekit.demo.wire_log import LoggedExchange

ENDLESS = "/live/events"
"""An answer without an end: the visit ends it, so what came until then is all there is."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer that the site gave."""

    method: str
    url: str
    message: bytes
    # head and body as sent
    body: bytes
    # with every coding undone
    endless: bool

    @property
    def name(self) -> str:
        return f"{self.method} {self.url.partition('://')[2].partition('/')[2].partition('?')[0]}"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that a recorder holds."""

    method: str
    url: str
    message: bytes | None
    # as recorded, head and body; None where the recorder keeps no messages
    body: bytes | None
    # with every coding undone; None where the recorder has none


@dataclass(frozen=True, slots=True)
class Share:
    """One recorder on one visit."""

    answered: int
    recorded: int
    right: int
    # bodies, with every coding undone
    exact: int
    # whole messages as sent
    unrecorded: tuple[str, ...]
    wrong: tuple[str, ...]
    # recorded, with another body or none

    def row(self, name: str, width: int) -> str:
        return f"{name:{width}}  {self.answered:8} {self.recorded:9} {self.right:11} {self.exact:11}"

    def remarks(self) -> Iterator[str]:
        for what, names in (("not recorded", self.unrecorded), ("body wrong or absent", self.wrong)):
            if names:
                counted = Counter(names)
                yield f"{what}: " + ", ".join(f"{n} × {one}" if n > 1 else one for one, n in counted.items())


HEAD = f"{'answered':>8} {'recorded':>9} {'body right':>11} {'wire-exact':>11}"


def share(sent: Iterable[Sent], kept: Iterable[Kept]) -> Share:
    """Pairs them by method and address: the same message first, then the same body, then any."""
    answers, left = list(sent), defaultdict[tuple[str, str], list[Kept]](list)
    for one in kept:
        left[one.method, one.url].append(one)
    unequal = _unpaired(answers, left, lambda a, b: _same(a, a.message, b.message))
    wrong = _unpaired(unequal, left, lambda a, b: _same(a, a.body, b.body) or not (a.body or b.body))
    absent = _unpaired(wrong, left, lambda _a, _b: True)
    lost = set(map(id, absent))
    return Share(
        answered=len(answers),
        recorded=len(answers) - len(absent),
        right=len(answers) - len(wrong),  # a message that is exact has the right body
        exact=len(answers) - len(unequal),
        unrecorded=tuple(one.name for one in absent),
        wrong=tuple(one.name for one in wrong if id(one) not in lost),
    )


def _unpaired(
    answers: list[Sent], left: dict[tuple[str, str], list[Kept]], alike: Callable[[Sent, Kept], bool]
) -> list[Sent]:
    """Those that nothing in `left` is like; what is paired is taken out of `left`."""
    unpaired = []
    for one in answers:
        several = left[one.method, one.url]
        place = next((n for n, other in enumerate(several) if alike(one, other)), None)
        if place is None:
            unpaired.append(one)
        else:
            several.pop(place)
    return unpaired


def _same(one: Sent, ours: bytes, theirs: bytes | None) -> bool:
    if theirs is None:
        return False
    return ours.startswith(theirs) and len(theirs) > 0 if one.endless else ours == theirs


def sent_by(logged: Iterable[LoggedExchange]) -> Iterator[Sent]:
    """What the site answered; a request that it only closed the connection on has no answer."""
    for one in logged:
        if not one.response:
            continue
        fields = _fields(one.request)
        url = f"{'https' if one.tls else 'http'}://{fields.get('host', '')}{one.target}"
        body = b"" if one.method == "HEAD" else decoded_body(one.response)
        yield Sent(one.method, url, one.response, body, one.target.startswith(ENDLESS))


def kept_in_waczs(paths: Iterable[Path]) -> Iterator[Kept]:
    """The answers in web archives, read by warcio: the reader is not the writer."""
    for path in paths:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if name.endswith(".warc.gz"):
                    with package.open(name) as stream:
                        yield from _kept_in_warc(stream)


def _kept_in_warc(stream: IO[bytes]) -> Iterator[Kept]:
    from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

    methods: dict[str, str] = {}
    answers: list[tuple[str, str, bytes]] = []
    for record in ArchiveIterator(stream, no_record_parse=True):
        told = record.rec_headers.get_header
        block = record.raw_stream.read()
        if record.rec_type == "request":
            methods[told("WARC-Concurrent-To")] = block.partition(b" ")[0].decode("latin-1")
        elif record.rec_type == "response":
            answers.append((told("WARC-Record-ID"), told("WARC-Target-URI"), block))
    for identity, url, block in answers:
        method = methods.get(identity, "GET")
        yield Kept(method, url, block, b"" if method == "HEAD" else decoded_body(block))


def kept_by_events(path: Path) -> Iterator[Kept]:
    """What `browser_peers.py bodies` wrote."""
    for one in json.loads(path.read_bytes()):
        body = None if one["body"] is None else base64.b64decode(one["body"])
        yield Kept(one["method"], one["url"], None, body)


def kept_in_har(path: Path) -> Iterator[Kept]:
    """The entries of a HAR that have a status; -1 stands for no answer."""
    for one in json.loads(path.read_bytes())["log"]["entries"]:
        content = one["response"].get("content", {})
        text = content.get("text")
        body = None
        if text is not None:
            body = base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()
        if one["response"]["status"] > 0:
            yield Kept(one["request"]["method"], one["request"]["url"], None, body)


def decoded_body(message: bytes) -> bytes:
    """The body of an HTTP/1.1 message without its codings, as far as it came."""
    fields = _fields(message)
    body = message.partition(b"\r\n\r\n")[2]
    if fields.get("transfer-encoding", "").lower() == "chunked":
        body = _unchunked(body)
    coding = fields.get("content-encoding", "").lower()
    with suppress(zlib.error, brotlicffi.error):
        if coding == "gzip":
            return zlib.decompressobj(wbits=31).decompress(body)
        if coding == "br":
            return bytes(brotlicffi.Decompressor().process(body))
    return body


def _unchunked(body: bytes) -> bytes:
    found = b""
    while (end := body.find(b"\r\n")) > 0:
        size = int(body[:end].partition(b";")[0], 16)
        if size == 0:
            break
        found += body[end + 2 : end + 2 + size]
        body = body[end + 2 + size + 2 :]
    return found


def _fields(message: bytes) -> dict[str, str]:
    lines = message.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
