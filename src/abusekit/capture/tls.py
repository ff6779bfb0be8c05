"""Encrypted connections: whom to trust, and what the server showed."""

from __future__ import annotations

import socket
import ssl
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from abusekit.errors import UsageError
from abusekit.webarchive.exchange import Tls

CHAIN_LIMIT = 20
"""Certificates kept of one chain."""


def context(extra_ca: Path | None, *, verify: bool = True) -> ssl.SSLContext:
    """The settings of a connection: the system's roots and those in `extra_ca`, HTTP/1.1 only.

    Made once for each file, as reading the roots takes longer than a capture. Raises UsageError when
    `extra_ca` holds no certificates. With verify=False the connection may only serve to read the chain.
    """
    if extra_ca is None:
        return _context("", 0, verify)
    try:
        return _context(str(extra_ca), extra_ca.stat().st_mtime_ns, verify)
    except (OSError, ssl.SSLError) as fault:
        raise UsageError(
            f"{extra_ca} holds no certificates", "give a PEM file with CA certificates"
        ) from fault


@lru_cache(maxsize=8)
def _context(extra_ca: str, changed_ns: int, verify: bool) -> ssl.SSLContext:
    del changed_ns  # part of the key: another file under the same name is read again
    made = ssl.create_default_context()
    if extra_ca:
        made.load_verify_locations(cafile=extra_ca)
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    made.set_alpn_protocols(["http/1.1"])
    # Python asks OpenSSL to take a cut connection for a closed one; then truncation could not be seen.
    made.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    return made


def describe(connection: ssl.SSLSocket, *, verified: bool, error: str | None = None) -> Tls:
    """What a connection that finished its handshake agreed on, and the chain as the server sent it."""
    cipher = connection.cipher()
    return Tls(
        version=connection.version(),
        cipher=cipher[0] if cipher else None,
        alpn=connection.selected_alpn_protocol(),
        chain=_chain(connection)[:CHAIN_LIMIT],
        verified=verified,
        error=error,
    )


def _chain(connection: ssl.SSLSocket) -> tuple[bytes, ...]:
    public: Any = getattr(connection, "get_unverified_chain", None)  # Python 3.13 and newer
    if public is not None:
        return tuple(public())
    inner: Any = getattr(connection, "_sslobj", None)  # before 3.13 the same call, not yet public
    found = inner.get_unverified_chain() if inner is not None else None
    if found:
        import _ssl  # the encoding constant has no public name before 3.13

        return tuple(one.public_bytes(_ssl.ENCODING_DER) for one in found)
    leaf = connection.getpeercert(binary_form=True)
    return (leaf,) if leaf else ()


def unverified(
    address: tuple[str, int], host: str, error: str, timeout_s: float, extra_ca: Path | None
) -> Tls:
    """The chain of a server whose certificate was refused: a second connection on which nothing is sent.

    The chain may be empty, when the server does not answer a second time: `error` is kept either way.
    """
    try:
        with (
            socket.create_connection(address, timeout=max(timeout_s, 0.001)) as plain,
            context(extra_ca, verify=False).wrap_socket(plain, server_hostname=server_name(host)) as secured,
        ):
            return describe(secured, verified=False, error=error)
    except OSError:  # ssl.SSLError is one
        return Tls(None, None, None, (), verified=False, error=error)


def server_name(host: str) -> str:
    """The name asked for in the handshake (RFC 6066 section 3: without a trailing dot)."""
    return host.rstrip(".")


def reason(fault: ssl.SSLError) -> str:
    """OpenSSL's reason in one line, without file and line of its source."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return fault.verify_message or "certificate not verified"
    return (fault.reason or type(fault).__name__).replace("_", " ").lower()


def leaf_facts(der: bytes) -> dict[str, object]:
    """Subject, issuer, validity and digest of a certificate, for item.json: text and null only.

    A certificate that cannot be read gives its digest and `unreadable`: the bytes are kept either way.
    """
    from cryptography import x509

    digest = sha256(der).hexdigest()
    try:
        certificate = x509.load_der_x509_certificate(der)
        return {
            "sha256": digest,
            "subject": certificate.subject.rfc4514_string()[:500],
            "issuer": certificate.issuer.rfc4514_string()[:500],
            "not_before": certificate.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "not_after": certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    except (ValueError, x509.InvalidVersion) as fault:
        return {"sha256": digest, "unreadable": str(fault)[:200]}
