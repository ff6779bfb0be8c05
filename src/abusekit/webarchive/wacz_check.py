"""Strict checking of a WACZ: everything listed is there, everything there is listed, every digest is right.

`wacz validate` accepts files with no WARC, no index, altered metadata or an unlisted member; this does not.
Only the form that `wacz.py` writes is accepted: a plain `indexes/*.cdx`, WARCs stored as `.warc.gz`, no
signature inside. An empty list means that the file is whole and says one thing; it proves neither who made
it nor that the recorded server said it.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO

from abusekit.errors import InputError
from abusekit.webarchive import cdxj, zip_read
from abusekit.webarchive.warc import CERTIFICATE_URI, RECORDS
from abusekit.webarchive.warc_read import Record, WarcError, read
from abusekit.webarchive.zip_read import Member, ZipError

TEXT_LIMITS = {"datapackage.json": 4 << 20, "datapackage-digest.json": 1 << 16, "pages/pages.jsonl": 8 << 20}
"""Bytes of each metadata file, which alone are read into memory: 12 MiB together."""

PAGES_LIMIT = 10_000
"""Lines of the page list that are looked at; ours has two."""

INDEX_LIMIT = 64 << 20
"""Bytes of one index, which is read in flat memory."""

FAULT_LIMIT = 1000
"""Faults that are listed; a file with more is no better understood for them."""

PACKAGE = "datapackage.json"
DIGEST = "datapackage-digest.json"
PAGES = "pages/pages.jsonl"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not in order."""

    label: str
    # the kind: those of `ZipError` and `WarcError`, and missing, unlisted, changed, bad-json, bad-package,
    # bad-digest, signed, no-warc, no-index, no-pages, bad-pages, not-stored, bad-index, not-indexed,
    # record-type (a kind of record that a recording has no place for), not-http (a response that is none),
    # page-twice (two answers for one page of the list at one second: a reader shows either)
    member: str
    # the file inside of the WACZ; "" for the WACZ as a whole
    detail: str
    # one line for a person; may hold text from the file, so it is escaped where it is shown


@dataclass(frozen=True, slots=True)
class _Response:
    """What the index and the page list say of a response; digests, so that long addresses cost nothing."""

    address: bytes
    # SHA-256 of WARC-Target-URI
    second: str
    # WARC-Date in UTC, 14 digits
    payload: str | None
    status: int | None
    length: int


@dataclass(slots=True)
class _Found:
    """What was read on the one pass over the members."""

    faults: list[Fault] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    responses: dict[tuple[str, int], _Response] = field(default_factory=dict)
    addresses: set[bytes] = field(default_factory=set)
    indexed: set[tuple[str, int]] = field(default_factory=set)

    def fault(self, label: str, member: str, detail: str) -> None:
        if len(self.faults) < FAULT_LIMIT:
            self.faults.append(Fault(label, member, detail))


_NO_MARKS = str.maketrans("", "", "-:T")


class _Watched:
    """A member as a file that is read forwards and hashed on the way."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        """The next piece, of any length up to 64 KiB; `size` is not heeded, as the reader allows."""
        piece = next(self._pieces, b"")
        self.digest.update(piece)
        return piece

    def drain(self) -> None:
        while self.read():
            pass


def check(source: bytes | BinaryIO) -> list[Fault]:
    """Every fault of a WACZ; empty when it is in order.

    source: the whole file, or a seekable file opened for reading; each member is read once, in bounded
    memory. Raises OSError when the file cannot be read; nothing else.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        listing = zip_read.members(stream)
    except ZipError as fault:
        return [Fault(fault.label, fault.member, fault.detail)]
    found = _Found()
    # WARCs first, so that each line of an index can be compared when it passes by.
    for member in sorted(listing.values(), key=lambda one: not one.name.startswith("archive/")):
        try:
            _take(stream, member, found)
        except ZipError as fault:
            found.fault(fault.label, member.name, fault.detail)
    pages = _pages(found, listing)
    _package(found, listing, pages)
    _indexed(found, listing)
    if not any(name.startswith("archive/") for name in listing):
        found.fault("no-warc", "", "there is no WARC in it")
    return found.faults


