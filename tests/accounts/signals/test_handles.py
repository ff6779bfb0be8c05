"""Handles side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.attribution_handles import CONFUSABLE, recalls, renames
from hypothesis import given
from hypothesis import strategies as st

from abusekit.accounts.signals import handles
from abusekit.accounts.signals.handle_spelling import in_order, jaro_winkler
from abusekit.accounts.signals.handles import compare, stem


@pytest.mark.parametrize(("one", "other"), CONFUSABLE)
def test_the_twelve_pairs_that_look_alike_are_told(one: str, other: str) -> None:
    assert compare(one, other).kind == "confusable"


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("@Grelvin", "grelvin", "same"),
        ("night_owl_77", "night_owl_78", "numbered"),
        ("grelvin", "grelvin2", "numbered"),
        ("grelvin７", "grelvin8", "numbered"),
        ("grelvin", "_grelvin_", "stem"),
        ("grel.vin1", "grelvin_1", "stem"),
        ("grelvinator", "grelvinat0rs", "similar"),
        ("grelvin", "tomsk", "none"),
        ("", "", "none"),
        ("a", "a", "none"),
        ("12345", "12345", "none"),
        ("___", "___", "none"),
    ],
)
def test_kinds(one: str, other: str, kind: str) -> None:
    found = compare(one, other)
    assert found.kind == kind
    assert (found.lr == 1.0) == (kind == "none")


@pytest.mark.parametrize(
    ("one", "other", "cap"),
    [
        ("chris1", "chris2", 3.0),
        ("Mohammed_99", "mohammed", 3.0),
        ("j0hn", "john", 3.0),
        ("qzx1", "qzx2", 3.0),
        ("swiftie", "swiftie13", 3.0),
        ("night_owl_77", "night_owl_78", 10.0),
        ("ярослав1", "ярослав2", 10.0),
        ("grelvin1", "grelvin2", 100.0),
    ],
)
def test_what_many_choose_weighs_little(one: str, other: str, cap: float) -> None:
    found = compare(one, other)
    assert (found.cap, found.lr) == (cap, cap)


def test_a_shared_first_name_makes_similar_handles_weigh_little() -> None:
    found = compare("christopher_q", "christopherzz")
    assert found.kind == "similar"
    assert found.lr == handles.COMMON_CAP


@pytest.mark.parametrize(
    ("handle", "left"),
    [("@Night_Owl_77", "nightowl"), ("77", "77"), ("xx-Grel.vin-xx9", "xxgrelvinxx"), ("", "")],
)
def test_stem(handle: str, left: str) -> None:
    assert stem(handle) == left


@pytest.mark.parametrize(
    ("one", "other", "score"), [("martha", "marhta", 0.9611), ("dixon", "dicksonx", 0.8133)]
)
def test_jaro_winkler_as_published(one: str, other: str, score: float) -> None:
    assert jaro_winkler(one, other) == pytest.approx(score, abs=1e-4)


@given(st.text(), st.text())
def test_any_two_texts_compare_both_ways_alike(one: str, other: str) -> None:
    found = compare(one, other)
    assert found == compare(other, one)
    assert 0 <= found.score <= 1
    assert 1 <= found.lr <= found.cap <= handles.CAP


@given(st.text(st.characters(codec=None), max_size=30))
def test_a_handle_is_like_itself_or_too_short(handle: str) -> None:
    assert compare(handle, handle).kind in ("same", "none")


@pytest.mark.parametrize(
    "hostile",
    ["\u202e" * 100_000, "Z\u0351" * 50_000, "\x1b[2J", "<script>", "../../x", "=cmd()",
     "\ud800", "a\0b", "9" * 10_000]
)  # fmt: skip
def test_hostile_handles_do_no_harm(hostile: str) -> None:
    assert compare(hostile, "grelvin").kind == "none"
    assert len(compare(hostile, hostile).why) < 200


def test_renames_are_found_at_the_goal(shared_data: Path) -> None:
    positives, negatives = renames(shared_data / "attribution" / "ubuntu_renames.tsv", 3, 40_000)
    at_thousand, _ = recalls(positives[::4], negatives, lambda one, other: compare(one, other).score)
    raw, _ = recalls(positives[::4], negatives, jaro_winkler)
    assert at_thousand >= max(raw, 0.59)


def test_at_the_threshold_strangers_are_seldom_alike(shared_data: Path) -> None:
    _, negatives = renames(shared_data / "attribution" / "ubuntu_renames.tsv", 5, 50_000)
    assert sum(compare(*two).kind != "none" for two in negatives) <= 15


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("", "owl", 0), ("owl", "owl", 3), ("blackpearl", "pearlblack", 5), ("nmyjau", "mzjawxu", 4)],
)
def test_signs_in_the_same_order(one: str, other: str, count: int) -> None:
    assert in_order(one, other) == in_order(other, one) == count
