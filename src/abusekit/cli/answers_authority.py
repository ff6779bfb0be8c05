"""What `authority` answers with --json; see `answers.ANSWERS`."""

from __future__ import annotations

import msgspec


class AuthorityRoot(msgspec.Struct):
    """One root certificate of an authority."""

    subject: str
    """As RFC 4514 writes it."""
    sha256: str
    """Digest of the certificate (DER): what people compare."""
    not_after: str
    """UTC, date."""


class AuthorityAnswer(msgspec.Struct):
    """One time-stamp authority, as `authority … --json` answers it."""

    name: str
    url: str
    """Empty: it is trusted, and cannot be asked."""
    source: str
    """`package` or `user`: who vouches for its roots."""
    default: bool
    """Whether `seal` asks it when none is named."""
    note: str
    roots: list[AuthorityRoot]
    path: str
    """The file with its roots, for `openssl ts -verify -CAfile`."""


class AuthorityListAnswer(msgspec.Struct):
    """What `authority list --json` answers."""

    authorities: list[AuthorityAnswer]


class AuthorityRemoved(msgspec.Struct):
    """What `authority remove --json` answers."""

    removed: str


class AuthorityDefaults(msgspec.Struct):
    """What `authority default --json` answers."""

    default: list[str]
    """Names, in the order in which they are asked."""
