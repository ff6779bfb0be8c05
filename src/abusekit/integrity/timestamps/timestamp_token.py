"""The inside of a TimeStampResp (RFC 3161, 2.4.2; CMS: RFC 5652), walked strictly; nothing is verified here."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from abusekit.integrity.timestamps import der
from abusekit.integrity.timestamps.der import DerError, Element

SHA256 = "2.16.840.1.101.3.4.2.1"
DIGESTS = {
    SHA256: "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
"""OIDs of the digests that count, and their names for hashlib."""
MOST_INTEGER_BITS = 512
"""Serial numbers and nonces; RFC 3161 asks for 160 bits at least."""
MOST_CERTIFICATES = 20

_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
_TIME = re.compile(rb"(\d{14})(?:\.(\d{0,11}[1-9]))?Z")


class NamedError(Exception):
    """The token names another certificate than its signer's."""


@dataclass(frozen=True, slots=True)
class Said:
    """The fields of a TSTInfo."""

    policy: str
    # OID
    algorithm: str
    # OID of the digest in messageImprint
    digest: bytes
    # messageImprint
    serial: int
    # of the token
    gen_time: datetime
    # aware, UTC
    accuracy: timedelta | None
    # None: not stated
    nonce: int | None
    # None: none


@dataclass(frozen=True, slots=True)
class Parts:
    """What a granted answer consists of."""

    said: Said
    # what it states
    tsa: bytes
    # GeneralName of the authority in the TSTInfo, DER; empty: none
    certificates: tuple[bytes, ...]
    # DER, in the order of the answer
    issuer: bytes
    # Name (DER) of the issuer of the signer's certificate, as the SignerInfo has it
    serial: int
    # serial number of the signer's certificate, as above
    digest_algorithm: str
    # OID, of the SignerInfo
    named: tuple[tuple[str, bytes], ...]
    # signed ESSCertIDs: (name of a hashlib digest, digest of a certificate), v1 and v2, the signer's first
    named_first: tuple[int, ...]
    # which of `named` have to be the signer's: the first of each attribute
    content: bytes
    # the TSTInfo, DER: what is signed, by its digest
    signer: tuple[Element, ...]
    # fields of the SignerInfo; the fourth are the signed attributes
    sorted_response: bytes
    # the answer with its CertificateSet in DER order, which real ones often have not; these bytes are unsigned


def parts(response: bytes) -> Parts:
    """Takes a granted answer apart. Raises DerError, ValueError."""
    outer = der.read(response).children(der.SEQUENCE, most=2)
    if len(outer) != 2:
        raise DerError("it holds no token")
    kind, wrapped = _two(outer[1].children(der.SEQUENCE))
    signed_data = _only(wrapped.children(0xA0))
    if kind.oid() != _SIGNED_DATA:
        raise DerError("the token is no SignedData")
    fields = signed_data.children(der.SEQUENCE)
    if len(fields) < 4:
        raise DerError("the SignedData is not whole")
    kind, content = _two(fields[2].children(der.SEQUENCE))
    if kind.oid() != _TST_INFO:
        raise DerError("what is signed is no TSTInfo")
    octets = _only(content.children(0xA0))
    if octets.tag != der.OCTET_STRING:
        raise DerError("the TSTInfo is not in an OCTET STRING")
    said, tsa = _said(octets.content)
    certificates: list[Element] = []
    sorted_response = response
    if fields[3].tag == 0xA0:
        certificates = fields[3].children(most=MOST_CERTIFICATES)
        in_order = b"".join(sorted(one.whole for one in certificates))
        sorted_response = response[: fields[3].start] + in_order + response[fields[3].end :]
    signer = _only(fields[-1].children(der.SET)).children(der.SEQUENCE)
    if len(signer) < 6 or signer[3].tag != 0xA0:
        raise DerError("the SignerInfo has no signed attributes")
    issuer, serial = _two(signer[1].children(der.SEQUENCE))
    named, first = _named(signer[3])
    return Parts(
        said, tsa, tuple(one.whole for one in certificates if one.tag == der.SEQUENCE),
        issuer.whole, serial.integer(), signer[2].children(der.SEQUENCE, most=2)[0].oid(),
        tuple(named), tuple(first), octets.content, tuple(signer), sorted_response,
    )  # fmt: skip


def read_imprint(imprint: Element) -> bytes:
    """The SHA-256 digest of a messageImprint. Raises DerError for another one."""
    algorithm, digest = _imprint(imprint)
    if algorithm != SHA256 or len(digest) != 32:
        raise DerError("its digest is not SHA-256")
    return digest


def signers_certificate(parts: Parts, certificates: Sequence[bytes]) -> bytes | None:
    """The certificate (DER) that the SignerInfo names by issuer and serial number; None where it is not there."""
    for certificate in certificates:
        try:
            fields = der.read(certificate).children(der.SEQUENCE)[0].children(der.SEQUENCE)
            fields = fields[1:] if fields[0].tag == 0xA0 else fields  # the version, from X.509 v2 on
            if fields[0].integer() == parts.serial and fields[2].whole == parts.issuer:
                return certificate
        except (DerError, IndexError):
            continue
    return None


