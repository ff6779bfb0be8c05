"""Signing a seal: never what is not true of the case, and checked at once with stock tools."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.case.settings import Producer, Settings
from abusekit.errors import AbusekitError, EvidenceError, UsageError
from abusekit.integrity.keys.publickey import public_key_of
from abusekit.integrity.keys.signers import line
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.sealing.seal import check_statement, outside_commands, sign_seal
from abusekit.integrity.trust import Trust
from abusekit.integrity.verify import Question, verify_case

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    settings = Settings("", "OP-1", "Europe/London", (Producer("PO", "Producer One", "volunteer"),))
    return Case.create(tmp_path / "a case" / "it's here", settings, now=NOW)


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def test_the_printed_commands_agree(case: Case, key: Ed25519PrivateKey, tmp_path: Path) -> None:
    """Through a shell, as a person would paste them; spaces and quotes in the path and all."""
    folder = make_manifest(case, by="PO", now=NOW)
    signature = sign_seal(case, folder, StoredKey("me", key), by="PO", now=NOW)
    assert signature.stat().st_mode & 0o777 == 0o400
    (tmp_path / "allowed_signers").write_text(line("me", public_key_of(key)))
    for command in outside_commands(case.root, folder, "me"):
        done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, check=False)  # noqa: S602
        assert done.returncode == 0, (command, done.stderr)
    entry = list(case.entries())[-1]
    assert (entry["do"], entry["seal"], entry["signer"]) == ("seal.sign", 1, public_key_of(key).fingerprint)
    pinned = Trust((), (public_key_of(key).fingerprint,))
    assert verify_case(case.root, Question(trust=pinned)).exit_code == 0


def test_two_people_sign_one_seal(case: Case, key: Ed25519PrivateKey) -> None:
    folder = make_manifest(case, by="PO", now=NOW)
    other = Ed25519PrivateKey.generate()
    sign_seal(case, folder, StoredKey("giver", key), by="PO", now=NOW)
    sign_seal(case, folder, StoredKey("taker", other), by="PO", now=NOW)
    pinned = Trust((), tuple(public_key_of(one).fingerprint for one in (key, other)))
    assert verify_case(case.root, Question(trust=pinned)).exit_code == 0
    with pytest.raises(UsageError):
        sign_seal(case, folder, StoredKey("giver", key), by="PO", now=NOW)


@pytest.mark.parametrize("name", ["seal.txt", "manifest-sha256.txt"])
def test_a_spoiled_seal_is_not_signed(case: Case, key: Ed25519PrivateKey, name: str) -> None:
    folder = make_manifest(case, by="PO", now=NOW)
    check_statement(case, folder)
    (folder / name).chmod(0o600)
    (folder / name).write_bytes((folder / name).read_bytes()[:-2] + b"x\n")
    if name == "seal.txt":  # another tool name would be true of the case; another digest is not
        text = (folder / name).read_bytes().replace(b"head-sha256 ", b"head-sha256 0")[:-1]
        (folder / name).write_bytes(text)
    with pytest.raises(EvidenceError):
        sign_seal(case, folder, StoredKey("me", key), by="PO", now=NOW)
    assert not list(folder.glob("*.sig"))
    assert [entry["do"] for entry in case.entries()] == ["case.create", "seal.add"]


def test_a_seal_over_another_log_is_not_signed(case: Case, key: Ed25519PrivateKey, tmp_path: Path) -> None:
    other = Case.create(tmp_path / "other", case.settings(), now=NOW)
    case.record([Act("case.note", {})], by="PO", now=NOW)
    other.record([Act("case.note", {})], by="PO", now=NOW)
    folder = make_manifest(case, by="PO", now=NOW)
    theirs = make_manifest(other, by="PO", now=NOW)
    with pytest.raises(AbusekitError):
        sign_seal(
            case, theirs, StoredKey("me", key), by="PO", now=NOW
        ) if theirs.name != folder.name else _swap(case, folder, theirs, key)


def _swap(case: Case, folder: Path, theirs: Path, key: Ed25519PrivateKey) -> None:
    for path in theirs.iterdir():
        (folder / path.name).unlink()
        (folder / path.name).write_bytes(path.read_bytes())
    sign_seal(case, folder, StoredKey("me", key), by="PO", now=NOW)
