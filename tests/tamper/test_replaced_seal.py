"""The holder of the key seals the same lines again, with another time: a kept copy tells."""

from __future__ import annotations

from forger import overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status


def test_a_kept_copy_shows_another_seal(suspect: Suspect) -> None:
    path = suspect.root / "seals/000015/seal.txt"
    kept = path.read_bytes()
    question = {"against": (("kept.txt", kept),)}
    assert suspect.verdict(**question).exit_code == 0
    line = next(one for one in kept.splitlines() if one.startswith(b"sealed-at"))
    overwrite(path, kept.replace(line, b"sealed-at 2020-01-01T00:00:00.000000Z"))
    suspect.finds(1, "against", Status.CHANGED, "seals/000015/seal.txt", says="other seal", **question)


def test_a_kept_copy_shows_a_seal_that_is_gone(suspect: Suspect) -> None:
    path = suspect.root / "seals/000007/seal.txt"
    kept = path.read_bytes()
    path.chmod(0o600)
    path.unlink()
    suspect.finds(1, "against", Status.CHANGED, "seals/000007/seal.txt", against=(("kept.txt", kept),))
