"""Streamed SHA-256 (FIPS 180-4) of files, and of bytes while they are written.

A digest proves *unchanged since*, never *true*.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from abusekit.errors import InputError

# One os.read beats a loop for small files, and a task per small file costs more than hashing it.
# hashlib releases the GIL, so that two threads are enough for two cores; the longer the block, the less
# often one waits for the other to hand it back.
SMALL = 256 * 1024
QUICK = 64 * 1024
LARGE = 1024 * 1024
BLOCK = 1024 * 1024
BATCH = 256
AHEAD = 16

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Digest:
    sha256: str
    """64 lower-case hex digits."""
    size: int
    """Length in bytes."""


class HashingWriter:
    """A write-only binary file that hashes what passes; give its `digest()` to the record of the file."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes | bytearray | memoryview) -> int:
        written = self._out.write(data)
        if written != len(data):
            raise OSError(f"short write: {written} of {len(data)} bytes")
        self._hash.update(data)
        self._size += written
        return written

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        self._out.flush()

    def digest(self) -> Digest:
        return Digest(self._hash.hexdigest(), self._size)


def digest_bytes(data: bytes) -> Digest:
    return Digest(hashlib.sha256(data).hexdigest(), len(data))


def digest_descriptor(fd: int, size: int) -> Digest:
    """Digest of an open file from its position to its end; `size` is what fstat said.

    Stops one block after `size`: a file that grows for ever is not read for ever (its size then
    differs, which the caller compares).
    """
    if size <= SMALL:
        data = os.read(fd, size + 1)
        if len(data) == size:
            return Digest(hashlib.sha256(data).hexdigest(), size)
        os.lseek(fd, 0, os.SEEK_SET)
    whole = hashlib.sha256()
    buffer = bytearray(min(BLOCK, size + 1))
    view = memoryview(buffer)
    total = 0
    while total <= size:
        got = os.readv(fd, [buffer])
        if not got:
            break
        whole.update(view[:got])
        total += got
    return Digest(whole.hexdigest(), total)


def open_regular(path: str | Path, *, follow: bool = False) -> tuple[int, os.stat_result]:
    """A descriptor and the status of a regular file; links, devices and pipes are refused.

    O_NONBLOCK so that a pipe put in a file's place cannot hang us. Raises OSError or InputError.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
    if not follow:
        flags |= os.O_NOFOLLOW
    fd = os.open(path, flags)
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)
        raise InputError(f"not a regular file: {path}")
    return fd, status


def read_regular(path: str | Path, most: int, *, follow: bool = False) -> bytes:
    """All of a small file. Raises InputError: it cannot be read, is no regular file, or has more than `most` bytes."""
    try:
        fd, status = open_regular(path, follow=follow)
        with open(fd, "rb") as stream:
            if status.st_size > most:
                raise InputError(f"is too large: {status.st_size} bytes")
            return stream.read(status.st_size)  # read(most) would take that much memory at once
    except OSError as fault:
        raise InputError(f"cannot be read: {fault.strerror}") from fault


def digest_file(path: str | Path, *, follow: bool = False) -> Digest:
    """Digest of a regular file. Raises OSError, and InputError when it changes while it is read."""
    fd, before = open_regular(path, follow=follow)
    try:
        found = digest_descriptor(fd, before.st_size)
        after = os.fstat(fd)
    finally:
        os.close(fd)
    if found.size != before.st_size or changed_between(before, after):
        raise InputError(
            f"the file changes while it is read: {path}", "wait until it is finished, then try again"
        )
    return found


def changed_between(before: os.stat_result, after: os.stat_result) -> bool:
    """Whether a file was written to between two looks at it (size or time of last change)."""
    return (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)


def in_batches(items: Iterable[tuple[T, int]]) -> Iterator[tuple[list[T], bool]]:
    """Group things, in order, and say of each group whether it is worth a thread.

    A large file is a group of its own; of others a MiB or so, at most 256, quick ones apart from the rest.
    """
    batch: list[T] = []
    total = 0
    slow = False
    for item, size in items:
        if batch and (size >= LARGE or total >= LARGE or len(batch) >= BATCH or slow != (size >= QUICK)):
            yield batch, slow
            batch, total = [], 0
        slow = size >= QUICK
        batch.append(item)
        total += size
    if batch:
        yield batch, slow


def blocks_read() -> int:
    """What this thread had to fetch from the disk so far, in blocks of 512 bytes; 0 where nobody counts."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)).ru_inblock


def map_files(
    items: Iterable[tuple[T, int]],
    work: Callable[[T], R],
    *,
    jobs: int = 2,
    fetched: Callable[[], int] = blocks_read,
) -> Iterator[R]:
    """`work` over files in `jobs` threads, results in order; the second of a pair is the file's size.

    Quick files are done in the caller's own thread while they come out of memory: two threads that hand
    the interpreter to each other at every call need half as much time again. Where a group had to be
    `fetched` from the disk, the next 16 go to the threads, which then wait side by side.
    """
    if jobs <= 1:
        yield from map(work, (item for item, _ in items))
        return

    def all_of(batch: list[T]) -> list[R]:
        return [work(item) for item in batch]

    pool = ThreadPoolExecutor(jobs)
    try:
        tasks: list[list[T] | Future[list[R]]] = [
            pool.submit(all_of, batch) if slow else batch for batch, slow in in_batches(items)
        ]
        for place, task in enumerate(tasks, 1):
            if isinstance(task, Future):
                yield from task.result()
                continue
            before = fetched()
            yield from all_of(task)
            if fetched() - before > len(task):
                tasks[place : place + AHEAD] = [
                    pool.submit(all_of, later) if isinstance(later, list) else later
                    for later in tasks[place : place + AHEAD]
                ]
    finally:
        pool.shutdown(cancel_futures=True)  # whoever stops half-way need not wait for the rest
