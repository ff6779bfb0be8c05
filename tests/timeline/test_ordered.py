"""Sorting on disk: the same order as sorting in memory, whatever the size of the runs."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.timeline.ordered import OrderedRows
from abusekit.timeline.row import Row


def row(second: int, mark: str) -> Row:
    at = f"2026-11-20T22:{second // 60:02}:{second % 60:02}.000000Z"
    return Row(
        earliest=at,
        latest=at,
        utc=None,
        local="2026-11-20T22:00:00",
        zone=None,
        precision="s",
        certainty="zone not recorded",
        basis="",
        raw=mark,
        kind="page-time",
        what="",
        message="",
        item="",
        exhibit="",
        file="",
        field="",
        n=None,
    )


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 3599), st.text(st.characters(exclude_categories=["Cs"]), max_size=5))),
    st.integers(1, 7),
)
def test_any_run_size_gives_the_stable_order(seconds: list[tuple[int, str]], run: int) -> None:
    made = [row(second, mark) for second, mark in seconds]
    with OrderedRows(run=run) as ordered:
        for one in made:
            ordered.add(one)
        expected = sorted(made, key=lambda one: one.earliest)  # stable: arrival order within an instant
        assert list(ordered) == expected
        assert len(ordered) == len(made)


def test_many_runs_with_long_lines_and_two_readers_at_once(tmp_path: Path) -> None:
    chance = random.Random(7)
    made = [row(chance.randrange(3600), "x" * chance.randrange(3000)) for _ in range(4000)]
    with OrderedRows(tmp_path, run=300) as ordered:
        for one in made:
            ordered.add(one)
        expected = sorted(made, key=lambda one: one.earliest)
        assert all(a == b == c for a, b, c in zip(ordered, ordered, expected, strict=True))
        assert not list(tmp_path.iterdir()), "the files have no name"


def test_closing_gives_back_the_files(tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))
    ordered = OrderedRows(tmp_path, run=1)
    for second in range(20):
        ordered.add(row(second, ""))
    assert len(os.listdir("/dev/fd")) == before + 20
    ordered.close()
    assert len(os.listdir("/dev/fd")) == before


def test_a_folder_that_is_absent_does_not_stop_it(tmp_path: Path) -> None:
    with OrderedRows(tmp_path / "absent", run=1) as ordered:
        ordered.add(row(1, ""))
        assert len(list(ordered)) == 1


@pytest.mark.parametrize("count", [0, 1])
def test_few(count: int) -> None:
    with OrderedRows() as ordered:
        for second in range(count):
            ordered.add(row(second, ""))
        assert len(list(ordered)) == count
