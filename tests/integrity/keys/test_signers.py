"""allowed_signers: read strictly, and with the verdicts of ssh-keygen where both read a line."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.errors import InputError, UsageError
from abusekit.integrity.keys import signers, sshsig
from abusekit.integrity.keys import store as keys
from abusekit.integrity.keys.publickey import PublicKey, public_key_of
from abusekit.integrity.keys.sshsig import NAMESPACE

KEY = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
PUBLIC = public_key_of(KEY)
OTHER = public_key_of(Ed25519PrivateKey.from_private_bytes(b"\2" * 32))
LINE = PUBLIC.openssh_line
AT = datetime(2026, 11, 22, 7, 20, 26, tzinfo=UTC)


def one(text: str) -> signers.Signer:
    (found,) = signers.read_signers(text.encode())
    return found


def test_a_file_as_people_write_it() -> None:
    text = (
        "# who signs for us\n"
        "\n"
        f"anna@example.org {LINE} her laptop\r\n"
        f"  \t# indented comment\n"
        'bob,*@example.org NameSpaces="abusekit-*,!abusekit-test",'
        f'valid-after="20260101Z",valid-before="20271231235959Z"\t{LINE}\n'
        f'"Carol Example" {OTHER.openssh_line}'
    )
    anna, bob, carol = signers.read_signers(text.encode())
    assert anna == signers.Signer(("anna@example.org",), PUBLIC, (), None, None)
    assert bob == signers.Signer(
        ("bob", "*@example.org"),
        PUBLIC,
        ("abusekit-*", "!abusekit-test"),
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC),
    )
    assert carol.principals == ("Carol Example",)
    assert signers.read_signers(b"") == []


def test_other_key_types_may_be_listed(tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", str(tmp_path / "id")], check=True)
    assert one("dan " + (tmp_path / "id.pub").read_text()).public.type == "ecdsa-sha2-nistp256"


@pytest.mark.parametrize(
    "bad",
    [
        "anna",
        f"anna  {LINE[:30]}",
        f"anna ssh-ed25519 {LINE.split()[1][:-2]}",
        f"anna ssh-dsa-new {LINE.split()[1]}",
        f"anna ssh-ed25519-cert-v01@openssh.com {LINE.split()[1]}",
        f"*@example.org cert-authority {LINE}",
        f'*@example.org namespaces="file",cert-authority {LINE}',
        f"anna namespaces {LINE}",
        f"anna namespaces=file {LINE}",
        f'anna namespaces="file {LINE}',
        f'anna namespaces="" {LINE}',
        f'anna namespaces="file,,git" {LINE}',
        f'anna namespaces="!" {LINE}',
        f'anna namespaces="file",namespaces="git" {LINE}',
        f'anna namespaces="file", {LINE}',
        f'anna namespaces="file"{LINE}',
        f'anna namespaces="a\\b" {LINE}',
        f"anna no-touch-required {LINE}",
        f'anna expires="20300101Z" {LINE}',
        f'anna valid-before="20270101" {LINE}',
        f'anna valid-before="2027-01-01Z" {LINE}',
        f'anna valid-before="20270231Z" {LINE}',
        f'anna valid-before="202701012460Z" {LINE}',
        f'anna valid-before="٢٠٢٧0101Z" {LINE}',
        f'anna valid-after="20270101Z",valid-before="20270101Z" {LINE}',
        f"anna,,bob {LINE}",
        f"!,anna {LINE}",
        f'"anna {LINE}',
        f'"" {LINE}',
        f"an\x1b[2Jna {LINE}",
        f"\ufeffanna {LINE}",
        f"anna\u202e {LINE}",
        f"anna\0 {LINE}",
        # the identity point: everybody can sign with it
        "anna ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_a_line_that_is_not_understood_stops_with_its_number(bad: str) -> None:
    with pytest.raises(InputError, match=r"^list of signers, line 3: ") as caught:
        signers.read_signers(f"# first\nanna {LINE}\n{bad}\n".encode())
    assert caught.value.exit_code == 4
    assert "\n" not in caught.value.message


def test_bytes_that_are_not_text_or_too_many_are_refused() -> None:
    with pytest.raises(InputError, match="line 2: not UTF-8"):
        signers.read_signers(b"\n\xff " + LINE.encode())
    with pytest.raises(InputError, match="longer"):
        signers.read_signers(b"#" * (signers.MAX_FILE + 1))


WHOLE = f'anna,bob namespaces="file,abusekit-*",valid-after="20260101Z" {LINE} comment'
PIECES = st.text(max_size=8) | st.sampled_from(["=", '"', ",", "Z", " ", "\n"])


@given(st.integers(0, len(WHOLE)), st.integers(0, 8), PIECES)
@settings(max_examples=200, deadline=None)
def test_a_damaged_line_is_refused_or_vouches_for_the_same_key_or_an_unrelated_one(
    at: int, gone: int, put: str
) -> None:
    text = WHOLE[:at] + put + WHOLE[at + gone :]
    try:
        found = signers.read_signers(text.encode())
    except InputError:
        return
    assert len(found) <= 1
    for signer in found:
        assert all(signer.principals)
        assert signer.public.openssh_line in re.sub(
            r"[ \t]+", " ", text
        )  # blanks between type and key are free


# --- matching


def test_only_the_same_key_matches() -> None:
    listed = [one(f"anna {LINE}")]
    assert signers.match(listed, PUBLIC, NAMESPACE, AT) is listed[0]
    assert signers.match(listed, OTHER, NAMESPACE, AT) is None
    assert signers.match([], PUBLIC, NAMESPACE, AT) is None
    renamed = PublicKey("sk-ssh-ed25519@openssh.com", PUBLIC.blob)
    assert signers.match(listed, renamed, NAMESPACE, AT) is None


def test_a_later_line_counts_where_an_earlier_one_does_not() -> None:
    listed = signers.read_signers(
        f'anna valid-before="20260101Z" {LINE}\nanna-now valid-after="20260102Z" {LINE}\n'.encode()
    )
    assert signers.match(listed, PUBLIC, NAMESPACE, AT) is listed[1]
    assert signers.match(listed, PUBLIC, NAMESPACE, datetime(2025, 1, 1, tzinfo=UTC)) is listed[0]


def test_without_a_known_time_a_line_with_a_limit_vouches_for_nothing() -> None:
    assert signers.match([one(f'anna valid-before="20990101Z" {LINE}')], PUBLIC, NAMESPACE, None) is None
    assert signers.match([one(f'anna valid-after="19990101Z" {LINE}')], PUBLIC, NAMESPACE, None) is None
    assert signers.match([one(f"anna {LINE}")], PUBLIC, NAMESPACE, None) is not None


def test_a_time_in_another_zone_is_the_same_moment() -> None:
    listed = [one(f'anna valid-before="20261122072026Z" {LINE}')]
    east = AT.astimezone(timezone(timedelta(hours=9)))
    assert signers.match(listed, PUBLIC, NAMESPACE, east) is listed[0]
    assert signers.match(listed, PUBLIC, NAMESPACE, east + timedelta(milliseconds=999)) is listed[0]
    assert signers.match(listed, PUBLIC, NAMESPACE, east + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    "options",
    [
        "",
        'namespaces="abusekit-seal-v1"',
        'namespaces="abusekit-*"',
        'namespaces="file,abusekit-seal-v?"',
        'namespaces="*,!abusekit-*"',
        'namespaces="!file,*"',
        'namespaces="!file"',
        'namespaces="file"',
        'namespaces="*seal*v*1"',
        'namespaces="*seal*v*2"',
        'namespaces="abusekit-seal-v1?"',
        'namespaces="Abusekit-seal-v1"',
        'namespaces="[a]busekit-seal-v1"',
        'valid-after="20261122072026Z"',
        'valid-after="20261122072027Z"',
        'valid-before="20261122072026Z"',
        'valid-before="20261122072025Z"',
        'valid-before="202611220721Z"',
        'valid-before="20261122Z"',
        'valid-after="20261122Z",valid-before="20261123Z",namespaces="abusekit-seal-v1"',
    ],
)
def test_verdicts_are_those_of_ssh_keygen(tmp_path: Path, options: str) -> None:
    (tmp_path / "signers").write_text(" ".join(filter(None, ("anna", options, LINE))) + "\n")
    (tmp_path / "sig").write_bytes(sshsig.sign(KEY, b"text"))
    who = ["-f", "signers", "-I", "anna", "-n", NAMESPACE, "-s", "sig"]
    stock = subprocess.run(
        ["ssh-keygen", "-Y", "verify", *who, "-O", "verify-time=20261122072026Z"],
        cwd=tmp_path,
        input=b"text",
        capture_output=True,
        check=False,
    )
    listed = signers.read_signers((tmp_path / "signers").read_bytes())
    assert (signers.match(listed, PUBLIC, NAMESPACE, AT) is not None) == (stock.returncode == 0), stock.stderr


def test_many_stars_take_no_time() -> None:
    listed = [one(f'anna namespaces="{"*a" * 2000}b" {LINE}')]
    assert signers.match(listed, PUBLIC, "a" * 200, AT) is None


# --- writing


def test_our_line_vouches_for_seals_only(tmp_path: Path) -> None:
    text = signers.line("anna@example.org", PUBLIC)
    assert text.endswith("\n")
    signer = one(text)
    assert signer.principals == ("anna@example.org",)
    assert signers.match([signer], PUBLIC, NAMESPACE, None) is signer
    assert signers.match([signer], PUBLIC, "git", None) is None
    (tmp_path / "signers").write_text(text)
    (tmp_path / "sig").write_bytes(sshsig.sign(KEY, b"text"))
    found = subprocess.run(
        ["ssh-keygen", "-Y", "find-principals", "-f", "signers", "-s", "sig"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert found.stdout == b"anna@example.org\n"


@pytest.mark.parametrize("name", ["", "a b", "a,b", "*", "!a", "#a", 'a"', "a\n", "ä", "x" * 201])
def test_a_name_that_could_be_read_otherwise_is_not_written(name: str) -> None:
    with pytest.raises(UsageError, match="name"):
        signers.line(name, PUBLIC)


def test_the_users_own_keys_are_signers_of_seals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "KDF_ROUNDS", 1)
    store = tmp_path / "keys"
    assert signers.own_signers(store) == []
    mine = keys.create(store, "me", b"pw").public
    old = keys.create(store, "old", b"pw").public
    (store / "old").unlink()  # lost: its earlier seals are still known
    listed = signers.own_signers(store)
    assert [(signer.principals, signer.public) for signer in listed] == [(("me",), mine), (("old",), old)]
    found = signers.match(listed, old, NAMESPACE, None)
    assert found is not None
    assert found.principals == ("old",)
    assert signers.match(listed, old, "file", None) is None
    (store / "me.pub").chmod(0o666)
    with pytest.raises(UsageError, match="within reach"):
        signers.own_signers(store)
