"""Requests to platforms: days, ranges, routes."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta

from paper_ledger import NOW, ONE, THREE, TWO, a_ledger, confirmed, decided, posts, some_exhibits

from abusekit.accounts.model import Account, Where
from abusekit.accounts.papers import preservation_layout
from abusekit.accounts.papers.paper import lines
from abusekit.accounts.papers.preservation import (
    Request,
    _routes,
    chosen,
    numbers_of,
    requests,
    route_of,
    unclaimed,
)
from abusekit.accounts.papers.sheet_tables import activity_told, taken_told
from abusekit.cli.account.paper_files import cell


def asked(key: str = ONE) -> Request:
    return requests(a_ledger(), [key], some_exhibits(), now=NOW)[0]


def test_range_is_whole_days_around_what_the_times_can_mean() -> None:
    one = asked()
    assert (one.first, one.last) == ("2026-08-01T14:07:00Z", "2026-09-20T14:07:59Z")
    assert (one.ask_from, one.ask_to) == ("2026-08-01", "2026-09-21")
    two = asked(TWO)
    assert (two.ask_to, two.undated) == ("2026-11-02", 2)


def test_days_are_counted_from_the_first_capture_and_the_newest_activity() -> None:
    one = asked(THREE)
    assert (one.captured_item, one.days_gone, one.days_left) == ("E0006", 83, 7)
    assert one.last_days_left == 90 - 45
    later = requests(a_ledger(), [THREE], some_exhibits(), now=NOW + timedelta(days=8))[0]
    assert later.days_left == -1


def test_posts_that_captures_show_widen_the_range_and_count_as_activity() -> None:
    ledger = a_ledger()
    ledger.accounts[ONE].posted = posts({"E0001": 1, "E0002": 3}, "2026-07-02", "2026-10-05")
    one = requests(ledger, [ONE], some_exhibits(), now=NOW)[0]
    assert (one.first[:10], one.last[:10], one.posts) == ("2026-07-02", "2026-10-05", 4)
    assert (one.ask_from, one.ask_to, one.last_days_gone) == ("2026-07-02", "2026-10-06", 49)
    assert {where.item for where in one.active_where} == {"E0001", "E0002"}
    assert all(where for _, where in numbers_of(one)) and (4, 2) in [(n, len(w)) for n, w in numbers_of(one)]
    ledger.accounts[ONE].tally.first = ledger.accounts[ONE].tally.last = None
    only = requests(ledger, [ONE], some_exhibits(), now=NOW)[0]
    paper = preservation_layout.paper([only], ledger.cite, case="c", made="", by="PO", tool="t")
    text = " ".join(" ".join(lines(paper)).split())
    assert "activity, UTC: 2026-07-02T" in text and "4 posts that captures show [PO/1 (E0001), PO/2" in text


def test_how_long_ago_counts_from_the_activity_first() -> None:
    one = asked(THREE)
    assert activity_told(one) == "last activity 45 days ago: about 45 of 90 days left for it"
    old = requests(a_ledger(), [THREE], some_exhibits(), now=NOW + timedelta(days=115))[0]
    assert activity_told(old) == "last activity 160 days ago: the 90 are over, ask at once all the same"
    early = requests(a_ledger(), [THREE], some_exhibits(), now=NOW - timedelta(days=60))[0]
    assert "dated 2026-10-09, after this paper" in activity_told(early)
    assert taken_told(one) == "first taken in 83 days ago, on 2026-09-02 (E0006)"


def test_ids_are_as_the_platform_wants_them() -> None:
    ledger = a_ledger()
    account = Account("telegram:user4077", "telegram", "user4077", "platform_id", 9)
    ledger.accounts[account.key] = account
    one = requests(ledger, [account.key], some_exhibits(), now=NOW)[0]
    paper = preservation_layout.paper([one], ledger.cite, case="c", made="", by="PO", tool="t")
    assert "to quote: 4077 (the export writes user4077)" in " ".join(lines(paper))
    out = io.StringIO()
    preservation_layout.write_csv([one], out, cell)
    row = next(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert (row["id"], row["id_for_platform"], row["days_left_from_last_activity"]) == (
        "user4077",
        "4077",
        "",
    )


def test_exports_of_which_nobody_is_known_to_be_the_owner() -> None:
    ledger = a_ledger()
    assert unclaimed(ledger, some_exhibits()) == []
    for account in ledger.accounts.values():
        account.tally.to_owner = 0
    assert unclaimed(ledger, some_exhibits()) == [
        "E0003"
    ]  # her account stands in it, and she received nothing
    ledger.accounts["x:1"].own_why = (Where("E0003", 1),)
    assert unclaimed(ledger, some_exhibits()) == []  # the export itself says that it is hers
    ledger.accounts["x:1"].own = False
    assert unclaimed(ledger, some_exhibits()) == ["E0003"]
    one = requests(ledger, [ONE], some_exhibits(), now=NOW)
    for known in (True, False):
        paper = preservation_layout.paper(
            one, str, case="c", made="", by="PO", tool="t", own_known=known
        )  # fmt: skip
        assert ("No account is marked as the victim's own" in " ".join(lines(paper))) is not known


def test_every_number_has_a_place() -> None:
    for key in (ONE, TWO, THREE):
        found = list(numbers_of(asked(key)))
        assert found and all(where for _, where in found)


def test_older_handles_are_there_newest_first() -> None:
    assert [value for value, _ in asked().handles] == ["night_owl", "day_owl"]


def test_an_account_that_was_only_declared_has_no_days() -> None:
    ledger = a_ledger()
    account = ledger.accounts["x:@reader"]
    account.items, account.spans = {}, []
    one = requests(ledger, ["x:@reader"], some_exhibits(), now=NOW)[0]
    assert (one.first, one.ask_from, one.days_gone, one.days_left) == ("", "", None, None)
    paper = preservation_layout.paper([one], ledger.cite, case="OP-1", made="", by="PO", tool="t")
    text = "\n".join(lines(paper))
    assert "never taken in" in text and "no id of the platform is known" in text


def test_routes_say_how_far_they_can_be_relied_on() -> None:
    default, found = _routes()
    assert len(found) >= 20 and route_of("TWITTER") is found["x"] and route_of("no such") is default
    for route in {*found.values(), default}:
        assert route.wants and route.basis
        assert ("not checked" in route.caution) == (not route.checked)
        assert bool(route.source) == bool(route.checked)


def test_chosen_are_confirmed_or_wrote_to_the_victim_and_never_her_own() -> None:
    ledger = a_ledger()
    assert chosen(ledger, confirmed()) == ([ONE, TWO, THREE], [])
    ledger.accounts[THREE].tally.to_owner = 0
    assert chosen(ledger, decided()) == ([], [ONE, TWO])
    ledger.accounts[ONE].own = True
    assert chosen(ledger, confirmed()) == ([TWO, THREE], [])


def test_those_that_only_wrote_are_marked_as_possible_bystanders() -> None:
    paper = preservation_layout.paper(
        [asked(ONE), asked(TWO)], str, case="c", made="", by="PO", tool="t", bystanders=[TWO]
    )  # fmt: skip
    text = "\n".join(lines(paper))
    assert text.index(TWO) < text.index("CHECK FIRST") and text.count("CHECK FIRST") == 1


def test_csv_has_no_formula_and_as_many_cells_as_columns() -> None:
    one = replace(asked(), key="=cmd|' /C calc'!A0", id="@SUM(1)", addresses=(("+1\r\n-2", ()),))
    out = io.StringIO()
    preservation_layout.write_csv([one], out, cell)
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert [len(row) for row in rows] == [len(preservation_layout.COLUMNS)] * 2
    texts = [text for text in rows[1] if not re.fullmatch(r"-\d{1,6}", text)]  # a number of ours runs nothing
    assert not [text for text in texts if text[:1] in ("=", "+", "-", "@", "\t", "\r")]
    old = requests(a_ledger(), [ONE], some_exhibits(), now=NOW + timedelta(days=300))
    out = io.StringIO()
    preservation_layout.write_csv(old, out, cell)
    row = next(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert int(row["days_left_from_last_activity"]) == -274 and row["days_since_last_activity"] == "364"
