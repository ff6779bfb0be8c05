"""The append-only custody log `custody/log.jsonl`, format `abusekit-log/1`.

A line is the canonical JSON of one act, followed by one line feed. Its *entry hash*
`SHA-256(0x00 || line without line feed)` is at once the link of the chain (`prev` of the next line)
and the leaf hash of the RFC 6962 Merkle tree whose root every seal states.

What the chain shows: order and completeness up to a head that is trusted. What it does not: a log
that was cut back, or written anew as a whole by someone who can write the folder; only a seal, or a
copy held elsewhere, shows that.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import msgspec

from abusekit.case.canonical import JSON, LOG_DEPTH, NotCanonicalError, decode, encode
from abusekit.errors import CaseError, EvidenceError, TornLogError

LOG_FORMAT = "abusekit-log/1"
LOG = "custody/log.jsonl"
PARTIAL_LOG = "custody/log.redacted"
"""The log instead, where lines are withheld or erased: their hashes stand in their place."""
MAX_LINE = 65_536
"""Bytes of one line, its line feed included."""
ZERO_HASH = "0" * 64

_HEX64 = re.compile(rb"[0-9a-f]{64}\Z")
_SALT = re.compile(r"[0-9a-f]{32}\Z")
_VERB = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)+\Z")
_AT = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z\Z", re.ASCII)


def instant_text(at: datetime) -> str:
    """An aware time as RFC 3339 in UTC with six decimals, so that texts sort as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def is_instant(text: JSON) -> bool:
    """Whether a value is a time as `instant_text` writes it, of a day that exists."""
    return type(text) is str and _AT.match(text) is not None and _is_day(text[:10])


def entry_hash(line: bytes) -> bytes:
    """RFC 6962 leaf hash of a line without its line feed."""
    return hashlib.sha256(b"\x00" + line).digest()


class Frontier:
    """The RFC 6962 Merkle tree head over leaf hashes, in O(log n) memory."""

    def __init__(self) -> None:
        self.size = 0
        self._stack: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        stack = self._stack
        self.size = count = self.size + 1
        while not count & 1:
            leaf = hashlib.sha256(b"\x01" + stack.pop() + leaf).digest()
            count >>= 1
        stack.append(leaf)

    def root(self) -> bytes:
        if not self._stack:
            return hashlib.sha256(b"").digest()
        root = self._stack[-1]
        for left in reversed(self._stack[:-1]):
            root = hashlib.sha256(b"\x01" + left + root).digest()
        return root


class Line(msgspec.Struct, frozen=True):
    n: int
    """Line number, from 0."""
    raw: bytes | None
    """The bytes without line feed; None for a withheld line."""
    leaf: bytes
    """The entry hash."""
    entry: dict[str, JSON] | None
    """The act; None for a withheld line."""


class LogFormError(EvidenceError):
    """A line of the log breaks a rule of the format. `n` is its line number, from 0."""

    def __init__(self, n: int, message: str) -> None:
        super().__init__(f"log line {n + 1} (n {n}): {message}", "compare the log with a copy held elsewhere")
        self.n = n


def read_lines(stream: BinaryIO, *, partial: bool = False) -> Iterator[Line]:
    """The lines of a log, each checked in form and against the one before it.

    Checked: length, canonical spelling, the members that every entry has, `n`, and `prev` wherever
    the line before is known. With `partial` (the file `custody/log.redacted`) a line of 64 hex digits
    is a withheld line, given by its entry hash. Raises LogFormError, and TornLogError when the last
    line has no line feed. Not checked: that the log is complete, or who wrote it.
    """
    n = 0
    prev = ZERO_HASH
    while raw := stream.readline(MAX_LINE + 1):
        if len(raw) > MAX_LINE:
            raise LogFormError(n, f"longer than {MAX_LINE} bytes")
        if not raw.endswith(b"\n"):
            raise TornLogError(
                f"the log's last line is incomplete ({len(raw)} bytes after line {n})",
                "run: abusekit recover",
            )
        raw = raw[:-1]
        if partial and _HEX64.match(raw):
            leaf = bytes.fromhex(raw.decode("ascii"))
            yield Line(n, None, leaf, None)
        else:
            entry = _checked(raw, n, prev)
            leaf = hashlib.sha256(b"\x00" + raw).digest()
            yield Line(n, raw, leaf, entry)
        prev = leaf.hex()
        n += 1


