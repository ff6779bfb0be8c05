"""DAG-CBOR and CIDs, the encoding of atproto repositories. The only module that imports libipld.

Sources: ipld.io/specs/codecs/dag-cbor, github.com/multiformats/cid, atproto.com/specs/repository.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal

from abusekit.errors import InputError, MissingExtraError

RAW, DAG_CBOR = 0x55, 0x71
"""Codecs of the blocks in an atproto repository: bytes of a file, and a record."""
_SHA_256 = 0x12
_USUAL = (b"\x01\x71\x12\x20", b"\x01\x55\x12\x20")
_MOST_DEPTH = 128


def available() -> None:
    """Raises MissingExtraError where libipld is not installed."""
    try:
        import libipld  # noqa: F401
    except ImportError as fault:
        raise MissingExtraError(
            "reading a Bluesky repository (CAR) needs a part that is not installed",
            "pip install 'abusekit[bluesky]', then import again",
        ) from fault


def decode(raw: bytes) -> Any:
    """One DAG-CBOR object; a link comes as the bytes of its CID. Raises InputError: not DAG-CBOR, or too deep."""
    import libipld

    try:
        return libipld.decode_dag_cbor(raw)
    except (ValueError, RecursionError, OverflowError, MemoryError) as fault:
        raise InputError("a block is not DAG-CBOR") from fault


def varint(data: bytes, at: int) -> tuple[int, int]:
    """(value, offset behind it) of an unsigned LEB128 number of at most 9 bytes. Raises InputError."""
    value = shift = 0
    for index in range(at, min(at + 9, len(data))):
        value |= (data[index] & 0x7F) << shift
        if data[index] < 0x80:
            return value, index + 1
        shift += 7
    raise InputError("a number of a CAR is cut off or too long")


def cid_at(data: bytes, at: int) -> int:
    """The offset behind the CID (version 1, or the old version 0) that starts there. Raises InputError."""
    if data[at : at + 4] in _USUAL:
        end = at + 36
    elif data[at : at + 2] == b"\x12\x20":
        end = at + 34
    else:
        version, behind = varint(data, at)
        _, behind = varint(data, behind)
        _, behind = varint(data, behind)
        size, behind = varint(data, behind)
        if version != 1 or size > 64:
            raise InputError("a block has a CID of an unknown kind")
        end = behind + size
    if end > len(data):
        raise InputError("a CID is cut off")
    return end


def matches(cid: bytes, block: bytes) -> Literal["yes", "no", "unknown"]:
    """Whether the block is what its CID says; unknown: not a CID of version 1 with SHA-256 of a record or raw bytes."""
    if len(cid) != 36 or cid[0] != 1 or cid[1] not in (RAW, DAG_CBOR) or cid[2] != _SHA_256 or cid[3] != 32:
        return "unknown"
    return "yes" if hashlib.sha256(block).digest() == cid[4:] else "no"


@lru_cache(maxsize=64)
def cid_text(cid: bytes) -> str:
    """`bafyrei…`: the CID in base 32, as atproto writes it."""
    return "b" + base64.b32encode(cid).decode().rstrip("=").lower()


def sha256_of(cid: str) -> str:
    """The SHA-256 (hex) that a CID of base 32 states for a raw file; empty for any other."""
    try:
        data = base64.b32decode(cid[1:].upper() + "=" * (-len(cid[1:]) % 8)) if cid[:1] == "b" else b""
    except ValueError:
        return ""
    return data[4:].hex() if len(data) == 36 and data[:4] == b"\x01\x55\x12\x20" else ""


def without(raw: bytes, key: str) -> bytes:
    """The bytes of a map without one of its entries: what was signed, cut out of what stands there.

    Nothing is encoded again: the other entries keep their bytes. Raises InputError where this is no map of fewer than
    24 entries, or where the entry is not there.
    """
    if not raw or not 0xA1 <= raw[0] <= 0xB7:
        raise InputError("a commit is no map")
    for name, start, end in _entries(raw):
        if name == key:
            return bytes([raw[0] - 1]) + raw[1:start] + raw[end:]
    raise InputError(f"a commit has no `{key}`")


def _entries(raw: bytes) -> Iterator[tuple[str, int, int]]:
    """(key, start of the key, end of the value) of each entry of a small map."""
    at = 1
    for _ in range(raw[0] - 0xA0):
        behind_key = _behind(raw, at)
        size, text_at = _head(raw, at)
        end = _behind(raw, behind_key)
        yield raw[text_at : text_at + size].decode("utf-8", "replace"), at, end
        at = end


def _head(raw: bytes, at: int) -> tuple[int, int]:
    """(argument, offset behind the head) of the item that starts there."""
    if at >= len(raw):
        raise InputError("a block is cut off")
    low = raw[at] & 0x1F
    if low < 24:
        return low, at + 1
    if low > 27:
        raise InputError("a block is not DAG-CBOR")
    size = 1 << (low - 24)
    if at + 1 + size > len(raw):
        raise InputError("a block is cut off")
    return int.from_bytes(raw[at + 1 : at + 1 + size], "big"), at + 1 + size


def _behind(raw: bytes, at: int) -> int:
    """The offset behind the item that starts there."""
    left = [1]
    while left:
        if not left[-1]:
            left.pop()
            continue
        left[-1] -= 1
        argument, behind = _head(raw, at)
        major = raw[at] >> 5
        at = behind
        if major in (2, 3):
            at += argument
        elif major in (4, 5, 6):
            left.append({4: argument, 5: 2 * argument, 6: 1}[major])
            if len(left) > _MOST_DEPTH:
                raise InputError("a block is nested too deeply")
        if at > len(raw):
            raise InputError("a block is cut off")
    return at
