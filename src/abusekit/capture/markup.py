"""Going through HTML from left to right, in time that grows with its length and not faster.

Not a tree: a tree builder takes seconds for 100 kB of `<div>` and minutes for a megabyte, because the
standard's scope rules look back at every open element. What is wanted here (text, attributes of some
elements) needs no tree. The tokens follow WHATWG HTML 13.2.5: quoted values, comments, raw text elements,
unfinished tags that swallow the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# After "=" a value, quoted or not; elsewhere a quotation mark is a letter like others. Possessive: no way back.
INSIDE = r"((?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?+)*+)>"
RAW = "script|style|title|textarea|noscript|template|noembed|noframes|xmp"
"""Elements whose content is no markup, or no markup that is shown."""

PIECE = re.compile(
    rf"<(?:((?i:{RAW}))(?=[\s/>]){INSIDE}(.*?)(?=</(?i:\1)[\s/>]|\Z)"
    rf"|(/?)([a-zA-Z][^\s/>]*+){INSIDE}"
    r"|!--(?:>|.*?(?:-->|\Z))"
    r"|(?:[!?]|/(?![a-zA-Z])).*?(?:>|\Z)"  # other declarations, and end tags without a name
    r"|/?[a-zA-Z].*+)",  # a tag that does not end: the rest of the page is inside of it
    re.ASCII | re.DOTALL,
)
ATTRIBUTE = re.compile(r"([^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"'][^\s>]*+)))?+")

AT_ONCE = 5000
"""Tags taken apart at once; bounds the memory for a page of nothing but tags."""

ATTRIBUTES_LIMIT = 200
"""Attributes read of one tag."""

Token = tuple[str, str, bool, str, str]
"""The text before a tag; the tag's name in lower case ("" for a comment, and at the end); whether it is an end
tag; what follows the name in it, see `attributes`; the content, where it is a raw text element."""


def tokens(markup: str) -> Iterator[Token]:
    """The tags of a page, in order, each with the text before it. Never raises."""
    # Split by one expression: the loop over the tags runs in C, which is most of the time.
    rest = markup
    while rest:
        parts = PIECE.split(rest, AT_ONCE)
        rest = parts.pop()
        texts, raws, raw_insides, contents, slashes, names, insides = (parts[n::7] for n in range(7))
        for number, name in enumerate(names):
            if name is not None:
                yield texts[number], name.lower(), slashes[number] == "/", insides[number], ""
            elif raws[number] is not None:
                yield texts[number], raws[number].lower(), False, raw_insides[number], contents[number]
            else:
                yield texts[number], "", False, "", ""
        if len(names) < AT_ONCE:
            yield rest, "", False, "", ""
            return


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
