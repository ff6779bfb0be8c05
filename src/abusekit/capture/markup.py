"""Going through HTML from left to right, in time that grows with its length and not faster.

Not a tree: a tree builder takes seconds for 100 kB of `<div>` and minutes for a megabyte, because the
standard's scope rules look back at every open element. What is wanted here (text, attributes of some
elements) needs no tree. The tokens follow WHATWG HTML 13.2.5: quoted values, comments, raw text elements,
unfinished tags that swallow the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# After "=" a value, quoted or not; elsewhere a quotation mark is a letter like others. Possessive: no way back.
TAG = re.compile(
    r"</?([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?+)*+)>", re.ASCII
)
ATTRIBUTE = re.compile(r"([^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"'][^\s>]*+)))?+")
RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.I)
    for name in ("script", "style", "title", "textarea", "noscript", "template", "noembed", "noframes", "xmp")
}
"""Elements whose content is no markup, or no markup that is shown."""

ATTRIBUTES_LIMIT = 200
"""Attributes read of one tag."""


@dataclass(slots=True)
class Token:
    """A tag, or the text between two tags."""

    text: str
    # for text: the characters with their references (&amp;); for raw text elements: their content; else ""
    name: str
    # of a tag, in lower case; "" for text
    closing: bool
    # an end tag
    rest: str
    # what follows the name inside of the tag: see `attributes`


def tokens(markup: str) -> Iterator[Token]:
    """The tokens of a page, in order; a raw text element is one token with its content. Never raises."""
    position = 0
    length = len(markup)
    while position < length:
        start = markup.find("<", position)
        if start < 0:
            yield Token(markup[position:], "", False, "")
            return
        if start > position:
            yield Token(markup[position:start], "", False, "")
        found = TAG.match(markup, start)
        if found is None:
            position, literal = _other(markup, start)
            if literal:
                yield Token(literal, "", False, "")
            continue
        name = found[1].lower()
        position = found.end()
        closing = markup[start + 1] == "/"
        if closing or name not in RAW:
            yield Token("", name, closing, found[2])
            continue
        end = RAW[name].search(markup, position)
        stop = end.start() if end else length
        yield Token(markup[position:stop], name, False, found[2])
        position = stop


def _other(markup: str, start: int) -> tuple[int, str]:
    """Where to go on after a "<" that begins no whole tag, and the text that it is."""
    following = markup[start + 1 : start + 2]
    if markup.startswith("<!--", start):
        end = markup.find("-->", start + 2)  # "<!-->" is a whole comment
        return (end + 3 if end >= 0 else len(markup)), ""
    if following in ("!", "?") or (following == "/" and not markup[start + 2 : start + 3].isalpha()):
        end = markup.find(">", start)
        return (end + 1 if end >= 0 else len(markup)), ""
    if following == "/" or (following.isascii() and following.isalpha()):
        return len(markup), ""  # a tag that does not end
    return start + 1, "<"


def attributes(rest: str) -> dict[str, str]:
    """The attributes in a tag by name in lower case; the first of a name counts, as in browsers."""
    found: dict[str, str] = {}
    for number, one in enumerate(ATTRIBUTE.finditer(rest)):
        if number >= ATTRIBUTES_LIMIT:
            break
        value = one[2] or one[3] or one[4] or ""
        found.setdefault(one[1].lower(), unescaped(value))
    return found


def unescaped(text: str) -> str:
    """`text` with its character references resolved."""
    if "&" not in text:
        return text
    from html import unescape

    return unescape(text)
