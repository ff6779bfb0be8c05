"""Text as words and clock times."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.screenshots.words import MOST_WORDS, clocks, folded, typed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("You can't HIDE", ["you", "cant", "hide"]),
        ("you can’t hide", ["you", "cant", "hide"]),
        ("o\ufb03ce ﬁle", ["office", "file"]),
        ("@night_owl_77 #gate", ["night", "owl", "77", "gate"]),
        ("a\u200bb \u202ec", ["ab", "c"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("cafe\u0301 café", ["café", "café"]),
        ("你好 world", ["你", "好", "world"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("see you at 21:05 or 9.15 pm", ["see", "you", "at", "or"]),
        ("ab\x00cd \x1b[2Jx", ["ab", "cd", "2jx"]),
        ("𝐁old 😀 text", ["bold", "text"]),
        ("", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert folded(text) == words
    assert [word.folded for word in typed(text).words] == words


def test_look_alikes_are_other_words() -> None:
    assert folded("pay") != folded("рау")


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("21:05", [(1265,)]),
        ("at 9:05 pm", [(1265,)]),
        ("9:05", [(545, 1265)]),
        ("09:05", [(545,)]),
        ("12:30", [(30, 750)]),
        ("12:30 AM", [(30,)]),
        ("00:10:59", [(10,)]),
        ("9.05 p.m.", [(1265,)]),
        ("9.05", []),
        ("25:10 21:60 121:05 1:2 21:05:10:11 3/4:15", []),
        ("[14/03/2024, 21:05:10] Sam", [(1265,)]),
    ],
)
def test_times_of_day(text: str, minutes: list[tuple[int, ...]]) -> None:
    assert [clock.minutes for clock in clocks(text)] == minutes
    assert [clock.minutes for clock in typed(text).clocks] == minutes


def test_a_text_of_many_words_is_cut_and_says_so() -> None:
    picture = typed("a b " * MOST_WORDS)
    assert len(picture.words) == MOST_WORDS and picture.cut
    assert not typed("a b").cut


@pytest.mark.parametrize(
    "hard", ["'" * 300_000, "a'" * 150_000, "9:" * 150_000, "a\u0301" * 150_000, "a" * 1_000_000]
)
def test_no_text_takes_long(hard: str) -> None:
    started = time.monotonic()
    folded(hard)
    list(clocks(hard))
    assert time.monotonic() - started < 5


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_both_sides_fold_alike(text: str) -> None:
    lines = text.splitlines()
    assert [word.folded for word in typed(text).words] == [word for line in lines for word in folded(line)]
