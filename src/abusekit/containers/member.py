"""One file inside of an export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from abusekit.errors import InputError

HEAD = 65_536
"""Bytes of a member that `head` gives at most."""
_SHORT = 4096
"""Bytes that are read, and kept, where no more are asked for."""


@dataclass(eq=False, slots=True)
class Heads:
    """The room for the heads that the members of a container keep, since each importer asks for them."""

    left: int = 256 << 20

    def keeps(self, count: int) -> bool:
        if count > self.left:
            return False
        self.left -= count
        return True


@dataclass(eq=False, slots=True)
class Member:
    """One file inside of an export. Its name is text from outside."""

    path: str
    # path inside, `/` between folders, `!/` after a container inside of the container; the name as received for a file
    # that is itself the export. Unique in the container. Never used as a path on this machine
    size: int
    # bytes, unpacked, as measured or as the container declares
    modified: datetime | None
    # naive: the DOS time of a zip, in a zone that is not recorded, of even seconds; None: not known
    opener: Callable[[], BinaryIO] = field(repr=False)
    modified_utc: datetime | None = None
    # aware, UTC: what a zip's field 0x5455, a tar or the disk says; None: not known. Whoever packed or copied the
    # file could set it
    _heads: Heads = field(default_factory=Heads, repr=False)
    _head: bytes | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]

    def open(self) -> BinaryIO:
        """The unpacked bytes from the start, buffered; `read`, `readline`, `readinto`; may not be seekable.

        Raises InputError, also while reading: broken, cut short, larger than declared, over the budget, changed.
        The check sum is compared when the end is reached: read until nothing comes. What precedes a fault is given:
        `read(n)` that meets one is short, and the next one raises, or `close` if none follows. Close it.
        """
        return self.opener()

    def head(self, size: int = 4096) -> bytes:
        """The first bytes, at most HEAD; as far as they can be read: where the member is broken, fewer or none."""
        if self._head is not None and (size <= len(self._head) or len(self._head) != _SHORT):
            return self._head[:size]
        first = self._first(_SHORT if size <= _SHORT else HEAD)
        if self._heads.keeps(len(first)):
            self._head = first
        return first[:size]

    def _first(self, missing: int) -> bytes:
        pieces: list[bytes] = []
        try:
            with self.open() as stream:
                while missing > 0 and (piece := stream.read(missing)):
                    pieces.append(piece)
                    missing -= len(piece)
        except InputError:
            pass  # whoever reads all of it is told
        return b"".join(pieces)

    def read(self, most: int) -> bytes:
        """All bytes of a small member. Raises InputError where there are more than `most`, and as `open` does."""
        if self.size > most:
            raise InputError(f"{self.path!a} is larger than {most} bytes")
        with self.open() as stream:
            data = stream.read(self.size + 1)  # read(most) would take that much memory at once
        if len(data) > self.size:
            raise InputError(f"{self.path!a} is larger than it says")
        return data
