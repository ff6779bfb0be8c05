"""Pages of Meta's HTML exports cut into messages, by their build and not by their class names.

The classes change every few years (`_2lej`, `_a6-g`, …) and small exports have none; what stays is this: a message
is an element without text of its own whose first part is the sender and whose last part is a time and nothing else
(fixtures of kenn-io/msgvault; public parsers of real exports). Names and texts stand there escaped, so nobody can
write an element into a page.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from abusekit.importers import times
from abusekit.importers.meta.html_dates import settled, shown
from abusekit.importers.model import Time
from abusekit.importers.spans.html_events import End, Tag, Text, events, text_of

PAGE_MOST = 32 << 20
"""Bytes of a page at most: 10,000 messages take about ten million."""

_TIME_MOST = 700  # bytes of the element that shows a time, with the links around it
_HEADING_MOST = 4_000
_INLINE = frozenset(("br", "wbr", "b", "i", "em", "strong", "span", "u", "font"))
_MEDIA = {"img": "src", "video": "src", "audio": "src", "source": "src", "a": "href"}
SENDER_CLASSES = frozenset(("_a6-h", "_2lek"))
"""Classes that mark the sender of a message (since 2022, and 2018 to 2021)."""


class Part(NamedTuple):
    start: int
    end: int
    name: str
    classes: str
    block: bool
    """Whether it is a message."""


class _Found(NamedTuple):
    start: int
    end: int
    sender: Part | None
    """None: the place of the sender is empty."""
    body: int
    last: int
    sent: Time


class Entry(NamedTuple):
    """One message of a page."""

    start: int
    end: int
    author: str
    marked: bool
    """Whether tag or class say that this is a sender."""
    text: str
    body: bytes
    """The bytes between sender and time."""
    sent: Time
    uris: tuple[str, ...]
    links: tuple[str, ...]
    reactions: tuple[str, ...]


class Page(NamedTuple):
    entries: list[Entry]
    headings: list[tuple[int, int, str]]
    """What stands before the first message in its container: participants, title."""
    rest: list[tuple[int, int]]
    """What stands between messages, and is none."""
    cut: bool
    """Whether the file ends within an element."""
    zone: str
    """Offset of the page's clock when it was made, where its head shows a time twice; else empty."""


class _Open:
    __slots__ = ("classes", "inside", "kids", "leads_empty", "media", "name", "own", "start")

    def __init__(self, start: int, inside: int, name: str, classes: str) -> None:
        self.start, self.inside, self.name, self.classes = start, inside, name, classes
        self.kids: list[Part] = []  # the elements directly inside that hold a text or a medium
        self.leads_empty: bool | None = None  # whether the first element inside holds nothing
        self.own = False
        self.media = False


def page(data: bytes) -> Page:
    """Cut a page. Linear in its size; never raises."""
    cutter = _Cutter(data)
    for piece in events(data):
        if isinstance(piece, Text):
            cutter.text(piece)
        elif isinstance(piece, Tag):
            cutter.tag(piece)
        else:
            cutter.end(piece)
    return cutter.page()


