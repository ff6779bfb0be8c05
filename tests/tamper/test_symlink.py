"""A link stands where a file or a folder was: it is never followed, whatever it leads to."""

from __future__ import annotations

from pathlib import Path

import pytest
from honest_case import Suspect

from abusekit.errors import CaseError
from abusekit.integrity.findings import Status


def test_for_a_file_with_the_right_content(suspect: Suspect, tmp_path: Path) -> None:
    path = suspect.root / "evidence/E0004/photo.jpg"
    path.rename(tmp_path / "photo.jpg")
    path.symlink_to(tmp_path / "photo.jpg")
    suspect.finds(1, "names", Status.CHANGED, "evidence/E0004/photo.jpg", says="link")


def test_for_an_item(suspect: Suspect, tmp_path: Path) -> None:
    path = suspect.root / "evidence/E0004"
    path.rename(tmp_path / "E0004")
    path.symlink_to(tmp_path / "E0004")
    suspect.finds(1, "names", Status.CHANGED, "evidence/E0004", says="link")
    suspect.finds(1, "file", Status.MISSING, "evidence/E0004/photo.jpg", "E0004", "PO/4")


@pytest.mark.parametrize("folder", ["evidence", "seals", "settings", "custody"])
def test_for_a_folder_of_the_case(suspect: Suspect, tmp_path: Path, folder: str) -> None:
    (suspect.root / folder).rename(tmp_path / folder)
    (suspect.root / folder).symlink_to(tmp_path / folder)
    if folder == "custody":
        with pytest.raises(CaseError):
            suspect.verdict()
    else:
        suspect.finds(1, "names", Status.CHANGED, folder, says="link")


@pytest.mark.parametrize("target", ["/dev/zero", "/etc/passwd", "/nowhere"])
def test_for_the_log(suspect: Suspect, target: str) -> None:
    path = suspect.root / "custody/log.jsonl"
    path.unlink()
    path.symlink_to(target)
    suspect.finds(1, "names", Status.CHANGED, "custody/log.jsonl", says="link")
    suspect.finds(1, "log", Status.MISSING, "custody/log.jsonl")


@pytest.mark.parametrize(
    "path", ["case.yaml", "seals/000015/seal.txt", "seals/000015/seal.txt.me.sig", "kit"]
)
def test_to_an_endless_file(suspect: Suspect, path: str) -> None:
    (suspect.root / path).unlink(missing_ok=True)
    (suspect.root / path).symlink_to("/dev/zero")
    suspect.finds(1, "names", Status.CHANGED, path, says="link")