def check_named(parts: Parts, path: Sequence[bytes]) -> None:
    """That the token is tied to the signer's certificate `path[0]` and names none outside of its chain.

    Raises NamedError. RFC 3161 asks for ESSCertID (RFC 2634, 5.4) or ESSCertIDv2 (RFC 5816): a stolen key with
    another certificate, of the same issuer and serial number, would otherwise do.
    """
    if not parts.named:
        raise NamedError("the token does not say with which certificate it was signed")
    if parts.digest_algorithm not in DIGESTS:
        raise NamedError("the token was signed over a digest that is too weak")
    for number, (algorithm, digest) in enumerate(parts.named):
        allowed = path[:1] if number in parts.named_first else path
        if all(hashlib.new(algorithm, one, usedforsecurity=False).digest() != digest for one in allowed):
            raise NamedError("the token names another certificate than the one that signed it")


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pem(certificate: bytes) -> bytes:
    """A certificate as PEM (RFC 7468)."""
    text = base64.b64encode(certificate)
    lines = b"".join(text[at : at + 64] + b"\n" for at in range(0, len(text), 64))
    return b"-----BEGIN CERTIFICATE-----\n" + lines + b"-----END CERTIFICATE-----\n"


def _said(tst_info: bytes) -> tuple[Said, bytes]:
    fields = der.read(tst_info).children(der.SEQUENCE, most=10)
    if len(fields) < 5 or fields[0].integer() != 1:
        raise DerError("the TSTInfo is not whole, or of another version")
    algorithm, digest = _imprint(fields[2])
    accuracy: timedelta | None = None
    nonce: int | None = None
    tsa = b""
    place = 0  # in SEQUENCE order: each once, none before the other
    for one in fields[5:]:
        now = {der.SEQUENCE: 1, der.BOOLEAN: 2, der.INTEGER: 3, 0xA0: 4, 0xA1: 5}.get(one.tag, 0)
        if now <= place:
            raise DerError("fields of the TSTInfo that are unknown or out of order")
        place = now
        if now == 1:
            accuracy = _accuracy(one)
        elif now == 3:
            nonce = _bounded(one)
        elif now == 4:
            tsa = _only(one.children()).whole
    said = Said(fields[1].oid(), algorithm, digest, _bounded(fields[3]), _time(fields[4]), accuracy, nonce)
    return said, tsa


def _imprint(imprint: Element) -> tuple[str, bytes]:
    algorithm, digest = _two(imprint.children(der.SEQUENCE))
    kind, *parameters = algorithm.children(der.SEQUENCE, most=2)
    if digest.tag != der.OCTET_STRING or any(one.whole != b"\x05\x00" for one in parameters):
        raise DerError("the messageImprint is not one")
    return kind.oid(), digest.content


def _time(one: Element) -> datetime:
    """GeneralizedTime as DER has it (RFC 3161, 2.4.2): UTC, no needless zeros."""
    found = _TIME.fullmatch(one.content) if one.tag == der.GENERALIZED_TIME else None
    if found is None:
        raise DerError("genTime is no time")
    moment = datetime.strptime(found[1].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return moment.replace(microsecond=int((found[2] or b"").ljust(6, b"0")[:6] or 0))


def _accuracy(one: Element) -> timedelta:
    """SEQUENCE { seconds INTEGER OPTIONAL, millis [0] OPTIONAL, micros [1] OPTIONAL }."""
    total, place = timedelta(), 0
    for part in one.children():
        now = {der.INTEGER: 1, 0x80: 2, 0x81: 3}.get(part.tag, 0)
        value = int.from_bytes(part.content, "big", signed=True)
        if now <= place or not 0 <= value < (86_400 * 366 if now == 1 else 1000):
            raise DerError("the accuracy is none")
        place = now
        total += timedelta(
            seconds=value if now == 1 else 0,
            milliseconds=value if now == 2 else 0,
            microseconds=value if now == 3 else 0,
        )
    return total


def _bounded(one: Element) -> int:
    value = one.integer()
    if value.bit_length() > MOST_INTEGER_BITS:
        raise DerError("a number that is too long")
    return value


def _named(attributes: Element) -> tuple[list[tuple[str, bytes]], list[int]]:
    """ESSCertIDs of the signed attributes, which must also say that a TSTInfo is signed."""
    seen: set[str] = set()
    named: list[tuple[str, bytes]] = []
    first: list[int] = []
    for attribute in attributes.children():
        kind, values = _two(attribute.children(der.SEQUENCE))
        name = kind.oid()
        if name in seen:
            raise DerError("a signed attribute stands there twice")
        seen.add(name)
        if name == _CONTENT_TYPE and _only(values.children(der.SET)).oid() != _TST_INFO:
            raise DerError("the signature is for something else than a TSTInfo")
        if name in (_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2):
            certificates = _only(values.children(der.SET)).children(der.SEQUENCE)
            first.append(len(named))
            for one in certificates[0].children(der.SEQUENCE, most=MOST_CERTIFICATES):
                named.append(_cert_id(one, "sha1" if name == _SIGNING_CERTIFICATE else "sha256"))
            if len(named) == first[-1]:
                raise DerError("a list of certificates that is empty")
    if not {_CONTENT_TYPE, _MESSAGE_DIGEST} <= seen:
        raise DerError("the signature does not cover what it has to")
    return named, first


def _cert_id(one: Element, usual: str) -> tuple[str, bytes]:
    fields = one.children(der.SEQUENCE, most=3)
    name = usual
    if usual == "sha256" and fields and fields[0].tag == der.SEQUENCE:
        name = DIGESTS.get(fields[0].children()[0].oid(), "")
        fields = fields[1:]
    if not name or not fields or fields[0].tag != der.OCTET_STRING:
        raise DerError("an ESSCertID that is none")
    return name, fields[0].content


def _two(found: list[Element]) -> tuple[Element, Element]:
    if len(found) != 2:
        raise DerError("two elements were expected")
    return found[0], found[1]


def _only(found: list[Element]) -> Element:
    if len(found) != 1:
        raise DerError("one element was expected")
    return found[0]
