"""What an importer is, and what it tells beside its records.

An importer is a module with `NAME`, `VERSION`, `LIMITS`, `claim` and `read`; `formats.IMPORTERS` lists them, most
specific first. It is a pure function of the export's bytes: it prints nothing, asks nothing, reads no clock, opens
no network, and writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from abusekit.containers.container import Container, Member
from abusekit.importers.model import Record


class Importer(Protocol):
    """One format, or one family of formats of the same maker."""

    NAME: str
    """`whatsapp`, as in `--as whatsapp` and in the log."""
    VERSION: int
    """Counts up when the same bytes would give other records."""
    LIMITS: tuple[str, ...]
    """What this kind of export never holds, each one sentence for a person."""

    def claim(self, export: Container) -> Sequence[Member]:
        """The members that this importer reads, known by content, never by name alone; none: not ours.

        Looks at no more than the head of each member. What messages refer to (photos) need not be claimed.
        """

    def read(self, export: Container, members: Sequence[Member], notes: Notes) -> Iterator[Record]:
        """The records in the export's own order. `n`, `uid` and `Attachment.sha256` are left empty.

        Raises InputError only where nothing at all could be read; a fault in the middle is a note (`damaged`) and
        what precedes it is kept. Whatever stands there and is not understood becomes an Event `unparsed`.
        """


@dataclass(slots=True)
class Secret:
    """Something in the export that must not reach a derived copy. Never holds the secret itself."""

    kind: str
    """`token`, `cookie`, `key`, `password`, `owner's phone`, `owner's e-mail`, `IP address`, `location`."""
    where: str
    """Member and place, such as `data/ip-audit.js /0/ipAudit/loginIp`."""


@dataclass(slots=True)
class Notes:
    """What an importer tells beside the records; all of it is shown at import and logged as counts."""

    warnings: list[str] = field(default_factory=list)
    # one sentence each: near a limit, mixed forms, a count that is not the one declared, clock conflicts
    limits: list[str] = field(default_factory=list)
    # what this export leaves out, beyond the importer's LIMITS
    damaged: list[str] = field(default_factory=list)
    # faults: truncated, not decodable; what precedes was kept
    repairs: list[str] = field(default_factory=list)
    # mended in a copy, each with its byte offset
    secrets: list[Secret] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    # in: DNS records that the case holds, name → TXT (DKIM); given by the caller
    key_sources: dict[str, str] = field(default_factory=dict)
    # in: where each of `keys` comes from, name → `asked of a name server, kept as E0004`; given by the caller
    documents: dict[str, bytes] = field(default_factory=dict)
    # in: further documents that the case holds (DID documents), id → bytes; given by the caller
    mapping: dict[str, str] = field(default_factory=dict)
    # in: the saved column mapping of a generic table, our column → theirs; given by the caller
    owner: str = ""
    # in: the account or name of the person whose export it is, where somebody declared it
    read_members: set[str] = field(default_factory=set)
    # out: members that a record refers to (media); what is neither claimed nor here is reported as not read
    counts: Counter[str] = field(default_factory=Counter)
    # further countable facts: `polls`, `locations`

    def warn(self, text: str) -> None:
        """Each once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def limit(self, text: str) -> None:
        if text not in self.limits:
            self.limits.append(text)

    def secret(self, kind: str, where: str) -> None:
        self.secrets.append(Secret(kind, where))
