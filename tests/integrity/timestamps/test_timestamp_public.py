"""Tokens that public authorities really issued, against the roots that come with the program."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from authenticode import responses

from abusekit.integrity.timestamps import authorities
from abusekit.integrity.timestamps.timestamp import BadToken, Reason, check_response, read_response

ISSUED = {
    "digicert": ("shiboken6", datetime(2026, 10, 5, tzinfo=UTC)),
    "sectigo": ("tbb", datetime(2026, 9, 4, tzinfo=UTC)),
}
"""Authority → the package whose programs it stamped, and the day."""


def tokens(vectors: Path, package: str) -> list[bytes]:
    (wheel,) = vectors.glob(f"{package}-*.whl")
    found = [response for _, response in responses(wheel)]
    assert len(found) >= 5
    return found


@pytest.mark.parametrize("name", ISSUED)
def test_the_packaged_root_is_the_right_one(vectors: Path, name: str) -> None:
    package, day = ISSUED[name]
    known = {one.name: one for one in authorities.packaged()}
    for response in tokens(vectors, package):
        said = read_response(response)
        token = check_response(response, said.digest, nonce=None, roots=known[name].roots)
        assert token == said and token.gen_time.date() == day.date()
        for other in set(known) - {name}:
            with pytest.raises(BadToken) as bad:
                check_response(response, said.digest, nonce=None, roots=known[other].roots)
            assert bad.value.reason is Reason.UNTRUSTED


@pytest.mark.parametrize("name", ISSUED)
def test_openssl_agrees(vectors: Path, name: str, tmp_path: Path) -> None:
    package, _ = ISSUED[name]
    (root,) = (one.path for one in authorities.packaged() if one.name == name)
    response = tokens(vectors, package)[0]
    said = read_response(response)
    (tmp_path / "token.tsr").write_bytes(response)
    command = [
        "openssl", "ts", "-verify", "-digest", said.digest.hex(), "-in", "token.tsr", "-CAfile", str(root),
        "-attime", str(int(said.gen_time.timestamp())),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout, done


def test_real_tokens_are_not_in_the_order_of_der(vectors: Path) -> None:
    """Why the certificates are sorted before the library sees them."""
    from rfc3161_client import decode_timestamp_response

    from abusekit.integrity.timestamps.timestamp_token import parts

    response = tokens(vectors, "shiboken6")[0]
    assert parts(response).sorted_response != response
    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        decode_timestamp_response(response)


def test_a_flipped_bit_in_what_is_signed_is_refused(vectors: Path) -> None:
    roots = {one.name: one.roots for one in authorities.packaged()}["digicert"]
    response = tokens(vectors, "shiboken6")[0]
    said = read_response(response)
    at = response.index(said.gen_time.strftime("%Y%m%d%H%M%SZ").encode()) + 13
    changed = bytearray(response)
    changed[at] ^= 1
    assert read_response(bytes(changed)).gen_time != said.gen_time
    with pytest.raises(BadToken) as bad:
        check_response(bytes(changed), said.digest, nonce=None, roots=roots)
    assert bad.value.reason is Reason.BAD_SIGNATURE
