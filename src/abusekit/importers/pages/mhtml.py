"""MHTML: a page with its pictures in one file, as Chromium, old Internet Explorer and Word write it.

It holds the page as it stood in the browser at that moment (scripts gone). Sources: RFC 2557; Chromium
`third_party/blink/renderer/platform/mhtml/mhtml_archive.cc`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Attachment, Record
from abusekit.importers.pages.mime_parts import Part, Parts, header_block, split, words
from abusekit.importers.pages.page_file import MOST, MOST_ATTACHMENTS, load, message
from abusekit.importers.pages.page_text import page_text, to_utf8
from abusekit.importers.pages.save_times import mail_date

NAME = "mhtml"
VERSION = 1
LIMITS = (
    "The date of an MHTML file is when the page was saved, by that computer's clock; not when anything was posted.",
    "An MHTML file is not signed: anybody can write one.",
    "What the page would have loaded later, and what was hidden behind a click, is not in the file.",
)

_HTML = ("text/html", "application/xhtml+xml")
_SAVED_BY = re.compile(r"<?\"?saved by ", re.IGNORECASE)
_OF_MAIL = ("to", "cc", "received", "message-id", "delivered-to", "return-path", "dkim-signature", "reply-to")


def claim(export: Container) -> Sequence[Member]:
    return [member for member in export.members if _is_ours(member.head(65_536))]


def _is_ours(head: bytes) -> bool:
    """Headers of MIME that a browser or Word wrote; a mail with pictures has headers of its way as well."""
    if b":" not in head[:200] or b"mime-version" not in head.lower():
        return False
    headers, _ = header_block(head, 0, len(head))
    kind = headers.get("content-type", "").lower()
    if (
        not kind.startswith(("multipart/related", "multipart/alternative", "text/html"))
        or "mime-version" not in headers
    ):
        return False
    if "snapshot-content-location" in headers or _SAVED_BY.match(headers.get("from", "")):
        return True
    is_page = "content-location" in headers or (
        kind.startswith("multipart/related") and b"\ncontent-location:" in head.lower()
    )
    return is_page and "from" not in headers and not any(name in headers for name in _OF_MAIL)


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    for member in members:
        try:
            yield _read(member, notes)
        except InputError as wrong:
            notes.damaged.append(f"{member.path}: {wrong.message}")


def _read(member: Member, notes: Notes) -> Record:
    file = load(member)
    found = split(file.data)
    faults = list(found.faults)
    if not file.is_whole:
        faults = [f"only the first {MOST} bytes were read"]
    main = next((part for part in found.parts if part.media_type in _HTML), None)
    frames = [part for part in found.parts if part.media_type in _HTML and part is not main]
    if main is None:
        faults.append("no part of it is a page")
    content, good = main.content(file.data) if main is not None else (b"", True)
    if not good:
        faults.append("the page itself could not be decoded whole")
    notes.damaged.extend(f"{member.path}: {fault}" for fault in faults)
    page = page_text(
        content,
        main.charset if main is not None else "",
        (to_utf8(part.content(file.data)[0], part.charset)[0] for part in frames),
    )
    flags = [*(["damaged"] if faults else []), *([f"frames:{len(frames)}"] if frames else [])]
    saved = mail_date(found.headers.get("date", ""))
    if saved is None and "date" in found.headers:
        flags.append(f"date_not_read:{found.headers['date'][:40]}")
    return message(
        file,
        page,
        notes,
        url=_address(found, main),
        saved=saved,
        title=words(found.headers.get("subject", "")),
        flags=tuple(flags),
        attachments=tuple(_attachments(found, main, file.data)),
    )


def _address(found: Parts, main: Part | None) -> str:
    stated = found.headers.get("snapshot-content-location", "")
    return words(stated or (main.headers.get("content-location", "") if main is not None else ""))


def _attachments(found: Parts, main: Part | None, data: bytes) -> Iterator[Attachment]:
    for number, part in enumerate(found.parts, 1):
        if part is main:
            continue
        if number > MOST_ATTACHMENTS + 1:
            yield Attachment("", "present")  # counted, not listed
            continue
        content, good = part.content(data)
        yield Attachment(
            words(part.headers.get("content-location", "") or part.headers.get("content-id", "")),
            "present" if good else "corrupt",
            media_type=part.media_type,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            note=f"inside of the file: part {number}, bytes {part.body}–{part.end}",
        )