class _Cutter:
    """The elements that are open, and what was found so far."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._stack = [_Open(0, 0, "", "")]
        self._depth: dict[str, int] = {}
        self._found: list[_Found] = []
        self._headings: list[tuple[int, int, str]] = []
        self._rest: list[tuple[int, int]] = []
        self._zone = ""
        self._stamp = ""

    def text(self, piece: Text) -> None:
        if piece.text.isspace():
            return
        self._stack[-1].own = True
        if self._stamp and not self._zone:
            self._zone = _zone(self._stamp, piece.text)
        self._stamp = ""

    def tag(self, piece: Tag) -> None:
        if piece.name in _MEDIA and piece.attrs.get(_MEDIA[piece.name]):
            self._stack[-1].media = True
        if piece.name == "time":
            self._stamp = piece.attrs.get("datetime", "")
        if not piece.void and piece.name not in _INLINE:
            self._stack.append(_Open(piece.start, piece.end, piece.name, piece.attrs.get("class", "")))
            self._depth[piece.name] = self._depth.get(piece.name, 0) + 1

    def end(self, piece: End) -> None:
        """Close the last open element of that name, and what was left open in it; an end without one is nothing."""
        closed = not self._depth.get(piece.name)
        while not closed:
            node = self._stack.pop()
            self._depth[node.name] -= 1
            self._close(node, piece.end)
            closed = node.name == piece.name

    def page(self) -> Page:
        cut = any(node.name not in ("html", "body", "main") for node in self._stack[1:])
        while len(self._stack) > 1:
            self._close(self._stack.pop(), len(self._data), cut=True)
        entries = []
        for one, sent in zip(self._found, settled([one.sent for one in self._found]), strict=True):
            if sent is None:
                self._rest.append((one.start, one.end))
            else:
                entries.append(_entry(self._data, one._replace(sent=sent)))
        return Page(entries, self._headings, sorted(self._rest), cut, self._zone)

    def _close(self, node: _Open, end: int, *, cut: bool = False) -> None:
        parent = self._stack[-1]
        full = node.own or node.media or bool(node.kids)
        if parent.leads_empty is None:
            parent.leads_empty = not full
        if not full or node.name in ("title", "head"):
            return
        sent = None if cut else self._sent(node)
        if sent is not None:
            self._forget(node.start)
            sender = None if node.leads_empty else node.kids[0]
            body = sender.end if sender else node.inside
            self._found.append(_Found(node.start, end, sender, body, node.kids[-1].start, sent))
        elif any(kid.block for kid in node.kids):
            self._container(node.kids)
        parent.kids.append(Part(node.start, end, node.name, node.classes, sent is not None))

    def _sent(self, node: _Open) -> Time | None:
        """The time of a message, where this element is one."""
        if node.own or len(node.kids) < 2 or node.kids[0].block or sum(kid.block for kid in node.kids) > 1:
            return None
        sent = _time_of(self._data, node.kids[-1])
        return sent if sent is not None and _time_of(self._data, node.kids[0]) is None else None

    def _forget(self, start: int) -> None:
        """What looked like messages within the text of a message are none."""
        while self._found and self._found[-1].start >= start:
            self._found.pop()
        while self._rest and self._rest[-1][0] >= start:
            self._rest.pop()
        while self._headings and self._headings[-1][0] >= start:
            self._headings.pop()

    def _container(self, kids: list[Part]) -> None:
        """Of the element that holds the messages: what precedes the first is its heading, what is between is rest."""
        first = next(number for number, kid in enumerate(kids) if kid.block)
        for number, kid in enumerate(kids):
            if number < first:
                shown_text = text_of(self._data[kid.start : min(kid.end, kid.start + _HEADING_MOST)])
                self._headings.append((kid.start, kid.end, shown_text))
            elif not kid.block:
                self._rest.append((kid.start, kid.end))


def _time_of(data: bytes, part: Part) -> Time | None:
    return _shown(data[part.start : part.end]) if part.end - part.start <= _TIME_MOST else None


@lru_cache(maxsize=4096)
def _shown(fragment: bytes) -> Time | None:
    return shown(text_of(fragment))


def _entry(data: bytes, one: _Found) -> Entry:
    """The parts of a message: its first and last element, and what is between."""
    body = data[one.body : one.last]
    marked, author = False, ""
    if one.sender is not None:
        marked = one.sender.name in ("h2", "h3") or not SENDER_CLASSES.isdisjoint(one.sender.classes.split())
        author = _author(data[one.sender.start : one.sender.end])
    text, uris, links, reactions = _body(body)
    return Entry(one.start, one.end, author, marked, text, body, one.sent, uris, links, reactions)


@lru_cache(maxsize=256)
def _author(fragment: bytes) -> str:
    return " ".join(text_of(fragment).split())


def _body(body: bytes) -> tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Text, referred files, links, and the lines of the list of reactions."""
    uris: dict[str, None] = {}
    links: dict[str, None] = {}
    reactions: list[str] = []
    kept: list[bytes] = []
    lists, at, item = 0, 0, 0
    for piece in events(body):
        if isinstance(piece, Tag):
            target = piece.attrs.get(_MEDIA.get(piece.name, ""), "")
            if target.lower().startswith(("http://", "https://")):
                links[target] = None
            elif target and not target.startswith(("#", "data:", "javascript:")):
                uris[target] = None
            if piece.name == "ul" and not piece.void:
                if lists == 0:
                    kept.append(body[at : piece.start])
                lists += 1
            elif piece.name == "li":
                item = piece.end
        elif isinstance(piece, End) and lists:
            if piece.name == "li" and item:
                reactions.append(text_of(body[item : piece.start]))
                item = 0
            elif piece.name == "ul":
                lists -= 1
                at = piece.end
    if not lists:
        kept.append(body[at:])
    lines = (line.strip() for line in text_of(b"".join(kept)).split("\n"))
    text = "\n".join(lines).strip("\n")
    return text, tuple(uris), tuple(links), tuple(one for one in reactions if one)


def _zone(stamp: str, text: str) -> str:
    """Offset of the clock that shows `text` for the instant `stamp`."""
    instant = times.iso(stamp, clock="export")
    local = shown(text.replace(" UTC", ""))
    if (
        instant is None
        or local is None
        or not instant.at.endswith("Z")
        or local.basis != "unknown"
        or local.readings
    ):
        return ""
    at = datetime.fromisoformat(local.at)
    return times.paired(at, instant, raw=text, precision="min", clock="export").zone
