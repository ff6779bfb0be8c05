"""What the custody log says: the facts that one pass over it leaves for all other checks."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from abusekit.integrity.findings import Finding


# Of these two a case may have a hundred thousand: outside of the garbage collector, which need not look
# at what cannot form a cycle.
class Expected(msgspec.Struct, frozen=True, gc=False):
    """A file as the log says it is."""

    sha256: str
    size: int
    n: int
    """The line that says so."""


class LoggedItem(msgspec.Struct, frozen=True, gc=False):
    id: str
    exhibit: str
    kind: str
    outcome: str
    taken: tuple[str, str] | None
    """Who took it in, and when; None where it was entered after a crash, maybe by somebody else."""
    files: tuple[str, ...]
    """Paths inside the case."""


@dataclass(slots=True)
class Asked:
    """A request to a time-stamp authority, as logged."""

    n: int
    """The line of the request."""
    answered: int = -1
    """The line of the verified answer; -1: pending."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The state of the log after N lines."""

    root: str
    head: str
    log_sha256: str
    """Empty where a line is withheld."""
    files: int
    """Number of files that the first N lines name."""


@dataclass(slots=True)
class LogView:
    """What the log says."""

    partial: bool = False
    case: str = ""
    size: int = 0
    root: str = ""
    files: dict[str, Expected] = field(default_factory=dict)
    items: dict[str, LoggedItem] = field(default_factory=dict)
    exhibits: set[str] = field(default_factory=set)
    withdrawn: dict[str, str] = field(default_factory=dict)
    """Item → reason."""
    quarantined: dict[str, str] = field(default_factory=dict)
    """Item → since when, UTC; without those that were released."""
    marks: dict[int, Mark] = field(default_factory=dict)
    """Asked-for N → the state there."""
    withheld: list[int] = field(default_factory=list)
    """Numbers of lines of which only the hash is there."""
    erased: dict[int, int] = field(default_factory=dict)
    """Line → the line in which its erasure is logged."""
    signers: dict[str, str] = field(default_factory=dict)
    """Path of a signature → fingerprint of the key that made it, as logged."""
    asked: dict[tuple[int, str, str], Asked] = field(default_factory=dict)
    """(seal N, list, authority) → the request for a time stamp, in the order of the log."""
    revoked: dict[str, str] = field(default_factory=dict)
    """Fingerprint of a key → since when it no longer counts (UTC), the earliest of several."""
    replaced: dict[str, str] = field(default_factory=dict)
    """Fingerprint of a new key → the one that it replaces."""
    transfers: dict[int, int] = field(default_factory=dict)
    """Number of a hand-over → the line that says so."""
    receipts: dict[int, list[int]] = field(default_factory=dict)
    """Number of a hand-over → the lines that say that it was received."""
    seals: set[int] = field(default_factory=set)
    """N of every seal that is logged."""
    last_seal: int = 0
    """N of the newest seal that is logged."""
    acts_after_seal: int = 0
    """Acts other than sealing behind the lines which that seal covers."""
    broken: bool = False
    """A line broke the form: what stands behind it was not read."""
    torn: str = ""
    """What is wrong with the last line, or empty."""
    findings: list[Finding] = field(default_factory=list)
