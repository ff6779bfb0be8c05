"""Unpacking bodies: right, bounded, and damaged ones said to be so."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import brotlicffi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.capture.coding import decode

PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotlicffi.compress,
    "identity": bytes,
    "deflate, gzip": lambda data: gzip.compress(zlib.compress(data)),
}


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.binary(max_size=3000), st.integers(1, 999), st.sampled_from(sorted(PACKERS)))
def test_round_trip(data: bytes, size: int, encoding: str) -> None:
    found = decode(pieces(PACKERS[encoding](data), size), encoding)
    assert (found.data, found.fault, found.limited) == (data, None, False)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_cut_and_damaged(encoding: str) -> None:
    packed = PACKERS[encoding](bytes(range(256)) * 20)
    assert decode([packed[:-3]], encoding).fault
    assert decode([b"\xff" * 40], encoding).fault
    assert decode([], encoding).fault is None  # a 204 or an empty body with the header


def test_raw_deflate_members_and_unknown() -> None:
    assert decode([zlib.compress(b"hello")[2:-4]], "deflate").data == b"hello"
    assert decode([gzip.compress(b"a"), gzip.compress(b"b")], "gzip").data == b"ab"
    assert decode([b"x"], "zstd").fault
    assert decode([b"x"], "gzip, gzip, gzip, gzip").fault


@pytest.mark.parametrize("below", ["br", "zstd", "gzip", "deflate"])
def test_damage_below_deflate_is_a_fault_and_no_crash(below: str) -> None:
    assert decode([b"<p>x of no coding"], f"deflate, {below}").fault


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_bombs_are_bounded(encoding: str) -> None:
    zeros = b"\0" * (64 << 20)
    packed = brotlicffi.compress(zeros, quality=1) if encoding == "br" else PACKERS[encoding](zeros)
    tracemalloc.start()
    found = decode(pieces(packed, 65536), encoding, limit=1 << 20, keep=1 << 19)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.limited and len(found.data) == 1 << 19
    assert peak < 8 << 20
