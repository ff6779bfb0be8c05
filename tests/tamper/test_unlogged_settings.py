"""Settings are changed in the folder, without a line in the log."""

from __future__ import annotations

from pathlib import Path

from forger import entries, extend, listed, overwrite, rebuild
from honest_case import Suspect

from abusekit.integrity.findings import Status


def _newer(root: Path) -> None:
    text = (root / "settings/0002.yaml").read_bytes().replace(b"OP-1", b"OP-9")
    overwrite(root / "settings/0003.yaml", text)
    overwrite(root / "case.yaml", text)


def test_is_unlisted(suspect: Suspect) -> None:
    _newer(suspect.root)
    suspect.finds(1, "unlisted", Status.UNLISTED, "settings/0003.yaml")
    suspect.finds(1, "settings", Status.CHANGED, "case.yaml")


def test_logged_but_not_sealed(suspect: Suspect) -> None:
    """Anybody who can write to the folder can do that; the seal does not cover it, and verify says so."""
    _newer(suspect.root)
    act = {"do": "settings.change", "reason": "none", "files": [listed(suspect.root, "settings/0003.yaml")]}
    extend(suspect.root, act)
    suspect.finds(7, "seal", Status.UNCHECKED, "seals/000015", says="1 acts behind the newest seal")


def test_no_settings_are_logged_at_all(suspect: Suspect) -> None:
    acts = entries(suspect.root)
    acts[0]["files"] = []
    acts[9]["files"] = []
    rebuild(suspect.root, acts)
    (suspect.root / "settings/0001.yaml").unlink()
    (suspect.root / "settings/0002.yaml").unlink()
    suspect.finds(1, "settings", Status.UNLISTED, "case.yaml")
