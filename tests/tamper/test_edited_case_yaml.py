"""The settings that people read are not those that were logged."""

from __future__ import annotations

from forger import overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status


def test_edited(suspect: Suspect) -> None:
    path = suspect.root / "case.yaml"
    overwrite(path, path.read_bytes().replace(b"Producer One", b"Producer Two"))
    suspect.finds(1, "settings", Status.CHANGED, "case.yaml", says="settings/0002.yaml")


def test_an_older_one(suspect: Suspect) -> None:
    overwrite(suspect.root / "case.yaml", (suspect.root / "settings/0001.yaml").read_bytes())
    suspect.finds(1, "settings", Status.CHANGED, "case.yaml", says="settings/0002.yaml")


def test_deleted(suspect: Suspect) -> None:
    (suspect.root / "case.yaml").unlink()
    suspect.finds(1, "settings", Status.MISSING, "case.yaml")
