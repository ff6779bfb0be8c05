"""What a page says to machines, taken from its markup in one pass: metas, links, JSON, microdata, microformats.

Items of microdata (WHATWG HTML 5), RDFa Lite and microformats2 become objects of one form, that of JSON-LD:
`{"@type": [...], "@id": ..., name: [text or object]}`. Microformats keep their own names (`dt-published`).
Not read: `itemref`, full RDFa, the value-class pattern. No tree is built (see `markup.py`): an element that was
never closed ends with the element around it, so a badly nested item may have a value too many.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from abusekit.capture.markup import attributes, tokens, unescaped

Node = dict[str, Any]

PARSE_LIMIT, TAGS_LIMIT = 4 << 20, 300_000
"""Characters of markup that are read, and tags that are looked at."""
KEPT_LIMIT = 1000
"""Metas, links, times, items: of each kind at most so many."""
DEPTH_LIMIT = 200
"""Open elements that are remembered."""
WATCHED_LIMIT = 24
"""Elements whose text is gathered at the same time."""
VALUE_LIMIT = 4000
"""Characters of one gathered text."""
JSON_LIMIT, JSON_TOTAL = 2 << 20, 6 << 20
"""Characters of one block of JSON, and of all; a longer one is not read."""

VOID = frozenset(re.findall(r"\w+", "area base br col embed hr img input link meta source track wbr"))
ASSIGNED = re.compile(
    r"\b(ytInitialPlayerResponse|__INITIAL_STATE__|__PRELOADED_STATE__|_sharedData|SIGI_STATE)"
    r"[\"'\]]{0,2}\s{0,5}=\s{0,5}(?=\{)"
)
"""Script variables in which platforms hand their pages' content to their programs."""
TELLING = re.compile(
    r"itemprop|itemscope|typeof|property|data-[a-z-]{0,20}id\b|\bh-(?:entry|card|cite|feed)\b|\b(?:[pue]|dt)-[a-z]",
    re.I,
)
"""Tags without any of this are not taken apart."""
ROOTS = frozenset({"h-entry", "h-card", "h-cite", "h-feed"})
MF_PROPERTY = re.compile(r"(?:p|u|e|dt)-[a-z][a-z-]{0,30}")
POST_IDS = ("data-post-id", "data-status-id", "data-tweet-id", "data-item-id", "data-message-id")
USER_IDS = ("data-user-id", "data-author-id", "data-account-id", "data-profile-id", "data-channel-id")
NOT_ABOUT = frozenset({"html", "body", "script", "form", "button", "nav", "input"})
"""Where an id of a user is rather that of whoever looks at the page."""


@dataclass(slots=True)
class PageMarkup:
    """What one page says to machines, in its order."""

    title: str = ""
    # of the title element
    metas: list[tuple[str, str]] = field(default_factory=list)
    # (property or name in lower case, content)
    links: list[tuple[frozenset[str], str, str]] = field(default_factory=list)
    # (words of rel, href, type) of link elements, and of anchors with rel author or me
    linked_data: list[str] = field(default_factory=list)
    # JSON-LD, as text
    inline: list[tuple[str, str]] = field(default_factory=list)
    # (name of the variable, or id of the script element; JSON as text, which may go on behind its end)
    times: list[tuple[str, str]] = field(default_factory=list)
    # (datetime attribute, the text shown) of time elements
    items: list[tuple[str, Node]] = field(default_factory=list)
    # ("microdata", "rdfa" or "microformats"; an item that is not inside of another)
    marked: list[tuple[str, str, str]] = field(default_factory=list)
    # (tag and attribute, post id, user id) of elements that carry such ids as data- attributes
    limited: bool = False
    # something was left out because there was too much of it


@dataclass(slots=True)
class _Open:
    """An element that has not ended."""

    name: str
    items: dict[str, Node]
    # flavour → the item that this element is
    watch: _Watch | None


@dataclass(slots=True)
class _Watch:
    """Text that is gathered until its element ends."""

    targets: list[tuple[Node, str]]
    # the items and the names of the properties that get it
    time: str | None
    # the datetime attribute of a time element
    pieces: list[str] = field(default_factory=list)
    size: int = 0


