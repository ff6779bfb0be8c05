"""Zips that are broken, or made to do harm: InputError, nothing else, and what precedes the fault is given."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.containers.raw_zip import Raw, contents, deflated, make_zip, opened, usual_zip

from abusekit.containers import budget, listing, member
from abusekit.containers.budget import Budget
from abusekit.containers.container import open_container
from abusekit.errors import InputError

GOOD = Raw(b"good.txt", b"good")
TEXT = b"".join(b"%d: what was said\n" % number for number in range(60_000))


def read_all(path: Path, name: str = "export.zip") -> bool:
    """Opens and reads everything; whether all of it could be read. Nothing but InputError comes out."""
    try:
        export = open_container([(path, name)])
    except InputError as fault:
        assert fault.message
        return False
    whole = True
    with export:
        for one in export.members:
            assert len(one.head()) <= 4096
            try:
                with one.open() as stream:
                    while stream.read(1 << 16):
                        pass
            except InputError as fault:
                assert fault.message and fault.hint
                whole = False
    return whole


def test_cut_anywhere(tmp_path: Path) -> None:
    data = usual_zip({"a.txt": TEXT[:20_000], "b/inner.zip": usual_zip({"c.txt": b"c"}, method=0), "d": b""})
    path = tmp_path / "cut"
    path.write_bytes(data)
    assert read_all(path)
    for end in range(0, len(data), 100):
        path.write_bytes(data[:end])
        if end >= 4:
            with pytest.raises(InputError, match=r"has no end|cannot be read"):
                open_container([(path, "export.zip")])


SOME = usual_zip({"a.txt": TEXT[:3000], "in.zip": usual_zip({"c.txt": b"cc", "d": b""}), "e": b""})
LZMA_AND_BZIP2 = (
    usual_zip({"a": TEXT[:500]}, method=zipfile.ZIP_LZMA),
    usual_zip({"a": TEXT[:500]}, method=12),
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.sampled_from([SOME, *LZMA_AND_BZIP2]),
    flips=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(1, 255)), min_size=1, max_size=8),
    cut=st.integers(0, 40),
)
def test_flipped_bytes(tmp_path: Path, data: bytes, flips: list[tuple[int, int]], cut: int) -> None:
    changed = bytearray(data)
    for at, mask in flips:
        changed[at % len(changed)] ^= mask
    path = tmp_path / "flipped"
    path.write_bytes(changed[: len(changed) - cut])
    read_all(path)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), end=st.binary(max_size=30))
def test_anything_behind_the_signature(tmp_path: Path, data: bytes, end: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(b"PK\3\4" + data + b"PK\1\2" + data + b"PK\5\6" + end)
    read_all(path)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (Raw(b"a", TEXT, size=len(TEXT) - 1), "is larger than it says"),
        (Raw(b"a", TEXT, size=len(TEXT) + 1), "is smaller than it says"),
        (Raw(b"a", TEXT, size=1), "is larger than it says"),
        (Raw(b"a", TEXT, size=0), "is larger than it says"),
        (Raw(b"a", TEXT, size=0xFFFF_FFFE), "is smaller than it says"),
        (Raw(b"a", TEXT, method=0, size=9), "is larger than it says"),
        (Raw(b"a", b"abc", method=0, size=9), "is smaller than it says"),
        (Raw(b"a", TEXT, crc=1), "does not match its check sum"),
        (Raw(b"a", b"", crc=1), "does not match its check sum"),
        (Raw(b"a", TEXT, packed=deflated(TEXT)[:-40]), "is cut short"),
        (Raw(b"a", TEXT, packed=b"\xff" * 90), "is damaged"),
        (Raw(b"a", TEXT, method=9), "packed in a way that is not read (number 9)"),
        (Raw(b"a", TEXT, method=12, packed=b"no bzip2"), "is damaged"),
        (Raw(b"a", TEXT, method=14, packed=b"\0"), "is damaged"),
        (
            Raw(b"a", TEXT, method=14, packed=b"\0\0\5\0\x5d\xff\xff\xff\xff" + bytes(9)),
            "asks for too much memory",
        ),
        (Raw(b"a", TEXT, method=14, packed=b"\0\0\5\0\x5d\0\0\1\0\xff\xff\xff"), ""),
    ],
)
def test_a_member_that_lies_is_said_at_the_latest_at_its_end(tmp_path: Path, bad: Raw, why: str) -> None:
    with opened(tmp_path, make_zip(bad, GOOD)) as export:
        lying, good = export.members
        assert good.read(9) == b"good"
        with pytest.raises(InputError) as caught, lying.open() as stream:
            while stream.read(5000):
                pass
        assert why in caught.value.message and caught.value.hint
        with pytest.raises(InputError), lying.open() as stream:
            stream.read()
        with pytest.raises(InputError):
            lying.read(1 << 30)
        if bad.method in {0, 8} and bad.packed is None:
            said = len(bad.data) if bad.size is None else bad.size
            assert lying.head() == bad.data[: min(4096, said)]


def test_what_precedes_a_fault_is_given(tmp_path: Path) -> None:
    packed = deflated(TEXT)
    with opened(tmp_path, make_zip(Raw(b"a", TEXT, crc=1), Raw(b"b", TEXT, packed=packed[:-100]))) as export:
        for one, most_lost in zip(export.members, (0, 20_000), strict=True):
            stream = one.open()
            got = stream.read(len(TEXT) + 1)  # more than there is: the fault comes in the same call
            assert TEXT.startswith(got) and len(got) >= len(TEXT) - most_lost
            with pytest.raises(InputError):
                stream.read(1)
            stream.close()


def test_a_fault_that_nobody_met_comes_when_the_member_is_closed(tmp_path: Path) -> None:
    with opened(tmp_path, make_zip(Raw(b"a", TEXT, crc=1))) as export:
        with pytest.raises(InputError, match="check sum"), export.members[0].open() as stream:
            assert stream.read(len(TEXT) + 1) == TEXT
        with export.members[0].open() as stream:  # here nobody came to the end
            assert stream.read(100) == TEXT[:100]


def test_lines_and_pieces_of_any_size(tmp_path: Path) -> None:
    with opened(tmp_path, make_zip(Raw(b"a", TEXT), Raw(b"b", TEXT, method=0))) as export:
        for one in export.members:
            with one.open() as stream:
                assert b"".join(stream) == TEXT
            for size in (1, 7, 46, 65_536, 131_072, 131_073, 1 << 20):
                with one.open() as stream:
                    most = 2000 if size < 46 else len(TEXT)
                    got = b""
                    while len(got) < most and (piece := stream.read(size)):
                        assert len(piece) == min(size, len(TEXT) - len(got))
                        got += piece
                    assert TEXT.startswith(got) and len(got) >= most
            with one.open() as stream:
                into = bytearray(1000)
                assert stream.readinto(into) == 1000 and into == TEXT[:1000]  # type: ignore[attr-defined]
                assert stream.readline() == TEXT[1000 : TEXT.index(b"\n", 1000) + 1]
                assert stream.read(0) == b""


def test_two_streams_do_not_move_one_another(tmp_path: Path) -> None:
    with opened(tmp_path, make_zip(Raw(b"a", TEXT), Raw(b"b", TEXT[::-1]))) as export:
        one, two, three = (export.members[number].open() for number in (0, 1, 0))
        assert one.read(200_000) == TEXT[:200_000]
        assert two.read(300_000) == TEXT[::-1][:300_000]
        assert three.read(9) == TEXT[:9]
        assert one.read(200_000) == TEXT[200_000:400_000]
        for stream in (one, two, three):
            stream.close()


@pytest.fixture
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "SMALL_TOTAL", 1 << 20)


@pytest.mark.usefixtures("small_budget")
def test_a_zip_of_zeros_stops_at_the_budget(tmp_path: Path) -> None:
    """1000 : 1; the second member is read until nothing is left."""
    zeros = bytes(600_000)
    with opened(tmp_path, make_zip(Raw(b"a", zeros), Raw(b"b", zeros), GOOD)) as export:
        first, second, good = export.members
        for _ in range(9):  # read again and again it is paid for once
            with first.open() as stream:
                assert len(stream.read()) == 600_000
        with pytest.raises(InputError, match="unpacks to far more") as caught, second.open() as stream:
            while stream.read(4096):
                pass
        assert "'b'" in caught.value.message and "give the folder" in caught.value.hint
        with pytest.raises(InputError, match="unpacks to far more"):
            good.read(9)


def test_budget_by_size() -> None:
    assert Budget.of_file(0).left == 64 << 20
    assert Budget.of_file(10 << 20).left == 2000 << 20
    assert Budget.of_file(50 << 30).left == 58 << 30
    with pytest.raises(InputError):
        Budget(5).take(6)


@pytest.mark.usefixtures("small_budget")
def test_zips_in_zips_share_the_budget(tmp_path: Path) -> None:
    inner = make_zip(*(Raw(b"%d" % number, bytes(300_000)) for number in range(3)))
    outer = make_zip(*(Raw(b"%d.zip" % number, inner) for number in range(3)), GOOD)
    with opened(tmp_path, outer) as export:
        assert len(export.members) == 3 + 9 + 1
        given = 0
        for one in export.members:
            try:
                with one.open() as stream:
                    given += len(stream.read())
            except InputError:
                continue
        assert given <= 1 << 20


def test_zips_in_zips_end_at_the_third(tmp_path: Path) -> None:
    data = make_zip(Raw(b"deepest.txt"))
    for number in range(6):
        data = make_zip(Raw(b"%d.zip" % number, data))
    with opened(tmp_path, data) as export:
        assert [one.path for one in export.members] == ["5.zip", "5.zip!/4.zip", "5.zip!/4.zip!/3.zip"]
        assert len(export.problems) == 1 and "is not opened" in export.problems[0]


def test_a_zip_that_holds_itself(tmp_path: Path) -> None:
    """A quine's directory names a member that is the file again; here by a stored member that begins at byte 0."""
    name = b"r.zip"
    body = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 5000, 5000, len(name), 0) + name
    directory = (
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 5000, 5000, len(name), 0, 0, 0, 0, 0, 0)
        + name
    )
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(directory), len(body), 0)
    with pytest.raises(InputError, match="reaches beyond"):
        opened(tmp_path, body + directory + end)


