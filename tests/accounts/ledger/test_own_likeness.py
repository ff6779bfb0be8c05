"""Accounts that show what the victim's own shows: told in neutral words, at both, and nothing concluded."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledger_cases import SITE, capture, captured, new_case, observe, page

from abusekit.accounts.ledger.reading import ledger
from abusekit.case.folder import Case

BIO = "I walk dogs and write about gardens"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = new_case(tmp_path)
    capture(case, captured(f"{SITE}/mira", 1, page(id="1", handle="mira_walks", name="Mira Vale", bio=BIO)))
    observe(case, "x:1", "own")
    return case


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ({"handle": "m1ra_walks"}, "a handle that looks the same"), ({"name": "mira  VALE"}, "the same display name"),
        ({"bio": BIO.upper()}, "the same profile text"),
        ({"handle": "mir\u0430_walks"}, "a handle that looks the same"),
    ],
)  # fmt: skip
def test_what_equals_the_victims_own_is_told(case: Case, shown: dict[str, str], words: str) -> None:
    capture(case, captured(f"{SITE}/other", 2, page(id="2", **shown)))
    found = ledger(case)
    (alarm,) = [one for one in found.alarms if one.kind == "own-data"]
    assert words in alarm.text and alarm.accounts == ("x:2", "x:1")
    assert alarm in found.accounts["x:2"].alarms and alarm in found.accounts["x:1"].alarms
    assert [where.item for where in alarm.where] == ["E0002"]


@pytest.mark.parametrize(
    "shown", [{"handle": "sam_bakes"}, {"name": "Sam"}, {"bio": "I bake bread, mostly sourdough"}]
)
def test_what_differs_is_not(case: Case, shown: dict[str, str]) -> None:
    capture(case, captured(f"{SITE}/other", 2, page(id="2", **shown)))
    assert ledger(case).alarms == []


def test_the_same_handle_without_an_id_is_told_and_stays_apart(case: Case) -> None:
    """It may be the victim's own page, or that of whoever took the handle: nobody knows from this."""
    capture(case, captured(f"{SITE}/mira_walks", 2, page(handle="mira_walks")))
    found = ledger(case)
    assert not found.accounts["x:@mira_walks"].own
    assert [one.kind for one in found.accounts["x:@mira_walks"].alarms] == ["own-data"]
