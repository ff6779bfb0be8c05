"""The certificates of a practice time-stamp authority, and those that have a fault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_YEARS = 20
FRESH = timedelta(days=1)
"""Certificates are valid from this much before they are made: a test may move the clock."""


class Fault(StrEnum):
    """What an authority can get wrong in a token or about its certificates."""

    NONE = ""
    WRONG_NONCE = "wrong-nonce"
    NO_NONCE = "no-nonce"
    WRONG_DIGEST = "wrong-digest"
    BAD_SIGNATURE = "bad-signature"
    REJECTION = "rejection"
    WITH_MODS = "granted-with-mods"
    EXPIRED_LEAF = "expired-leaf"
    NO_USAGE = "no-usage"
    MORE_USAGES = "more-usages"
    USAGE_NOT_CRITICAL = "usage-not-critical"
    MISSING_INTERMEDIATE = "missing-intermediate"
    FOREIGN_ROOT = "foreign-root"
    """Another authority of the same names, which puts its own root into the token."""
    NO_CERTIFICATES = "no-certificates"
    UNNAMED = "unnamed"
    """No ESSCertID."""
    OTHER_NAMED = "other-named"
    """An ESSCertID of another certificate."""
    OTHER_TSA = "other-tsa"
    """The TSTInfo names another authority."""


LEAVES = {Fault.EXPIRED_LEAF, Fault.NO_USAGE, Fault.MORE_USAGES, Fault.USAGE_NOT_CRITICAL}


@dataclass(frozen=True, slots=True)
class Identity:
    """A signing key and its certificates."""

    key: ec.EllipticCurvePrivateKey
    # P-256, of the leaf
    leaf: x509.Certificate
    # for time stamps alone
    issuer_key: ec.EllipticCurvePrivateKey
    # of above[0], which signed the leaf
    above: tuple[x509.Certificate, ...]
    # intermediate (where there is one), then root


def identity(name: str, now: datetime, valid: timedelta, *, intermediate: bool) -> Identity:
    key, ca_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _ca(f"{name} practice root (throw-away)", ca_key, None, now, 1 if intermediate else 0)
    above: tuple[x509.Certificate, ...] = (root,)
    issuer_key = ca_key
    if intermediate:
        issuer_key = ec.generate_private_key(ec.SECP256R1())
        middle = _ca(f"{name} practice time stamping CA", issuer_key, (root, ca_key), now, 0)
        above = (middle, root)
    return Identity(key, leaf(name, key, issuer_key, above[0], now, valid), issuer_key, above)


def _name(text: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "abusekit practice"),
            x509.NameAttribute(NameOID.COMMON_NAME, text),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, begin: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _ca(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
    now: datetime,
    path_length: int,
) -> x509.Certificate:
    name, signing = (_name(subject), key) if issuer is None else (issuer[0].subject, issuer[1])
    builder = _builder(_name(subject), name, key, now - FRESH, now + timedelta(days=365 * ROOT_YEARS))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    builder = builder.add_extension(_usage(ca=True), critical=True)
    if issuer is not None:
        stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(stamping, critical=False)
        builder = builder.add_extension(_key_of(issuer[0]), critical=False)
    return builder.sign(signing, hashes.SHA256())


def leaf(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate,
    now: datetime,
    valid: timedelta,
    fault: Fault = Fault.NONE,
) -> x509.Certificate:
    end = now - timedelta(hours=1) if fault is Fault.EXPIRED_LEAF else now + valid
    builder = _builder(_name(f"{name} practice time stamps"), issuer.subject, key, now - FRESH, end)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(ca=False), critical=True)
    usages = [ExtendedKeyUsageOID.TIME_STAMPING]
    if fault is Fault.MORE_USAGES:
        usages.append(ExtendedKeyUsageOID.CODE_SIGNING)
    if fault is not Fault.NO_USAGE:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage(usages), critical=fault is not Fault.USAGE_NOT_CRITICAL
        )
    return builder.add_extension(_key_of(issuer), critical=False).sign(issuer_key, hashes.SHA256())


def _key_of(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
