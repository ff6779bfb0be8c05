"""Many byte strings that grow at the same time, in one unnamed file.

The answers of a page arrive interleaved, hundreds of them. A file of its own for each larger one would use up
the descriptors of a process, memory for each smaller one would use up memory.
"""

from __future__ import annotations

import tempfile
from bisect import bisect_right
from pathlib import Path
from typing import IO, cast

from abusekit.webarchive.exchange import Spool

IN_MEMORY = 4 << 20
"""Bytes of all strings together; more go to the file."""


class OneFile:
    """The file. It is freed when the last `Part` of it is gone. Not for two threads at once."""

    def __init__(self, folder: Path | None = None) -> None:
        where = str(folder) if folder else None
        made = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=where)  # noqa: SIM115 (lives as long as its parts)
        self.file = cast(IO[bytes], made)
        self.size = 0
        # bytes of all parts

    def append(self, data: bytes) -> int:
        """Where `data` now starts. Raises OSError when the disk is full."""
        start = self.size
        self.file.seek(start)
        self.file.write(data)
        self.size += len(data)
        return start


class Part(Spool):
    """One of the byte strings, to be used as any spool."""

    __slots__ = ("_ends", "_places", "_store")

    def __init__(self, store: OneFile) -> None:
        self._store = store
        self._ends: list[int] = []
        # where each piece ends in this string
        self._places: list[int] = []
        # what is added to a position in this string to find it in the file, for each piece
        self.size = 0

    def write(self, data: bytes) -> None:
        """Appends. Raises OSError when the disk is full."""
        if not data:
            return
        place = self._store.append(data) - self.size
        self.size += len(data)
        if self._places and self._places[-1] == place:
            self._ends[-1] = self.size
        else:
            self._places.append(place)
            self._ends.append(self.size)

    def read(self, start: int, length: int) -> bytes:
        """At most `length` bytes from `start`; fewer only at the end."""
        stop = min(start + length, self.size)
        found = []
        number = bisect_right(self._ends, start)
        while start < stop:
            end = min(stop, self._ends[number])
            self._store.file.seek(start + self._places[number])
            found.append(self._store.file.read(end - start))
            start = end
            number += 1
        return b"".join(found)

    def close(self) -> None:
        """Nothing can be read afterwards; the file is freed with its last part."""
        self._ends, self._places, self.size = [], [], 0