def _take(stream: BinaryIO, member: Member, found: _Found) -> None:
    name = member.name
    if name in TEXT_LIMITS:
        data = zip_read.content(stream, member, TEXT_LIMITS[name])
        found.texts[name] = data
        found.digests[name] = sha256(data).hexdigest()
        return
    watched = _Watched(zip_read.pieces(stream, member))
    if name.startswith("archive/"):
        _warc(watched, member, found)
    elif name.startswith("indexes/"):
        _index(watched, member, found)
    watched.drain()
    found.digests[name] = watched.digest.hexdigest()


def _warc(watched: _Watched, member: Member, found: _Found) -> None:
    name = member.name
    place = name.removeprefix("archive/")
    if member.method != 0:
        found.fault("not-stored", name, "a WARC must be stored, so that records can be reached by offset")
    if not name.endswith(".warc.gz"):
        found.fault("bad-name", name, "only .warc.gz is read")
        return
    count = 0
    try:
        for record in read(watched, keep=0):  # type: ignore[arg-type]  # only `read` is used
            count += 1
            _record(record, name, found)
            address = sha256(record.fields.get("warc-target-uri", "").encode()).digest()
            found.addresses.add(address)
            if record.type == "response":
                found.responses[place, record.offset] = _Response(
                    address,
                    _digits(record.fields["warc-date"]),
                    record.fields.get("warc-payload-digest"),
                    record.status,
                    record.length,
                )
    except WarcError as fault:
        found.fault(fault.label, name, fault.message)
    if not count:
        found.fault("no-warc", name, "there is no record in it")


def _record(record: Record, name: str, found: _Found) -> None:
    """A record is of a kind that a recording has, and what it says it is."""
    kind, content_type = record.type, record.fields.get("content-type", "none")
    types = RECORDS.get(kind)
    if types is None:
        label, why = "record-type", f"a {kind[:40]!r}, which no recording here holds"
    elif content_type not in types:
        label = "not-http" if kind == "response" else "record-type"
        why = f"a {kind} of type {content_type[:80]!r}"
    elif kind == "response" and record.status is None:
        label, why = "not-http", "a response that does not start like HTTP/1.0 or 1.1"
    elif kind == "resource" and record.fields.get("warc-target-uri") != CERTIFICATE_URI + record.fields[
        "warc-block-digest"
    ].removeprefix("sha256:"):
        label, why = "record-type", "a resource that is not named by its own digest"
    else:
        return
    found.fault(label, name, f"the record at byte {record.offset} is {why}")


def _pages(found: _Found, listing: dict[str, Member]) -> list[str]:
    """The addresses of the pages; each must occur in a WARC, and with one response at its second."""
    name = PAGES
    if name not in listing:
        found.fault("no-pages", "", "there is no pages/pages.jsonl in it")
        return []
    urls = []
    answers = Counter((one.address, one.second) for one in found.responses.values())
    lines = found.texts.get(name, b"").split(b"\n", PAGES_LIMIT)
    if lines[-1] == b"":
        del lines[-1]
    for number, line in enumerate(lines[1:], 2):
        page = _json(line)
        url = page.get("url") if page else None
        if page is None or not isinstance(url, str) or not isinstance(page.get("ts"), str):
            found.fault("bad-pages", name, f"line {number} is no page with url and ts")
        elif (address := sha256(url.encode("utf-8", "surrogatepass")).digest()) not in found.addresses:
            found.fault("bad-pages", name, f"line {number}: no record has this address")
        else:
            urls.append(url)
            if answers[address, _digits(str(page["ts"]))] > 1:
                found.fault("page-twice", name, f"line {number}: there are two answers for it at its second")
    head = _json(lines[0]) if lines else None
    if head is None or "format" not in head:
        found.fault("bad-pages", name, "it does not start with a format line")
    if len(lines) > PAGES_LIMIT:
        found.fault("bad-pages", name, f"it has more than {PAGES_LIMIT} lines")
    if len(lines) < 2:
        found.fault("no-pages", name, "there is no page in it")
    return urls


def _package(found: _Found, listing: dict[str, Member], pages: list[str]) -> None:
    if PACKAGE not in listing:
        found.fault("missing", PACKAGE, "there is no datapackage.json in it")
        return
    _digest(found, listing)
    package = _json(found.texts.get(PACKAGE, b""))
    if package is None:
        found.fault("bad-json", PACKAGE, "it is no JSON object, or a key occurs twice")
        return
    if package.get("profile") != "data-package" or package.get("wacz_version") != "1.1.1":
        found.fault("bad-package", PACKAGE, "it is no data package of WACZ 1.1.1")
    if package.get("mainPageUrl") not in pages:
        found.fault("bad-package", PACKAGE, "its main page is not among the pages")
    _resources(found, listing, package.get("resources"))


