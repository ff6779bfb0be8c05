"""Containers in containers, and exports that came in several parts."""

from __future__ import annotations

import gzip
import io
import os
from pathlib import Path

import pytest
from tests.containers.raw_zip import Raw, contents, make_zip, opened, usual_tar, usual_zip

from abusekit.containers import source
from abusekit.containers.container import open_container
from abusekit.containers.folder_pack import pack
from abusekit.containers.listing import Listing
from abusekit.containers.source import Source
from abusekit.errors import InputError

INNER = usual_zip({"messages/a.json": b"[1]", "b.txt": b"b"})


def put(folder: Path, name: str, data: bytes) -> tuple[Path, str]:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path, name


def test_a_zip_in_a_zip_follows_its_file(tmp_path: Path) -> None:
    outer = usual_zip({"first": b"1", "x/Inner.ZIP": INNER, "last": b"2"})
    with opened(tmp_path, outer) as export:
        assert contents(export) == {
            "first": b"1",
            "x/Inner.ZIP": INNER,
            "x/Inner.ZIP!/messages/a.json": b"[1]",
            "x/Inner.ZIP!/b.txt": b"b",
            "last": b"2",
        }
        assert list(contents(export))[2] == "x/Inner.ZIP!/messages/a.json"
        assert not export.problems
        found = export.get("x/Inner.ZIP!/b.txt")
        assert found and found.name == "b.txt"
    assert os.listdir(tmp_path) == ["export"]  # the spool leaves nothing behind


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("in.tar", usual_tar({"a": b"a", "b": b"b"})),
        ("in.tar.gz", gzip.compress(usual_tar({"a": b"a", "b": b"b"}))),
        ("in.tgz", gzip.compress(usual_tar({"a": b"a", "b": b"b"}))),
        ("in.zip", usual_zip({"a": b"a", "b": b"b"})),
    ],
)
def test_each_container_in_each_other(tmp_path: Path, name: str, data: bytes) -> None:
    told = {name: data, f"{name}!/a": b"a", f"{name}!/b": b"b"}
    files = {name: data}
    for outer in (usual_zip(files), usual_tar(files), gzip.compress(usual_tar(files))):
        with opened(tmp_path, outer) as export:
            assert contents(export) == told
    put(tmp_path / "folder", name, data)
    with open_container([(tmp_path / "folder", "folder")], spool=tmp_path) as export:
        assert contents(export) == told
    out = io.BytesIO()
    pack(tmp_path / "folder", out, refused=[])
    with opened(tmp_path, out.getvalue(), "folder.tar") as export:
        assert contents(export) == told


def test_documents_that_are_zips_stay_documents(tmp_path: Path) -> None:
    with opened(tmp_path, usual_zip({"letter.docx": INNER, "notes.zip": b"no zip at all"})) as export:
        assert list(contents(export)) == ["letter.docx", "notes.zip"]
        assert not export.problems


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        (INNER[:-30], "has no end"),
        (make_zip(Raw(b"a", b"x", flags=1)), "is encrypted"),
        (b"PK\3\4" + bytes(50), "has no end"),
    ],
)
def test_an_inner_one_that_cannot_be_opened_is_a_problem(tmp_path: Path, inner: bytes, why: str) -> None:
    with opened(tmp_path, usual_zip({"in.zip": inner, "good": b"1"})) as export:
        assert contents(export) == {"in.zip": inner, "good": b"1"}
        assert len(export.problems) == 1 and why in export.problems[0] and "in.zip" in export.problems[0]


def test_an_inner_one_that_is_damaged_on_the_way_is_a_problem(tmp_path: Path) -> None:
    outer = make_zip(Raw(b"in.zip", INNER, crc=1), Raw(b"good"))
    with opened(tmp_path, outer) as export:
        assert [member.path for member in export.members] == ["in.zip", "good"]
        assert len(export.problems) == 1 and "check sum" in export.problems[0]


def test_a_name_that_looks_like_a_nested_one_stays_apart(tmp_path: Path) -> None:
    with opened(tmp_path, usual_zip({"in.zip!/b.txt": b"forged", "in.zip": INNER})) as export:
        assert contents(export)["in.zip!/b.txt"] == b"forged"
        assert contents(export)["in.zip!/b.txt#2"] == b"b"
        assert any("more than once" in problem for problem in export.problems)


