"""A time-stamp authority without the network: certificates, tokens (RFC 3161), and the faults that real ones have.

A throw-away: its keys are made anew each time and never written down. It stamps whatever it is given, by a
clock that is a parameter, so nobody outside of a practice should trust its root.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from abusekit.demo.timestamp_identity import LEAVES, Fault, Identity, identity, leaf
from abusekit.errors import InputError
from abusekit.integrity.timestamps import der, timestamp

__all__ = ["Fault", "TimestampIssuer"]

POLICY = "1.3.6.1.4.1.32473.3161"
"""Under the number that is kept for documents (RFC 5612)."""
ACCURACY_SECONDS = 1
LEAF_DAYS = 30

_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_ECDSA_SHA256 = der.element(der.SEQUENCE, der.oid("1.2.840.10045.4.3.2"))
_SHA256 = der.element(der.SEQUENCE, der.oid(timestamp.SHA256))
_SHA256_NULL = der.element(der.SEQUENCE, der.oid(timestamp.SHA256), der.element(der.NULL))


class TimestampIssuer:
    """Answers time-stamp queries; safe in threads.

    `name`: goes into the subjects. `clock`: aware; read for every token. `intermediate`: whether a CA stands
    between root and leaf. `valid`: how long the leaf is valid. `fault` and `shift` (added to the clock) may be
    changed at any time.
    """

    def __init__(
        self,
        name: str,
        *,
        clock: Callable[[], datetime],
        intermediate: bool = True,
        valid: timedelta = timedelta(days=LEAF_DAYS),
        fault: Fault = Fault.NONE,
        shift: timedelta = timedelta(),
    ) -> None:
        self.name = name
        self.clock = clock
        self.fault = fault
        self.shift = shift
        self.asked: list[bytes] = []
        # every query, as received
        self._lock = threading.Lock()
        self._serial = 0
        self._made: dict[Fault, Identity] = {}
        self._honest = identity(name, clock(), valid, intermediate=intermediate)
        self._valid = valid

    @property
    def root_pem(self) -> bytes:
        """The certificate that a person has to trust for these tokens to count."""
        return self._honest.above[-1].public_bytes(Encoding.PEM)

    @property
    def chain_pem(self) -> bytes:
        """The signer's certificate and those up to the root, without it: what some tokens do not hold."""
        return b"".join(
            one.public_bytes(Encoding.PEM) for one in (self._honest.leaf, *self._honest.above[:-1])
        )

    def answer(self, query: bytes) -> bytes:
        """A TimeStampResp for a TimeStampReq; a rejection for anything else."""
        with self._lock:
            self.asked.append(query)
            self._serial += 1
            serial, fault = self._serial, self.fault
            signer = self._identity(fault)
        try:
            request = timestamp.read_request(query)
        except InputError:
            return _refusal("not a time-stamp request that is understood here", bit=2)
        if fault is Fault.REJECTION:
            return _refusal("the time source is not available", bit=14)
        token = _token(signer, request, serial, self.clock() + self.shift, fault)
        status = der.element(der.SEQUENCE, der.integer(1 if fault is Fault.WITH_MODS else 0))
        return der.element(der.SEQUENCE, status, token)

    def _identity(self, fault: Fault) -> Identity:
        """The honest one, or the false one that a fault of certificates needs, made once."""
        if fault is Fault.FOREIGN_ROOT and fault not in self._made:
            intermediate = len(self._honest.above) == 2
            self._made[fault] = identity(self.name, self.clock(), self._valid, intermediate=intermediate)
        if fault in LEAVES and fault not in self._made:
            honest, key = self._honest, ec.generate_private_key(ec.SECP256R1())
            certificate = leaf(
                self.name, key, honest.issuer_key, honest.above[0], self.clock(), self._valid, fault
            )
            self._made[fault] = Identity(key, certificate, honest.issuer_key, honest.above)
        return self._made.get(fault, self._honest)


