"""The key store: ssh-keygen opens ours and the reverse, and everything unsafe or damaged is refused."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from abusekit.errors import AbusekitError, InputError, UsageError
from abusekit.integrity.keys import sshsig
from abusekit.integrity.keys import store as keys
from abusekit.integrity.keys.publickey import public_key_of

PASSPHRASE = b"correct horse battery"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one key `me`, made once: bcrypt is slow on purpose."""
    store = tmp_path_factory.mktemp("made") / "deep" / "keys"
    keys.create(store, "me", PASSPHRASE, "Anna's laptop")
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """A copy of that store to spoil."""
    return Path(shutil.copytree(made, tmp_path / "keys"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "KDF_ROUNDS", 1)


def ssh_keygen(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        ["ssh-keygen", *arguments], capture_output=True, check=False, **options
    )


# --- making


def test_a_new_key_is_private_encrypted_and_opens(made: Path) -> None:
    assert made.stat().st_mode & 0o777 == 0o700
    assert (made / "me").stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(made)) == ["me", "me.pub"]
    key = keys.load(made, "me", PASSPHRASE)
    info = keys.show(made, "me")
    assert info == keys.KeyInfo("me", public_key_of(key), "Anna's laptop", has_private=True, path=made / "me")
    assert keys.listing(made) == [info]
    content = base64.b64decode(b"".join((made / "me").read_bytes().splitlines()[1:-1]))
    assert b"aes256-ctr" in content and b"bcrypt" in content
    assert int.from_bytes(content[content.index(b"bcrypt") + 30 :][:4], "big") == 64  # rounds
    assert key.private_bytes_raw() not in content


