"""Safari's .webarchive: a page, its frames and its pictures in a binary property list.

Source: WebKit `Source/WebCore/loader/archive/cf/LegacyWebArchive.cpp` (the keys below).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Attachment, Event, Record
from abusekit.importers.pages.binary_plist import BinaryPlist, Data, PlistError
from abusekit.importers.pages.page_file import MOST, PageFile, load, message
from abusekit.importers.pages.page_text import page_text, to_utf8

NAME = "webarchive"
VERSION = 1
LIMITS = (
    "A Safari web archive holds no date of saving that is read here, and none of posting.",
    "A web archive is not signed: anybody can write or change one.",
    "Hidden text of the page is shown like visible text.",
)

_MOST_DEPTH = 6
_MOST_RESOURCES = 20_000


def claim(export: Container) -> Sequence[Member]:
    return [
        member
        for member in export.members
        if (head := member.head(65_536)).startswith(b"bplist0") and b"WebMainResource" in head
    ]


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    for member in members:
        try:
            yield _read(load(member), notes)
        except InputError as wrong:
            notes.damaged.append(f"{member.path}: {wrong.message}")


@dataclass(frozen=True, slots=True)
class _Resource:
    url: str
    media_type: str
    charset: str
    data: Data
    is_frame: bool


@dataclass(slots=True)
class _Found:
    resources: list[_Resource] = field(default_factory=list)
    # the first is the page itself
    faults: list[str] = field(default_factory=list)


def _read(file: PageFile, notes: Notes) -> Record:
    if not file.is_whole:
        why = f"The file is larger than {MOST} bytes; it was hashed, not read."
        return Event("unparsed", "web", "", None, why, None, file.source)
    found = _Found()
    try:
        plist = BinaryPlist(file.data)
        _collect(plist, plist.top(), found, 0)
    except PlistError as wrong:
        found.faults.append(wrong.message)
    notes.damaged.extend(f"{file.source.member}: {fault}" for fault in dict.fromkeys(found.faults))
    main = next((one for one in found.resources if one.is_frame), None)
    if main is None:
        return Event(
            "unparsed", "web", "", None, "The archive holds no page that can be read.", None, file.source
        )
    frames = [one for one in found.resources if one.is_frame and one is not main]
    page = page_text(
        _bytes(file, main), main.charset, (to_utf8(_bytes(file, one), one.charset)[0] for one in frames)
    )
    flags = (*(("damaged",) if found.faults else ()), *((f"frames:{len(frames)}",) if frames else ()))
    attachments = tuple(_attachment(file, one) for one in found.resources if one is not main)
    return message(file, page, notes, url=main.url, flags=flags, attachments=attachments)


def _collect(plist: BinaryPlist, archive: dict[str, int], found: _Found, depth: int) -> None:
    """The resources of an archive and of those inside of it, in the order of the file format."""
    if "WebMainResource" in archive:
        _resource(plist, archive["WebMainResource"], found, True)
    for number in _elements(plist, archive, "WebSubresources", found):
        _resource(plist, number, found, False)
    for number in _elements(plist, archive, "WebSubframeArchives", found):
        if depth >= _MOST_DEPTH:
            found.faults.append("frames are nested too deeply; the innermost were not read")
            return
        try:
            inner = plist.dictionary(number)
        except PlistError as wrong:
            found.faults.append(wrong.message)
            continue
        _collect(plist, inner, found, depth + 1)


def _elements(plist: BinaryPlist, archive: dict[str, int], key: str, found: _Found) -> list[int]:
    if key not in archive:
        return []
    try:
        return plist.array(archive[key])
    except PlistError as wrong:
        found.faults.append(wrong.message)
        return []


def _resource(plist: BinaryPlist, number: int, found: _Found, is_main: bool) -> None:
    if len(found.resources) >= _MOST_RESOURCES:
        found.faults.append(f"more than {_MOST_RESOURCES} resources; the rest was not read")
        return
    try:
        table = plist.dictionary(number)
        texts = {
            key: plist.string(table[f"WebResource{key}"]) if f"WebResource{key}" in table else ""
            for key in ("URL", "MIMEType", "TextEncodingName")
        }
        if "WebResourceData" not in table:
            raise PlistError("a resource without data")
        data = plist.data(table["WebResourceData"])
    except PlistError as wrong:
        found.faults.append(wrong.message)
        return
    is_html = texts["MIMEType"].lower() in ("text/html", "application/xhtml+xml", "")
    found.resources.append(
        _Resource(texts["URL"], texts["MIMEType"], texts["TextEncodingName"], data, is_main and is_html)
    )


def _bytes(file: PageFile, one: _Resource) -> bytes:
    return file.data[one.data.start : one.data.end]


def _attachment(file: PageFile, one: _Resource) -> Attachment:
    content = _bytes(file, one)
    return Attachment(
        one.url[:2000],
        "present",
        media_type=one.media_type[:100],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        note=f"inside of the file: bytes {one.data.start}–{one.data.end}",
    )
