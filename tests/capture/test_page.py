"""What is read from pages, and that no page breaks the reader."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.capture.address import target
from abusekit.capture.page import decode_text, read_page, style_parts

BASE = target("http://example.org/a/b")


def test_title_and_text() -> None:
    page = read_page(
        "<html><head><title> A\n <b>page </title><style>p{}</style></head><body><h1>Nobody <b>likes</b> you</h1><p>One"
        "<p>Two<br>Three<script>var x</script><noscript>no</noscript><ul><li>a<li>b</ul><div>c<div>d</div></div>",
        BASE,
    )
    assert page.title == "A <b>page"
    assert page.text == "Nobody likes you\nOne\nTwo\nThree\na\nb\nc\nd"
    assert read_page("", BASE).title is None


def test_times() -> None:
    page = read_page(
        """<meta property="article:published_time" content="2026-01-02T03:04:05+01:00">
        <meta property="og:title" content="2026"><meta itemprop=datePublished content=2026-01-03>
        <script type="application/ld+json">{"@graph":[{"datePublished":"2026-01-04","a":{"uploadDate":"x"},
        "dateCreated":5}]}</script><script type="application/ld+json">{broken</script>
        <time datetime="2026-01-05">5 Jan</time><time>no</time><time datetime="2026-01-05">again</time>""",
        BASE,
    )
    assert [(one.where, one.raw) for one in page.times] == [
        ("meta article:published_time", "2026-01-02T03:04:05+01:00"),
        ("meta datePublished", "2026-01-03"),
        ("json-ld datePublished", "2026-01-04"),
        ("json-ld uploadDate", "x"),
        ("time datetime", "2026-01-05"),
    ]


def test_parts() -> None:
    page = read_page(
        """<base href="/c/"><link rel="Stylesheet" href=s.css><link rel=icon href=//i.example/f.ico>
        <link rel=canonical href=no><img src=1.png srcset="2.png 1x, 3.png 2x,4.png"><img src=1.png>
        <source src=v.mp4><video poster=p.jpg></video><script src=s.js></script><iframe src=f.html></iframe>
        <a href=no></a><img src="data:image/png;base64,x"><img src="blob:x"><img src="http://["><input src=no>
        <input type=image src=5.png><div style="background:url('6.png')"></div><style>@import "7.css";</style>
        <img src="8 9.png">""",
        BASE,
    )
    names = ["s.css", "//f.ico", "1.png", "2.png", "3.png", "4.png", "v.mp4", "p.jpg", "s.js", "f.html"]
    names += ["5.png", "6.png", "7.css", "8%209.png"]
    found = [
        one.url.removeprefix("http://example.org/c/").replace("http://i.example", "/") for one in page.parts
    ]
    assert found == names
    assert page.bad_references == 1


def test_style_sheets() -> None:
    css = '@import url(a.css); @import "b.css" print; x{src:url( "c.woff2" ) format("x"),url(data:x)} y{z:url()}'
    assert [one.url.rpartition("/")[2] for one in style_parts(css, BASE)] == ["a.css", "b.css", "c.woff2"]


@pytest.mark.parametrize(
    ("data", "content_type", "text"),
    [
        ("é".encode(), "text/html; charset=utf-8", "é"),
        ("é".encode("latin-1"), "text/html; charset=ISO-8859-1", "é"),
        ("“".encode("cp1252"), "text/html; charset=latin1", "“"),
        ("é".encode(), None, "é"),
        ("é".encode("latin-1"), None, "é"),
        (b"<meta charset=shift_jis>" + "あ".encode("shift_jis"), "text/html", "<meta charset=shift_jis>あ"),
        ("\ufeffé".encode(), "text/html; charset=latin1", "é"),
        ("é".encode("utf-16"), None, "é"),
        (b"+AGE-\\ud800", "text/html; charset=utf-7", "+AGE-\\ud800"),
        (b"\\ud800", "text/html; charset=unicode_escape", "\\ud800"),
        (b"abc", "text/html; charset=rot13", "abc"),
        (b"abc\xff", "text/html; charset=utf-8", "abc\ufffd"),
        ("ab é".encode() * 50 + b"\xc3", None, "ab é" * 50 + "\ufffd"),
    ],
)
def test_charsets(data: bytes, content_type: str | None, text: str) -> None:
    assert decode_text(data, content_type) == text


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 100_000,
        "<b>" * 100_000 + "x",
        "<img src=a srcset='" + "a " * 200_000 + "'>",
        "<img src=a srcset='" + "," * 200_000 + "'>",
        "<img src=a srcset='" + "a" * 99_000 + "'>" + "<img src=a srcset='" + "a," * 99_000 + "'>",
        "<div " + "a=b " * 500_000 + ">",
        "<a '" * 200_000,
        "<a b='" * 200_000,
        "<!--" * 200_000,
        "<script>" * 200_000,
        "<a " + " " * 500_000,
        "&" * 500_000,
        "<b>" * 1_000_000,
        "<p>" * 1_000_000,
        "<i style='background:url(x)'>" * 50_000,
        "<style>" + "url(" * 200_000 + "</style>",
        "<style>" + "@import " * 200_000 + "</style>",
        "<script type='application/ld+json'>" + "[" * 200_000 + "</script>",
        "<title>" + "a " * 500_000,
        "<p>\0\ud800\x1b[2J",
        "<time datetime=x>" * 50_000,
    ],
    ids=str.__len__,
)
def test_hostile_markup_takes_neither_time_nor_memory(markup: str) -> None:
    started = time.process_time()
    tracemalloc.start()
    page = read_page(markup, BASE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 << 20
    page.text.encode()
    (page.title or "").encode()
    assert time.process_time() - started < 5


@given(st.text(alphabet="<>/='\" abimgsrcdvpty\ud800é&;-!", max_size=200))
def test_any_markup_is_read(markup: str) -> None:
    read_page(markup, BASE).text.encode()
