"""Terminal, SVG and page: names that want to do harm, words that must not occur, and what stands beside a number."""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import UTC, datetime
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from drawn_sample import (
    EXHIBITS,
    HOSTILE,
    account,
    act,
    candidate,
    decision,
    decisions,
    ledger,
    links,
    span,
    status,
    tally,
)

from abusekit.accounts.drawing import page, svg, terminal
from abusekit.accounts.drawing.draw import draw
from abusekit.accounts.drawing.drawn import Drawn
from abusekit.accounts.drawing.labels import cells, label
from abusekit.accounts.model import Alarm, Ledger, Where

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NEVER = (
    "is the same person",
    "probability that",
    "% likely",
    "tamper-proof",
    "court-admissible",
    "proves who",
)


def sample(*, compared: bool = False) -> Drawn:
    pairs = [candidate("chatterbox:4711", "chatterbox:5020", 900, "strong")] if compared else None
    return draw(ledger(), links(), case="OP-1", zone="Europe/London", candidates=pairs, everything=True)


def as_page(drawn: Drawn) -> str:
    out = io.StringIO()
    page.write(drawn, out, made_at=NOW)
    return out.getvalue()


def hostile() -> Drawn:
    """Every text from outside in every place that takes one."""
    found = Ledger({}, [], dict(EXHIBITS), [])
    for n, text in enumerate(HOSTILE):
        one = account(f"x:{n}{text}", n + 1, told=tally("E0001", "2026-01-01", [1, 2, 3]))
        one.platform = text
        one.spans = [
            span("handle", text, "2026-01-01", "2026-01-02"),
            span("handle", text + "b", "2026-01-03", "2026-01-04"),
            span("name", text, "2026-01-01", "2026-01-02"),
        ]
        one.alarms = [Alarm("conflict", text, (one.key,), (Where("E0001"),))]
        found.accounts[one.key] = one
    found.alarms = [one.alarms[0] for one in found.accounts.values()]
    found.problems = list(HOSTILE)
    keys = list(found.accounts)
    said = [
        decision(a, b, "confirmed", text, text, n=n)
        for n, (a, b, text) in enumerate(zip(keys, keys[1:], HOSTILE, strict=False))
    ]
    return draw(
        found, decisions(*said), case=HOSTILE[3], zone="UTC", candidates=[candidate(keys[0], keys[2], 90)]
    )


def test_a_terminal_line_holds_80_columns_and_nothing_that_a_terminal_obeys() -> None:
    for drawn in (sample(), sample(compared=True), hostile()):
        for line in terminal.lines(drawn):
            assert cells(line) <= 80, line
            categories = {unicodedata.category(sign) for sign in line} - {"Cf"}
            assert not categories & {"Cc", "Cs", "Zl", "Zp"}
            assert "\u202e" not in line and "\u2066" not in line
            assert not re.search(r"[\u0300-\u036f]{3}", line), "marks climb over other lines"


def test_the_terminal_shows_names_links_and_what_follows_a_block() -> None:
    text = "\n".join(terminal.lines(sample(compared=True)))
    flat = " ".join(text.split())
    assert "night_owl (seen 2026-01-08 10:00 +00:00 to 2026-02-10 10:00 +00:00, seen on the page" in flat
    assert flat.index("-> owl_returns (seen 2026-02-14") < flat.index("-> the_real_owl (seen 2026-03-03")
    assert "[1] @the_real_owl === [2] @owl_is_back confirmed by PO on 2026-05-04 10:15 +01:00" in flat
    assert "[1] @the_real_owl - - [7] @owl_pix proposed" in flat
    assert "[1] @the_real_owl . . [3] @night_owl rejected by AB" in flat
    assert flat.index("AGAINST: behaviour, hours") < flat.index("for: selectors, phone")
    assert "Boss [name in the phone's contacts]" in flat
    lanes = text[text.index("ACTIVITY") :].splitlines()
    owl = next(n for n, line in enumerate(lanes) if line.startswith("  1  @the_real_owl"))
    again = next(line for line in lanes if line.startswith("  2  @owl_is_back"))
    assert lanes[owl + 1].count("^") == 3, "five marks in three weeks"
    assert lanes[owl].rindex("▂") < again.index("█"), "the second begins where the first ends"
    assert "^ B 2026-02-12 block of chatterbox:4711 by chatterbox:1" in flat


