"""The case is signed by another key than the one that was expected."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from forger import chained, entries, overwrite, rebuild, relist, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status
from abusekit.integrity.keys.publickey import public_key_of
from abusekit.integrity.keys.sshsig import sign
from abusekit.integrity.trust import Trust


def test_whole_case_rebuilt_and_signed_by_a_stranger(suspect: Suspect, stranger: Ed25519PrivateKey) -> None:
    """Nothing inside can tell: the question is whose key that is."""
    acts = entries(suspect.root)
    acts[6]["tags"] = ["harmless"]
    rebuild(
        suspect.root, acts, sign=lambda text: sign(stranger, text), signer=public_key_of(stranger).fingerprint
    )
    path = "seals/000015/seal.txt.me.sig"
    print_ = public_key_of(stranger).fingerprint
    suspect.finds(7, "signature", Status.UNCHECKED, path, says=f"{print_}, for which nobody vouched")
    pinned = Trust(suspect.built.trust.signers, (suspect.built.fingerprint,))
    suspect.finds(1, "signature", Status.CHANGED, "seals/000015/seal.txt", says="pinned", trust=pinned)
    # ... and whoever takes the stranger for the signer is shown no fault: that is what trust means
    assert suspect.verdict(trust=Trust((), (print_,))).exit_code == 0


def test_newest_seal_only(suspect: Suspect, stranger: Ed25519PrivateKey) -> None:
    acts = entries(suspect.root)
    folder = suspect.root / "seals/000015"
    overwrite(folder / "seal.txt.me.sig", sign(stranger, (folder / "seal.txt").read_bytes()))
    relist(suspect.root, acts, "seals/000015/seal.txt.me.sig")
    store_lines(suspect.root, chained(acts))
    path = "seals/000015/seal.txt.me.sig"
    suspect.finds(1, "signature", Status.CHANGED, path, says="logged was one of")
    acts[-1]["signer"] = public_key_of(stranger).fingerprint
    store_lines(suspect.root, chained(acts))
    suspect.finds(7, "signature", Status.UNCHECKED, "seals/000015/seal.txt.me.sig")
    suspect.finds(7, "signature", Status.OK, "seals/000007/seal.txt.me.sig")
    pinned = Trust(suspect.built.trust.signers, (suspect.built.fingerprint,))
    suspect.finds(1, "signature", Status.CHANGED, "seals/000015/seal.txt", trust=pinned)


def test_nobody_is_trusted(suspect: Suspect) -> None:
    suspect.finds(7, "signature", Status.UNCHECKED, "seals/000015/seal.txt.me.sig", trust=Trust())
    pinned = Trust((), (suspect.built.fingerprint,))
    assert suspect.verdict(trust=pinned).exit_code == 0


def test_keys_inside_the_case_count_for_nothing(suspect: Suspect, stranger: Ed25519PrivateKey) -> None:
    acts = entries(suspect.root)
    rebuild(
        suspect.root, acts, sign=lambda text: sign(stranger, text), signer=public_key_of(stranger).fingerprint
    )
    overwrite(
        suspect.root / "private/allowed_signers",
        f"me {public_key_of(stranger).openssh_line}\n".encode(),
    )
    assert suspect.verdict().exit_code == 7
