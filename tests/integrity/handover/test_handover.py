"""A hand-over between two keys, on two copies and on one shared case; and everything that is refused."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from abusekit.case.folder import Case
from abusekit.case.transfer import Receipt, read_receipt, receipt_path, receipt_words, write_paper
from abusekit.errors import AbusekitError, EvidenceError, InputError, UsageError
from abusekit.integrity.findings import Status
from abusekit.integrity.handover.handing import log_receipt
from abusekit.integrity.handover.handover import MAX_HANDOVER, read_handover
from abusekit.integrity.handover.taking import countersign, match_case, take_receipt
from abusekit.integrity.keys.publickey import PublicKey
from abusekit.integrity.keys.signers import Signer
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.keys.sshsig import NAMESPACE, RECEIPT_NAMESPACE
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.sealing.rotation import log_rotation
from abusekit.integrity.sealing.seal import sign_seal
from abusekit.integrity.trust import Trust
from abusekit.integrity.verify import Question, Verdict, verify_case
from handed_case import Clock, case_with_items, fingerprint, hand_over, handed, new_key

WORDS = ("DC 1234 Smith", "evidence room 2")


@dataclasses.dataclass(frozen=True)
class Spelled:
    """The same key, and another spelling of its signature."""

    key: StoredKey
    name: str = "other"

    @property
    def public(self) -> PublicKey:
        return self.key.public

    def sign(self, message: bytes, namespace: str = NAMESPACE) -> bytes:
        return self.key.sign(message, namespace).replace(b"\n", b"\r\n")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mine() -> StoredKey:
    return new_key("me")


@pytest.fixture
def theirs() -> StoredKey:
    return new_key("me")  # the same name, another person


@pytest.fixture
def case(tmp_path: Path, clock: Clock) -> Case:
    return case_with_items(tmp_path / "case", clock)


def copy_of(case: Case, name: str = "copy") -> Case:
    return Case.open(Path(shutil.copytree(case.root, case.root.parent / name)))


def verdict(case: Case, *keys: StoredKey) -> Verdict:
    signers = [Signer((f"person {n}",), key.public, (), None, None) for n, key in enumerate(keys)]
    return verify_case(case.root, Question(trust=Trust(signers)))


def custody(found: Verdict) -> list[tuple[Status, str]]:
    return [(f.status, f.message) for f in found.findings if f.check == "custody"]


def test_on_two_copies_both_end_with_both_signatures(
    case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey
) -> None:
    _, data = hand_over(case, mine, clock)
    before = verdict(case, mine)
    assert before.exit_code == 0
    [(status, said)] = custody(before)
    assert status is Status.NOTE and "nobody has confirmed" in said and "3 exhibits" in said
    copy = copy_of(case)
    receipt = countersign(copy, read_handover(data), theirs, WORDS, by=fingerprint(theirs), now=clock)
    take_receipt(case, read_receipt(write_paper(receipt)), by="PO", now=clock)
    for one in (case, copy):
        sign_seal(one, make_manifest(one, by="PO", now=clock), mine, by="PO", now=clock)
        after = verdict(one, mine, theirs)
        assert after.exit_code == 0, after.findings
        [(status, said)] = custody(after)
        assert status is Status.OK and fingerprint(theirs) in said and "DC 1234 Smith" in said
        over = [f for f in after.findings if f.check == "signature" and "000005" in f.path]
        assert len(over) == 2 and all(f.status is Status.OK for f in over)
    paper = receipt_path(1, "signature")
    assert (case.root / paper).read_bytes() == (copy.root / paper).read_bytes()
    assert [e["by"] for e in copy.entries() if e["do"] == "custody.receive"] == [fingerprint(theirs)]


def test_on_one_shared_case(case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey) -> None:
    handover = handed(case, mine, clock)
    receipt = countersign(case, handover, theirs, WORDS, by=fingerprint(theirs), now=clock)
    with pytest.raises(UsageError, match="received already"):
        countersign(case, handover, theirs, WORDS, by=fingerprint(theirs), now=clock)
    with pytest.raises(UsageError, match="received already"):
        take_receipt(case, receipt, by="PO", now=clock)
    found = verdict(case, mine, theirs)
    assert [s for s, _ in custody(found)] == [Status.OK] and found.exit_code == 7  # not sealed yet


def test_an_interrupted_countersigning_is_taken_up(
    case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey
) -> None:
    """The signature was logged, the receipt was not."""
    handover = handed(case, mine, clock)
    sign_seal(case, match_case(case, handover), dataclasses.replace(theirs, name="them"), by="x", now=clock)
    countersign(case, handover, theirs, WORDS, by=fingerprint(theirs), now=clock)
    acts = [e["do"] for e in case.entries()]
    assert acts.count("seal.sign") == 2 and acts.count("custody.receive") == 1
    assert [s for s, _ in custody(verdict(case, mine, theirs))] == [Status.OK]


def test_a_hand_over_to_oneself(case: Case, clock: Clock, mine: StoredKey) -> None:
    handover = handed(case, mine, clock)
    lines = len(list(case.entries()))
    with pytest.raises(UsageError, match="same key"):
        countersign(case, handover, mine, WORDS, by="PO", now=clock)
    assert len(list(case.entries())) == lines


def test_a_hand_over_to_ones_next_key(case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey) -> None:
    """The log says that one replaces the other, over a third: refused on both sides, and as `to_key`."""
    handover = handed(case, mine, clock)
    copy = copy_of(case)
    middle = new_key("middle")
    for old, new in ((mine, middle), (middle, theirs)):
        log_rotation(case, old.public, new.public, name="x", reason="x", by="PO", now=clock)
    with pytest.raises(UsageError, match="one replaces the other"):
        countersign(case, handover, theirs, WORDS, by="PO", now=clock)
    receipt = countersign(copy, handover, theirs, WORDS, by="x", now=clock)
    with pytest.raises(UsageError, match="one replaces the other"):
        take_receipt(case, receipt, by="PO", now=clock)
    with pytest.raises(UsageError, match="of the same person"):
        hand_over(case, mine, clock, to_key=fingerprint(theirs))


def test_a_countersignature_of_a_key_that_signed_before(
    case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey
) -> None:
    """The one in the receipt is stored beside it: verify compares them byte by byte."""
    handover = handed(case, mine, clock)
    receipt = countersign(copy_of(case), handover, theirs, WORDS, by="x", now=clock)
    folder = case.seals / f"{receipt.seal:06}"
    sign_seal(case, folder, Spelled(theirs), by="PO", now=clock)
    take_receipt(case, receipt, by="PO", now=clock)
    assert [s for s, _ in custody(verdict(case, mine, theirs))] == [Status.OK]
    assert len(list(folder.glob("*.sig"))) == 3


def test_only_the_named_key_receives(case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey) -> None:
    _, data = hand_over(case, mine, clock, to_key=fingerprint(theirs))
    with pytest.raises(UsageError, match="is to key"):
        countersign(case, read_handover(data), new_key(), WORDS, by="x", now=clock)
    countersign(case, read_handover(data), theirs, WORDS, by="x", now=clock)
    with pytest.raises(UsageError, match="to the key that hands over"):
        hand_over(case, mine, clock, to_key=fingerprint(mine))


def test_of_another_case(
    case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey, tmp_path: Path
) -> None:
    handover = handed(case, mine, clock)
    other = case_with_items(tmp_path / "other", clock)
    hand_over(other, mine, clock)
    with pytest.raises(EvidenceError, match="another case"):
        countersign(other, handover, theirs, WORDS, by="x", now=clock)
    receipt = countersign(case, handover, theirs, WORDS, by="x", now=clock)
    with pytest.raises(EvidenceError, match="another case"):
        take_receipt(other, receipt, by="PO", now=clock)


def test_an_older_copy_does_not_know_of_it(
    case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey
) -> None:
    older = copy_of(case)
    handover = handed(case, mine, clock)
    with pytest.raises(EvidenceError, match="does not tell of hand-over 1"):
        countersign(older, handover, theirs, WORDS, by="x", now=clock)


def test_a_seal_that_is_not_in_the_case(case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey) -> None:
    """Two copies go on by themselves: each has a hand-over 1, and a seal over as many lines."""
    twin = copy_of(case)
    handover = handed(case, mine, clock)
    handed(twin, mine, clock)
    with pytest.raises(EvidenceError, match="says other than the case"):
        countersign(twin, handover, theirs, WORDS, by="x", now=clock)
    receipt = countersign(case, handover, theirs, WORDS, by="x", now=clock)
    with pytest.raises(EvidenceError, match="is not of hand-over 1"):
        take_receipt(twin, receipt, by="PO", now=clock)


Spoil = Callable[[dict[str, Any]], object]
HANDOVERS: dict[str, tuple[Spoil, type[AbusekitError]]] = {
    "another root": (lambda d: d.update(seal=d["seal"].replace("root-sha256 ", "root-sha256 0")), EvidenceError),
    "another year": (lambda d: d.update(seal=d["seal"].replace("-at 2026", "-at 2027")), EvidenceError),
    "no signatures": (lambda d: d.update(signatures=[]), EvidenceError),
    "another case": (lambda d: d["transfer"].update(case="0" * 8 + d["transfer"]["case"][8:]), EvidenceError),
    "a key that did not sign": (lambda d: d["transfer"]["releaser"].update(keys=["SHA256:" + "A" * 43]), EvidenceError),
    "no format": (lambda d: d.pop("format"), InputError),
    "another format": (lambda d: d.update(format="abusekit-handover/9"), InputError),
    "very many signatures": (lambda d: d.update(signatures=d["signatures"] * 33), InputError),
    "an exhibit twice": (lambda d: d["transfer"].update(exhibits=d["transfer"]["exhibits"] * 2), InputError),
    "nothing": (lambda d: d["transfer"].update(exhibits=[]), InputError),
    "a number that is none": (lambda d: d["transfer"].update(transfer=0), InputError),
    "a list for a text": (lambda d: d.update(seal=["a"]), InputError),
    "signers without end": (lambda d: d.update(signers=["x"] * 100), InputError),
}  # fmt: skip


@pytest.mark.parametrize("name", HANDOVERS)
def test_hostile_handovers(name: str, case: Case, clock: Clock, mine: StoredKey) -> None:
    spoil, expected = HANDOVERS[name]
    _, data = hand_over(case, mine, clock)
    content = json.loads(data)
    spoil(content)
    spelled = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    with pytest.raises(expected):
        read_handover(spelled)


def test_the_words_of_a_hand_over_are_those_of_the_case(
    case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey
) -> None:
    """Not signed, but bound: the log holds the digest of the paper."""
    _, data = hand_over(case, mine, clock)
    spoiled = data.replace(b"for the police", b"for the papers")
    with pytest.raises(EvidenceError, match="says other than the case"):
        countersign(case, read_handover(spoiled), theirs, WORDS, by="x", now=clock)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}\n",
        b"[]\n",
        b"x" * 100,
        b"[" * 5_000 + b"\n",
        b'{"format":"abusekit-handover/1"}\n',
        b"\xff\n",
    ],
)
def test_what_is_no_handover(data: bytes) -> None:
    for read in (read_handover, read_receipt):
        with pytest.raises(InputError):
            read(data)


def test_not_canonical_or_too_large(case: Case, clock: Clock, mine: StoredKey) -> None:
    _, data = hand_over(case, mine, clock)
    for spoiled in (data.replace(b'":', b'": ', 1), data[:-1], data + b"\n", b" " * (MAX_HANDOVER + 1)):
        with pytest.raises(InputError):
            read_handover(spoiled)


RECEIPTS: dict[str, dict[str, object]] = {
    "another key": {"key": "SHA256:" + "A" * 43},
    "another root": {"root": "0" * 64},
    "another paper": {"transfer_sha256": "0" * 64},
    "a seal that is not there": {"seal": 99},
    "a seal from before": {"seal": 1},
    "another hand-over": {"transfer": 2},
    "no signature": {"signature": "x"},
    "another name": {"name": "DC 1234 Smyth"},
    "another place": {"place": "at home"},
    "words not signed": {"words_signature": ""},
}


@pytest.mark.parametrize("name", RECEIPTS)
def test_hostile_receipts(name: str, case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey) -> None:
    sign_seal(case, make_manifest(case, by="PO", now=clock), mine, by="PO", now=clock)
    _, data = hand_over(case, mine, clock)
    receipt = countersign(copy_of(case), read_handover(data), theirs, WORDS, by="x", now=clock)
    lines = len(list(case.entries()))
    with pytest.raises(AbusekitError) as told:
        take_receipt(case, msgspec.structs.replace(receipt, **RECEIPTS[name]), by="PO", now=clock)
    assert told.value.exit_code in (1, 2) and len(list(case.entries())) == lines
    take_receipt(case, receipt, by="PO", now=clock)


def test_a_receipt_signed_by_the_releaser(case: Case, clock: Clock, mine: StoredKey) -> None:
    """Who forges a receipt with the key that handed over is told so."""
    handover = handed(case, mine, clock)
    forged = Receipt(
        case=handover.transfer.case, transfer=1, transfer_sha256=handover.transfer_sha256, how="signature",
        at="2026-11-20T21:00:30.000000Z", name="x", key=fingerprint(mine), seal=handover.seal.size,
        root=handover.seal.root, signature=mine.sign(handover.seal_text).decode(),
    )  # fmt: skip
    signed = mine.sign(receipt_words(forged), RECEIPT_NAMESPACE).decode()
    forged = msgspec.structs.replace(forged, words_signature=signed)
    with pytest.raises(UsageError, match="same key"):
        take_receipt(case, forged, by="PO", now=clock)


def test_on_paper_and_by_signature(case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey) -> None:
    """A paper first, the signature later: both stand, the paper once."""
    handover = handed(case, mine, clock)
    paper = Receipt(
        case=handover.transfer.case, transfer=1, transfer_sha256=handover.transfer_sha256, how="paper",
        at="2026-11-20T21:00:30.000000Z", name="DC 1234 Smith", scan="E0002",
    )  # fmt: skip
    log_receipt(case, paper, by="PO", now=clock)
    with pytest.raises(UsageError, match="received already"):
        log_receipt(case, paper, by="PO", now=clock)
    countersign(case, handover, theirs, WORDS, by="x", now=clock)
    said = custody(verdict(case, mine, theirs))
    assert [s for s, _ in said] == [Status.OK] * 2 and "on paper" in said[0][1]


def test_numbers_go_on_and_items_are_chosen(case: Case, clock: Clock, mine: StoredKey) -> None:
    first, _ = hand_over(case, mine, clock, {"E0002"})
    second, _ = hand_over(case, mine, clock)
    assert (first.transfer, [e.item for e in first.exhibits]) == (1, ["E0002"])
    assert (second.transfer, len(second.exhibits)) == (2, 3)
    with pytest.raises(UsageError, match="nothing to hand over"):
        hand_over(case, mine, clock, {"E0009"})
    assert verdict(case, mine).exit_code == 0


def test_very_many_tiny_values_are_refused_before_they_are_read() -> None:
    """They would take a hundred times their size in memory."""
    for data in (b"[" + b"[]," * 2_000_000 + b"[]]\n", b"[" + b"0," * 4_000_000 + b"0]\n"):
        for read in (read_handover, read_receipt):
            with pytest.raises(InputError, match="far more values"):
                read(data)


def test_ssh_keygen_checks_the_words_of_a_receipt(
    case: Case, clock: Clock, mine: StoredKey, theirs: StoredKey, tmp_path: Path
) -> None:
    """In a namespace of their own: nobody takes the one signature for the other."""
    countersign(case, handed(case, mine, clock), theirs, WORDS, by=fingerprint(theirs), now=clock)
    members = json.loads((case.root / receipt_path(1, "signature")).read_bytes())
    signature = tmp_path / "sig"
    signature.write_text(members.pop("words_signature"))
    words = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    for namespace, code in ((RECEIPT_NAMESPACE, 0), (NAMESPACE, 255)):
        command = ["ssh-keygen", "-Y", "check-novalidate", "-n", namespace, "-s", str(signature)]
        done = subprocess.run(command, input=words, capture_output=True, text=True, check=False)
        assert done.returncode == code, done
    assert (
        fingerprint(theirs)
        in subprocess.run(
            [*command[:4], RECEIPT_NAMESPACE, *command[5:]],
            input=words,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