def _resources(found: _Found, listing: dict[str, Member], resources: object) -> None:
    listed: set[str] = set()
    for one in resources if isinstance(resources, list) else []:
        path = one.get("path") if isinstance(one, dict) else None
        if not isinstance(one, dict) or not isinstance(path, str) or path in listed:
            found.fault("bad-package", PACKAGE, "a resource has no path, or is listed twice")
            continue
        listed.add(path)
        if path not in listing:
            found.fault("missing", path, "it is listed and not there")
        elif path not in found.digests:
            continue  # it could not be read, which is a fault already
        elif one.get("hash") != f"sha256:{found.digests[path]}" or one.get("bytes") != listing[path].size:
            found.fault("changed", path, "it does not match the hash and size listed for it")
    for name in listing:
        if name not in listed and name not in (PACKAGE, DIGEST):
            found.fault("unlisted", name, "it is there and not listed")


def _digest(found: _Found, listing: dict[str, Member]) -> None:
    if DIGEST not in listing:
        found.fault("missing", DIGEST, "there is no datapackage-digest.json in it")
        return
    seal = _json(found.texts.get(DIGEST, b""))
    wanted = f"sha256:{found.digests.get(PACKAGE, '')}"
    if seal is None or seal.get("path") != PACKAGE or seal.get("hash") != wanted:
        found.fault("bad-digest", DIGEST, "it does not match datapackage.json")
    if seal is not None and set(seal) - {"path", "hash"}:
        found.fault("signed", DIGEST, "it carries more than path and hash, which is not checked here")


def _index(watched: _Watched, member: Member, found: _Found) -> None:
    """Each index line leads to a response that is as described."""
    name = member.name
    if not name.endswith(".cdx"):
        found.fault("bad-index", name, "only a plain .cdx is read")
        return
    if member.size > INDEX_LIMIT:
        found.fault("too-large", name, f"it is longer than {INDEX_LIMIT} bytes")
        return
    try:
        for number, (key, stamp, line) in enumerate(cdxj.parse(iter(watched.read, b"")), 1):
            place = _place(line)
            response = found.responses.get(place) if place else None
            if place is None or response is None:
                found.fault("bad-index", name, f"line {number} leads to no response")
            elif place in found.indexed:
                found.fault("bad-index", name, f"line {number} leads to a response that has a line already")
            else:
                found.indexed.add(place)
                if not _fits(key, stamp, line, response):
                    found.fault("bad-index", name, f"line {number} describes another response")
            if len(found.faults) >= FAULT_LIMIT:
                return
    except InputError as fault:
        found.fault("bad-index", name, fault.message)


def _indexed(found: _Found, listing: dict[str, Member]) -> None:
    """Each response has a line in an index."""
    if not any(name.startswith("indexes/") for name in listing):
        found.fault("no-index", "", "there is no index in it")
    for place in found.responses.keys() - found.indexed:
        found.fault("not-indexed", f"archive/{place[0]}", f"the response at byte {place[1]} is in no index")


def _place(line: dict[str, object]) -> tuple[str, int] | None:
    filename, offset = line.get("filename"), line.get("offset")
    # py-wacz writes numbers as text, we as numbers: one is enough here, and bool is an int in Python.
    return (filename, offset) if isinstance(filename, str) and type(offset) is int else None


def _fits(key: str, stamp: str, line: dict[str, object], response: _Response) -> bool:
    url = line.get("url")
    return (
        isinstance(url, str)
        and sha256(url.encode("utf-8", "surrogatepass")).digest() == response.address
        and key == cdxj.surt(url)
        and line.get("status") == response.status
        and line.get("digest") == response.payload
        and line.get("length") == response.length
        and stamp == response.second
    )


def _digits(moment: str) -> str:
    """The second of an ISO 8601 time in UTC as an index spells it."""
    return moment[:19].translate(_NO_MARKS)


def _json(data: bytes) -> dict[str, object] | None:
    """A JSON object without repeated keys, or None."""
    try:
        value = json.loads(data, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key occurs twice")
    return dict(pairs)
