"""A page that makes its own lists endless is stored all the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from abusekit.capture.fitting import FEW, fit
from abusekit.case.canonical import JSON
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.records import MAX_ITEM_JSON
from abusekit.case.settings import Producer, Settings

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LONG = "\u4e00" * 2_000
MANY: list[JSON] = [LONG] * 300
BIG: dict[str, dict[str, JSON]] = {
    "one list": {"page_facts": [*MANY, *MANY], "status": 200},
    "all of them": {name: list(MANY) for name in ("page_facts", "exchanges", "certificates", "problems")},
    "no list": {"browser": {str(number): LONG for number in range(600)}, "status": 200},
    "one entry": {"exchanges": [LONG * 600]},
}


@pytest.mark.parametrize("name", BIG)
def test_an_item_is_made_of_whatever_a_page_makes_long(tmp_path: Path, name: str) -> None:
    producer = Producer("PO", "Producer One", "volunteer")
    case = Case.create(tmp_path / "case", Settings("", "OP-1", "UTC", (producer,)), now=NOW)
    with Intake(case, producer, clock=lambda: NOW) as intake:
        draft = intake.draft("capture")
        draft.facts = dict(BIG[name])
        draft.problems = [LONG] * 300
        fit(draft)
        (item,) = intake.commit([draft])
    assert (case.evidence / item.id / "item.json").stat().st_size < MAX_ITEM_JSON
    assert item.facts["cut"] and item.facts.get("status", 200) == 200
    for cut in item.facts["cut"]:  # type: ignore[union-attr]
        value = item.facts[str(cut)]
        assert value is None or (isinstance(value, list) and len(value) <= FEW)
    assert item.problems[-1].startswith("more-problems") and len(item.problems) > 10


def test_what_fits_is_left_as_it_is(tmp_path: Path) -> None:
    producer = Producer("PO", "Producer One", "volunteer")
    case = Case.create(tmp_path / "case", Settings("", "OP-1", "UTC", (producer,)), now=NOW)
    with Intake(case, producer, clock=lambda: NOW) as intake:
        draft = intake.draft("capture")
        draft.facts, draft.problems = {"page_facts": list(MANY), "status": 200}, ["one"]
        fit(draft)
        assert draft.facts == {"page_facts": MANY, "status": 200} and draft.problems == ["one"]