def test_ssh_keygen_opens_ours_and_signs_with_it(made: Path, tmp_path: Path) -> None:
    opened = ssh_keygen("-y", "-P", PASSPHRASE.decode(), "-f", str(made / "me"))
    assert opened.stdout.split()[:2] == keys.show(made, "me").public.openssh_line.encode().split()
    assert ssh_keygen("-y", "-P", "wrong", "-f", str(made / "me")).returncode != 0

    asker = tmp_path / "ask"
    asker.write_text(f"#!/bin/sh\nprintf '%s\\n' '{PASSPHRASE.decode()}'\n")
    asker.chmod(0o700)
    environment = os.environ | {"SSH_ASKPASS": str(asker), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": "x"}
    message = b"a text"
    theirs = ssh_keygen(
        "-Y", "sign", "-f", str(made / "me"), "-n", sshsig.NAMESPACE, input=message, env=environment
    )
    assert theirs.returncode == 0, theirs.stderr
    assert sshsig.verify(theirs.stdout, message) == keys.show(made, "me").public
    assert theirs.stdout == sshsig.sign(keys.load(made, "me", PASSPHRASE), message)


@pytest.mark.parametrize("cipher", ["aes256-ctr", "aes256-cbc", "aes256-gcm@openssh.com"])
def test_ours_opens_what_ssh_keygen_makes(tmp_path: Path, cipher: str) -> None:
    store = tmp_path / "keys"
    store.mkdir(0o700)
    made = ssh_keygen(
        "-q",
        "-t",
        "ed25519",
        "-N",
        "secret",
        "-a",
        "2",
        "-Z",
        cipher,
        "-C",
        "by hand",
        "-f",
        str(store / "hand"),
    )
    assert made.returncode == 0, made.stderr
    info = keys.show(store, "hand")
    assert info.comment == "by hand"
    assert public_key_of(keys.load(store, "hand", b"secret")) == info.public
    with pytest.raises(UsageError, match="does not open"):
        keys.load(store, "hand", b"Secret")


def test_a_cipher_that_cannot_be_opened_is_named_with_the_way_out(tmp_path: Path) -> None:
    store = tmp_path / "keys"
    store.mkdir(0o700)
    ssh_keygen(
        "-q",
        "-t",
        "ed25519",
        "-N",
        "secret",
        "-Z",
        "chacha20-poly1305@openssh.com",
        "-f",
        str(store / "hand"),
    )
    with pytest.raises(InputError) as caught:
        keys.load(store, "hand", b"secret")
    assert "ssh-keygen -p -Z aes256-ctr" in caught.value.hint
    (store / "hand").chmod(0o600)
    mended = ssh_keygen("-p", "-Z", "aes256-ctr", "-P", "secret", "-N", "secret", "-f", str(store / "hand"))
    assert mended.returncode == 0, mended.stderr
    assert public_key_of(keys.load(store, "hand", b"secret")) == keys.show(store, "hand").public


@pytest.mark.parametrize("name", ["", "Me", "-me", "me.pub", "a/b", "..", "m e", "é", "me\n", "x" * 32])
def test_a_name_outside_the_alphabet_is_refused_everywhere(made: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="not a key name"):
        keys.create(tmp_path / "keys", name, PASSPHRASE)
    with pytest.raises(UsageError, match="not a key name"):
        keys.load(made, name, PASSPHRASE)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("passphrase", [b"", b"x" * 73, b"a\nb", b"a\rb", b"a\0b"])
def test_an_unusable_passphrase_is_refused_before_anything_is_written(
    tmp_path: Path, passphrase: bytes
) -> None:
    with pytest.raises(UsageError, match="passphrase"):
        keys.create(tmp_path / "keys", "me", passphrase)
    assert not (tmp_path / "keys").exists()


def test_the_longest_passphrase_opens_in_both(tmp_path: Path, quick: None) -> None:
    passphrase = "ä" * 36
    keys.create(tmp_path / "keys", "me", passphrase.encode())
    keys.load(tmp_path / "keys", "me", passphrase.encode())
    assert ssh_keygen("-y", "-P", passphrase, "-f", str(tmp_path / "keys" / "me")).returncode == 0


@pytest.mark.parametrize("comment", ["a\nssh-ed25519 AAAA", "\x1b[2J", " a", "x" * 201, "\u202eabc"])
def test_a_comment_is_one_printable_line(tmp_path: Path, comment: str) -> None:
    with pytest.raises(UsageError, match="comment"):
        keys.create(tmp_path / "keys", "me", PASSPHRASE, comment)


def test_nothing_is_ever_replaced(store: Path, quick: None) -> None:
    before = (store / "me").read_bytes()
    for gone in ("", "me.pub"):
        if gone:
            (store / gone).unlink()
        with pytest.raises(UsageError, match="exists already"):
            keys.create(store, "me", b"another")
    assert (store / "me").read_bytes() == before
    (store / "me").rename(store / "other.pub")
    (store / "dangling").symlink_to(store / "nowhere")
    for name in ("other", "dangling"):
        with pytest.raises(UsageError, match="exists already"):
            keys.create(store, name, b"another")
    assert not (store / "nowhere").exists()


def test_two_at_once_make_one_key(tmp_path: Path, quick: None) -> None:
    store = tmp_path / "keys"
    outcomes: list[object] = []
    start = threading.Barrier(4)

    def attempt(number: int) -> None:
        start.wait()
        try:
            outcomes.append(keys.create(store, "me", b"%d" % number).public)
        except UsageError as fault:
            outcomes.append(fault)

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [outcome for outcome in outcomes if not isinstance(outcome, UsageError)]
    assert won == [keys.show(store, "me").public]
    assert len(outcomes) == 4
    assert sorted(os.listdir(store)) == ["me", "me.pub"]


def test_a_crash_at_any_step_leaves_a_whole_key_or_none(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(20):
        store = tmp_path / f"keys{step}"
        left = step

        def failing(real: object, step: int = step) -> object:
            def call(*arguments: object, **options: object) -> object:
                nonlocal left
                left -= 1
                if left < 0:
                    raise OSError(28, "No space left on device")
                return real(*arguments, **options)  # type: ignore[operator]

            return call

        with monkeypatch.context() as patch:
            for name in ("fsync", "link", "fchmod"):
                patch.setattr(keys.os, name, failing(getattr(os, name)))
            try:
                keys.create(store, "me", b"pw")
                break
            except UsageError as fault:
                assert "No space left" in fault.message
        if (store / "me").exists():
            info = keys.show(store, "me")  # also without its .pub file
            assert public_key_of(keys.load(store, "me", b"pw")) == info.public
        else:
            assert keys.listing(store) == []
        assert not [name for name in os.listdir(store) if name.endswith(".new")]
    else:
        pytest.fail("create never came to its end")
    assert step >= 8  # twice: mode, contents, link, folder


def test_what_a_killed_process_leaves_is_passed_over(store: Path) -> None:
    (store / ".me.0123456789abcdef.new").write_bytes(b"half a key")
    (store / "notes.txt").write_text("x")
    assert [info.name for info in keys.listing(store)] == ["me"]


def test_a_store_that_is_a_file_or_cannot_be_made_is_refused(tmp_path: Path, quick: None) -> None:
    (tmp_path / "file").write_text("x")
    for store in (tmp_path / "file", tmp_path / "file" / "keys"):
        with pytest.raises(UsageError, match="key store"):
            keys.create(store, "me", b"pw")
        with pytest.raises(UsageError):
            keys.listing(store)


# --- opening


def test_a_wrong_passphrase_is_wrong_usage(made: Path) -> None:
    with pytest.raises(UsageError, match="the passphrase does not open key me") as caught:
        keys.load(made, "me", b"wrong")
    assert caught.value.exit_code == 2
    with pytest.raises(UsageError, match="empty"):
        keys.load(made, "me", b"")


def test_a_missing_key_says_what_can_be_done(made: Path, tmp_path: Path) -> None:
    for store, said in ((made, "there are: me"), (tmp_path / "absent", "abusekit key create NAME")):
        with pytest.raises(UsageError, match="there is no key you") as caught:
            keys.load(store, "you", PASSPHRASE)
        assert said in caught.value.hint
        assert "earlier seals stay valid" in caught.value.hint
    assert keys.listing(tmp_path / "absent") == []


def test_a_lost_private_half_is_still_known(store: Path) -> None:
    before = keys.show(store, "me").public
    (store / "me").unlink()
    info = keys.show(store, "me")
    assert (info.public, info.has_private) == (before, False)
    with pytest.raises(UsageError, match="only the public half"):
        keys.load(store, "me", PASSPHRASE)


@pytest.mark.parametrize(
    ("what", "mode"),
    [("me", 0o640), ("me", 0o604), ("me.pub", 0o664), ("me.pub", 0o646), (".", 0o750), (".", 0o707)],
)
def test_a_key_within_reach_of_others_is_refused(store: Path, what: str, mode: int) -> None:
    (store / what).chmod(mode)
    for act in (lambda: keys.load(store, "me", PASSPHRASE), lambda: keys.listing(store)):
        with pytest.raises(UsageError, match="within reach of other users") as caught:
            act()
        assert "chmod" in caught.value.hint
    command = caught.value.hint.removeprefix("close it: ").split(";")[0].split()
    subprocess.run(command, check=True)
    keys.load(store, "me", PASSPHRASE)


def test_a_new_key_is_not_put_where_others_reach(tmp_path: Path, quick: None) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o755)
    with pytest.raises(UsageError, match="within reach"):
        keys.create(tmp_path / "open", "me", b"pw")
    assert os.listdir(tmp_path / "open") == []


def test_another_users_key_is_refused(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys.os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(UsageError, match="belongs to another user"):
        keys.load(store, "me", PASSPHRASE)


@pytest.mark.parametrize("what", ["me", "me.pub"])
def test_links_pipes_and_folders_are_no_keys(store: Path, tmp_path: Path, what: str) -> None:
    real = tmp_path / "real"
    (store / what).rename(real)
    (store / what).symlink_to(real)
    with pytest.raises(UsageError, match="symbolic link"):
        keys.load(store, "me", PASSPHRASE)
    (store / what).unlink()
    os.mkfifo(store / what, 0o600)
    with pytest.raises(UsageError, match="is not a file"):
        keys.load(store, "me", PASSPHRASE)
    (store / what).unlink()
    (store / what).mkdir(0o700)
    with pytest.raises(UsageError, match="is not a file"):
        keys.load(store, "me", PASSPHRASE)


def test_a_key_without_passphrase_is_refused_with_the_way_out(tmp_path: Path) -> None:
    store = tmp_path / "keys"
    store.mkdir(0o700)
    ssh_keygen("-q", "-t", "ed25519", "-N", "", "-f", str(store / "bare"))
    with pytest.raises(UsageError, match="without a passphrase") as caught:
        keys.load(store, "bare", b"pw")
    assert "ssh-keygen -p" in caught.value.hint


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "keys"
    store.mkdir(0o700)
    ssh_keygen("-q", "-t", "ecdsa", "-N", "secret", "-a", "1", "-f", str(store / "other"))
    with pytest.raises(InputError, match="not an Ed25519 key"):
        keys.load(store, "other", b"secret")


def test_a_pub_file_of_another_key_is_refused(store: Path, quick: None) -> None:
    keys.create(store, "you", b"pw")
    (store / "me.pub").write_bytes((store / "you.pub").read_bytes())
    for act in (lambda: keys.load(store, "me", PASSPHRASE), lambda: keys.listing(store)):
        with pytest.raises(InputError, match="not the public half of key me"):
            act()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"ssh-ed25519 AAAA\n", b"x" * 70_000])