def _refusal(words: str, *, bit: int) -> bytes:
    """PKIStatus 2 with the words and one bit of PKIFailureInfo (RFC 3161, 2.4.2)."""
    bits = (1 << 31 - bit).to_bytes(4, "big").rstrip(b"\0")
    unused = 7 - bit % 8
    return der.element(
        der.SEQUENCE,
        der.element(
            der.SEQUENCE,
            der.integer(2),
            der.element(der.SEQUENCE, der.element(der.UTF8_STRING, words.encode())),
            der.element(der.BIT_STRING, bytes((unused,)), bits),
        ),
    )


def _token(by: Identity, request: timestamp.Request, serial: int, at: datetime, fault: Fault) -> bytes:
    """A ContentInfo with SignedData over a TSTInfo (RFC 5652, 5.1; RFC 3161, 2.4.2)."""
    tst_info = _tst_info(by, request, serial, at, fault)
    own = by.leaf.public_bytes(Encoding.DER)
    attributes = [
        _attribute("1.2.840.113549.1.9.3", der.oid(_TST_INFO)),
        _attribute("1.2.840.113549.1.9.4", der.element(der.OCTET_STRING, hashlib.sha256(tst_info).digest())),
    ]
    if fault is not Fault.UNNAMED:
        named = by.above[0].public_bytes(Encoding.DER) if fault is Fault.OTHER_NAMED else own
        digest = der.element(der.OCTET_STRING, hashlib.sha256(named).digest())
        certificates = der.element(der.SEQUENCE, der.element(der.SEQUENCE, digest))
        attributes.append(_attribute("1.2.840.113549.1.9.16.2.47", der.element(der.SEQUENCE, certificates)))
    signed = b"".join(sorted(attributes))
    signature = by.key.sign(der.element(der.SET, signed), ec.ECDSA(hashes.SHA256()))
    if fault is Fault.BAD_SIGNATURE:
        signature = by.key.sign(b"something else", ec.ECDSA(hashes.SHA256()))
    signer = der.element(
        der.SEQUENCE,
        der.integer(1),
        der.element(der.SEQUENCE, by.leaf.issuer.public_bytes(), der.integer(by.leaf.serial_number)),
        _SHA256,
        der.element(0xA0, signed),
        _ECDSA_SHA256,
        der.element(der.OCTET_STRING, signature),
    )
    content = der.element(
        der.SEQUENCE, der.oid(_TST_INFO), der.element(0xA0, der.element(der.OCTET_STRING, tst_info))
    )
    data = der.element(
        der.SEQUENCE,
        der.integer(3),
        der.element(der.SET, _SHA256),
        content,
        _certificates(by, fault),
        der.element(der.SET, signer),
    )
    return der.element(der.SEQUENCE, der.oid("1.2.840.113549.1.7.2"), der.element(0xA0, data))


def _tst_info(by: Identity, request: timestamp.Request, serial: int, at: datetime, fault: Fault) -> bytes:
    digest = hashlib.sha256(request.digest).digest() if fault is Fault.WRONG_DIGEST else request.digest
    nonce = der.integer(request.nonce + 1 if fault is Fault.WRONG_NONCE else request.nonce)
    named = by.above[-1].subject if fault is Fault.OTHER_TSA else by.leaf.subject
    return der.element(
        der.SEQUENCE,
        der.integer(1),
        der.oid(POLICY),
        der.element(der.SEQUENCE, _SHA256_NULL, der.element(der.OCTET_STRING, digest)),
        der.integer(serial),
        der.element(der.GENERALIZED_TIME, at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()),
        der.element(der.SEQUENCE, der.integer(ACCURACY_SECONDS)),
        b"" if fault is Fault.NO_NONCE else nonce,
        der.element(0xA0, der.element(0xA4, named.public_bytes())),
    )


def _attribute(kind: str, value: bytes) -> bytes:
    return der.element(der.SEQUENCE, der.oid(kind), der.element(der.SET, value))


def _certificates(by: Identity, fault: Fault) -> bytes:
    """CertificateSet, the leaf first: not in the order that DER wants, as real authorities do."""
    if fault is Fault.NO_CERTIFICATES:
        return b""
    sent = [by.leaf, *by.above[:-1]]
    if fault is Fault.MISSING_INTERMEDIATE:
        sent = [by.leaf]
    if fault is Fault.FOREIGN_ROOT:
        sent = [by.leaf, *by.above]
    return der.element(0xA0, *(one.public_bytes(Encoding.DER) for one in sent))
