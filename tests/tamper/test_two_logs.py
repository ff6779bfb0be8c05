"""A second log stands beside the first."""

from __future__ import annotations

from forger import overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status


def test_is_found(suspect: Suspect) -> None:
    data = (suspect.root / "custody/log.jsonl").read_bytes()
    overwrite(suspect.root / "custody/log.redacted", data)
    suspect.finds(1, "log", Status.CHANGED, "custody/log.redacted", says="two logs")
