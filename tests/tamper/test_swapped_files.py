"""Two files of one kind change places."""

from __future__ import annotations

from forger import overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status


def test_two_photos(suspect: Suspect) -> None:
    first, second = (suspect.root / f"evidence/{item}/photo.jpg" for item in ("E0004", "E0005"))
    assert first.stat().st_size == second.stat().st_size  # so that only the digest can tell
    one, two = first.read_bytes(), second.read_bytes()
    overwrite(first, two)
    overwrite(second, one)
    suspect.finds(1, "file", Status.CHANGED, "evidence/E0004/photo.jpg", "E0004", "PO/4")
    suspect.finds(1, "file", Status.CHANGED, "evidence/E0005/photo.jpg", "E0005", "PO/5")


def test_two_whole_items(suspect: Suspect) -> None:
    evidence = suspect.root / "evidence"
    (evidence / "E0004").rename(evidence / "aside")
    (evidence / "E0005").rename(evidence / "E0004")
    (evidence / "aside").rename(evidence / "E0005")
    suspect.finds(1, "file", Status.CHANGED, "evidence/E0004/item.json", "E0004", "PO/4")
    suspect.finds(1, "file", Status.CHANGED, "evidence/E0005/item.json", "E0005", "PO/5")
