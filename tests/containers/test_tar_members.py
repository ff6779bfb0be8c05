"""Tars of every dialect, packed or not, whole or broken."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.containers.raw_zip import contents, opened, usual_tar
from tests.containers.test_zip_damage import read_all

from abusekit.containers import budget
from abusekit.containers.container import open_container
from abusekit.errors import InputError

FILES = {
    "outbox.json": b"[]" * 700,
    "media_attachments/files/photo.jpg": bytes(range(256)) * 2,
    "empty": b"",
    "long/" + "x" * 90 + "/" + "y" * 200 + ".txt": b"long",
    "Grüße 🤓.txt": b"name",
}
MOMENT = datetime(2024, 3, 5, 14, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize("name", ["export.tar", "no-ending", "export.zip"])
def test_each_dialect_gives_the_bytes(tmp_path: Path, form: int, name: str) -> None:
    with opened(tmp_path, usual_tar(FILES, form=form), name) as export:
        assert contents(export) == FILES
        assert {member.modified_utc for member in export.members} == {MOMENT}
        assert {member.modified for member in export.members} == {None}
        assert not export.problems


def test_old_dialects(tmp_path: Path) -> None:
    """ustar with its prefix, and the header of 1979 without any mark."""
    files = {"p" * 90 + "/" + "n" * 90: b"prefix", "a": b"a"}
    data = usual_tar(files, form=tarfile.USTAR_FORMAT)
    with opened(tmp_path, data) as export:
        assert contents(export) == files
    bare = bytearray(usual_tar({"a.txt": b"old"}, form=tarfile.USTAR_FORMAT))
    bare[257:500] = bytes(243)
    bare[148:156] = b" " * 8
    bare[148:156] = b"%06o\0 " % sum(bare[:512])
    with opened(tmp_path, bytes(bare)) as export:
        assert contents(export) == {"a.txt": b"old"}


@pytest.mark.parametrize("name", ["archive.tar.gz", "archive.tgz", "archive"])
def test_packed_with_gzip(tmp_path: Path, name: str) -> None:
    with opened(tmp_path, gzip.compress(usual_tar(FILES)), name) as export:
        assert contents(export) == FILES
        assert contents(export) == FILES
        assert not export.problems


def test_gzip_of_one_file_and_several_in_a_row(tmp_path: Path) -> None:
    text = b"From me Tue\n" * 100_000
    parts = [text[at : at + 7000] for at in range(0, len(text), 7000)]
    for data in (gzip.compress(text), b"".join(gzip.compress(part) for part in parts) + bytes(100)):
        with opened(tmp_path, data, "mail.mbox.gz") as export:
            assert contents(export) == {"mail.mbox": text}
            assert export.members[0].size == len(text)
            assert not export.problems
    with opened(tmp_path, gzip.compress(text) + b"junk", "mail.mbox.gz") as export:
        assert contents(export) == {"mail.mbox": text}
        assert any("something stands behind the end" in problem for problem in export.problems)


def test_cut_gzip_keeps_what_precedes_and_says_so(tmp_path: Path) -> None:
    text = b"".join(b"line %d\n" % number for number in range(100_000))
    packed = gzip.compress(text)
    for data, how in ((packed[:-5000], "cut short"), (packed[:-8] + bytes(8), "damaged")):
        with opened(tmp_path, data, "mail.mbox.gz") as export:
            member = export.members[0]
            assert member.size > 1000 and any(how in problem for problem in export.problems)
            stream = member.open()
            got = stream.read(len(text))
            assert len(got) == member.size and text.startswith(got)
            with pytest.raises(InputError, match=how):
                stream.read(1)
            stream.close()
            assert text.startswith(member.head(1 << 16))


def test_cut_tar_gz_keeps_the_members_that_precede(tmp_path: Path) -> None:
    noise = random.Random(7)
    files = {f"{number}.txt": noise.randbytes(5000) for number in range(50)}
    packed = gzip.compress(usual_tar(files))
    with opened(tmp_path, packed[: len(packed) // 2], "a.tgz") as export:
        assert 5 < len(export.members) < 50
        *whole, last = export.members
        for member in whole:
            assert member.read(1 << 20) == files[member.path]
        with pytest.raises(InputError, match="cut short"):
            last.read(1 << 20)
        assert last.size == len(files[last.path])
        assert any("cut short" in problem for problem in export.problems)


def test_damaged_tar_gz_says_how_the_last_member_ends(tmp_path: Path) -> None:
    noise = random.Random(7).randbytes(900_000)
    packed = bytearray(gzip.compress(usual_tar({"a": noise})))
    packed[500_000:] = b"\xff" * 200_000
    with opened(tmp_path, bytes(packed), "a.tgz") as export:
        assert noise.startswith(export.members[0].head())
        with pytest.raises(InputError, match="it is damaged"):
            export.members[0].read(1 << 20)


def test_check_sum_of_old_programs_counts_signed_bytes(tmp_path: Path) -> None:
    data = bytearray(usual_tar({"ü": b"old"}, form=tarfile.GNU_FORMAT))
    signed = sum(byte - 256 if byte > 127 else byte for byte in data[:148] + b" " * 8 + data[156:512])
    data[148:156] = b"%06o\0 " % signed
    with opened(tmp_path, bytes(data)) as export:
        assert contents(export) == {"ü": b"old"}
    data[148:156] = b"%06o\0 " % (signed + 1)
    with opened(tmp_path, bytes(data), "x") as export:
        assert contents(export) == {"x": bytes(data)}


def entry(kind: bytes, name: str = "bad", **values: object) -> bytes:
    info = tarfile.TarInfo(name)
    info.type = kind
    for key, value in values.items():
        setattr(info, key, value)
    return info.tobuf(tarfile.PAX_FORMAT)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (entry(tarfile.SYMTYPE, linkname="/etc/passwd"), "is a link"),
        (entry(tarfile.LNKTYPE, linkname="good"), "is a hard link"),
        (entry(tarfile.CHRTYPE), "is a device"),
        (entry(tarfile.BLKTYPE), "is a device"),
        (entry(tarfile.FIFOTYPE), "is a pipe"),
        (entry(tarfile.GNUTYPE_SPARSE), "with holes"),
        (entry(tarfile.REGTYPE, pax_headers={"GNU.sparse.major": "1"}), "with holes"),
        (entry(b"V"), "is of a kind that is not read ('V')"),
        (entry(tarfile.REGTYPE, "/etc/passwd"), "absolute name"),
        (entry(tarfile.REGTYPE, "\\\\server\\share"), "absolute name"),
        (entry(tarfile.REGTYPE, "a/../../b"), "leads out of the folder"),
        (entry(tarfile.DIRTYPE, "../b"), "leads out of the folder"),
        (entry(tarfile.REGTYPE, "x" * 5000), "more than 4096 characters"),
        (entry(tarfile.REGTYPE, pax_headers={"comment": "x" * (2 << 20)}), "more than a MiB"),
    ],
)
def test_refused_with_a_sentence_and_the_rest_goes_on(tmp_path: Path, header: bytes, why: str) -> None:
    with opened(tmp_path, header + usual_tar({"good": b"good"})) as export:
        assert contents(export) == {"good": b"good"}
        assert len(export.problems) == 1 and why in export.problems[0]


def test_folders_are_no_members(tmp_path: Path) -> None:
    header = entry(tarfile.DIRTYPE, "./") + entry(tarfile.DIRTYPE, "a/")
    with opened(tmp_path, header + usual_tar({"./a/good": b"good", "a/good": b"again"})) as export:
        assert contents(export) == {"a/good": b"good", "a/good#2": b"again"}
        assert len(export.problems) == 1 and "more than once" in export.problems[0]


@pytest.mark.parametrize(
    ("stated", "moment"),
    [
        ("1709647650.123456789", datetime(2024, 3, 5, 14, 7, 30, 123456, tzinfo=UTC)),
        ("-1.5", datetime(1969, 12, 31, 23, 59, 58, 500000, tzinfo=UTC)),
        ("1e9", datetime(1970, 1, 1, tzinfo=UTC)),
        ("nan", datetime(1970, 1, 1, tzinfo=UTC)),
        ("999999999999", None),
        ("9" * 5000, datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_of_extended_headers(tmp_path: Path, stated: str, moment: datetime | None) -> None:
    header = entry(tarfile.REGTYPE, "a", pax_headers={"mtime": stated})
    with opened(tmp_path, header + bytes(1024)) as export:
        assert export.members[0].modified_utc == moment


def test_a_header_for_all_members(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", pax_headers={"mtime": "5", "comment": "a commit"}) as archive:
        archive.addfile(tarfile.TarInfo("a"))
    with opened(tmp_path, out.getvalue()) as export:
        assert export.members[0].modified_utc == datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)


def test_headers_without_end_do_not_nest(tmp_path: Path) -> None:
    """tarfile calls itself for each; a thousand are enough for it."""
    header = entry(tarfile.REGTYPE, "a", pax_headers={"comment": "x"})[:1024]
    with opened(tmp_path, header * 100 + usual_tar({"good": b"good"})) as export:
        assert contents(export) == {"good": b"good"} and not export.problems
    with opened(
        tmp_path, usual_tar({"a": b""})[:512] + header * 5000 + usual_tar({"good": b"good"})
    ) as export:
        assert contents(export) == {"a": b""}
        assert any("describes one member over and over" in problem for problem in export.problems)


def test_sizes_that_lie(tmp_path: Path) -> None:
    huge = entry(tarfile.REGTYPE, "huge", size=1 << 60)
    with opened(tmp_path, usual_tar({"good": b"good"})[:1024] + huge + b"rest") as export:
        assert [member.path for member in export.members] == ["good", "huge"]
        assert export.members[1].head() == b"rest"
        with pytest.raises(InputError):
            export.members[1].read(1 << 20)
        stream = export.members[1].open()
        assert stream.read(100) == b"rest"
        with pytest.raises(InputError, match="cut short"):
            stream.read(1)
        stream.close()


def test_damage_in_the_middle_and_something_behind(tmp_path: Path) -> None:
    data = usual_tar({"a": b"a", "b": b"b"})
    with opened(tmp_path, data[:1024] + b"?" * 512 + data[1536:]) as export:
        assert contents(export) == {"a": b"a"}
        assert any("is damaged from byte 1024 on" in problem for problem in export.problems)
    with opened(tmp_path, data + usual_tar({"hidden": b""})) as export:
        assert contents(export) == {"a": b"a", "b": b"b"}
        assert any("something stands behind the end" in problem for problem in export.problems)
    with opened(tmp_path, data[:1024]) as export:
        assert contents(export) == {"a": b"a"}
        assert any("has no end" in problem for problem in export.problems)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    packed=st.booleans(),
    flips=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(1, 255)), min_size=1, max_size=8),
    end=st.integers(0, 1 << 20),
)
def test_flipped_bytes(tmp_path: Path, packed: bool, flips: list[tuple[int, int]], end: int) -> None:
    data = bytearray(usual_tar(FILES)[:9000])
    if packed:
        data = bytearray(gzip.compress(bytes(data)))
    for at, mask in flips:
        data[at % len(data)] ^= mask
    path = tmp_path / "flipped"
    path.write_bytes(data[: max(end % (2 * len(data)), 200)])
    read_all(path, "export.tar")


def test_gzip_of_zeros_stops_at_the_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "SMALL_TOTAL", 1 << 20)
    with pytest.raises(InputError, match="unpacks to far more"):
        opened(tmp_path, gzip.compress(bytes(20 << 20)), "a.gz")


def test_what_is_no_tar_is_a_file(tmp_path: Path) -> None:
    for data in (bytes(10_240), b"x" * 600, b""):
        with opened(tmp_path, data, "export.bin") as export:
            assert contents(export) == {"export.bin": data}


def test_sample(shared_data: Path) -> None:
    path = next((shared_data / "exports" / "mastodon").rglob("*.tar.gz"))
    with tarfile.open(path) as archive, open_container([(path, path.name)]) as export:
        told = {}
        for info in archive.getmembers():
            if info.isfile() and (stream := archive.extractfile(info)):
                told[info.name] = stream.read()
        assert contents(export) == told and len(told) > 2
        assert not export.problems
