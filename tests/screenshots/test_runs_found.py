"""Runs: words that stand in another text in the same order."""

from __future__ import annotations

import time
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.screenshots.runs import RUN, Finder, longest, sequences
from abusekit.screenshots.words import Word, typed


def words(text: str, unreadable: str = "?") -> list[Word]:
    found = typed(text.replace(unreadable, "xx")).words
    return [replace(word, readable=False) if word.folded == "xx" else word for word in found]


def found_in(picture: str, *texts: str, whole: bool = False) -> Finder:
    finder = Finder(words(picture))
    for number, text in enumerate(texts):
        finder.take(text.split(), number, whole=whole)
    return finder


def spans(finder: Finder) -> list[tuple[int, int, int, int]]:
    return [(run.first, run.last, run.readable, run.where) for run in finder.found.runs]


def test_four_in_the_same_order_and_nothing_less() -> None:
    assert spans(found_in("i will find you now", "one two", "yes i will find you")) == [(0, 4, 4, 1)]
    three = found_in("i will find you", "i will find them you")
    assert spans(three) == [] and three.found.singly == [True] * 4 and three.found.in_run == [False] * 4
    assert found_in("i will find you", "you find will i").found.in_run == [False] * 4


def test_a_run_never_leaves_its_text() -> None:
    assert spans(found_in("i will find you", "i will", "find you")) == []


def test_a_word_that_could_not_be_read_agrees_with_any_one_and_is_not_counted() -> None:
    gap = found_in("when i find ? at the station", "sorry when i find you at the station")
    assert spans(gap) == [(0, 7, 6, 0)]
    assert gap.found.in_run == [True, True, True, False, True, True, True]
    assert spans(found_in("you should ? this town", "you should leave this town")) == [(0, 5, 4, 0)]
    assert spans(found_in("a ? b c d", "x a q b c d")) == [(0, 5, 4, 0)]
    assert spans(found_in("a b ? ? c d", "a b x y c d")) == [(0, 6, 4, 0)]
    assert spans(found_in("a b ? ? ? c d", "a b x y z c d")) == [], "three guesses in a row end it"
    assert spans(found_in("a b ? ? ? c d e f", "a b x y z c d e f")) == [(5, 9, 4, 0)]
    assert spans(found_in("? b c d e", "a b c d e")) == [(1, 5, 4, 0)], "it does not begin with guesses"
    assert spans(found_in("when i find ? ?", "when i find you there")) == [], (
        "three readable words are no run"
    )
    assert spans(found_in("a b c d ? ?", "a b c d e f")) == [(0, 4, 4, 0)], "it does not end with guesses"


def test_a_whole_short_message_counts_where_that_is_asked_for() -> None:
    assert spans(found_in("stop it now", "stop it", whole=True)) == [(0, 2, 2, 0)]
    assert spans(found_in("stop it now", "stop it")) == []
    assert spans(found_in("stop now it", "stop it", whole=True)) == []


def test_runs_within_runs_are_left_out() -> None:
    finder = found_in("a b c d e f", "b c d e", "a b c d e f", "c d e f")
    assert len(finder.found.runs) == 3
    assert [(run.first, run.last) for run in longest(finder.found.runs)] == [(0, 6)]


def test_names_in_a_row() -> None:
    assert sequences(words("hello night owl 77 ? owl"), ["night", "owl"]) == [1]
    assert sequences(words("hello ? owl"), ["night", "owl"]) == []
    assert sequences(words("hello"), []) == []


def test_repetition_is_no_task_of_hours() -> None:
    finder = Finder(words("ha " * 20_000))
    started = time.monotonic()
    finder.take(["ha"] * 200_000)
    assert time.monotonic() - started < 20
    assert all(finder.found.in_run)


LETTERS = st.lists(st.sampled_from("abc"), max_size=14)


@given(LETTERS, st.lists(LETTERS, max_size=3))
@settings(max_examples=400, deadline=None)
def test_the_same_as_by_hand(picture: list[str], texts: list[list[str]]) -> None:
    """Every word in a run is in one that stands there, and no run of that length is passed over."""
    finder = Finder([Word(letter, letter) for letter in picture])
    for number, text in enumerate(texts):
        finder.take(text, number)
    expected = [False] * len(picture)
    for start in range(len(picture) - RUN + 1):
        piece = picture[start : start + RUN]
        if any(piece == text[at : at + RUN] for text in texts for at in range(len(text) - RUN + 1)):
            expected[start : start + RUN] = [True] * RUN
    assert finder.found.in_run == expected
    for run in finder.found.runs:
        text = texts[run.where]
        piece = picture[run.first : run.last]
        assert any(piece == text[at : at + len(piece)] for at in range(len(text))), run
    assert finder.found.singly == [any(letter in text for text in texts) for letter in picture]