def read_markup(markup: str) -> PageMarkup:
    """Reads a page. Never raises for what it holds; bounded in time and memory by the limits above."""
    reading = _Reading()
    for number, (text, name, closing, inside, content) in enumerate(tokens(markup[:PARSE_LIMIT])):
        if number >= TAGS_LIMIT:
            reading.page.limited = True
            break
        if text and reading.watches:
            reading.gather(text)
        if not name:
            continue
        if closing:
            reading.end(name)
        elif content or name in ("script", "title"):
            reading.raw(name, inside, content)
        else:
            reading.begin(name, inside)
    while reading.stack:
        reading.pop()
    reading.page.limited |= len(markup) > PARSE_LIMIT
    return reading.page


class _Reading:
    def __init__(self) -> None:
        self.page = PageMarkup()
        self.stack: list[_Open] = []
        self.open: Counter[str] = Counter()
        self.watches: list[_Watch] = []
        self.inner: dict[str, list[Node]] = {"microdata": [], "rdfa": [], "microformats": []}
        self.json_size = 0

    def keep(self, where: list[Any], value: Any) -> None:
        if len(where) < KEPT_LIMIT:
            where.append(value)
        else:
            self.page.limited = True

    def gather(self, text: str) -> None:
        text = text[:VALUE_LIMIT]
        for watch in self.watches:
            if watch.size < VALUE_LIMIT:
                watch.pieces.append(text)
                watch.size += len(text)

    def raw(self, name: str, inside: str, content: str) -> None:
        if name == "title" and not self.page.title:
            self.page.title = unescaped(content[:VALUE_LIMIT])
        if name != "script" or not content:
            return
        values = attributes(inside)
        kind = values.get("type", "").lower().split(";")[0].strip()
        found: list[tuple[str, str]] = []
        if kind in ("application/ld+json", "application/json"):
            found = [(values.get("id", "")[:60] or "application/json", content)]
        elif kind in ("", "text/javascript", "application/javascript", "module"):
            there = islice(ASSIGNED.finditer(content[:JSON_LIMIT]), 3)
            found = [(one[1], content[one.end() : one.end() + JSON_LIMIT]) for one in there]
        for label, text in found:
            self.json_size += len(text)
            if len(text) > JSON_LIMIT or self.json_size > JSON_TOTAL:
                self.page.limited = True
            elif kind == "application/ld+json":
                self.keep(self.page.linked_data, text)
            else:
                self.keep(self.page.inline, (label, text))

    def begin(self, name: str, inside: str) -> None:
        if name in ("br", "p", "div", "li") and self.watches:
            self.gather("\n")
        values: dict[str, str] = {}
        if name in ("meta", "link", "time") or TELLING.search(inside) or (name == "a" and "rel" in inside):
            values = attributes(inside)
        opened = _Open(name, {}, None)
        if values:
            self.element(name, values)
            opened.items, opened.watch = self.properties(name, values)
        if name in VOID:
            if opened.watch is not None:
                self.settle(opened.watch)
            return
        if len(self.stack) >= DEPTH_LIMIT:
            self.page.limited = True
            return
        self.stack.append(opened)
        self.open[name] += 1
        for flavour, item in opened.items.items():
            self.inner[flavour].append(item)
        if opened.watch is not None and len(self.watches) < WATCHED_LIMIT:
            self.watches.append(opened.watch)

    def end(self, name: str) -> None:
        if self.open[name]:  # else the end of nothing
            while self.pop() != name:
                pass

    def pop(self) -> str:
        done = self.stack.pop()
        self.open[done.name] -= 1
        for flavour in done.items:
            self.inner[flavour].pop()
        if done.watch is not None:
            if self.watches and self.watches[-1] is done.watch:
                self.watches.pop()
            self.settle(done.watch)
        return done.name

    def settle(self, watch: _Watch) -> None:
        text = unescaped("".join(watch.pieces))[:VALUE_LIMIT].strip()
        for node, name in watch.targets:
            self.add(node, name, text)
        if watch.time is not None:
            self.keep(self.page.times, (watch.time, " ".join(text.split())))

    def add(self, node: Node, name: str, value: str | Node) -> None:
        if value and (name in node or len(node) < 60):
            found = node.setdefault(name, [])
            if isinstance(found, list) and len(found) < KEPT_LIMIT:
                found.append(value)

    def element(self, name: str, values: dict[str, str]) -> None:
        if name == "meta":
            key = values.get("property") or values.get("name") or ""
            if key and values.get("content"):
                self.keep(self.page.metas, (key.lower()[:80], values["content"][:VALUE_LIMIT]))
        elif name in ("link", "a"):
            rel = frozenset(values.get("rel", "").lower().split()[:20])
            if values.get("href") and (rel if name == "link" else rel & {"author", "me"}):
                self.keep(
                    self.page.links,
                    (rel, values["href"][:VALUE_LIMIT], values.get("type", "").lower()[:80]),
                )
        if name in NOT_ABOUT:
            return
        post = next(((key, values[key]) for key in POST_IDS if values.get(key)), ("", ""))
        user = next(((key, values[key]) for key in USER_IDS if values.get(key)), ("", ""))
        if post[1] or user[1]:
            label = f"{name} {' '.join(key for key in (post[0], user[0]) if key)}"
            self.keep(self.page.marked, (label, post[1][:200], user[1][:200]))

    def properties(self, name: str, values: dict[str, str]) -> tuple[dict[str, Node], _Watch | None]:
        """The items that this element is, and the text of it that is wanted."""
        items: dict[str, Node] = {}
        watch = _Watch([], values.get("datetime", "") if name == "time" else None)
        classes = values.get("class", "").split()[:50]
        roots = [one for one in classes if one in ROOTS]
        names = {
            "microdata": values.get("itemprop", "").split()[:20],
            "rdfa": values.get("property", "").split()[:20],
            "microformats": [one for one in classes if MF_PROPERTY.fullmatch(one)],
        }
        if "itemscope" in values:
            items["microdata"] = _node(values.get("itemtype", ""), values.get("itemid", ""))
        if values.get("typeof"):
            items["rdfa"] = _node(values["typeof"], values.get("resource", ""))
        if roots:
            items["microformats"] = _node(" ".join(roots), "")
        for flavour, found in names.items():
            around = self.inner[flavour][-1] if self.inner[flavour] else None
            item = items.get(flavour)
            if item is not None and (around is None or not found):
                self.keep(self.page.items, (flavour, item))
            if item is not None and name == "a" and flavour == "microformats":
                self.add(item, "u-url", values.get("href", ""))  # implied, as is the name
                watch.targets.append((item, "p-name"))
            for one in found if around is not None else ():
                key = one.rpartition("/")[2].rpartition("schema:")[2][:60]
                if item is not None and around is not None:
                    self.add(around, key, item)
                elif around is not None and (value := _stated(flavour, key, name, values)) is not None:
                    self.add(around, key, value[:VALUE_LIMIT])
                elif around is not None:
                    watch.targets.append((around, key))
        return items, watch if watch.targets or watch.time is not None else None


def _node(types: str, name: str) -> Node:
    node: Node = {"@type": [one.rpartition("/")[2].rpartition("#")[2][:60] for one in types.split()[:5]]}
    if name:
        node["@id"] = name[:VALUE_LIMIT]
    return node


def _stated(flavour: str, key: str, name: str, values: dict[str, str]) -> str | None:
    """The value that the element's attributes give to a property; None where its text is the value."""
    wanted = {
        "meta": ("content",),
        "a": ("href",),
        "link": ("href",),
        "area": ("href",),
        "img": ("src",),
        "video": ("src",),
        "data": ("value",),
        "meter": ("value",),
        "time": ("datetime",),
        "abbr": ("title",),
    }.get(name, ())
    if flavour == "microformats" and key.startswith(("p-", "e-")):
        wanted = {"img": ("alt",), "abbr": ("title",), "data": ("value",)}.get(name, ())
    elif flavour != "microformats":
        wanted = (*(() if name == "abbr" else wanted), "content")
    return next((values[one] for one in wanted if values.get(one)), None)
