"""A case from which something was handed over, and both people with their keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.settings import Producer, Settings
from abusekit.case.transfer import Releaser, Transfer
from abusekit.integrity.handover.handing import Wanted, log_transfer
from abusekit.integrity.handover.handover import Handover, read_handover, write_handover
from abusekit.integrity.handover.taking import signatures_of
from abusekit.integrity.keys.publickey import public_key_of
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing.manifest import MAX_SEAL, SEAL, make_manifest
from abusekit.integrity.sealing.seal import sign_seal

PRODUCER = Producer("PO", "Producer One", "volunteer")


@dataclass(slots=True)
class Clock:
    """A clock that moves on by a second whenever it is looked at."""

    at: datetime = field(default=datetime(2026, 11, 20, 21, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def new_key(name: str = "me") -> StoredKey:
    return StoredKey(name, Ed25519PrivateKey.generate())


def fingerprint(key: StoredKey) -> str:
    return public_key_of(key.key).fingerprint


def case_with_items(root: Path, clock: Clock, count: int = 3, place: str = "") -> Case:
    settings = Settings("", "OP-1", "Europe/London", (PRODUCER,), place=place)
    case = Case.create(root, settings, now=clock())
    with Intake(case, PRODUCER, clock=clock) as intake:
        drafts = [intake.draft("file") for _ in range(count)]
        for number, draft in enumerate(drafts):
            draft.write("a.txt", b"words %d" % number, "text/plain", "original")
        intake.commit(drafts)
    return case


def hand_over(
    case: Case, key: StoredKey, clock: Clock, items: set[str] | None = None, to_key: str = "", place: str = ""
) -> tuple[Transfer, bytes]:
    """Logged, sealed and signed; gives what was handed over, and the file to send."""
    releaser = Releaser("PO", "Producer One", "volunteer", [fingerprint(key)])
    wanted = Wanted(releaser, "DC 1234 Smith", "for the police", items, to_key, place)
    transfer = log_transfer(case, wanted, by="PO", now=clock)
    folder = make_manifest(case, by="PO", now=clock)
    sign_seal(case, folder, key, by="PO", now=clock)
    return transfer, handover_bytes(case, folder, transfer)


def handover_bytes(case: Case, folder: Path, transfer: Transfer) -> bytes:
    text = case.read_small(f"seals/{folder.name}/{SEAL}", MAX_SEAL)
    return write_handover(transfer, text, signatures_of(case, folder))


def handed(case: Case, key: StoredKey, clock: Clock) -> Handover:
    return read_handover(hand_over(case, key, clock)[1])
