"""The two papers of a hand-over, as they lie in `custody/`: who hands what to whom, and that it was received.

What people wrote in them is their word. What binds it is the log line that names the file, and the seal over
that line, which both sign.
"""

from __future__ import annotations

import re
from typing import Literal, TypeVar

import msgspec

from abusekit.case.canonical import JSON, NotCanonicalError, decode, encode
from abusekit.case.custody import is_instant
from abusekit.errors import InputError

TRANSFER_FORMAT = "abusekit-transfer/1"
RECEIPT_FORMAT = "abusekit-receipt/1"
MOST_TRANSFERS = 9_999
MAX_PAPER = 16 * 1024 * 1024
"""Bytes: a transfer of about 130,000 exhibits."""
MAX_WORDS = 2_000
"""Characters of a name, a place, a reason."""
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}\Z")
_HEX64 = re.compile(r"[0-9a-f]{64}\Z")

How = Literal["signature", "paper"]


class Releaser(msgspec.Struct, frozen=True):
    """Who hands over."""

    initials: str
    """Of the producer, as in the log."""
    name: str
    role: str
    keys: list[str]
    """Fingerprints `SHA256:…` of the keys by which the seal over this transfer is signed."""


class TransferredExhibit(msgspec.Struct, frozen=True, gc=False):
    """One thing that is handed over; nothing of its content."""

    item: str
    exhibit: str
    sha256: str
    """Of its item.json, which holds the digests of its files."""


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """`custody/transfer-000k.json`: what the releaser says."""

    format: str = TRANSFER_FORMAT
    case: str
    """UUID."""
    transfer: int
    """k: 1, 2, 3, … in this case."""
    at: str
    """UTC, the releaser's clock: a claim."""
    releaser: Releaser
    to: str
    """Name, number, station: as a person wrote it."""
    to_key: str = ""
    """Fingerprint of the key by which it has to be received; empty: any but the releaser's."""
    reason: str
    place: str = ""
    """Where the receiver is going to keep it, if it was said."""
    quarantined: list[str] = []
    """Item ids of those that nobody may look at."""
    exhibits: list[TransferredExhibit]
    """In the order of the log."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`custody/receipt-000k-signature.json` or `…-paper.json`: that it was received, and by whom.

    What corrects a paper is another file, `…-paper-2.json`, `…-paper-3.json`, …; the newest counts.
    """

    format: str = RECEIPT_FORMAT
    case: str
    """UUID."""
    transfer: int
    transfer_sha256: str
    """Of the file of the transfer, hex: what was received."""
    how: How
    at: str
    """UTC, when it was received: the receiver's clock, or what stands on the paper; a claim."""
    name: str
    """Who received it, as a person wrote it."""
    place: str = ""
    """Where it is kept from then on, if it was said."""
    key: str = ""
    """Fingerprint of the key that countersigned; empty on paper."""
    seal: int = 0
    """N of the seal that was countersigned; 0 on paper."""
    root: str = ""
    """Its root, hex; empty on paper."""
    signature: str = ""
    """The countersignature over the bytes of that seal.txt, armored; empty on paper."""
    scan: str = ""
    """Item that holds a picture of the signed paper, if there is one."""
    corrects: str = ""
    """On paper: why this note takes the place of the one before; empty: it is the first."""
    words_signature: str = ""
    """Signature of `key` over all other members (`receipt_words`), armored; empty on paper."""


def receipt_words(receipt: Receipt) -> bytes:
    """What the receiver signs beside the seal: canonical JSON of all members but `words_signature`, and a line feed.

    Raises InputError: a text in it cannot be written.
    """
    members = msgspec.to_builtins(receipt)
    del members["words_signature"]
    try:
        return encode(members) + b"\n"
    except NotCanonicalError as fault:
        raise InputError(f"a text in it cannot be written: {fault}", "type it again") from fault


def counted(exhibits: int) -> str:
    """`1 exhibit`, `2 exhibits`."""
    return f"{exhibits} exhibit" + ("" if exhibits == 1 else "s")


def transfer_path(number: int) -> str:
    """Inside the case."""
    return f"custody/transfer-{number:04}.json"


def receipt_path(number: int, how: str, nth: int = 1) -> str:
    """Inside the case; the second, third, … of a hand-over correct the one before."""
    return f"custody/receipt-{number:04}-{how}{'' if nth == 1 else f'-{nth}'}.json"


Paper = TypeVar("Paper", Transfer, Receipt)


