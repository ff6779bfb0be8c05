"""The signature of a seal is gone."""

from __future__ import annotations

from forger import raw_lines, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status
from abusekit.integrity.trust import Trust


def test_is_missing(suspect: Suspect) -> None:
    (suspect.root / "seals/000015/seal.txt.me.sig").unlink()
    suspect.finds(1, "file", Status.MISSING, "seals/000015/seal.txt.me.sig")
    suspect.finds(1, "signature", Status.UNCHECKED, "seals/000015/seal.txt", says="not signed")


def test_with_its_line(suspect: Suspect) -> None:
    """Together with the last line of the log nothing is missing; but nobody stands by the newest state."""
    (suspect.root / "seals/000015/seal.txt.me.sig").unlink()
    store_lines(suspect.root, raw_lines(suspect.root)[:-1])
    suspect.finds(7, "signature", Status.UNCHECKED, "seals/000015/seal.txt", says="not signed")
    pinned = Trust(suspect.built.trust.signers, (suspect.built.fingerprint,))
    suspect.finds(1, "signature", Status.CHANGED, "seals/000015/seal.txt", trust=pinned)
