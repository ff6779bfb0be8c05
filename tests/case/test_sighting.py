"""When a person saw the thing, as they say: what is taken, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from abusekit.case.moment import from_facts
from abusekit.case.sighting import make_sighting
from abusekit.errors import UsageError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LONDON = "Europe/London"


def test_a_statement_is_a_persons_and_keeps_its_words() -> None:
    seen = make_sighting("2026-06-15T22:10", " the victim ", LONDON, now=NOW)
    assert seen is not None
    assert seen.facts() == {"at": "2026-06-15T22:10", "by": "the victim"}
    moment = from_facts(seen.dated().moment)
    assert (moment.clock, moment.utc, moment.zone) == (
        "person", datetime(2026, 6, 15, 21, 10, tzinfo=UTC), LONDON,
    )  # fmt: skip
    assert (seen.dated().field, seen.dated().file) == ("source.seen", "")


def test_nothing_stated_is_nothing() -> None:
    assert make_sighting(None, "", LONDON, now=NOW) is None


@pytest.mark.parametrize(
    ("at", "by", "words"),
    [
        (None, "the victim", "not when"),
        ("2026-11-24T12:11Z", "", "not seen yet"),
        ("2027-01-01", "", "not seen yet"),
        ("at night", "", "--seen-at"),
        ("2026-06-15", "a\nb", "no name"),
        ("2026-06-15", "\u202egnp", "no name"),
        ("2026-06-15", "x" * 201, "no name"),
    ],
)
def test_what_is_refused(at: str | None, by: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make_sighting(at, by, LONDON, now=NOW)


def test_a_watch_may_be_a_little_ahead_and_today_is_not_the_future() -> None:
    assert make_sighting("2026-11-24T12:09Z", "", LONDON, now=NOW)
    assert make_sighting("2026-11-24", "", LONDON, now=NOW)
