"""What is found in a zip, what is refused, and what is said about it."""

from __future__ import annotations

import io
import stat
import struct
import time
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.containers.raw_zip import Raw, contents, make_zip, opened, usual_zip

from abusekit.containers.container import open_container
from abusekit.errors import InputError

GOOD = Raw(b"good.txt", b"good")


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_each_way_of_packing_gives_the_bytes(tmp_path: Path, method: int) -> None:
    files = {"z/last.txt": b"", "a.txt": b"hello" * 50_000, "b/photo.jpg": bytes(range(256)) * 900}
    with opened(tmp_path, usual_zip(files, method=method), "no-ending") as export:
        assert contents(export) == files
        assert [member.path for member in export.members] == list(files)
        assert [member.size for member in export.members] == [0, 250_000, 230_400]
        assert not export.problems
        found = export.get("a.txt")
        assert found is export.members[1] and found.name == "a.txt" and found.head(5) == b"hello"
        assert export.get("nothing") is None
        assert [member.path for member in export.ending(".TXT")] == ["z/last.txt", "a.txt"]


def test_zip64_and_sizes_behind_the_data(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        """Not seekable, so that zipfile writes the sizes behind the data."""

        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        with archive.open("large.txt", "w", force_zip64=True) as out:
            out.write(b"x" * 100_000)
        archive.writestr("small.txt", b"y")
    with opened(tmp_path, pipe.data) as export:
        assert contents(export) == {"large.txt": b"x" * 100_000, "small.txt": b"y"}
        assert not export.problems


def test_sizes_of_zip64_in_the_directory(tmp_path: Path) -> None:
    """The directory says 0xFFFFFFFF and gives the sizes in the field 0x0001, the end record stands twice."""
    extra = struct.pack("<HHQQ", 1, 16, 4, 4)
    data = make_zip(Raw(b"a.txt", b"good", method=0, extra=extra))
    at = data.index(b"PK\1\2")
    directory = data[at : data.index(b"PK\5\6")]
    directory = directory[:20] + b"\xff" * 8 + directory[28:]
    local = data[:18] + b"\xff" * 8 + data[26:at]
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(directory), at)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at + len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    with opened(tmp_path, local + directory + record + locator + end) as export:
        assert contents(export) == {"a.txt": b"good"}
        assert not export.problems


@pytest.mark.parametrize(
    ("raw", "flags", "path"),
    [
        (b"plain.txt", 0, "plain.txt"),
        ("Grüße 🤓.txt".encode(), 0x800, "Grüße 🤓.txt"),
        ("Grüße 🤓.txt".encode(), 0, "Grüße 🤓.txt"),
        (b"Gr\x81\xe1e.txt", 0, "Grüße.txt"),  # cp437
        (b"broken\xff.txt", 0x800, "broken\\xff.txt"),
        (b"folder\\inner\\a.txt", 0, "folder/inner/a.txt"),
        (b"./folder//a.txt", 0, "folder/a.txt"),
        (b"a..b/..c.txt", 0, "a..b/..c.txt"),
    ],
)
def test_names(tmp_path: Path, raw: bytes, flags: int, path: str) -> None:
    with opened(tmp_path, make_zip(Raw(raw, flags=flags))) as export:
        assert contents(export) == {path: b"hello"}


def test_name_of_the_unicode_field_counts_if_it_belongs_to_the_name(tmp_path: Path) -> None:
    def field(raw: bytes) -> bytes:
        data = b"\1" + struct.pack("<L", zlib.crc32(raw)) + "Фото.jpg".encode()
        return struct.pack("<HH", 0x7075, len(data)) + data

    raw = "Фото.jpg".encode("cp866")
    own, foreign = Raw(raw, extra=field(raw)), Raw(b"\x94.jpg", extra=field(raw))
    with opened(tmp_path, make_zip(own, foreign)) as export:
        assert [member.path for member in export.members] == ["Фото.jpg", "ö.jpg"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (Raw(b"/etc/passwd"), "absolute name"),
        (Raw(b"\\\\server\\share"), "absolute name"),
        (Raw(b"a/../../b"), "leads out of the folder"),
        (Raw(b"a\\..\\b"), "leads out of the folder"),
        (Raw(b".."), "leads out of the folder"),
        (Raw(b"C:\\Windows\\a"), "drive letter"),
        (Raw(b"c:a"), "drive letter"),
        (Raw(b"photo.jpg\0.txt"), "NUL"),
        (Raw(b""), "has no name"),
        (Raw(b"x" * 5000), "more than 4096 characters"),
        (Raw(b"link", b"/etc/passwd", mode=stat.S_IFLNK | 0o777), "is a link"),
        (Raw(b"dev", b"", mode=stat.S_IFCHR | 0o600), "is a device"),
        (Raw(b"pipe", b"", mode=stat.S_IFIFO | 0o600), "is a pipe"),
        (Raw(b"secret.txt", flags=1), "is encrypted: ask for the export without a password, or unpack it"),
        (Raw(b"secret.txt", flags=0x41), "is encrypted"),
        (Raw(b"secret.txt", method=99), "is encrypted"),
        (Raw(b"folder/", b"hidden content"), "is named as a folder, but holds bytes"),
    ],
)
def test_refused_with_a_sentence_and_the_rest_goes_on(tmp_path: Path, bad: Raw, why: str) -> None:
    with opened(tmp_path, make_zip(bad, GOOD)) as export:
        assert contents(export) == {"good.txt": b"good"}
        assert len(export.problems) == 1 and why in export.problems[0]


