"""DKIM signatures and key records as they are written: RFC 6376 sections 3.2, 3.5, 3.6.1; RFC 8301, RFC 8463.

dkimpy answers "no" alike for no signature, no key, a withdrawn key and a changed mail. So everything that can be
known before the arithmetic is found out here, and named.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from dataclasses import field as default

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from abusekit.importers.mail.headers import Field, unfolded

LONGEST_SIGNATURE = 16_384
"""Bytes of a DKIM-Signature field that is looked at."""
LONGEST_RECORD = 16_384
"""Characters of a key record."""
SMALLEST_KEY, LARGEST_KEY = 1024, 8192
"""Bits of an RSA key: fewer can be computed by anybody (RFC 8301 section 3.2), more are made to waste time."""
LARGEST_EXPONENT = 1 << 32
MOST_SIGNED = 200
"""Field names in h=."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}", re.ASCII)
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,20}", re.ASCII)
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)
_SPACE = re.compile(r"\s+")
_LONG_SPACE = re.compile(rb"\s{200}")
_B_TAG = re.compile(rb"[;\s]b\s{0,200}=")
_ALGORITHMS = {"rsa-sha256": "rsa", "rsa-sha1": "rsa", "ed25519-sha256": "ed25519"}
_CANONICAL = {"", *(f"{a}{b}" for a in ("simple", "relaxed") for b in ("", "/simple", "/relaxed"))}


@dataclass(slots=True)
class Signature:
    """One DKIM-Signature field; `void` says why it proves nothing whatever the key."""

    field: Field
    tags: dict[str, str] = default(default_factory=dict)
    # values with folding white space taken out of `b`, `bh`, `h`
    void: str = ""

    @property
    def domain(self) -> str:
        """d=, lower case; empty where it is no host name."""
        return self._host("d")

    @property
    def record(self) -> str:
        """The name of the key record, lower case, without a last dot; empty where d= or s= is no host name."""
        selector = self._host("s")
        name = f"{selector}._domainkey.{self.domain}"
        return name if selector and self.domain and len(name) <= 253 else ""

    @property
    def signed(self) -> list[str]:
        """Names of the signed fields, lower case, as often as they are named."""
        return [name for name in self.tags.get("h", "").lower().split(":") if name]

    def seconds(self, tag: str) -> int | None:
        """The value of t=, x= or l=; None where it is absent."""
        value = self.tags.get(tag, "")
        return int(value) if _NUMBER.fullmatch(value) else None

    def _host(self, tag: str) -> str:
        value = self.tags.get(tag, "").rstrip(".").lower()
        return value if len(value) <= 253 and _HOST.fullmatch(value) else ""


@dataclass(slots=True)
class Key:
    """A key record; `problem` says why nothing can be verified with it."""

    problem: str = ""
    kind: str = ""
    # `rsa` or `ed25519`
    public: RSAPublicKey | Ed25519PublicKey | None = None
    bits: int = 0
    testing: bool = False
    # t=y: the operator says that it only tries DKIM out
    exact: bool = False
    # t=s: i= may not be of a subdomain


def tags_of(text: str) -> dict[str, str] | None:
    """A tag list by name; None: not of the form, or a name twice (RFC 6376 section 3.2)."""
    tags: dict[str, str] = {}
    specs = text.strip().split(";")
    if not specs[-1].strip():
        specs.pop()
    for spec in specs:
        name, equals, value = spec.partition("=")
        name = name.strip()
        if not equals or _NAME.fullmatch(name) is None or name in tags:
            return None
        tags[name] = value.strip()
    return tags


def signature(one: Field) -> Signature:
    """Read one DKIM-Signature field. Never raises."""
    if len(one.value) > LONGEST_SIGNATURE or _LONG_SPACE.search(one.value):
        return Signature(one, void="it is longer, or spaced wider, than any that programs write")
    line = unfolded(one.value)
    if not line.isascii():
        return Signature(one, void="it holds letters that are not ASCII")
    tags = tags_of(line.decode("ascii"))
    if tags is None:
        return Signature(one, void="it is not a list of tags")
    for name in ("b", "bh", "h"):
        if name in tags:
            tags[name] = _SPACE.sub("", tags[name])
    found = Signature(one, tags)
    found.void = _void(found)
    return found


