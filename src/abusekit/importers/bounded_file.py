"""A file that gives up on a reader which asks for too much: the guard against files built to keep one busy.

A directory of 65,535 tags, each of which claims the whole file, costs minutes and gigabytes without it.
"""

from __future__ import annotations

from typing import BinaryIO


class WorkLimitError(Exception):
    """The reader asked for more of the file than it was allowed."""


class BoundedFile:
    """Read, seek and tell over `handle`, for at most `reads` reads of together `max_bytes` bytes.

    Not a whole file object: what exifread and Pillow use of one. `read` raises WorkLimitError past a bound,
    also where a single read asks for more; it never takes more than that into memory.
    """

    def __init__(self, handle: BinaryIO, reads: int, max_bytes: int) -> None:
        self._handle = handle
        self._reads = reads
        self._bytes = max_bytes

    def read(self, size: int | None = -1) -> bytes:
        self._reads -= 1
        most = self._bytes + 1
        data = self._handle.read(most if size is None or size < 0 else min(size, most))
        self._bytes -= len(data)
        if self._bytes < 0 or self._reads < 0:
            raise WorkLimitError
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._handle.seek(offset, whence)

    def tell(self) -> int:
        return self._handle.tell()
