"""What the text of an entry is: words, a medium, what is left of a deleted message, or a notice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from abusekit.importers.whatsapp import media
from abusekit.importers.whatsapp.labels import (
    DELETED,
    EDITED,
    LONGEST,
    MISSED,
    OMITTED,
    POLLS,
    plain,
    unmarked,
)
from abusekit.importers.whatsapp.notices import Notice, notice_kind

_MARK = re.compile("[\u200e\u200f]")
_LOCATION = re.compile(r"https?://(?:maps\.google\.com/\?q=-?\d|(?:\w+\.)?foursquare\.com/v/)", re.ASCII)
_OPTION = re.compile("[\u200e\u200f]?([^\\W\\d_]{2,20}): .*\\(\\d+[^()\\d]{0,40}\\)")
_SENTENCE_ENDS = ".。। "
_SAFE = frozenset({"security_code", "block", "unblock", "notice", "call", "missed_call", "title_change"})
"""Notices that nobody words by chance in a message that begins with a mark of direction."""
NO_MARK = "label_without_mark"

Deleter = Literal["by_author", "by_owner", "by_other"]


@dataclass(slots=True)
class Body:
    """What an entry with a name before it says."""

    text: str
    medium: media.Found | None = None
    edited: bool = False
    deleted: Deleter | None = None
    notice: Notice | None = None
    flags: tuple[str, ...] = ()
    poll: bool = False
    location: bool = False


def read_body(text: str, name: str, title: str, *, marks: bool) -> Body:
    """`text`: after the name, lines ending with LF. `marks`: labels of this file carry a mark of direction (iOS), so
    words without one are a person's own, flagged `label_without_mark`. `title`: of the chat."""
    if _ordinary(text):
        return Body(text, location="http" in text and _LOCATION.search(text) is not None)
    body = Body(text)
    _take_edited(body, marks=marks)
    _take_medium(body, marks=marks)
    marked = _MARK.match(text) is not None
    if body.medium is None:
        _take_label(body, marked=marked, marks=marks)
    if body.medium is None and body.deleted is None and body.notice is None and marked:
        body.notice = _notice(unmarked(body.text), unmarked(name).strip(), title)
    if text == "null":
        body.flags += ("null_text",)
    body.poll = _is_poll(body.text)
    body.location = _LOCATION.search(body.text) is not None
    return body


def _ordinary(text: str) -> bool:
    """Nothing in it can be one of WhatsApp's labels. Nearly all messages end here."""
    if text[-1:] in _ENDS or "\n" in text or not (text.isascii() or _MARK.search(text) is None):
        return False
    if len(text) > LONGEST:
        return True
    words = text.casefold().rstrip(_SENTENCE_ENDS)
    return words not in _LABELS and not words.startswith("this message was deleted by admin")


_ENDS = (">", ")")
_LABELS = {*DELETED, *MISSED, *OMITTED, "null"}


def _take_edited(body: Body, *, marks: bool) -> None:
    """`<This message was edited>` at the end."""
    at = body.text.rfind("<") if body.text.endswith(">") else -1
    if at < 0 or len(body.text) - at > LONGEST or plain(body.text[at + 1 : -1]) not in EDITED:
        return
    if marks and not _MARK.match(body.text[at - 1 : at]):
        body.flags += (NO_MARK,)
        return
    body.edited = True
    before = body.text[:at]
    body.text = (before[:-1] if _MARK.match(before[-1:]) else before).removesuffix(" ")


def _take_medium(body: Body, *, marks: bool) -> None:
    found = media.find(body.text)
    if found is None:
        return
    if marks and not found.marked:
        body.flags += (NO_MARK,)
        return
    body.medium, body.text = found, found.text


def _take_label(body: Body, *, marked: bool, marks: bool) -> None:
    """The whole text is the stub of a deleted message or of a missed call."""
    words = plain(body.text) if len(body.text) <= LONGEST else ""
    deleted = DELETED.get(words) or (
        "by_other" if words.startswith("this message was deleted by admin ") else None
    )
    if deleted is None and words not in MISSED:
        return
    if marks and not marked:
        body.flags += (NO_MARK,)
    elif deleted is not None:
        body.deleted = cast(Deleter, deleted)
        body.text = unmarked(body.text)
    else:
        body.notice = Notice("missed_call", "", "missed")


def _notice(text: str, name: str, title: str) -> Notice | None:
    """iOS puts notices under the name of the chat, of the other person, or of the one who acted."""
    found = notice_kind(text)
    if found is None or found.kind in _SAFE or name == title or text.startswith((name, "You ")):
        return found
    return None


def _is_poll(text: str) -> bool:
    """`POLL:`, or two lines and more such as `OPTION: Me (1 vote)` with the same word before the colon."""
    lines = text.split("\n", 40)
    if len(lines) < 3:
        return False
    if unmarked(lines[0]).strip() in POLLS:
        return True
    options = [
        found[1] for line in lines[1:40] if len(line) <= 400 and (found := _OPTION.fullmatch(line.strip()))
    ]
    return len(options) >= 2 and len(set(options)) == 1 and options[0].isupper()
