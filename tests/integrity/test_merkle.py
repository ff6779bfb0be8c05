"""Proofs against the vectors of transparency-dev/merkle, right and wrong ones, and against our own trees."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from abusekit.integrity.merkle import root_of, verify_consistency, verify_inclusion


def vectors(shared_data: Path, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((shared_data / "vectors/merkle/testdata" / kind).rglob("*.json")):
        yield str(path), json.loads(path.read_bytes())


def hashes(given: list[str] | None) -> list[bytes]:
    return [base64.b64decode(one or "") for one in given or ()]


def one(given: str | None) -> bytes:
    return base64.b64decode(given or "")


def test_inclusion_vectors(shared_data: Path) -> None:
    count = 0
    for name, v in vectors(shared_data, "inclusion"):
        good = verify_inclusion(
            one(v["leafHash"]), v["leafIdx"], v["treeSize"], hashes(v["proof"]), one(v["root"])
        )
        assert good is not v["wantErr"], name
        count += 1
    assert count == 98


def test_consistency_vectors(shared_data: Path) -> None:
    count = 0
    for name, v in vectors(shared_data, "consistency"):
        good = verify_consistency(
            v["size1"], v["size2"], one(v["root1"]), one(v["root2"]), hashes(v["proof"])
        )
        assert good is not v["wantErr"], name
        count += 1
    assert count == 98


def _split(size: int) -> int:
    half = 1
    while half * 2 < size:
        half *= 2
    return half


def _path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162 section 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if m < k:
        return [*_path(m, leaves[:k]), root_of(leaves[k:])]
    return [*_path(m - k, leaves[k:]), root_of(leaves[:k])]


def _proof(m: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 9162 section 2.1.4.1, word for word."""
    if m == len(leaves):
        return [] if whole else [root_of(leaves)]
    k = _split(len(leaves))
    if m <= k:
        return [*_proof(m, leaves[:k], whole=whole), root_of(leaves[k:])]
    return [*_proof(m - k, leaves[k:], whole=False), root_of(leaves[:k])]


LEAVES = [hashlib.sha256(bytes([0, n])).digest() for n in range(19)]


@pytest.mark.parametrize("size", range(1, len(LEAVES) + 1))
def test_every_small_tree(size: int) -> None:
    root = root_of(LEAVES[:size])
    for index in range(size):
        proof = _path(index, LEAVES[:size])
        assert verify_inclusion(LEAVES[index], index, size, proof, root)
        others = [n for n in range(-1, size + 1) if n != index]
        assert not any(verify_inclusion(LEAVES[index], other, size, proof, root) for other in others)
        assert not verify_inclusion(LEAVES[index], index, size, [*proof, root], root)
    for earlier in range(1, size + 1):
        proof = _proof(earlier, LEAVES[:size])
        before = root_of(LEAVES[:earlier])
        assert verify_consistency(earlier, size, before, root, proof)
        assert not verify_consistency(earlier, size, root_of(LEAVES[1 : earlier + 1]), root, proof)
        assert not verify_consistency(earlier, size, before, root_of([*LEAVES[:size][::-1], b"x"]), proof)


def test_what_is_no_hash_proves_nothing() -> None:
    assert not verify_inclusion(b"", 0, 1, [], b"")
    assert not verify_consistency(0, 0, root_of([]), root_of([]), [])