def _checked(raw: bytes, n: int, prev: str) -> dict[str, JSON]:
    try:
        entry = decode(raw, depth=LOG_DEPTH)
    except NotCanonicalError as fault:
        raise LogFormError(n, str(fault)) from fault
    if type(entry) is not dict:
        raise LogFormError(n, "not an object")
    said = entry.get("n")
    if said != n or type(said) is not int:
        raise LogFormError(n, f"says that it is number {said!a}, expected {n}")
    if entry.get("prev") != prev:
        raise LogFormError(n, "does not continue the chain: `prev` is not the hash of the line before")
    try:
        at = entry["at"]
        whole = (
            _AT.match(at)
            and _is_day(at[:10])
            and _is_verb(entry["do"])
            and _SALT.match(entry["salt"])
            and type(entry["by"]) is str
        )
    except (KeyError, TypeError):
        whole = False
    if not whole:
        raise LogFormError(n, "one of at, do, salt, by is absent or malformed")
    return entry


# Days and verbs are few in a log of many lines; a hostile log cannot make what is remembered grow.
@lru_cache(256)
def _is_day(text: str) -> bool:
    """Whether a text of the form `YYYY-MM-DD` is a day: a thirteenth month fits the form."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@lru_cache(256)
def _is_verb(text: str) -> bool:
    return _VERB.match(text) is not None


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to be logged: a verb `noun.verb` and its facts; n, prev, at, salt, by are added."""

    do: str
    facts: dict[str, JSON]


@dataclass(frozen=True, slots=True)
class Tail:
    """What the end of the log says."""

    size: int
    """Bytes of the file."""
    next_n: int
    prev: str
    """Entry hash of the last line, hex; zeros for an empty log."""
    last_at: str
    """`at` of the last line, or empty."""