def test_more_members_than_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MEMBERS", 5)
    with opened(tmp_path, make_zip(*(Raw(b"%d" % number) for number in range(9)))) as export:
        assert len(export.members) == 5
        assert any("more than 5 members" in problem for problem in export.problems)
    with opened(tmp_path, make_zip(*(Raw(b"%d" % number) for number in range(5)))) as export:
        assert len(export.members) == 5 and not export.problems


def test_members_that_are_refused_count_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes of deflated zips can name millions of members of which none is taken."""
    monkeypatch.setattr(listing, "MEMBERS", 50)
    inner = make_zip(*(Raw(b"/%d" % number, b"", offset=0) for number in range(40)))
    with opened(tmp_path, make_zip(*(Raw(b"%d.zip" % number, inner) for number in range(9)))) as export:
        assert len(export.members) == 9
        assert any("more than 50 members" in problem for problem in export.problems)


def test_heads_are_kept_within_limits(tmp_path: Path) -> None:
    with opened(
        tmp_path, make_zip(*(Raw(b"%d" % number, TEXT) for number in range(3)), Raw(b"s", b"short"))
    ) as export:
        first, second, third, short = export.members
        room = first._heads
        assert room is third._heads
        assert first.head(10) == TEXT[:10] and room.left == (256 << 20) - 4096
        assert first.head(4096) == TEXT[:4096] and room.left == (256 << 20) - 4096
        assert first.head(5000) == TEXT[:5000] and first.head(1 << 30) == TEXT[: member.HEAD]
        assert room.left == (256 << 20) - 4096 - member.HEAD
        room.left = 4100
        assert second.head() == TEXT[:4096] and room.left == 4
        assert third.head(9) == TEXT[:9] and third._head is None
        assert short.head(1 << 16) == b"short" and short._head is None


def test_small_members_only_are_read_at_once(tmp_path: Path) -> None:
    with opened(tmp_path, make_zip(Raw(b"a", TEXT))) as export:
        assert export.members[0].read(len(TEXT)) == TEXT
        with pytest.raises(InputError, match="is larger than 99 bytes"):
            export.members[0].read(99)
        assert export.members[0].head(1 << 20) == TEXT[: member.HEAD]


def test_a_zip_that_changes_while_it_is_read(tmp_path: Path) -> None:
    with opened(tmp_path, make_zip(Raw(b"a", TEXT))) as export:
        with (tmp_path / "export").open("ab") as out:
            out.write(b"more")
        with pytest.raises(InputError, match="changed while it was read"):
            contents(export)


def test_check_sum_of_a_stored_member(tmp_path: Path) -> None:
    data = bytearray(make_zip(Raw(b"a", b"abcdef", method=0)))
    data[data.index(b"abcdef")] ^= 1
    with opened(tmp_path, bytes(data)) as export, pytest.raises(InputError, match="check sum"):
        contents(export)
    assert zlib.crc32(b"abcdef") != zlib.crc32(b"`bcdef")
