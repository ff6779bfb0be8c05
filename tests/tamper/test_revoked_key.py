"""The signing key was stolen: its owner said so in the log, and the thief signs on."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from forger import chained, entries, extend, overwrite, store_lines
from honest_case import START, Suspect

from abusekit.case.folder import Case
from abusekit.integrity.findings import Status
from abusekit.integrity.keys.publickey import public_key_of
from abusekit.integrity.keys.revocation import Revocation, log_revocation
from abusekit.integrity.keys.signers import Signer
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.sealing.seal import sign_seal
from abusekit.integrity.trust import Trust

LATER = START + timedelta(hours=2)
OLD = "seals/000007/seal.txt.me.sig"


def revoke(suspect: Suspect, since: datetime = LATER) -> None:
    said = Revocation(since, "stolen", "the laptop is gone")
    log_revocation(Case.open(suspect.root), suspect.built.fingerprint, said, by="PO", now=LATER)


def seal(suspect: Suspect, name: str, key: Ed25519PrivateKey) -> str:
    case = Case.open(suspect.root)
    folder = make_manifest(case, by="PO", now=LATER)
    return f"seals/{folder.name}/{sign_seal(case, folder, StoredKey(name, key), by='PO', now=LATER).name}"


def test_its_signatures_count_no_more_though_it_is_vouched_for(
    suspect: Suspect, stranger: Ed25519PrivateKey
) -> None:
    """None of them has a time stamp, so nobody can tell which were made before; a newer seal by another key can."""
    known = Trust((*suspect.built.trust.signers, Signer(("new",), public_key_of(stranger), (), None, None)))
    revoke(suspect)
    suspect.finds(7, "signature", Status.UNCHECKED, OLD, says="counts no more since", trust=known)
    mine = seal(suspect, "new", stranger)
    suspect.finds(7, "signature", Status.UNCHECKED, OLD)  # nobody vouched for the new key
    suspect.finds(0, "signature", Status.OK, mine, trust=known)
    suspect.finds(0, "signature", Status.NOTE, OLD, says="well signed, covers the same lines", trust=known)
    theirs = seal(suspect, "me", suspect.built.key)
    suspect.finds(7, "signature", Status.UNCHECKED, theirs, says="no trusted time stamp", trust=known)


def test_a_newer_seal_that_is_spoiled_covers_nothing(suspect: Suspect, stranger: Ed25519PrivateKey) -> None:
    known = Trust((*suspect.built.trust.signers, Signer(("new",), public_key_of(stranger), (), None, None)))
    revoke(suspect)
    mine = seal(suspect, "new", stranger)
    manifest = suspect.root / mine.rpartition("/")[0] / "manifest-sha256.txt"
    overwrite(manifest, manifest.read_bytes()[:-1])
    suspect.finds(1, "signature", Status.UNCHECKED, OLD, says="counts no more since", trust=known)


def test_a_pin_does_not_bring_it_back(suspect: Suspect) -> None:
    revoke(suspect)
    theirs = seal(suspect, "me", suspect.built.key)
    pinned = Trust((), (suspect.built.fingerprint,))
    suspect.finds(7, "signature", Status.UNCHECKED, theirs, says="counts no more", trust=pinned)


def test_the_line_is_taken_out_behind_the_seal(suspect: Suspect, stranger: Ed25519PrivateKey) -> None:
    """Sealed by the owner's new key, the revocation cannot go without a trace; the old seals would not show it."""
    revoke(suspect)
    seal(suspect, "new", stranger)
    acts = [act for act in entries(suspect.root) if act["do"] != "key.revoke"]
    store_lines(suspect.root, chained(acts))
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="adds a seal that cannot be")


def test_a_later_time_does_not_undo_an_earlier_one(suspect: Suspect) -> None:
    revoke(suspect)
    since = (LATER + timedelta(days=900)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    act = {
        "do": "key.revoke",
        "key": suspect.built.fingerprint,
        "since": since,
        "why": "retired",
        "reason": "x",
    }
    extend(suspect.root, act)
    suspect.finds(7, "signature", Status.UNCHECKED, OLD, says=f"since {LATER:%Y-%m-%dT%H:%M:%S}Z")


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "SHA256:short"}, {"since": "2026-11-20"}, {"since": "2026-11-20T21:00:00+01:00"},
        {"why": "tired"}, {"since": 5},
    ],
)  # fmt: skip
def test_a_revocation_that_says_nothing_is_refused(suspect: Suspect, wrong: dict[str, object]) -> None:
    act = {"do": "key.revoke", "key": suspect.built.fingerprint, "since": "2026-11-20T23:00:00.000000Z"}
    extend(suspect.root, {**act, "why": "lost", "reason": "x", **wrong})
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="line 18")
