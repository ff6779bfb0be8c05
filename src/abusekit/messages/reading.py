"""One export, read: who reads what in it, the records with their numbers and identities, and what is to be said of it.

A pure function of the export's bytes, the importers' versions, and the declarations that change a reading.
"""

from __future__ import annotations

import hashlib
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from abusekit.case.hashing import BLOCK
from abusekit.containers.container import Container, Member
from abusekit.errors import AbusekitError, InputError, MissingExtraError
from abusekit.importers.formats import Claim, claims
from abusekit.importers.importer import Notes
from abusekit.importers.media import media_type
from abusekit.importers.model import Account, Attachment, Event, Message, Profile, Record, Time

MOST_LISTED = 1_000
"""Sentences of one kind that a summary keeps; what is more is counted."""


class SecretPlace(msgspec.Struct, frozen=True):
    kind: str
    where: str


class Summary(msgspec.Struct, omit_defaults=True):
    """What is to be said of an export beside its records. Names of people stand in `senders` only."""

    importers: list[str] = []
    """`whatsapp/1`: name and version, in the order of reading."""
    members: int = 0
    read: int = 0
    """Members that an importer read, or that a record refers to."""
    not_read: list[str] = []
    """Paths of the others, the first ones."""
    not_read_count: int = 0
    messages: int = 0
    events: int = 0
    profiles: int = 0
    unparsed: int = 0
    """Places that were not understood; kept as events `unparsed`."""
    deleted: int = 0
    edited: int = 0
    ambiguous: int = 0
    """Messages flagged boundary_ambiguous: where one ends and the next begins cannot be known."""
    without_time: int = 0
    conversations: int = 0
    senders: dict[str, int] = {}
    """As written → number of messages; at most MOST_LISTED."""
    first: str = ""
    """Smallest reading of messages and events, as written (`Time.at`); not of those whose day and month are open."""
    last: str = ""
    zones: dict[str, int] = {}
    """Why the zone is known → number of messages and events."""
    undecided: int = 0
    """Messages and events whose day and month order is not decided."""
    attachments: dict[str, int] = {}
    """State → number."""
    checks: dict[str, int] = {}
    """`DKIM: good` → number."""
    counts: dict[str, int] = {}
    problems: list[str] = []
    """Of the container: members refused."""
    warnings: list[str] = []
    limits: list[str] = []
    damaged: list[str] = []
    repairs: list[str] = []
    missing_extras: list[str] = []
    """What was not read since a part of abusekit is not installed, with the command that installs it."""
    secrets: list[SecretPlace] = []
    secret_count: int = 0

    @property
    def whole(self) -> bool:
        """Whether everything in it was understood."""
        return not (self.faulty or self.missing_extras)

    @property
    def faulty(self) -> bool:
        """Whether something in the export itself was refused or not understood."""
        return bool(self.problems or self.damaged or self.unparsed)


@dataclass(slots=True)
class Given:
    """What a reading may use beside the bytes: nothing that changes what was written."""

    only: str = ""
    # the importer that a person named
    mapping: dict[str, str] = field(default_factory=dict)
    owner: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    # DNS records that the case holds
    key_sources: dict[str, str] = field(default_factory=dict)
    # name → where its record came from, in words
    documents: dict[str, bytes] = field(default_factory=dict)
    # DID documents that the case holds


