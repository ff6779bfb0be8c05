"""Folders in folders, deeper than a case ever has."""

from __future__ import annotations

from honest_case import Suspect

from abusekit.integrity.findings import Status


def test_are_not_looked_into(suspect: Suspect) -> None:
    deep = suspect.root.joinpath("evidence", *["d"] * 60)
    deep.mkdir(parents=True)
    (deep / "file").write_bytes(b"x")
    path = "/".join(["evidence", *["d"] * 8])
    suspect.finds(1, "names", Status.UNLISTED, path, says="deeply")
