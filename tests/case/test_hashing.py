"""Digests: the same as sha256sum's, for every size around the limits of the reader, or an error."""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import subprocess
import threading
import time
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from abusekit.case import hashing
from abusekit.case.hashing import (
    BATCH,
    LARGE,
    QUICK,
    SMALL,
    Digest,
    HashingWriter,
    digest_descriptor,
    digest_file,
    in_batches,
    map_files,
)
from abusekit.errors import InputError


@pytest.mark.parametrize("size", [0, 1, SMALL - 1, SMALL, SMALL + 1, 2 * SMALL, LARGE, LARGE + 1])
def test_as_sha256sum(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(size))
    theirs = subprocess.run(["sha256sum", path], capture_output=True, check=True, text=True).stdout[:64]
    assert digest_file(path) == Digest(theirs, size)


def test_writer_hashes_what_passes(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        writer = HashingWriter(out)
        for piece in (b"a", b"", b"bc", memoryview(b"def")):
            writer.write(piece)
        writer.flush()
        assert writer.tell() == 6
    assert (
        writer.digest() == digest_file(tmp_path / "out") == Digest(hashlib.sha256(b"abcdef").hexdigest(), 6)
    )


def test_a_short_write_is_an_error() -> None:
    class Full(io.RawIOBase):
        def write(self, data: object) -> int:
            return 1

    writer = HashingWriter(cast(BinaryIO, Full()))
    with pytest.raises(OSError, match="short write"):
        writer.write(b"abc")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/etc/passwd")])
def test_only_regular_files(tmp_path: Path, make: object) -> None:
    make(tmp_path / "thing")  # type: ignore[operator]
    with pytest.raises((InputError, OSError)):
        digest_file(tmp_path / "thing")


def test_a_link_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    assert digest_file(tmp_path / "link", follow=True).size == 1


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    os.mkfifo(tmp_path / "pipe")
    for _ in range(5):
        with pytest.raises(InputError):
            digest_file(tmp_path / "pipe")
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("size", [10, 3 * SMALL])
@pytest.mark.parametrize("growth", [-1, 1])
def test_a_file_that_is_not_as_long_as_it_said(tmp_path: Path, size: int, growth: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * (size + growth))
    with path.open("rb", buffering=0) as stream:
        assert digest_descriptor(stream.fileno(), size).size != size


def test_a_file_that_grows_for_ever_is_not_read_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * (3 * SMALL))
    os.truncate(path, 1 << 40)
    with path.open("rb", buffering=0) as stream:
        assert digest_descriptor(stream.fileno(), 3 * SMALL).size <= 4 * SMALL


def test_changing_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100)
    real = hashing.digest_descriptor

    def slow(fd: int, size: int) -> Digest:
        found = real(fd, size)
        os.utime(path, (1, 1))
        return found

    monkeypatch.setattr(hashing, "digest_descriptor", slow)
    with pytest.raises(InputError, match="changes while it is read"):
        digest_file(path)


def test_batches_lose_nothing() -> None:
    sizes = [10] * (BATCH + 1) + [LARGE] + [10] * 3 + [LARGE * 2]
    batches = list(in_batches((n, size) for n, size in enumerate(sizes)))
    assert [n for batch, _ in batches for n in batch] == list(range(len(sizes)))
    assert ([BATCH + 1], True) in batches and len(batches) == 5


def test_what_is_worth_a_thread_is_grouped_apart() -> None:
    sizes = [QUICK - 1, QUICK, QUICK, 0, LARGE - 1, LARGE - 1, LARGE - 1, LARGE - 1, LARGE - 1, LARGE - 1]
    assert list(in_batches(enumerate(sizes))) == [
        ([0], False),
        ([1, 2], True),
        ([3], False),
        ([4, 5], True),
        ([6, 7], True),
        ([8, 9], True),
    ]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_come_in_order_whatever_the_threads_do(jobs: int) -> None:
    things = [(n, LARGE if n % 7 == 0 else 1) for n in range(600)]
    assert list(map_files(things, lambda n: n * 2, jobs=jobs)) == [n * 2 for n in range(600)]


@pytest.mark.parametrize(("step", "own"), [(0, 20), (BATCH, 20), (BATCH + 1, 2)])
def test_quick_files_leave_the_caller_s_thread_while_they_come_from_the_disk(step: int, own: int) -> None:
    counted = itertools.count(0, step)
    things = [(n, 1) for n in range(20 * BATCH)]
    done = list(map_files(things, lambda n: (n, threading.get_ident()), fetched=lambda: next(counted)))
    assert [n for n, _ in done] == list(range(20 * BATCH))
    assert [thread for _, thread in done].count(threading.get_ident()) == own * BATCH


def test_who_stops_half_way_does_not_wait_for_the_rest() -> None:
    done: list[int] = []

    def slowly(n: int) -> None:
        time.sleep(0.01)
        done.append(n)

    results = map_files([(n, LARGE) for n in range(100)], slowly)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(done) < 50


def test_a_failure_in_any_thread_reaches_the_caller() -> None:
    def fail_at(bad: int) -> None:
        list(map_files([(0, 1), (1, QUICK)], lambda n: 1 // (n - bad)))

    for bad in (0, 1):
        with pytest.raises(ZeroDivisionError):
            fail_at(bad)
