"""The file of a saved page: its bytes, hashed whole, and the message that shows what it says."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from abusekit.containers.container import Member
from abusekit.importers.importer import Notes
from abusekit.importers.model import Attachment, Message, SourceRef, Time
from abusekit.importers.pages.http_secrets import safe_url
from abusekit.importers.pages.page_text import PageText

MOST = 64 << 20
"""Bytes of a file that are held; of a larger one the rest is hashed only."""
MOST_ATTACHMENTS = 5_000
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class PageFile:
    data: bytes
    # at most MOST
    source: SourceRef
    # the whole file
    is_whole: bool


def load(member: Member) -> PageFile:
    """Read it once. Raises InputError where the member cannot be read."""
    running = hashlib.sha256()
    kept = bytearray()
    size = 0
    with member.open() as stream:
        while block := stream.read(_BLOCK):
            running.update(block)
            size += len(block)
            if len(kept) < MOST:
                kept += block[: MOST - len(kept)]
    return PageFile(bytes(kept), SourceRef(member.path, 0, size, running.hexdigest()), size == len(kept))


def message(
    file: PageFile,
    page: PageText,
    notes: Notes,
    *,
    url: str,
    saved: Time | None = None,
    title: str = "",
    flags: tuple[str, ...] = (),
    attachments: tuple[Attachment, ...] = (),
) -> Message:
    """The page as one message: it was shown under that address, as the file says; who wrote what is not known."""
    if safe_url(url)[1]:
        notes.secret(
            "token", f"{file.source.member} address of the page"
        )  # kept: without it the page is not named
    if not file.is_whole:
        flags = (*flags, "text_incomplete")
    if len(attachments) > MOST_ATTACHMENTS:
        flags = (*flags, f"attachments_not_listed:{len(attachments) - MOST_ATTACHMENTS}")
    return Message(
        "page",
        "web",
        url,
        None,
        page.text,
        None,
        file.source,
        steps=page.steps,
        title=page.title or title,
        times=(("saved", saved),) if saved else (),
        attachments=attachments[:MOST_ATTACHMENTS],
        urls=(url,) if url else (),
        flags=(*page.flags, *flags),
    )
