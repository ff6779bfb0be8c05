"""What lies in private/, derived/ or staging/ is never evidence: not checked, and said so."""

from __future__ import annotations

from pathlib import Path

import pytest
from forger import overwrite
from honest_case import Suspect

from abusekit.case.folder import Case
from abusekit.errors import CaseError
from abusekit.integrity.findings import Status


@pytest.mark.parametrize("folder", ["private", "derived", "staging"])
def test_is_a_note(suspect: Suspect, folder: str) -> None:
    overwrite(suspect.root / folder / "plan.txt", b"where I go")
    (suspect.root / folder / "link").symlink_to("/etc/passwd")
    suspect.finds(0, "names", Status.NOTE, folder, says="never evidence")


@pytest.mark.parametrize(("folder", "code"), [("private", 0), ("derived", 1), ("staging", 1)])
def test_a_link_in_its_place(suspect: Suspect, folder: str, code: int, tmp_path: Path) -> None:
    """Not entered, so nothing behind it is read; where the program writes or clears, it would do so elsewhere."""
    (suspect.root / folder).rename(tmp_path / "away")
    (suspect.root / folder).symlink_to("/etc")
    assert suspect.verdict().exit_code == code
    if code:
        with pytest.raises(CaseError, match="is not a folder"):
            Case.open(suspect.root)


def test_set_aside_by_recover(suspect: Suspect) -> None:
    overwrite(suspect.root / "custody/not-whole-E0009-x/half.txt", b"x")
    suspect.finds(0, "unlisted", Status.NOTE, "custody/not-whole-E0009-x/half.txt")


def test_capitals_do_not_make_a_hiding_place(suspect: Suspect) -> None:
    overwrite(suspect.root / "Private/x.txt", b"x")
    assert suspect.verdict().exit_code == 1
