"""Keys that people have already: ours from ssh-keygen's, and every other kind refused by its own name."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from abusekit.errors import AbusekitError, InputError, UsageError
from abusekit.integrity.keys import keyimport, sshsig
from abusekit.integrity.keys import store as keys
from abusekit.integrity.keys.publickey import (
    ED25519,
    SK_ED25519,
    PublicKey,
    public_key_of,
    read_public_line,
    wire_string,
)
from abusekit.integrity.keys.signing import SshKeygenKey, StoredKey

PEM = serialization.Encoding.PEM
BARE = serialization.NoEncryption()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "KDF_ROUNDS", 1)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def by_hand(folder: Path, passphrase: str, *more: str, kind: str = "ed25519") -> Path:
    path = folder / "id_ed25519"
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "anna@laptop", "-f", str(path), *more]
    subprocess.run(command, check=True)
    return path


def test_an_encrypted_key_is_stored_anew_under_its_passphrase(tmp_path: Path, store: Path) -> None:
    path = by_hand(tmp_path, "a long secret", "-a", "2")
    before = path.read_bytes()
    found = keyimport.look(path)
    assert (found.private, found.encrypted, found.by_ssh_keygen) == (True, True, False)
    with pytest.raises(UsageError, match="does not open"):
        keyimport.store(store, "me", found, b"another", b"another")
    assert os.listdir(store) == []
    info = keyimport.store(store, "me", found, b"a long secret", b"a long secret")
    assert info.public == read_public_line((tmp_path / "id_ed25519.pub").read_text())[0]
    assert (store / "me").stat().st_mode & 0o777 == 0o600
    key = keys.load(store, "me", b"a long secret")
    message = b"a text"
    theirs = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-n", sshsig.NAMESPACE, "-f", str(bare(tmp_path, path))],
        input=message, capture_output=True, check=True,
    )  # fmt: skip
    assert theirs.stdout == sshsig.sign(key, message), "one key, the same bytes"
    assert path.read_bytes() == before


def bare(folder: Path, path: Path) -> Path:
    """A copy without passphrase, for ssh-keygen to sign with."""
    copy = Path(shutil.copy(path, folder / "bare"))
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "a long secret", "-N", "", "-f", str(copy)], check=True)
    return copy


def test_a_key_without_passphrase_gets_one(tmp_path: Path, store: Path) -> None:
    found = keyimport.look(by_hand(tmp_path, ""))
    assert not found.encrypted
    with pytest.raises(UsageError, match="empty"):
        keyimport.store(store, "me", found, b"", b"")
    keyimport.store(store, "me", found, b"", b"a new secret")
    opened = subprocess.run(
        ["ssh-keygen", "-y", "-P", "a new secret", "-f", str(store / "me")], capture_output=True, check=False
    )
    assert opened.stdout.split()[:2] == found.public.openssh_line.encode().split()
    assert isinstance(keys.signer(store, keys.show(store, "me"), b"a new secret"), StoredKey)


def test_a_public_half_signs_through_ssh_keygen(tmp_path: Path, store: Path) -> None:
    found = keyimport.look(by_hand(tmp_path, "").with_suffix(".pub"))
    assert (found.private, found.by_ssh_keygen, found.comment) == (False, True, "anna@laptop")
    info = keyimport.store(store, "me", found, b"", b"")
    assert (info.has_private, info.by_ssh_keygen, info.can_sign) == (False, True, True)
    assert info == keys.show(store, "me") and keys.listing(store) == [info]
    assert keys.signer(store, info, b"") == SshKeygenKey("me", found.public, store / "me.pub")
    with pytest.raises(UsageError, match="through ssh-keygen"):
        keys.load(store, "me", b"x")
    (store / "me.agent").unlink()  # a .pub file alone is a key that was lost
    assert not keys.show(store, "me").can_sign


def test_the_handle_of_a_token_is_kept_as_it_is(tmp_path: Path, store: Path) -> None:
    """What `ssh-keygen -t ed25519-sk` leaves on the disk; made here without a token."""
    point = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    blob = wire_string(SK_ED25519.encode()) + wire_string(point) + wire_string(b"ssh:")
    secret = b"\0" * 8 + blob + b"\x01" + wire_string(b"handle") + wire_string(b"") + wire_string(b"c")
    content = b"".join(
        (b"openssh-key-v1\0", *map(wire_string, (b"none", b"none", b"")), b"\0\0\0\1", wire_string(blob),
         wire_string(secret))
    )  # fmt: skip
    path = tmp_path / "id_ed25519_sk"
    path.touch(0o600)
    path.write_bytes(
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n"
        + base64.encodebytes(content)
        + b"-----END OPENSSH PRIVATE KEY-----\n"
    )
    found = keyimport.look(path)
    assert (found.private, found.by_ssh_keygen, found.public.blob) == (True, True, blob)
    info = keyimport.store(store, "token", found, b"", b"")
    assert (store / "token").read_bytes() == path.read_bytes() and info.by_ssh_keygen
    assert (
        subprocess.run(
            ["ssh-keygen", "-lf", str(store / "token.pub")], capture_output=True, check=True
        ).stdout.split()[1]
        == info.public.fingerprint.encode()
    )


def test_a_name_that_is_taken_is_not_given_twice(tmp_path: Path, store: Path) -> None:
    found = keyimport.look(by_hand(tmp_path, ""))
    keyimport.store(store, "me", found, b"", b"a new secret")
    before = (store / "me").read_bytes()
    for one in (found, keyimport.look(tmp_path / "id_ed25519.pub")):
        with pytest.raises(UsageError, match="exists already"):
            keyimport.store(store, "me", one, b"", b"another secret")
    assert (store / "me").read_bytes() == before and not (store / "me.agent").exists()


@pytest.mark.parametrize(
    ("file", "name"),
    [("id_ed25519", "id-ed25519"), ("Anna's Key.pub", "anna-s-key"), ("x" * 80, "x" * 31), ("-a-.pub", "a")],
)
def test_the_name_comes_from_the_file(file: str, name: str) -> None:
    assert keyimport.name_from(Path(file)) == name
    assert keys.NAME_FORM.fullmatch(name)


def test_no_name_can_be_made() -> None:
    with pytest.raises(UsageError, match="no name"):
        keyimport.name_from(Path("ключ"))


# --- refused, each by its own name


def refused(path: Path, content: bytes | None = None) -> AbusekitError:
    if content is not None:
        path.unlink(missing_ok=True)
        path.touch(0o600)
        path.write_bytes(content)
    with pytest.raises(AbusekitError) as caught:
        keyimport.look(path)
    return caught.value


@pytest.mark.parametrize(("kind", "says"), [("rsa", "an RSA key"), ("ecdsa", "an ECDSA key")])
def test_weak_and_foreign_kinds_from_ssh_keygen(tmp_path: Path, kind: str, says: str) -> None:
    path = by_hand(tmp_path, "", *(("-b", "2048") if kind == "rsa" else ()), kind=kind)
    for one in (path, path.with_suffix(".pub")):
        fault = refused(one)
        assert isinstance(fault, InputError) and says in fault.message and "Ed25519" in fault.hint
    subprocess.run(["ssh-keygen", "-q", "-p", "-m", "PEM", "-N", "", "-f", str(path)], check=True)
    assert says in refused(path).message


def test_dsa_keys(tmp_path: Path) -> None:
    """Not from ssh-keygen, which makes them no more in its newer versions."""
    blob = wire_string(b"ssh-dss") + wire_string(b"\1" * 128) * 4
    for content in (
        PublicKey("ssh-dss", blob).openssh_line.encode(),
        b"-----BEGIN DSA PRIVATE KEY-----\nMIIB\n",
    ):
        assert "a DSA key: too weak" in refused(tmp_path / "key", content).message


def test_keys_in_the_forms_of_other_programs(tmp_path: Path) -> None:
    path = tmp_path / "key"
    pkcs8 = serialization.PrivateFormat.PKCS8
    hidden = serialization.BestAvailableEncryption(b"x")
    for key in (
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(65537, 2048),
    ):
        for encryption in (BARE, hidden):
            assert "a PKCS#8 key" in refused(path, key.private_bytes(PEM, pkcs8, encryption)).message
        public = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        assert "as OpenSSL writes it" in refused(path, public).message


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", "a PuTTY key"),
        (b"PuTTY-User-Key-File-2: ssh-rsa\n", "a PuTTY key"),
        (b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ==\n", "a GPG key"),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nlQ==\n", "a GPG key"),
        (b"\x95\x01\xd8\x04\x5f", "a GPG key"),
        (b"\xc5\x58\x04\x5f", "a GPG key"),
        (b"\0\0\0\x20\x01\x01\0\x02KBXf", "a GPG key"),
        (b"# created: 2026\n# public key: age1x\nAGE-SECRET-KEY-1XXX\n", "an age key"),
        (b"age1qqqq\n", "an age key"),
        (b"age-encryption.org/v1\n-> X25519 x\n", "an age key"),
        (b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n", "RFC 4716"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n", "X.509 certificate"),
        (b"untrusted comment: minisign public key\nRWQ\n", "a minisign"),
        (b"-----BEGIN SSH SIGNATURE-----\nU1NI\n", "a signature, not a key"),
        (b"", "no key file"),
        (b"two\nlines\n", "no key file"),
        (b"\xff\xfe\x00", "no key that is known"),
        (b"hello world\n", "unknown key type"),
        (b"x" * 70_000, "longer than any key file"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\n", "damaged"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "damaged"),
        (b'from="*" ssh-ed25519 AAAA\n', "unknown key type"),
    ],
)
def test_every_other_kind_has_its_own_reason(tmp_path: Path, content: bytes, says: str) -> None:
    fault = refused(tmp_path / "key", content)
    assert isinstance(fault, InputError) and says in fault.message, fault.message
    assert fault.hint


def test_certificates_are_refused(tmp_path: Path) -> None:
    ca = by_hand(tmp_path, "")
    (tmp_path / "user").mkdir()
    user = by_hand(tmp_path / "user", "")
    subprocess.run(["ssh-keygen", "-q", "-s", str(ca), "-I", "anna", "-n", "anna", f"{user}.pub"], check=True)
    fault = refused(tmp_path / "user" / "id_ed25519-cert.pub")
    assert "certificate" in fault.message and "plain key" in fault.hint
    keyimport.look(user)  # the key itself is good


@pytest.mark.parametrize("point", [b"\x01" + bytes(31), bytes(32), b"\xec" + b"\xff" * 30 + b"\x7f"])
def test_points_of_small_order_are_refused(tmp_path: Path, point: bytes) -> None:
    blob = wire_string(ED25519.encode()) + wire_string(point)
    fault = refused(tmp_path / "weak.pub", f"{PublicKey(ED25519, blob).openssh_line} me\n".encode())
    assert "weak" in fault.message


def test_links_pipes_and_files_within_reach_of_others_are_refused(tmp_path: Path) -> None:
    path = by_hand(tmp_path, "")
    keyimport.look(path)
    path.chmod(0o644)
    assert "within reach of other users" in refused(path).message
    path.chmod(0o600)
    (tmp_path / "link").symlink_to(path)
    assert "symbolic link" in refused(tmp_path / "link").message
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "is not a file" in refused(tmp_path / "pipe").message
    assert "is not a file" in refused(tmp_path).message
    assert "cannot be read" in refused(tmp_path / "absent").message
    path.with_suffix(".pub").chmod(0o666)
    assert "within reach" in refused(path.with_suffix(".pub")).message


def test_a_cipher_that_cannot_be_opened_names_the_way_out(tmp_path: Path, store: Path) -> None:
    found = keyimport.look(by_hand(tmp_path, "a long secret", "-Z", "chacha20-poly1305@openssh.com"))
    with pytest.raises(InputError) as caught:
        keyimport.store(store, "me", found, b"a long secret", b"a long secret")
    assert f"ssh-keygen -p -Z aes256-ctr -f {found.path}" in caught.value.hint


def test_every_byte_of_a_bare_key_matters(tmp_path: Path, store: Path) -> None:
    """A key without passphrase, each byte changed in turn: refused by our own errors, or the very same key."""
    path = by_hand(tmp_path, "")
    lines = path.read_bytes().splitlines()
    content = base64.b64decode(b"".join(lines[1:-1]))
    public = read_public_line((tmp_path / "id_ed25519.pub").read_text())[0]
    for at in range(len(content)):
        damaged = bytearray(content)
        damaged[at] ^= 0x81
        path.write_bytes(lines[0] + b"\n" + base64.encodebytes(damaged) + lines[-1] + b"\n")
        shutil.rmtree(store, ignore_errors=True)
        try:
            found = keyimport.look(path)
            info = keyimport.store(store, "me", found, b"pw", b"pw")
            assert public_key_of(keys.load(store, "me", b"pw")) == info.public == public, at
        except (UsageError, InputError):
            assert not (store / "me").exists()
