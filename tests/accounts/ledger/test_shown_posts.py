"""Posts that captures show count once, dated as the page says; what a first look says of a suspended account."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledger_cases import SITE, capture, captured, new_case, observe, page

from abusekit.accounts.ledger.reading import ledger
from abusekit.case.folder import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return new_case(tmp_path)


def post(number: str, *times: str, handle: str = "owl") -> list[dict[str, str]]:
    facts = page(id="12", handle=handle, post__id=number, post__text=f"words {number}")
    return facts + [
        {"name": "posted.machine", "value": at, "where": f"time {n}"} for n, at in enumerate(times)
    ]


def test_each_post_counts_once_and_is_dated_as_the_page_says(case: Case) -> None:
    at = f"{SITE}/owl/status"
    capture(
        case,
        captured(f"{at}/5", 3, post("5", "2026-02-01T22:16:07Z", "2026-02-01T22:16Z")),
        captured(f"{at}/5?s=20", 4, post("5", "2026-02-01T22:16:07Z")),
        captured(f"{at}/6", 5, post("6", "2026-02-03T23:30:00+02:00")),
        captured(f"{at}/7", 6, post("7", "2026-02-04T10:00:00Z", "2026-02-09T10:00:00Z")),
        captured(f"{at}/8", 7, post("8", "2026-12-04T10:00:00Z")),
        captured(f"{SITE}/owl", 8, page(id="12", handle="owl")),
    )
    posted = ledger(case).accounts["x:12"].posted
    assert (posted.messages, posted.undated) == (4, 2), (
        "two times that contradict, and one to come, date nothing"
    )
    assert posted.by_item == {"E0001": 1, "E0003": 1, "E0004": 1, "E0005": 1}
    assert posted.days == {"2026-02-01": 1, "2026-02-03": 1}
    assert posted.first is not None and posted.first.earliest.startswith("2026-02-01T22:16:07")
    assert posted.last is not None and posted.last.earliest.startswith("2026-02-03T21:30")
    assert ledger(case).accounts["x:12"].tally.messages == 0


@pytest.mark.parametrize(
    ("kind", "sure", "said"),
    [
        ("suspended", "high", "suspended"),
        ("account-gone", "high", "gone"),
        ("suspended", "medium", "not shown"),
    ],
)
def test_the_first_look_at_a_suspended_account(case: Case, kind: str, sure: str, said: str) -> None:
    wall = captured(f"{SITE}/gull", 3, page(handle="gull", where="address"), status=403)
    wall["facts"]["markers"] = [{"kind": kind, "marker": "m", "confidence": sure, "where": "title"}]
    capture(case, wall)
    assert ledger(case).accounts["x:@gull"].status == said


def test_what_equals_the_victims_own_in_several_ways_is_one_alarm(case: Case) -> None:
    capture(
        case,
        captured(f"{SITE}/mira", 1, page(id="1", handle="mira_walks", name="Mira Vale")),
        captured(f"{SITE}/m", 2, page(id="2", handle="mira_wa1ks", name="Mira Vale")),
    )
    observe(case, "x:1", "own")
    (alarm,) = ledger(case).alarms
    assert (
        "the same display name" in alarm.text
        and " and " in alarm.text
        and "a handle that looks" in alarm.text
    )
