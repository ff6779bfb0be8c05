"""The page: whole without script, nothing loaded, nothing from outside as markup, the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import msgspec
import pytest

from abusekit.case.folder import Case
from abusekit.timeline.gather import Filters, rows
from abusekit.timeline.html_page import TABLE_ROWS, write
from abusekit.timeline.row import Row

MADE_AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
VOID = {"meta", "input", "img", "br", "link", "hr"}
OURS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "p",
        "section",
        "caption",
        "form",
        "label",
        "select",
        "option",
    ),
    *("input", "table", "thead", "tbody", "tr", "th", "td", "a", "small", "b", "details", "summary", "pre"),
    *("time", "dl", "dt", "dd", "script"),
}


class Page(HTMLParser):
    """Tags with their attributes, text by the tag that it stands in, and whether all tags are closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def inside(self, tag: str) -> list[str]:
        return [text for where, text in self.texts if where == tag]


def page(*given_rows: Row, title: str = "OP-1", zone: str = "Europe/London") -> str:
    out = io.StringIO()
    assert write(given_rows, out, title=title, zone=zone, made_at=MADE_AT) == len(given_rows)
    return out.getvalue()


@pytest.fixture(scope="module")
def covered(timeline_case: Case) -> str:
    return page(*rows(timeline_case))


@pytest.fixture(scope="module")
def revealed(timeline_case: Case) -> str:
    return page(*rows(timeline_case, Filters(reveal=True)))


def test_every_row_stands_in_the_table(timeline_case: Case, covered: str) -> None:
    parsed = Page(covered)
    assert parsed.open == []
    listed = list(rows(timeline_case))
    kinds = [attrs["data-k"] for tag, attrs in parsed.tags if tag == "tr" and "data-k" in attrs]
    assert kinds == [row.kind for row in listed]
    assert "22:30:00 +01:00" in covered and "2026-07-01 21:30:00 UTC" in covered
    assert "≈ 2024-03-05 12:00:01 (zone not recorded)<small>between 2024-03-04 22:00 +00:00" in covered
    assert "2026-11-21<small>whole day, from 2026-11-21T00:00Z</small>" in covered
    for row in listed:
        assert row.basis.replace("'", "&#x27;") in covered
    assert "WITHDRAWN: captured &lt;twice&gt;" in covered


def test_covered_content_is_not_in_the_file(covered: str, revealed: str) -> None:
    for secret in ("worthless", "onerror", "example.org", "Home Street", "Alice"):
        assert secret not in covered
        assert secret in revealed
    assert "<details" not in covered
    assert all("open" not in attrs for tag, attrs in Page(revealed).tags if tag == "details")
    assert "Content of PO/1 E0001: it may be upsetting" in Page(revealed).inside("summary")


def test_hostile_text_is_never_markup(revealed: str) -> None:
    assert "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;\\u202egnp.exe\\x1b[2J" in revealed
    assert "<img" not in revealed and "\x1b" not in revealed and "\u202e" not in revealed
    assert {tag for tag, _ in Page(revealed).tags} <= OURS


@pytest.mark.parametrize(
    "field",
    ["message", "exhibit", "item", "file", "field", "basis", "raw", "zone", "withdrawn", "content", "what"],
)
def test_no_field_can_break_out(timeline_case: Case, field: str) -> None:
    attack = "</td></table></script><script>alert(1)</script><a href='http://x/' onclick=\"y\"><!-- ]]> &lt; \x1b\u202e"
    attacked = [msgspec.structs.replace(row, **{field: attack}) for row in rows(timeline_case)]
    html = page(*attacked, title=attack)
    parsed = Page(html)
    assert parsed.open == []
    assert {tag for tag, _ in parsed.tags} <= OURS
    assert len([tag for tag, _ in parsed.tags if tag == "script"]) == 1
    assert not any(name.startswith("on") for _, attrs in parsed.tags for name in attrs)
    assert "\x1b" not in html and "\u202e" not in html and "alert(1)</script>" not in html


def test_loads_nothing_and_allows_only_its_own_script_and_style(revealed: str) -> None:
    parsed = Page(revealed)
    (policy,) = [attrs["content"] for _, attrs in parsed.tags if attrs.get("http-equiv")]
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        (text,) = parsed.inside(tag)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in str(policy)
    assert str(policy).startswith("default-src 'none'; ") and "unsafe" not in str(policy)
    for _, attrs in parsed.tags:
        assert not {"src", "srcset", "style", "action", "formaction", "poster", "background"} & set(attrs)
        assert str(attrs.get("href", "#")).startswith("#")
    (style,) = parsed.inside("style")
    assert "url(" not in style and "@import" not in style
    # the policy comes before anything that it governs
    assert revealed.index("Content-Security-Policy") < revealed.index("<style>")


def test_every_certainty_leads_to_its_explanation(covered: str) -> None:
    parsed = Page(covered)
    anchors = {attrs["id"] for tag, attrs in parsed.tags if tag == "dt"}
    links = {str(attrs["href"])[1:] for tag, attrs in parsed.tags if tag == "a"}
    assert links <= anchors and len(links) == 5


def test_same_input_same_bytes(timeline_case: Case, covered: str) -> None:
    assert page(*rows(timeline_case)) == covered


def test_long_days_are_cut_into_tables(timeline_case: Case) -> None:
    first = next(rows(timeline_case))
    html = page(*[first] * (2 * TABLE_ROWS + 1))
    assert Page(html).inside("caption") == ["2024-03-04 Monday"] + ["2024-03-04 Monday (continued)"] * 2
    assert Page(html).open == []


def test_without_rows() -> None:
    assert Page(page()).open == [] and "0 rows" in page()


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""

    def luminance(colour: str) -> float:
        digits = "".join(sign * 2 for sign in colour) if len(colour) == 3 else colour
        parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_have_the_contrast_of_aa(covered: str) -> None:
    (style,) = Page(covered).inside("style")
    schemes = re.findall(r"--ground: .*", style)
    assert len(schemes) == 3, "light, dark, print"
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): #([0-9a-f]+)", scheme))
        for text in ("text", "soft", "mark", "link"):
            for ground in ("ground", "band"):
                assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
