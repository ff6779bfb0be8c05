"""Strict checking of a WACZ: everything listed is there, everything there is listed, every digest is right.

`wacz validate` accepts files with no WARC, no index, altered metadata or an unlisted member; this does not.
Only the form that `wacz.py` writes is accepted: a plain `indexes/*.cdx`, WARCs stored as `.warc.gz`, no
signature inside. An empty list means that the file is whole and says one thing; it proves neither who made
it nor that the recorded server said it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO

from abusekit.errors import InputError
from abusekit.webarchive import cdxj, wacz_index_check, zip_read
from abusekit.webarchive.resource import ABOUT, BESIDE_LIMIT, MEDIA_TYPES, read_urn, tile_of
from abusekit.webarchive.wacz_index_check import Answers, Page, Place, hashed
from abusekit.webarchive.warc import BESIDE, CERTIFICATE, CERTIFICATE_URI, NOT_UNDERSTOOD, RECORDS
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
    # page-twice (two answers for one page of the list at one moment: a reader shows either), bad-request (a
    # request of no response, or a second one), bad-note (metadata that is no note of ours), bad-resource (a
    # picture of no page, or under another name), resource-twice
    member: str
    # the file inside of the WACZ; "" for the WACZ as a whole
    detail: str
    # one line for a person; may hold text from the file, so it is escaped where it is shown


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of reading a WACZ."""

    faults: list[Fault]
    # empty when it is in order
    made: dict[tuple[str, int], str]
    # (kind of MEDIA_TYPES, tile from 1) → SHA-256 of what was made of the page; "" where two things bear one name


@dataclass(slots=True)
class _Found:
    """What was read on the one pass over the members."""

    faults: list[Fault] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    addresses: set[bytes] = field(default_factory=set)
    indexed: set[Place] = field(default_factory=set)
    resources: dict[bytes, tuple[str, int, bytes]] = field(default_factory=dict)
    # name → WARC, byte of the record, address of its page; the name of a note is its subject and its page
    made: dict[tuple[str, int], str] = field(default_factory=dict)

    def fault(self, label: str, member: str, detail: str) -> None:
        if len(self.faults) < FAULT_LIMIT:
            self.faults.append(Fault(label, member, detail))


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
    """Every fault of a WACZ; empty when it is in order. As `examine`."""
    return examine(source).faults


