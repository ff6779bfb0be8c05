"""From the certificate that signed a token to a root that is trusted here, valid at the token's own time.

Stricter than it has to be where `openssl ts -verify` is strict, so that a stranger with openssl comes to the
same verdict. Revocation is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from abusekit.integrity.timestamps.der import DerError, Element, read
from abusekit.integrity.timestamps.timestamp_certificate import (
    FAULTS,
    Certificate,
    ChainError,
    ChainFault,
    extension,
    load,
    load_extra,
    wrapped,
)
from abusekit.integrity.timestamps.timestamp_token import Parts, signers_certificate

MOST_SIGNATURES = 100
"""Signatures that are tried for one chain: a token made of look-alike certificates must not keep us busy."""
LONGEST_PATH = 8
"""Certificates from the signer's to the root, both counted."""
DIGESTS = ("sha256", "sha384", "sha512")
LEAST_RSA_BITS, LEAST_EC_BITS = 2048, 256


def chain_of(
    parts: Parts,
    anchors: Sequence[Certificate],
    others: Sequence[Certificate],
    intermediates: bytes,
    at: datetime,
) -> list[Certificate]:
    """The signer's certificate, then each one's issuer, to an anchor; all valid `at` that time.

    Certificates of the token and `intermediates` only help to build it: one that is self-issued is left out,
    whatever it says. Raises ChainError.
    """
    bytes_of_leaf = signers_certificate(parts, parts.certificates)
    if bytes_of_leaf is None:
        beside = [one.der for one in (*load_extra(intermediates), *others)]
        bytes_of_leaf = signers_certificate(parts, beside)
    if bytes_of_leaf is None:
        raise ChainError(
            ChainFault.UNTRUSTED, "the token does not hold the certificate that it was signed with"
        )
    try:
        leaf, paths = _all_paths(
            bytes_of_leaf, parts.certificates, tuple(anchors), tuple(others), intermediates
        )
    except FAULTS as fault:
        raise ChainError(
            ChainFault.MALFORMED, f"a certificate of the token cannot be read: {fault}"
        ) from fault
    expired: Certificate | None = None
    weak: str = ""
    for path in paths:
        late = [one for one in path if not _valid(one, at)]
        if late:
            expired = expired or late[0]
            continue
        if weak := next((found for one in path[:-1] if (found := _weak(one))), ""):
            continue
        return list(path)
    if expired is not None:
        raise ChainError(
            ChainFault.EXPIRED,
            f"the certificate {expired.name} was not valid at {at:%Y-%m-%dT%H:%M:%SZ}, when the token says it was made",
        )
    if weak:
        raise ChainError(ChainFault.WEAK, weak)
    raise ChainError(
        ChainFault.UNTRUSTED,
        f"the token of {leaf.name} does not chain to a root that is trusted for it; it was issued by"
        f" {leaf.certificate.issuer.rfc4514_string()}",
    )


def check_usage(path: Sequence[Certificate]) -> None:
    """That the signer's certificate is for time stamps and nothing else (RFC 3161, 2.3). Raises ChainError."""
    leaf = path[0]
    try:
        extensions = leaf.certificate.extensions
        usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
            raise ChainError(
                ChainFault.WRONG_USAGE, f"the certificate {leaf.name} is not one for time stamps alone"
            )
        key_usage = extension(leaf, x509.KeyUsage)
        if key_usage is not None and (
            not (key_usage.digital_signature or key_usage.content_commitment)
            or key_usage.key_cert_sign or key_usage.crl_sign or key_usage.key_encipherment
            or key_usage.data_encipherment or key_usage.key_agreement
        ):  # fmt: skip
            raise ChainError(ChainFault.WRONG_USAGE, f"the certificate {leaf.name} is for more than signing")
    except x509.ExtensionNotFound as fault:
        raise ChainError(
            ChainFault.WRONG_USAGE, f"the certificate {leaf.name} does not say that it is for time stamps"
        ) from fault
    except FAULTS as fault:
        raise ChainError(
            ChainFault.MALFORMED, f"the certificate {leaf.name} cannot be read: {fault}"
        ) from fault


