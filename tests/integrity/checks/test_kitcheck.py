"""The pages of a kit: ours run and load nothing, and what could is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from abusekit.integrity.checks.kitcheck import MAX_PAGE, check_kit, plain
from abusekit.integrity.findings import Status
from abusekit.kit.writing import write_kit


def test_our_own_page_is_plain(tmp_path: Path) -> None:
    from abusekit.case.folder import Case
    from abusekit.case.settings import Producer, Settings

    settings = Settings(
        "", 'OP <1> "x" & http://x', "Europe/London", (Producer("PO", "<script>", "volunteer"),)
    )
    from datetime import UTC, datetime

    case = Case.create(tmp_path / "case", settings, now=datetime(2026, 11, 20, 21, 0, tzinfo=UTC))
    write_kit(case.root)
    page = (case.root / "kit/VERIFY.html").read_bytes()
    assert plain(page) and len(page) < MAX_PAGE / 4
    there = {f"kit/{path.name}" for path in (case.root / "kit").iterdir()}
    assert [f.status for f in check_kit(case.root, there)] == [Status.NOTE]


@pytest.mark.parametrize("tag", ["<p>", '<p class="a">', "</p>", "<!doctype html>", '<td class="x y">'])
def test_what_may_stand_in_it(tag: str) -> None:
    assert plain(tag.encode())


@pytest.mark.parametrize(
    "tag", ["<p", "<p x>", "<p href='x'>", '<p class="<">', "<?php>", "<script>", "</script>", "<P>", "< p>"]
)
def test_what_may_not(tag: str) -> None:
    assert not plain(tag.encode())
