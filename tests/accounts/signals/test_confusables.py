"""What texts look like."""

from __future__ import annotations

import sys
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.accounts import signals
from abusekit.accounts.signals.commonness import listed_part, words_in
from abusekit.accounts.signals.confusables import skeleton


def test_every_sign_of_unicode_has_a_skeleton_that_is_its_own() -> None:
    wrong = [
        code for code in range(0, sys.maxunicode + 1) if skeleton(skeleton(chr(code))) != skeleton(chr(code))
    ]
    assert wrong == []


@given(st.text(), st.text())
def test_skeletons_of_pieces_make_the_skeleton(one: str, other: str) -> None:
    assert skeleton(one + other) == skeleton(one) + skeleton(other)
    assert skeleton(skeleton(one)) == skeleton(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("раураl", "paypal"),
        ("ꜱᴍᴀʟʟ", "small"),
        ("Zalgo\u0351\u0336", "zalgo"),
        ("a\u202eb", "ab"),
        ("ß", "SS"),
    ],
)
def test_alike(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


def test_other_letters_stay_apart() -> None:
    assert len({skeleton(letter) for letter in "abcdefghjklmnopqrstuvwxyz"}) == 25  # i is l
    assert skeleton("की") != skeleton("का")  # vowel signs of Hindi are no decoration


def test_the_table_names_its_source_and_its_licence_lies_beside_it() -> None:
    folder = resources.files(signals)
    assert "17.0.0" in folder.joinpath("unicode_confusables.txt").read_text("ascii")[:600]
    assert "UNICODE LICENSE V3" in folder.joinpath("unicode_license.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("piece", "count"),
    [("chris", 1), ("Chr1s", 1), ("nightowl", 2), ("qwzxv", 0), ("", 0), ("arsenalfan", 2), ("a" * 101, 0)],
)
def test_words_in(piece: str, count: int) -> None:
    assert words_in(piece) == count


def test_listed_part() -> None:
    assert listed_part("qqchrisqq") == 5
    assert listed_part("qzxq") == 0
