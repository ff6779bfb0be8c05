"""What was found so far in one export: its members, and in words what was refused."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from abusekit.containers.budget import MEMBERS
from abusekit.containers.member import Heads, Member
from abusekit.containers.names import is_junk
from abusekit.containers.source import PIECE, Source
from abusekit.errors import InputError

SHOWN = 20
"""Members refused for the same reason that are named; of more, the number is said."""

LONG = 300
"""Characters of a name that are shown."""
REMARKS = 500


@dataclass(eq=False, slots=True)
class Listing:
    """Collects the members of all parts of an export; each has a path of its own."""

    folder: Path | None
    # where the spool may be; None: where the system keeps temporary files
    members: list[Member] = field(default_factory=list)
    closers: list[Callable[[], None]] = field(default_factory=list)
    part: int = 1
    # number of the part that is being listed
    full: bool = False
    # there are more members than are taken
    seen: int = 0
    # members looked at, those refused as well
    heads: Heads = field(default_factory=Heads)
    hints: list[str] = field(default_factory=list)
    # what to do about the problems
    _paths: dict[str, int] = field(default_factory=dict)
    # path → part in which it stands first
    _again: Counter[str] = field(default_factory=Counter)
    _refused: dict[str, list[str]] = field(default_factory=dict)
    # reason → members
    _more: Counter[str] = field(default_factory=Counter)
    _remarks: dict[str, None] = field(default_factory=dict)
    # in their order
    _junk: int = 0
    _spool: int = -1
    # its descriptor
    _spooled: int = 0
    # bytes in the spool

    def add(
        self,
        path: str,
        size: int,
        opener: Callable[[], BinaryIO],
        modified: datetime | None = None,
        modified_utc: datetime | None = None,
    ) -> Member | None:
        """Takes a member; None: left out, since it is none of the export's own."""
        if is_junk(path):
            self._junk += 1
            return None
        if path in self._paths:
            path = self._other(path)
        self._paths[path] = self.part
        member = Member(path, size, modified, opener, modified_utc, self.heads)
        self.members.append(member)
        return member

    def room(self) -> bool:
        """Whether one more may be looked at; if not, `full` is set."""
        self.seen += 1
        self.full = self.full or self.seen > MEMBERS
        return not self.full

    def _other(self, path: str) -> str:
        """A path that is free. Both are kept: which of them a program would show depends on the program."""
        first = path
        if self._paths[path] != self.part:
            path = f"part-{self.part}!/{path}"
            self.refuse(
                first, f"is in several parts; that of part {self.part} is shown as part-{self.part}!/…"
            )
        base = path
        while path in self._paths:
            self._again[base] += 1
            path = f"{base}#{self._again[base] + 1}"
        if path != base:
            self.refuse(first, "stands there more than once; the later ones are shown with #2, #3, …")
        return path

    def refuse(self, path: str, why: str, hint: str = "") -> None:
        """One sentence of a member: `why` goes on after its name."""
        named = self._refused.setdefault(why, [])
        if len(named) < SHOWN:
            named.append(path if len(path) <= LONG else path[:LONG] + "…")
        else:
            self._more[why] += 1
        self.advise(hint)

    def remark(self, sentence: str, hint: str = "") -> None:
        """One sentence of a container, or of the whole; each once."""
        if len(self._remarks) < REMARKS:
            self._remarks[sentence] = None
        self.advise(hint)

    def advise(self, hint: str) -> None:
        if hint and hint not in self.hints:
            self.hints.append(hint)

    def problems(self) -> list[str]:
        """All that was refused or is odd, in sentences."""
        told = list(self._remarks)
        if len(told) >= REMARKS:
            told.append("there is more to remark, which is not listed")
        for why, paths in self._refused.items():
            told += [f"{path!a} {why}" for path in paths]
            if self._more[why]:
                told.append(f"{self._more[why]} further members: each {why}")
        if self.full:
            told.append(f"there are more than {MEMBERS} members; what follows them is not read")
        if self._junk:
            told.append(
                f"{self._junk} files that macOS or Windows adds by itself (__MACOSX, .DS_Store, Thumbs.db) are left out"
            )
        return told

    def spool(self, stream: BinaryIO, name: str) -> Source:
        """Keeps what is unpacked, in a file without a name that vanishes with the container.

        Raises InputError as `stream` does, and where there is no room: then nothing of it is kept.
        """
        source = self.begin(name)
        try:
            while piece := stream.read(PIECE):
                self.append(source, piece)
        except InputError:
            self._spooled = source.base
            raise
        return source

    def begin(self, name: str) -> Source:
        """An empty stretch at the end of the spool, to `append` to; one at a time."""
        try:
            if self._spool < 0:
                spool = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 - one of the closers
                self.closers.append(spool.close)
                self._spool = spool.fileno()
        except OSError as fault:
            raise _no_room(name, fault) from fault
        return Source(name, 0, fd=self._spool, base=self._spooled)

    def append(self, source: Source, piece: bytes) -> None:
        rest = memoryview(piece)
        try:
            while rest:
                written = os.pwrite(source.fd, rest, source.base + source.size)
                source.size += written
                rest = rest[written:]
        except OSError as fault:
            raise _no_room(source.name, fault) from fault
        self._spooled = source.base + source.size


def _no_room(name: str, fault: OSError) -> InputError:
    return InputError(
        f"{name!a} cannot be unpacked: {fault.strerror}", "free some room on the disk, then try again"
    )
