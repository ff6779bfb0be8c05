"""What can be read from a page: its title, its text, the times it names, and what it is made of.

Readings, not evidence: the bytes are in the archive, and whoever doubts a reading reads them again. No script
runs here, so a page that builds itself in the browser shows little text.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from abusekit.capture.address import RefusedSchemeError, Target, redirected
from abusekit.capture.markup import Token, attributes, tokens, unescaped
from abusekit.errors import InputError

PARSE_LIMIT = 4 << 20
"""Characters of markup that are read."""

TEXT_LIMIT = 1_000_000
"""Characters of readable text that are kept."""

TITLE_LIMIT = 500
"""Characters of the title."""

TIMES_LIMIT = 200
"""Times noted from one page."""

REFERENCES_LIMIT = 10_000
"""References looked at in one page or style sheet."""

LD_LIMIT = 256 << 10
"""Characters of one JSON-LD block, and nodes visited in it."""

TIME_KEYS = ("datePublished", "dateCreated", "dateModified", "uploadDate", "startDate", "endDate")
META_TIMES = re.compile(
    r"(article|og|video|book|music|profile):[a-z_:]*(time|date)|date(\..+)?|dc(terms)?\..*date.*|last-modified",
    re.I,
)

BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6"
        " header hr li main nav ol option p pre section table td textarea th title tr ul",
    )
)
BLANKS = ("\n", "\t", "\r", "\f", "\xa0")
READ = frozenset(
    re.findall(
        r"\w+", "img source script link iframe frame video audio embed input track style time meta base"
    )
)
"""Elements whose attributes are read."""

LINKS = {"stylesheet", "icon", "apple-touch-icon", "mask-icon", "preload", "modulepreload", "manifest"}

SRCSET = re.compile(r"([^\s,]\S*+)(?:(?<!,)[^,]*+)?+")
CSS_REFERENCE = re.compile(
    r"""url\(\s{0,20}(?:"([^"]{1,8000})"|'([^']{1,8000})'|([^)\s"']{1,8000}))"""
    r"""|@import\s{1,20}(?:"([^"]{1,8000})"|'([^']{1,8000})')"""
)
CSS_LIMIT = 1 << 20
"""Characters of one style sheet that are searched."""

CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([A-Za-z0-9_-]{1,30})", re.I)
TEXT_CHARSETS = re.compile(
    r"utf-?8|utf-?16(le|be)?|us-ascii|ascii|latin-?1|iso-?8859-?\d{1,2}|windows-?\d{3,4}|cp\d{3,4}|koi8-?[ru]|"
    r"shift_?jis|sjis|euc-?(jp|kr)|iso-?2022-?jp|gbk|gb2312|gb18030|big5(-?hkscs)?|macintosh|tis-?620",
    re.I,
)
"""Codecs that only turn bytes into characters; Python has others, which do more."""


@dataclass(frozen=True, slots=True)
class PageTime:
    """A time that a page names, as it stands there: the page's claim, zone and all."""

    raw: str
    # as written, at most 100 characters
    where: str
    # "time datetime", "meta article:published_time", "json-ld datePublished"


@dataclass(frozen=True, slots=True)
class Page:
    """What was read from one HTML page."""

    title: str | None
    # without line breaks, at most 500 characters
    text: str
    # one line for each block, blanks collapsed
    times: tuple[PageTime, ...]
    # in the order of the page, each once
    parts: tuple[Target, ...]
    # what the page is made of, http and https only, each once, in the order of the page
    bad_references: int
    # references that are no web address
    limited: bool
    # only the start of the page was read


def decode_text(data: bytes, content_type: str | None) -> str:
    """The characters of a text body: by byte-order mark, header, meta element, else UTF-8 or Windows-1252.

    Bytes that do not fit become U+FFFD. Never raises.
    """
    if data[:3] == b"\xef\xbb\xbf":
        return data[3:].decode("utf-8", "replace")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    found = re.search(r"charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_-]{1,30})", content_type or "", re.I)
    name = found[1] if found else ""
    if not name and (meta := CHARSET.search(data, 0, 4096)):
        name = meta[1].decode("ascii")
        name = "utf-8" if name.lower().startswith("utf") else name  # HTML: a meta in UTF-16 cannot be one
    if TEXT_CHARSETS.fullmatch(name):
        if re.fullmatch(r"iso-?8859-?1|latin-?1|us-ascii|ascii", name, re.I):
            name = "cp1252"  # WHATWG Encoding: what these labels mean on the web
        try:
            return data.decode(name, "replace")
        except LookupError:
            pass
    try:
        # A cut page may end inside of a character: that alone does not make it Windows-1252.
        text = codecs.getincrementaldecoder("utf-8")().decode(data)
        return data.decode("utf-8", "replace") if text else data.decode("cp1252", "replace")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_page(markup: str, base: Target) -> Page:
    """Reads a page. `base`: the address it came from. Never raises for what the page holds."""
    reading = _Reading(base)
    reading.take(tokens(_clean(markup[:PARSE_LIMIT]).replace("\0", "")))
    parts, bad = _targets(iter(reading.references), reading.base)
    return Page(
        reading.title,
        reading.text(),
        tuple(reading.times.values()),
        parts,
        bad,
        limited=len(markup) > PARSE_LIMIT,
    )


