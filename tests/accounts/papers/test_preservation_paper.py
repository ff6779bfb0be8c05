"""Requests to platforms: days, ranges, routes."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta

from paper_ledger import NOW, ONE, THREE, TWO, a_ledger, confirmed, decided, some_exhibits

from abusekit.accounts.papers import preservation_layout
from abusekit.accounts.papers.paper import lines
from abusekit.accounts.papers.preservation import Request, _routes, chosen, numbers_of, requests, route_of
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
    assert not [text for text in rows[1] if text[:1] in ("=", "+", "-", "@", "\t", "\r")]
