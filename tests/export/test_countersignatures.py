"""Who received the case has signed the same seal: a partial copy does not tell of it unless that is wished."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chosen_case import KEY, TRUST, build
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.folder import Case
from abusekit.demo.timestamp_issuer import TimestampIssuer
from abusekit.export.partial import export_partial, plan_partial
from abusekit.integrity.handover.handover import read_handover
from abusekit.integrity.handover.taking import countersign, take_receipt
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing import stamping
from abusekit.integrity.trust import Authority
from handed_case import Clock, fingerprint, hand_over

LATER = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass
class Handed:
    case: Case
    folder: Path
    """Of the newest seal."""
    clock: Clock
    issuer: TimestampIssuer

    def stamp(self) -> None:
        for asked in stamping.ask(self.case, self.folder, ["local-a"], by="PO", now=self.clock):
            answer = self.issuer.answer((self.case.root / asked.request).read_bytes())
            authority = Authority("local-a", self.issuer.root_pem)
            stamping.take_response(self.case, asked, answer, authority, by="PO", now=self.clock)

    def copied(self, *, everything: bool = False) -> tuple[set[str], tuple[str, ...]]:
        """Names in the folder of the seal of a copy, and what was left out."""
        plan = plan_partial(self.case, ["E0002"], with_countersignatures=everything)
        out = self.case.root.parent / f"copy-{everything}"
        made = export_partial(self.case, plan, out, trust=TRUST)
        assert made.verdict.exit_code in (0, 7)
        names = {path.name for path in (out / "seals" / self.folder.name).iterdir()}
        return names, tuple(path.rpartition("/")[2] for path in plan.left_out)


def given(case: Case, clock: Clock) -> tuple[Path, bytes]:
    """The folder of the seal over a hand-over, and the file to send."""
    _, data = hand_over(case, StoredKey("me", KEY), clock)
    return max(case.seals.iterdir(), key=lambda path: path.name), data


@pytest.fixture
def handed(tmp_path: Path) -> Handed:
    """A case that was handed over by its key, sealed, stamped, received by another key, and stamped again."""
    case, clock = build(tmp_path), Clock(LATER)
    folder, data = given(case, clock)
    theirs = StoredKey("receiver", Ed25519PrivateKey.generate())
    found = Handed(case, folder, clock, TimestampIssuer("local-a", clock=clock))
    found.stamp()
    countersign(case, read_handover(data), theirs, ("DC Smith", ""), by=fingerprint(theirs), now=clock)
    found.stamp()
    return found


def test_left_out_with_the_stamp_that_names_it(handed: Handed) -> None:
    before = {path.name for path in handed.folder.iterdir()}
    assert {"seal.txt.receiver.sig", "stamp.sha256", "stamp2.sha256", "stamp2.local-a.tsr"} <= before
    names, left_out = handed.copied()
    assert names == {
        "seal.txt", "seal.txt.me.sig", "stamp.sha256", "stamp.local-a.tsq", "stamp.local-a.tsr", "stamp.local-a.pem",
    }  # fmt: skip
    assert set(left_out) == before - names - {"manifest-sha256.txt", "salt.txt"}


def test_copied_where_it_is_wished(handed: Handed) -> None:
    names, left_out = handed.copied(everything=True)
    assert {"seal.txt.receiver.sig", "stamp2.local-a.tsr"} <= names and not left_out


def test_one_that_came_back_to_the_releaser(tmp_path: Path) -> None:
    """There the releaser logs it: only the paper of the receipt says whose it is."""
    case, clock = build(tmp_path), Clock(LATER)
    folder, data = given(case, clock)
    theirs = StoredKey("x", Ed25519PrivateKey.generate())
    copy = Case.open(Path(shutil.copytree(case.root, tmp_path / "received")))
    receipt = countersign(
        copy, read_handover(data), theirs, ("DC Smith", ""), by=fingerprint(theirs), now=clock
    )
    take_receipt(case, receipt, by="PO", now=clock)
    assert (folder / "seal.txt.receiver.sig").exists()
    plan = plan_partial(case, ["E0002"])
    assert plan.left_out == (f"seals/{folder.name}/seal.txt.receiver.sig",)
