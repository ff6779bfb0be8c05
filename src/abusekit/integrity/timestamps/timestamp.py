"""Time stamps (RFC 3161), offline: the request, the answer as it came, and whether it can be believed.

The cryptography is rfc3161-client's (OpenSSL within); what it leaves out is checked here. The bytes of an
answer are hostile: they are walked by `der.py` first, and no certificate in them is ever a reason to trust.

A verified token shows that an authority trusted here saw this digest at its time (genTime). Not that the
content is true, not how much older it is, and not that the authority's clock was right: for that, ask two.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NoReturn

from abusekit.errors import EvidenceError, InputError
from abusekit.integrity.timestamps import der, timestamp_status, timestamp_token
from abusekit.integrity.timestamps.timestamp_certificate import ChainError, ChainFault, load, load_roots
from abusekit.integrity.timestamps.timestamp_chain import chain_of, check_usage, named_in
from abusekit.integrity.timestamps.timestamp_sound import damage

SHA256 = timestamp_token.SHA256
MOST_BYTES = 1 << 20
"""Longest request or answer that is looked at; real ones have 3 to 10 KB."""
NONCE_BITS = 64


class Reason(StrEnum):
    """Why a token does not count."""

    MALFORMED = "malformed"
    """Not RFC 3161, or not in the one spelling that DER allows."""
    REFUSED = "refused"
    """The authority answered that it did not stamp; also "granted with modifications"."""
    OTHER_DIGEST = "other-digest"
    """It stamps something else."""
    OTHER_NONCE = "other-nonce"
    """It answers another request, perhaps an older one."""
    UNTRUSTED = "untrusted"
    """Its certificate does not chain to a root that is trusted here."""
    EXPIRED = "expired"
    """A certificate of its chain was not valid at the time that it states."""
    WRONG_USAGE = "wrong-usage"
    """Its certificate is not one for time stamps alone (RFC 3161, 2.3)."""
    OTHER_CERTIFICATE = "other-certificate"
    """The token names another certificate than the one that signed it (ESSCertID, RFC 5816)."""
    WEAK = "weak"
    """An algorithm or key that could be forged."""
    BAD_SIGNATURE = "bad-signature"
    """The signature is not that certificate's over these bytes."""


