"""Files about time stamps that are made to hurt: an answer in bounded memory and time."""

from __future__ import annotations

import os

import pytest
from forger import open_up
from stamped_case import NEWEST, Stamped

from abusekit.integrity.findings import Status

TSR = f"{NEWEST}/stamp.local-a.tsr"


@pytest.mark.parametrize("name", ["stamp.sha256", "stamp.local-a.tsq", "stamp.local-a.tsr"])
def test_a_sparse_terabyte(stamped: Stamped, name: str) -> None:
    open_up(stamped.root / NEWEST / name)
    os.truncate(stamped.root / NEWEST / name, 1 << 40)
    stamped.finds(1, "stamp", Status.CHANGED, f"{NEWEST}/{name}", says="too large")


@pytest.mark.parametrize("name", ["stamp.sha256", "stamp.local-a.tsq", "stamp.local-a.tsr"])
def test_a_pipe(stamped: Stamped, name: str) -> None:
    path = stamped.root / NEWEST / name
    path.unlink()
    os.mkfifo(path)
    assert stamped.verdict().exit_code == 1


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x30", b"\x30\x80" * 100_000, b"\x30\x84\xff\xff\xff\xff", b"\xa0" * 1_000_000, b"\x30\x03\x02\x01\x00",
        b"\x30\x84\x00\x0f\x00\x00" * 100_000,
    ],
)  # fmt: skip
def test_hostile_der(stamped: Stamped, data: bytes) -> None:
    stamped.replace_logged(TSR, data)
    stamped.finds(1, "stamp", Status.CHANGED, TSR)
    trust = type(stamped.built.trust)(stamped.built.trust.signers)
    stamped.finds(1, "stamp", Status.CHANGED, TSR, trust=trust)
