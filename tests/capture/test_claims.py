"""What a page shows decides, not what its data say: walls, closed shadow roots, JSON of other origins."""

from __future__ import annotations

import json
import time

import pytest

from abusekit.capture.claims import claims, closed_text, judged
from abusekit.capture.page_facts import PageFact, page_facts, values_of

URL = "https://social.example/@owl/posts/77"
WALL = "<h1>Please log in to continue</h1><form><input type=password></form>"
SAID = "Please log in to continue"
POST = (
    '<script type="application/ld+json">{"@type":"SocialMediaPosting","url":"%s","articleBody":"%s"}</script>'
)


def outcome(markup: str, text: str | None) -> str:
    _, markers = claims(URL, URL, 200, markup, "Photo", text)
    return judged("complete", 200, markers)[0]


def test_old_data_do_not_hide_a_wall() -> None:
    assert outcome(WALL, SAID) == "login-wall"
    assert outcome(POST % (URL, "Anna on site") + WALL, SAID) == "login-wall"
    assert outcome(POST % (URL, "Anna on site") + WALL, f"Anna on site\n{SAID}") == "complete"


def test_of_two_texts_the_one_that_is_shown_counts() -> None:
    two = (
        POST % (URL, "I am gone now") + "<article itemscope itemtype='https://schema.org/SocialMediaPosting'>"
    )
    two += f"<a itemprop=url href='{URL}'></a><p itemprop=articleBody>Anna on site</p></article>{WALL}"
    facts, _ = claims(URL, URL, 200, two, "Photo", f"Anna on site\n{SAID}")
    assert {one.value for one in facts if one.name == "post.text_shown"} == {"yes", "no"}
    assert outcome(two, f"Anna on site\n{SAID}") == "complete"


def closed(markup: str, mode: str = "closed") -> str:
    return f'<div id="d"><template shadowrootmode="{mode}">{markup}</template></div><p>below</p>'


def test_the_words_in_closed_shadow_roots_are_looked_at() -> None:
    assert outcome(closed(WALL), "") == "login-wall"
    assert outcome(closed("<p>hello</p>"), "") == "complete"
    assert closed_text(closed(WALL), URL).startswith(SAID)
    assert closed_text(closed(f"<style>p{{}}</style>{closed('<p>deep</p>', 'open')}<p>after</p>"), URL).split() == [
        "deep", "below", "after",
    ]  # fmt: skip
    assert closed_text(closed(closed("<p>deep</p>"), "open"), URL) == "deep"
    assert closed_text(closed(WALL, "open"), URL) == ""
    assert closed_text(f"<!-- {closed(WALL)} --><script>{closed(WALL)}</script>", URL) == ""


def test_the_post_in_a_closed_shadow_root_is_shown() -> None:
    markup = POST % (URL, "Anna on site") + closed(f"<p>Anna on site</p>{WALL}")
    assert outcome(markup, "") == "complete"


@pytest.mark.parametrize(
    "markup",
    ['<template shadowrootmode="closed">' * 100_000, "<!--" * 200_000, "<script " * 200_000, "<template " * 200_000,
     "</template>" * 200_000, '<template shadowrootmode="closed">' + "<script>" * 200_000],
)  # fmt: skip
def test_hostile_markup_takes_no_time(markup: str) -> None:
    started = time.process_time()
    closed_text(markup + 'shadowrootmode="closed"', URL)
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "origin",
    ["http://social.example", "https://social.example:8443", "https://api.social.example", "https://[bad"],
)
def test_json_of_another_origin_gives_the_page_no_facts(origin: str) -> None:
    """A frame in the page may fetch JSON that claims to be of the page."""
    note = {
        "id": URL, "type": "Note", "url": URL, "attributedTo": {"type": "Person", "id": "111"},
        "account": {"id": "111", "acct": "owl"}, "uri": URL, "created_at": "2026-06-12T20:00:00Z",
        "content": "<p>I will come and find you tonight</p>",
    }  # fmt: skip
    text = json.dumps(note)
    own = values_of(page_facts("", URL, bodies=[("https://social.example/n", "application/json", text)]))
    assert own["post.text"] == ("I will come and find you tonight",)
    address = f"{origin}/n"
    other = values_of(page_facts("", URL, bodies=[(address, "application/json", text)]))
    stated = {name for name, _, where in _parts(page_facts("", URL, bodies=[(address, "text/json", text)]))
              if not where.startswith("address")}  # fmt: skip
    assert stated and all(name.startswith("elsewhere.") for name in stated)
    assert other["elsewhere.post.text"] == own["post.text"]
    if "[" not in origin:
        declared = f'<link rel=alternate type="application/activity+json" href="{address}">'
        found = values_of(page_facts(declared, URL, bodies=[(address, "application/json", text)]))
        assert found["post.text"] == own["post.text"]


def _parts(facts: tuple[PageFact, ...]) -> list[tuple[str, str, str]]:
    return [(one.name, one.value, one.where) for one in facts]


@pytest.mark.parametrize(
    ("words", "text", "shown"),
    [
        ("I will find you.", "Owl\nI will\u00a0find  you\u2026\n3 likes", True),
        ("Anna on site", "Please log in to continue", False),
        ("no", "Nothing here, not now", False),
        ("No!", "Owl: no", True),
        ("\U0001f52a\U0001f52a", "Owl \U0001f52a \U0001f52a", True),
        ("\U0001f52a", "Owl", False),
        (
            "It\u2019s a very long sentence, with signs in it",
            "it's a VERY long sentence\nwith signs init",
            True,
        ),
    ],
)
def test_whether_the_words_of_the_post_are_shown(words: str, text: str, shown: bool) -> None:
    post = json.dumps({"@type": "SocialMediaPosting", "url": URL, "articleBody": words})
    page = f'<script type="application/ld+json">{post}</script>'
    found = values_of(page_facts(page, URL, shown_text=text))
    assert found["post.text_shown"] == ("yes" if shown else "no",)