class BadToken(EvidenceError):  # noqa: N818 - a verdict on a token, named as the checks name it
    """The answer of an authority does not count; `reason` says in which way."""

    def __init__(self, reason: Reason, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Request:
    """What a TimeStampReq asks for."""

    digest: bytes
    # SHA-256 of the bytes to be stamped, 32 bytes
    nonce: int
    # at random, not negative; the answer has to repeat it


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says. Only `check_response` gives one that can be believed."""

    gen_time: datetime
    # genTime: aware, UTC, the authority's clock; digits below a microsecond are dropped
    accuracy: timedelta | None
    # how far the authority says its clock may be off, either way; None: it says nothing
    policy: str
    # OID of the policy under which it was issued
    serial: int
    # serial number of the token, unique for its authority
    digest: bytes
    # messageImprint: SHA-256, 32 bytes
    nonce: int | None
    # as in the request; None: none
    signer: str
    # subject of the signing certificate, RFC 4514; empty where the token does not hold it
    fingerprint: str
    # SHA-256 of the signing certificate (DER), 64 hex digits; empty as above
    chain: bytes
    # the certificates in the token, PEM, the signer's first; to inform, never to trust

    def not_later_than(self) -> datetime:
        """The latest moment at which the digest was there: genTime, plus the accuracy where one is stated."""
        return self.gen_time + (self.accuracy or timedelta())


def make_request(digest: bytes, *, nonce: int | None = None) -> bytes:
    """A TimeStampReq (DER) for a SHA-256 digest: certReq true, nonce of 64 random bits unless given.

    Raises ValueError for a digest that is not 32 bytes or a negative nonce.
    """
    if len(digest) != 32 or (nonce is not None and nonce < 0):
        raise ValueError("a SHA-256 digest has 32 bytes, a nonce is not negative")
    imprint = der.element(
        der.SEQUENCE,
        der.element(der.SEQUENCE, der.oid(SHA256), der.element(der.NULL)),
        der.element(der.OCTET_STRING, digest),
    )
    chosen = secrets.randbits(NONCE_BITS) if nonce is None else nonce
    return der.element(
        der.SEQUENCE, der.integer(1), imprint, der.integer(chosen), der.element(der.BOOLEAN, b"\xff")
    )


def read_request(request: bytes) -> Request:
    """What a request asks for. Raises InputError: no TimeStampReq, another digest than SHA-256, no nonce, or
    one that does not ask for the certificate, without which the answer could not be checked later."""
    if len(request) > MOST_BYTES:
        raise InputError("a time-stamp request is not that long")
    try:
        version, imprint, *rest = der.read(request).children(der.SEQUENCE)
        if version.integer() != 1:
            raise der.DerError("its version is not 1")
        digest = timestamp_token.read_imprint(imprint)
        if rest and rest[0].tag == der.OID:
            rest[0].oid()
            rest = rest[1:]
        if len(rest) != 2 or rest[1].whole != der.element(der.BOOLEAN, b"\xff"):
            raise der.DerError("it has no nonce, or does not ask for the certificate")
        nonce = rest[0].integer()
        if nonce < 0 or nonce.bit_length() > timestamp_token.MOST_INTEGER_BITS:
            raise der.DerError("its nonce is negative or too long")
    except ValueError as fault:  # DerError, and a tuple that is too short
        raise InputError(f"not a time-stamp request: {fault}") from fault
    return Request(digest, nonce)


def read_response(response: bytes) -> Token:
    """What an answer says of itself; nothing in it is verified, so it is no ground for anything but display.

    Raises BadToken: MALFORMED, REFUSED (its message holds the authority's words), OTHER_DIGEST where it is no
    SHA-256.
    """
    return _token(_parts(response))


def check_response(
    response: bytes, digest: bytes, *, nonce: int | None, roots: bytes, intermediates: bytes = b""
) -> Token:
    """Verifies a whole TimeStampResp and gives what it says.

    `digest`: SHA-256 of the stamped bytes. `nonce`: of the request; None where no request was kept. `roots`:
    PEM, one or more; only self-signed ones are anchors, the others help to build the chain. `intermediates`:
    PEM, from anywhere, also from a case: only ones that chain to a root are used, and they are never anchors.
    Everything has to be valid at the token's own genTime, so that a token stays good when certificates expire.
    Raises BadToken with the reason; UsageError where `roots` holds no usable root.

    Not checked: whether a certificate was revoked, since that needs the network or lists of that day.
    """
    parts = _parts(response)
    token = _token(parts)
    if token.digest != digest:
        raise BadToken(Reason.OTHER_DIGEST, "the token stamps another digest than that of this file")
    if nonce is not None and token.nonce != nonce:
        raise BadToken(
            Reason.OTHER_NONCE,
            "the answer belongs to another request: its nonce is another",
            "an old answer may have been sent again; ask anew",
        )
    anchors, others = load_roots(roots)
    try:
        path = chain_of(parts, anchors, others, intermediates, token.gen_time)
        check_usage(path)
        timestamp_token.check_named(parts, [one.der for one in path])
        named_in(parts.tsa, path[0])
    except ChainError as fault:
        if fault.fault is ChainFault.UNTRUSTED and (broken := damage(parts, (*anchors, *others))):
            raise BadToken(
                Reason.BAD_SIGNATURE,
                f"the token is damaged: {broken}",
                "bring the answer again, or ask anew",
            ) from fault
        raise BadToken(_REASONS[fault.fault], str(fault), _HINTS.get(fault.fault, "")) from fault
    except timestamp_token.NamedError as fault:
        raise BadToken(Reason.OTHER_CERTIFICATE, str(fault)) from fault
    _verify(parts, token, [one.certificate for one in path], [one.certificate for one in anchors])
    if token.signer:
        return token
    leaf = path[0]
    return Token(
        token.gen_time, token.accuracy, token.policy, token.serial, token.digest, token.nonce,
        leaf.certificate.subject.rfc4514_string(), leaf.fingerprint, token.chain,
    )  # fmt: skip


_REASONS = {
    ChainFault.MALFORMED: Reason.MALFORMED,
    ChainFault.UNTRUSTED: Reason.UNTRUSTED,
    ChainFault.EXPIRED: Reason.EXPIRED,
    ChainFault.WRONG_USAGE: Reason.WRONG_USAGE,
    ChainFault.OTHER_NAME: Reason.OTHER_CERTIFICATE,
    ChainFault.WEAK: Reason.WEAK,
}
_HINTS = {
    ChainFault.UNTRUSTED: "is it the authority that was asked? abusekit authority show NAME has the roots that count",
    ChainFault.EXPIRED: "the authority is not in order: ask another one",
}


def _parts(response: bytes) -> timestamp_token.Parts:
    if len(response) > MOST_BYTES:
        _malformed("it is too long")
    try:
        status, words = timestamp_status.status(response)
        if status != 0:
            raise BadToken(
                Reason.REFUSED,
                f"the authority did not stamp: {words}",
                "ask again later, or ask another authority",
            )
        return timestamp_token.parts(response)
    except ValueError as fault:
        _malformed(str(fault))


def _token(parts: timestamp_token.Parts) -> Token:
    said = parts.said
    if said.algorithm != SHA256 or len(said.digest) != 32:
        raise BadToken(Reason.OTHER_DIGEST, "the token stamps a digest that is not SHA-256")
    signer = fingerprint = ""
    certificates = list(parts.certificates)
    leaf = timestamp_token.signers_certificate(parts, certificates)
    if leaf is not None:
        try:
            signer = load(leaf).subject.rfc4514_string()
        except ValueError as fault:
            _malformed(f"the signer's certificate cannot be read: {fault}")
        fingerprint = timestamp_token.sha256_hex(leaf)
        certificates.remove(leaf)
        certificates.insert(0, leaf)
    return Token(
        said.gen_time, said.accuracy, said.policy, said.serial, said.digest, said.nonce,
        signer, fingerprint, b"".join(map(timestamp_token.pem, certificates)),
    )  # fmt: skip


def _verify(parts: timestamp_token.Parts, token: Token, path: list[Any], anchors: list[Any]) -> None:
    """The library's own whole check, on a copy whose certificates are in order; then that it read what we read.

    A fresh builder each time: its lists are shared between builders (rfc3161-client 1.0.9).
    """
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    leaf, middle = path[0], [one for one in path[1:] if one not in anchors]
    try:
        response = decode_timestamp_response(parts.sorted_response)
        builder = VerifierBuilder(
            tsa_certificate=leaf if leaf not in anchors else None,
            intermediates=middle,
            roots=list(anchors),
            nonce=token.nonce,
        )
        good = builder.build().verify(response, token.digest)
        read = response.tst_info
        same = (
            read.gen_time.replace(microsecond=0, tzinfo=None)
            == token.gen_time.replace(microsecond=0, tzinfo=None)
            and read.message_imprint.message == token.digest
            and read.serial_number == token.serial
        )
    except VerificationError as fault:
        why = "; ".join(re.findall(r'reason: "([^"]{1,60})"', str(fault))[:2]) or str(fault)[:100]
        raise BadToken(Reason.BAD_SIGNATURE, f"the token's signature is not good: {why}") from fault
    except Exception as fault:  # noqa: BLE001 - a library on hostile bytes: ValueError, TypeError, …
        _malformed(f"{type(fault).__name__}: {str(fault)[:120]}")
    if not (good and same):
        _malformed("two readers do not agree on what it says")


def _malformed(why: str) -> NoReturn:
    raise BadToken(Reason.MALFORMED, f"not a time-stamp answer: {why}")
