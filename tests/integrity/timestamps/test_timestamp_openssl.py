"""Both ways with openssl: its answers with our check, our authority's with its check; and the same refusals."""

from __future__ import annotations

import hashlib
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from abusekit.demo.timestamp_issuer import Fault, TimestampIssuer
from abusekit.integrity.timestamps.timestamp import (
    BadToken,
    Reason,
    check_response,
    make_request,
    read_request,
    read_response,
)

LIST = b"0" * 64 + b"  seal.txt\n"
DIGEST = hashlib.sha256(LIST).digest()
CONFIG = """
[ tsa ]
default_tsa = t
[ t ]
serial = serial
signer_cert = leaf.pem
certs = leaf.pem
signer_key = leaf.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.32473.1
digests = sha256, sha384
accuracy = secs:1
ess_cert_id_alg = sha256
[ root ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ leaf ]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[ req ]
distinguished_name = dn
[ dn ]
"""


def openssl(folder: Path, *arguments: str, ok: bool = True) -> str:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert not ok or done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority of openssl's own making: RSA, root and leaf, the leaf valid for one day."""
    folder = tmp_path_factory.mktemp("stock")
    (folder / "ts.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    (folder / "list").write_bytes(LIST)
    for name in ("root", "leaf"):
        openssl(folder, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                "-subj", f"/CN=stock {name}", "-config", "ts.cnf")  # fmt: skip
    sign = ("x509", "-req", "-extfile", "ts.cnf")
    openssl(
        folder,
        *sign,
        "-in",
        "root.csr",
        "-signkey",
        "root.key",
        "-days",
        "3650",
        "-extensions",
        "root",
        "-out",
        "root.pem",
    )
    openssl(folder, *sign, "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "1",
            "-extensions", "leaf", "-out", "leaf.pem")  # fmt: skip
    return folder


def reply(folder: Path, request: bytes) -> bytes:
    (folder / "q.tsq").write_bytes(request)
    openssl(folder, "ts", "-reply", "-config", "ts.cnf", "-queryfile", "q.tsq", "-out", "r.tsr")
    return (folder / "r.tsr").read_bytes()


def test_our_request_their_answer_our_check(stock: Path) -> None:
    request = make_request(DIGEST)
    text = openssl(stock, "ts", "-query", "-in", _write(stock, "ours.tsq", request), "-text")
    assert "Hash Algorithm: sha256" in text and "Certificate required: yes" in text
    response = reply(stock, request)
    roots = (stock / "root.pem").read_bytes()
    token = check_response(response, DIGEST, nonce=read_request(request).nonce, roots=roots)
    assert abs((datetime.now(UTC) - token.gen_time).total_seconds()) < 60
    assert token.signer == "CN=stock leaf" and token.policy == "1.3.6.1.4.1.32473.1"
    for changed in ({"digest": bytes(32)}, {"nonce": 1}):
        with pytest.raises(BadToken):
            check_response(response, **{"digest": DIGEST, "nonce": None, "roots": roots, **changed})  # type: ignore[arg-type]


def test_their_request_their_answer_our_check(stock: Path) -> None:
    openssl(stock, "ts", "-query", "-data", "list", "-sha256", "-cert", "-out", "theirs.tsq")
    request = (stock / "theirs.tsq").read_bytes()
    asked = read_request(request)
    assert asked.digest == DIGEST
    roots = (stock / "root.pem").read_bytes()
    assert check_response(reply(stock, request), DIGEST, nonce=asked.nonce, roots=roots).nonce == asked.nonce


def test_another_digest_than_sha256_is_said(stock: Path) -> None:
    openssl(stock, "ts", "-query", "-data", "list", "-sha384", "-cert", "-out", "long.tsq")
    with pytest.raises(BadToken) as bad:
        read_response(reply(stock, (stock / "long.tsq").read_bytes()))
    assert bad.value.reason is Reason.OTHER_DIGEST


def test_their_refusal_is_told(stock: Path) -> None:
    openssl(stock, "ts", "-query", "-data", "list", "-sha512", "-cert", "-out", "refused.tsq")
    with pytest.raises(BadToken) as bad:
        read_response(reply(stock, (stock / "refused.tsq").read_bytes()))
    assert bad.value.reason is Reason.REFUSED and "badAlg" in bad.value.message


AT = datetime(2026, 6, 15, 12, 0, 0, tzinfo=UTC)


def verify_line(folder: Path, response: bytes, issuer: TimestampIssuer, *more: str) -> str:
    """The line that a stranger runs, long after the certificate has expired."""
    _write(folder, "list", LIST)
    _write(folder, "roots.pem", issuer.root_pem)
    command = (
        f"openssl ts -verify -attime {int(AT.timestamp())} -CAfile roots.pem {' '.join(more)}"
        f" -data list -in {_write(folder, 'token.tsr', response)}"
    )
    done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    assert ("Verification: OK" in done.stdout) == (done.returncode == 0)
    return done.stdout.strip()


def test_our_authority_their_check(tmp_path: Path) -> None:
    issuer = TimestampIssuer("local-a", clock=lambda: AT)
    response = issuer.answer(make_request(DIGEST))
    assert verify_line(tmp_path, response, issuer) == "Verification: OK"
    _write(tmp_path, "q.tsq", issuer.asked[0])
    assert "Verification: OK" in openssl(
        tmp_path, "ts", "-verify", "-attime", str(int(AT.timestamp())), "-queryfile", "q.tsq", "-in", "token.tsr",
        "-CAfile", "roots.pem",
    )  # fmt: skip


SEEN_BY_BOTH = [
    Fault.WRONG_DIGEST, Fault.BAD_SIGNATURE, Fault.REJECTION, Fault.EXPIRED_LEAF, Fault.NO_USAGE, Fault.MORE_USAGES,
    Fault.USAGE_NOT_CRITICAL, Fault.MISSING_INTERMEDIATE, Fault.FOREIGN_ROOT, Fault.NO_CERTIFICATES, Fault.UNNAMED,
    Fault.OTHER_NAMED, Fault.OTHER_TSA,
]  # fmt: skip
"""Not the nonce, which openssl compares only with the request at hand; nor "granted with modifications"."""


@pytest.mark.parametrize("fault", SEEN_BY_BOTH)
def test_both_refuse_the_same(fault: Fault, tmp_path: Path) -> None:
    issuer = TimestampIssuer("local-a", clock=lambda: AT, fault=fault)
    response = issuer.answer(make_request(DIGEST))
    assert verify_line(tmp_path, response, issuer) != "Verification: OK"
    with pytest.raises(BadToken):
        check_response(response, DIGEST, nonce=None, roots=issuer.root_pem)


def test_certificates_kept_beside_a_token_help_both(tmp_path: Path) -> None:
    issuer = TimestampIssuer("local-a", clock=lambda: AT, fault=Fault.NO_CERTIFICATES)
    response = issuer.answer(make_request(DIGEST))
    _write(tmp_path, "chain.pem", issuer.chain_pem)
    assert verify_line(tmp_path, response, issuer, "-untrusted", "chain.pem") == "Verification: OK"
    assert check_response(response, DIGEST, nonce=None, roots=issuer.root_pem, intermediates=issuer.chain_pem)


def test_every_flipped_byte(tmp_path: Path) -> None:
    """No flip of any byte changes time, digest or nonce and is believed; openssl refuses what we refuse, but for
    bytes that are not signed (and those we accept say the same as before)."""
    issuer = TimestampIssuer("local-a", clock=lambda: AT)
    request = make_request(DIGEST)
    response, nonce = issuer.answer(request), read_request(request).nonce
    accepted, believed_there = [], []
    for at in range(len(response)):
        changed = bytearray(response)
        changed[at] ^= 0xFF
        try:
            token = check_response(bytes(changed), DIGEST, nonce=nonce, roots=issuer.root_pem)
        except BadToken:
            if at % 29 == 0 and verify_line(tmp_path, bytes(changed), issuer) == "Verification: OK":
                believed_there.append(at)
            continue
        assert (token.gen_time, token.digest, token.nonce) == (AT, DIGEST, nonce)
        accepted.append(at)
    assert len(accepted) < 30, accepted
    assert len(believed_there) < 3, believed_there
    begin = response.index(AT.strftime("%Y%m%d%H%M%SZ").encode())
    assert not set(range(begin - 60, begin + 16)) & {*accepted, *believed_there}


def _write(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return name


def test_years_later(stock: Path) -> None:
    """The leaf of the stock authority lives for one day: plain openssl refuses in 2060, with -attime it does not."""
    request = make_request(DIGEST)
    response = reply(stock, request)
    token = check_response(
        response, DIGEST, nonce=read_request(request).nonce, roots=(stock / "root.pem").read_bytes()
    )
    line = ("ts", "-verify", "-data", "list", "-in", "r.tsr", "-CAfile", "root.pem")
    assert "OK" in openssl(stock, *line, "-attime", str(int(token.gen_time.timestamp())))
    late = str(int(datetime(2060, 1, 1, tzinfo=UTC).timestamp()))
    assert "OK" not in openssl(stock, *line, "-attime", late, ok=False)


def test_openssl_is_here() -> None:
    assert any(os.access(Path(folder) / "openssl", os.X_OK) for folder in os.environ["PATH"].split(":"))
