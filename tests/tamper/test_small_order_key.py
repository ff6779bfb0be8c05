"""A signature under a key of small order, which OpenSSH and OpenSSL accept for every text."""

from __future__ import annotations

import base64
import struct
import subprocess
from pathlib import Path

from forger import chained, entries, overwrite, relist, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status


def _armored() -> bytes:
    """PROTOCOL.sshsig with the neutral point as key, and as signature (R, S) = (neutral point, 0)."""

    def field(value: bytes) -> bytes:
        return struct.pack(">I", len(value)) + value

    neutral = b"\x01" + bytes(31)
    key = field(b"ssh-ed25519") + field(neutral)
    signature = field(b"ssh-ed25519") + field(neutral + bytes(32))
    parts = (key, b"abusekit-seal-v1", b"", b"sha512", signature)
    text = base64.b64encode(b"SSHSIG" + struct.pack(">I", 1) + b"".join(map(field, parts)))
    lines = [text[i : i + 70] for i in range(0, len(text), 70)]
    return b"\n".join([b"-----BEGIN SSH SIGNATURE-----", *lines, b"-----END SSH SIGNATURE-----", b""])


def test_is_refused(suspect: Suspect, tmp_path: Path) -> None:
    path = "seals/000015/seal.txt.me.sig"
    acts = entries(suspect.root)
    overwrite(suspect.root / path, _armored())
    with (suspect.root / "seals/000015/seal.txt").open("rb") as text:  # the attack is real: stock tools agree
        theirs = subprocess.run(
            ["ssh-keygen", "-Y", "check-novalidate", "-n", "abusekit-seal-v1", "-s", suspect.root / path],
            stdin=text, capture_output=True, check=False,
        )  # fmt: skip
    assert theirs.returncode == 0, theirs.stderr
    relist(suspect.root, acts, path)
    store_lines(suspect.root, chained(acts))
    suspect.finds(1, "signature", Status.CHANGED, path, says="weak")
