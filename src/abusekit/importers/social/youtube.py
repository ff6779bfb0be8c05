"""YouTube in Google Takeout: `comments.csv`, `live chats.csv`, and the older `my-comments.html`.

Names of files and columns are in the language of the account, so that the columns are known by their place and by the
form of what stands in them. The text of a comment is a row of JSON objects: text, mentions, links (formats.md 3.11).
Times state their offset and are the server's. All comments are those of the account whose export it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers import times
from abusekit.importers.fields import unparsed
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Message, Record
from abusekit.importers.social.youtube_html import is_legacy, legacy
from abusekit.importers.spans.json_spans import load, lone_surrogate
from abusekit.importers.spans.text_lines import LONE_SURROGATE
from abusekit.importers.table_rows import Entry, entries, first_rows

NAME = "youtube"
VERSION = 1
LIMITS = (
    "Only comments and chat messages of the account itself are in it: what others wrote stands on the website only.",
    "What was deleted before the export is not in it; that something is absent proves nothing.",
    "The texts of the videos that were commented on, and their titles, are not in it.",
    "Nothing in it is signed: a CSV file can be edited, so ask the platform to confirm what matters.",
)
_CHANNEL = re.compile(r"UC[\w-]{22}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


class _Layout(NamedTuple):
    """The columns by place: id, channel, time, price, then as named here."""

    kind: str
    fewest: int
    most: int
    parent: int
    post: int
    video: int
    text: int


_COMMENTS = _Layout("comment", 8, 9, 4, 5, 6, 7)
_LIVE = _Layout("live chat", 6, 6, -1, -1, 4, 5)
_ENGLISH: dict[tuple[str, ...], _Layout] = {
    ("Comment ID", "Channel ID", "Comment create timestamp"): _COMMENTS,
    ("Live Chat ID", "Channel ID", "Live Chat create timestamp"): _LIVE,
}


def claim(export: Container) -> Sequence[Member]:
    """Tables of comments and of live chats in any language, and the older page of comments."""
    return [one for one in export.members if _layout(one.head(65_536)) or is_legacy(one.head(65_536))]


def _layout(head: bytes) -> _Layout | None:
    """By the first row below the header; of a table without rows, by its header in English."""
    top = first_rows(head)
    if not top:
        return None
    named = _ENGLISH.get(tuple(top[0][:3]))
    if named is not None and named.fewest <= len(top[0]):
        return named
    for layout in (_COMMENTS, _LIVE):
        if layout.fewest <= len(top[0]) <= layout.most and len(top) > 1 and _fits(top[1], layout):
            return layout
    return None


def _fits(cells: Sequence[str], layout: _Layout) -> bool:
    return (
        layout.fewest <= len(cells) <= layout.most
        and _CHANNEL.fullmatch(cells[1]) is not None
        and _TIME.fullmatch(cells[2]) is not None
        and cells[layout.text].startswith('{"text":')
    )


def read(export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
    """Each comment in file order."""
    for member in members:
        layout = _layout(member.head(65_536))
        if layout is None:
            yield from legacy(member, notes)
            continue
        for entry in entries(member, notes, _is_header):
            yield _record(entry, layout)


def _is_header(cells: Sequence[str]) -> bool:
    """The first row, whatever its language; claimed tables have no preamble."""
    return len(cells) >= _LIVE.fewest


def _record(entry: Entry, layout: _Layout) -> Record:
    cells = list(entry.cells.values())
    why = entry.fault
    if not why and not _CHANNEL.fullmatch(cells[1]):
        why = "The second cell is no channel, as it is in every other export of this kind."
    if why:
        return unparsed("youtube", "", why, entry.source)
    return _message(entry, cells, layout)


def _message(entry: Entry, cells: list[str], layout: _Layout) -> Message:
    author = Account("youtube", cells[1], "platform_id", owner=True)
    sent = times.iso(cells[2], clock="server")
    conversation = cells[layout.video] or (cells[layout.post] if layout.post >= 0 else "")
    text, urls, flags = _said(cells[layout.text])
    message = Message(
        "comment" if layout is _COMMENTS else "message",
        "youtube",
        conversation,
        author,
        text,
        sent,
        entry.source,
    )
    message.text_raw = cells[layout.text] if text != cells[layout.text] else None
    message.steps = entry.steps
    if message.text_raw is not None:
        message.steps += ("JSON segments joined",)
        if lone_surrogate(message.text_raw.encode("utf-8", "replace")):
            message.steps += (LONE_SURROGATE,)
    message.native_id, message.direction, message.urls = cells[0], "out", urls
    if layout.parent >= 0:
        message.reply_to = cells[layout.parent]
    if sent is None:
        flags.append("date_not_read")
    if cells[3] not in ("", "0"):
        flags.append(f"price:{cells[3][:40]}")
    columns = list(entry.cells)
    further = [columns[i] for i in range(layout.fewest + (layout is _COMMENTS), len(columns)) if cells[i]]
    if further:
        flags.append("unknown_fields:" + ",".join(name[:40] for name in sorted(further)[:10]))
    message.flags = tuple(flags)
    return message


def _said(cell: str) -> tuple[str, tuple[str, ...], list[str]]:
    """Text, links and flags of a cell of JSON segments; a cell that is none is the text itself."""
    try:
        segments = load(f"[{cell}]".encode("utf-8", "replace"))
    except InputError:
        segments = None
    if not isinstance(segments, list) or not all(_is_segment(one) for one in segments):
        return cell, (), ["text_not_segments"] if cell else []
    flags: list[str] = []
    urls: list[str] = []
    unknown: set[str] = set()
    for one in segments:
        for key, inside, name in _INSIDE:
            value = one.get(key)
            if value is None:
                continue
            found = value.get(inside) if isinstance(value, dict) else None
            if not isinstance(found, str):
                unknown.add(key)
            elif name:
                flags.append(f"{name}:{found[:100]}")
            else:
                urls.append(found)
        unknown |= one.keys() - _SEGMENT
    if unknown:
        flags.append("unknown_fields:" + ",".join(name[:40] for name in sorted(unknown)[:10]))
    return "".join(one["text"] for one in segments), tuple(urls), flags


_INSIDE = (
    ("mention", "externalChannelId", "mention"),
    ("videoLink", "externalVideoId", "video"),
    ("link", "linkUrl", ""),
)
_SEGMENT = frozenset(("text", "mention", "videoLink", "link"))


def _is_segment(one: object) -> bool:
    return isinstance(one, dict) and isinstance(one.get("text"), str)
