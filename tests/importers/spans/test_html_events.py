"""HTML in pieces with their byte ranges: as the standard's tokenizer cuts it, never a crash, never slow."""

from __future__ import annotations

import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.importers.spans import html_events
from abusekit.importers.spans.html_events import End, Piece, Tag, Text, events, text_of


def short(data: bytes) -> list[str]:
    """Tags as `<name a=v>` (a slash where they have no end), ends as `</name>`, texts as themselves."""
    return [_one(piece) for piece in events(data)]


def _one(piece: Piece) -> str:
    if isinstance(piece, Text):
        return piece.text
    if isinstance(piece, End):
        return f"</{piece.name}>"
    attrs = "".join(f" {name}={value}" for name, value in piece.attrs.items())
    return f"<{piece.name}{attrs}{'/' if piece.void else ''}>"


@pytest.mark.parametrize(
    ("data", "pieces"),
    [
        (b"<p>Hi</p>", ["<p>", "Hi", "</p>"]),
        (b'<A HREF="x&amp;y" b=\'q"\' c=d e href=z>', ['<a href=x&y b=q" c=d e=>']),
        (b"<br><br/><img src=a/><div/>", ["<br/>", "<br/>", "<img src=a//>", "<div>"]),
        (b"<svg><path/><g></g></svg><path/>", ["<svg>", "<path/>", "<g>", "</g>", "</svg>", "<path>"]),
        (b"<svg/><p/>", ["<svg/>", "<p>"]),
        (b"1 < 2 &lt; 3 <3 a<", ["1 < 2 < 3 <3 a<"]),
        (b"a<!-- <b> --><c>", ["a", "<c>"]),
        (b"<!--><b><!---><c><!-- --!><d>", ["<b>", "<c>", "<d>"]),
        (b"<!doctype html><?xml a?><![CDATA[x]]></3></>x", ["x"]),
        (b"<!-- never", []),
        (b"<!never", []),
        (b"<script>if (a < b && '<p>') x</script >y", ["<script>", "</script>", "y"]),
        (b"<STYLE>p{}</Style>y", ["<style>", "</style>", "y"]),
        (b"<script>a</scripty></script>b", ["<script>", "</script>", "b"]),
        (b"<script>never", ["<script>"]),
        (b"<title>a <b> &amp; c</title>d", ["<title>", "a <b> & c", "</title>", "d"]),
        (
            b"<svg><title>a<b>c</b></title></svg>",
            ["<svg>", "<title>", "a", "<b>", "c", "</b>", "</title>", "</svg>"],
        ),
        (b"a<p class='x", ["a", "<p class='x"]),
        (b"a<p clas", ["a", "<p clas"]),
        (b"a</p", ["a", "</p"]),
        (b'<p a="1"b="2">', ["<p a=1 b=2>"]),
        (b"<p a = 1 / b>", ["<p a=1 b=>"]),
        (b'<p =x a"b=c>', ['<p =x= a"b=c>']),
        (b"<p\na=\n>x", ["<p a=>", "x"]),
        (b"<p a='>'>x", ["<p a=>>", "x"]),
        (b"</p a='>'>x", ["</p>", "x"]),
        (b"<a:b-c_1>x", ["<a:b-c_1>", "x"]),
        ("é&eacute;&#128512;&#xd800;&nosuch;&#".encode(), ["éé😀\ufffd&nosuch;&#"]),
        (b"\xff\0&#" + b"9" * 5000 + b";&#x" + b"f" * 5000 + b";&#00065;", ["\ufffd\0\ufffd\ufffdA"]),
    ],
)
def test_pieces(data: bytes, pieces: list[str]) -> None:
    assert short(data) == pieces


def test_ranges() -> None:
    data = "é<p a='ü'>ö &amp; x</p>".encode()
    found = list(events(data))
    assert [data[one.start : one.end].decode() for one in found] == ["é", "<p a='ü'>", "ö &amp; x", "</p>"]
    assert found[1] == Tag(2, 12, "p", {"a": "ü"}, False)


fragments = st.lists(
    st.sampled_from(
        ["<", ">", "/", "div", "a", " ", "\n", '="', '"', "'", "=", "&amp;", "&#", "<!--", "-->", "--!>", "<script>",
         "</script>", "<svg", "br", '<p class="x">', "</p>", "é", "\0", 'x="y"', "<TITLE>", "</title>", "\x0b", "\x0c",
         "<![CDATA[", "]]>", "<?", "1"]
    ),
    max_size=14,
)  # fmt: skip


@given(fragments.map("".join).map(str.encode) | st.binary(max_size=60))
@settings(max_examples=1000, deadline=None)
def test_anything_gives_pieces_in_order(data: bytes) -> None:
    last = 0
    for piece in events(data):
        assert last <= piece.start < piece.end <= len(data)
        last = piece.end
        if isinstance(piece, Text):
            piece.text.encode()
        elif isinstance(piece, Tag):
            assert data[piece.start : piece.start + 1] == b"<"
            assert data[piece.end - 1 : piece.end] == b">"
    text_of(data)


@given(fragments.map("".join).map(str.encode))
@settings(max_examples=1000, deadline=None)
def test_the_quick_way_gives_what_the_whole_way_gives(data: bytes) -> None:
    quick = list(events(data))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html_events, "_PLAIN", html_events.re.compile(b"(?!)"))
        assert list(events(data)) == quick


class _Standard(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in reversed(attrs)}))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)


def test_the_same_tags_as_the_standard_parser_in_every_sample(shared_data: Path) -> None:
    pages = sorted((shared_data / "exports").rglob("*.html"))
    assert pages
    for page in pages:
        data = page.read_bytes()
        theirs = _Standard()
        theirs.feed(data.decode("utf-8", "replace"))
        theirs.close()
        ours = [
            piece.name if isinstance(piece, End) else (piece.name, piece.attrs)
            for piece in events(data)
            if not isinstance(piece, Text)
        ]
        assert _without_void_ends(ours) == _without_void_ends(theirs.found), page


def _without_void_ends(found: list[object]) -> list[object]:
    """html.parser tells an end for each `<x/>`."""
    return [one for one in found if not isinstance(one, str)]


def test_text_as_a_reader_sees_it() -> None:
    data = (
        b"<head><title>T</title><style>p{}</style></head><div><p>One<br>two</p><p>three <b>bold</b></p>"
        b"<script>no</script><ul><li>a<li>b</ul></div>"
    )
    assert text_of(data) == "T\nOne\ntwo\nthree bold\na\nb"
    assert text_of(b"a<br><br>b<br/>") == "a\n\nb"
    assert text_of(b"") == ""


@pytest.mark.parametrize(
    "piece",
    [
        b"<", b"<a ", b"<!--", b"<![CDATA[", b"<script>", b"</", b"<a b='", b'<a b="', b"<a/", b"&", b"&#", b"&#9",
        b"<title>", b"<a x=", b"<!", b"<a =", b"<a" + b" b" * 50, b"<p>", b"</p>", b'<p a="1">', b"</script", b"<svg>",
        b"=", b"'", b"--!", b"<a b=c", b"&a", b"<a b = ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", [b"", b"<a ", b"<script>", b"<a b='", b"<!--", b"&#"])
def test_linear_time(piece: bytes, start: bytes) -> None:
    data = start + piece * (300_000 // len(piece))
    began = time.process_time()
    text_of(data)
    assert time.process_time() - began < 4
