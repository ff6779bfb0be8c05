"""A file became longer or shorter after it was sealed."""

from __future__ import annotations

from forger import overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status


def test_grown(suspect: Suspect) -> None:
    path = suspect.root / "evidence/E0006/letter.txt"
    overwrite(path, path.read_bytes() + b"x")
    suspect.finds(1, "file", Status.CHANGED, "evidence/E0006/letter.txt", "E0006", "AB/1", says="451 bytes")


def test_cut(suspect: Suspect) -> None:
    path = suspect.root / "evidence/E0006/letter.txt"
    overwrite(path, path.read_bytes()[:-1])
    suspect.finds(1, "file", Status.CHANGED, "evidence/E0006/letter.txt", "E0006", "AB/1", says="449 bytes")


def test_emptied(suspect: Suspect) -> None:
    overwrite(suspect.root / "evidence/E0001/capture.wacz", b"")
    suspect.finds(1, "file", Status.CHANGED, "evidence/E0001/capture.wacz", "E0001", "PO/1", says="0 bytes")
