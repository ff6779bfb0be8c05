"""Signers: the store's own keys, and those that only ssh-keygen reaches, with a real agent and a token in software."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.case.folder import Case
from abusekit.case.settings import Producer, Settings
from abusekit.errors import EvidenceError, InputError, MissingExtraError
from abusekit.integrity.keys import sshsig
from abusekit.integrity.keys.publickey import (
    SK_ED25519,
    PublicKey,
    public_key_of,
    read_public_line,
    wire_string,
)
from abusekit.integrity.keys.signers import Signer, line
from abusekit.integrity.keys.signing import SshKeygenKey, StoredKey
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.integrity.sealing.seal import outside_commands, sign_seal
from abusekit.integrity.trust import Trust
from abusekit.integrity.verify import Question, verify_case

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
MESSAGE = b"what a seal says\n"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    settings = Settings("", "OP-1", "Europe/London", (Producer("PO", "Producer One", "volunteer"),))
    return Case.create(tmp_path / "case", settings, now=NOW)


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A real ssh-agent of this test's own."""
    address = tmp_path / "agent"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", str(address)], stdout=subprocess.DEVNULL)
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(address))
        for _ in range(500):
            if subprocess.run(["ssh-add", "-l"], capture_output=True, check=False).returncode != 2:
                break
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(10)


def made_by_hand(folder: Path) -> Path:
    """An unencrypted key as ssh-keygen makes it."""
    path = folder / "hand"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path


def in_agent(folder: Path) -> SshKeygenKey:
    """A key that is in the agent only: its private file is gone."""
    path = made_by_hand(folder)
    subprocess.run(["ssh-add", "-q", str(path)], check=True)
    path.unlink()
    public, _ = read_public_line((folder / "hand.pub").read_text())
    return SshKeygenKey("hand", public, folder / "hand.pub")


def test_a_stored_key_signs_as_ssh_keygen_does() -> None:
    key = Ed25519PrivateKey.generate()
    signer = StoredKey("me", key)
    assert signer.public == public_key_of(key)
    assert sshsig.verify(signer.sign(MESSAGE), MESSAGE) == signer.public


def test_a_key_in_the_agent_signs_a_seal_that_everybody_can_check(
    case: Case, agent: None, tmp_path: Path
) -> None:
    signer = in_agent(tmp_path)
    folder = make_manifest(case, by="PO", now=NOW)
    sign_seal(case, folder, signer, by="PO", now=NOW)
    sign_seal(case, folder, StoredKey("other", other := Ed25519PrivateKey.generate()), by="PO", now=NOW)
    vouched = [
        Signer((n,), k, (), None, None) for n, k in (("a", signer.public), ("b", public_key_of(other)))
    ]
    assert verify_case(case.root, Question(trust=Trust(vouched))).exit_code == 0
    assert verify_case(case.root, Question(trust=Trust(vouched[:1]))).exit_code == 7
    (tmp_path / "allowed_signers").write_text(
        line("hand", signer.public) + line("other", public_key_of(other))
    )
    for name in ("hand", "other"):
        for command in outside_commands(case.root, folder, name):
            done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, check=False)  # noqa: S602
            assert done.returncode == 0, done.stderr


def test_an_old_signature_beside_the_text_is_not_taken_for_a_new_one(agent: None, tmp_path: Path) -> None:
    """`ssh-keygen -Y sign FILE` would find FILE.sig, and keep it, and end with 0."""
    signer = in_agent(tmp_path)
    (tmp_path / "hand.pub.sig").write_bytes(first := signer.sign(b"an older text"))
    second = signer.sign(MESSAGE)
    assert second != first and sshsig.verify(second, MESSAGE) == signer.public
    assert sorted(os.listdir(tmp_path)) == ["agent", "hand.pub", "hand.pub.sig"]


