"""What a page claims to be: facts it names, and signs that it is a wall, or that the wanted thing is gone."""

from __future__ import annotations

from collections.abc import Iterable

from abusekit.capture.markers import Match, recognise
from abusekit.capture.page_facts import PageFact, page_facts

BLOCKING = ("login-wall", "consent-wall", "challenge", "geo-block", "rate-limited")
"""Kinds of markers that become the outcome: what came is not what was asked for."""

REFUSING = (401, 403, 429, 451, 503)
"""Statuses with which a server refuses for now, or this client: RFC 9110, RFC 6585, RFC 7725."""

SURE = ("high", "medium")


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
    the page that may hold facts: address, media type, text. headers: of the last answer.
    """
    facts = page_facts(markup, final_url, shown_text=text, bodies=bodies) if markup or bodies else ()
    # a page that holds the post is no wall, whatever else it says
    post_text = next((one.value for one in facts if one.name == "post.text"), None)
    markers = recognise(
        url=url,
        final_url=final_url,
        status=status,
        title=title,
        text=text,
        html=markup,
        headers=headers,
        post_text=post_text,
    )
    return facts, markers


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