@pytest.mark.parametrize(
    "drawn", [sample(), sample(compared=True), hostile()], ids=["plain", "compared", "hostile"]
)
def test_the_picture_is_well_formed_and_each_part_has_a_title(drawn: Drawn) -> None:
    text = svg.alone(drawn)
    root = ElementTree.fromstring(text.encode("utf-8"))  # noqa: S314  # our own
    name = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img" and root.find(f"{name}title") is not None
    assert {one.tag.removeprefix(name) for one in root.iter()} <= {
        "svg", "g", "title", "desc", "style", "rect", "line", "path", "circle", "text",
    }  # fmt: skip
    for kind in ("node", "edge", "lane"):
        parts = [one for one in root.iter(f"{name}g") if one.get("class") == kind]
        assert parts and all(one.findtext(f"{name}title") and one.findtext(f"{name}desc") for one in parts)
    for one in root.iter():
        assert not [key for key in one.attrib if key.startswith("on") or key in ("style", "href")]
    shown = [one.text or "" for one in root.iter(f"{name}text")]
    assert max(cells(one) for one in shown) <= 160


class _Parts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("drawn", [sample(compared=True), hostile()], ids=["plain", "hostile"])
def test_the_page_names_its_own_style_and_script_and_no_other(drawn: Drawn) -> None:
    parts = _Parts()
    parts.feed(as_page(drawn))
    tags = [tag for tag, _ in parts.tags]
    assert tags.count("script") == 1 and tags.count("style") == 1
    assert not {"img", "iframe", "link", "form", "object", "embed", "base"} & set(tags)
    for tag, attributes in parts.tags:
        assert not [key for key in attributes if key.startswith("on") or key in ("style", "src")], (
            tag,
            attributes,
        )
        assert (attributes.get("href") or "#").startswith("#")
    (policy,) = [one["content"] for tag, one in parts.tags if "http-equiv" in one]
    assert policy is not None and policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    named = [one["id"] for _, one in parts.tags if one.get("id")]
    assert len(named) == len(set(named))
    assert dict(parts.tags)["html"] == {"lang": "en"} and tags.count("caption") == 3


def test_every_account_and_link_of_the_picture_has_its_row() -> None:
    parts = _Parts()
    parts.feed(as_page(sample()))
    rows = {one["id"] for tag, one in parts.tags if tag == "tr" and "id" in one}
    led = [str(one["href"])[1:] for tag, one in parts.tags if tag == "a" and "data-kind" in one]
    assert len(led) == 12 + 5 and set(led) <= rows
    assert rows - set(led) == {"link-6"}, "a decision that was taken back is listed, not drawn"


def test_nothing_says_who_anybody_is_and_no_ratio_stands_alone() -> None:
    for drawn in (sample(), sample(compared=True)):
        for text in (as_page(drawn), svg.alone(drawn), "\n".join(terminal.lines(drawn))):
            for words in NEVER:
                assert words not in text
            assert "900" not in re.sub(r"pix:9\d\d|\+447700900123", "", text), (
                "a likelihood ratio without its limits"
            )
    assert "coincidental links are to be expected" in as_page(sample(compared=True)).replace("\n", " ")


def test_the_same_drawing_gives_the_same_bytes() -> None:
    assert as_page(sample()) == as_page(sample())
    assert svg.alone(sample()) == svg.alone(sample())


def test_ten_thousand_accounts_make_a_page_of_two_megabytes_at_most() -> None:
    found = Ledger({}, [], dict(EXHIBITS), [])
    tallies = [tally("E0001", "2023-01-01", [most] * 205) for most in range(1, 8)]
    for n in range(10_000):
        one = account(f"x:{n}", n + 1, handles=[(f"{n}-" + "é" * 300, "2026-01-01", "2026-02-01")])
        one.tally = tallies[n % 7]
        found.accounts[one.key] = one
    chain = decisions(
        *(decision(f"x:{n}", f"x:{n + 9}", "proposed", "w" * 200, "other", n=n) for n in range(300))
    )
    text = as_page(draw(found, chain, case="C", zone="UTC"))
    assert len(text.encode("utf-8")) <= 2_000_000
    assert (
        "9800 more accounts are counted and not drawn" in text and "The 2000 most active are listed" in text
    )


