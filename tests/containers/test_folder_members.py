"""Folders on this machine: what is read, what is refused, and what happens when they change meanwhile."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.containers.raw_zip import contents

from abusekit.containers import folder_members, listing
from abusekit.containers.container import Container, open_container
from abusekit.errors import InputError

FILES = {
    "a.txt": b"a" * 300_000,
    "b/c/photo.jpg": b"photo",
    "b-.txt": b"sorts between",
    "b/Grüße 🤓.txt": b"name",
    "empty": b"",
    "line\nfeed": b"1",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "folder"
    for name, data in FILES.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, ns=(0, 1_709_647_650_123_456_789))
    (place / "no files").mkdir()
    return place


def opened(path: Path) -> Container:
    return open_container([(path, path.name)], spool=path.parent)


def test_all_files_in_the_order_of_their_names(folder: Path) -> None:
    with opened(folder) as export:
        assert contents(export) == FILES
        assert [member.path for member in export.members] == [
            "a.txt", "b/Grüße 🤓.txt", "b/c/photo.jpg", "b-.txt", "empty", "line\nfeed"
        ]  # fmt: skip
        utc = datetime(2024, 3, 5, 14, 7, 30, 123456, tzinfo=UTC)
        assert {(member.modified, member.modified_utc) for member in export.members} == {(None, utc)}
        assert not export.problems and export.name == "folder"


def test_a_single_file_can_be_sought_in(folder: Path) -> None:
    with opened(folder / "a.txt") as export:
        assert contents(export) == {"a.txt": FILES["a.txt"]}
        with export.members[0].open() as stream:
            assert stream.seekable() and stream.seek(-5, os.SEEK_END) == 299_995
            assert stream.read() == b"aaaaa" and stream.tell() == 300_000
            assert stream.seek(0) == 0 and stream.read(2) == b"aa"
            with pytest.raises(OSError, match="before the start"):
                stream.seek(-9)


def test_links_pipes_and_sockets_are_refused(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "outside"
    secret.mkdir()
    (secret / "secret.txt").write_bytes(b"secret")
    (folder / "link").symlink_to(secret / "secret.txt")
    (folder / "linked folder").symlink_to(secret)
    (folder / "nowhere").symlink_to("absent")
    (folder / "around").symlink_to(".")
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket must be short
        try:
            server.bind("socket")
        finally:
            os.chdir(here)
        with opened(folder) as export:
            assert contents(export) == FILES
            assert sorted(export.problems) == [
                "'around' is a link, which is not followed",
                "'link' is a link, which is not followed",
                "'linked folder' is a link, which is not followed",
                "'nowhere' is a link, which is not followed",
                "'pipe' is a pipe, a socket or a device",
                "'socket' is a pipe, a socket or a device",
            ]


@pytest.mark.parametrize("kind", ["link", "link to folder", "pipe", "absent", "below a file", "too long"])
def test_what_cannot_be_opened_is_no_export(folder: Path, kind: str) -> None:
    path = folder / ("x" * 300 if kind == "too long" else "a.txt/below" if kind == "below a file" else "new")
    if kind.startswith("link"):
        path.symlink_to(folder / ("a.txt" if kind == "link" else "b"))
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(InputError):
        opened(path)


def test_an_empty_folder_is_no_export(tmp_path: Path) -> None:
    (tmp_path / "empty" / "inner").mkdir(parents=True)
    with pytest.raises(InputError, match="nothing in 'empty' can be read: it is empty"):
        opened(tmp_path / "empty")
    with pytest.raises(InputError, match="no export was given"):
        open_container([])


def test_a_folder_that_may_not_be_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def refusing(place: str) -> object:
        if place.endswith("/b"):
            raise PermissionError(13, "Permission denied", place)
        return real(place)

    monkeypatch.setattr(folder_members.os, "scandir", refusing)
    with opened(folder) as export:
        assert set(contents(export)) == {"a.txt", "b-.txt", "empty", "line\nfeed"}
        assert export.problems == ["'b/' cannot be read: Permission denied"]


def test_a_file_that_may_not_be_read_is_told_by_its_stream(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with opened(folder) as export:
        monkeypatch.setattr("abusekit.containers.source.open_regular", refusing)
        with pytest.raises(InputError, match="Permission denied"):
            export.members[0].read(1 << 20)
        assert export.members[0].head() == b""


def test_names_that_are_no_text(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/broken\xff.txt")).write_bytes(b"1")
    (folder / "broken\\xff.txt").write_bytes(b"2")
    with opened(folder) as export:
        assert sorted(contents(export).items()) == [("broken\\xff.txt", b"2"), ("broken\\xff.txt#2", b"1")]
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/broken\xff.txt"))
    with open_container([(odd, odd.name)]) as export:
        assert export.name.isprintable() and export.name.encode("utf-8")
        assert [member.path for member in export.members] == [export.name]


def test_a_file_that_grows_is_noticed(folder: Path) -> None:
    with opened(folder) as export:
        stream = export.members[0].open()
        assert stream.read(10) == b"a" * 10
        with (folder / "a.txt").open("ab") as out:
            out.write(b"more")
        with pytest.raises(InputError, match="changed while it was read"):
            while stream.read(4096):
                pass
        stream.close()
        with pytest.raises(InputError, match="changed since it was found"):
            export.members[0].open()


def test_a_file_that_shrinks_is_noticed(folder: Path) -> None:
    with opened(folder) as export:
        stream = export.members[0].open()
        os.truncate(folder / "a.txt", 200)
        with pytest.raises(InputError, match="became shorter"):
            while stream.read(4096):
                pass
        stream.close()


def test_a_file_that_is_exchanged_is_noticed(folder: Path) -> None:
    """The same size and time of change, another file; and a link or a pipe in its place."""
    with opened(folder) as export:
        other = folder / "other"
        other.write_bytes(b"b" * 300_000)
        os.utime(other, ns=(0, 1_709_647_650_123_456_789))
        other.replace(folder / "a.txt")
        with pytest.raises(InputError, match="changed since it was found"):
            export.members[0].open()
        for make in (lambda path: path.symlink_to("empty"), os.mkfifo):
            (folder / "a.txt").unlink()
            make(folder / "a.txt")
            with pytest.raises(InputError):
                export.members[0].open()


def test_more_files_than_are_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MEMBERS", 3)
    with opened(folder) as export:
        assert len(export.members) == 3
        assert any("more than 3 members" in problem for problem in export.problems)


def test_few_descriptors_are_held(folder: Path) -> None:
    for number in range(300):
        (folder / f"{number}.zip").write_bytes(b"PK\5\6" + bytes(18))
    held = len(os.listdir("/proc/self/fd"))
    with opened(folder) as export:
        assert len(export.members) == 306
        for member in export.members:
            member.head()
        assert len(os.listdir("/proc/self/fd")) - held < 5
    assert len(os.listdir("/proc/self/fd")) == held


def test_samples_as_a_folder(shared_data: Path) -> None:
    root = shared_data / "exports"
    with opened(root) as export:
        found = {member.path: member.size for member in export.members if "!/" not in member.path}
    told = {str(path.relative_to(root)): path.stat().st_size for path in root.rglob("*") if path.is_file()}
    assert found == told and len(told) > 100
