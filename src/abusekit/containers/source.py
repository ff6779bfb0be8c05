"""Bytes on disk from which members are cut: a file, a stretch of one, or what was unpacked into the spool.

Everything is read by place (pread), so that many streams share one descriptor and none moves another.
"""

from __future__ import annotations

import io
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from abusekit.case.hashing import changed_between, open_regular
from abusekit.errors import InputError

PIECE = 128 << 10
"""Bytes that are fetched at once."""

WAIT = "wait until nothing writes to it any more, then try again"
AGAIN = "get the file again from where it came"


@dataclass(eq=False, slots=True)
class Source:
    """A stretch of bytes that does not change; where it does, its readers raise InputError."""

    name: str
    # for a person
    size: int
    # bytes
    path: str = ""
    # opened anew by each reader, so that a folder of any size needs few descriptors; empty: `fd` is shared
    fd: int = -1
    base: int = 0
    # byte of the file at which the stretch begins
    before: os.stat_result | None = None
    # the file as it was found; None: our own spool, which nobody else writes to
    fault: str = ""
    # why it ends before its time; said by whoever reads up to its end

    @classmethod
    def opened(cls, path: Path, name: str) -> Source:
        """A regular file, held open: close `fd`. Raises InputError: absent, no regular file, a link."""
        try:
            fd, status = open_regular(path)
        except OSError as fault:
            why = "it is a link" if path.is_symlink() else str(fault.strerror)
            raise InputError(f"{name!a} cannot be read: {why}", "give the file itself") from fault
        return cls(name, status.st_size, fd=fd, before=status)

    def part(self, name: str, start: int, size: int) -> Source:
        """A stretch of this one. It is not checked here that it lies inside."""
        inner = replace(self, name=name, size=size, base=self.base + start, fault="")
        if start + size > self.size:
            inner.size = max(0, self.size - start)
            inner.fault = self.fault or "it is cut short"
        return inner

    def reader(self) -> Reader:
        return Reader(self)

    def head(self, size: int = 512) -> bytes:
        """The first bytes. Raises InputError."""
        reader = self.reader()
        try:
            return reader.at(0, size)
        finally:
            reader.close()

    def stream(self) -> BinaryIO:
        """All of it, from the start; seekable."""
        return Stream(_Plain(self.reader()), self.size)


class Reader:
    """Reads one source by place. Close it."""

    __slots__ = ("_fd", "_own", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self._own = bool(source.path)
        self._fd = self._opened(source) if source.path else source.fd

    @staticmethod
    def _opened(source: Source) -> int:
        try:
            fd, status = open_regular(source.path)
        except OSError as fault:
            raise InputError(f"{source.name!a} cannot be read: {fault.strerror}", WAIT) from fault
        if source.before is None or _is_other(source.before, status):
            os.close(fd)
            raise InputError(f"{source.name!a} was changed since it was found", WAIT)
        return fd

    def at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`; fewer only at the end. Raises InputError."""
        source = self.source
        size = min(size, source.size - offset)
        if size <= 0:
            return b""
        try:
            data = os.pread(self._fd, size, source.base + offset)
        except OSError as fault:
            raise InputError(f"{source.name!a} cannot be read: {fault.strerror}", AGAIN) from fault
        if len(data) < size:
            raise InputError(f"{source.name!a} became shorter while it was read", WAIT)
        return data

    def finish(self) -> None:
        """Raises InputError where the file changed since it was found."""
        before = self.source.before
        if before is not None and _is_other(before, os.fstat(self._fd)):
            raise InputError(f"{self.source.name!a} changed while it was read", WAIT)

    def close(self) -> None:
        if self._own:
            self._own = False
            os.close(self._fd)


def _is_other(before: os.stat_result, after: os.stat_result) -> bool:
    same = (before.st_dev, before.st_ino) == (after.st_dev, after.st_ino)
    return not same or changed_between(before, after) or not stat.S_ISREG(after.st_mode)


class Stream(io.BufferedReader):
    """A buffered stream of which a fault takes nothing away that precedes it.

    `read(n)` that meets a fault gives what it had gathered, and the next one raises; where none follows, `close` does,
    so that no damage goes unseen. `read()` of all raises at once.
    """

    def __init__(self, raw: io.RawIOBase, size: int) -> None:
        super().__init__(raw, max(512, min(PIECE, size + 1)))
        self._pending: InputError | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        self._tell()
        if size is None or size < 0:
            return super().read()
        pieces: list[bytes] = []
        while size > 0:
            try:
                if size < PIECE:
                    self.peek(1)  # read1 does not fill the buffer
                piece = self.read1(size)
            except InputError as fault:
                if not pieces:
                    raise
                self._pending = fault
                break
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        super().close()
        self._tell()

    def _tell(self) -> None:
        if self._pending is not None:
            fault, self._pending = self._pending, None
            raise fault


class _Plain(io.RawIOBase):
    """A source as a stream. At its end it is looked at whether the file is still the one that was found."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader = reader
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._reader.source.size}[whence]
        if start + offset < 0:
            raise OSError(22, "before the start")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, into: Any, /) -> int:
        view = memoryview(into).cast("B")
        data = self._reader.at(self._at, len(view))
        if not data and len(view):
            self._reader.finish()
            if self._reader.source.fault:
                raise InputError(f"{self._reader.source.name!a}: {self._reader.source.fault}", AGAIN)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._reader.close()
        super().close()
