"""What a seal says is edited."""

from __future__ import annotations

import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from forger import chained, entries, overwrite, relist, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status
from abusekit.integrity.keys.sshsig import sign


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb"sealed-at 2026", b"sealed-at 2020"),
        (rb"sealed-at 2026-11", b"sealed-at 2026-13"),
        (rb"\n15\n", b"\n14\n"),
        (rb"\n15\n", b"\n015\n"),
        (rb"\n15\n", b"\n999999999\n"),
        (rb"tool abusekit/", b"tool otherkit/"),
        (rb"head-sha256 ", b"head-sha256  "),
        (rb"\nroot-sha256 [0-9a-f]{2}", b"\nroot-sha256 zz"),
        (rb"\Z", b"more text\n"),
        (rb"\Z", b"\n"),
        (rb"\n", b"\r\n"),
        (rb"\A", b"\xef\xbb\xbf"),
    ],
)
def test_is_found(suspect: Suspect, old: bytes, new: bytes) -> None:
    path = "seals/000015/seal.txt"
    text = (suspect.root / path).read_bytes()
    edited = re.sub(old, new, text)
    assert edited != text
    overwrite(suspect.root / path, edited)
    suspect.finds(1, "file", Status.CHANGED, path)
    acts = entries(suspect.root)
    relist(suspect.root, acts, path)
    store_lines(suspect.root, chained(acts))  # now the log agrees; the statement or its signature does not
    wrong = {f.check for f in suspect.verdict().findings if f.status is Status.CHANGED}
    assert wrong and wrong <= {"seal", "signature"}


def test_a_date_that_does_not_exist_under_a_good_signature(
    suspect: Suspect, stranger: Ed25519PrivateKey
) -> None:
    """A dishonest signer's seal must not stop the reader."""
    acts = entries(suspect.root)
    folder = suspect.root / "seals/000015"
    text = re.sub(
        rb"sealed-at \S+", b"sealed-at 2026-13-32T25:61:61.000000Z", (folder / "seal.txt").read_bytes()
    )
    overwrite(folder / "seal.txt", text)
    overwrite(folder / "seal.txt.me.sig", sign(stranger, text))
    relist(suspect.root, acts, "seals/000015/seal.txt", "seals/000015/seal.txt.me.sig")
    store_lines(suspect.root, chained(acts))
    suspect.finds(1, "seal", Status.CHANGED, "seals/000015/seal.txt")


def test_a_seal_in_the_folder_of_another(suspect: Suspect) -> None:
    source, target = suspect.root / "seals/000007/seal.txt", suspect.root / "seals/000015/seal.txt"
    overwrite(target, source.read_bytes())
    suspect.finds(1, "seal", Status.CHANGED, "seals/000015/seal.txt", says="covers 7 lines")