class CustodyLog:
    """The log of one case. The caller holds the case's lock while it appends."""

    def __init__(self, path: Path, partial: Path | None = None) -> None:
        self._whole = path
        self._partial = partial

    @property
    def path(self) -> Path:
        """The log as it stands now: an erasure puts the partial form in the place of the whole one."""
        partial = self._partial
        if partial is not None and os.path.lexists(partial) and not os.path.lexists(self._whole):
            return partial
        return self._whole

    @property
    def partial(self) -> bool:
        """Whether lines are withheld or erased in it."""
        return self.path == self._partial

    def create(self) -> None:
        """An empty log, durable. Raises FileExistsError."""
        fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
        sync_folder(self.path.parent)

    def tail(self) -> Tail:
        """The state of the log's end, by reading its last line only. Raises TornLogError, CaseError."""
        fd = self._open(os.O_RDONLY)
        try:
            return _tail(fd)
        finally:
            os.close(fd)

    def append(
        self, acts: Iterable[Act], *, by: str, now: datetime, salts: Iterable[str] | None = None
    ) -> list[dict[str, JSON]]:
        """Log the acts in one write and one fsync; gives the entries. All of them, or none.

        `by`: initials of the producer or fingerprint of a key. `now`: aware UTC. `salts` are pinned in
        tests only. Raises TornLogError, CaseError (disk full: the file keeps its old length).
        """
        fd = self._open(os.O_RDWR | os.O_APPEND)
        try:
            tail = _tail(fd)
            lines, entries = next_lines(acts, tail, by=by, now=now, salts=salts)
            if not lines:
                return []
            _write_all(fd, b"".join(lines), tail.size)
        finally:
            os.close(fd)
        return entries

    def _open(self, flags: int) -> int:
        try:
            return os.open(self.path, flags | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError as fault:
            raise CaseError(f"no custody log: {self.path}", "is this a case folder?") from fault
        except OSError as fault:
            raise CaseError(
                f"the custody log cannot be opened: {fault.strerror}", "is the folder read-only?"
            ) from fault


def _tail(fd: int) -> Tail:
    size = os.fstat(fd).st_size
    if size == 0:
        return Tail(0, 0, ZERO_HASH, "")
    start = max(0, size - MAX_LINE - 1)
    block = os.pread(fd, size - start, start)
    if not block.endswith(b"\n"):
        raise TornLogError("the log's last line is incomplete", "run: abusekit recover")
    begin = block.rfind(b"\n", 0, len(block) - 1) + 1
    if begin == 0 and start > 0:
        raise CaseError("the log's last line is too long", "run: abusekit verify")
    raw = block[begin:-1]
    if _HEX64.match(raw):
        raise CaseError("this is a partial copy: nothing can be added to it", "work on the whole case")
    try:
        entry = decode(raw, depth=LOG_DEPTH)
        return Tail(size, entry["n"] + 1, entry_hash(raw).hex(), entry["at"])
    except (NotCanonicalError, KeyError, TypeError) as fault:
        raise CaseError(f"the log's last line is not one of ours: {fault}", "run: abusekit verify") from fault


def next_lines(
    acts: Iterable[Act], tail: Tail, *, by: str, now: datetime, salts: Iterable[str] | None = None
) -> tuple[list[bytes], list[dict[str, JSON]]]:
    """The lines, with their line feeds, and the entries by which a log that ends as `tail` says goes on.

    Raises CaseError: an act does not fit into a line.
    """
    pinned = iter(salts) if salts is not None else None
    n, prev, at = tail.next_n, tail.prev, instant_text(now)
    lines: list[bytes] = []
    entries: list[dict[str, JSON]] = []
    for act in acts:
        salt = next(pinned) if pinned is not None else os.urandom(16).hex()
        entry: dict[str, JSON] = {
            "n": n,
            "prev": prev,
            "at": at,
            "do": act.do,
            "salt": salt,
            "by": by,
            **act.facts,
        }
        if n == tail.next_n and tail.last_at and at < tail.last_at:
            # said in the log itself, so that nobody finds it for us later
            entry["clock_set_back_from"] = tail.last_at
        line = encode(entry, depth=LOG_DEPTH)
        if len(line) >= MAX_LINE:
            raise CaseError(f"one act is too long for the log: {len(line)} bytes", "shorten the reason")
        lines.append(line + b"\n")
        entries.append(entry)
        prev = entry_hash(line).hex()
        n += 1
    return lines, entries


def _write_all(fd: int, data: bytes, old_size: int) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(fd, view) :]
        os.fsync(fd)
    except OSError as fault:
        os.ftruncate(fd, old_size)
        raise CaseError(
            f"the log could not be written: {fault.strerror}; nothing was logged",
            f"free at least {max(len(data), 1 << 20):,} bytes on this disk, then try again",
        ) from fault


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (fsync of the directory)."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@dataclass(frozen=True, slots=True)
class Torn:
    """An incomplete last line that was cut off and kept."""

    offset: int
    size: int
    sha256: str
    kept_as: str
    """Path inside the case."""


def cut_torn_tail(path: Path) -> Torn | None:
    """Save an incomplete last line to `custody/torn-<offset>-<sha256[:16]>.bin` and cut the log to its last LF.

    The caller holds the lock and logs what was done. Gives None where the log is whole.
    """
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        size = os.fstat(fd).st_size
        offset = _last_feed(fd, size)
        if offset == size:
            return None
        torn = b"".join(_blocks(fd, offset, size))
        sha256 = hashlib.sha256(torn).hexdigest()
        kept = path.parent / f"torn-{offset}-{sha256[:16]}.bin"
        _keep(kept, torn)
        os.ftruncate(fd, offset)
        os.fsync(fd)
    finally:
        os.close(fd)
    return Torn(offset, len(torn), sha256, f"{path.parent.name}/{kept.name}")


def _last_feed(fd: int, size: int) -> int:
    """Offset behind the last line feed, 0 where there is none."""
    end = size
    while end > 0:
        start = max(0, end - MAX_LINE)
        found = os.pread(fd, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _blocks(fd: int, start: int, end: int) -> Iterator[bytes]:
    while start < end and (block := os.pread(fd, min(MAX_LINE, end - start), start)):
        yield block
        start += len(block)


def _keep(path: Path, data: bytes) -> None:
    """Durable, and whole or absent: a crash half-way leaves only a `.tmp` that the next try replaces."""
    temporary = path.with_suffix(".tmp")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o400), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    sync_folder(path.parent)
