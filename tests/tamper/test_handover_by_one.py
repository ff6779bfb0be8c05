"""Somebody alone, with a key that is vouched for, writes a hand-over in the name of the producer, and receives it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from forger import chained, entries, leaf, raw_lines, store_lines
from honest_case import START, Suspect, vouched

from abusekit.case.folder import Case
from abusekit.case.transfer import (
    Receipt,
    Releaser,
    Transfer,
    receipt_path,
    receipt_words,
    transfer_path,
)
from abusekit.errors import EvidenceError
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.handover.handing import Wanted, log_receipt, log_transfer
from abusekit.integrity.handover.handover import paper_sha256, read_handover, write_handover
from abusekit.integrity.handover.taking import countersign, take_receipt
from abusekit.integrity.keys.publickey import PublicKey
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.keys.sshsig import NAMESPACE, RECEIPT_NAMESPACE
from abusekit.integrity.sealing.manifest import make_manifest, parse_seal
from abusekit.integrity.sealing.rotation import log_rotation
from abusekit.integrity.sealing.seal import sign_seal
from handed_case import Clock, fingerprint, new_key

TRANSFER, RECEIPT, PAPER = transfer_path(1), receipt_path(1, "signature"), receipt_path(1, "paper")


@dataclass(slots=True)
class Posing:
    """A signer whose signatures are another's."""

    name: str
    key: StoredKey

    @property
    def public(self) -> PublicKey:
        return self.key.public

    def sign(self, message: bytes, namespace: str = NAMESPACE) -> bytes:
        return self.key.sign(message, namespace)


@dataclass
class Forger:
    """AB, who can write to the folder; the producer PO knows nothing of all this."""

    suspect: Suspect
    key: StoredKey = field(default_factory=lambda: new_key("ab"))
    clock: Clock = field(default_factory=lambda: Clock(START + timedelta(hours=1)))

    def __post_init__(self) -> None:
        self.suspect.built = vouched(self.suspect.built, self.key)
        self.case = Case.open(self.suspect.root)
        self.folder = Path()

    @property
    def pos(self) -> StoredKey:
        """The producer's key: only those tests sign with it in which the producer does."""
        return StoredKey("me", self.suspect.built.key)

    def transfer(self, *keys: str, by: str = "PO") -> Transfer:
        """A line and a paper in the name of the producer, who is said to sign with `keys`."""
        releaser = Releaser("PO", "Producer One", "volunteer", list(keys))
        wanted = Wanted(releaser, "AB Another Body", "given to me")
        return log_transfer(self.case, wanted, by=by, now=self.clock)

    def seal(self, *keys: StoredKey) -> None:
        self.folder = make_manifest(self.case, by="AB", now=self.clock)
        for key in keys:
            sign_seal(self.case, self.folder, key, by="AB", now=self.clock)

    def receipt(self, transfer: Transfer, signature: bytes | None = None) -> None:
        """The words are signed as they should be."""
        text = (self.folder / "seal.txt").read_bytes()
        seal = parse_seal(text)
        signature = self.key.sign(text) if signature is None else signature
        members = {
            "case": transfer.case, "transfer": 1, "transfer_sha256": paper_sha256(transfer), "how": "signature",
            "at": transfer.at, "name": "AB Another Body", "key": fingerprint(self.key), "seal": seal.size,
            "root": seal.root, "signature": signature.decode(),
        }  # fmt: skip
        words = receipt_words(Receipt(**members))  # type: ignore[arg-type]
        signed = self.key.sign(words, RECEIPT_NAMESPACE).decode()
        log_receipt(self.case, Receipt(**members, words_signature=signed), by="AB", now=self.clock)  # type: ignore[arg-type]

    def note(self, transfer: Transfer) -> None:
        """Of a paper that is said to be signed."""
        receipt = Receipt(
            case=transfer.case, transfer=1, transfer_sha256=paper_sha256(transfer), how="paper", at=transfer.at,
            name="AB Another Body",
        )  # fmt: skip
        log_receipt(self.case, receipt, by="AB", now=self.clock)

    def custody(self, path: str) -> list[Finding]:
        found = self.suspect.verdict().findings
        return [one for one in found if one.check == "custody" and one.path == path]


@pytest.fixture
def ab(suspect: Suspect) -> Forger:
    return Forger(suspect)


def test_both_sides_are_the_two_people(ab: Forger) -> None:
    """What the frauds below imitate: OK, by the same steps, where the producer signs."""
    transfer = ab.transfer(ab.suspect.built.fingerprint)
    ab.seal(ab.pos, ab.key)
    ab.receipt(transfer)
    ab.note(transfer)
    ab.seal(ab.pos)
    found = ab.suspect.finds(0, "custody", Status.OK, RECEIPT, says="received by AB Another Body, by key")
    assert "not shown" not in found.message
    ab.suspect.finds(0, "custody", Status.OK, PAPER, says="on paper")
    assert not ab.custody(TRANSFER)


