"""The hand-over file: what the releaser says, the seal over it, and the signatures, in one file to be sent.

The receiver countersigns the same `seal.txt`: two signatures on one text, as on a paper form. What is signed is
that text only, and with it the log up to the line that names the transfer; what people wrote in the papers is
their word, bound by the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from abusekit.case.canonical import JSON, NotCanonicalError, decode, encode
from abusekit.case.hashing import digest_bytes
from abusekit.case.transfer import MAX_PAPER, Transfer, as_transfer, refuse_dense, write_paper
from abusekit.errors import EvidenceError, InputError
from abusekit.integrity.keys.publickey import PublicKey
from abusekit.integrity.keys.signers import line
from abusekit.integrity.keys.sshsig import NAMESPACE, BadSignature, verify
from abusekit.integrity.sealing.manifest import MAX_SEAL, Seal, parse_seal

HANDOVER_FORMAT = "abusekit-handover/1"
MAX_HANDOVER = MAX_PAPER + 1024 * 1024
MOST_SIGNATURES = 32


class SignatureOf(msgspec.Struct, frozen=True):
    """A signature over the seal."""

    name: str
    """As in `seal.txt.NAME.sig`."""
    signature: str
    """Armored (OpenSSH PROTOCOL.sshsig)."""


class _Handover(msgspec.Struct, frozen=True, kw_only=True):
    """The members of the file."""

    format: str = HANDOVER_FORMAT
    transfer: dict[str, JSON]
    """The paper as it stands in the case, `custody/transfer-000k.json`."""
    seal: str
    """The text of `seal.txt`."""
    signatures: list[SignatureOf]
    signers: list[str]
    """`allowed_signers` lines of the releaser: information only, whoever wrote the file can have put them there."""


@dataclass(frozen=True, slots=True)
class Handover:
    """A hand-over whose signatures all belong to its seal. That anybody vouches for the keys is not said."""

    transfer: Transfer
    transfer_sha256: str
    """Of the paper's bytes, as the case has to hold them."""
    seal_text: bytes
    seal: Seal
    keys: tuple[PublicKey, ...]
    """Those that signed, in the order of the file."""
    signers: tuple[str, ...]
    """Lines, as written; for people."""


def write_handover(
    transfer: Transfer, seal_text: bytes, signatures: Sequence[tuple[str, bytes, PublicKey]]
) -> bytes:
    """The bytes of a hand-over file: canonical JSON and a line feed. Raises InputError: too large.

    signatures: name, armored bytes, key of each.
    """
    content = _Handover(
        transfer=msgspec.to_builtins(transfer),
        seal=seal_text.decode("ascii"),
        signatures=[SignatureOf(name, armored.decode("ascii")) for name, armored, _ in signatures],
        signers=[line(name, key).strip() for name, _, key in signatures],
    )
    data = encode(msgspec.to_builtins(content)) + b"\n"
    if len(data) > MAX_HANDOVER:
        raise InputError(f"the hand-over has {len(data)} bytes: too many", "hand over in parts: --items")
    return data


def read_handover(data: bytes) -> Handover:
    """A hand-over from its bytes. Reads no case: whether it is of one, see `taking.match_case`.

    Raises InputError (too large, not canonical, not of the form), EvidenceError (a signature is not good, or
    the releaser's is not there).
    """
    if len(data) > MAX_HANDOVER or not data.endswith(b"\n"):
        raise InputError("not a hand-over: too large, or it does not end with a line feed")
    refuse_dense(data)
    try:
        value = decode(data[:-1])
        if not isinstance(value, dict) or value.get("format") != HANDOVER_FORMAT:
            raise InputError(
                "not a hand-over, or one of a newer abusekit", "give the file that custody transfer wrote"
            )
        content = msgspec.convert(value, _Handover)
    except (NotCanonicalError, msgspec.ValidationError) as fault:
        raise InputError(f"not a hand-over: {fault}", "ask for the file anew") from fault
    if len(content.signatures) > MOST_SIGNATURES or len(content.signers) > MOST_SIGNATURES:
        raise InputError(f"a hand-over with more than {MOST_SIGNATURES} signatures")
    transfer = as_transfer(content.transfer)
    text = content.seal.encode("utf-8")
    seal = parse_seal(text[: MAX_SEAL + 1])
    if seal.case != transfer.case:
        raise EvidenceError("the hand-over and its seal are of two cases")
    keys = tuple(_key(one, text) for one in content.signatures)
    missing = set(transfer.releaser.keys) - {key.fingerprint for key in keys}
    if missing or not transfer.releaser.keys:
        raise EvidenceError("the hand-over is not signed by the key that it names as the releaser's")
    sha256 = digest_bytes(encode(content.transfer) + b"\n").sha256
    return Handover(transfer, sha256, text, seal, keys, tuple(content.signers))


def _key(one: SignatureOf, text: bytes) -> PublicKey:
    try:
        return verify(one.signature.encode("utf-8"), text, NAMESPACE)
    except BadSignature as fault:
        raise EvidenceError(
            f"the signature {one.name!a} of the hand-over: {fault.message}", fault.hint
        ) from fault


def paper_sha256(transfer: Transfer) -> str:
    """The digest of a transfer's file. Raises InputError."""
    return digest_bytes(write_paper(transfer)).sha256
