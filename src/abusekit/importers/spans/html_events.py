"""HTML cut into tags and texts with their byte offsets. It builds no tree and mends nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias


class Tag(NamedTuple):
    start: int
    end: int
    name: str
    """In small letters."""
    attrs: dict[str, str]
    """Names in small letters, values unescaped; of a name that stands twice the first."""
    void: bool
    """It has no end: `<br>`, `<img>`; `<path/>` within svg or math. The slash of `<div/>` means nothing in HTML."""


class Text(NamedTuple):
    start: int
    end: int
    text: str
    """Unescaped; white space as it stands."""


class End(NamedTuple):
    start: int
    end: int
    name: str


Piece: TypeAlias = Tag | Text | End

_VOID = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    )
)
_FOREIGN = ("svg", "math")
_SILENT = ("script", "style")
_LITERAL = (*_SILENT, "textarea", "title")
_BLOCKS = frozenset(("address", "article", "blockquote", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "footer", "li", "ol", "p", "pre", "section", "table", "tr", "ul"))  # fmt: skip

_MARKUP = re.compile(rb"<[a-zA-Z/!?]")
_NAME = re.compile(rb"[a-zA-Z][^\s/>]*+")
_ATTRIBUTE = re.compile(
    rb"""[\s/]*+(?:(>)|([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|((?!["'>])[^\s>]*+)|(?=>)))?)"""
)
# the usual shape of a tag, taken in one step: ends, and starts with nothing but name="value"
_PLAIN = re.compile(
    rb"""<(?:/([a-zA-Z][^\s/>]*+)>|([a-zA-Z][^\s/>]*+)((?:[ \t\r\n]++[a-zA-Z-]++="[^"]*+"(?=[\s>]))*+)\s*+>)"""
)
_PLAIN_ATTRIBUTE = re.compile(rb'([a-zA-Z-]++)="([^"]*+)"')
_OPEN_VALUE = re.compile(rb"""\s*+=\s*+["']""")
_END_OF_COMMENT = re.compile(rb"--!?>")
_LITERAL_END = {name: re.compile(rb"</" + name.encode() + rb"(?=[\s/>])", re.IGNORECASE) for name in _LITERAL}
_LONG_NUMBER = re.compile(r"&#(?:0*+[0-9]{8,}+|[xX]0*+[0-9a-fA-F]{7,}+);?")


def events(data: bytes) -> Iterator[Piece]:
    """Tags, texts and ends in order, read as UTF-8 (other bytes become U+FFFD). Never raises; linear time.

    Cut as the HTML standard's tokenizer does (13.2.5): comments, `<!…>` and `<?…>` are nothing; `<` before anything
    but a letter, `/`, `!`, `?` is text; script and style hold no text, textarea and title no tags. Unlike there, a tag
    that the end of the file cuts off is given as text, so that nothing disappears.
    """
    at, size = 0, len(data)
    foreign = 0  # svg and math that are open
    while at < size:
        found = _MARKUP.search(data, at)
        start = found.start() if found else size
        if start > at:
            yield Text(at, start, _text(data[at:start]))
        if start == size:
            return
        sign = data[start + 1]
        if sign in b"!?" or (sign == 0x2F and _NAME.match(data, start + 2) is None):
            at = _comment_end(data, start)
            continue
        plain = _PLAIN.match(data, start)
        piece = _plain_tag(plain) if plain else _tag(data, start, bool(foreign))
        yield piece
        at = piece.end
        if isinstance(piece, End):
            foreign = max(0, foreign - (piece.name in _FOREIGN))
        elif isinstance(piece, Tag) and piece.name in _FOREIGN:
            foreign += not piece.void
        elif isinstance(piece, Tag) and piece.name in _LITERAL_END and not foreign:
            closing = _LITERAL_END[piece.name].search(data, at)
            end = closing.start() if closing else size
            if piece.name not in _SILENT and end > at:
                yield Text(at, end, _text(data[at:end]))
            at = end


def _plain_tag(found: re.Match[bytes]) -> Piece:
    closing, opening, between = found.groups()
    start, end = found.span()
    if opening is None:
        return End(start, end, closing.decode("utf-8", "replace").lower())
    name = opening.decode("utf-8", "replace").lower()
    attrs: dict[str, str] = {}
    for key, value in _PLAIN_ATTRIBUTE.findall(between) if between else ():
        attrs.setdefault(key.decode().lower(), _text(value))
    return Tag(start, end, name, attrs, name in _VOID)


def _tag(data: bytes, start: int, foreign: bool) -> Piece:
    closing = data[start + 1] == 0x2F
    named = _NAME.match(data, start + (2 if closing else 1))
    name = named[0].decode("utf-8", "replace").lower() if named else ""
    at = named.end() if named else start + 1
    attrs: dict[str, str] = {}
    while (found := _ATTRIBUTE.match(data, at)) is not None:
        if found[1] is not None:
            end = found.end()
            if closing:
                return End(start, end, name)
            closed = data[end - 2] == 0x2F and (foreign or name in _FOREIGN)
            return Tag(start, end, name, attrs, closed or name in _VOID)
        at = found.end()
        if found.lastindex == 2 and _OPEN_VALUE.match(data, at):
            break  # the quote of its value is never closed
        value = next((one for one in found.group(3, 4, 5) if one is not None), b"")
        attrs.setdefault(found[2].decode("utf-8", "replace").lower(), _text(value))
    return Text(start, len(data), _text(data[start:]))


def _comment_end(data: bytes, start: int) -> int:
    if not data.startswith(b"<!--", start):
        end = data.find(b">", start)
        return end + 1 if end >= 0 else len(data)
    for short in (b"<!-->", b"<!--->"):
        if data.startswith(short, start):
            return start + len(short)
    found = _END_OF_COMMENT.search(data, start + 4)
    return found.end() if found else len(data)


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    if "&" not in text:
        return text
    return html.unescape(_LONG_NUMBER.sub("\ufffd", text))  # int() refuses numbers of 4,300 digits


def text_of(data: bytes) -> str:
    """The text of a fragment as a reader sees it, script and style left out, white space at both ends too.

    `<br>`, `<p>`, `<div>`, `<li>` and other blocks give line feeds; other white space stays as it stands. It knows no
    style sheet: text that a page hides is given too.
    """
    parts: list[str] = []
    broken = True  # a line feed, or nothing, stands before
    for piece in events(data):
        if isinstance(piece, Text):
            parts.append(piece.text)
            broken = piece.text.endswith("\n")
        elif piece.name == "br" or (piece.name in _BLOCKS and not broken):
            parts.append("\n")
            broken = True
    return "".join(parts).strip()