@pytest.mark.parametrize("what", ["me", "me.pub"])
def test_a_damaged_file_is_input_not_understood(store: Path, what: str, content: bytes) -> None:
    (store / what).write_bytes(content)
    with pytest.raises(InputError, match=f"{what} is damaged") as caught:
        keys.load(store, "me", PASSPHRASE)
    assert caught.value.exit_code == 4


def test_every_byte_of_the_key_matters(tmp_path: Path, quick: None) -> None:
    """Each byte changed in turn: refused by our own errors, or the very same key comes out."""
    store = tmp_path / "keys"
    keys.create(store, "me", b"pw")
    (store / "me.pub").unlink()
    lines = (store / "me").read_bytes().splitlines()
    content = base64.b64decode(b"".join(lines[1:-1]))
    seed = keys.load(store, "me", b"pw").private_bytes_raw()
    same = 0
    for at in range(len(content)):
        damaged = bytearray(content)
        damaged[at] ^= 0x81
        text = base64.encodebytes(damaged)
        (store / "me").write_bytes(lines[0] + b"\n" + text + lines[-1] + b"\n")
        try:
            assert keys.load(store, "me", b"pw").private_bytes_raw() == seed
            same += 1
        except (UsageError, InputError) as fault:
            assert isinstance(fault, AbusekitError)
    assert same == 0


