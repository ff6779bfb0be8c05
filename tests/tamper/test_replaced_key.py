"""Somebody who can write to the folder says in the log that a key of his own replaces the signer's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from forger import extend
from honest_case import START, Suspect

from abusekit.case.folder import Case
from abusekit.integrity.findings import Status
from abusekit.integrity.keys.publickey import public_key_of
from abusekit.integrity.keys.signers import Signer
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.sealing.rotation import log_rotation
from abusekit.integrity.sealing.seal import sign_seal
from abusekit.integrity.trust import Trust

LATER = START + timedelta(hours=2)


def rotate(suspect: Suspect, new: Ed25519PrivateKey, *signers: StoredKey) -> list[str]:
    """The change of keys, and a seal over it; gives the paths of the signatures."""
    case = Case.open(suspect.root)
    old = public_key_of(suspect.built.key)
    log_rotation(case, old, public_key_of(new), name="new", reason="new computer", by="PO", now=LATER)
    folder = make_manifest(case, by="PO", now=LATER)
    made = [sign_seal(case, folder, signer, by="PO", now=LATER) for signer in signers]
    return [path.relative_to(suspect.root).as_posix() for path in made]


def test_nobody_trusts_it_for_that(suspect: Suspect, stranger: Ed25519PrivateKey) -> None:
    (path,) = rotate(suspect, stranger, StoredKey("new", stranger))
    suspect.finds(7, "signature", Status.UNCHECKED, path, says="nobody vouched: whose is it?")
    suspect.finds(7, "signature", Status.UNCHECKED, path, says="says that it replaces")
    suspect.finds(
        7, "signature", Status.NOTE, "custody/log.jsonl", says="no seal since then is signed by both"
    )


def test_not_even_where_both_have_signed(suspect: Suspect, stranger: Ed25519PrivateKey) -> None:
    """The old key's holder agreed to it: that is said by his signature, and does not make the new one known."""
    mine, theirs = rotate(suspect, stranger, StoredKey("me", suspect.built.key), StoredKey("new", stranger))
    suspect.finds(7, "signature", Status.OK, mine)
    suspect.finds(7, "signature", Status.UNCHECKED, theirs, says="nobody vouched")
    assert not [f for f in suspect.verdict().findings if "signed by both" in f.message]
    known = Trust((*suspect.built.trust.signers, Signer(("new",), public_key_of(stranger), (), None, None)))
    suspect.finds(0, "signature", Status.OK, theirs, says="replaces", trust=known)


@pytest.mark.parametrize("wrong", ["fingerprint", "itself", "weak", "old", "name"])
def test_an_impossible_change_is_refused(suspect: Suspect, stranger: Ed25519PrivateKey, wrong: str) -> None:
    new = public_key_of(stranger)
    act: dict[str, object] = {
        "do": "key.add", "key": new.fingerprint, "public": new.openssh_line, "name": "new",
        "replaces": suspect.built.fingerprint, "reason": "x",
    }  # fmt: skip
    act |= {
        "fingerprint": {"key": suspect.built.fingerprint},
        "itself": {"replaces": new.fingerprint},
        "weak": {
            "public": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        },
        "old": {"replaces": 5},
        "name": {"name": None},
    }[wrong]
    extend(suspect.root, act)
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="line 18")
