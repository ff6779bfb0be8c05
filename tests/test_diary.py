"""Diary entries: what is kept, and what is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.case.moment import from_facts, from_instant, parse_typed
from abusekit.diary import MAX_FIELD, MAX_TEXT, DiaryEntry, make_entry
from abusekit.errors import UsageError

LONDON = "Europe/London"
NOW = from_instant(datetime(2026, 11, 21, 9, 30, tzinfo=UTC), "ours", "this computer's clock", precision="s")


def entry(text: str = "He rang again.", **given_: Any) -> DiaryEntry:
    return make_entry(text, recorded=NOW, recorded_by=given_.pop("recorded_by", "AB"), **given_)


def test_every_field_is_kept_and_read_back() -> None:
    event, noticed = parse_typed("2026-11-20T22:10", LONDON), parse_typed("2026-11-21", LONDON)
    made = entry(
        "She said:\r\n\tRecorded: never  ",
        event=event,
        noticed=noticed,
        source="told",
        told_by="my sister, R.",
        effect="Could not sleep.\nRecorded: 2020-01-01 by ZZ",
        action="Blocked the number",
        place="at home",
        corrects="E0007",
    )
    facts = made.facts()
    assert facts["text"] == "She said:\r\n\tRecorded: never  "
    assert from_facts(facts["event"]) == event
    assert from_facts(facts["noticed"]) == noticed
    assert from_facts(facts["recorded"]) == NOW
    assert (facts["source"], facts["told_by"], facts["corrects"]) == ("told", "my sister, R.", "E0007")
    text = made.as_text(LONDON)
    assert "Happened: 2026-11-20 22:10 +00:00 (as stated: 2026-11-20T22:10; " in text
    assert "Noticed: 2026-11-21 (as stated" in text
    assert text.endswith("own words, to the end of this file:\n\nShe said:\r\n\tRecorded: never  \n")
    # a field cannot be forged from within another one
    header = text.partition("In the person's own words")[0]
    assert re.findall(r"^Recorded: .*$", header, re.M) == ["Recorded: 2026-11-21 09:30:00 +00:00 by AB"]


def test_what_is_not_stated_stays_unset() -> None:
    made = entry(effect="  ")
    assert made.facts()["event"] is None
    assert made.facts()["effect"] is None
    assert "Happened" not in made.as_text(LONDON)
    assert "seen or heard by the person themselves" in made.as_text(LONDON)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200).filter(str.strip))
def test_own_words_are_never_changed(words: str) -> None:
    made = entry(words)
    assert made.facts()["text"] == words
    assert made.as_text(LONDON).encode().endswith(b"\n\n" + words.encode() + b"\n")


@pytest.mark.parametrize(
    ("text", "given_", "message"),
    [
        ("", {}, "empty"),
        (" \n\t", {}, "empty"),
        ("x" * (MAX_TEXT + 1), {}, "longer than 100,000"),
        ("a\udcff", {}, "not valid UTF-8"),
        ("a", {"place": "\ud800"}, "not valid UTF-8"),
        ("a", {"effect": "x" * (MAX_FIELD + 1)}, "longer than 10,000"),
        ("a", {"source": "told"}, "by whom is missing"),
        ("a", {"source": "told", "told_by": "  "}, "by whom is missing"),
        ("a", {"source": "seen", "told_by": "R."}, "not told by anybody"),
        ("a", {"source": "heard"}, "neither seen nor told"),
        ("a", {"corrects": "7"}, "not an item id"),
        ("a", {"corrects": "E0007\n"}, "not an item id"),
        ("a", {"recorded_by": ""}, "not initials"),
        ("a", {"recorded_by": "A B\n"}, "not initials"),
        ("a", {"event": parse_typed("2027-11-20T22:10", LONDON)}, "lies after the time of recording"),
        ("a", {"event": parse_typed("2026-11-21T09:41", LONDON)}, "lies after the time of recording"),
        ("a", {"event": parse_typed("2026-11-22", LONDON)}, "lies after the time of recording"),
        ("a", {"noticed": parse_typed("2026-11-22", LONDON)}, "the noticing"),
        (
            "a",
            {"event": parse_typed("2026-11-20", LONDON), "noticed": parse_typed("2026-11-19", LONDON)},
            "before it happened",
        ),
    ],
)
def test_refused_with_what_to_do(text: str, given_: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        entry(text, **given_)
    assert caught.value.hint


def test_today_and_a_watch_that_is_minutes_ahead_are_accepted() -> None:
    assert entry(event=parse_typed("2026-11-21", LONDON)).event
    assert entry(event=parse_typed("2026-11-21T09:35", LONDON)).event
    day = parse_typed("2026-11-20", LONDON)
    assert entry(event=parse_typed("2026-11-20T22:10", LONDON), noticed=day).noticed == day
