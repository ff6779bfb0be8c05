"""The mark-up within a Skype message: text, links, quotations, files, calls, and the mark of an edit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from abusekit.importers.spans.html_events import End, Tag, Text, events

_OBJECT = re.compile(r"/objects/([0-9A-Za-z-]{5,80})")
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_SILENT = frozenset(
    ("legacyquote", "e_m", "eventtime", "initiator", "originalname", "filesize", "meta", "name", "duration")
)
_PEOPLE = frozenset(("target", "initiator"))


class Object(NamedTuple):
    """A file that the text refers to."""

    id: str
    name: str
    size: int | None


@dataclass
class Content:
    text: str
    steps: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    edited: bool = False
    reply_to: str = ""
    objects: tuple[Object, ...] = ()
    call: str = ""
    # of a call: `started`, `ended`, `missed`
    seconds: int | None = None
    people: tuple[str, ...] = ()
    # ids in a call's list or in a notice


@dataclass
class _Reading:
    open: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    objects: list[Object] = field(default_factory=list)
    seconds: float | None = None
    silent: int = 0  # how many of the open tags hold no text of the message
    quoted: int = -1  # index in `parts` where the outermost open quotation begins
    quotations: int = 0  # how many are open


def content_of(raw: str) -> Content:
    """The text without mark-up, HTML unescaped. What is quoted of somebody else stands behind `> `.

    What programs for older clients repeat (`legacyquote`) is left out. Never raises; the text as it stood is the
    caller's.
    """
    if "<" not in raw and "&" not in raw:
        return Content(raw)
    result, reading = Content(""), _Reading()
    for piece in events(raw.encode("utf-8", "replace")):
        if isinstance(piece, Tag):
            _tag(piece, result, reading)
        elif isinstance(piece, Text):
            _text(piece.text, reading)
        else:
            _end(piece, reading)
    if reading.quoted >= 0:
        _quote(reading)
    result.text = "".join(reading.parts).strip("\n")
    result.steps = ("html unescape",) if result.text != raw else ()
    result.urls = tuple(dict.fromkeys(reading.urls))
    result.objects = tuple(reading.objects)
    result.people = tuple(dict.fromkeys(reading.people))
    result.seconds = round(reading.seconds) if reading.seconds is not None else None
    return result


def _tag(tag: Tag, result: Content, reading: _Reading) -> None:
    attrs = tag.attrs
    if tag.name == "e_m":
        result.edited = True
    elif tag.name == "br":
        reading.parts.append("\n")
    elif tag.name == "a" and attrs.get("href"):
        reading.urls.append(attrs["href"])
    elif tag.name == "quote":
        result.reply_to = result.reply_to or attrs.get("messageid", "")
        reading.quoted = len(reading.parts) if reading.quotations == 0 else reading.quoted
        reading.quotations += 1
        reading.parts.append(f"{attrs.get('authorname') or attrs.get('author') or 'somebody'}: ")
    elif tag.name == "uriobject":
        found = _OBJECT.search(attrs.get("uri", "")[:2000])
        reading.objects.append(Object(found[1] if found else "", attrs.get("doc_id", ""), None))
    elif tag.name in ("originalname", "filesize") and reading.objects:
        _describe(tag, reading)
    elif tag.name == "partlist":
        result.call = attrs.get("type", "")
    elif tag.name == "part" and attrs.get("identity"):
        reading.people.append(attrs["identity"])
    if not tag.void and len(reading.open) < 200:
        reading.open.append(tag.name)
        reading.silent += tag.name in _SILENT


def _describe(tag: Tag, reading: _Reading) -> None:
    last, value = reading.objects[-1], tag.attrs.get("v", "")
    if tag.name == "originalname":
        reading.objects[-1] = last._replace(name=value)
    elif _NUMBER.fullmatch(value):
        reading.objects[-1] = last._replace(size=int(float(value)))


def _text(text: str, reading: _Reading) -> None:
    inside = reading.open[-1] if reading.open else ""
    if inside == "duration" and _NUMBER.fullmatch(text.strip()):
        reading.seconds = max(reading.seconds or 0.0, float(text))
    elif inside in _PEOPLE:
        reading.people.append(text.strip())
    if not reading.silent:
        reading.parts.append(text)


def _end(end: End, reading: _Reading) -> None:
    if end.name == "quote" and reading.quotations:
        reading.quotations -= 1
        if reading.quotations == 0:
            _quote(reading)
    for index in range(len(reading.open) - 1, -1, -1):
        if reading.open[index] == end.name:
            reading.silent -= sum(one in _SILENT for one in reading.open[index:])
            del reading.open[index:]
            return


def _quote(reading: _Reading) -> None:
    """Put what stands since the beginning of the quotation behind `> `, line by line."""
    words = "".join(reading.parts[reading.quoted :]).strip()
    reading.parts[reading.quoted :] = ["".join(f"> {line}\n" for line in words.split("\n"))]
    reading.quoted = -1