def test_parts_are_one_export(tmp_path: Path) -> None:
    parts = [
        put(tmp_path, "facebook-1.zip", usual_zip({"messages/inbox/a.json": b"1", "index.html": b"one"})),
        put(tmp_path, "facebook-2.zip", usual_zip({"photos/p.jpg": b"2", "index.html": b"two"})),
        put(tmp_path, "facebook-3.zip", usual_zip({"index.html": b"three", "x.zip": INNER})),
        put(tmp_path, "note.txt", b"a note"),
    ]
    with open_container(parts, spool=tmp_path) as export:
        assert export.name == "facebook-1.zip"
        assert contents(export) == {
            "messages/inbox/a.json": b"1",
            "index.html": b"one",
            "photos/p.jpg": b"2",
            "part-2!/index.html": b"two",
            "part-3!/index.html": b"three",
            "x.zip": INNER,
            "x.zip!/messages/a.json": b"[1]",
            "x.zip!/b.txt": b"b",
            "note.txt": b"a note",
        }
        assert sum("is in several parts" in problem for problem in export.problems) == 2


def test_the_same_file_twice_and_a_nested_one_in_both(tmp_path: Path) -> None:
    part = put(tmp_path, "a.zip", make_zip(Raw(b"in.zip", INNER), Raw(b"x", b"1"), Raw(b"x", b"2")))
    with open_container([part, part], spool=tmp_path) as export:
        assert list(contents(export)) == [
            "in.zip", "in.zip!/messages/a.json", "in.zip!/b.txt", "x", "x#2",
            "part-2!/in.zip", "part-2!/in.zip!/messages/a.json", "part-2!/in.zip!/b.txt", "part-2!/x", "part-2!/x#2",
        ]  # fmt: skip


def test_one_broken_part_is_a_problem_all_are_a_fault(tmp_path: Path) -> None:
    good = put(tmp_path, "a.zip", INNER)
    bad = put(tmp_path, "b.zip", INNER[:-40])
    with open_container([bad, good]) as export:
        assert len(export.members) == 2
        assert len(export.problems) == 1 and export.problems[0].startswith(
            "part 1: the zip 'b.zip' has no end"
        )
    with pytest.raises(InputError, match="part 2"):
        open_container([bad, bad])


def test_nothing_stays_open_after_a_fault(tmp_path: Path) -> None:
    bad = put(tmp_path, "b.zip", usual_zip({"__MACOSX/x.zip": INNER}))
    held = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        with pytest.raises(InputError):
            open_container([bad], spool=tmp_path)
    assert len(os.listdir("/proc/self/fd")) == held


def test_no_room_for_the_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(InputError, match="No space left") as caught:
        opened(tmp_path, gzip.compress(b"x" * 1000), "a.gz")
    assert "room" in caught.value.hint
    with opened(tmp_path, usual_zip({"in.zip": INNER})) as export:
        assert [member.path for member in export.members] == ["in.zip"]
        assert "No space left" in export.problems[0]
    with pytest.raises(InputError, match="cannot be unpacked"):
        open_container([put(tmp_path, "b.gz", gzip.compress(b""))], spool=tmp_path / "absent")


def test_what_failed_on_the_way_takes_no_room_in_the_spool(tmp_path: Path) -> None:
    listing = Listing(tmp_path)
    outer = make_zip(Raw(b"in.zip", INNER * 9, crc=1), Raw(b"good", b"good"))
    with opened(tmp_path, outer) as export:
        bad, good = export.members
        for _ in range(2):
            with pytest.raises(InputError), bad.open() as stream:
                listing.spool(stream, "bad")
            assert listing.begin("next").base == 0
        with good.open() as stream:
            kept = listing.spool(stream, "good")
        assert listing.begin("next").base == 4
        assert kept.stream().read() == b"good"
    for close in listing.closers:
        close()


def test_spool_and_windows_read_their_own_stretch(tmp_path: Path) -> None:
    path, name = put(tmp_path, "a", b"0123456789")
    whole = Source.opened(path, name)
    inner = whole.part("in", 2, 5).part("in in", 1, 3)
    with inner.stream() as stream:
        assert stream.read() == b"345"
        assert stream.seek(1) == 1 and stream.read() == b"45"
    cut = whole.part("cut", 8, 5)
    assert cut.size == 2 and cut.fault and cut.head() == b"89"
    os.close(whole.fd)
    assert source.PIECE >= 1 << 16
