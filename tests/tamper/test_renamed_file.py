"""A stored file is given another name."""

from __future__ import annotations

from honest_case import Suspect

from abusekit.integrity.findings import Status


def test_both_names_are_told(suspect: Suspect) -> None:
    folder = suspect.root / "evidence/E0004"
    (folder / "photo.jpg").rename(folder / "picture.jpg")
    suspect.finds(1, "file", Status.MISSING, "evidence/E0004/photo.jpg", "E0004", "PO/4")
    suspect.finds(1, "unlisted", Status.UNLISTED, "evidence/E0004/picture.jpg", "E0004", "PO/4")


def test_a_renamed_item(suspect: Suspect) -> None:
    (suspect.root / "evidence/E0004").rename(suspect.root / "evidence/E0040")
    suspect.finds(1, "file", Status.MISSING, "evidence/E0004/photo.jpg", "E0004", "PO/4")
    suspect.finds(1, "unlisted", Status.UNLISTED, "evidence/E0040/photo.jpg")