def named_in(tsa: bytes, leaf: Certificate) -> None:
    """That the name in the TSTInfo, where there is one, is the signer's (RFC 3161, 2.4.2). Raises ChainError."""
    if not tsa:
        return
    try:
        name = read(tsa)
        if name.tag == 0xA4 and _plain(name.children()[0]) == _plain(_subject(leaf)):
            return
        alternative = extension(leaf, x509.SubjectAlternativeName)
        raw = b"" if alternative is None else alternative.public_bytes()
        if raw and any(one.whole == tsa for one in read(raw).children()):
            return
    except (DerError, IndexError, *FAULTS) as fault:
        raise ChainError(ChainFault.MALFORMED, f"the authority's name cannot be read: {fault}") from fault
    raise ChainError(ChainFault.OTHER_NAME, "the token names another authority than the one that signed it")


def _plain(name: Element) -> list[list[tuple[str, str]]]:
    """A Name so that two spellings of one are equal (RFC 5280, 7.1): case, blanks and kinds of string."""
    found = []
    for relative in name.children():
        pairs = []
        for one in relative.children():
            kind, value = one.children()
            encoding = {0x1E: "utf-16-be", 0x1C: "utf-32-be", 0x0C: "utf-8"}.get(value.tag, "latin-1")
            text = value.content.decode(encoding, "replace")
            pairs.append((kind.oid(), " ".join(text.casefold().split())))
        found.append(sorted(pairs))
    return found


def _subject(one: Certificate) -> Element:
    return read(one.certificate.subject.public_bytes())


@lru_cache(maxsize=16)
def _all_paths(
    leaf: bytes,
    within: tuple[bytes, ...],
    anchors: tuple[Certificate, ...],
    others: tuple[Certificate, ...],
    intermediates: bytes,
) -> tuple[Certificate, tuple[tuple[Certificate, ...], ...]]:
    """The signer's certificate and all its chains, whatever the time. Raises FAULTS.

    Kept for the next token: a case may hold very many of one authority, all with the same certificates.
    """
    first = wrapped(load(leaf))
    loaded = (*others, *(wrapped(load(one)) for one in within), *load_extra(intermediates))
    pool = dict.fromkeys(one for one in loaded if not one.self_issued)
    return first, tuple(tuple(path) for path in _paths(first, list(pool), anchors))


def _paths(
    leaf: Certificate, pool: Sequence[Certificate], anchors: Sequence[Certificate]
) -> Iterator[list[Certificate]]:
    """Every chain from `leaf` to an anchor in which each one signs the one before it, and may do so."""
    left = MOST_SIGNATURES
    if leaf in anchors:
        yield [leaf]
    waiting = [[leaf]]
    while waiting:
        path = waiting.pop()
        longer = []
        for issuer in (*anchors, *pool):
            if issuer in path or issuer.certificate.subject != path[-1].certificate.issuer:
                continue
            if not _may_issue(issuer, below=len(path) - 1):
                continue
            left -= 1
            if left < 0:
                return
            if not _issued_by(path[-1], issuer):
                continue
            if issuer in anchors:
                yield [*path, issuer]
            elif len(path) + 1 < LONGEST_PATH:
                longer.append([*path, issuer])
        waiting += reversed(longer)


def _issued_by(one: Certificate, issuer: Certificate) -> bool:
    try:
        one.certificate.verify_directly_issued_by(issuer.certificate)
    except FAULTS:
        return False
    return True


def _may_issue(issuer: Certificate, *, below: int) -> bool:
    """Whether it is a CA for time stamps that may have `below` CAs under it (RFC 5280, 4.2.1)."""
    try:
        basic = extension(issuer, x509.BasicConstraints)
        usage = extension(issuer, x509.KeyUsage)
        extended = extension(issuer, x509.ExtendedKeyUsage)
    except FAULTS:
        return False
    if basic is None or not basic.ca or (basic.path_length is not None and below > basic.path_length):
        return False
    if usage is not None and not usage.key_cert_sign:
        return False
    allowed = {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    return extended is None or bool(allowed & set(extended))


def _valid(one: Certificate, at: datetime) -> bool:
    return one.certificate.not_valid_before_utc <= at <= one.certificate.not_valid_after_utc


def _weak(one: Certificate) -> str:
    """What is too weak about a certificate below the root; empty: nothing."""
    try:
        digest = one.certificate.signature_hash_algorithm
        key = one.certificate.public_key()
    except FAULTS:
        return f"the certificate {one.name} uses an algorithm that is not known here"
    if digest is not None and digest.name not in DIGESTS:
        return f"the certificate {one.name} is signed over {digest.name}, which can be forged"
    if isinstance(key, rsa.RSAPublicKey):
        return "" if key.key_size >= LEAST_RSA_BITS else f"the key of {one.name} is too short"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "" if key.curve.key_size >= LEAST_EC_BITS else f"the key of {one.name} is too short"
    return ""
