"""The log is written anew, chained rightly: only a seal, or a copy of one, tells."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from forger import entries, rebuild
from honest_case import Suspect

from abusekit.errors import InputError
from abusekit.integrity.findings import Status
from abusekit.integrity.keys.publickey import public_key_of
from abusekit.integrity.keys.sshsig import sign


def test_against_an_earlier_seal(suspect: Suspect, stranger: Ed25519PrivateKey) -> None:
    kept = (suspect.root / "seals/000007/seal.txt").read_bytes()
    acts = entries(suspect.root)
    acts[6]["tags"] = ["harmless"]
    rebuild(
        suspect.root, acts, sign=lambda text: sign(stranger, text), signer=public_key_of(stranger).fingerprint
    )
    question = {"against": (("kept.txt", kept),)}
    suspect.finds(1, "against", Status.CHANGED, "custody/log.jsonl", says="rewritten", **question)


def test_of_another_case(suspect: Suspect) -> None:
    kept = (suspect.root / "seals/000007/seal.txt").read_bytes()
    other = kept.replace(kept[14:22], b"00000000", 1)
    question = {"against": (("kept.txt", other),)}
    suspect.finds(1, "against", Status.CHANGED, "custody/log.jsonl", says="another case", **question)


def test_an_against_that_is_no_seal(suspect: Suspect) -> None:
    with pytest.raises(InputError):
        suspect.verdict(against=(("photo.jpg", b"\xff\xd8"),))