class Reading:
    """Iterate it once; then `summary` is whole."""

    def __init__(
        self, export: Container, given: Given, *, progress: Callable[[int], None] = lambda _count: None
    ) -> None:
        self.export = export
        self.given = given
        self.claims: list[Claim] = claims(export, only=given.only, told=bool(given.mapping))
        self.summary = Summary(importers=[claim.name for claim in self.claims])
        self._progress = progress
        self._seen: set[int] = set()
        self._repeats: Counter[int] = Counter()
        self._conversations: set[int] = set()
        self._senders: Counter[str] = Counter()
        self._zones: Counter[str] = Counter()
        self._attachments: Counter[str] = Counter()
        self._checks: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._hashed: dict[str, tuple[str, int, str] | None] = {}
        self._used: set[str] = set()

    @property
    def importers(self) -> str:
        return ", ".join(self.summary.importers)

    def __iter__(self) -> Iterator[Record]:
        """Every record, numbered from 1 and with its uid. A fault of one importer is said; the others go on."""
        number = 0
        for claim in self.claims:
            notes = Notes(
                keys=self.given.keys,
                key_sources=self.given.key_sources,
                documents=self.given.documents,
                mapping=self.given.mapping,
                owner=self.given.owner,
            )
            self._used.update(member.path for member in claim.members)
            try:
                for record in claim.importer.read(self.export, claim.members, notes):
                    number += 1
                    record.n = number
                    record.uid = self._uid(record)
                    self._count(record)
                    if not number % 10_000:
                        self._progress(number)
                    yield record
            except MissingExtraError as fault:
                self._say(
                    self.summary.missing_extras, f"{claim.importer.NAME}: {fault.message} ({fault.hint})"
                )
            except AbusekitError as fault:
                hint = f" ({fault.hint})" if fault.hint else ""
                notes.damaged.append(f"{claim.importer.NAME}: {fault.message}{hint}")
            except OSError:  # of the disk of the case
                raise
            # Whatever else an importer raises is a fault of ours: told as one, and the rest of the export, and of the
            # case, goes on. What precedes it was given.
            except Exception as fault:  # noqa: BLE001
                where = traceback.extract_tb(fault.__traceback__)[-1]
                notes.damaged.append(
                    f"{claim.importer.NAME}: a fault of abusekit itself, please report it: "
                    f"{type(fault).__name__} in {Path(where.filename).name}, line {where.lineno}"
                )
            self._note(claim, notes)
        self._finish()

    def _uid(self, record: Record) -> str:
        """SHA-256, the first 32 hex digits: the same message in two exports of one account has the same.

        Over platform, conversation and native id; where there is no native id over author, time as written, text as
        written, and how often just that came before.
        """
        if isinstance(record, Profile):
            account = record.account
            return _digest("profile", account.platform, account.id, account.handle, account.name)
        kind = record.kind if isinstance(record, Event) else "message"
        if record.native_id:
            return _digest(record.platform, record.conversation, kind, "id", record.native_id)
        author = record.author
        text = record.text
        if isinstance(record, Message) and record.text_raw is not None:
            text = record.text_raw
        parts = (
            record.platform,
            record.conversation,
            kind,
            "" if author is None else author.id or author.handle or author.name,
            "" if record.sent is None else record.sent.raw,
            text,
        )
        key = hash(parts)
        if key not in self._seen:
            self._seen.add(key)
            return _digest(*parts, "0")
        self._repeats[key] += 1
        return _digest(*parts, str(self._repeats[key]))

    def _count(self, record: Record) -> None:
        summary = self.summary
        if isinstance(record, Profile):
            summary.profiles += 1
            return
        if isinstance(record, Message):
            self._count_message(record)
        elif record.kind == "unparsed":
            summary.unparsed += 1
        else:
            summary.events += 1
            if record.sent is not None:
                self._time(record.sent)

    def _count_message(self, record: Message) -> None:
        summary = self.summary
        summary.messages += 1
        self._conversations.add(hash((record.platform, record.conversation)))
        if record.author is not None:
            shown = _shown(record.author)
            if shown in self._senders or len(self._senders) < MOST_LISTED:
                self._senders[shown] += 1
        if record.sent is None:
            summary.without_time += 1
        else:
            self._time(record.sent)
        summary.deleted += record.deleted is not None
        summary.edited += record.edited is not None and record.edited.state == "yes"
        summary.ambiguous += any(flag.startswith("boundary_ambiguous") for flag in record.flags)
        for attachment in record.attachments:
            self._attachments[attachment.state] += 1
            if attachment.member:
                self._hash(attachment)
        for check in record.checks:
            self._checks[f"{check.what.split()[0]}: {check.result}"] += 1

    def _time(self, time: Time) -> None:
        summary = self.summary
        self._zones[time.basis] += 1
        if time.order == "undecided":  # none of its readings is the first or last day of anything
            summary.undecided += 1
            return
        summary.first = min(summary.first or time.at, time.at)
        summary.last = max(summary.last, time.at)

    def _hash(self, attachment: Attachment) -> None:
        """Digest, size and type of the attached member, by its content."""
        path = attachment.member
        self._used.add(path)
        if path not in self._hashed:
            member = self.export.get(path)
            self._hashed[path] = None if member is None else self._digest_of(member)
        found = self._hashed[path]
        if found is None:
            attachment.state, attachment.member = "corrupt", path
            return
        attachment.sha256, attachment.size, attachment.media_type = found

    def _digest_of(self, member: Member) -> tuple[str, int, str] | None:
        digest, size, head = hashlib.sha256(), 0, b""
        try:
            with member.open() as stream:
                while block := stream.read(BLOCK):
                    head = head or block[:4096]
                    digest.update(block)
                    size += len(block)
        except InputError as fault:
            self._say(self.summary.damaged, f"{member.path}: {fault.message}")
            return None
        return digest.hexdigest(), size, media_type(head)

    def _note(self, claim: Claim, notes: Notes) -> None:
        summary = self.summary
        self._used.update(notes.read_members)
        for text in (*claim.importer.LIMITS, *notes.limits):
            if text not in summary.limits:
                summary.limits.append(text)
        for texts, kept in (
            (notes.warnings, summary.warnings),
            (notes.damaged, summary.damaged),
            (notes.repairs, summary.repairs),
        ):
            for text in texts:
                self._say(kept, text)
        summary.secret_count += len(notes.secrets)
        room = MOST_LISTED - len(summary.secrets)
        summary.secrets += [SecretPlace(one.kind, one.where) for one in notes.secrets[: max(room, 0)]]
        self._counts.update(notes.counts)

    def _say(self, kept: list[str], text: str) -> None:
        if len(kept) < MOST_LISTED:
            kept.append(text)
        else:
            self._counts["sentences not listed"] += 1

    def _finish(self) -> None:
        summary = self.summary
        for problem in self.export.problems:
            self._say(summary.problems, problem)
        summary.members = len(self.export.members)
        others = [member.path for member in self.export.members if member.path not in self._used]
        summary.not_read_count = len(others)
        summary.not_read = others[:MOST_LISTED]
        summary.read = summary.members - len(others)
        summary.conversations = len(self._conversations)
        summary.senders = dict(self._senders.most_common())
        summary.zones = dict(sorted(self._zones.items()))
        summary.attachments = dict(sorted(self._attachments.items()))
        summary.checks = dict(sorted(self._checks.items()))
        summary.counts = dict(sorted(self._counts.items()))


def _shown(account: Account) -> str:
    return account.name or account.handle or account.id or "(no name)"


def _digest(*parts: str) -> str:
    """Each part with its length in front, so that no two lists of parts give the same bytes."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
