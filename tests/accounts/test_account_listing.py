"""Lists of accounts: order, days, gaps, and text that does no harm."""

from __future__ import annotations

import pytest

from abusekit.accounts.listing import (
    called,
    day,
    first_and_last,
    gap,
    in_order,
    newest_name,
    period,
    short,
)
from abusekit.accounts.model import Account, DatedBy, NamedBy, Seen, Span, Tally, Where

PLACE = (Where("E0001"),)


def seen(at: str, until: str = "", shown: str = "", dated_by: DatedBy = "capture") -> Seen:
    return Seen(at, until or at, shown or at, dated_by)


def span(value: str, first: Seen, last: Seen | None = None, named_by: NamedBy = "platform") -> Span:
    return Span("name", value, first, last or first, PLACE, 1, named_by)


def account(key: str = "x:1", number: int = 1, **more: object) -> Account:
    return Account(key, "x", "1", "platform_id", number, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("owl", "owl"),
        ("a" * 10, "a" * 10),
        ("a" * 11, "a" * 10 + "…"),
        ("a" * 1_000_000, "a" * 10 + "…"),
        ("a\u202eb", "a\\u202eb"),
        ("z" + "\u0301" * 90_000, "z\u0301\u0301\u0301…"),
        ("z" + "\u0489" * 9 + "a", "z\u0489\u0489\u0489…a"),
        ("\ud800", "\\ud800"),
        ("", ""),
    ],
)
def test_short_is_one_line_and_says_what_it_leaves_out(text: str, shown: str) -> None:
    assert short(text, 10) == shown


def test_those_first_that_wrote_most_to_the_victim() -> None:
    quiet, loud, third = account("x:1", 1), account("x:2", 2), account("x:3", 3)
    loud.tally, third.tally = Tally(messages=9, to_owner=5), Tally(messages=99)
    assert [one.key for one in in_order([third, quiet, loud])] == ["x:2", "x:1", "x:3"]


def test_a_name_of_the_contacts_gives_way_to_any_other() -> None:
    book = span("Boss", seen("2026-02-01T00:00:00Z"), named_by="contact_book")
    own = span("Owl", seen("2026-01-01T00:00:00Z"))
    for spans, value in (([book], "Boss"), ([book, own], "Owl"), ([own, book], "Owl")):
        one = account(spans=spans)
        found = newest_name(one)
        assert found is not None and found.value == one.name == value
    assert newest_name(account()) is None


def test_what_a_person_said_dates_only_where_nothing_else_does() -> None:
    said = span("Owl", seen("2025-01-01T00:00:00Z", dated_by="person"))
    export = span("Owl", Seen("", "2027-01-01T00:00:00Z", "in an export", "export"))
    page = span("Owl", seen("2026-01-01T00:00:00Z"), seen("2026-02-01T00:00:00Z"))
    assert first_and_last(account(spans=[said, export, page])) == (page.first, page.last)
    assert first_and_last(account(spans=[said, export])) == (said.first, said.first)
    assert first_and_last(account(spans=[export])) is None
    message = seen("2025-06-01T00:00:00Z", dated_by="message")
    both = account(spans=[page], tally=Tally(first=message, last=message))
    assert first_and_last(both) == (message, page.last)


def test_a_day_is_the_source_s_own_or_that_of_the_case() -> None:
    late = "2026-06-30T23:30:00.000000Z"
    assert day(seen(late, shown="2026-07-01 00:30 +01:00"), "Europe/London") == "2026-07-01"
    assert day(seen(late, shown="seen then"), "Europe/London") == "2026-07-01"
    assert day(seen(late, shown="seen then"), "UTC") == "2026-06-30"
    assert day(seen("", shown="in an export\u202e"), "UTC") == "in an export\\u202e"


def test_a_gap_is_what_was_seen_of_neither() -> None:
    one = span("a", seen("2026-01-01T00:00:00Z"), seen("2026-01-05T00:00:00Z"))
    later = span("b", seen("2026-02-01T00:00:00Z"))
    assert gap(one, later) == ("2026-01-05T00:00:00Z", "2026-02-01T00:00:00Z")
    assert gap(later, one) is None
    assert gap(one, span("b", Seen("", "2026-03-01T00:00:00Z", "?", "export"))) is None


def test_words_for_a_sentence() -> None:
    one = account(spans=[Span("handle", "owl\u202e", seen("2026-01-01T00:00:00Z"), seen("x"), PLACE, 1)])
    assert called(one) == "x:1 (@owl\\u202e)" and called(account()) == "x:1"
    assert period(seen("a"), seen("a")) == "a" and period(seen("a"), seen("b")) == "a to b"
