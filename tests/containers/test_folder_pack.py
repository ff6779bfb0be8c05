"""A folder becomes one tar in which `open_container` finds the same paths, times and bytes."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import tracemalloc
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.containers.raw_zip import contents

from abusekit.containers import folder_pack
from abusekit.containers.container import open_container
from abusekit.containers.folder_pack import pack
from abusekit.errors import InputError


class WriteOnly:
    """What a hashing writer offers, and no more."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


def packed(folder: Path, refused: list[str] | None = None) -> tuple[bytes, int]:
    out = WriteOnly()
    count = pack(folder, cast(BinaryIO, out), refused=[] if refused is None else refused)
    return bytes(out.data), count


NAMES = [
    "a.txt", "b/c/photo.jpg", "b-.txt", "Grüße 🤓.txt", "x" * 100, "y" * 101, "deep/" * 60 + "file", "line\nfeed",
    "back\\slash", "=", "12 path=x", "e" * 200 + "ü", "...",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "folder"
    for number, name in enumerate(NAMES):
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % number * number * 300)
        os.utime(path, ns=(0, 1_709_647_650_000_000_000 + number * 123_456_789))
    os.utime(place / "a.txt", ns=(0, -1_500_000_000))
    Path(os.fsdecode(os.fsencode(place) + b"/broken\xff.txt")).write_bytes(b"latin")
    return place


def test_same_paths_times_and_bytes(folder: Path, tmp_path: Path) -> None:
    refused: list[str] = []
    data, count = packed(folder, refused)
    assert count == len(NAMES) + 1 and not refused
    assert len(data) % 10_240 == 0
    (tmp_path / "folder.tar").write_bytes(data)
    with (
        open_container([(folder, "folder")]) as there,
        open_container([(tmp_path / "folder.tar", "folder.tar")]) as kept,
    ):
        assert contents(there) == contents(kept)
        assert [member.path for member in there.members] == [member.path for member in kept.members]
        assert [member.modified_utc for member in there.members] == [
            member.modified_utc for member in kept.members
        ]
        assert [member.size for member in there.members] == [member.size for member in kept.members]
        assert not there.problems and not kept.problems
    assert packed(folder) == (data, count)


def test_python_reads_the_same(folder: Path) -> None:
    data, _ = packed(folder)
    with tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8", errors="surrogateescape") as archive:
        found = {}
        for entry in archive.getmembers():
            assert entry.isfile() and entry.mode == 0o644 and (entry.uid, entry.gid) == (0, 0)
            assert (entry.uname, entry.gname) == ("", "")
            stream = archive.extractfile(entry)
            assert stream
            found[os.fsencode(entry.name)] = (stream.read(), round(float(entry.mtime), 3))
    told = {
        os.fsencode(path.relative_to(folder)): (path.read_bytes(), round(path.stat().st_mtime_ns / 1e9, 3))
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == told


def test_tar_of_the_system_reads_the_same(folder: Path, tmp_path: Path) -> None:
    data, _ = packed(folder)
    (tmp_path / "out").mkdir()
    subprocess.run(["tar", "-x", "-C", str(tmp_path / "out")], input=data, check=True)
    told = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    out = tmp_path / "out"
    assert {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()} == told


def test_links_and_pipes_are_left_out_with_a_sentence(folder: Path) -> None:
    (folder / "link").symlink_to("a.txt")
    (folder / "linked").symlink_to("b")
    os.mkfifo(folder / "pipe")
    before = packed(folder)[1]
    refused: list[str] = []
    assert packed(folder, refused)[1] == before == len(NAMES) + 1
    assert refused == [
        "'link' is a link, which is not followed",
        "'linked' is a link, which is not followed",
        "'pipe' is a pipe, a socket or a device",
    ]


def test_no_file_is_no_folder_to_pack(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "absent"):
        with pytest.raises(InputError, match="no file in the folder can be read"):
            packed(place)


@pytest.mark.parametrize("change", ["grows", "shrinks", "is touched"])
def test_a_file_that_changes_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    path = folder / "y" / "large"
    path.parent.mkdir()
    path.write_bytes(bytes(3 << 20))
    real = os.read

    def changing(fd: int, size: int) -> bytes:
        data = real(fd, size)
        if len(data) == 1 << 20:
            if change == "is touched":
                os.utime(path, ns=(0, 5))
            else:
                os.truncate(path, (9 if change == "grows" else 2) << 20)
        return data

    monkeypatch.setattr(folder_pack.os, "read", changing)
    with pytest.raises(InputError, match="changes while it is read"):
        packed(folder)


def test_a_file_that_gives_less_than_its_size_is_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As files of some network disks do, without a sign in size or time."""
    monkeypatch.setattr(folder_pack.os, "read", lambda *_: b"")
    with pytest.raises(InputError, match="changes while it is read"):
        packed(folder)


def test_a_file_exchanged_for_a_pipe_does_not_block(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = folder_pack.walk

    def exchanging(*arguments: object) -> object:
        for name, place, status in real(*arguments):  # type: ignore[arg-type]
            if name == "a.txt":
                Path(place).unlink()
                os.mkfifo(place)
            yield name, place, status

    monkeypatch.setattr(folder_pack, "walk", exchanging)
    with pytest.raises(InputError):
        packed(folder)


def test_too_many_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_pack, "MEMBERS", 3)
    with pytest.raises(InputError, match="more than 3 files"):
        packed(folder)


def test_memory_stays_flat(tmp_path: Path) -> None:
    class Nowhere:
        def write(self, data: bytes) -> int:
            return len(data)

    folder = tmp_path / "many"
    folder.mkdir()
    with (folder / "large").open("wb") as out:
        out.truncate(64 << 20)
    tracemalloc.start()
    pack(folder, cast(BinaryIO, Nowhere()), refused=[])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


@given(st.binary(min_size=1, max_size=600), st.integers(0, 5000))
def test_lengths_of_records_count_themselves(value: bytes, more: int) -> None:
    record = folder_pack._record(b"path", value + b"x" * more)
    assert int(record.split(b" ", 1)[0]) == len(record)
