"""Signatures of keys that ended, with time stamps of a real (local) authority: what is older than the end counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.folder import Case
from abusekit.case.settings import Producer, Settings
from abusekit.demo.timestamp_issuer import TimestampIssuer
from abusekit.integrity.findings import Finding, Status
from abusekit.integrity.keys.revocation import Revocation, log_revocation
from abusekit.integrity.keys.signers import Signer
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.sealing.seal import sign_seal
from abusekit.integrity.sealing.stamping import ask, take_response
from abusekit.integrity.trust import Authority, Trust
from abusekit.integrity.verify import Question, Verdict, verify_case

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
NAME = "local-a"


class Desk:
    """A case whose clock the test moves, a key, and an authority."""

    def __init__(self, root: Path) -> None:
        settings = Settings("", "OP-1", "Europe/London", (Producer("PO", "Producer One", "volunteer"),))
        self.now = NOW
        self.case = Case.create(root, settings, now=NOW)
        self.key = StoredKey("me", Ed25519PrivateKey.generate())
        self.issuer = TimestampIssuer(NAME, clock=lambda: self.now)
        self.authority = Authority(NAME, self.issuer.root_pem)

    def later(self, **more: float) -> datetime:
        self.now += timedelta(**more)
        return self.now

    def seal(self, *signers: StoredKey) -> Path:
        folder = make_manifest(self.case, by="PO", now=self.later(seconds=1))
        for signer in signers:
            sign_seal(self.case, folder, signer, by="PO", now=self.later(seconds=1))
        return folder

    def stamp(self, folder: Path) -> None:
        for asked in ask(self.case, folder, [NAME], by="PO", now=self.later(seconds=1)):
            response = self.issuer.answer((self.case.root / asked.request).read_bytes())
            take_response(self.case, asked, response, self.authority, by="PO", now=self.later(seconds=1))

    def verdict(self, *signers: Signer, known: Sequence[Authority] | None = None) -> Verdict:
        trust = Trust(signers, (), (self.authority,) if known is None else known)
        return verify_case(self.case.root, Question(trust=trust))

    def line(self, before: datetime | None = None) -> Signer:
        return Signer(("anna",), self.key.public, (), None, before)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield Desk(tmp_path / "case")


def signature(verdict: Verdict, folder: Path, name: str = "me") -> Finding:
    path = f"seals/{folder.name}/seal.txt.{name}.sig"
    return next(f for f in verdict.findings if f.path == path)


def test_an_expired_line_counts_for_what_was_stamped_before(desk: Desk) -> None:
    folder = desk.seal(desk.key)
    desk.stamp(folder)
    expired = desk.line(before=desk.later(hours=1))
    found = signature(desk.verdict(expired), folder)
    assert found.status is Status.OK and "by a time stamp, when the key still counted" in found.message
    assert desk.verdict(expired).exit_code == 0
    untrusted = desk.verdict(expired, known=())  # the same token, of an authority that nobody trusts here
    assert signature(untrusted, folder).status is Status.UNCHECKED
    too_early = desk.line(before=NOW - timedelta(days=1))
    assert "first time stamp that shows" in signature(desk.verdict(too_early), folder).message


def test_a_stolen_key_keeps_what_was_stamped_before_and_nothing_else(desk: Desk) -> None:
    first = desk.seal(desk.key)
    desk.stamp(first)
    since = desk.later(hours=1)
    desk.later(hours=1)
    said = Revocation(since, "stolen", "the laptop is gone")
    log_revocation(desk.case, desk.key.public.fingerprint, said, by="PO", now=desk.now)
    second = desk.seal(desk.key)  # the thief's
    desk.stamp(second)
    verdict = desk.verdict(desk.line())
    assert verdict.exit_code == 7
    assert signature(verdict, first).status is Status.OK
    found = signature(verdict, second)
    assert found.status is Status.UNCHECKED and "counts no more since" in found.message
    new = StoredKey("new", Ed25519PrivateKey.generate())
    third = desk.seal(new)
    found = signature(desk.verdict(desk.line(), Signer(("anna",), new.public, (), None, None)), third, "new")
    assert found.status is Status.OK


def test_a_stamp_dates_only_the_signatures_that_its_list_names(desk: Desk) -> None:
    """A thief signs an old, stamped seal: its old stamp says nothing of the new signature."""
    honest = StoredKey("honest", Ed25519PrivateKey.generate())
    folder = desk.seal(honest)
    desk.stamp(folder)
    since = desk.later(hours=1)
    sign_seal(desk.case, folder, desk.key, by="PO", now=desk.later(hours=1))
    vouched = Signer(("honest",), honest.public, (), None, None)
    expired = desk.line(before=since)
    verdict = desk.verdict(vouched, expired)
    assert signature(verdict, folder, "honest").status is Status.OK
    found = signature(verdict, folder)
    assert found.status is Status.UNCHECKED and "no trusted time stamp" in found.message
    desk.stamp(folder)  # a second list names it, too late
    found = signature(desk.verdict(vouched, expired), folder)
    assert found.status is Status.UNCHECKED and "first time stamp that shows" in found.message