def test_the_public_half_inside_must_be_that_of_the_private(tmp_path: Path) -> None:
    """Header and .pub changed together to another key: only opening the key can tell."""
    store = tmp_path / "keys"
    store.mkdir(0o700)
    key, other = Ed25519PrivateKey.generate(), public_key_of(Ed25519PrivateKey.generate())
    encryption = serialization.PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(1).build(b"pw")
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, encryption)
    lines = private.splitlines()
    content = base64.b64decode(b"".join(lines[1:-1])).replace(public_key_of(key).blob, other.blob)
    (store / "me").touch(0o600)
    (store / "me").write_bytes(lines[0] + b"\n" + base64.encodebytes(content) + lines[-1] + b"\n")
    (store / "me.pub").write_text(other.openssh_line)
    with pytest.raises(AbusekitError):
        keys.load(store, "me", b"pw")


def test_a_huge_count_of_rounds_is_refused_at_once(tmp_path: Path, quick: None) -> None:
    store = tmp_path / "keys"
    keys.create(store, "me", b"pw")
    lines = (store / "me").read_bytes().splitlines()
    content = bytearray(base64.b64decode(b"".join(lines[1:-1])))
    at = content.index(b"bcrypt") + 30
    assert content[at : at + 4] == b"\0\0\0\1"
    content[at : at + 4] = b"\x7f\xff\xff\xff"
    (store / "me").write_bytes(lines[0] + b"\n" + base64.encodebytes(content) + lines[-1] + b"\n")
    with pytest.raises(InputError, match="bcrypt rounds"):
        keys.load(store, "me", b"pw")
