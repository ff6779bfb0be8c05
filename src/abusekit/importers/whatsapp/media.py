"""Media in a chat file: named with the words for an attachment, or left out with the words for that."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import date, datetime
from typing import NamedTuple

from abusekit.containers.container import Member
from abusekit.errors import InputError
from abusekit.importers.media import HEAD_BYTES, media_type
from abusekit.importers.model import Attachment, Time
from abusekit.importers.times import in_years, local
from abusekit.importers.whatsapp.labels import (
    ATTACHED_AFTER,
    ATTACHED_BEFORE,
    LONGEST,
    OMITTED,
    plain,
    unmarked,
)

_MARK = "\u200e\u200f"
_ANDROID_NAME = re.compile(r"[A-Z]{2,6}-(\d{4})(\d\d)(\d\d)-WA\d+\.", re.ASCII)
_IOS_NAME = re.compile(r"\d{5,10}-[^\r\n]{1,40}?-(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)\.", re.ASCII)
_MOST_NAME = 400


class Found(NamedTuple):
    """A medium that a text names or says to be left out."""

    name: str
    """The file's name; of a medium left out the words that say so."""
    kind: str
    """Of a medium left out (`image`); empty where a file is named."""
    text: str
    """What else the entry says."""
    marked: bool
    """The words carry a mark of direction."""


def find(text: str) -> Found | None:
    """The medium of an entry, if its text has the form of one. `text` is without its last line end."""
    return _attached_ios(text) or _attached_android(text) or _left_out(text)


def attached_name(text: str) -> str | None:
    """The name of the file that a text says is attached."""
    found = _attached_ios(text) or _attached_android(text)
    return None if found is None else found.name


def _attached_ios(text: str) -> Found | None:
    """`<attached: NAME>` at the end, a caption before it; Turkish has `<NAME eklendi>`."""
    if not text.endswith(">"):
        return None
    at = text.rfind("<")
    inner = text[at + 1 : -1]
    if at < 0 or not 0 < len(inner) <= _MOST_NAME:
        return None
    word, colon, name = inner.partition(":")
    if not colon or plain(word) not in ATTACHED_BEFORE:
        name, _, word = inner.rpartition(" ")
        if "." not in name or plain(word) not in ATTACHED_BEFORE:
            return None
    return Found(unmarked(name).strip(), "", _before(text, at), text[at - 1 : at] in _MARK and at > 0)


def _attached_android(text: str) -> Found | None:
    """`NAME (file attached)` on the first line, a caption on those after it."""
    first, _, caption = text.partition("\n")
    first = first.rstrip("\r")
    if not first.endswith(")"):
        return None
    at = first.rfind(" (")
    name = unmarked(first[:at]).strip() if 0 < at <= _MOST_NAME else ""
    if "." not in name or plain(first[at + 2 : -1]) not in ATTACHED_AFTER:
        return None
    return Found(name, "", caption, first[0] in _MARK)


def _left_out(text: str) -> Found | None:
    """`<Media omitted>` on the first line; `image omitted` after a mark at the end, or alone."""
    first, _, caption = text.partition("\n")
    if len(first) <= LONGEST:
        words = first.rstrip("\r")
        bare = plain(words)
        inner = plain(bare[1:-1]) if bare.startswith("<") and bare.endswith(">") else bare
        if inner in OMITTED and (inner is not bare or not caption):
            return Found(unmarked(words).strip(), OMITTED[inner], caption, words[0] in _MARK)
    at = max(text.rfind("\u200e"), text.rfind("\u200f"))
    if at >= 0 and len(text) - at <= LONGEST and (inner := plain(text[at:])) in OMITTED:
        return Found(unmarked(text[at:]).strip(), OMITTED[inner], _before(text, at), True)
    return None


def _before(text: str, at: int) -> str:
    return text[:at].rstrip(_MARK).removesuffix(" ")


def attested_day(text: str, base: str, members: Container[str], *, bracket: bool) -> date | None:
    """The day in the name of the file that a text says is attached, if more than these words says so.

    Anybody can type the words. So the file stands in the export (`base`, `members`: see `attachment`), or, with
    headers in brackets (iOS), U+200E stands right before `<attached: …>`. That sign, too, can be typed or pasted; it
    takes intent.
    """
    found = _attached_ios(text) or _attached_android(text)
    if found is None:
        return None
    marked = bracket and text.endswith(">") and text[: text.rfind("<")].endswith("\u200e")
    return name_day(found.name) if marked or base + found.name in members else None


def name_day(name: str) -> date | None:
    """The day in a name that WhatsApp gave: `IMG-20240305-WA0001.jpg`, `00000004-PHOTO-2024-03-14-21-07-10.jpg`."""
    found = _ANDROID_NAME.match(name) or _IOS_NAME.match(name)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _created(name: str) -> Time | None:
    day = name_day(name)
    if day is None or not in_years(day.year):
        return None
    found = _IOS_NAME.match(name)
    if found is None:
        return local(datetime(day.year, day.month, day.day), raw=name, precision="day", clock="file")  # noqa: DTZ001
    try:
        at = datetime(day.year, day.month, day.day, int(found[4]), int(found[5]), int(found[6]))  # noqa: DTZ001
    except ValueError:
        return None
    return local(at, raw=name, precision="s", clock="file")


def attachment(found: Found, base: str, members: Mapping[str, Member]) -> Attachment:
    """`base`: the folder of the chat file, with its slash; a file named stands beside it.

    `members`: all of the export by path. The name's own date is `created`: on Android the day on which the phone
    stored the file, on iOS the time of the message; both of the phone's zone.
    """
    if found.kind:
        return Attachment(found.name, "omitted", note=found.kind)
    member = members.get(base + found.name)
    if member is None:
        return Attachment(found.name, "missing", created=_created(found.name))
    try:
        with member.open() as stream:
            kind = media_type(stream.read(HEAD_BYTES))
    except InputError as fault:
        return Attachment(
            found.name,
            "corrupt",
            member.path,
            size=member.size,
            created=_created(found.name),
            note=str(fault),
        )
    return Attachment(
        found.name, "present", member.path, kind, size=member.size, created=_created(found.name)
    )
