"""Parts of an export: how people cite them, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from stored_exports import new_case, read, stored, telegram

from abusekit.errors import UsageError
from abusekit.messages.parts import cited, part_of, record


@pytest.mark.parametrize(
    ("typed", "item", "n"),
    [
        ("AB/7#m412", "AB/7", 412),
        ("E0007#m412", "E0007", 412),
        ("e7#M412", "e7", 412),
        ("AB/7#412", "AB/7", 412),
        (" AB/7#m412\n", "AB/7", 412),
        ("AB/7# m412", "AB/7", 412),
        ("A#B/7#m1", "A#B/7", 1),
        ("AB/7#m999999999", "AB/7", 999_999_999),
        ("E0001-E0003#m1", "E0001-E0003", 1),
    ],
)
def test_every_spelling(typed: str, item: str, n: int) -> None:
    found = cited(typed)
    assert found is not None and (found.item, found.n) == (item, n)


@pytest.mark.parametrize(
    "typed",
    [
        "AB/7", "E0007", "AB/7#", "#m1", "AB/7#m0", "AB/7#m01", "AB/7#m-1", "AB/7#m1.5", "AB/7#m1,m2", "AB/7#mm1",
        "AB/7#m1-3", "AB/7#n1", "AB/7#m1000000000", "AB/7#m\u0661", "AB/7#m1\u200b", "", "#" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_part(typed: str) -> None:
    assert cited(typed) is None


def test_a_part_is_spelled_in_one_way() -> None:
    assert part_of(412) == "m412"
    found = cited(f"AB/7#{part_of(412)}")
    assert found is not None and found.n == 412


def test_one_record_from_the_kept_stream_and_from_the_export(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    export = telegram(tmp_path / "result.json", [(1, "one"), (2, "two"), (3, "three")])
    kept = read(case, export)
    whole = {n: record(case, kept, n) for n in (1, 2, 3)}
    assert [one.n for one in whole.values()] == [1, 2, 3]
    (case.derived / "messages" / f"{kept.item.id}.jsonl").unlink()
    assert {n: record(case, kept, n) for n in (1, 2, 3)} == whole


def test_a_part_that_is_not_there_says_which_are(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    opened = stored(case, telegram(tmp_path / "result.json", [(1, "one"), (2, "two")]))
    for n in (3, 999_999_999):
        with pytest.raises(UsageError) as caught:
            record(case, opened, n)
        assert caught.value.message == f"E0001 has no part m{n}" and caught.value.hint == "it has m1 to m2"


def test_an_export_without_any_record(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    opened = stored(case, telegram(tmp_path / "result.json", []))
    with pytest.raises(UsageError) as caught:
        record(case, opened, 1)
    assert caught.value.hint == "it has none"
