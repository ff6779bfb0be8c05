"""The words of a receipt, who received what and when: the receiver signs them beside the seal."""

from __future__ import annotations

from abusekit.case.transfer import Receipt, receipt_words
from abusekit.errors import EvidenceError
from abusekit.integrity.keys.sshsig import RECEIPT_NAMESPACE, BadSignature, verify


def check_words(receipt: Receipt) -> None:
    """Raises EvidenceError: what the receipt says is not what the holder of its key signed.

    Whose key it is, and whether its holder wrote the truth, is not shown.
    """
    try:
        key = verify(receipt.words_signature.encode("utf-8"), receipt_words(receipt), RECEIPT_NAMESPACE)
    except BadSignature as fault:
        raise EvidenceError(
            f"its words are not what key {receipt.key} signed: {fault.message}",
            "it was changed on its way: ask for it anew",
        ) from fault
    if key.fingerprint != receipt.key:
        raise EvidenceError(f"its words are signed by {key.fingerprint}, not by {receipt.key}")
