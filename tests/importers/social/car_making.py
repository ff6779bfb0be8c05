"""Small signed repositories, made byte by byte from the specifications, with no code of the importer."""

from __future__ import annotations

import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

DID = "did:plc:testtesttesttesttesttest"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_CODEC = {"secp256k1": b"\xe7\x01", "secp256r1": b"\x80\x24"}
_ORDER = {
    "secp256k1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
}


class Link(bytes):
    """A CID that is a link, and no bytes."""


def cbor(value: Any) -> bytes:
    if isinstance(value, Link):
        return b"\xd8\x2a" + cbor(b"\0" + value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, bool) or value is None:
        return {True: b"\xf5", False: b"\xf4", None: b"\xf6"}[value]
    if isinstance(value, int):
        return _head(0, value)
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(cbor, value))
    keys = sorted(value, key=lambda key: (len(key.encode()), key))
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(value[key]) for key in keys)


def _head(major: int, size: int) -> bytes:
    if size < 24:
        return bytes([major << 5 | size])
    width, sign = next((w, s) for w, s in ((1, 24), (2, 25), (4, 26), (8, 27)) if size < 1 << 8 * w)
    return bytes([major << 5 | sign]) + size.to_bytes(width, "big")


def cid(block: bytes) -> Link:
    return Link(b"\x01\x71\x12\x20" + hashlib.sha256(block).digest())


def varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def car(root: bytes, blocks: list[tuple[bytes, bytes]]) -> bytes:
    """`blocks`: (CID, content)."""
    header = cbor({"roots": [Link(root)], "version": 1})
    parts = [varint(len(header)) + header]
    parts += [varint(len(name) + len(block)) + name + block for name, block in blocks]
    return b"".join(parts)


def tree(paths: dict[str, Link]) -> bytes:
    """One node with all paths, prefixes shared as the specification says."""
    entries, before = [], b""
    for path in sorted(paths):
        key = path.encode()
        shared = next((i for i in range(len(key)) if before[i : i + 1] != key[i : i + 1]), len(key))
        entries.append({"p": shared, "k": key[shared:], "v": paths[path], "t": None})
        before = key
    return cbor({"e": entries, "l": None})


def signed(commit: dict[str, Any], key: ec.EllipticCurvePrivateKey, *, high: bool = False) -> bytes:
    r, s = decode_dss_signature(key.sign(cbor(commit), ec.ECDSA(SHA256())))
    order = _ORDER[key.curve.name]
    s = max(s, order - s) if high else min(s, order - s)
    return cbor({**commit, "sig": r.to_bytes(32, "big") + s.to_bytes(32, "big")})


def multikey(key: ec.EllipticCurvePrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    number, text = int.from_bytes(_CODEC[key.curve.name] + point, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return "z" + text


def document(key: ec.EllipticCurvePrivateKey, did: str = DID, *, names: str = "#atproto") -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": did,
        "alsoKnownAs": ["at://jo.example"],
        "verificationMethod": [
            {
                "id": f"{did}{names}",
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": multikey(key),
            }
        ],
    }


def repository(
    key: ec.EllipticCurvePrivateKey,
    records: dict[str, dict[str, Any]],
    *,
    did: str = DID,
    loose: tuple[dict[str, Any], ...] = (),
    high: bool = False,
) -> bytes:
    """Path → record; `loose`: records that stand in the file, and in no tree."""
    blocks = {path: cbor(record) for path, record in records.items()}
    node = tree({path: cid(block) for path, block in blocks.items()})
    commit = signed(
        {"did": did, "version": 3, "data": cid(node), "rev": "3l4example22a", "prev": None}, key, high=high
    )
    content = [commit, node, *blocks.values(), *map(cbor, loose)]
    return car(cid(commit), [(cid(block), block) for block in content])
