"""A good signature of one seal is laid beside another."""

from __future__ import annotations

from forger import chained, entries, overwrite, relist, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status
from abusekit.integrity.keys.sshsig import sign


def test_does_not_belong_to_the_text(suspect: Suspect) -> None:
    acts = entries(suspect.root)
    path = "seals/000015/seal.txt.me.sig"
    overwrite(suspect.root / path, (suspect.root / "seals/000007/seal.txt.me.sig").read_bytes())
    suspect.finds(1, "file", Status.CHANGED, path)
    relist(suspect.root, acts, path)
    store_lines(suspect.root, chained(acts))  # the line behind the seal is not covered by it
    suspect.finds(1, "signature", Status.CHANGED, path, says="does not belong to this text")


def test_made_for_another_purpose(suspect: Suspect) -> None:
    acts = entries(suspect.root)
    path = "seals/000015/seal.txt.me.sig"
    text = (suspect.root / "seals/000015/seal.txt").read_bytes()
    overwrite(suspect.root / path, sign(suspect.built.key, text, "git"))
    relist(suspect.root, acts, path)
    store_lines(suspect.root, chained(acts))
    suspect.finds(1, "signature", Status.CHANGED, path, says="'git'")