def write_paper(paper: Transfer | Receipt) -> bytes:
    """Canonical JSON and a line feed. Raises InputError: too large, or a text that cannot be written."""
    try:
        data = encode(msgspec.to_builtins(paper)) + b"\n"
    except NotCanonicalError as fault:
        raise InputError(f"a text in it cannot be written: {fault}", "type it again") from fault
    if len(data) > MAX_PAPER:
        raise InputError(
            f"a hand-over of {len(data)} bytes is too large", "hand over in parts: --items E0001-E0500"
        )
    _check(paper)
    return data


def read_transfer(data: bytes) -> Transfer:
    """Raises InputError: not the canonical spelling of a transfer, or it says what cannot be."""
    return _read(data, Transfer, TRANSFER_FORMAT)


def read_receipt(data: bytes) -> Receipt:
    """Raises InputError, as `read_transfer`. That a signature in it is good is not checked here."""
    return _read(data, Receipt, RECEIPT_FORMAT)


def as_transfer(value: JSON) -> Transfer:
    """A transfer that stands inside of another file. Raises InputError."""
    return _converted(value, Transfer, TRANSFER_FORMAT)


def _read(data: bytes, kind: type[Paper], format_: str) -> Paper:
    if len(data) > MAX_PAPER or not data.endswith(b"\n"):
        raise InputError("too large, or does not end with a line feed")
    refuse_dense(data)
    try:
        value = decode(data[:-1])
    except NotCanonicalError as fault:
        raise InputError(f"not ours: {fault}") from fault
    return _converted(value, kind, format_)


def refuse_dense(data: bytes) -> None:
    """Raises InputError for JSON of very many tiny values, which would take a hundred times its size in memory.

    An exhibit has three commas in more than a hundred bytes.
    """
    if data.count(b",") + data.count(b"[") + data.count(b"{") > 20_000 + len(data) // 25:
        raise InputError("not ours: it holds far more values than a hand-over of its size")


def _converted(value: JSON, kind: type[Paper], format_: str) -> Paper:
    if not isinstance(value, dict) or value.get("format") != format_:
        raise InputError(f"not of the format {format_}", "an other file, or one of a newer abusekit")
    try:
        paper = msgspec.convert(value, kind)
    except msgspec.ValidationError as fault:
        raise InputError(f"not ours: {fault}") from fault
    _check(paper)
    return paper


def _check(paper: Transfer | Receipt) -> None:
    """Raises InputError for what no paper of ours says."""
    words = (
        [paper.place, paper.to, paper.reason]
        if isinstance(paper, Transfer)
        else [paper.place, paper.name, paper.corrects]
    )
    if any(len(text) > MAX_WORDS for text in words):
        raise InputError(f"a text in it is longer than {MAX_WORDS} characters", "shorten it")
    if not 0 < paper.transfer <= MOST_TRANSFERS or not is_instant(paper.at):
        raise InputError("its number or its time cannot be")
    if isinstance(paper, Transfer):
        _check_transfer(paper)
    else:
        _check_receipt(paper)


def _check_transfer(paper: Transfer) -> None:
    keys = [*paper.releaser.keys, *([paper.to_key] if paper.to_key else [])]
    if not paper.exhibits or not paper.to.strip():
        raise InputError("it hands over nothing, or to nobody")
    if not all(FINGERPRINT.match(key) for key in keys) or len(keys) > 64:
        raise InputError("it names a key otherwise than by its fingerprint SHA256:…")
    if paper.to_key in paper.releaser.keys:
        raise InputError("it hands over to the key that hands over", "a hand-over needs two people")
    if not all(_HEX64.match(one.sha256) for one in paper.exhibits):
        raise InputError("the digest of an exhibit is none")
    if len({one.item for one in paper.exhibits}) != len(paper.exhibits):
        raise InputError("it names an item twice")


def _check_receipt(paper: Receipt) -> None:
    signed = bool(FINGERPRINT.match(paper.key)) and paper.seal > 0 and bool(_HEX64.match(paper.root))
    bare = not (paper.key or paper.seal or paper.root or paper.signature or paper.words_signature)
    whole = signed and paper.signature and paper.words_signature and not paper.corrects
    if not (bare if paper.how == "paper" else whole) or not _HEX64.match(paper.transfer_sha256):
        raise InputError("it is a receipt with other facts than its kind has")
    if max(len(paper.signature), len(paper.words_signature)) > 16_384 or not paper.name.strip():
        raise InputError("its signature is too long, or it names nobody")
