"""A stored file, or a whole item, is gone."""

from __future__ import annotations

import shutil

import pytest
from honest_case import Suspect

from abusekit.integrity.findings import Status


@pytest.mark.parametrize(
    ("path", "item", "exhibit"),
    [
        ("evidence/E0001/capture.wacz", "E0001", "PO/1"),
        ("evidence/E0006/item.json", "E0006", "AB/1"),
        ("evidence/E0005/photo.jpg", "E0005", "PO/5"),
        ("settings/0001.yaml", "", ""),
        ("seals/000007/salt.txt", "", ""),
    ],
)
def test_is_missing(suspect: Suspect, path: str, item: str, exhibit: str) -> None:
    (suspect.root / path).unlink()
    suspect.finds(1, "file", Status.MISSING, path, item, exhibit)


def test_an_item(suspect: Suspect) -> None:
    shutil.rmtree(suspect.root / "evidence/E0002")
    for name in ("item.json", "capture.wacz", "text.txt"):
        suspect.finds(1, "file", Status.MISSING, f"evidence/E0002/{name}", "E0002", "PO/2")


def test_all_evidence(suspect: Suspect) -> None:
    shutil.rmtree(suspect.root / "evidence")
    suspect.finds(1, "file", Status.MISSING, "evidence/E0007/note.txt", "E0007", "AB/2")
