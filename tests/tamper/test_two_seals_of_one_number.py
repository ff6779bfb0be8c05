"""Two seals claim one number: under another spelling of it, by a second line, or one beside the folder."""

from __future__ import annotations

import shutil

from forger import entries, extend, listed
from honest_case import Suspect

from abusekit.integrity.findings import Status


def test_under_another_spelling(suspect: Suspect) -> None:
    shutil.copytree(suspect.root / "seals/000015", suspect.root / "seals/0000015")
    suspect.finds(1, "unlisted", Status.UNLISTED, "seals/0000015/seal.txt")


def test_with_a_capital(suspect: Suspect) -> None:
    """A name beside the folder of the seal that some tool might take for it."""
    shutil.copytree(suspect.root / "seals/000015", suspect.root / "seals/000015a")
    suspect.finds(1, "unlisted", Status.UNLISTED, "seals/000015a/seal.txt")


def test_added_by_a_second_line(suspect: Suspect) -> None:
    parts = [f"seals/000015/{name}" for name in ("salt.txt", "manifest-sha256.txt", "seal.txt")]
    assert any(act["do"] == "seal.add" and act["seal"] == 15 for act in entries(suspect.root))
    extend(suspect.root, {"do": "seal.add", "seal": 15, "files": [listed(suspect.root, p) for p in parts]})
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="names seals/000015/salt.txt again")


def test_over_more_lines_in_the_folder_of_fewer(suspect: Suspect) -> None:
    """The text of the newer seal in the folder of the older one."""
    for name in ("seal.txt", "manifest-sha256.txt", "salt.txt"):
        target = suspect.root / "seals/000007" / name
        target.chmod(0o600)
        shutil.copyfile(suspect.root / "seals/000015" / name, target)
    suspect.finds(
        1, "seal", Status.CHANGED, "seals/000007/seal.txt", says="lies in seals/000007, but covers 15"
    )