def test_nothing_but_encrypted_members_is_no_export(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="encrypted") as caught:
        opened(tmp_path, make_zip(Raw(b"a.txt", flags=1)))
    assert "without a password" in caught.value.hint


def test_an_empty_zip_is_no_export(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing in"):
        opened(tmp_path, make_zip())


def test_folders_are_no_members(tmp_path: Path) -> None:
    with opened(tmp_path, make_zip(Raw(b"folder/", b""), Raw(b"folder/a"))) as export:
        assert [member.path for member in export.members] == ["folder/a"]
        assert not export.problems


def test_one_name_twice_keeps_both(tmp_path: Path) -> None:
    data = make_zip(Raw(b"a.txt", b"1"), Raw(b"a.txt", b"2"), Raw(b"a.txt#2", b"3"), Raw(b"a.txt", b"4"))
    with opened(tmp_path, data) as export:
        assert contents(export) == {"a.txt": b"1", "a.txt#2": b"2", "a.txt#2#2": b"3", "a.txt#3": b"4"}
        assert any("more than once" in problem and "'a.txt'" in problem for problem in export.problems)


def test_what_systems_add_is_counted(tmp_path: Path) -> None:
    junk = [Raw(b"__MACOSX/._a.txt"), Raw(b"b/.DS_Store"), Raw(b"Thumbs.db"), Raw(b"__MACOSX.txt", b"mine")]
    with opened(tmp_path, make_zip(GOOD, *junk)) as export:
        assert contents(export) == {"good.txt": b"good", "__MACOSX.txt": b"mine"}
        assert len(export.problems) == 1 and export.problems[0].startswith(
            "3 files that macOS or Windows adds"
        )


def test_time_of_the_packing_clock_and_utc(tmp_path: Path) -> None:
    stamp = struct.pack("<HHBl", 0x5455, 5, 1, 1_709_647_650)
    old = struct.pack("<HHBl", 0x5455, 5, 1, -86_400)
    unset = struct.pack("<HHBl", 0x5455, 5, 2, 5)
    members = [
        Raw(b"both", extra=stamp), Raw(b"dos"), Raw(b"none", date=0, time=0), Raw(b"old", extra=old, time=0xFFFF),
        Raw(b"access only", extra=unset), Raw(b"cut", extra=stamp[:-2]),
    ]  # fmt: skip
    with opened(tmp_path, make_zip(*members)) as export:
        found = {member.path: (member.modified, member.modified_utc) for member in export.members}
    shown = datetime(2024, 3, 5, 14, 7, 30)
    utc = datetime(2024, 3, 5, 14, 7, 30, tzinfo=UTC)
    assert found == {
        "both": (shown, utc), "dos": (shown, None), "none": (None, None),
        "old": (None, datetime(1969, 12, 31, tzinfo=UTC)), "access only": (shown, None), "cut": (shown, None),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lying", "what"),
    [(Raw(b"a.txt", local_name=b"b.txt"), "name"), (Raw(b"a.txt", local_size=99), "size")],
)
def test_directory_counts_where_the_local_header_differs(tmp_path: Path, lying: Raw, what: str) -> None:
    with opened(tmp_path, make_zip(lying, GOOD)) as export:
        assert contents(export) == {"a.txt": b"hello", "good.txt": b"good"}
        assert (
            len(export.problems) == 1
            and f"differently before its data and in the directory ({what})" in (export.problems[0])
        )


def test_members_over_one_another_are_refused(tmp_path: Path) -> None:
    """As in Fifield's zip of 46 MB that unpacks to 4.5 PB: many names of the directory share the same data."""
    members = [Raw(b"one.txt"), Raw(b"two.txt", offset=0), Raw(b"three.txt", offset=0), GOOD]
    with opened(tmp_path, make_zip(*members)) as export:
        assert contents(export) == {"good.txt": b"good"}
        assert sum("shares bytes with another member" in problem for problem in export.problems) == 3


def test_a_member_that_holds_another_is_refused(tmp_path: Path) -> None:
    inner = make_zip(Raw(b"inner.txt"))
    outer = Raw(b"outer.bin", inner, method=0)
    named = Raw(b"inner.txt", offset=30 + len(outer.name))
    with opened(tmp_path, make_zip(outer, named, GOOD)) as export:
        assert contents(export) == {"good.txt": b"good"}
        assert sum("shares bytes" in problem for problem in export.problems) == 2


def test_a_member_that_reaches_into_the_directory_is_refused(tmp_path: Path) -> None:
    data = make_zip(GOOD, Raw(b"a.txt", method=0))
    at = data.rindex(b"PK\1\2")
    with opened(tmp_path, data[: at + 20] + struct.pack("<L", 500) + data[at + 24 :]) as export:
        assert contents(export) == {"good.txt": b"good"}
        assert any("reaches beyond" in problem for problem in export.problems)


def test_bytes_that_no_name_leads_to_are_told(tmp_path: Path) -> None:
    with opened(tmp_path, make_zip(GOOD, Raw(b"b.txt"), between=b"?" * 100)) as export:
        assert any(problem.startswith("200 bytes of the zip") for problem in export.problems)
        assert len(export.members) == 2


def test_bytes_before_and_behind_are_told(tmp_path: Path) -> None:
    good = make_zip(GOOD, Raw(b"b.txt"))
    with opened(tmp_path, b"PK\3\4" + bytes(96) + good) as export:
        assert len(contents(export)) == 2
        assert any("100 bytes stand before the zip" in problem for problem in export.problems)
    with opened(tmp_path, b"#!/bin/sh" + good) as export:
        assert len(contents(export)) == 2
    with opened(tmp_path, good + b"?" * 50) as export:
        assert len(contents(export)) == 2
        assert any("50 bytes stand behind the end" in problem for problem in export.problems)


def test_a_zip_in_the_comment_does_not_stand_in_for_the_zip(tmp_path: Path) -> None:
    """Readers that take the last end record see the other one; then at least what is left out is said."""
    with opened(tmp_path, make_zip(GOOD, comment=b"just words")) as export:
        assert contents(export) == {"good.txt": b"good"}
        assert not export.problems
    with opened(tmp_path, make_zip(GOOD, comment=make_zip(Raw(b"other.txt")))) as export:
        assert [member.path for member in export.members] == ["other.txt"]
        assert any("bytes stand before the zip" in problem for problem in export.problems)


def test_the_end_record_that_fits_the_file_counts(tmp_path: Path) -> None:
    """The comment holds the end record of an empty zip, behind which something stands."""
    with opened(tmp_path, make_zip(GOOD, comment=b"PK\5\6" + bytes(18) + b"more")) as export:
        assert contents(export) == {"good.txt": b"good"}
        assert not export.problems


def test_a_wrong_count_is_told(tmp_path: Path) -> None:
    with opened(tmp_path, make_zip(GOOD, count=7)) as export:
        assert any("says that it has 7 members, and has 1" in problem for problem in export.problems)


def test_a_piece_of_a_split_zip_is_refused(tmp_path: Path) -> None:
    data = make_zip(GOOD)
    at = data.rindex(b"PK\5\6")
    with pytest.raises(InputError, match="one piece of a zip that was split"):
        opened(tmp_path, data[: at + 4] + b"\1\0" + data[at + 6 :])


def test_many_refusals_of_a_kind_are_counted(tmp_path: Path) -> None:
    with opened(tmp_path, make_zip(GOOD, *(Raw(b"../%d" % number) for number in range(500)))) as export:
        assert len(export.problems) == 21
        assert export.problems[-1].startswith("480 further members")


def test_a_name_that_lies_about_the_kind_is_a_file(tmp_path: Path) -> None:
    with opened(tmp_path, b"<html>This link has expired</html>") as export:
        assert contents(export) == {"export.zip": b"<html>This link has expired</html>"}
        assert export.problems == ["'export.zip' is not what its name says: it is read as a file of its own"]


def test_a_hundred_thousand_members(tmp_path: Path) -> None:
    data = usual_zip({f"folder/{number}.txt": b"%d" % number for number in range(100_000)}, method=0)
    (tmp_path / "many.zip").write_bytes(data)
    start = time.process_time()
    with open_container([(tmp_path / "many.zip", "many.zip")]) as export:
        assert time.process_time() - start < 6  # 1 s on the machine where it was written
        assert len(export.members) == 100_000 and not export.problems
        start = time.process_time()
        for number in range(100_000):
            assert export.get(f"folder/{number}.txt") is export.members[number]
        assert time.process_time() - start < 2
        assert export.members[99_999].read(10) == b"99999"


def test_samples(shared_data: Path) -> None:
    """Zips that other programs made: all bytes as zipfile gives them, nothing refused."""
    zips = sorted((shared_data / "exports").rglob("*.zip"))
    assert len(zips) >= 3
    for path in zips:
        with zipfile.ZipFile(path) as archive, open_container([(path, path.name)]) as export:
            told = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
            assert contents(export) == told
            assert not export.problems
