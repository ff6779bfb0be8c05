"""Merkle proofs of RFC 9162: that one line is in a log, and that a longer log continues a shorter one.

Not needed to verify a case, whose log, or the hashes of its lines, are all there. They are for a hand-out
of one exhibit, and for a log of which only roots are known. A proof shows that the hash was in the tree
with this root; not when, and not what the line said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from abusekit.case.custody import Frontier


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The tree head over leaf hashes (32 bytes each), RFC 9162 section 2.1.1."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf)
    return frontier.root()


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `leaf` (a leaf hash) stands at `index`, from 0, in the tree of `size` leaves (section 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes([leaf, root, *proof]):
        return False
    first, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False  # more than the way up has
        if first & 1 or first == last:
            found = _node(sibling, found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            found = _node(found, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    size: int, later_size: int, root: bytes, later_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the tree of `later_size` leaves begins with that of `size` leaves (section 2.1.4.2).

    False for `size` 0: every log continues an empty one, so nothing would be shown.
    """
    if size == later_size:
        return size > 0 and not proof and root == later_root
    if not 0 < size < later_size or not _are_hashes([root, later_root, *proof]):
        return False
    path = list(proof) if size & (size - 1) else [root, *proof]  # a whole tree is its own first node
    if not path:
        return False
    first, last = size - 1, later_size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old, new = _node(sibling, old), _node(sibling, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = _node(new, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and old == root and new == later_root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _are_hashes(given: Sequence[bytes]) -> bool:
    return all(len(one) == 32 for one in given)