class _Reading:
    """What has been read of a page so far."""

    def __init__(self, base: Target) -> None:
        self.base = base
        self.title: str | None = None
        self.times: dict[tuple[str, str], PageTime] = {}
        self.references: list[str] = []
        self.pieces: list[str] = []
        self.based = False

    def take(self, found: Iterable[Token]) -> None:
        add = self.pieces.append
        preformatted = 0
        for text, name, closing, inside, content in found:
            # NUL parts the lines: the page has none left, and line feeds in markup are only blanks.
            if text:
                add(text.replace("\n", "\0") if preformatted else text)
            if name in BLOCKS:
                add("\0")
                if name == "pre":
                    preformatted = max(preformatted + (-1 if closing else 1), 0)
            if closing:
                continue
            if name in READ:
                self.element(name, attributes(inside), content)
            elif content:
                self.raw_text(name, content)
            elif "url(" in inside:
                self.refer(_css_references(attributes(inside).get("style", "")))

    def raw_text(self, name: str, text: str) -> None:
        if name in ("textarea", "xmp"):
            self.pieces.append(text)
        elif name == "title" and self.title is None:
            self.title = " ".join(unescaped(text[:100_000]).split())[:TITLE_LIMIT] or None

    def element(self, name: str, values: dict[str, str], content: str) -> None:
        if name == "time":
            self.time(values.get("datetime", ""), "time datetime")
        elif name == "meta":
            key = (values.get("property") or values.get("itemprop") or values.get("name") or "")[:60]
            if META_TIMES.fullmatch(key) or key in TIME_KEYS:
                self.time(values.get("content", ""), f"meta {key}")
        elif name == "base" and not self.based:
            self.based = True
            self.base = _base(self.base, values.get("href", ""))
        elif name == "style":
            self.refer(_css_references(content))
        elif name == "script" and values.get("type", "").lower() == "application/ld+json":
            for raw, where in _linked_data(content):
                self.time(raw, where)
        else:
            self.refer(_references(name, values))

    def refer(self, found: Iterable[str]) -> None:
        left = REFERENCES_LIMIT - len(self.references)
        self.references.extend(islice(found, max(left, 0)))

    def time(self, raw: str, where: str) -> None:
        if len(self.times) < TIMES_LIMIT and (text := _clean(" ".join(raw[:1000].split())[:100])):
            self.times.setdefault((text, where), PageTime(text, where))

    def text(self) -> str:
        text = unescaped("".join(self.pieces))
        for blank in BLANKS:
            text = text.replace(blank, " ")
        while "  " in text:  # each round halves the longest run
            text = text.replace("  ", " ")
        lines = (line.strip() for line in text.split("\0"))
        return _clean("\n".join(line for line in lines if line)[:TEXT_LIMIT])


def style_parts(css: str, base: Target) -> tuple[Target, ...]:
    """What a style sheet refers to: imported sheets, fonts, images; http and https only, each once."""
    return _targets(_css_references(css), base)[0]


def plain_text(text: str) -> str:
    """A text body as it is kept beside the archive: bounded, without lone surrogates."""
    return _clean(text[:TEXT_LIMIT])


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _base(base: Target, reference: str) -> Target:
    try:
        return redirected(base, reference)
    except InputError:
        return base


def _references(name: str, values: dict[str, str]) -> Iterator[str]:
    if name == "link":
        if set(values.get("rel", "").lower().split()) & LINKS:
            yield values.get("href", "")
    elif name != "input" or values.get("type", "").lower() == "image":
        yield values.get("src", "")
        yield values.get("poster", "")
        for found in SRCSET.finditer(values.get("srcset", "")[:100_000]):
            yield found[1].rstrip(",")
    if style := values.get("style"):
        yield from _css_references(style)


def _css_references(css: str) -> Iterator[str]:
    for found in CSS_REFERENCE.finditer(css[:CSS_LIMIT]):
        yield next(group for group in found.groups() if group is not None)


def _targets(references: Iterator[str], base: Target) -> tuple[tuple[Target, ...], int]:
    seen: dict[str, Target] = {}
    known: set[str] = set()
    bad = 0
    for number, reference in enumerate(references):
        if number >= REFERENCES_LIMIT:
            break
        if not reference or reference in known or reference[:5].lower() == "data:" or reference[0] == "#":
            continue
        known.add(reference)
        try:
            found = redirected(base, reference)
        except RefusedSchemeError:
            continue  # blob:, about:, javascript: name nothing that a server holds
        except InputError:
            bad += 1
            continue
        seen.setdefault(found.url, found)
    return tuple(seen.values()), bad


def _linked_data(text: str) -> Iterator[tuple[str, str]]:
    if len(text) > LD_LIMIT:
        return
    try:
        pending = [json.loads(text)]
    except (ValueError, RecursionError):
        return
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(reversed(value))
        elif isinstance(value, dict):
            for key in TIME_KEYS:
                if isinstance(value.get(key), str):
                    yield value[key], f"json-ld {key}"
            pending.extend(reversed([inner for inner in value.values() if isinstance(inner, list | dict)]))