def test_the_releaser_did_not_sign(ab: Forger) -> None:
    transfer = ab.transfer(ab.suspect.built.fingerprint)
    ab.seal(ab.key)
    ab.receipt(transfer)
    ab.seal(ab.key)
    ab.suspect.finds(1, "custody", Status.CHANGED, RECEIPT, says="who handed over did not sign that seal")
    ab.suspect.finds(1, "custody", Status.NOTE, TRANSFER, says="not signed by its releaser")


def test_the_releaser_signs_another_seal_later(ab: Forger) -> None:
    """The producer goes on working: a signature over all that stands there is none of this hand-over."""
    transfer = ab.transfer(ab.suspect.built.fingerprint)
    ab.seal(ab.key)
    ab.receipt(transfer)
    ab.seal(ab.pos)
    ab.suspect.finds(1, "custody", Status.CHANGED, RECEIPT, says="who handed over did not sign that seal")


def test_the_releaser_signs_after_the_receipt(ab: Forger) -> None:
    transfer = ab.transfer(ab.suspect.built.fingerprint)
    ab.seal(ab.key)
    ab.receipt(transfer)
    sign_seal(ab.case, ab.folder, ab.pos, by="PO", now=ab.clock)
    ab.suspect.finds(1, "custody", Status.CHANGED, RECEIPT, says="was logged before it")


def test_one_of_two_keys_of_the_releaser_did_not_sign(ab: Forger) -> None:
    transfer = ab.transfer(ab.suspect.built.fingerprint, fingerprint(other := new_key("token")))
    ab.seal(ab.pos, ab.key)
    ab.receipt(transfer)
    ab.suspect.finds(1, "custody", Status.CHANGED, RECEIPT, says=f"no signature of key {fingerprint(other)}")


def test_a_signature_that_is_only_logged_as_the_releasers(ab: Forger) -> None:
    """AB's own, under the fingerprint of the producer's key."""

    transfer = ab.transfer(ab.suspect.built.fingerprint)
    ab.seal(ab.key)
    sign_seal(ab.case, ab.folder, Posing("me", ab.key), by="PO", now=ab.clock)
    ab.receipt(transfer)
    acts = entries(ab.suspect.root)
    signature = f"seals/{ab.folder.name}/seal.txt.me.sig"
    [line] = [act for act in acts if act["do"] == "seal.sign" and act["files"][0]["path"] == signature]
    line["signer"] = ab.suspect.built.fingerprint
    store_lines(ab.suspect.root, chained(acts))
    ab.suspect.finds(1, "custody", Status.CHANGED, RECEIPT, says="who handed over did not sign that seal")


def test_a_hand_over_that_names_no_key(ab: Forger) -> None:
    transfer = ab.transfer()
    ab.seal(ab.key)
    ab.receipt(transfer)
    ab.suspect.finds(1, "custody", Status.CHANGED, RECEIPT, says="names no key that hands over")
    ab.suspect.finds(1, "custody", Status.NOTE, TRANSFER, says="not signed by its releaser")


def test_a_second_key_of_ones_own(ab: Forger) -> None:
    """Nobody vouches for it: the newest seal is well signed, and the hand-over is not shown."""
    second = new_key("second")
    transfer = ab.transfer(fingerprint(second))
    ab.seal(second, ab.key)
    ab.receipt(transfer)
    ab.seal(ab.key)
    found = ab.suspect.finds(0, "custody", Status.NOTE, RECEIPT, says="not shown to be between two people")
    assert f"key {fingerprint(second)}, for which nobody vouched" in found.message


def test_the_receiver_replaces_the_releaser(ab: Forger) -> None:
    """By the log both keys are one person's."""
    middle = new_key("middle")
    for old, new in ((ab.pos, middle), (middle, ab.key)):
        log_rotation(ab.case, old.public, new.public, name=new.name, reason="x", by="PO", now=ab.clock)
    transfer = ab.transfer(ab.suspect.built.fingerprint)
    ab.seal(ab.pos, ab.key)
    ab.receipt(transfer)
    ab.seal(ab.pos, middle, ab.key)
    [found] = ab.custody(RECEIPT)
    assert found.status is Status.NOTE and "the one key replaces the other" in found.message


