"""Requests and answers over a seal: written before they are sent, kept only when good, never rewritten."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.settings import Producer, Settings
from abusekit.demo.timestamp_issuer import Fault, TimestampIssuer
from abusekit.errors import CaseError, EvidenceError, InputError, UsageError
from abusekit.integrity.findings import Status
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.sealing.seal import sign_seal
from abusekit.integrity.sealing.stamping import (
    Asked,
    ask,
    asked_of,
    list_command,
    openssl_command,
    pending,
    take_response,
)
from abusekit.integrity.timestamps.timestamp import BadToken, Reason, make_request
from abusekit.integrity.trust import Authority, Trust
from abusekit.integrity.verify import Question, Verdict, verify_case

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


class Desk:
    """A sealed case, and two authorities."""

    def __init__(self, root: Path) -> None:
        settings = Settings("", "OP-1", "Europe/London", (Producer("PO", "Producer One", "volunteer"),))
        self.now = NOW
        self.case = Case.create(root, settings, now=NOW)
        self.key = Ed25519PrivateKey.generate()
        self.folder = make_manifest(self.case, by="PO", now=NOW)
        self.sign("me")
        self.issuers = {name: TimestampIssuer(name, clock=self.clock) for name in ("local-a", "local-b")}

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def sign(self, name: str) -> None:
        sign_seal(self.case, self.folder, StoredKey(name, self.key), by="PO", now=self.now)

    def ask(self, *names: str) -> list[Asked]:
        return ask(self.case, self.folder, names, by="PO", now=self.clock)

    def answer(self, asked: Asked) -> bytes:
        return self.issuers[asked.authority].answer((self.case.root / asked.request).read_bytes())

    def take(self, asked: Asked, response: bytes | None = None) -> None:
        data = self.answer(asked) if response is None else response
        take_response(self.case, asked, data, self.authority(asked.authority), by="PO", now=self.clock)

    def authority(self, name: str) -> Authority:
        return Authority(name, self.issuers[name].root_pem)

    def verdict(self, *known: str) -> Verdict:
        signer = StoredKey("me", self.key).public.fingerprint
        trust = Trust((), (signer,), [self.authority(name) for name in known])
        return verify_case(self.case.root, Question(trust=trust))

    def says(self, *known: str) -> list[tuple[str, str]]:
        return [(f.status, f.path) for f in self.verdict(*known).findings if f.check == "stamp"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield Desk(tmp_path / "a case" / "it's here")


def test_two_authorities_over_one_seal(desk: Desk) -> None:
    waiting = desk.ask("local-a", "local-b")
    assert [(one.seal, one.listed, one.authority) for one in waiting] == [
        (1, "stamp.sha256", "local-a"), (1, "stamp.sha256", "local-b"),
    ]  # fmt: skip
    assert waiting == pending(desk.case)
    assert {name for name in os.listdir(desk.folder) if name.startswith("stamp")} == {
        "stamp.sha256", "stamp.local-a.tsq", "stamp.local-b.tsq",
    }  # fmt: skip
    listed = (desk.folder / "stamp.sha256").read_text().split()
    assert listed[1::2] == ["seal.txt", "seal.txt.me.sig"], "never a signature alone"
    assert desk.verdict("local-a", "local-b").exit_code == 0, "a seal is good without"
    assert [status for status, _ in desk.says()].count(Status.NOTE) == 3
    for one in waiting:
        desk.take(one)
    assert pending(desk.case) == []
    verdict = desk.verdict("local-a", "local-b")
    assert verdict.exit_code == 0
    assert desk.says("local-a", "local-b") == [
        (Status.OK, "seals/000001/stamp.local-a.tsr"), (Status.OK, "seals/000001/stamp.local-b.tsr"),
    ]  # fmt: skip
    assert desk.verdict("local-a").exit_code == 7, "nobody vouched for local-b here"
    kept = desk.folder / "stamp.local-a.tsr"
    assert kept.stat().st_mode & 0o777 == 0o400


def test_nobody_is_asked_twice_over_one_list(desk: Desk) -> None:
    first = desk.ask("local-a", "local-a")
    assert len(first) == 1 and desk.ask("local-a") == first, "the old request is used again"
    desk.take(first[0])
    assert desk.ask("local-a") == []
    with pytest.raises(UsageError, match="answered this before"):
        desk.take(first[0])
    [later] = desk.ask("local-a", "local-b")
    assert (later.authority, later.listed, later.digest) == ("local-b", "stamp.sha256", first[0].digest)


def test_a_later_signature_has_a_list_of_its_own(desk: Desk) -> None:
    [first] = desk.ask("local-a")
    desk.take(first)
    before = (desk.folder / "stamp.sha256").read_bytes()
    desk.sign("officer")
    [second] = desk.ask("local-a")
    assert second.listed == "stamp2.sha256" and second.request.endswith("/stamp2.local-a.tsq")
    desk.take(second)
    assert (desk.folder / "stamp.sha256").read_bytes() == before
    assert b"officer.sig" in (desk.folder / "stamp2.sha256").read_bytes()
    assert desk.verdict("local-a").exit_code == 0 and len(desk.says("local-a")) == 2


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.WRONG_NONCE, Reason.OTHER_NONCE), (Fault.WRONG_DIGEST, Reason.OTHER_DIGEST),
        (Fault.BAD_SIGNATURE, Reason.BAD_SIGNATURE), (Fault.REJECTION, Reason.REFUSED),
        (Fault.EXPIRED_LEAF, Reason.EXPIRED), (Fault.FOREIGN_ROOT, Reason.UNTRUSTED),
    ],
)  # fmt: skip
def test_what_is_not_good_is_not_kept(desk: Desk, fault: Fault, reason: Reason) -> None:
    [asked] = desk.ask("local-a")
    before = (sorted(os.listdir(desk.folder)), desk.case.log.path.read_bytes())
    desk.issuers["local-a"].fault = fault
    with pytest.raises(BadToken) as refused:
        desk.take(asked)
    assert refused.value.reason is reason
    assert (sorted(os.listdir(desk.folder)), desk.case.log.path.read_bytes()) == before
    assert desk.verdict("local-a").exit_code == 0 and pending(desk.case) == [asked]
    desk.issuers["local-a"].fault = Fault.NONE
    desk.take(asked)


def test_an_answer_finds_its_request(desk: Desk) -> None:
    """From another computer an answer comes without a word on what it answers."""
    one, other = desk.ask("local-a", "local-b")
    answers = desk.answer(one), desk.answer(other)
    assert asked_of(desk.case, answers[1]) == other and asked_of(desk.case, answers[0]) == one
    with pytest.raises(UsageError, match="was asked"):
        take_response(desk.case, other, answers[1], desk.authority("local-a"), by="PO", now=desk.clock)
    desk.take(one, answers[0])
    with pytest.raises(InputError, match="no request of the case"):
        asked_of(desk.case, answers[0])
    foreign = desk.issuers["local-a"].answer(make_request(one.digest))
    with pytest.raises(InputError, match="no request of the case"):
        asked_of(desk.case, foreign)
    with pytest.raises(BadToken):
        asked_of(desk.case, b"<html>")


@pytest.mark.parametrize("name", ["seal.txt", "seal.txt.me.sig"])
def test_what_was_spoiled_is_not_stamped(desk: Desk, name: str) -> None:
    (desk.folder / name).chmod(0o600)
    (desk.folder / name).write_bytes((desk.folder / name).read_bytes() + b"\n")
    with pytest.raises(EvidenceError):
        desk.ask("local-a")
    assert not list(desk.folder.glob("stamp*"))


def test_a_seal_that_nobody_logged_is_not_stamped(desk: Desk) -> None:
    (desk.case.seals / "000009").mkdir()
    with pytest.raises(CaseError):
        ask(desk.case, desk.case.seals / "000009", ["local-a"], by="PO", now=desk.clock)
    with pytest.raises(UsageError, match="not the name"):
        desk.ask("../local-a")


def test_a_file_that_stands_in_the_way_is_left_alone(desk: Desk) -> None:
    """Put there by hand, or by a run that was cut off: recover looks at it, no change removes it."""
    (desk.folder / "stamp.sha256").write_bytes(b"mine")
    with pytest.raises(CaseError) as refused:
        desk.ask("local-a")
    assert "recover" in refused.value.hint
    assert (desk.folder / "stamp.sha256").read_bytes() == b"mine"


def test_the_printed_lines_agree(desk: Desk, tmp_path: Path) -> None:
    """As a person pastes them; twenty years later they still do, since they state the token's own time."""
    [asked] = desk.ask("local-a")
    data = desk.answer(asked)
    token = take_response(desk.case, asked, data, desk.authority("local-a"), by="PO", now=desk.clock)
    roots = tmp_path / "the roots of 'a'.pem"
    roots.write_bytes(desk.issuers["local-a"].root_pem)
    for line in (list_command(desk.case, asked), openssl_command(desk.case, asked, token, roots)):
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (line, done.stderr)
    assert "Verification: OK" in done.stdout + done.stderr
    roots.write_bytes(desk.issuers["local-b"].root_pem)
    other = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert other.returncode != 0 and "Verification: OK" not in other.stdout + other.stderr


def test_acts_about_stamps_leave_nothing_unsealed(desk: Desk) -> None:
    for one in desk.ask("local-a"):
        desk.take(one)
    assert not any("not covered" in f.message for f in desk.verdict("local-a").findings)
    desk.case.record([Act("case.note", {})], by="PO", now=desk.clock)
    assert any("not covered" in f.message for f in desk.verdict("local-a").findings)
