"""A seal, or a part of it, is gone."""

from __future__ import annotations

import shutil

from honest_case import Suspect

from abusekit.integrity.findings import Status


def test_the_newest_seal(suspect: Suspect) -> None:
    shutil.rmtree(suspect.root / "seals/000015")
    suspect.finds(1, "file", Status.MISSING, "seals/000015/seal.txt")


def test_every_seal(suspect: Suspect) -> None:
    shutil.rmtree(suspect.root / "seals")
    suspect.finds(1, "file", Status.MISSING, "seals/000007/seal.txt")


def test_seal_txt(suspect: Suspect) -> None:
    (suspect.root / "seals/000007/seal.txt").unlink()
    suspect.finds(1, "seal", Status.MISSING, "seals/000007/seal.txt")


def test_the_list_of_files(suspect: Suspect) -> None:
    (suspect.root / "seals/000007/manifest-sha256.txt").unlink()
    suspect.finds(1, "seal", Status.MISSING, "seals/000007/manifest-sha256.txt")
