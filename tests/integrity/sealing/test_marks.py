"""The furthest state that this computer has seen: it only grows, and what is no note of ours counts for nothing."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from abusekit.integrity.sealing.marks import HighWater, note_mark, read_mark

CASE = "eb1445c3-7a12-4efd-bd22-a3d0c9e75caa"
MARK = HighWater(CASE, 13, "a" * 64, "2026-11-20T21:00:00.000000Z")


def test_round_trip_and_growth(tmp_path: Path) -> None:
    marks = tmp_path / "state" / "marks"
    assert read_mark(marks, CASE) is None
    note_mark(marks, MARK)
    assert read_mark(marks, CASE) == MARK
    further = msgspec.structs.replace(MARK, size=20, root="b" * 64)
    note_mark(marks, further)
    note_mark(marks, MARK)
    assert read_mark(marks, CASE) == further
    assert [path.name for path in marks.iterdir()] == [f"{CASE}.json"]


def test_two_cases(tmp_path: Path) -> None:
    other = msgspec.structs.replace(MARK, case=str(uuid4()))
    note_mark(tmp_path, MARK)
    note_mark(tmp_path, other)
    assert (read_mark(tmp_path, CASE), read_mark(tmp_path, other.case)) == (MARK, other)


@pytest.mark.parametrize("case", ["", "..", "../../etc/passwd", "x" * 36, CASE.upper() + "/", CASE + "\n"])
def test_a_case_that_names_a_path(tmp_path: Path, case: str) -> None:
    """The id comes from a case that may be hostile."""
    assert read_mark(tmp_path, case) is None


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b"null\n", b"[" * 60_000])
def test_a_note_that_cannot_be_read(tmp_path: Path, data: bytes) -> None:
    (tmp_path / f"{CASE}.json").write_bytes(data)
    assert read_mark(tmp_path, CASE) is None
    note_mark(tmp_path, MARK)
    assert read_mark(tmp_path, CASE) == MARK


def test_a_note_of_another_case(tmp_path: Path) -> None:
    note_mark(tmp_path, MARK)
    other = str(uuid4())
    (tmp_path / f"{CASE}.json").rename(tmp_path / f"{other}.json")
    assert read_mark(tmp_path, other) is None
