"""What the custody log says: the facts that one pass over it leaves for all other checks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import msgspec

from abusekit.case.custody import LOG, PARTIAL_LOG
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
    asked_at: str = ""
    """`at` of the request's line (UTC, our clock); empty where it is withheld."""
    answered_at: str = ""
    """`at` of the answer's line, in the same way."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The state of the log after N lines."""

    root: str
    head: str
    log_sha256: str
    """Over the lines as they stand; empty where one is withheld that no line before N says is erased."""
    files: int
    """Number of files that the first N lines name, without those of which they say that they are removed."""
    withheld: int = 0
    """Number of withheld and erased lines among them."""
    acts: dict[str, int] = field(default_factory=dict)
    """Act → how many of the lines that can be read say that it was done."""


SHOWN, WITHHELD, ERASED = 0, 1, 2
"""What is to be seen of a line: all of it, its hash, or its hash and a line that says why."""


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
    withheld: int = 0
    """Number of lines of which only the hash is there, erased ones among them."""
    hidden: bytearray = field(default_factory=bytearray)
    """Of a partial log, for each line: SHOWN, WITHHELD, or ERASED."""
    erased: dict[int, int] = field(default_factory=dict)
    """Line that is erased → the first line that says so."""
    removed: dict[str, int] = field(default_factory=dict)
    """Path of a file that went with an erased line → the line that says so."""
    acts: Counter[str] = field(default_factory=Counter)
    """Act → number of lines that say that it was done; unknown acts under `other`."""
    signers: dict[str, str] = field(default_factory=dict)
    """Path of a signature → fingerprint of the key that made it, as logged."""
    asked: dict[tuple[int, str, str], Asked] = field(default_factory=dict)
    """(seal N, list, authority) → the request for a time stamp, in the order of the log."""
    revoked: dict[str, str] = field(default_factory=dict)
    """Fingerprint of a key → since when it no longer counts (UTC), the earliest of several."""
    replaced: dict[str, str] = field(default_factory=dict)
    """Fingerprint of a new key → the one that it replaces."""
    added: dict[str, int] = field(default_factory=dict)
    """Fingerprint of a new key → the line that adds it."""
    transfers: dict[int, int] = field(default_factory=dict)
    """Number of a hand-over → the line that says so."""
    handed_by: dict[int, str] = field(default_factory=dict)
    """Number of a hand-over → `by` of that line."""
    receipts: dict[int, list[int]] = field(default_factory=dict)
    """Number of a hand-over → the lines that say that it was received."""
    received: dict[int, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Line of a receipt → how it was received, and the files that the line admits."""
    observed: dict[int, str] = field(default_factory=dict)
    """Line that declares something about an account → the account."""
    seals: set[int] = field(default_factory=set)
    """N of every seal that is logged."""
    last_seal: int = 0
    """N of the newest seal that is logged."""
    acts_after_seal: int = 0
    """Acts other than sealing behind the lines which that seal covers."""
    latest: tuple[str, int] = ("", 0)
    """The latest `at` of all lines, and the line that says so."""
    broken: bool = False
    """A line broke the form: what stands behind it was not read."""
    torn: str = ""
    """What is wrong with the last line, or empty."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the log stands in the case."""
        return PARTIAL_LOG if self.partial else LOG

    @property
    def unexplained(self) -> int:
        """Number of lines that are withheld, and not erased: what makes a partial copy."""
        return self.withheld - len(self.erased)
