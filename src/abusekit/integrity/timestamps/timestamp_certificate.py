"""Certificates as time stamps need them: read from hostile bytes or from the user's roots."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from abusekit.errors import UsageError
from abusekit.integrity.timestamps.der import DerError, read

Kind = TypeVar("Kind", bound=x509.ExtensionType)

MOST_ROOTS_BYTES = 256 << 10
FAULTS = (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.ExtensionNotFound,
           x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType)  # fmt: skip
"""What `cryptography` raises on certificates that are none."""


class ChainFault(Enum):
    MALFORMED = auto()
    UNTRUSTED = auto()
    EXPIRED = auto()
    WRONG_USAGE = auto()
    OTHER_NAME = auto()
    WEAK = auto()


class ChainError(Exception):
    """Why there is no chain that counts."""

    def __init__(self, fault: ChainFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate."""

    certificate: x509.Certificate
    # as `cryptography` reads it
    der: bytes
    # its bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256, 64 hex digits."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def name(self) -> str:
        """Subject, RFC 4514."""
        return self.certificate.subject.rfc4514_string()

    @property
    def self_issued(self) -> bool:
        return self.certificate.issuer == self.certificate.subject


@lru_cache(maxsize=32)
def load_roots(roots: bytes) -> tuple[tuple[Certificate, ...], tuple[Certificate, ...]]:
    """The anchors among certificates that the user trusts (those that issue themselves), and the others.

    Raises UsageError: no PEM, unreadable, or no root among them.
    """
    if len(roots) > MOST_ROOTS_BYTES:
        raise UsageError("that file of roots is too long", "give the authority's own root certificates only")
    try:
        loaded = [wrapped(one) for one in _load_pem(roots)]
        anchors = tuple(one for one in loaded if _is_root(one))
    except FAULTS as fault:
        raise UsageError(
            "the root certificates cannot be read", "a PEM file is needed: -----BEGIN CERTIFICATE-----"
        ) from fault
    if not anchors:
        raise UsageError(
            "there is no root among these certificates: none is signed by itself",
            "give the root certificate of the authority, not the one that it signs with",
        )
    return anchors, tuple(one for one in loaded if not one.self_issued)


def extension(one: Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return one.certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def load(certificate: bytes) -> x509.Certificate:
    """A certificate (DER). Raises ValueError."""
    if not _has_serial(certificate):
        raise ValueError("its serial number is not a positive one (RFC 5280, 4.1.2.2)")
    try:
        loaded = x509.load_der_x509_certificate(certificate)
        loaded.subject.rfc4514_string()  # names and extensions are read when they are asked for
    except FAULTS as fault:
        raise ValueError(str(fault)) from fault
    return loaded


def _load_pem(certificates: bytes) -> list[x509.Certificate]:
    """Those that are in order. Raises ValueError where one cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's remarks on those that are left out below
        found = x509.load_pem_x509_certificates(certificates)
    return [one for one in found if _has_serial(one.public_bytes(Encoding.DER))]


def _has_serial(certificate: bytes) -> bool:
    try:
        fields = read(certificate).children()[0].children()
        return fields[1 if fields[0].tag == 0xA0 else 0].integer() > 0
    except (DerError, IndexError):
        return False


def wrapped(certificate: x509.Certificate) -> Certificate:
    """Raises FAULTS where its names cannot be read, which is found when they are asked for."""
    certificate.subject.rfc4514_string()
    certificate.issuer.rfc4514_string()
    return Certificate(certificate, certificate.public_bytes(Encoding.DER))


def load_extra(intermediates: bytes) -> list[Certificate]:
    """Certificates from anywhere; what cannot be read helps nobody and is left out."""
    if not intermediates.strip() or len(intermediates) > MOST_ROOTS_BYTES:
        return []
    try:
        return [wrapped(one) for one in _load_pem(intermediates)]
    except FAULTS:
        return []


def _is_root(one: Certificate) -> bool:
    """Whether it states itself as its issuer, by name and key. Its own signature would add nothing: it is the
    user who vouches for it, and old roots are signed over SHA-1, which is not computed any more."""
    by = extension(one, x509.AuthorityKeyIdentifier)
    own = extension(one, x509.SubjectKeyIdentifier)
    same_key = by is None or by.key_identifier is None or own is None or by.key_identifier == own.digest
    return one.self_issued and same_key
