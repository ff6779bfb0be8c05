"""Pages saved with the browser extension SingleFile: one HTML file, or an HTML file that is a zip as well.

Source: github.com/gildas-lormeau/SingleFile, `single-file-core`: the comment that the file begins with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Record
from abusekit.importers.pages.page_file import load, message
from abusekit.importers.pages.page_text import page_text
from abusekit.importers.pages.save_times import javascript_date

NAME = "singlefile"
VERSION = 1
LIMITS = (
    "The saved date of a SingleFile page is the clock of the computer that saved it; not when anything was posted.",
    "A SingleFile page is not signed: anybody can write or change one.",
    "Hidden text of the page is shown like visible text.",
)

# The comment stands before anything that the page itself could have written.
_COMMENT = re.compile(
    rb"\s*+(?:<!doctype[^>]{0,300}>\s*+)?(?:<html[^>]{0,2000}>\s*+)?(?:<head[^>]{0,300}>\s*+)?"
    rb"<!--\s*+Page saved with SingleFile(Z?)(.{0,16384}?)-->",
    re.IGNORECASE | re.DOTALL,
)
_FIELD = re.compile(r"^\s*(url|saved date|info)\s*:[ \t]*(.*?)\s*$", re.MULTILINE)
_ZIP = b"PK\x03\x04"


def claim(export: Container) -> Sequence[Member]:
    return [member for member in export.members if _comment(member.head(65_536)) is not None]


def _comment(head: bytes) -> re.Match[bytes] | None:
    return _COMMENT.match(head.removeprefix(b"\xef\xbb\xbf"))


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    for member in members:
        try:
            yield _read(member, export, notes)
        except InputError as wrong:
            notes.damaged.append(f"{member.path}: {wrong.message}")


def _read(member: Member, export: Container, notes: Notes) -> Record:
    file = load(member)
    found = _comment(file.data[:65_536])
    fields = dict(_FIELD.findall(found[2].decode("utf-8", "replace"))) if found is not None else {}
    date = fields.get("saved date", "")
    saved = javascript_date(date)
    flags = [f"date_not_read:{date[:60]}"] if date and saved is None else []
    if (found is not None and found[1]) or _ZIP in file.data[:65_536] or _is_unpacked(member, export):
        flags.append("self_extracting")
        notes.limit(
            f"{member.path}: a SingleFile page that is a zip as well; its pictures are members of their own."
        )
        folder = member.path[: -len(member.name)]
        notes.read_members.update(one.path for one in export.members if one.path.startswith(folder))
    return message(
        file, page_text(file.data), notes, url=fields.get("url", ""), saved=saved, flags=tuple(flags)
    )


def _is_unpacked(member: Member, export: Container) -> bool:
    """The container opened the page as the zip that it is as well: the page is then its `index.html`."""
    top = member.path[: -len(member.name)]
    is_zip = (
        export.name.lower().endswith((".html", ".htm"))
        if not top
        else top.lower().endswith((".html!/", ".htm!/"))
    )
    return is_zip and member.name == "index.html"
