"""Findings → groups, total, strength, digest: caps, floors, dependence, the same weight for and against."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.accounts.links.weighing import (
    GROUP_CAPS,
    LEAST,
    MOST,
    PHOTO,
    findings_digest,
    group_value,
    groups_of,
    in_order,
    strength_of,
    total_of,
)
from abusekit.accounts.model import GROUPS, Finding, Group, Where

HERE, THERE = (Where("E0001", 4),), (Where("E0002"),)


def finding(lr: float, group: Group = "behaviour", signal: str = "style", **more: object) -> Finding:
    places = {"here": HERE, "there": THERE, **more}
    return Finding(group, signal, "Said so.", lr=lr, **places)  # type: ignore[arg-type]


findings = st.lists(
    st.builds(
        finding,
        st.floats(1 / 2_000, 2_000),
        st.sampled_from(GROUPS),
        st.sampled_from(("phone", "style", "handle")),
    ),
    max_size=8,
)


def test_support_within_a_group_is_added_not_multiplied() -> None:
    assert group_value([finding(100), finding(50)], "behaviour") == 150
    assert group_value([finding(1.2), finding(1.1)], "behaviour") == pytest.approx(1.32), "the smaller one"
    assert group_value([finding(100), finding(1)], "behaviour") == 100, "what is only described adds nothing"
    assert group_value([], "behaviour") == 1


def test_groups_are_multiplied_and_capped() -> None:
    found = [finding(1_000, "selectors"), finding(100, "presentation"), finding(9, "network")]
    groups = groups_of(found)
    assert groups == {"selectors": 1_000, "presentation": 100, "network": 3}
    assert list(groups) == ["selectors", "presentation", "network"]
    assert total_of(groups) == MOST == 10_000
    assert total_of({}) == 1


@given(findings)
def test_bounds_hold_whatever_is_found(found: list[Finding]) -> None:
    groups = groups_of(found)
    assert all(LEAST <= value <= GROUP_CAPS[group] for group, value in groups.items())
    assert LEAST <= total_of(groups) <= MOST
    assert total_of(groups) == pytest.approx(max(LEAST, min(MOST, prod(groups.values()))))


@given(st.lists(st.floats(1.01, 900), min_size=1, max_size=4))
def test_what_speaks_against_weighs_as_much(ratios: list[float]) -> None:
    support = group_value([finding(lr) for lr in ratios], "behaviour")
    against = group_value([finding(1 / lr) for lr in ratios], "behaviour")
    assert support * against == pytest.approx(1)
    both = [finding(lr) for lr in ratios] + [finding(1 / lr) for lr in ratios]
    assert group_value(both, "behaviour") == pytest.approx(1)


def test_strong_needs_two_telling_groups_one_of_them_firm() -> None:
    phone, handle = finding(1_000, "selectors", "phone"), finding(100, "presentation", "handle")
    text, photo = finding(1_000, "behaviour", "reused-text"), finding(1_000, "presentation", PHOTO)
    avatar = finding(1_000, "presentation", "avatar")

    def strength(*found: Finding) -> str:
        return strength_of(groups_of(found), found)

    assert strength(phone, handle) == "strong"
    assert strength(photo, text) == "strong"
    assert strength(phone) == "moderate", "one group only"
    assert strength(photo) == "moderate", "one group only"
    assert strength(text, handle) == "moderate", "neither selectors nor the same photo"
    assert strength(avatar, text) == "moderate", "a like picture is not the same photo"
    assert strength(phone, finding(2, "network")) == "moderate", "the second group says nothing by itself"
    assert strength(finding(10, "presentation"), finding(9.9, "selectors")) == "weak"
    assert strength(finding(9)) == "none" and strength() == "none"
    assert strength(finding(0.5)) == "against"


def test_against_comes_first_and_the_weightiest_first() -> None:
    found = [
        finding(50, "presentation"),
        finding(0.5),
        finding(10, "selectors"),
        finding(0.01),
        finding(90, "selectors"),
    ]
    assert [one.lr for one in in_order(found)] == [0.01, 0.5, 90, 10, 50]


@given(findings)
def test_the_digest_is_of_what_was_found_not_of_its_order(found: list[Finding]) -> None:
    assert findings_digest(found) == findings_digest(list(reversed(found)))


def test_the_digest_sees_places_ratios_and_signals_but_no_words() -> None:
    known = findings_digest([finding(12.34)])
    assert findings_digest([finding(12.3400001)]) == known
    other = finding(12.34)
    assert known == findings_digest(
        [Finding("behaviour", "style", "Other words.", HERE, THERE, 12.34, why="so")]
    )
    for changed in (
        finding(12.45), finding(12.34, signal="hours"), finding(12.34, "network"),
        finding(12.34, here=(Where("E0001"),)), finding(12.34, there=(*THERE, Where("E0003"))),
    ):  # fmt: skip
        assert findings_digest([changed]) != known
    assert findings_digest([other, other]) != known
    assert findings_digest([]) == findings_digest(())
