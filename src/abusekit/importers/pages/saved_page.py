"""Pages saved with "Save page as" of Chromium and Internet Explorer: an HTML file and a folder beside it.

The file says from which address it was saved, and nothing about when: `<!-- saved from url=(0030)https://… -->`, where
the number is the length of the address.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Attachment, Record
from abusekit.importers.pages.page_file import MOST_ATTACHMENTS, load, message
from abusekit.importers.pages.page_text import page_text
from abusekit.importers.spans.html_events import Tag, events

NAME = "saved-page"
VERSION = 1
LIMITS = (
    "A page saved with “Save page as” holds no date at all, neither of saving nor of posting.",
    "A saved page is not signed: anybody can write or change one.",
    "Hidden text of the page is shown like visible text; what scripts would have added may be missing.",
)

_COMMENT = re.compile(
    rb"\s*+(?:<\?xml[^>]{0,300}>\s*+)?(?:<!doctype[^>]{0,300}>\s*+)?"
    rb"<!--\s*+saved from url=\((\d{4})\)([^\r\n]{0,8192}?)\s*-->",
    re.IGNORECASE,
)
_NO_ADDRESS = "about:internet"  # written to mark a file as coming from elsewhere, with no address
_MOST_REFERENCES = 100_000
_MOST_FOLDERS = 10


def claim(export: Container) -> Sequence[Member]:
    return [member for member in export.members if _comment(member.head(16_384)) is not None]


def _comment(head: bytes) -> re.Match[bytes] | None:
    return _COMMENT.match(head.removeprefix(b"\xef\xbb\xbf"))


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    paths = {member.path: member for member in export.members}
    for member in members:
        try:
            yield _read(member, paths, notes)
        except InputError as wrong:
            notes.damaged.append(f"{member.path}: {wrong.message}")


def _read(member: Member, paths: dict[str, Member], notes: Notes) -> Record:
    file = load(member)
    found = _comment(file.data[:16_384])
    url = found[2].decode("utf-8", "replace").strip() if found is not None else ""
    flags = []
    if found is not None and int(found[1]) not in (len(found[2].strip()), len(url)):
        flags.append("url_length_conflict")
        notes.warn(
            f"{member.path}: the comment says that the address has {int(found[1])} signs, it has {len(url)}: "
            "it was changed after the page was saved, or cut."
        )
    if url == _NO_ADDRESS:
        flags.append("address_not_recorded")
        url = ""
    attachments = tuple(_attachments(file.data, member, paths, notes))
    return message(file, page_text(file.data), notes, url=url, flags=tuple(flags), attachments=attachments)


def _attachments(data: bytes, member: Member, paths: dict[str, Member], notes: Notes) -> Iterator[Attachment]:
    """What the page refers to in the folder that was saved with it: one whose name begins as the page's does."""
    base = member.path[: -len(member.name)]
    stem = member.name.rsplit(".", 1)[0]
    folders: set[str] = set()
    for name in _references(data):
        path = posixpath.normpath(unquote(name).replace("\\", "/"))
        first, slash, _ = path.partition("/")
        if not slash or path.startswith("..") or not _is_folder_of(stem, first):
            continue
        if base + first not in folders and len(folders) < _MOST_FOLDERS:
            folders.add(base + first)
            notes.read_members.update(one for one in paths if one.startswith(f"{base}{first}/"))
        there = base + path if base + path in paths else ""
        yield Attachment(name[:1000], "present" if there else "missing", there)


def _is_folder_of(stem: str, folder: str) -> bool:
    """`T_files`, `T.files`, `T-Dateien` for the page T: the ending depends on browser and language."""
    return (
        bool(stem)
        and folder.startswith(stem)
        and not folder[len(stem) : len(stem) + 1].isalnum()
        and folder != stem
    )


def _references(data: bytes) -> list[str]:
    """Relative addresses in `src`, `href`, `data` and `poster`, each once, in their order."""
    seen: dict[str, None] = {}
    for piece in events(data):
        if isinstance(piece, Tag):
            for key in ("src", "href", "data", "poster"):
                value = piece.attrs.get(key, "")
                if (
                    value
                    and "/" in value
                    and ":" not in value.partition("/")[0]
                    and not value.startswith(("/", "#"))
                ):
                    seen.setdefault(value.partition("#")[0].partition("?")[0], None)
        if len(seen) >= min(_MOST_REFERENCES, MOST_ATTACHMENTS * 2):
            break
    return list(seen)
