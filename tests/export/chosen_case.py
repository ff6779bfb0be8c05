"""A sealed case of two producers, every item of which has something that no other has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.canonical import JSON
from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.intake import Intake
from abusekit.case.settings import Producer, Settings
from abusekit.integrity.keys.publickey import public_key_of
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.sealing.seal import sign_seal
from abusekit.integrity.trust import Trust

START = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
FIRST = Producer("PO", "Producer One", "volunteer")
SECOND = Producer("ZQ", "Zenobia Quill", "officer")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TRUST = Trust((), (public_key_of(KEY).fingerprint,))


class Clock:
    """A clock that moves on by an odd step whenever it is looked at."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=61, microseconds=1_234_567 % 999_983)
        return self.now


def seal(case: Case, now: datetime) -> Path:
    folder = make_manifest(case, by="PO", now=now)
    sign_seal(case, folder, StoredKey("me", KEY), by="PO", now=now)
    return folder


def take(case: Case, who: Producer, clock: Clock, number: int, **source: JSON) -> str:
    """One file whose name, size, words and digest are its own."""
    with Intake(case, who, clock=clock) as intake:
        draft = intake.draft("file")
        draft.source = {"names": [f"holiday-{number * 7919}.txt"], **source}
        draft.facts = {"told": f"by neighbour {number * 104_729}"}
        draft.write("a.txt", f"words {number * 7919} ".encode() * (1000 + number), "text/plain", "original")
        (item,) = intake.commit([draft])
    return item.id


def build(folder: Path) -> Case:
    """E0001 to E0006, PO/1 to PO/4 and ZQ/1, ZQ/2, decisions about some, two seals."""
    clock = Clock()
    settings = Settings(case="", reference="OP-1", zone="Europe/London", producers=(FIRST,))
    made = Case.create(folder / "case", settings, now=clock())
    for number in (1, 2):
        take(made, FIRST, clock, number)
    seal(made, clock())
    made.change_settings(made.settings().with_producer(SECOND), by="PO", now=clock(), reason="a helper")
    take(made, SECOND, clock, 3)
    take(made, FIRST, clock, 4)
    take(made, SECOND, clock, 5)
    take(made, FIRST, clock, 6)
    made.record(
        [
            Act("item.tag", {"item": "E0002", "tags": ["threat"], "removed": [], "reason": "read it"}),
            Act("item.tag", {"item": "E0003", "tags": ["stalking"], "removed": [], "reason": "unreadable"}),
            Act("item.withdraw", {"item": "E0004", "reason": "somebody else's letter"}),
            Act("custody.store", {"item": "E0005", "place": "under the stairs", "reason": "hidden there"}),
        ],
        by="ZQ",
        now=clock(),
    )
    seal(made, clock())
    return made
