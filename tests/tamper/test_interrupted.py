"""A change that was interrupted: not verified, not accused, and told what to do."""

from __future__ import annotations

import shutil

from forger import overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status


def test_the_mark_alone(suspect: Suspect) -> None:
    overwrite(suspect.root / "custody/pending", b"")
    suspect.finds(7, "unlisted", Status.UNCHECKED, "custody/pending", says="recover")


def test_an_item_that_follows_the_last(suspect: Suspect) -> None:
    overwrite(suspect.root / "custody/pending", b"")
    shutil.copytree(suspect.root / "evidence/E0008", suspect.root / "evidence/E0009")
    suspect.finds(7, "unlisted", Status.UNCHECKED, "evidence/E0009/item.json", says="recover")


def test_does_not_cover_what_is_planted_elsewhere(suspect: Suspect) -> None:
    overwrite(suspect.root / "custody/pending", b"")
    overwrite(suspect.root / "evidence/E0001/planted.jpg", b"x")
    suspect.finds(1, "unlisted", Status.UNLISTED, "evidence/E0001/planted.jpg", "E0001", "PO/1")


def test_a_mark_with_something_in_it(suspect: Suspect) -> None:
    overwrite(suspect.root / "custody/pending", b"hidden text")
    assert suspect.verdict().exit_code == 1
