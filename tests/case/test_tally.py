"""The running numbers are read from the end of the log, wherever the newest item line stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from abusekit.case.custody import Act, CustodyLog
from abusekit.case.tally import Tally, last_tally
from abusekit.errors import CaseError

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> CustodyLog:
    made = CustodyLog(tmp_path / "log.jsonl")
    made.create()
    return made


def add(log: CustodyLog, *acts: Act) -> None:
    log.append(acts, by="PO", now=NOW)


def item(items: int, **exhibits: int) -> Act:
    return Act("item.add", {"tally": {"items": items, "exhibits": dict(exhibits)}})


def test_no_items_yet(log: CustodyLog) -> None:
    assert last_tally(log.path) == Tally(0, {}, 0)
    add(log, Act("case.note", {}))
    assert last_tally(log.path).items == 0


def test_the_newest_counts(log: CustodyLog) -> None:
    add(log, item(1, po=1), item(2, po=1, ab=1), Act("case.note", {}))
    assert last_tally(log.path) == Tally(2, {"po": 1, "ab": 1}, log.path.stat().st_size)


@pytest.mark.parametrize("size", [1, 200, 40_000, 60_000])
@pytest.mark.parametrize("count", [1, 4, 5, 9, 23])
def test_however_far_back_it_stands(log: CustodyLog, size: int, count: int) -> None:
    """Blocks are read backwards: the line may begin in one and end in the next."""
    add(log, item(1, po=1), item(7, po=7))
    add(log, *[Act("case.note", {"text": "x" * size}) for _ in range(count)])
    assert last_tally(log.path).items == 7


def test_a_long_item_line_across_blocks(log: CustodyLog) -> None:
    for pad in range(0, 60_000, 7_001):
        act = Act("item.add", {"tally": {"items": pad + 1, "exhibits": {}}, "text": "x" * (60_000 - pad)})
        add(log, act, Act("case.note", {"text": "y" * pad}), *[Act("case.note", {"text": "z" * 50_000})] * 4)
        assert last_tally(log.path).items == pad + 1


def test_words_in_a_text_are_no_line(log: CustodyLog) -> None:
    add(log, item(3), Act("case.note", {"text": '"do":"item.add","tally":{"exhibits":{},"items":99}'}))
    assert last_tally(log.path).items == 3


def test_a_foreign_item_line(log: CustodyLog) -> None:
    add(log, Act("item.add", {"tally": {"exhibits": "none", "items": 1}}))
    with pytest.raises(CaseError):
        last_tally(log.path)


def test_each_producer_counts_for_themselves() -> None:
    tally = Tally().next("PO").next("AB").next("PO")
    assert (tally.items, tally.item_id, tally.exhibits) == (3, "E0003", {"po": 2, "ab": 1})
    assert Tally(9_999).next("PO").item_id == "E10000"
    assert tally.next("po").exhibits["po"] == 3  # capitals make no second series
