"""A second log stands beside the first."""

from __future__ import annotations

from forger import overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status


def test_is_found(suspect: Suspect) -> None:
    data = (suspect.root / "custody/log.jsonl").read_bytes()
    overwrite(suspect.root / "custody/log.redacted", data)
    suspect.finds(1, "log", Status.CHANGED, "custody/log.redacted", says="two logs")


def test_a_whole_log_under_the_name_of_a_partial_one(suspect: Suspect) -> None:
    """Nothing is withheld in it: somebody renamed it, perhaps to get rid of case.yaml."""
    (suspect.root / "custody/log.jsonl").rename(suspect.root / "custody/log.redacted")
    (suspect.root / "case.yaml").unlink()
    assert suspect.verdict().exit_code == 1
