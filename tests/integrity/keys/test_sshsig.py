"""SSH signatures against ssh-keygen, Wycheproof's vectors, weak keys and damage."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.errors import EvidenceError, InputError, UsageError
from abusekit.integrity.keys import sshsig
from abusekit.integrity.keys.publickey import (
    SK_ED25519,
    PublicKey,
    public_key_of,
    read_public_line,
    sound_point,
    wire_string,
)
from abusekit.integrity.keys.sshsig import NAMESPACE, BadSignature, Reason

MESSAGE = b"abusekit/case/example\n20\n"
P = 2**255 - 19


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a key for tests").digest())


def refused(armored: bytes, message: bytes = MESSAGE, namespace: str = NAMESPACE) -> Reason:
    with pytest.raises(BadSignature) as caught:
        sshsig.verify(armored, message, namespace)
    assert isinstance(caught.value, EvidenceError)
    assert caught.value.exit_code == 1
    assert "\n" not in caught.value.message
    return caught.value.reason


def armor(*, public: bytes, signature: bytes, **other: bytes) -> bytes:
    """An armored signature with any field replaced."""
    fields = {
        "magic": b"SSHSIG",
        "version": struct.pack(">I", 1),
        "public": wire_string(public),
        "namespace": wire_string(NAMESPACE.encode()),
        "reserved": wire_string(b""),
        "algorithm": wire_string(b"sha512"),
        "signature": wire_string(signature),
        "tail": b"",
    } | other
    text = base64.b64encode(b"".join(fields.values()))
    lines = [text[i : i + 70] for i in range(0, len(text), 70)]
    return b"\n".join([b"-----BEGIN SSH SIGNATURE-----", *lines, b"-----END SSH SIGNATURE-----", b""])


def signed_blob(message: bytes, algorithm: str = "sha512") -> bytes:
    digest = hashlib.new(algorithm, message).digest()
    parts = (NAMESPACE.encode(), b"", algorithm.encode(), digest)
    return b"SSHSIG" + b"".join(wire_string(part) for part in parts)


def plain(point: bytes) -> bytes:
    return wire_string(b"ssh-ed25519") + wire_string(point)


def ssh_verify(folder: Path, public: PublicKey, armored: bytes, message: bytes, namespace: str) -> bool:
    (folder / "signers").write_text(f"me {public.openssh_line}\n")
    (folder / "sig").write_bytes(armored)
    command = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "me", "-n", namespace, "-s", "sig"]
    return (
        subprocess.run(command, cwd=folder, input=message, capture_output=True, check=False).returncode == 0
    )


# --- ssh-keygen, both ways


def test_ours_verifies_in_ssh_keygen_and_other_text_or_namespace_does_not(
    tmp_path: Path, key: Ed25519PrivateKey
) -> None:
    ours = sshsig.sign(key, MESSAGE)
    assert max(map(len, ours.splitlines())) == 70
    public = sshsig.verify(ours, MESSAGE)
    assert public == public_key_of(key)
    assert ssh_verify(tmp_path, public, ours, MESSAGE, NAMESPACE)
    assert not ssh_verify(tmp_path, public, ours, MESSAGE + b"\n", NAMESPACE)
    assert not ssh_verify(tmp_path, public, ours, MESSAGE, "file")
    assert refused(ours, MESSAGE + b"\n") is Reason.MISMATCH
    assert refused(ours, namespace="file") is Reason.OTHER_NAMESPACE
    other = Ed25519PrivateKey.generate()
    mixed = armor(
        public=public_key_of(other).blob, signature=wire_string(b"ssh-ed25519") + wire_string(bytes(64))
    )
    assert refused(mixed) is Reason.MISMATCH


@pytest.mark.parametrize("algorithm", ["sha512", "sha256"])
def test_ssh_keygen_signs_and_ours_verifies_the_identical_bytes(
    tmp_path: Path, key: Ed25519PrivateKey, algorithm: str
) -> None:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    path = tmp_path / "id"
    path.touch(0o600)
    path.write_bytes(private)
    command = ["ssh-keygen", "-Y", "sign", "-f", str(path), "-n", NAMESPACE, "-O", f"hashalg={algorithm}"]
    theirs = subprocess.run(command, input=MESSAGE, capture_output=True, check=True).stdout
    assert sshsig.verify(theirs, MESSAGE) == public_key_of(key)
    assert sshsig.parse(theirs).hash_algorithm == algorithm
    assert (theirs == sshsig.sign(key, MESSAGE)) == (algorithm == "sha512")
    listed = subprocess.run(["ssh-keygen", "-l", "-f", str(path)], capture_output=True, check=True, text=True)
    assert listed.stdout.split()[1] == public_key_of(key).fingerprint


def test_an_ecdsa_signature_is_refused_as_unsupported(tmp_path: Path) -> None:
    make = ["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", str(tmp_path / "id")]
    subprocess.run(make, check=True)
    command = ["ssh-keygen", "-Y", "sign", "-f", str(tmp_path / "id"), "-n", NAMESPACE]
    theirs = subprocess.run(command, input=MESSAGE, capture_output=True, check=True).stdout
    with pytest.raises(BadSignature, match="ecdsa-sha2-nistp256") as caught:
        sshsig.verify(theirs, MESSAGE)
    assert caught.value.reason is Reason.UNSUPPORTED


def token_signature(
    key: Ed25519PrivateKey, flags: int, counter: int, application: bytes = b"ssh:"
) -> tuple[PublicKey, bytes]:
    """What a FIDO token makes (PROTOCOL.u2f), made in software."""
    type_ = SK_ED25519.encode()
    point = key.public_key().public_bytes_raw()
    public = wire_string(type_) + wire_string(point) + wire_string(application)
    state = struct.pack(">BI", flags, counter)
    signed = hashlib.sha256(application).digest() + state + hashlib.sha256(signed_blob(MESSAGE)).digest()
    signature = wire_string(type_) + wire_string(key.sign(signed)) + state
    return PublicKey(SK_ED25519, public), armor(public=public, signature=signature)


def test_a_fido_signature_verifies_here_and_in_ssh_keygen(tmp_path: Path, key: Ed25519PrivateKey) -> None:
    public, armored = token_signature(key, flags=1, counter=7)
    assert ssh_verify(tmp_path, public, armored, MESSAGE, NAMESPACE)
    assert sshsig.verify(armored, MESSAGE) == public
    parsed = sshsig.parse(armored)
    assert (parsed.flags, parsed.counter) == (1, 7)
    assert refused(armored, b"other") is Reason.MISMATCH
    # flags and counter are signed: a signature without touch cannot be given the flag afterwards
    _, untouched = token_signature(key, flags=0, counter=7)
    body = base64.b64decode(b"".join(untouched.splitlines()[1:-1]))
    assert body[-5] == 0
    text = base64.b64encode(body[:-5] + b"\x01" + body[-4:])
    forged = b"\n".join(
        [
            b"-----BEGIN SSH SIGNATURE-----",
            text[:70],
            *(text[i : i + 70] for i in range(70, len(text), 70)),
            b"-----END SSH SIGNATURE-----",
        ]
    )
    assert sshsig.parse(forged).flags == 1
    assert refused(forged) is Reason.MISMATCH


# --- form


def test_every_departure_from_the_format_is_refused(key: Ed25519PrivateKey) -> None:
    public = public_key_of(key).blob
    raw = key.sign(signed_blob(MESSAGE))
    good = wire_string(b"ssh-ed25519") + wire_string(raw)
    assert sshsig.verify(armor(public=public, signature=good), MESSAGE) == public_key_of(key)
    malformed = {
        "magic": armor(public=public, signature=good, magic=b"SSHSIH"),
        "reserved": armor(public=public, signature=good, reserved=wire_string(b"x")),
        "empty namespace": armor(public=public, signature=good, namespace=wire_string(b"")),
        "namespace not ASCII": armor(public=public, signature=good, namespace=wire_string(b"\xff")),
        "namespace with ESC": armor(public=public, signature=good, namespace=wire_string(b"a\x1b[2J")),
        "tail": armor(public=public, signature=good, tail=b"\0"),
        "tail in key": armor(public=public + b"\0", signature=good),
        "tail in signature": armor(public=public, signature=good + b"\0"),
        "short signature": armor(
            public=public, signature=wire_string(b"ssh-ed25519") + wire_string(raw[:63])
        ),
        "long signature": armor(
            public=public, signature=wire_string(b"ssh-ed25519") + wire_string(raw + b"\0")
        ),
        "other signature type": armor(public=public, signature=wire_string(b"ssh-rsa") + wire_string(raw)),
        "short key": armor(public=plain(bytes(31)), signature=good),
        "length beyond the end": armor(public=public, signature=good, algorithm=b"\xff\xff\xff\xff"),
        "nothing": b"",
    }
    for what, armored in malformed.items():
        assert refused(armored) is Reason.MALFORMED, what
    unsupported = {
        "version": armor(public=public, signature=good, version=struct.pack(">I", 2)),
        "hash": armor(public=public, signature=good, algorithm=wire_string(b"sha1")),
        "key type": armor(public=wire_string(b"ssh-rsa") + wire_string(bytes(32)), signature=good),
    }
    for what, armored in unsupported.items():
        assert refused(armored) is Reason.UNSUPPORTED, what


def test_the_armor_is_one_block_with_nothing_around_it(key: Ed25519PrivateKey) -> None:
    ours = sshsig.sign(key, MESSAGE)
    for same in (ours.rstrip(b"\n"), ours.replace(b"\n", b"\r\n")):
        assert sshsig.verify(same, MESSAGE) == public_key_of(key)
    lines = ours.splitlines(keepends=True)
    for wrong in (
        b"\n" + ours,
        ours + b"\n",
        ours + b"x",
        ours + ours,
        b"".join(lines[1:]),
        b"".join(lines[:-1]),
        b"".join([*lines[:2], b"\n", *lines[2:]]),
        b"".join([lines[0], b" ", *lines[1:]]),
        b"".join([lines[0], b"====\n", *lines[1:]]),
        ours.replace(b"\n-----END", b"=\n-----END"),
        b"".join([lines[0], b"A" * 77 + b"\n", lines[-1]]),
        b"".join([lines[0], b"A" * 70 + b"\n", *([b"A" * 70 + b"\n"] * 1000), lines[-1]]),
    ):
        assert refused(wrong) is Reason.MALFORMED


def test_a_long_file_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(BadSignature, match="longer than 16384 bytes"):
        sshsig.parse(b"A" * 16_385)


def test_stray_bits_in_the_last_base64_digit_are_refused() -> None:
    text = base64.b64encode(b"SSHSIG\0")  # ends with "AA==": the last A carries four unused bits
    wrong = text.replace(b"AA==", b"AB==")
    assert base64.b64decode(wrong) == b"SSHSIG\0"
    with pytest.raises(BadSignature, match="stray bits"):
        sshsig.parse(b"-----BEGIN SSH SIGNATURE-----\n" + wrong + b"\n-----END SSH SIGNATURE-----\n")


def test_a_thousand_byte_flips_never_change_the_meaning(key: Ed25519PrivateKey) -> None:
    chance = random.Random(20261122)
    ours = sshsig.sign(key, MESSAGE)
    meaning = sshsig.parse(ours)
    survived = 0
    for _ in range(1000):
        damaged = bytearray(ours)
        damaged[chance.randrange(len(damaged))] ^= chance.randrange(1, 256)
        try:
            sshsig.verify(bytes(damaged), MESSAGE)
        except BadSignature:
            continue
        survived += 1
        assert sshsig.parse(bytes(damaged)) == meaning
    assert survived < 5  # the last line feed may become a carriage return


@given(st.binary(max_size=300), st.sampled_from([NAMESPACE, "file", "git"]))
@settings(max_examples=40, deadline=None)
def test_what_is_signed_verifies_and_nothing_else(message: bytes, namespace: str) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    armored = sshsig.sign(key, message, namespace)
    assert sshsig.verify(armored, message, namespace) == public_key_of(key)
    assert sshsig.parse(armored).namespace == namespace
    assert refused(armored, message + b"\0", namespace) is Reason.MISMATCH


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_in_an_armor_are_read_or_refused(content: bytes) -> None:
    text = base64.b64encode(b"SSHSIG\0\0\0\1" + content)
    lines = b"".join(text[i : i + 70] + b"\n" for i in range(0, len(text), 70))
    refused(b"-----BEGIN SSH SIGNATURE-----\n" + lines + b"-----END SSH SIGNATURE-----\n")


@pytest.mark.parametrize("namespace", ["", "a b", "ä", "a\n", "x" * 201])
def test_a_namespace_that_could_be_misread_is_not_signed(key: Ed25519PrivateKey, namespace: str) -> None:
    with pytest.raises(UsageError):
        sshsig.sign(key, MESSAGE, namespace)


# --- the primitive


def wycheproof(shared_data: Path) -> Iterator[tuple[bytes, bytes, bytes, bool, int]]:
    suite = json.loads((shared_data / "vectors" / "ed25519" / "ed25519_test.json").read_bytes())
    for group in suite["testGroups"]:
        for test in group["tests"]:
            yield (
                bytes.fromhex(group["publicKey"]["pk"]),
                bytes.fromhex(test["sig"]),
                bytes.fromhex(test["msg"]),
                test["result"] == "valid",
                test["tcId"],
            )


def test_wycheproof(shared_data: Path) -> None:
    verdicts = {True: 0, False: 0}
    for point, raw, message, right, number in wycheproof(shared_data):
        try:
            sshsig.verify_ed25519(point, raw, message)
            accepted = True
        except BadSignature as fault:
            assert fault.reason is Reason.MISMATCH, number
            accepted = False
        assert accepted == right, number
        verdicts[right] += 1
    assert verdicts == {True: 88, False: 63}


def encode(y: int, sign: int) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


ORDER_8_Y = int.from_bytes(
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
)
TORSION = [
    encode(1, 0),  # the identity
    encode(P - 1, 0),  # order 2
    *(encode(0, sign) for sign in (0, 1)),  # order 4
    *(encode(y, sign) for y in (ORDER_8_Y, P - ORDER_8_Y) for sign in (0, 1)),  # order 8
]
TWISTED = [  # the same points, spelled in ways that RFC 8032 forbids
    encode(1, 1),
    encode(P - 1, 1),
    *(encode(y, sign) for y in (P, P + 1) for sign in (0, 1)),
]


@pytest.mark.parametrize("point", TORSION + TWISTED, ids=lambda point: point.hex())
def test_a_small_order_key_is_refused_though_the_library_takes_its_forgeries(
    tmp_path: Path, point: bytes
) -> None:
    # With S = 0 and R = identity the equation is h·A = 0: true for every 8th message at least.
    forgery = encode(1, 0) + bytes(32)
    forged = []
    for number in range(200):
        message = b"%d" % number
        try:
            Ed25519PublicKey.from_public_bytes(point).verify(forgery, signed_blob(message))
        except InvalidSignature:
            continue
        forged.append(message)
    assert len(forged) > 8, "the attack is not present"
    if point in (encode(1, 0), encode(1, 1), encode(P + 1, 0), encode(P + 1, 1)):
        assert len(forged) == 200, "under the identity one signature holds for every message"
    armored = armor(public=plain(point), signature=wire_string(b"ssh-ed25519") + wire_string(forgery))
    public = PublicKey("ssh-ed25519", plain(point))
    assert ssh_verify(tmp_path, public, armored, forged[0], NAMESPACE), "stock ssh-keygen takes it too"
    assert not sound_point(point)
    for message in forged:
        assert refused(armored, message) is Reason.WEAK_KEY
    with pytest.raises(InputError, match="weak"):
        read_public_line(public.openssh_line)


def test_every_encoding_of_y_at_or_above_the_modulus_is_refused() -> None:
    points = [encode(y, sign) for y in range(P, 2**255) for sign in (0, 1)]
    assert len(points) == 38
    assert not any(map(sound_point, points))


def test_points_off_the_curve_and_wrong_lengths_are_refused(key: Ed25519PrivateKey) -> None:
    good = key.public_key().public_bytes_raw()
    assert sound_point(good)
    assert not sound_point(good[:31])
    assert not sound_point(good + b"\0")
    assert not sound_point(b"")
    d = -121665 * pow(121666, -1, P)
    for y in range(2, 40):
        square = pow((y * y - 1) * pow(d * y * y + 1, -1, P), (P - 1) // 2, P) == 1  # Euler's criterion
        assert sound_point(encode(y, 0)) == sound_point(encode(y, 1)) == square


@given(st.binary(min_size=32, max_size=32))
@settings(max_examples=60, deadline=None)
def test_every_honest_key_is_sound(seed: bytes) -> None:
    assert sound_point(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


# --- public key lines


def test_a_public_line_is_read_back_with_its_comment(key: Ed25519PrivateKey) -> None:
    public = public_key_of(key)
    assert read_public_line(public.openssh_line) == (public, "")
    assert read_public_line(public.openssh_line + " Anna on her laptop\n") == (public, "Anna on her laptop")


def test_bad_public_lines_are_refused(key: Ed25519PrivateKey) -> None:
    line = public_key_of(key).openssh_line
    type_, text = line.split()
    for wrong in (
        "",
        type_,
        f"ssh-rsa {text}",
        f"sk-ssh-ed25519@openssh.com {text}",
        f"ssh-ed25519-cert-v01@openssh.com {text}",
        f"ssh-new {text}",
        f"{type_} {text[:-4]}",
        f"{type_} {text}AAAA",
        f"{type_} {text[:-1]}é",
        f"{type_} {text[:20]}*{text[20:]}",
    ):
        with pytest.raises(InputError):
            read_public_line(wrong)
