"""What page it really is: log-in and consent walls, challenges, rate limits, blocks, deletions, by `markers.yaml`.

A marker is a sign, not a proof: a site can show any words to anybody, `404` is also the answer to those whom an
account has blocked, and a page about deleted posts speaks of deleted posts. Therefore the certainty is stated,
and an ordinary page with a log-in link, a cookie banner or a quoted "this post was deleted" gets no match: signs
in words count only on pages with little other text, and not where the page holds a post.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from abusekit.capture.address_ids import address_ids
from abusekit.capture.moved import Place, leads_to, moved_to, place_of
from abusekit.capture.phrases import normal, says
from abusekit.capture.tables import table

Kind = Literal[
    "login-wall",
    "consent-wall",
    "challenge",
    "rate-limited",
    "geo-block",
    "deleted",
    "account-gone",
    "suspended",
]
Confidence = Literal["high", "medium", "low"]

ORDER: tuple[Confidence, ...] = ("high", "medium", "low")
TEXT_LIMIT = 24_000
"""Characters of readable text that are looked at; no marker wants a page with more."""
HTML_LIMIT = 512 << 10
"""Characters of markup that are searched."""
TITLE_LIMIT = 300
MOST_TEXT = 3000
"""Readable characters up to which signs in words count, where the table says nothing."""
CONFIRMED_TEXT = 8000
"""The same where the status says already that something is wrong."""
LINE_SLACK = 60
"""Characters that the line of a phrase may have beside it."""
TITLE_SLACK = 50
TINY = 300
"""Readable characters of a page that is only a message."""
PICTURES = 3
"""Pictures that a page which only asks for a password may show: a logo, an icon."""
SIGNS = ("hosts", "paths", "title", "text", "html", "headers", "post_text")
"""What a marker looks for; without any of them its status alone is the sign."""
GONE = (403, 404, 410)
AGREES: dict[str, tuple[int, ...]] = {
    "deleted": GONE,
    "account-gone": GONE,
    "suspended": GONE,
    "challenge": (403, 429, 503),
    "login-wall": (401, 403),
    "rate-limited": (429, 503),
    "geo-block": (403, 451),
}
"""Kind → statuses that make a sign in words one step more certain."""

PASSWORD = re.compile(r"<input\b[^>]{0,2000}\btype\s{0,5}=\s{0,5}[\"']?password\b", re.I)
COVER = re.compile(r"aria-modal\s{0,5}=\s{0,5}[\"']?true|<dialog\b[^>]{0,500}\bopen\b", re.I)


@dataclass(frozen=True, slots=True)
class Match:
    """One sign that the page is not what was asked for."""

    kind: str
    # one of Kind
    marker: str
    # id in markers.yaml, with the language after a slash where it is in words
    confidence: Confidence
    # how sure this sign alone makes one
    where: str
    # in words: "status 410", "final address /login", "title", "text 'this post was removed'", "markup"


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as the markers look at it."""

    platform: str
    profile: bool
    asked: Place
    asked_to_log_in: bool
    final: Place
    """After redirects."""
    status: int | None
    title: str
    lines: tuple[str, ...]
    text: str
    size: int
    """Readable characters, blanks aside."""
    html: str
    """In lower case."""
    headers: tuple[str, ...]
    """In lower case, `name: value`."""
    post_text: str
    holds_post: bool


def recognise(
    *,
    url: str,
    final_url: str,
    status: int | None,
    title: str | None,
    text: str | None,
    html: str,
    headers: Iterable[tuple[str, str]] = (),
    post_text: str | None = None,
    post_shown: bool = True,
) -> tuple[Match, ...]:
    """The signs found, the most certain first; empty for an ordinary page.

    `url`: as asked; `final_url`: after redirects; `status`: of the last answer, None when there was none.
    `text`: as read or as rendered, a line for each block. `headers`: of the last answer. `post_text`: words of
    the post that the page holds, where it names one (`post.text` of `page_facts`): then the page is no wall,
    whatever else it says. `post_shown`: False where the page names those words and does not show them: then it
    may be a wall. Never raises for what the page holds; time grows with the sizes, which are bounded.
    """
    page = _page(url, final_url, status, title, text, html, headers, post_text, post_shown)
    found: list[tuple[int, bool, int, Match]] = []
    for number, marker in enumerate(_markers()):
        if marker["platform"] in ("any", page.platform):
            match = _match(marker, page)
            if match is not None:
                general = marker["platform"] == "any"
                found.append((ORDER.index(match.confidence), general, number, match))
    return tuple(one[3] for one in sorted(found, key=lambda one: one[:3]))


