"""Lines that speak of sealing, written by somebody who has no key: they must not hide other acts."""

from __future__ import annotations

from forger import extend, listed, overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status

LOG = "custody/log.jsonl"


def test_a_signature_line_that_admits_evidence(suspect: Suspect) -> None:
    """Lines about seals are not counted as unsealed acts; so they may list nothing but parts of a seal."""
    overwrite(suspect.root / "evidence/E0001/planted.jpg", b"x")
    files = [listed(suspect.root, "evidence/E0001/planted.jpg")]
    extend(suspect.root, {"do": "seal.sign", "seal": 15, "signer": "x", "files": files})
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 18")


def test_a_seal_that_is_not_there(suspect: Suspect) -> None:
    """An act behind the newest seal, and a line that claims a newer seal over it."""
    extend(
        suspect.root,
        {"do": "item.withdraw", "item": "E0001", "reason": "planted"},
        {"do": "seal.add", "seal": 18, "files": []},
    )
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 19")


def test_a_listed_seal_that_is_not_there(suspect: Suspect) -> None:
    files = [{"path": f"seals/000018/{name}", "sha256": "0" * 64, "size": 1}
             for name in ("salt.txt", "manifest-sha256.txt", "seal.txt")]  # fmt: skip
    extend(
        suspect.root,
        {"do": "item.withdraw", "item": "E0001", "reason": "planted"},
        {"do": "seal.add", "seal": 18, "files": files},
    )
    suspect.finds(1, "file", Status.MISSING, "seals/000018/seal.txt")


def test_an_older_seal_named_again(suspect: Suspect) -> None:
    extend(
        suspect.root,
        {"do": "item.withdraw", "item": "E0001", "reason": "planted"},
        {"do": "seal.add", "seal": 7, "files": []},
    )
    assert suspect.verdict().exit_code == 1


def test_evidence_listed_by_another_act(suspect: Suspect) -> None:
    overwrite(suspect.root / "evidence/E0001/planted.jpg", b"x")
    extend(suspect.root, {"do": "case.note", "files": [listed(suspect.root, "evidence/E0001/planted.jpg")]})
    suspect.finds(1, "log", Status.CHANGED, LOG, says="line 18")


def test_acts_behind_the_seal_are_told(suspect: Suspect) -> None:
    extend(suspect.root, {"do": "item.withdraw", "item": "E0001", "reason": "planted"})
    suspect.finds(7, "seal", Status.UNCHECKED, "seals/000015", says="1 acts behind")