def examine(source: bytes | BinaryIO) -> Examined:
    """The faults of a WACZ, and the digests of what it holds besides answers.

    source: the whole file, or a seekable file opened for reading; each member is read once, in bounded
    memory. Raises OSError when the file cannot be read; nothing else.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        listing = zip_read.members(stream)
    except ZipError as fault:
        return Examined([Fault(fault.label, fault.member, fault.detail)], {})
    found = _Found()
    # Indexes last, so that each line can be compared when it passes by.
    first: list[Member] = []
    indexes: list[Member] = []
    for member in listing.values():
        (indexes if member.name.startswith("indexes/") else first).append(member)
    _take_all(stream, first, found)
    pages = _pages(found, listing)
    _take_all(stream, indexes, found)
    _package(found, listing, pages)
    _indexed(found, listing)
    if not any(name.startswith("archive/") for name in listing):
        found.fault("no-warc", "", "there is no WARC in it")
    return Examined(found.faults, found.made)


def _take_all(stream: BinaryIO, members: list[Member], found: _Found) -> None:
    for member in members:
        try:
            _take(stream, member, found)
        except ZipError as fault:
            found.fault(fault.label, member.name, fault.detail)


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
        for record in read(watched, keep=BESIDE_LIMIT):  # type: ignore[arg-type]  # only `read` is used
            count += 1
            wrong = _record(record, (place, record.offset), found)
            if wrong:
                found.fault(wrong[0], name, f"the record at byte {record.offset} is {wrong[1]}")
    except WarcError as fault:
        found.fault(fault.label, name, fault.message)
    if not count:
        found.fault("no-warc", name, "there is no record in it")


def _record(record: Record, place: Place, found: _Found) -> tuple[str, str] | None:
    """Takes a record; gives label and reason when it is not of a kind that a recording has, or not what it says."""
    kind, content_type = record.type, record.fields.get("content-type", "none")
    uri = record.fields.get("warc-target-uri", "")
    found.addresses.add(hashed(uri))
    types = RECORDS.get(kind)
    if kind == "response":
        found.answers.take(place, record)
    if types is None:
        return "record-type", f"a {kind[:40]!r}, which no recording here holds"
    if content_type not in types:
        label = "not-http" if kind == "response" else "record-type"
        return label, f"a {kind} of type {content_type[:80]!r}"
    if kind == "response" and record.status is None:
        return "not-http", "a response that does not start like HTTP/1.0 or 1.1"
    if kind == "request" and "warc-concurrent-to" in record.fields and not found.answers.took(record):
        return "bad-request", "a request of no response here, or a second one"
    if kind == "metadata" and content_type == NOT_UNDERSTOOD:
        found.answers.take_unread(record)
    if kind == "metadata" and content_type == BESIDE:
        return _note(record, place, found)
    if kind == "resource" and content_type == CERTIFICATE:
        if uri == CERTIFICATE_URI + record.fields["warc-block-digest"].removeprefix("sha256:"):
            return None
        return "record-type", "a resource that is not named by its own digest"
    if kind == "resource":
        found.answers.take(place, record)
        return _resource(record, place, found)
    return None


def _note(record: Record, place: Place, found: _Found) -> tuple[str, str] | None:
    """What stands beside one exchange, or (`about` and `content`) beside the capture as a whole."""
    note = _json(record.block) if record.block is not None else None
    if note is None:
        return "bad-note", f"a note that is no JSON object, or longer than {BESIDE_LIMIT} bytes"
    if "about" not in note:
        known = note.get("complete") in (True, False) and note.get("form", "wire") in (
            "wire",
            "h2",
            "decoded",
        )
        return None if known else ("bad-note", "a note that says neither what of, nor how an exchange ended")
    about, uri = note["about"], record.fields.get("warc-target-uri", "")
    if set(note) != {"about", "content"} or not isinstance(about, str) or not ABOUT.fullmatch(about):
        return "bad-note", "a note that holds more than its subject and its content"
    return _of_a_page(f"{about} {uri}", uri, place, found)


def _resource(record: Record, place: Place, found: _Found) -> tuple[str, str] | None:
    """A picture of a page and the like, under the name of its kind."""
    uri = record.fields.get("warc-target-uri", "")
    named = read_urn(uri)
    if named is None or MEDIA_TYPES[named[0]] != record.fields["content-type"]:
        return "bad-resource", f"a resource of another kind than its name says: {uri[:80]!r}"
    if record.fields.get("warc-payload-digest") != record.fields["warc-block-digest"]:
        return "bad-resource", "a resource whose payload is not its block"
    name, digest = (named[0], tile_of(uri)), record.fields["warc-block-digest"].removeprefix("sha256:")
    found.made[name] = digest if found.made.get(name, digest) == digest else ""
    return _of_a_page(uri, named[1], place, found)


def _of_a_page(name: str, url: str, place: Place, found: _Found) -> tuple[str, str] | None:
    """Each thing that was made of a page is there once; that there is such a page is seen later."""
    if hashed(name) in found.resources:
        return "resource-twice", f"there a second time: {name[:80]!r}"
    found.resources[hashed(name)] = (*place, hashed(url))
    return None


def _pages(found: _Found, listing: dict[str, Member]) -> list[str]:
    """The addresses of the pages; each must occur in a WARC, and mean one answer."""
    name = PAGES
    lines = found.texts.get(name, b"").split(b"\n", PAGES_LIMIT)
    if lines[-1] == b"":
        del lines[-1]
    urls, pages = _page_lines(lines, found)
    for double in found.answers.settle(pages):
        found.fault("page-twice", name, f"line {pages[double]}: there are two answers for it at its time")
    known = {one.address for one in pages}
    for place, offset, address in found.resources.values():
        if address not in known:
            why = f"the record at byte {offset} was made of a page that is not among the pages"
            found.fault("bad-resource", f"archive/{place}", why)
    if name not in listing:
        found.fault("no-pages", "", "there is no pages/pages.jsonl in it")
        return []
    head = _json(lines[0]) if lines else None
    if head is None or "format" not in head:
        found.fault("bad-pages", name, "it does not start with a format line")
    if len(lines) > PAGES_LIMIT:
        found.fault("bad-pages", name, f"it has more than {PAGES_LIMIT} lines")
    if len(lines) < 2:
        found.fault("no-pages", name, "there is no page in it")
    return urls


def _page_lines(lines: list[bytes], found: _Found) -> tuple[list[str], dict[Page, int]]:
    """The addresses of the pages, and the number of the line of each."""
    urls = []
    pages: dict[Page, int] = {}
    for number, line in enumerate(lines[1:], 2):
        page = _json(line)
        url, ts = (page.get("url"), page.get("ts")) if page else (None, None)
        if not isinstance(url, str) or not isinstance(ts, str):
            found.fault("bad-pages", PAGES, f"line {number} is no page with url and ts")
        elif hashed(url) not in found.addresses:
            found.fault("bad-pages", PAGES, f"line {number}: no record has this address")
        else:
            urls.append(url)
            pages.setdefault(wacz_index_check.page(url, ts), number)
    return urls, pages


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
    """Each index line leads to a response or resource that is as described."""
    name = member.name
    if not name.endswith(".cdx"):
        found.fault("bad-index", name, "only a plain .cdx is read")
        return
    if member.size > INDEX_LIMIT:
        found.fault("too-large", name, f"it is longer than {INDEX_LIMIT} bytes")
        return
    try:
        for number, (key, stamp, line) in enumerate(cdxj.parse(iter(watched.read, b"")), 1):
            place = wacz_index_check.place(line)
            answer = found.answers.by_place.get(place) if place else None
            if place is None or answer is None:
                found.fault("bad-index", name, f"line {number} leads to no response")
            elif place in found.indexed:
                found.fault("bad-index", name, f"line {number} leads to a response that has a line already")
            else:
                found.indexed.add(place)
                if not wacz_index_check.fits(key, stamp, line, answer):
                    found.fault("bad-index", name, f"line {number} describes another response")
            if len(found.faults) >= FAULT_LIMIT:
                return
    except InputError as fault:
        found.fault("bad-index", name, fault.message)


def _indexed(found: _Found, listing: dict[str, Member]) -> None:
    """Each response and resource has a line in an index."""
    if not any(name.startswith("indexes/") for name in listing):
        found.fault("no-index", "", "there is no index in it")
    for place in found.answers.by_place.keys() - found.indexed:
        found.fault("not-indexed", f"archive/{place[0]}", f"the record at byte {place[1]} is in no index")


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