def test_a_key_that_is_not_in_the_agent_does_not_sign(
    case: Case, agent: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = in_agent(tmp_path)
    signer.sign(MESSAGE)
    folder = make_manifest(case, by="PO", now=NOW)
    subprocess.run(["ssh-add", "-q", "-D"], check=True)
    with pytest.raises(InputError, match="did not sign") as caught:
        sign_seal(case, folder, signer, by="PO", now=NOW)
    assert "ssh-add -l" in caught.value.hint and signer.public.fingerprint in caught.value.hint
    monkeypatch.delenv("SSH_AUTH_SOCK")
    with pytest.raises(InputError, match="did not sign"):
        sign_seal(case, folder, signer, by="PO", now=NOW)
    assert not list(folder.glob("*.sig"))
    assert [entry["do"] for entry in case.entries()] == ["case.create", "seal.add"]


def test_without_ssh_keygen_it_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = SshKeygenKey("hand", public_key_of(Ed25519PrivateKey.generate()), tmp_path / "hand.pub")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtraError, match="not on this computer") as caught:
        signer.sign(MESSAGE)
    assert "install" in caught.value.hint


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another `ssh-keygen` in front of the real one."""
    path = folder / "bin" / "ssh-keygen"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")


def test_one_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "exec sleep 60", monkeypatch)
    signer = SshKeygenKey("hand", public_key_of(Ed25519PrivateKey.generate()), tmp_path / "hand.pub", 0.3)
    with pytest.raises(InputError, match="no signature within"):
        signer.sign(MESSAGE)


def test_what_it_says_stays_short_and_on_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "yes 'no \\033[2J key' | head -n 5000 >&2; exit 255", monkeypatch)
    signer = SshKeygenKey("hand", public_key_of(Ed25519PrivateKey.generate()), tmp_path / "hand.pub")
    with pytest.raises(InputError, match="did not sign: ") as caught:
        signer.sign(MESSAGE)
    assert len(caught.value.message) < 400 and "\n" not in caught.value.message


def test_a_signature_of_another_key_or_text_is_not_kept(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands on the PATH: what it gives is checked before it is written."""
    mine, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    folder = make_manifest(case, by="PO", now=NOW)
    text = (folder / "seal.txt").read_bytes()
    program(tmp_path, f"cat {tmp_path}/answer", monkeypatch)
    signer = SshKeygenKey("hand", public_key_of(mine), tmp_path / "hand.pub")
    for wrong in (sshsig.sign(other, text), sshsig.sign(mine, b"another text"), b"", b"x" * 100_000):
        (tmp_path / "answer").write_bytes(wrong)
        with pytest.raises(EvidenceError):
            sign_seal(case, folder, signer, by="PO", now=NOW)
        assert not list(folder.glob("*.sig"))
    (tmp_path / "answer").write_bytes(sshsig.sign(mine, text))
    sign_seal(case, folder, signer, by="PO", now=NOW)


class SoftwareToken:
    """An agent with one FIDO key, made in software (draft-miller-ssh-agent; PROTOCOL.u2f): no token can be had here."""

    def __init__(self, address: Path) -> None:
        self.key = Ed25519PrivateKey.generate()
        point = self.key.public_key().public_bytes_raw()
        blob = wire_string(SK_ED25519.encode()) + wire_string(point) + wire_string(b"ssh:")
        self.public = PublicKey(SK_ED25519, blob)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(address))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, client.makefile("rwb") as stream:
                while len(head := stream.read(4)) == 4:
                    answer = self._answer(stream.read(int.from_bytes(head, "big")))
                    stream.write(wire_string(answer))
                    stream.flush()

    def _answer(self, request: bytes) -> bytes:
        if request[0] == 11:  # SSH_AGENTC_REQUEST_IDENTITIES
            return b"\x0c" + struct.pack(">I", 1) + wire_string(self.public.blob) + wire_string(b"token")
        if request[0] != 13:  # SSH_AGENTC_SIGN_REQUEST
            return b"\x05"
        at = 1 + 4 + len(self.public.blob)
        size = int.from_bytes(request[at : at + 4], "big")
        state = b"\x01" + struct.pack(">I", 9)  # touched; the ninth signature
        digest = hashlib.sha256(request[at + 4 : at + 4 + size]).digest()
        raw = self.key.sign(hashlib.sha256(b"ssh:").digest() + state + digest)
        return b"\x0e" + wire_string(wire_string(SK_ED25519.encode()) + wire_string(raw) + state)


def test_a_fido_key_signs_a_seal_through_ssh_keygen(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key's form and the way through ssh-keygen are real; the token is not."""
    token = SoftwareToken(tmp_path / "agent")
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
        (tmp_path / "token.pub").write_text(f"{token.public.openssh_line} token\n")
        signer = SshKeygenKey("token", token.public, tmp_path / "token.pub")
        folder = make_manifest(case, by="PO", now=NOW)
        path = sign_seal(case, folder, signer, by="PO", now=NOW)
    finally:
        token.close()
    assert (sshsig.parse(path.read_bytes()).flags, sshsig.parse(path.read_bytes()).counter) == (1, 9)
    pinned = Trust((), (token.public.fingerprint,))
    assert verify_case(case.root, Question(trust=pinned)).exit_code == 0
    (tmp_path / "allowed_signers").write_text(line("token", token.public))
    command, _ = outside_commands(case.root, folder, "token")
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, check=False)  # noqa: S602
    assert done.returncode == 0, done.stderr
