"""A keyboard is no person: what it writes is folded before style is measured; distortion masks what a text is about."""

from __future__ import annotations

import pytest

from abusekit.accounts.signals.distortion import MASK, commonest, distorted, grams
from abusekit.accounts.signals.folding import emptied, folded


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("“I don’t know”", '"I don\'t know"'),
        ("‚so‘ »said« he", "'so' \"said\" he"),
        ("well — no – yes ‒ ‑", "well - no - yes - -"),
        ("wait… what", "wait... what"),
        ("a\u00a0b\u202fc\u2009d\u3000e", "a b c d e"),
        ("in\u200bvis\u200dib\ufeffle\u202e", "invisible"),
        ("cafe\u0301", "café"),
        ("❤\ufe0f", "❤"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("bell\x07 nul\x00 esc\x1b[31m", "bell  nul  esc [31m"),
        ("it´s", "it's"),
        ("3 − 2", "3 - 2"),
    ],
)
def test_typographic_signs_become_what_a_plain_keyboard_writes(written: str, typed: str) -> None:
    assert folded(written) == typed


@pytest.mark.parametrize(
    "text", ["Plain text, with CASE!!  two spaces, it`s", "ты где?", "", "\ud800 lone surrogate"]
)
def test_what_a_person_chooses_stays(text: str) -> None:
    assert folded(text) == text


def test_links_mentions_and_digits_name_things_and_are_emptied() -> None:
    text = "@owl_7 see https://example.test/a?b=1 or write to me@example.test by 12:30"
    assert emptied(text) == "@U see URL or write to URL by 00:00"
    assert emptied(emptied(text)) == emptied(text)


def test_words_that_are_not_common_are_masked_alike() -> None:
    kept = commonest(["The cat and the dog", "the CAT"], 2)
    assert kept == {"the", "cat"}
    assert distorted("The Cat sat, THE elephant isn't", kept) == f"The Cat {MASK}, THE {MASK} {MASK}"


def test_equally_common_words_are_taken_by_the_alphabet() -> None:
    assert commonest(["b a d c"], 2) == {"a", "b"}


def test_runs_of_two_to_five_characters_are_counted() -> None:
    assert grams("abab") == {"ab": 2, "ba": 1, "aba": 1, "bab": 1, "abab": 1}
    assert not grams("a")
