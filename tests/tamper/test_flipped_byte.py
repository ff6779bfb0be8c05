"""One byte of a stored file is another."""

from __future__ import annotations

import pytest
from forger import flip
from honest_case import Suspect

from abusekit.integrity.findings import Status


@pytest.mark.parametrize("at", [0, -1])
@pytest.mark.parametrize(
    ("path", "item", "exhibit"),
    [
        ("evidence/E0001/item.json", "E0001", "PO/1"),
        ("evidence/E0002/capture.wacz", "E0002", "PO/2"),
        ("evidence/E0003/text.txt", "E0003", "PO/3"),
        ("evidence/E0004/photo.jpg", "E0004", "PO/4"),
        ("evidence/E0005/photo.jpg", "E0005", "PO/5"),  # withdrawn things are watched as well
        ("evidence/E0007/note.txt", "E0007", "AB/2"),
        ("evidence/E0008/recording.bin", "E0008", "AB/3"),
        ("settings/0001.yaml", "", ""),
        ("settings/0002.yaml", "", ""),
        ("seals/000007/seal.txt", "", ""),
        ("seals/000015/manifest-sha256.txt", "", ""),
        ("seals/000015/salt.txt", "", ""),
        ("seals/000007/seal.txt.me.sig", "", ""),
    ],
)
def test_is_found_with_its_item(suspect: Suspect, path: str, item: str, exhibit: str, at: int) -> None:
    flip(suspect.root / path, at)
    suspect.finds(1, "file", Status.CHANGED, path, item, exhibit, says="is not what was logged")


def test_in_case_yaml(suspect: Suspect) -> None:
    flip(suspect.root / "case.yaml", 20)
    suspect.finds(1, "settings", Status.CHANGED, "case.yaml")


def test_in_the_first_line_of_the_log(suspect: Suspect) -> None:
    flip(suspect.root / "custody/log.jsonl", 40)
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl")


def test_in_the_middle_of_a_large_file(suspect: Suspect) -> None:
    path = "evidence/E0008/recording.bin"
    flip(suspect.root / path, 300_000, 0x80)
    suspect.finds(1, "file", Status.CHANGED, path, "E0008", "AB/3")
