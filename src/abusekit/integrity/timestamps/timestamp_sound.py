"""Is a token that chains to no trusted root at least whole? A damaged file is no reason to trust another root.

Compared with the certificates in the token itself, so a whole one shows nothing: anybody can make one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from abusekit.integrity.timestamps import der
from abusekit.integrity.timestamps.timestamp_certificate import FAULTS, Certificate, extension, load, wrapped
from abusekit.integrity.timestamps.timestamp_token import DIGESTS, Parts, signers_certificate

MOST_SIGNATURES = 30
"""Certificates' signatures that are tried for one token; real ones have three or four."""

_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_RSA = ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13")
_ECDSA = {f"1.2.840.10045.4.3.{last}": name for last, name in ((2, "sha256"), (3, "sha384"), (4, "sha512"))}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512(),
}  # fmt: skip


def damage(parts: Parts, trusted: Sequence[Certificate]) -> str:
    """What is broken about a token, in words; empty: nothing is seen to be.

    Looked at are the digest and signature of what it states, the certificate that it names, and each certificate
    against the one that issued it, among those of the token and `trusted`. Algorithms not known here are passed over.
    """
    leaf = signers_certificate(parts, parts.certificates)
    if leaf is None:
        return ""
    try:
        for number in parts.named_first:
            name, digest = parts.named[number]
            if hashlib.new(name, leaf, usedforsecurity=False).digest() != digest:
                return "it names another certificate than the one in it"
        first = wrapped(load(leaf))
        if not _signed(parts, first):
            return "its signature is not that of the certificate in it"
        return "".join(_spoiled(_loaded(parts), trusted))[:200]
    except InvalidSignature:
        return "its signature is not that of the certificate in it"
    except (ValueError, TypeError, LookupError, *FAULTS):
        return ""  # what cannot be read is told elsewhere, or not known here


def _signed(parts: Parts, leaf: Certificate) -> bool:
    """Whether the SignerInfo holds (RFC 5652, 5.4). Raises InvalidSignature."""
    _, _, _, attributes, algorithm, signature, *_ = parts.signer
    digest = DIGESTS[parts.digest_algorithm]
    for attribute in attributes.children():
        kind, values = attribute.children()
        if kind.oid() == _MESSAGE_DIGEST:
            stated = values.children()[0].content
            if stated != hashlib.new(digest, parts.content, usedforsecurity=False).digest():
                return False
    signed = der.element(der.SET, attributes.content)
    key, oid = leaf.certificate.public_key(), algorithm.children()[0].oid()
    if isinstance(key, rsa.RSAPublicKey) and oid in _RSA:
        key.verify(signature.content, signed, padding.PKCS1v15(), _HASHES[digest])
    elif isinstance(key, ec.EllipticCurvePublicKey) and oid in _ECDSA:
        key.verify(signature.content, signed, ec.ECDSA(_HASHES[_ECDSA[oid]]))
    return True


def _loaded(parts: Parts) -> list[Certificate]:
    return [wrapped(load(one)) for one in parts.certificates]


def _spoiled(within: Sequence[Certificate], trusted: Sequence[Certificate]) -> Iterator[str]:
    """The first certificate that is not signed by any key that it names as its issuer's, where such a one is here."""
    left = MOST_SIGNATURES
    for one in within:
        by = extension(one, x509.AuthorityKeyIdentifier)
        if by is None or by.key_identifier is None:
            continue
        issuers = [
            other
            for other in (*within, *trusted)
            if other.certificate.subject == one.certificate.issuer
            and (own := extension(other, x509.SubjectKeyIdentifier)) is not None
            and own.digest == by.key_identifier
        ]
        left -= len(issuers)
        if left < 0:
            return
        if issuers and not any(_issued(one, other) for other in issuers):
            yield f"the certificate {one.name} in it is not as it was issued"
            return


def _issued(one: Certificate, issuer: Certificate) -> bool:
    try:
        one.certificate.verify_directly_issued_by(issuer.certificate)
    except InvalidSignature:
        return False
    except FAULTS:  # an algorithm that is not known here
        return True
    return True
