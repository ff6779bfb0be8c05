"""The signature of an atproto commit against the key of a DID document. The only module here with cryptography.

Sources: atproto.com/specs/cryptography (K-256 and P-256, SHA-256, 64 bytes r‖s, s low), atproto.com/specs/did
(verification method `#atproto`), atproto.com/specs/repository (the commit is signed without its `sig`).

Repositories of 2023 have signatures with a high s as well, which the specification refuses today since anybody can turn
one form into the other. Both prove the same about the content, so that a high s is good here, and said.

A good signature proves that the holder of the key (mostly the account's server) signed exactly this tree of records.
Not proved: that the DID document is the right one for the DID, who typed a record, and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from abusekit.errors import InputError
from abusekit.importers.model import Check
from abusekit.importers.social.dag_cbor import without

_WHAT = "commit signature"
_HIGH_S = (
    " Its form (high s) is one that the specification refuses today; the content is signed all the same."
)
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_MOST_KEY = 200  # characters; the longest real one has 89
_CODECS: Mapping[bytes, ec.EllipticCurve] = {b"\xe7\x01": ec.SECP256K1(), b"\x80\x24": ec.SECP256R1()}
_OLD_TYPES: Mapping[str, ec.EllipticCurve] = {
    "EcdsaSecp256k1VerificationKey2019": ec.SECP256K1(),
    "EcdsaSecp256r1VerificationKey2019": ec.SECP256R1(),
}
_ORDERS = {
    "secp256k1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
}


@dataclass(frozen=True, slots=True)
class DidDocument:
    """What is needed of a DID document."""

    id: str
    handle: str
    # as the document claims it (`alsoKnownAs`); empty: none
    keys: tuple[tuple[str, str], ...]
    # (type, publicKeyMultibase) of the methods whose id ends in `#atproto`


def did_document(raw: bytes) -> DidDocument | None:
    """The document, alone or inside of the answer of `describeRepo` (`didDoc`); None where it is none."""
    try:
        whole = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    inner = whole.get("didDoc", whole) if isinstance(whole, dict) else None
    if not isinstance(inner, dict):
        return None
    did, methods = inner.get("id"), inner.get("verificationMethod")
    if not isinstance(did, str) or not did.startswith("did:") or not isinstance(methods, list):
        return None
    keys = [_method(method, did) for method in methods if isinstance(method, dict)]
    known_as = inner.get("alsoKnownAs")
    names = [name for name in known_as if isinstance(name, str)] if isinstance(known_as, list) else []
    handle = next((name[5:] for name in names if name.startswith("at://")), "")
    return DidDocument(did, handle, tuple(key for key in keys if key))


def _method(method: Mapping[str, Any], did: str) -> tuple[str, str] | None:
    if method.get("id") not in ("#atproto", f"{did}#atproto"):
        return None
    kind, key = method.get("type"), method.get("publicKeyMultibase")
    return (kind, key) if isinstance(kind, str) and isinstance(key, str) else None


def check(commit: bytes, did: str, sig: object, documents: Mapping[str, DidDocument]) -> Check:
    """Whether the key of the DID's document signed the commit. `documents`: those at hand, by the id asked for."""
    document = documents.get(did)
    if document is None:
        return _without_document(commit, did, sig, documents)
    if document.id != did:
        return _changed(f"The DID document kept for {did} names {document.id}: it is another account's.")
    if not document.keys:
        return Check(_WHAT, "not_checked", f"The DID document of {did} names no #atproto key.")
    try:
        good = any(_verifies(commit, sig, kind, key) for kind, key in document.keys)
    except InputError as wrong:
        return Check(_WHAT, "not_checked", f"Not possible: {wrong.message}.")
    if not good:
        return _changed(
            f"The signature does not fit the #atproto key in the DID document of {did}: "
            "what was signed was altered, or the account had another key at that time."
        )
    return Check(
        _WHAT,
        "good",
        f"The holder of the #atproto key of {did} (mostly its server) signed this repository; unchanged since. "
        f"Not proved: who typed, and when.{_HIGH_S if _is_high(sig, document) else ''}",
    )


def _is_high(sig: object, document: DidDocument) -> bool:
    """Whether s is above half of the order of the curve."""
    curve = _public_key(*document.keys[0]).curve.name
    return isinstance(sig, bytes) and int.from_bytes(sig[32:], "big") > _ORDERS[curve] // 2


def _without_document(commit: bytes, did: str, sig: object, documents: Mapping[str, DidDocument]) -> Check:
    """Not checked, but for a key of another account that fits: then the commit's DID was exchanged, or copied."""
    for other in documents.values():
        for kind, key in other.keys:
            try:
                fits = _verifies(commit, sig, kind, key)
            except InputError:
                continue
            if fits:
                return _changed(f"The commit says {did}, but it is signed with the key of {other.id}.")
    return Check(
        _WHAT,
        "not_checked",
        f"No DID document: the key of {did} is not at hand; each block fits its own hash.",
    )


def _changed(text: str) -> Check:
    return Check(_WHAT, "changed", text)


def _verifies(commit: bytes, sig: object, kind: str, key: str) -> bool:
    """Raises InputError: the key is of an unknown kind, or the commit is not as the specification says."""
    public = _public_key(kind, key)
    if not isinstance(sig, bytes) or len(sig) != 64:
        return False
    r, s = int.from_bytes(sig[:32], "big"), int.from_bytes(sig[32:], "big")
    try:
        public.verify(encode_dss_signature(r, s), without(commit, "sig"), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    except UnsupportedAlgorithm as fault:
        raise InputError(
            "the curve of the #atproto key is not known to the OpenSSL of this computer"
        ) from fault
    return True


def _public_key(kind: str, multibase: str) -> ec.EllipticCurvePublicKey:
    data = _base58(multibase)
    if kind == "Multikey":
        curve, point = _CODECS.get(data[:2]), data[2:]
    else:
        curve, point = _OLD_TYPES.get(kind), data
        if len(point) == 35:  # some documents of the old types carry the codec as well
            point = data[2:] if _CODECS.get(data[:2]) == curve else b""
    if curve is None:
        raise InputError("the #atproto key of the DID document is of an unknown kind")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    except ValueError as fault:
        raise InputError("the #atproto key of the DID document is no point of its curve") from fault


def _base58(multibase: str) -> bytes:
    """Base 58 of Bitcoin behind the `z` of multibase. Raises InputError."""
    if not multibase.startswith("z") or len(multibase) > _MOST_KEY:
        raise InputError("the #atproto key of the DID document is of an unknown kind")
    number = 0
    for sign in multibase[1:]:
        place = _BASE58.find(sign)
        if place < 0:
            raise InputError("the #atproto key of the DID document is of an unknown kind")
        number = number * 58 + place
    zeros = len(multibase) - 1 - len(multibase[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
