"""Whom a verification trusts: keys that somebody vouched for, and time-stamp authorities. Never taken from a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from abusekit.integrity.keys.signers import Signer


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamp authority whose word on time counts here."""

    name: str
    """As in the names of token files: `stamp.NAME.tsr`."""
    roots: bytes
    """Certificates (PEM, one or more) to which its tokens have to chain."""
    pinned: bool = False
    """Named for this check (`--roots`): a token under this name that does not chain to them is wrong, not just of
    another authority that has the same name."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures and times count. It comes from outside the case, always."""

    signers: Sequence[Signer] = ()
    """Keys that somebody vouched for: the user's own store and `--signers`."""
    pinned: Sequence[str] = ()
    """Fingerprints `SHA256:…`, one of which must have signed the newest seal."""
    authorities: Sequence[Authority] = ()
    """Each name once: the package's, the user's, and `--roots`."""
    revoked: Mapping[str, str] = field(default_factory=dict)
    """Fingerprint → since when (UTC, as in the log) the user says that this key counts no more, whoever vouches."""

    def authority(self, name: str) -> Authority | None:
        return next((one for one in self.authorities if one.name == name), None)
