"""What a page claims to be: facts it names, and signs that it is a wall, or that the wanted thing is gone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from abusekit.capture.markers import Match, recognise
from abusekit.capture.own_page import base_of
from abusekit.capture.page import read_page
from abusekit.capture.page_facts import PageFact, page_facts

BLOCKING = ("login-wall", "consent-wall", "challenge", "geo-block", "rate-limited")
"""Kinds of markers that become the outcome: what came is not what was asked for."""

REFUSING = (401, 403, 429, 451, 503)
"""Statuses with which a server refuses for now, or this client: RFC 9110, RFC 6585, RFC 7725."""

SURE = ("high", "medium")

TEMPLATE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea|title|xmp)\b.*?(?:</\1[^<>]{0,100}>?|\Z)|<(/?)template\b([^<>]{0,2000})>",
    re.S | re.I,
)
CLOSED = re.compile(r"\bshadowrootmode\s{0,5}=\s{0,5}[\"']?closed\b", re.I)
SHADOW_LIMIT = 1 << 20
"""Characters of markup in closed shadow roots that are read."""


def claims(
    url: str,
    final_url: str,
    status: int | None,
    markup: str,
    title: str | None,
    text: str | None,
    bodies: Iterable[tuple[str, str, str]] = (),
    headers: Iterable[tuple[str, str]] = (),
) -> tuple[tuple[PageFact, ...], tuple[Match, ...]]:
    """The facts and the markers of one page; readings of claims, nothing proved.

    markup: HTML, the rendered one where a browser made it; "" where there is none. bodies: further answers of
    the page that may hold facts: address, media type, text. headers: of the last answer. The text of closed
    shadow roots is shown, and cannot be selected: it is taken from the markup, and counts with the other.
    """
    hidden = closed_text(markup, final_url) if text is not None else ""
    text = f"{text}\n{hidden}" if hidden else text
    facts = page_facts(markup, final_url, shown_text=text, bodies=bodies) if markup or bodies else ()
    # a page that shows the post is no wall, whatever else it says; one that only names it may be
    shown = {one.where for one in facts if one.name == "post.text_shown" and one.value == "yes"}
    named = [one for one in facts if one.name == "post.text"]
    held = [one for one in named if one.where in shown]
    post_text = next((one.value for one in held or named), None)
    markers = recognise(
        url=url,
        final_url=final_url,
        status=status,
        title=title,
        text=text,
        html=markup,
        headers=headers,
        post_text=post_text,
        post_shown=bool(held),
    )
    return facts, markers


def closed_text(markup: str, url: str) -> str:
    """The readable text of the closed shadow roots that rendered markup declares; "" where there are none.

    It does not show that a person saw it: what a style sheet hides is in it, too.
    """
    base = base_of(url)
    if base is None or CLOSED.search(markup) is None:
        return ""
    pieces: list[str] = []
    inside: list[bool] = []
    start = size = 0
    for found in TEMPLATE.finditer(markup):
        if any(inside):
            pieces.append(markup[start : found.start()])
            size += found.start() - start
        start = found.end()
        if size > SHADOW_LIMIT or len(inside) > 1000:
            break
        if found[3] is None:
            continue  # a comment or a script
        if not found[2]:
            inside.append(CLOSED.search(found[3]) is not None)
            pieces.append("\n")
        elif inside:
            inside.pop()
    return (read_page("<body>" + "".join(pieces)[:SHADOW_LIMIT], base).text or "").strip()


def judged(outcome: str, status: int | None, markers: tuple[Match, ...]) -> tuple[str, str]:
    """The outcome once the markers are known, and why.

    Only an answer that came whole is judged: a wall takes the place of `complete`, and of `http-error` where the
    status refuses, too.
    """
    if outcome != "complete" and not (outcome == "http-error" and status in REFUSING):
        return outcome, ""
    for one in markers:
        if one.kind in BLOCKING and one.confidence in SURE:
            return one.kind, f"not the page that was asked for: marker {one.marker} in its {one.where}"
    return outcome, ""
