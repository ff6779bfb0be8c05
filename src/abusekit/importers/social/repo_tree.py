"""The search tree of an atproto repository: which record stands at which path.

Source: atproto.com/specs/repository (MST). A tree is a map of paths (`collection/rkey`) to the CIDs of records; each
node has `l` (subtree on the left) and `e`: entries {`p` bytes shared with the key before, `k` rest of the key, `v`
record, `t` subtree on the right}. The root of the tree is the `data` of the signed commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from abusekit.errors import InputError
from abusekit.importers.social.dag_cbor import cid_text, decode

_MOST_KEY = 1024
_MOST_DEPTH = 256
_MOST_PATHS = 256 << 20  # bytes; a million records have 50 MB


@dataclass(slots=True)
class Tree:
    paths: dict[bytes, list[str]] = field(default_factory=dict)
    # CID of a record → its paths, mostly one
    nodes: int = 0
    # nodes that were found
    missing: int = 0
    # subtrees that the tree names and that are not in the file: a part of a repository only
    faults: list[str] = field(default_factory=list)
    # one sentence each: nodes that are not as the specification says


def walk(root: bytes, blocks: Mapping[bytes, bytes]) -> Tree:
    """All paths under the root. `blocks`: CID → bytes of the nodes, whose hashes were checked. Raises nothing."""
    tree = Tree()
    seen: set[bytes] = set()
    last = b""
    held = 0
    stack: list[tuple[bytes, int] | tuple[bytes, bytes]] = [(root, 0)]  # (node, depth) or (key, record)
    while stack:
        first, second = stack.pop()
        if isinstance(second, bytes):
            if first <= last:
                _fault(tree, "the keys of the tree are not in order")
            last = first
            held += len(first)
            if held > _MOST_PATHS:
                _fault(
                    tree, f"the paths of the tree have more than {_MOST_PATHS} bytes; the rest was not read"
                )
                break
            tree.paths.setdefault(second, []).append(first.decode("ascii", "replace"))
            continue
        if first in seen or second > _MOST_DEPTH:
            _fault(tree, f"the tree comes back to its node {cid_text(first)}, or is too deep")
            continue
        seen.add(first)
        raw = blocks.get(first)
        if raw is None:
            tree.missing += 1
            continue
        try:
            stack.extend(reversed(_parts(raw, second + 1)))
        except InputError as wrong:
            _fault(tree, f"node {cid_text(first)}: {wrong.message}")
        else:
            tree.nodes += 1
    return tree


def _parts(raw: bytes, depth: int) -> list[tuple[bytes, int] | tuple[bytes, bytes]]:
    """The subtrees and the entries of a node, in the order of their keys."""
    node = decode(raw)
    if not isinstance(node, dict) or not isinstance(node.get("e"), list):
        raise InputError("it is no node of a tree")
    parts: list[tuple[bytes, int] | tuple[bytes, bytes]] = []
    _subtree(node.get("l"), depth, parts)
    key = b""
    for entry in node["e"]:
        key = _key(entry, key)
        parts.append((key, entry["v"]))
        _subtree(entry.get("t"), depth, parts)
    return parts


def _key(entry: Any, before: bytes) -> bytes:
    if not isinstance(entry, dict):
        raise InputError("an entry is no map")
    shared, rest = entry.get("p"), entry.get("k")
    if not isinstance(shared, int) or not isinstance(rest, bytes) or not isinstance(entry.get("v"), bytes):
        raise InputError("an entry lacks its key or its record")
    if not 0 <= shared <= len(before) or shared + len(rest) > _MOST_KEY:
        raise InputError("the key of an entry is not possible")
    return before[:shared] + rest


def _subtree(link: Any, depth: int, parts: list[tuple[bytes, int] | tuple[bytes, bytes]]) -> None:
    if isinstance(link, bytes):
        parts.append((link, depth))
    elif link is not None:
        raise InputError("a subtree is no link")


def _fault(tree: Tree, sentence: str) -> None:
    if len(tree.faults) < 20 and sentence not in tree.faults:
        tree.faults.append(sentence)
