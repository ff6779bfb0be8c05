"""Does a DKIM signature fit? The body's hash is taken here; the signed fields and the signature are dkimpy's.

`dkim.DKIM.verify` reads the clock (t=, x=), asks the DNS, and takes quadratic time and many times the memory on
bodies made for it. So its inner step `verify_sig_process` is called, with fields and key prepared here; both faults,
of the body and of the header, are thereby told apart. Ed25519 (RFC 8463) goes through `cryptography`, since dkimpy
wants another package for it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from abusekit.importers.mail.dkim_tags import Key, Signature
from abusekit.importers.mail.headers import Header

Outcome = Literal["fits", "body", "header", "both", "unable"]
"""fits; the body is another; the signed fields, or the signature, are others; both; dkimpy could not say."""


@dataclass(slots=True)
class Verdict:
    """What one signature was found to prove."""

    outcome: Outcome
    tail: int = 0
    # bytes of the canonical body beyond l=, which nobody signed


@dataclass(slots=True)
class Mail:
    """One mail, prepared once for all of its signatures."""

    raw: bytes
    header: Header
    bodies: dict[str, bytes] = field(default_factory=dict)
    # canonical bodies, by `simple` and `relaxed`

    def canonical(self, form: str) -> bytes:
        """RFC 6376 sections 3.4.3 and 3.4.4, in time and memory that grow with the size only."""
        if form not in self.bodies:
            body = _cr_lf(self.raw[self.header.body :])
            if body and not body.endswith(b"\r\n"):
                body += b"\r\n"
            if form == "relaxed":
                body = body.replace(b"\t", b" ")
                while b"  " in body:
                    body = body.replace(b"  ", b" ")
                body = body.replace(b" \r\n", b"\r\n")
            self.bodies[form] = _one_end(body, relaxed=form == "relaxed")
        return self.bodies[form]

    def fields(self) -> list[list[bytes]]:
        """Name and value of all fields, line ends restored to CR LF, as dkimpy holds them.

        A space before the colon stays at the name: the simple form sees it, the relaxed form does not.
        """
        return [
            [
                self.raw[one.start : one.end].partition(b":")[0],
                _cr_lf(one.value).removesuffix(b"\r\n") + b"\r\n",
            ]
            for one in self.header.fields
        ]


def _cr_lf(data: bytes) -> bytes:
    """Every line end as it travels: CR LF. A CR alone stays what it is."""
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _one_end(body: bytes, *, relaxed: bool) -> bytes:
    """Exactly one line end at the end, where there were none or more; of an empty body none where `relaxed`."""
    bare = body.rstrip(b"\r\n")
    ends = body[len(bare) :]
    # a CR alone is no line end: of the run at the end only whole pairs count
    split = ends.rfind(b"\r\r") + 1
    kept = bare + ends[:split]
    return b"" if relaxed and not kept else kept + b"\r\n"


class _Ed25519:
    """In the place of dkimpy's key: keeps the answer instead of raising what only another package defines."""

    def __init__(self, public: Ed25519PublicKey) -> None:
        self.public = public
        self.fits = False

    def verify(self, digest: bytes, signed: bytes) -> None:
        try:
            self.public.verify(signed, digest)
            self.fits = True
        except InvalidSignature:
            self.fits = False


def verify(mail: Mail, one: Signature, public: Key) -> Verdict:
    """Check a signature that is not void with a key that has no problem. Never raises."""
    form = one.tags.get("c", "").partition("/")[2] or "simple"
    body = mail.canonical(form)
    length = one.seconds("l")
    if length is not None and length > len(body):
        return Verdict("body")  # RFC 6376 section 3.5: more was signed than there is
    tail = 0 if length is None else len(body) - length
    same = _digest(one)(body if length is None else body[:length]).digest() == base64.b64decode(
        one.tags["bh"]
    )
    header = _header_fits(mail, one, public)
    if header is None:
        return Verdict("unable")
    if same:
        return Verdict("fits" if header else "header", tail)
    return Verdict("body" if header else "both", tail)


def _digest(one: Signature) -> Callable[[bytes], Any]:
    return hashlib.sha1 if one.tags["a"].endswith("sha1") else hashlib.sha256


def _header_fits(mail: Mail, one: Signature, public: Key) -> bool | None:
    """Whether b= fits the signed fields, of which bh= is one; None: dkimpy could not say."""
    import dkim

    fields = mail.fields()
    judge = dkim.DKIM()
    judge.headers = fields
    judge.keysize, judge.minkey = public.bits, 0
    held = None
    if isinstance(public.public, Ed25519PublicKey):
        judge.pk = held = _Ed25519(public.public)
    elif public.public is not None:
        numbers = public.public.public_numbers()
        judge.pk = {"modulus": numbers.n, "publicExponent": numbers.e}
    judge.ktag = public.kind.encode("ascii")
    # without bh= dkimpy leaves the body alone
    sig = {name.encode("ascii"): value.encode("ascii") for name, value in one.tags.items() if name != "bh"}
    place = mail.header.fields.index(one.field)
    try:
        fits = judge.verify_sig_process(
            sig, [name.encode("ascii") for name in one.signed], tuple(fields[place]), _no_dns
        )
    except (dkim.DKIMException, ValueError, TypeError, KeyError, IndexError, OverflowError, AssertionError):
        return None
    return bool(fits) if held is None else held.fits


def _no_dns(name: bytes, timeout: int = 0) -> bytes:
    """Nothing is asked: the key is given."""
    return b""
