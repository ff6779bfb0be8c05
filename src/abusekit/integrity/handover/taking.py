"""Both sides of taking a hand-over: the receiver countersigns the seal, the releaser takes the receipt back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from abusekit.case.custody import instant_text
from abusekit.case.folder import Case
from abusekit.case.transfer import Receipt, Transfer, receipt_words
from abusekit.case.writing import When
from abusekit.errors import EvidenceError, UsageError
from abusekit.integrity.checks.sealcheck import SIGNATURE
from abusekit.integrity.handover.handing import log_receipt, logged_transfer, refuse_twice
from abusekit.integrity.handover.handover import Handover
from abusekit.integrity.handover.holders import holder_of, replacements
from abusekit.integrity.handover.words import check_words
from abusekit.integrity.keys.publickey import PublicKey
from abusekit.integrity.keys.signing import SealSigner
from abusekit.integrity.keys.sshsig import (
    MAX_ARMOR,
    NAMESPACE,
    RECEIPT_NAMESPACE,
    BadSignature,
    Reason,
    verify,
)
from abusekit.integrity.sealing.manifest import MAX_SEAL, SEAL, parse_seal
from abusekit.integrity.sealing.seal import sign_seal

TO_ONESELF = "the same key would hand over and receive"


def match_case(case: Case, handover: Handover) -> Path:
    """The folder in `case` of the seal that was handed over.

    Raises EvidenceError: it is of another case or state, or the releaser's signature is not in this case.
    """
    start = next(iter(case.entries()))
    if start.get("case") != handover.transfer.case:
        raise EvidenceError(
            f"the hand-over is of another case: {handover.transfer.case}",
            "give the copy that came with it: --case DIR",
        )
    try:
        _, sha256, n = logged_transfer(case, handover.transfer.transfer)
    except UsageError as fault:
        raise EvidenceError(
            f"the log does not tell of hand-over {handover.transfer.transfer}", "is this copy an older one?"
        ) from fault
    if sha256 != handover.transfer_sha256:
        raise EvidenceError("the hand-over says other than the case", "ask for both anew")
    folder = case.seals / f"{handover.seal.size:06}"
    if n >= handover.seal.size:
        raise EvidenceError("the seal of the hand-over does not cover it", "ask for the file anew")
    if not folder.is_dir() or case.read_small(f"seals/{folder.name}/{SEAL}", MAX_SEAL) != handover.seal_text:
        raise EvidenceError(
            f"the seal of the hand-over is not in this case: {handover.seal.size} log lines",
            "is this copy another one?",
        )
    _check_signed(case, folder, handover.transfer)
    return folder


def countersign(
    case: Case, handover: Handover, signer: SealSigner, words: tuple[str, str], *, by: str, now: When
) -> Receipt:
    """The receiver's side: sign the same seal and the words of the receipt, log both; gives the receipt to send back.

    words: who receives, and where it is kept from now on ("" where that is not said). Whether the case is as
    it was is not checked here beyond the seal's statement: verify it first. A run that was interrupted between
    signature and receipt is taken up again. Raises EvidenceError, UsageError, CaseError.
    """
    folder = match_case(case, handover)
    _check_receiver(case, handover.transfer, signer.public.fingerprint)
    refuse_twice(case, handover.transfer.transfer, "signature")
    if signer.public.fingerprint in {key.fingerprint for key in handover.keys}:
        raise UsageError(TO_ONESELF, "a hand-over needs two people, each with a key")
    signature = _signed_by(case, folder, signer.public)
    if signature is None:
        named = _FreeName(signer, _free_name(folder, signer.name))
        sign_seal(case, folder, named, by=by, now=now)
        signature = case.read_small(f"seals/{folder.name}/{SEAL}.{named.name}.sig", MAX_ARMOR)
    receipt = Receipt(
        case=handover.transfer.case,
        transfer=handover.transfer.transfer,
        transfer_sha256=handover.transfer_sha256,
        how="signature",
        at=instant_text(now() if callable(now) else now),
        name=words[0],
        place=words[1],
        key=signer.public.fingerprint,
        seal=handover.seal.size,
        root=handover.seal.root,
        signature=signature.decode("ascii"),
    )
    words_signature = signer.sign(receipt_words(receipt), RECEIPT_NAMESPACE).decode("ascii")
    receipt = msgspec.structs.replace(receipt, words_signature=words_signature)
    check_words(receipt)
    log_receipt(case, receipt, by=by, now=now)
    return receipt


def take_receipt(case: Case, receipt: Receipt, *, by: str, now: When) -> PublicKey:
    """The releaser's side: check the countersignature that came back, store it with the receipt; gives its key.

    Raises EvidenceError (another case, another seal, a bad signature), UsageError (twice, or to oneself), CaseError.
    """
    transfer, sha256, n = logged_transfer(case, receipt.transfer)
    if receipt.case != transfer.case:
        raise EvidenceError(
            f"the receipt is of another case: {receipt.case}", "name the right one: --case DIR"
        )
    if receipt.transfer_sha256 != sha256:
        raise EvidenceError(f"the receipt is not of hand-over {receipt.transfer} of this case")
    folder = case.seals / f"{receipt.seal:06}"
    if receipt.seal <= n or not folder.is_dir():
        raise EvidenceError(
            f"the receipt signs a seal that is not in this case, or does not cover hand-over {receipt.transfer}"
        )
    text = case.read_small(f"seals/{folder.name}/{SEAL}", MAX_SEAL)
    if parse_seal(text).root != receipt.root:
        raise EvidenceError("the receipt names another root than the seal in this case has")
    key = verify(receipt.signature.encode("utf-8"), text, NAMESPACE)
    if key.fingerprint != receipt.key:
        raise EvidenceError(f"the receipt names key {receipt.key}, and is signed by {key.fingerprint}")
    check_words(receipt)
    _check_receiver(case, transfer, key.fingerprint)
    _check_signed(case, folder, transfer)
    refuse_twice(case, receipt.transfer, "signature")
    armored = receipt.signature.encode("ascii")
    if armored not in (one for _, one, _ in signatures_of(case, folder)):
        brought = _Brought(_free_name(folder, "receiver"), key, armored)
        sign_seal(case, folder, brought, by=by, now=now)
    log_receipt(case, receipt, by=by, now=now)
    return key


def _check_signed(case: Case, folder: Path, transfer: Transfer) -> None:
    """Raises EvidenceError: a receipt over a seal that the releaser did not sign shows that one person has a key."""
    missing = set(transfer.releaser.keys) - {key.fingerprint for _, _, key in signatures_of(case, folder)}
    if missing or not transfer.releaser.keys:
        raise EvidenceError(
            f"in this case the seal of hand-over {transfer.transfer} is not signed by who hands over: "
            f"{', '.join(sorted(missing)) or 'no key is named'}",
            "ask for a copy of the whole case anew",
        )


def _check_receiver(case: Case, transfer: Transfer, fingerprint: str) -> None:
    holder = holder_of(replacements(case.entries()))
    if holder(fingerprint) in {holder(key) for key in transfer.releaser.keys}:
        why = "" if fingerprint in transfer.releaser.keys else ": the log says that one replaces the other"
        raise UsageError(f"{TO_ONESELF}{why}", "a hand-over needs two people, each with a key")
    if transfer.to_key not in ("", fingerprint):
        raise UsageError(
            f"hand-over {transfer.transfer} is to key {transfer.to_key}, not to {fingerprint}",
            "use that key: --key",
        )


@dataclass(frozen=True, slots=True)
class _FreeName:
    """A signer under another name: two people may both have called their key `me`."""

    signer: SealSigner
    name: str

    @property
    def public(self) -> PublicKey:
        return self.signer.public

    def sign(self, message: bytes, namespace: str = NAMESPACE) -> bytes:
        return self.signer.sign(message, namespace)


@dataclass(frozen=True, slots=True)
class _Brought:
    """A signature that was made elsewhere; sign_seal checks it like any other."""

    name: str
    public: PublicKey
    armored: bytes

    def sign(self, _message: bytes, _namespace: str = NAMESPACE) -> bytes:
        return self.armored


def _free_name(folder: Path, name: str) -> str:
    taken = {path.name for path in folder.iterdir()}
    for free in (name, *(f"{name}-{k}" for k in range(2, 1_000))):
        if f"{SEAL}.{free}.sig" not in taken:
            return free
    raise UsageError(f"a thousand signatures of {name} lie over this seal", "run: abusekit verify")


def signatures_of(case: Case, folder: Path) -> list[tuple[str, bytes, PublicKey]]:
    """Name, armored bytes and key of every logged signature over one seal. Raises EvidenceError: one is not good."""
    logged = {
        str(one["path"])
        for entry in case.entries()
        if entry["do"] == "seal.sign"
        for one in entry.get("files", ())
    }
    text = case.read_small(f"seals/{folder.name}/{SEAL}", MAX_SEAL)
    found = []
    for path in sorted(folder.iterdir()):
        relative = f"seals/{folder.name}/{path.name}"
        if (named := SIGNATURE.match(path.name)) and relative in logged:
            armored = case.read_small(relative, MAX_ARMOR)
            try:
                found.append((named[1], armored, verify(armored, text, NAMESPACE)))
            except BadSignature as fault:
                if fault.reason is not Reason.UNSUPPORTED:  # one that ssh-keygen may know says nothing here
                    raise
    return found


def _signed_by(case: Case, folder: Path, key: PublicKey) -> bytes | None:
    return next((armored for _, armored, signer in signatures_of(case, folder) if signer == key), None)