def _page(
    url: str,
    final_url: str,
    status: int | None,
    title: str | None,
    text: str | None,
    html: str,
    headers: Iterable[tuple[str, str]],
    post_text: str | None,
    post_shown: bool,
) -> _Page:
    ids = address_ids(url) or address_ids(final_url)
    lines = tuple(
        line for raw in (text or "")[:TEXT_LIMIT].split("\n") if (line := normal(raw.replace("\0", " ")))
    )
    whole = "\n".join(lines)
    size = sum(map(len, lines)) if len(text or "") <= TEXT_LIMIT else len(text or "")
    return _Page(
        ids.platform if ids else "",
        ids is not None and ids.kind == "profile",
        place_of(url),
        _asks_to_log_in(place_of(url)),
        place_of(final_url),
        status,
        normal((title or "")[:TITLE_LIMIT]),
        lines,
        whole,
        size,
        html[:HTML_LIMIT].lower(),
        tuple(f"{name[:100].lower()}: {value[:400].lower()}" for name, value in list(headers)[:200]),
        normal((post_text or "")[:TITLE_LIMIT]),
        post_shown and bool(post_text and post_text.strip()) and (status is None or status < 400),
    )


def _match(marker: dict[str, Any], page: _Page) -> Match | None:
    if "status" in marker and page.status not in marker["status"]:
        return None
    kind = marker["kind"]
    if kind == "gone":
        kind = "account-gone" if page.profile else "deleted"
    confidence: Confidence = marker["confidence"]
    for where, label in _signs(marker, page):
        in_words = where.startswith(("title", "text"))
        if in_words and confidence != "high" and page.status in AGREES.get(kind, ()):
            confidence = ORDER[ORDER.index(confidence) - 1]  # the status says the same
            where += f", with status {page.status}"  # noqa: PLW2901 - the sentence grows
        return Match(kind, label, confidence, where)
    return None


def _signs(marker: dict[str, Any], page: _Page) -> Iterator[tuple[str, str]]:
    """Where the marker is found, and its name; nothing where it is not."""
    name = marker["id"]
    if marker["alone"]:
        yield f"status {page.status}", name
    if here := moved_to(marker, page.asked, page.final):
        yield f"final address {here}", name
    for piece in marker.get("headers", ()):
        if any(piece in header for header in page.headers):
            yield f"header {piece}", name
    if page.post_text in marker.get("post_text", ()):
        yield f"post text '{page.post_text}'", name
    if not page.holds_post and not _too_much(marker, page) and _has(marker.get("needs", ""), page):
        yield from _words(marker, page)


def _words(marker: dict[str, Any], page: _Page) -> Iterator[tuple[str, str]]:
    """The same for what the page says in words and markup."""
    name = marker["id"]
    if page.platform in marker.get("not_on", ()) or (marker["kind"] == "login-wall" and page.asked_to_log_in):
        return
    for language, phrases in marker["title"].items():
        for phrase in phrases:
            if len(page.title) <= len(phrase) + TITLE_SLACK and says(page.title, phrase):
                yield f"title '{phrase}'", f"{name}/{language}"
    for language, phrases in marker["text"].items():
        there = [phrase for phrase in phrases if phrase in page.text and _in_line(phrase, marker, page)]
        if len(there) >= marker.get("at_least", 1):
            yield f"text '{there[0]}'", f"{name}/{language}"
    for piece in marker["html"]:
        if piece in page.html:
            yield f"markup {piece}", name


def _too_much(marker: dict[str, Any], page: _Page) -> bool:
    most = marker.get("most_text", MOST_TEXT)
    if page.status is not None and page.status >= 400:
        most = max(most, CONFIRMED_TEXT)
    return bool(page.size > most)


def _has(needed: str, page: _Page) -> bool:
    if needed == "cover":
        return COVER.search(page.html) is not None
    if needed == "password-only" and ("<video" in page.html or page.html.count("<img") > PICTURES):
        return False  # the form may be hidden in every page, as on many sites
    return not needed or PASSWORD.search(page.html) is not None


def _asks_to_log_in(asked: Place) -> bool:
    """Whoever asked for the log-in page itself met no wall."""
    return any(
        leads_to(asked[1], path)
        for marker in _markers()
        if marker["kind"] == "login-wall"
        for path in marker.get("paths", ())
    )


def _in_line(phrase: str, marker: dict[str, Any], page: _Page) -> bool:
    """Whether the phrase stands in a line of its own, or nearly so; on a tiny page in any line."""
    unless = marker.get("unless", ())
    return any(
        (page.size <= TINY or len(line) <= len(phrase) + LINE_SLACK)
        and says(line, phrase)
        and not any(word in line for word in unless)
        for line in page.lines
    )


@cache
def _markers() -> tuple[dict[str, Any], ...]:
    """The table with its phrases made ready to be compared."""
    found = []
    for raw in table("markers")["markers"]:
        marker = dict(raw, alone=raw.keys().isdisjoint(SIGNS))
        for part in ("title", "text"):
            marker[part] = {
                language: tuple(normal(phrase) for phrase in phrases)
                for language, phrases in raw.get(part, {}).items()
            }
        marker["html"] = tuple(piece.lower() for piece in raw.get("html", ()))
        found.append(marker)
    return tuple(found)
