"""What changes by itself is masked, everything else is seen, and hostile texts are compared in bounded time."""

from __future__ import annotations

import time

import pytest

from abusekit.capture.text_diff import MAX_LINES, compare, same_words, unified


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.2K likes", "1.4K likes"),
        ("Views: 12,004", "Views: 13,000"),
        ("3 hours ago", "2 days ago"),
        ("vor 3 Stunden", "vor 4 Stunden"),
        ("hace 5 minutos", "hace 6 minutos"),
        ("il y a 2 jours", "il y a 3 jours"),
        ("17", "18"),
        ("5m", "6m"),
        ("yesterday", "today"),
        ("Posted 3 h ago by Night Owl", "Posted 4 h ago by Night Owl"),
        ("12 Aufrufe · 3 Antworten", "99 Aufrufe · 4 Antworten"),
        ("  a   b ", "a b\n\n"),
        ("e\u0301", "é"),
    ],
)
def test_what_changes_by_itself(one: str, other: str) -> None:
    assert compare(one, other).same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I will come at 5", "I will come at 6"),
        ("You have 3 days", "You have 2 days"),
        ("house number 12", "house number 13"),
        ("I saw you yesterday", "I saw you today"),
        ("gate", "Gate"),
        ("12 likes and a threat", "12 likes"),
        ("a", ""),
    ],
)
def test_what_does_not(one: str, other: str) -> None:
    assert not compare(one, other).same


def test_counts_of_lines() -> None:
    found = compare("a\nb\nc\nd", "a\nx\ny\nd\ne")
    assert (found.added, found.removed, found.kept, found.cut) == (3, 2, 2, False)
    assert compare("", "").share_kept == 1.0 and compare("a", "b").share_kept == 0.0


def test_a_handle_taken_for_another() -> None:
    assert not compare("@old says", "@new says").same
    assert compare("@old says", "@new says", replaced=[("old", "new")]).same


def test_same_words() -> None:
    assert same_words("a  b\n", "a b") and not same_words("at 5", "at 6")


def test_unified_shows_the_lines_as_they_are() -> None:
    shown = unified("x\n12 likes\nold words\ny", "x\n13 likes\nnew words\ny", ("E0001", "E0002"))
    assert "-old words" in shown and "+new words" in shown and "-12 likes" in shown
    assert unified("a", "a", ("1", "2")) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a\n" * 50_000, "a\nb\n" * 25_000),
        ("\n".join(str(n % 97) + "x" for n in range(20_000)), "\n".join(str(n % 89) + "x" for n in range(20_000))),
        ("a 1 like\n" * 400_000, "b\n" * 2_000_000),
        ("1" * 200_000, "1" * 200_001),
        ("1 " * 100_000, "2 " * 100_000),
        ("\n".join("9" * 50 + " like" for _ in range(5000)), "z"),
    ],
    ids=["same", "periodic", "long", "digits", "numbers", "counts"],
)  # fmt: skip
def test_hostile_texts_in_bounded_time(one: str, other: str) -> None:
    began = time.perf_counter()
    found = compare(one, other)
    unified(one, other, ("a", "b"))
    assert time.perf_counter() - began < 20
    assert found.added + found.removed <= 2 * MAX_LINES