def _void(one: Signature) -> str:
    """Why a verifier must not use this signature (RFC 6376 section 6.1.1), or nothing."""
    tags = one.tags
    missing = [name for name in ("v", "a", "b", "bh", "d", "h", "s") if not tags.get(name)]
    if missing:
        return f"{missing[0]}= is missing"
    if tags["v"] != "1":
        return "its version is not 1"
    if tags["a"] not in _ALGORITHMS:
        return f"its algorithm {tags['a'][:40]!a} is not known"
    if tags.get("c", "") not in _CANONICAL:
        return "its canonicalisation is not known"
    if not one.record:
        return "its domain or selector is not a host name"
    if tags.get("q", "dns/txt") != "dns/txt":
        return "its key is not kept in the DNS"
    return _void_values(one)


def _void_values(one: Signature) -> str:
    """The same, of the values of single tags."""
    tags = one.tags
    if any(not _BASE64.fullmatch(tags[name]) or len(tags[name]) % 4 for name in ("b", "bh")):
        return "b= or bh= is not Base64"
    if any(name in tags and not _NUMBER.fullmatch(tags[name]) for name in ("l", "t", "x")):
        return "l=, t= or x= is not a number"
    if "from" not in one.signed:
        return "it does not cover From"
    if len(one.signed) > MOST_SIGNED:
        return "it names more fields than any that programs write"
    identity = tags.get("i", "@" + one.domain).rpartition("@")[2].lower()
    if identity != one.domain and not identity.endswith("." + one.domain):
        return "i= is of another domain than d="
    started, ended = one.seconds("t"), one.seconds("x")
    if started is not None and ended is not None and ended < started:
        return "it ends before it begins (x= before t=)"
    if len(_B_TAG.findall(b";" + one.field.value)) != 1:
        return "its own b= cannot be told apart"
    return ""


def key(record: str, wanted: Signature) -> Key:
    """Read a key record for a signature that is not void. Never raises."""
    if len(record) > LONGEST_RECORD or not record.isascii():
        return Key("the key record is not one")
    tags = tags_of(record)
    if tags is None or tags.get("v", "DKIM1") != "DKIM1" or "p" not in tags:
        return Key("the key record cannot be read")
    if not tags["p"]:
        return Key("revoked")
    flags = {flag.strip() for flag in tags.get("t", "").split(":")}
    kind, digest = wanted.tags["a"].split("-")
    if tags.get("k", "rsa") != kind:
        return Key("the key record is for another algorithm")
    if "h" in tags and digest not in {name.strip() for name in tags["h"].split(":")}:
        return Key(f"the key record does not allow {digest}")
    if not {"*", "email"} & {name.strip() for name in tags.get("s", "*").split(":")}:
        return Key("the key record is not for e-mail")
    if "s" in flags and wanted.tags.get("i", "").rpartition("@")[2].lower() not in ("", wanted.domain):
        return Key("the key record forbids subdomains, and i= is of one")
    found = _public(kind, _SPACE.sub("", tags["p"]))
    found.testing = "y" in flags
    return found


def _public(kind: str, text: str) -> Key:
    try:
        data = base64.b64decode(text, validate=True)
        if kind == "ed25519":
            return Key(kind=kind, public=Ed25519PublicKey.from_public_bytes(data), bits=256)
        public = load_der_public_key(data)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return Key("the key cannot be read")
    if not isinstance(public, RSAPublicKey):
        return Key("the key is not an RSA key")
    if public.key_size < SMALLEST_KEY:
        return Key(f"the key has {public.key_size} bits, which anybody can break (RFC 8301)")
    if public.key_size > LARGEST_KEY or public.public_numbers().e > LARGEST_EXPONENT:
        return Key("the key is larger than any in use")
    return Key(kind=kind, public=public, bits=public.key_size)
