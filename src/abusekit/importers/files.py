"""A file as it is: copied and hashed in one pass, then looked at; nothing in it is changed or followed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from abusekit.case.canonical import JSON
from abusekit.case.hashing import open_regular
from abusekit.case.intake import Draft
from abusekit.case.records import DatedFact
from abusekit.case.sighting import Sighting
from abusekit.importers.media import media_type, safe_extension

HEAD = 4096
_PHOTO = ("image/",)
ORIGIN_NOT_SHOWN = "a file shows neither who made it nor that what it shows took place"


@dataclass(frozen=True, slots=True)
class Handover:
    """What was said about a file when it was handed over: statements, never measured facts (R6)."""

    received_from: str = ""
    how: str = ""
    what: str = ""
    seen: Sighting | None = None

    def facts(self) -> dict[str, JSON]:
        stated = {"received_from": self.received_from, "how": self.how, "what": self.what}
        return {key: value for key, value in stated.items() if value}


def take_files(draft: Draft, sources: Sequence[tuple[Path, str]], handover: Handover) -> None:
    """Fill a draft with files; the second of a pair is the name as received.

    Raises InputError (not a regular file, changing while it is read), OSError (unreadable), CaseError (disk).
    """
    draft.source = {"names": [name_as_text(name) for _, name in sources], "stated": handover.facts()}
    if handover.seen is not None:
        draft.source["seen"] = handover.seen.facts()
        draft.dated.append(handover.seen.dated())
    draft.method = {"way": "copied as it was, hashed while it was copied"}
    draft.limits.append(ORIGIN_NOT_SHOWN)
    facts: list[JSON] = []
    for number, (path, name) in enumerate(sources, start=1):
        stem = "file" if len(sources) == 1 else f"file-{number:03}"
        facts.append(_take(draft, path, name, stem))
    draft.facts = {"files": facts}


def _take(draft: Draft, path: Path, name: str, stem: str) -> dict[str, JSON]:
    media = media_type(head_of(path))
    extension = safe_extension(name, media)
    stored = draft.copy(path, f"{stem}.{extension}" if extension else stem, media)
    if stored.size == 0:
        draft.problems.append(f"{stored.name} is empty: it holds no bytes")
    facts: dict[str, JSON] = {"name": name_as_text(name), "stored_as": stored.name, "media_type": media}
    if media.startswith(_PHOTO):
        from abusekit.importers.exif import read_photo

        photo = read_photo(draft.folder / stored.name, name)
        facts["photo"] = photo.facts()
        draft.dated += [
            DatedFact(what, f"photo: {what}", stored.name, moment.to_facts())
            for what, moment in photo.moments
        ]
        draft.problems += [f"{stored.name}: {problem}" for problem in photo.problems]
        draft.limits += [limit for limit in photo.limits if limit not in draft.limits]
    return facts


def head_of(path: Path) -> bytes:
    """The first bytes of a file. Raises InputError (not a regular file), OSError."""
    fd, _ = open_regular(path, follow=True)  # a pipe in a file's place must not make us wait
    with os.fdopen(fd, "rb") as stream:
        return stream.read(HEAD)


def name_as_text(name: str) -> str:
    """A file name as text: bytes that are no UTF-8 are shown as \\xNN, so that JSON can hold it."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
