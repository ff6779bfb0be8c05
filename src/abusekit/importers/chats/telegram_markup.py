"""The mark-up of Telegram's HTML export: where each message begins and ends, and which texts it holds where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from abusekit.importers.spans.html_events import Tag, Text, events, text_of

_ID = re.compile(r"message(-?\d{1,19})", re.ASCII)
_HEADER = (b'<div class="page_header">', b'<div class="text bold">')
_MOST_DEPTH = 200
_ROLES = frozenset((
    "from_name", "text", "signature", "reply_to", "date", "title", "description", "status", "question", "answer",
    "total", "media_poll", "body", "forwarded", "userpic_wrap", "userpic", "initials", "reactions", "reaction",
    "emoji", "count", "video_duration",
))  # fmt: skip


@dataclass
class Block:
    """One `div.message`: its byte range, and its texts by the classes that they stand in."""

    start: int
    id: str
    service: bool
    joined: bool
    end: int = 0
    broken: bool = False
    texts: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    # (roles from outside to inside, text); `\n` where a <br> stands
    tags: list[tuple[tuple[str, ...], Tag]] = field(default_factory=list)
    # tags with a link, a picture or a title, and the roles around them

    def text(self, role: str, *, forwarded: bool | None = None, without: str = "-") -> str:
        """All text in places of that role, joined, but for what also stands in the role `without`.

        `forwarded` asks for inside or outside of a forwarded body.
        """
        parts = [
            text
            for roles, text in self.texts
            if role in roles
            and without not in roles
            and (forwarded is None or ("forwarded" in roles) == forwarded)
        ]
        return "".join(parts).strip()


def title_of(data: bytes) -> str:
    """The name of the chat in the page's header; empty where there is none."""
    at = 0
    for mark in _HEADER:
        at = data.find(mark, at, 65_536)
        if at < 0:
            return ""
        at += len(mark)
    end = data.find(b"</div>", at, at + 8192)
    return text_of(data[at:end]).strip() if end >= 0 else ""


def blocks(data: bytes) -> Iterator[Block | Text]:
    """The messages of a page in order, and the texts that stand between them.

    One whose mark-up is not closed before the next begins, or is nested too deep, is `broken` and goes on to there.
    """
    block: Block | None = None
    stack: list[tuple[str, tuple[str, ...]]] = []
    for piece in events(data):
        if isinstance(piece, Tag) and (started := _started(piece)) is not None:
            if block is not None:
                block.end, block.broken = piece.start, True
                yield block
            block, stack = started, []
        if block is None:
            if isinstance(piece, Text) and not piece.text.isspace():
                yield piece
        elif block.broken:
            continue
        elif isinstance(piece, Tag):
            block.broken = not _enter(piece, block, stack)
        elif isinstance(piece, Text):
            block.texts.append((stack[-1][1] if stack else (), piece.text))
        else:
            _leave(piece.name, stack)
            if not stack:
                block.end = piece.end
                yield block
                block = None
    if block is not None:
        block.end, block.broken = len(data), True
        yield block


def _started(tag: Tag) -> Block | None:
    if tag.name != "div":
        return None
    classes = tag.attrs.get("class", "").split()
    found = _ID.fullmatch(tag.attrs.get("id", ""))
    if found is None or "message" not in classes:
        return None
    return Block(tag.start, found[0], "service" in classes, "joined" in classes)


def _enter(tag: Tag, block: Block, stack: list[tuple[str, tuple[str, ...]]]) -> bool:
    """Note the tag; False: nested deeper than any export."""
    around = stack[-1][1] if stack else ()
    if tag.name == "br":
        block.texts.append((around, "\n"))
        return True
    roles = around + tuple(one for one in tag.attrs.get("class", "").split() if _known(one))
    if "href" in tag.attrs or "title" in tag.attrs or "media" in tag.attrs.get("class", ""):
        block.tags.append((roles, tag))
    if not tag.void:
        stack.append((tag.name, roles))
    return len(stack) <= _MOST_DEPTH and len(roles) <= _MOST_DEPTH


def _known(one: str) -> bool:
    return one in _ROLES or one.startswith("media_")


def _leave(name: str, stack: list[tuple[str, tuple[str, ...]]]) -> None:
    """Close the nearest open tag of that name, and what is open within it; an end without a beginning is nothing."""
    for index in range(len(stack) - 1, -1, -1):
        if stack[index][0] == name:
            del stack[index:]
            return