def test_labels_are_cut_where_a_person_can_see_it() -> None:
    assert label("short", 10) == "short" and label("W" * 100_000, 10) == "W" * 9 + "…"
    assert label("日本語日本語", 6) == "日本…" and cells("日本…") == 5
    assert label("e\u0301" + "\u0301" * 50, 10) == "e\u0301\u0301…"
    assert label("a\u202eb\x1b[0m\nc", 40) == "a\\u202eb\\x1b[0m\\x0ac"
    assert label("", 5) == "" and label("12345", 5) == "12345" and label("123456", 5) == "1234…"


def later() -> Drawn:
    """Messages in June, posts that captures show, and what was seen in November only."""
    found = Ledger({}, [], dict(EXHIBITS), [])
    one = account(
        "x:1", 1, handles=[("owl", "2026-06-01", "2026-06-20"), ("back", "2026-11-24", "2026-11-24")]
    )
    one.tally = tally("E0001", "2026-06-01", [2, 0, 4])
    one.posted = tally("E0003", "2026-06-12", [1, 0, 2], undated=1)
    one.statuses = [status("suspended", "2026-11-24")]
    one.acts = [act("block", "x:1", "2026-06-13"), act("block", "x:1", "2026-06-13", "E0004")]
    found.accounts[one.key] = one
    return draw(found, decisions(), case="C", zone="UTC")


def test_posts_are_told_from_messages_and_what_was_seen_later_stands_beside_the_axis() -> None:
    text = "\n".join(terminal.lines(later()))
    flat = " ".join(text.split())
    assert "ACTIVITY, 2026-06-01 to 2026-06-14 (UTC): one sign is one day" in flat
    rows = text[text.index("ACTIVITY") :].splitlines()
    place = next(n for n, row in enumerate(rows) if row.startswith("  1  @back"))
    assert rows[place].endswith(" ▅·█···········") and rows[place + 1].endswith(" ···········▒·▒")
    assert rows[place + 2].split() == ["^", ">"] and rows[place + 2].index("^") == 20 + 1 + 12
    assert "> S 2026-11-24 seen suspended" in flat and "> → 2026-11-24 handle back" in flat
    assert flat.count("^ B") == 1 and "PO/2#m7 (E0002), PO/4#m7 (E0004)" in flat
    assert "posts that captures show: 4 in PO/3 (E0003): 4; as the pages say, first 2026-06-12 10:00" in flat
    assert "1 posts without a time" in flat
    picture = svg.alone(later())
    assert 'class="stalk"' in picture and "ring = posts that captures show" in picture
    assert "seen after that" in picture and ">→ 2026-11-24<" in picture and ">@back<" in picture
    stalks = re.findall(r"M([0-9.]+) [0-9.]+V", picture)
    (guide,) = re.findall(r'class="guide" x1="([0-9.]+)"', picture)
    assert float(stalks[-2]) < float(guide) < float(stalks[-1]), "the 13th lies between the 12th and the 14th"
    middle = (float(stalks[-2]) + float(stalks[-1])) / 2
    assert abs(float(guide) - middle) < 0.2, "a mark stands in the middle of its day, on its bar"
    assert 'class="tick"' not in picture, "no mark of November stands on a day of June"
    assert "seen after that" not in svg.alone(sample()) and "ring = posts" not in svg.alone(sample())
    table = as_page(later())
    assert "posts: 2026-06-12: 1, 2026-06-14: 2" in table


def test_a_decision_is_cited_by_its_line_of_the_log() -> None:
    shown = [as_page(sample()), svg.alone(sample()), " ".join("\n".join(terminal.lines(sample())).split())]
    for text in shown:
        assert "log line 41" in text and "log line 40" not in text