SIGNATURES: dict[str, Callable[[Forger, bytes], bytes]] = {
    "none": lambda _ab, _text: b"NOT A SIGNATURE AT ALL",
    "of another text": lambda ab, text: ab.key.sign(text + b"\n"),
    "of the releaser": lambda ab, text: ab.pos.sign(text),
    "of another key": lambda _ab, text: new_key("x").sign(text),
    "spelled otherwise": lambda ab, text: ab.key.sign(text).replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_countersignature_that_is_not_the_stored_one(ab: Forger, name: str) -> None:
    transfer = ab.transfer(ab.suspect.built.fingerprint)
    ab.seal(ab.pos, ab.key)
    ab.receipt(transfer, SIGNATURES[name](ab, (ab.folder / "seal.txt").read_bytes()))
    ab.suspect.finds(1, "custody", Status.CHANGED, RECEIPT, says="its signature is not the one of key")


def test_a_countersignature_that_was_not_logged(ab: Forger) -> None:
    transfer = ab.transfer(ab.suspect.built.fingerprint)
    ab.seal(ab.pos)
    ab.receipt(transfer)
    ab.suspect.finds(
        1,
        "custody",
        Status.CHANGED,
        RECEIPT,
        says=f"no signature of key {fingerprint(ab.key)} over that seal",
    )


def test_on_paper_and_nobody_handed_over(ab: Forger) -> None:
    transfer = ab.transfer(ab.suspect.built.fingerprint)
    ab.note(transfer)
    ab.seal(ab.key)
    ab.suspect.finds(0, "custody", Status.NOTE, PAPER, says="the hand-over is not signed by its releaser")
    ab.suspect.finds(0, "custody", Status.NOTE, TRANSFER, says="not signed by its releaser")


def test_handed_over_by_who_is_no_producer(ab: Forger) -> None:
    ab.transfer(ab.suspect.built.fingerprint, by="XY")
    ab.seal(ab.pos)
    ab.suspect.finds(1, "custody", Status.CHANGED, TRANSFER, says="PO hands over, and the line is by XY")


def test_a_producer_who_came_later_handed_nothing_over_before(ab: Forger) -> None:
    """The settings of the line count, not the newest."""
    releaser = Releaser("XY", "Xen Young", "officer", [ab.suspect.built.fingerprint])
    log_transfer(ab.case, Wanted(releaser, "AB", "x"), by="XY", now=ab.clock)
    ab.seal(ab.pos)
    ab.suspect.finds(
        1, "custody", Status.CHANGED, TRANSFER, says="XY, Xen Young, was no producer of this case then"
    )


def _withhold(ab: Forger, *acts: str) -> None:
    lines = [
        leaf(line).hex().encode() if entry["do"] in acts else line
        for entry, line in zip(entries(ab.suspect.root), raw_lines(ab.suspect.root), strict=True)
    ]
    (ab.suspect.root / "custody/log.jsonl").unlink()
    store_lines(ab.suspect.root, lines, "log.redacted")


def test_where_signatures_are_withheld(ab: Forger) -> None:
    """A copy made by hand: nobody is accused for what it leaves out, and nothing is OK that it does not show."""
    transfer = ab.transfer(ab.suspect.built.fingerprint)
    ab.seal(ab.pos, ab.key)
    ab.receipt(transfer)
    _withhold(ab, "seal.sign")
    [found] = ab.custody(RECEIPT)
    assert found.status is Status.NOTE and "lines are withheld that would show who signed" in found.message
    assert not ab.custody(TRANSFER)


def test_where_the_hand_over_is_withheld(ab: Forger) -> None:
    transfer = ab.transfer(ab.suspect.built.fingerprint)
    ab.seal(ab.key)
    ab.receipt(transfer)
    _withhold(ab, "custody.transfer", "custody.receive")
    assert not ab.custody(RECEIPT) and not ab.custody(TRANSFER)


def test_the_program_does_not_help(ab: Forger) -> None:
    """Neither side takes a receipt where the releaser's signature is not in the case."""
    transfer = ab.transfer(ab.suspect.built.fingerprint)
    ab.seal()
    text = (ab.folder / "seal.txt").read_bytes()
    sent = read_handover(write_handover(transfer, text, [("me", ab.pos.sign(text), ab.pos.public)]))
    with pytest.raises(EvidenceError, match="not signed by who hands over"):
        countersign(ab.case, sent, ab.key, ("AB", ""), by="AB", now=ab.clock)
    twin = Case.open(Path(shutil.copytree(ab.case.root, ab.case.root.parent / "twin")))
    sign_seal(twin, twin.seals / ab.folder.name, ab.pos, by="PO", now=ab.clock)
    receipt = countersign(twin, sent, ab.key, ("AB", ""), by="AB", now=ab.clock)
    with pytest.raises(EvidenceError, match="not signed by who hands over"):
        take_receipt(ab.case, receipt, by="PO", now=ab.clock)
