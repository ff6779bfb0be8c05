"""The sheet: its content, all three renderings, and names that mean harm."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from paper_ledger import (
    HOSTILE,
    NOW,
    ONE,
    THREE,
    TWO,
    a_candidate,
    a_ledger,
    a_sheet,
    confirmed,
    decided,
    decision,
    posts,
    seen,
    some_exhibits,
    span,
)

from abusekit.accounts.links.bases import BASES
from abusekit.accounts.links.decisions import stale
from abusekit.accounts.model import AccountAct, Alarm, Decision, Ledger, Seen, Where
from abusekit.accounts.papers import sheet_claims, sheet_layout
from abusekit.accounts.papers.called import called
from abusekit.accounts.papers.paper import Block, Paper, Raw, Table, lines, plain, shown
from abusekit.accounts.papers.sheet import counts, each_once, members, places, sheet
from abusekit.accounts.papers.sheet_html import html
from abusekit.accounts.papers.sheet_markdown import markdown
from abusekit.errors import UsageError

BANNED = (
    "is the same person", "probability that", "% likely", "tamper-proof", "court-admissible", "proves who"
)  # fmt: skip


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        assert not {name for name, _ in attrs} & {"onerror", "onload", "onclick", "style", "src", "href"}


def rendered(**more: object) -> tuple[str, str, str]:
    paper = sheet_layout.paper(a_sheet(**more), findings=True)  # type: ignore[arg-type]
    return html(paper), markdown(paper), "\n".join(lines(paper))


def test_every_number_has_a_place_and_every_place_is_an_exhibit_of_the_sheet() -> None:
    made = a_sheet()
    numbers = list(counts(made))
    assert len(numbers) > 20
    items = {one.item for one in made.exhibits}
    known = {f"E{n:04}" for n in range(1, 8)}
    for number, where in numbers:
        assert where, number
        assert all(place.item in known or (not place.item and place.at) for place in where), number
    assert {place.item for place in places(made) if place.item} <= items


def test_counts_are_sums_over_the_places_named() -> None:
    made = a_sheet()
    for one in made.accounts:
        assert one.messages is not None
        by_item = one.account.tally.by_item
        assert one.messages.n == sum(by_item[where.item] for where in one.messages.where)


def test_an_unknown_place_would_be_found() -> None:
    ledger = a_ledger()
    ledger.accounts[ONE].spans[0] = replace(ledger.accounts[ONE].spans[0], where=(Where("E9999"),))
    made = a_sheet(ledger)
    assert {place.item for place in places(made)} - {one.item for one in made.exhibits} >= {"E9999"}


def test_what_speaks_against_comes_before_what_links() -> None:
    for text in rendered(
        decisions=decided(decision(ONE, TWO), decision(TWO, THREE), decision(ONE, THREE, "rejected"))
    ):
        assert text.upper().index("AGAINST") < text.upper().index("WHAT LINKS THEM")
        assert "REJECTED" in text and "other hours of the day" in text


def test_each_ratio_has_both_propositions_cohort_cap_and_coincidences() -> None:
    made = a_sheet()
    said = [sheet_layout.proposition(link.weighed) for link in made.links if link.weighed]
    assert len(said) == 1
    for words in (
        "340 times",
        "one person",
        "different people",
        "12 accounts",
        "10,000",
        "coincidence",
        "0.03",
    ):
        assert words in said[0]
    text = rendered()[2]
    assert "850 (cap 1,000)" in text and "1/2.5 (cap 5)" in text and "a corpus of 2019" in text
    plain = "\n".join(lines(sheet_layout.paper(made, findings=False)))
    assert "340" not in plain and "cap" not in plain.lower().replace("captur", "")


def test_what_can_spell_words_is_not_shown() -> None:
    assert not [text for text in rendered() if "rude.example" in text]
    assert all("+447700900123" in text for text in rendered())


def test_names_of_the_phone_book_and_declared_ones_are_marked() -> None:
    for text in rendered():
        flat = " ".join(text.split())
        name = flat.index("Him Do Not Answer")
        assert "phone book" in flat[name : name + 120] and "declared" in flat and "she said so" in flat


def test_stale_decisions_say_so() -> None:
    old = decided(decision(ONE, TWO, findings="0" * 64), decision(TWO, THREE))
    assert all("changed since" in " ".join(text.split()) for text in rendered(decisions=old))
    same = decided(decision(ONE, TWO, findings=a_candidate().digest), decision(TWO, THREE))
    assert not [text for text in rendered(decisions=same) if "changed since" in " ".join(text.split())]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_mean_harm_do_none(name: str) -> None:
    page, text, plain = rendered(ledger=a_ledger((name, name), name), case=name)
    assert Tags(page).found <= {
        "html", "head", "meta", "title", "style", "body", "table", "thead", "tbody", "tfoot", "tr", "td", "th",
        "header", "footer", "main", "section", "p", "h2", "ul", "li", "bdi", "div", "colgroup", "col",
    }  # fmt: skip
    for one in (page, text, plain):
        one.encode("utf-8")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028]", one)
        assert len(one) < 40_000
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)  # CommonMark: nothing is read in a code span
    assert "](http" not in outside and "<script" not in outside and "**bold**" not in outside
    for line in text.splitlines():
        assert not line.startswith("#") or line.startswith(("# ", "## "))
    widths = {
        len(re.findall(r"(?<!\\)\|", line))
        for line in text.splitlines()
        if "x:12345" in line and line.startswith("|")
    }
    assert len(widths) <= 2  # a name with | adds no column: accounts and requests have 5 and 6


def test_many_marks_are_left_out_and_said() -> None:
    assert shown("Z" + "\u0301" * 500 + "algo") == "Z" + "\u0301" * 3 + "algo [497 marks left out]"
    assert shown("हिन्दी ไม่ที่") == "हिन्दी ไม่ที่"
    assert shown("a" * 200).endswith("… [cut: 200 characters]")


def test_no_word_that_is_banned() -> None:
    for text in rendered():
        assert not [words for words in BANNED if words in text.lower()]


def test_the_same_twice() -> None:
    assert rendered() == rendered()


def test_not_confirmed_stands_everywhere() -> None:
    made = a_sheet(decisions=decided(decision(ONE, TWO, "proposed")), not_confirmed=True)
    assert not made.confirmed and [one.account.key for one in made.accounts] == [ONE, TWO]
    paper = sheet_layout.paper(made, findings=False)
    page, text = html(paper), markdown(paper)
    assert 'class="banner">NOT CONFIRMED' in page and "<thead" in page[: page.index('class="banner"')]
    titles = [line for line in text.splitlines() if line.startswith("## ")]
    assert titles and all("NOT CONFIRMED" in line for line in titles)


def test_members_of_a_sheet() -> None:
    ledger = a_ledger()
    assert members(confirmed(), ledger, (THREE,), not_confirmed=False) == ((ONE, TWO, THREE), True)
    assert members(decided(), ledger, (ONE,), not_confirmed=False) == ((ONE,), True)
    chain = decided(decision(ONE, TWO, "proposed"), decision(TWO, THREE, "proposed"))
    assert members(chain, ledger, (ONE,), not_confirmed=True) == ((ONE, TWO), False)
    assert members(decided(), ledger, (ONE, TWO), not_confirmed=True) == ((ONE, TWO), False)
    for decisions, keys in ((chain, (ONE,)), (decided(), (ONE, TWO)), (confirmed(), ("x:1",))):
        with pytest.raises(UsageError):
            members(decisions, ledger, keys, not_confirmed=False)


def test_cells_cannot_become_blocks() -> None:
    table = Table(("a", "b"), ((Raw("- x"), "1. y"), ("# z", Raw("`" * 3 + "|"))), "t")
    text = markdown(
        Paper("t", ("+ about",), (Block("b", says=("1) s", Raw("")), points=("- p",), table=table),))
    )
    assert "\\+ about" in text and "1\\) s" in text and "- \\- p" in text and '""' in text
    assert "| `- x` | 1\\. y |" in text and "| \\# z | ```` ```\\| ```` |" in text


def test_what_could_not_be_read_is_told() -> None:
    ledger = a_ledger()
    ledger.problems = [f"E{n:04}: its export is damaged" for n in range(20)]
    for text in rendered(ledger=ledger):
        assert (
            "could not be read" in text.lower()
            and "E0003: its export is damaged" in text
            and "12 more" in text
        )
    assert not [text for text in rendered() if "could not be read" in text.lower()]


def flat(ledger: Ledger, *decisions: Decision) -> str:
    newest = decided(*decisions) if decisions else confirmed()
    return " ".join(rendered(ledger=ledger, decisions=newest)[2].split())


def test_posts_that_captures_show_stand_beside_messages_with_their_places() -> None:
    ledger = a_ledger()
    ledger.accounts[ONE].posted = posts({"E0001": 1, "E0002": 3}, "2026-06-12", "2026-06-14")
    text = flat(ledger)
    assert "4 posts shown [PO/1 (E0001), PO/2 (E0002)]" in text
    assert "first 2026-06-12 14:07 UTC, as the page says [PO/1 (E0001)]" in text and "40 messages" in text
    one = a_sheet(ledger).accounts[0]
    assert one.posted is not None and one.posted.n == sum(one.account.posted.by_item.values())
    assert any(number == 4 and len(where) == 2 for number, where in counts(a_sheet(ledger)))


def test_rejected_and_taken_back_links_stand_against_with_both_reasons() -> None:
    said = [
        decision(ONE, TWO),
        decision(TWO, THREE, n=21),
        replace(decision(THREE, "x:@reader", n=22), reason="the same shop"),
        replace(decision(THREE, "x:@reader", "undecided", n=23), reason="it is a shop of many"),
        replace(decision(ONE, THREE, "rejected", n=24), reason="other hours"),
        replace(decision(ONE, THREE, "rejected", n=25), reason="other hours"),
    ]
    text = flat(a_ledger(), *said)
    against = text[text.index("WHAT SPEAKS AGAINST") : text.index("WHAT LINKS THEM")]
    assert "TAKEN BACK: PO on 2026-11-02; reason: it is a shop of many; log line 24" in against
    assert "Before, it was confirmed by PO on 2026-11-02; reason: the same shop; log line 23" in against
    assert against.count("REJECTED") == 1 and "reason: other hours; log line 25" in against
    linked = text[text.index("WHAT LINKS THEM") :]
    assert "it is a shop" not in linked and "other hours" not in linked.split("WHAT WAS FOUND")[0]


def test_a_rejection_that_was_confirmed_later_is_told_all_the_same() -> None:
    text = flat(a_ledger(), decision(ONE, TWO, "rejected"), decision(ONE, TWO, n=30))
    assert "REJECTED" in text and "Said since: confirmed, log line 31" in text


def test_handles_come_first_and_names_of_the_phone_book_never_stand_for_an_account() -> None:
    ledger = a_ledger()
    text = flat(ledger)
    assert "- @night_owl; id 12345 (here x:12345)" in text
    assert "@night_owl (x:12345) and @night_owl2 (x:67890): confirmed" in text
    assert "@night_owl2 (x:67890) and whatsapp:+447700900123: confirmed" in text
    ledger.accounts[THREE].spans.append(
        span("name", "O. W. L.", "E0006", "2026-10-02", "2026-10-09", named_by="unknown")
    )
    assert plain(called(ledger.accounts, THREE)) == f'{THREE} (shown as "O. W. L.")'


def test_what_both_show_stands_in_the_claim_without_findings() -> None:
    ledger = a_ledger()
    made = sheet(
        ledger, confirmed(), (ONE, TWO, THREE), some_exhibits(), confirmed=True, stale=stale, case="c", by="PO",
        compared=None, tool="t", now=NOW, shared={(ONE, TWO): ("owl@post.example",)},
    )  # fmt: skip
    text = " ".join(" ".join(lines(sheet_layout.paper(made, findings=False))).split())
    assert "log line 21; both show owl@post.example [PO/2" in text
    assert "basis: same contact or payment detail + timing" in text and text.count("both show") == 1


def test_each_basis_has_words_for_paper() -> None:
    assert set(sheet_claims.BASES) == set(BASES)


def test_hours_are_compared_and_never_shown_by_so_many() -> None:
    text = flat(a_ledger())
    assert "Seen at bystanders: compared with 12" in text and "Seen at bystanders: 0 of 12" in text


def test_the_same_block_is_told_once_and_a_block_after_an_unblock_again() -> None:
    def act(kind: str, day: str, dated: bool = False) -> AccountAct:
        at = seen(day) if dated else Seen("", f"{day}T10:00:00Z", f"not later than {day}", "none")
        return AccountAct(kind, "", ONE, at, Where("", 0, "log line 3"), "PO")  # type: ignore[arg-type]

    first, unblock, third = (
        act("block", "2026-09-21"),
        act("unblock", "2026-09-23"),
        act("block", "2026-09-24"),
    )
    assert list(each_once([first, act("block", "2026-09-22"), unblock, third])) == [first, unblock, third]
    dated = [act("block", "2026-09-21", True), act("block", "2026-09-22", True)]
    assert list(each_once([*dated, dated[1]])) == dated
    reports = [act("report", "2026-09-21"), act("report", "2026-09-22")]
    assert list(each_once(reports)) == reports


def test_a_warning_names_both_accounts_to_its_end() -> None:
    ledger = a_ledger()
    long = (
        "one handle, 2 accounts with different ids: " + "x:67890 (2026-09-23 to 2026-11-01); " * 5 + "x:12345"
    )
    ledger.accounts[TWO].alarms = [Alarm("handle-reuse", long, (TWO, ONE), (Where("E0005"),))]
    assert long in flat(ledger)


def test_the_terminal_has_80_columns_and_print_no_small_type() -> None:
    paper = sheet_layout.paper(a_sheet(), findings=True)
    assert max(len(line) for line in lines(paper)) <= 80
    style = html(paper).split("<style>")[1].split("</style>")[0]
    sizes = [float(size) for size in re.findall(r"font(?:-size)?: (?:700 )?([\d.]+)pt", style)]
    assert len(sizes) > 10 and min(sizes) >= 8.5


def test_on_a_phone_each_cell_says_what_it_is() -> None:
    page = html(sheet_layout.paper(a_sheet(), findings=False))
    assert 'data-head="Names over time"' in page and "content: attr(data-head)" in page


def test_without_a_victim_s_own_account_the_sheet_says_so() -> None:
    ledger = a_ledger()
    assert "No account is marked as the victim's own" not in flat(ledger)
    ledger.accounts["x:1"].own = False
    assert "No account is marked as the victim's own" in flat(ledger)
