"""Packing exchanges as WACZ 1.1.1: a ZIP that any replay tool opens, written front to back.

The digest file is not signed: the case's seal signs. Version 1.1.1 because `wacz` 0.6 refuses every other.
The ZIP has its sizes and sums in the local headers (no data descriptors), nothing before, between or after
its members, and no ZIP64: so that there is exactly one way to read it.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import msgspec

from abusekit.errors import InputError
from abusekit.webarchive import zip_read
from abusekit.webarchive.cdxj import index
from abusekit.webarchive.exchange import Exchange, Spool
from abusekit.webarchive.resource import Beside, Resource
from abusekit.webarchive.warc import Sink, WarcWriter
from abusekit.webarchive.warc_record import target, warc_date

WACZ_VERSION = "1.1.1"
WARC_NAME = "data.warc.gz"
PAGES = "pages/pages.jsonl"
TEXT_LIMIT = 64 << 20
"""Bytes of the page list that `page_text` reads."""
SIZE_LIMIT = 0xFFFFFFFF - (1 << 20)
"""Bytes of one WACZ: what a ZIP without ZIP64 holds."""

EXTRA_PATH = re.compile(
    r"(?!(?:archive|indexes|pages)/)[a-z0-9][a-z0-9_-]{0,39}/[a-z0-9][a-z0-9_-]{0,79}\.[a-z0-9]{1,8}"
)
"""One folder deep with an extension: `wacz validate` misses files without one, and refuses deeper ones."""

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    crc: int
    size: int
    offset: int


class _Zip:
    """A ZIP file written front to back, all stored; the output is never read or repositioned."""

    def __init__(self, out: Sink, stamp: datetime) -> None:
        moment = stamp.astimezone(UTC)
        self._out = out
        self._offset = 0
        self._members: list[_Member] = []
        self._date = ((max(moment.year, 1980) - 1980) << 9) | (moment.month << 5) | moment.day
        self._time = (moment.hour << 11) | (moment.minute << 5) | (moment.second // 2)

    def add(self, name: str, data: bytes) -> None:
        self._add(name, zlib.crc32(data), len(data), iter((data,)))

    def add_spool(self, name: str, spool: Spool, crc: int) -> None:
        self._add(name, crc, spool.size, spool.pieces())

    def _add(self, name: str, crc: int, size: int, pieces: Iterator[bytes]) -> None:
        if self._offset + size > SIZE_LIMIT:
            raise InputError("more than 4 GiB do not fit into one WACZ", "capture fewer bytes at once")
        member = _Member(name, crc, size, self._offset)
        raw = name.encode("ascii")
        stamp = (self._time, self._date)
        self._put(LOCAL.pack(b"PK\3\4", 20, 0, 0, *stamp, crc, size, size, len(raw), 0) + raw)
        for piece in pieces:
            self._put(piece)
        self._members.append(member)

    def close(self) -> None:
        start = self._offset
        stamp = (self._time, self._date)
        for one in self._members:
            raw = one.name.encode("ascii")
            sizes = (one.crc, one.size, one.size, len(raw), 0, 0, 0, 0)
            # 0o100644 in the upper half: unzip would give files without it no permissions at all.
            fixed = CENTRAL.pack(b"PK\1\2", 0x0314, 20, 0, 0, *stamp, *sizes, 0o100644 << 16, one.offset)
            self._put(fixed + raw)
        count = len(self._members)
        self._put(END.pack(b"PK\5\6", 0, 0, count, count, self._offset - start, start, 0))

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._offset += len(data)


def write_wacz(
    out: Sink,
    exchanges: Iterable[Exchange],
    *,
    created: datetime,
    software: str,
    title: str,
    main_url: str,
    main_at: datetime,
    text: str | None = None,
    resources: Iterable[Resource] = (),
    beside: Iterable[Beside] = (),
    extra: Mapping[str, bytes] | None = None,
    spool: Path | None = None,
) -> None:
    """Writes one WACZ to `out` (only `write` is used); the same arguments give the same bytes.

    main_url, main_at: the page that a replay tool opens first, as sent, and the time of its exchange (UTC).
    text: readable text for full-text search in replay tools; None leaves it out. resources: what was made of
    the page, each named `urn:KIND:` and main_url, no name twice. beside: notes about the capture as a whole,
    none twice. extra: further files by path, one folder deep with an extension. spool: folder for the WARC
    while it exceeds 1 MiB. Each exchange and resource is read while it is its turn, in flat memory.
    Raises InputError when something does not fit the format, OSError when writing fails.
    """
    seed = sha256(f"{software}\n{main_url}\n{warc_date(created)}\n{warc_date(main_at)}\n".encode()).digest()
    warc = Spool(spool)
    try:
        writer = WarcWriter(warc, seed)
        writer.warcinfo(created, [("software", software), ("format", "WARC File Format 1.1")])
        entries = [entry for one in exchanges if (entry := writer.exchange(one)) is not None]
        names: set[str] = set()
        for resource in resources:
            _only_once(resource.uri, names, resource.uri.endswith(f":{main_url}"))
            entries.append(writer.resource(resource))
        for note in beside:
            _only_once(note.about, names)
            writer.beside(note, main_url)
        digest, crc = sha256(), 0
        for piece in warc.pieces():
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
        archive = _Zip(out, created)
        archive.add_spool(f"archive/{WARC_NAME}", warc, crc)
        listed = [_resource(f"archive/{WARC_NAME}", digest.hexdigest(), warc.size)]
    finally:
        warc.close()
    files = {
        "indexes/index.cdx": index(entries, WARC_NAME, (target(main_url), main_at)),
        PAGES: _pages(main_url, main_at, title, text),
    }
    for path, data in (extra or {}).items():
        if not EXTRA_PATH.fullmatch(path) or path in files:
            raise InputError(
                f"{path!r} cannot be a file in a WACZ", "use one folder, a name and an extension"
            )
        files[path] = data
    for path, data in files.items():
        archive.add(path, data)
        listed.append(_resource(path, sha256(data).hexdigest(), len(data)))
    package = {
        "profile": "data-package",
        "wacz_version": WACZ_VERSION,
        "title": title,
        "created": _second(created),
        "software": software,
        "mainPageUrl": main_url,
        "mainPageDate": _second(main_at),
        "resources": listed,
    }
    described = (json.dumps(package) + "\n").encode()
    archive.add("datapackage.json", described)
    seal = {"path": "datapackage.json", "hash": "sha256:" + sha256(described).hexdigest()}
    archive.add("datapackage-digest.json", (json.dumps(seal) + "\n").encode())
    archive.close()


def page_text(stream: BinaryIO) -> str | None:
    """The readable text of the first page in the page list; None where there is none.

    `stream` is seekable. Raises ZipError when the archive is damaged. The text is a reading of the page, put
    there when it was captured; the bytes of the page are in the WARC.
    """
    listing = zip_read.members(stream)
    if PAGES not in listing:
        return None
    lines = zip_read.content(stream, listing[PAGES], TEXT_LIMIT).split(b"\n")
    try:
        page = json.loads(lines[1])
    except (IndexError, ValueError):
        return None
    text = page.get("text") if isinstance(page, dict) else None
    return text if isinstance(text, str) else None


def _only_once(name: str, names: set[str], of_the_page: bool = True) -> None:
    if name in names or not of_the_page:
        raise InputError(
            f"{name[:80]!r} is there twice, or is of another page",
            "name what was made of the main page, once",
        )
    names.add(name)


def _resource(path: str, digest: str, size: int) -> dict[str, str | int]:
    return {"name": path.rpartition("/")[2], "path": path, "hash": f"sha256:{digest}", "bytes": size}


def _pages(url: str, at: datetime, title: str, text: str | None) -> bytes:
    # The microseconds say which answer is meant when the address was asked for twice in a second.
    page: dict[str, str] = {"id": "main", "url": url, "ts": warc_date(at), "title": title}
    if text is not None:
        page["text"] = text
    head = {"format": "json-pages-1.0", "id": "pages", "title": "Pages", "hasText": text is not None}
    return msgspec.json.encode(head) + b"\n" + msgspec.json.encode(page) + b"\n"


def _second(at: datetime) -> str:
    """The whole second in UTC, as WACZ tools expect it; the microseconds stand in the WARC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
