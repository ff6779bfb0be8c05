"""What file managers put into every folder is no evidence, and no fault of the case."""

from __future__ import annotations

import pytest
from forger import overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status


@pytest.mark.parametrize(
    "path", [".DS_Store", "evidence/.DS_Store", "evidence/E0001/Thumbs.db", "seals/desktop.ini"]
)
def test_is_a_note(suspect: Suspect, path: str) -> None:
    overwrite(suspect.root / path, b"x")
    assert suspect.verdict().exit_code == 0
    suspect.finds(0, "names", Status.NOTE, path, says="file manager")


def test_a_link_of_that_name_is_not(suspect: Suspect) -> None:
    (suspect.root / ".DS_Store").symlink_to("/etc/passwd")
    assert suspect.verdict().exit_code == 1
