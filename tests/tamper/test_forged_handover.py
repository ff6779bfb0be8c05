"""The papers of a hand-over, rewritten together with their log lines: they have to agree with the case."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from forger import Entry, chained, entries, overwrite, relist, sha256, spell, store_lines
from honest_case import START, Suspect, vouched

from abusekit.case.folder import Case
from abusekit.case.transfer import read_receipt, receipt_words
from abusekit.integrity.findings import Status
from abusekit.integrity.handover.handover import read_handover
from abusekit.integrity.handover.taking import countersign
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.keys.sshsig import RECEIPT_NAMESPACE
from handed_case import Clock, fingerprint, hand_over, new_key

TRANSFER, RECEIPT = "custody/transfer-0001.json", "custody/receipt-0001-signature.json"
Spoil = Callable[[dict[str, Any]], object]


@pytest.fixture
def received(suspect: Suspect) -> Suspect:
    """Handed over by the key of the case, received by another; both are vouched for; shown to be honest."""
    case, clock = Case.open(suspect.root), Clock(START + timedelta(hours=1))
    _, data = hand_over(case, StoredKey("me", suspect.built.key), clock)
    theirs = new_key("officer")
    countersign(case, read_handover(data), theirs, ("DC 1234 Smith", ""), by=fingerprint(theirs), now=clock)
    suspect.built = vouched(suspect.built, theirs)
    found = suspect.finds(7, "custody", Status.OK, RECEIPT, says="received by DC 1234 Smith")
    assert "by key SHA256:" in found.message
    return suspect


def forge(root: Any, path: str, spoil: Spoil) -> None:
    """Another paper, its line and all that follows in the log made to fit; seals as they were."""
    paper = json.loads((root / path).read_bytes())
    spoil(paper)
    overwrite(root / path, spell(paper) + b"\n")
    acts: list[Entry] = entries(root)
    relist(root, acts, path)
    store_lines(root, chained(acts))


TRANSFERS: dict[str, tuple[Spoil, str]] = {
    "number": (lambda p: p.update(transfer=2), "it is hand-over 2"),
    "case": (lambda p: p.update(case="0" * 8 + p["case"][8:]), "of another case"),
    "exhibit": (lambda p: p["exhibits"][0].update(exhibit="PO/9"), "E0001 is not as it was logged"),
    "digest": (lambda p: p["exhibits"][0].update(sha256="0" * 64), "E0001 is not as it was logged"),
    "item": (lambda p: p["exhibits"][0].update(item="E0099"), "E0099 is no item of this case"),
    "nothing": (lambda p: p.update(exhibits=[]), "hands over nothing"),
    "by another producer": (
        lambda p: p["releaser"].update(initials="AB"),
        "AB hands over, and the line is by PO",
    ),
    "another name": (
        lambda p: p["releaser"].update(name="DC 1"),
        "PO, DC 1, was no producer of this case then",
    ),
    "another format": (lambda p: p.update(format="x"), "no paper of a hand-over"),
}


@pytest.mark.parametrize("name", TRANSFERS)
def test_a_transfer_that_says_what_cannot_be(received: Suspect, name: str) -> None:
    """Covered by a seal, so that more is wrong than the paper; a case written anew would have only this."""
    spoil, says = TRANSFERS[name]
    forge(received.root, TRANSFER, spoil)
    received.finds(1, "custody", Status.CHANGED, TRANSFER, says=says)


RECEIPTS: dict[str, tuple[Spoil, str]] = {
    "another key": (lambda p: p.update(key="SHA256:" + "A" * 43), "no signature of key SHA256:AAAA"),
    "another seal": (lambda p: p.update(seal=15), "does not cover the hand-over"),
    "another root": (lambda p: p.update(root="0" * 64), "another root"),
    "another paper": (lambda p: p.update(transfer_sha256=sha256(b"x")), "of another hand-over"),
    "another number": (lambda p: p.update(transfer=2), "of another hand-over"),
    "on paper": (
        lambda p: p.update(how="paper", key="", seal=0, root="", signature="", words_signature=""),
        "of another kind",
    ),
    "no name": (lambda p: p.update(name=" "), "is no receipt"),
}


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_that_says_what_cannot_be(received: Suspect, name: str) -> None:
    """It lies behind the newest seal: only this check finds it."""
    spoil, says = RECEIPTS[name]
    forge(received.root, RECEIPT, spoil)
    received.finds(1, "custody", Status.CHANGED, RECEIPT, says=says)


def test_received_by_the_key_that_handed_over(received: Suspect) -> None:
    forge(received.root, RECEIPT, lambda p: p.update(key=received.built.fingerprint))
    received.finds(1, "custody", Status.CHANGED, RECEIPT, says="the key that handed over received, too")


@pytest.mark.parametrize(
    "words", [{"name": "DC 9999 Jones"}, {"place": "x"}, {"at": "2026-11-20T22:00:09.000000Z"}]
)
def test_other_words_in_a_receipt(received: Suspect, words: dict[str, str]) -> None:
    """Behind the seal only the receiver's signature over the words binds them."""
    forge(received.root, RECEIPT, lambda p: p.update(words))
    received.finds(1, "custody", Status.CHANGED, RECEIPT, says="its words are not what key")


def test_more_members_in_a_receipt(received: Suspect) -> None:
    forge(received.root, RECEIPT, lambda p: p.update(remark="nothing was missing"))
    received.finds(1, "custody", Status.CHANGED, RECEIPT, says="is no receipt")


def test_words_signed_by_another_key(received: Suspect) -> None:
    def spoil(paper: dict[str, Any]) -> None:
        paper["name"] = "DC 9999 Jones"
        words = receipt_words(read_receipt(spell(paper) + b"\n"))
        paper["words_signature"] = new_key("other").sign(words, RECEIPT_NAMESPACE).decode()

    forge(received.root, RECEIPT, spoil)
    received.finds(1, "custody", Status.CHANGED, RECEIPT, says="its words are signed by")


def test_a_line_without_its_receipt(received: Suspect) -> None:
    acts = entries(received.root)
    acts[-1]["files"] = []
    store_lines(received.root, chained(acts))
    received.finds(1, "custody", Status.CHANGED, "custody/log.jsonl", says="names 0 files")


def test_a_receipt_that_is_gone(received: Suspect) -> None:
    (received.root / RECEIPT).unlink()
    received.finds(1, "file", Status.MISSING, RECEIPT)


def test_a_receipt_that_was_never_logged(received: Suspect) -> None:
    overwrite(received.root / "custody/receipt-0001-paper.json", b"{}\n")
    received.finds(1, "unlisted", Status.UNLISTED, "custody/receipt-0001-paper.json")
