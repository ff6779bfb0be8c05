"""Photos: every sample against its table of truth, the time rules one by one, and hostile bytes."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import random
import re
import struct
import sys
import time
import tracemalloc
import zlib
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFile

from abusekit.case.moment import Moment, from_facts, utc_text
from abusekit.errors import InputError
from abusekit.importers.bounded_file import BoundedFile, WorkLimitError
from abusekit.importers.exif import MAX_TEXT, PhotoFacts, read_photo
from abusekit.importers.photo_times import (
    CHANGED,
    DIGITISED,
    GPS_FIX,
    IN_NAME,
    PNG_CREATED,
    TAKEN,
    XMP_TAKEN,
    named_moment,
    png_creation_moment,
)

HEIF = importlib.util.find_spec("pillow_heif") is not None
# exifread finds these two; the others need the extra.
READ_WITHOUT_EXTRA = ("HMD_Nokia_8.3_5G_hdr.heif", "IMG_5195.HEIC")


def check_canonical(value: Any, depth: int = 0) -> None:
    """The subset of JSON that item.json is written in."""
    assert depth <= 8
    if isinstance(value, dict):
        for key, inner in value.items():
            assert re.fullmatch(r"[a-z][a-z0-9_]{0,39}", key), key
            check_canonical(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            check_canonical(inner, depth + 1)
    elif isinstance(value, str):
        value.encode("utf-8")
    else:
        assert value is None or type(value) in (bool, int), value


def read(path: Path, name: str = "") -> PhotoFacts:
    facts = read_photo(path, name)
    check_canonical(facts.facts())
    for entry in facts.facts()["moments"]:
        assert from_facts(json.loads(json.dumps(entry["moment"]))).to_facts() == entry["moment"]
    return facts


def at(facts: PhotoFacts, what: str) -> Moment:
    return dict(facts.moments)[what]


def utc(moment: Moment) -> str:
    assert moment.utc is not None
    return utc_text(moment.utc)


def table(shared_data: Path) -> list[dict[str, str]]:
    lines = (shared_data / "photos" / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    keys = ["file", "repo", "commit", "licence", "type", "taken", "offset", "gps", "remarks"]
    assert [cell.split()[0] for cell in rows[0]] == ["file", "source", *[c.split()[0] for c in rows[0][2:]]]
    return [dict(zip(keys, row, strict=True)) for row in rows[2:] if row[4] != "PEM"]


def check_taken(facts: PhotoFacts, row: dict[str, str]) -> None:
    stated = row["taken"]
    if stated.startswith("0000"):
        assert facts.tags["date_time_original"] == stated
        stated = "–"
    if stated == "–":
        assert not {TAKEN, XMP_TAKEN} & {what for what, _ in facts.moments}
    elif stated.endswith("Z"):
        assert utc(at(facts, XMP_TAKEN)) == stated[:-1].replace(":", "-", 2).replace(" ", "T") + "Z"
    else:
        moment = at(facts, TAKEN)
        assert moment.local is not None
        assert moment.local.strftime("%Y:%m:%d %H:%M:%S") == stated
        if row["offset"] != "–":
            assert (moment.zone, moment.zone_basis) == (row["offset"], "stated")
        else:
            assert moment.zone_basis in ("unknown", "gps")
            assert (moment.zone_basis == "gps") == ("derivable from GPS" in row["remarks"])
    conflict = any("camera clock conflict" in problem for problem in facts.problems)
    assert conflict == ("conflict" in row["remarks"])


def check_gps(facts: PhotoFacts, row: dict[str, str]) -> None:
    place, _, clock = row["gps"].partition(" / ")
    if place in ("–", "0.0, 0.0"):
        assert facts.position is None
    else:
        assert facts.position is not None
        stated = [facts.position.latitude, facts.position.longitude]
        for ours, theirs in zip(stated, place.split(", "), strict=True):
            assert abs(Decimal(ours) - Decimal(theirs)) < Decimal("0.00001")
    assert (GPS_FIX in dict(facts.moments)) == bool(clock)
    if clock:
        fixed = utc(at(facts, GPS_FIX)).rstrip("Z").rstrip("0").rstrip(".")
        assert fixed == clock.rstrip("Z").replace(":", "-", 2).replace(" ", "T").rstrip("0")


def test_every_sample_against_its_row(shared_data: Path) -> None:
    rows = table(shared_data)
    assert len(rows) >= 50
    for row in rows:
        path = shared_data / "photos" / row["file"]
        started = time.monotonic()
        facts = read(path)
        assert time.monotonic() - started < 2
        if row["type"] == "HEIC" and not HEIF:
            assert any("abusekit[heif]" in limit for limit in facts.limits), row
            if path.name not in READ_WITHOUT_EXTRA:
                continue
        try:
            check_taken(facts, row)
            check_gps(facts, row)
        except (AssertionError, KeyError) as fault:
            fault.add_note(str(row))
            raise
        kinds = {"JPEG": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff", "AVIF": "image/avif"}
        if row["type"] in kinds:
            assert facts.media == kinds[row["type"]]
            assert facts.image_format
            assert facts.width
            assert facts.height
            assert facts.problems in ([], [p for p in facts.problems if "conflict" in p]), row


def test_the_readers_agree_where_the_table_says_so(shared_data: Path) -> None:
    for row in table(shared_data):
        if row["remarks"] == "agree" and (HEIF or row["type"] != "HEIC"):
            assert read(shared_data / "photos" / row["file"]).cross_check == "agree", row


def test_remarks_of_the_table(shared_data: Path) -> None:
    photos = shared_data / "photos"
    edited = read(photos / "synthetic/camera_edited.jpg")
    assert utc(at(edited, TAKEN)) == "2024-03-05T17:02:11Z"
    assert utc(at(edited, CHANGED)) == "2024-06-01T07:00:00Z"
    assert any("Adobe Photoshop 25.5" in sign for sign in edited.edit_signs)
    assert any("changed after" in sign for sign in edited.edit_signs)

    derived = at(read(photos / "synthetic/camera_no_offset_with_gps_utc.jpg"), TAKEN)
    assert (derived.zone, derived.zone_basis, utc(derived)) == ("+01:00", "gps", "2024-01-18T11:35:41Z")
    assert "0:00:01" in derived.basis

    unset = read(photos / "synthetic/camera_null_island_zero_date.jpg")
    assert unset.moments == []
    assert any("unset" in limit for limit in unset.limits)

    screenshot = read(photos / "synthetic/ios_like_screenshot.png")
    assert screenshot.tags["user_comment"] == "Screenshot"
    texts = read(photos / "synthetic/text_chunks_screenshot.png")
    assert ("Description", "Thread – Example Forum") in texts.png_texts
    assert utc(at(texts, PNG_CREATED)) == "2024-03-05T18:02:11Z"

    messenger = read(photos / "synthetic/IMG-20240305-WA0007.jpg", "IMG-20240305-WA0007.jpg")
    assert [what for what, _ in messenger.moments] == [IN_NAME]
    assert (messenger.width, messenger.height) == (1280, 720)
    for turned, word in (("landscape_3", "180"), ("landscape_6", "90 CW"), ("portrait_8", "90 CCW")):
        assert word in read(photos / f"jpg/orientation/{turned}.jpg").tags["orientation"]
    broken = read(photos / "pillow_heif/heif_corrupted/corrupted.heic")
    assert any("EOFError" in problem for problem in broken.problems)
    assert read(photos / "pillow_heif/heif_corrupted/empty.heic").moments == []


@pytest.fixture
def photo(tmp_path: Path) -> Callable[..., PhotoFacts]:
    """Write a JPEG with the given Exif tags by Pillow, and read it."""

    def make(
        exif: dict[int, Any], gps: dict[int, Any] | None = None, main: dict[int, Any] | None = None
    ) -> PhotoFacts:
        tags = Image.Exif()
        tags.update(main or {})
        tags.get_ifd(0x8769).update(exif)
        tags.get_ifd(0x8825).update(gps or {})
        path = tmp_path / "photo.jpg"
        Image.new("RGB", (8, 6)).save(path, exif=tags)
        return read(path)

    return make


ORIGINAL, OFFSET_ORIGINAL, OFFSET, SUBSEC = 0x9003, 0x9011, 0x9010, 0x9291


def fix(day: str, hours: int, minutes: int, seconds: int) -> dict[int, Any]:
    return {29: day, 7: (hours, minutes, seconds)}


@pytest.mark.parametrize(
    ("local", "gps", "zone"),
    [
        ("2024:01:18 12:35:41", fix("2024:01:18", 11, 35, 40), "+01:00"),
        ("2024:01:18 12:37:40", fix("2024:01:18", 11, 35, 40), "+01:00"),
        ("2024:01:18 12:33:40", fix("2024:01:18", 11, 35, 40), "+01:00"),
        ("2024:01:18 12:37:41", fix("2024:01:18", 11, 35, 40), None),
        ("2024:01:18 12:33:39", fix("2024:01:18", 11, 35, 40), None),
        ("2024:01:18 17:20:40", fix("2024:01:18", 11, 35, 40), "+05:45"),
        ("2024:01:18 12:43:00", fix("2024:01:18", 11, 35, 40), None),
        ("2024:01:19 01:35:40", fix("2024:01:18", 11, 35, 40), "+14:00"),
        ("2024:01:19 01:50:40", fix("2024:01:18", 11, 35, 40), None),
        ("2024:01:17 23:35:40", fix("2024:01:18", 11, 35, 40), "-12:00"),
        ("2024:01:17 23:20:40", fix("2024:01:18", 11, 35, 40), None),
    ],
)
def test_an_offset_from_gps_only_where_a_zone_explains_it(
    photo: Callable[..., PhotoFacts], local: str, gps: dict[int, Any], zone: str | None
) -> None:
    facts = photo({ORIGINAL: local}, gps)
    moment = at(facts, TAKEN)
    assert moment.zone == zone
    assert moment.zone_basis == ("gps" if zone else "unknown")
    assert any("camera clock conflict" in problem for problem in facts.problems) == (zone is None)
    assert facts.cross_check == "agree"


def test_an_offset_belongs_to_its_own_time_only(photo: Callable[..., PhotoFacts]) -> None:
    facts = photo({ORIGINAL: "2024:03:05 18:02:11", OFFSET: "+02:00"}, main={0x0132: "2024:03:05 18:02:11"})
    assert at(facts, TAKEN).utc is None
    assert utc(at(facts, CHANGED)) == "2024-03-05T16:02:11Z"
    assert not any("changed after" in sign for sign in facts.edit_signs)
    both = photo({ORIGINAL: "2024:03:05 18:02:11", OFFSET_ORIGINAL: "+01:00"}, fix("2024:03:05", 18, 2, 11))
    assert at(both, TAKEN).zone == "+01:00"  # stated wins; that the two clocks differ is said
    assert any("camera clock conflict" in problem for problem in both.problems)


def test_digitised_is_told_only_where_it_says_something_new(photo: Callable[..., PhotoFacts]) -> None:
    same = photo({ORIGINAL: "2024:03:05 18:02:11", 0x9004: "2024:03:05 18:02:11"})
    assert DIGITISED not in dict(same.moments)
    scan = photo({ORIGINAL: "1999:03:05 18:02:11", 0x9004: "2024:03:05 18:02:11"})
    assert at(scan, DIGITISED).display("Etc/UTC") == "2024-03-05 18:02:11 (zone not recorded)"


@pytest.mark.parametrize(
    "text",
    [
        *("0000:00:00 00:00:00", "    :  :     :  :  ", "1970:01:01 00:00:00", "1980:01:01 00:00:00"),
        *("1980:01:01 00:03:12", "2024:02:30 10:00:00", "2024:03:05 25:00:00", "9999:99:99 99:99:99"),
        *("yesterday", "05/03/2024 10:00", "0001:01:01 00:00:00", "9999:12:31 23:59:59", "2024:03:05"),
    ],
)
def test_what_is_no_time_never_becomes_a_moment(photo: Callable[..., PhotoFacts], text: str) -> None:
    facts = photo({ORIGINAL: text})
    assert facts.moments == []
    assert text.strip(" :") == "" or any("DateTimeOriginal" in line for line in facts.problems + facts.limits)


@pytest.mark.parametrize("offset", ["+15:00", "-12:30", "+1:00", "GMT", "+01:60", "++1:00", "+01:00:00"])
def test_an_offset_that_is_none_leaves_the_zone_unknown(
    photo: Callable[..., PhotoFacts], offset: str
) -> None:
    facts = photo({ORIGINAL: "2024:03:05 18:02:11", OFFSET_ORIGINAL: offset})
    assert at(facts, TAKEN).utc is None
    assert any("offset_time_original" in problem for problem in facts.problems)


def test_fractions_of_a_second(photo: Callable[..., PhotoFacts]) -> None:
    for digits, precision in (("5", "s"), ("054", "ms"), ("935476", "us"), ("93547612", "us"), ("x", "s")):
        moment = at(photo({ORIGINAL: "2024:03:05 18:02:11", SUBSEC: digits, OFFSET_ORIGINAL: "Z"}), TAKEN)
        assert moment.precision == precision
        assert (moment.utc or moment.earliest).microsecond == int(
            (digits[:6] if digits != "x" else "0").ljust(6, "0")
        )


@pytest.mark.parametrize(
    ("gps", "latitude"),
    [
        ({1: "N", 2: (51, 30, 18), 3: "W", 4: (0, 8, 30)}, "51.505"),
        ({1: "S", 2: (Fraction(1, 3), 0, 0), 3: "E", 4: (0, 0, 0)}, "-0.333333"),
        ({1: "N", 2: (0, 0, 0), 3: "E", 4: (0, 0, 0)}, None),
        ({2: (51, 30, 18), 4: (0, 8, 30)}, None),
        ({1: "N", 2: (91, 0, 0), 3: "W", 4: (0, 8, 30)}, None),
        ({1: "N", 2: (51, 30, 18)}, None),
        ({1: "N", 2: (51, 99, 18), 3: "W", 4: (0, 8, 30)}, None),
    ],
)
def test_positions(photo: Callable[..., PhotoFacts], gps: dict[int, Any], latitude: str | None) -> None:
    facts = photo({}, gps)
    assert (facts.position.latitude if facts.position else None) == latitude


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        ("1980:01:06", (0, 0, 0)),
        ("1970:01:01", (0, 0, 0)),
        ("2024:13:01", (1, 2, 3)),
        ("2024:01:01", (25, 0, 0)),
        ("", (1, 2, 3)),
    ],
)
def test_a_gps_clock_without_a_fix_is_unset(photo: Callable[..., PhotoFacts], day: str, clock: Any) -> None:
    facts = photo({ORIGINAL: "2024:03:05 18:02:11"}, {29: day, 7: clock})
    assert [what for what, _ in facts.moments] == [TAKEN]
    assert at(facts, TAKEN).utc is None


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("IMG-20240305-WA0007.jpg", "2024-03-05"),
        ("Screenshot_20240305-180211_Chrome.png", "2024-03-05"),
        ("WhatsApp Image 2024-03-05 at 18.02.11.jpeg", "2024-03-05"),
        ("PXL_20240305180211123.jpg", "2024-03-05"),
        ("20240305_20240305.jpg", "2024-03-05"),
        ("20240305_to_20240306.jpg", None),
        ("IMG_5195.HEIC", None),
        ("IMG-20241305-WA0007.jpg", None),
        ("07700900123.jpg", None),
        ("", None),
    ],
)
def test_dates_in_names(name: str, day: str | None) -> None:
    moment = named_moment(name)
    assert (moment.display("Europe/London") if moment else None) == (day and f"{day} (zone not recorded)")


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Tue, 05 Mar 2024 18:02:11 +0100", "2024-03-05T17:02:11Z"),
        ("2024-03-05T18:02:11+01:00", "2024-03-05T17:02:11Z"),
        ("Tue, 05 Mar 2024 18:02:11", None),
        ("2024:03:05 18:02:11", None),
        ("Tue, 05 Mar 2024 18:02:11 +9999", ""),
        ("Tue, 99 Mar 2024 18:02:11 GMT", ""),
        ("05/03/2024", ""),
        ("Thu, 01 Jan 1970 00:00:00 GMT", ""),
    ],
)
def test_png_creation_time(text: str, stated: str | None) -> None:
    moment = png_creation_moment(text)
    if stated == "":
        assert moment is None
    else:
        assert moment is not None
        assert (utc_text(moment.utc) if moment.utc else None) == stated


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes, size: tuple[int, int] = (2, 2)) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\x00" * 14))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + b"".join(chunks) + chunk(b"IEND", b"")


def test_png_texts_behind_the_pixels_long_and_hostile(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    bomb = zlib.compress(b"a" * 50_000_000)
    path.write_bytes(
        png(
            chunk(b"tEXt", b"Software\x00late \x1b[31m"),
            chunk(b"zTXt", b"Comment\x00\x00" + bomb),
            chunk(b"iTXt", b"Title\x00\x01\x00en\x00\x00" + zlib.compress("Grüße".encode())),
            chunk(b"iTXt", b"Bad\x00\x01"),
            chunk(b"tEXt", b"no keyword"),
            chunk(b"zTXt", b"Broken\x00\x00notzlib"),
        )
    )
    facts = read(path)
    texts = dict(facts.png_texts)
    assert texts["Software"] == "late \x1b[31m"
    assert texts["Title"] == "Grüße"
    assert texts["Comment"] == "a" * MAX_TEXT
    assert any("cut here" in limit for limit in facts.limits)
    for part in ("'Bad' is cut short", "no keyword", "'Broken' could not", "'Comment' is longer"):
        assert any(part in problem for problem in facts.problems), part
    path.write_bytes(png(*[chunk(b"tEXt", b"K\x00v")] * 60))
    assert len(read(path).png_texts) == 50


def test_pixels_are_never_decoded(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", refuse)
    for name in ("exifr/png/png_with_exif_and_gps.png", "jpg/gps/DSCN0010.jpg", "tiff/Crémieux11.tiff"):
        assert not any("Pillow" in problem for problem in read(shared_data / "photos" / name).problems)
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png(size=(200_000, 200_000)))
    facts = read(bomb)
    assert facts.width is None
    assert any("DecompressionBomb" in problem for problem in facts.problems)
    bomb.write_bytes(png(size=(17_000, 12_000)))  # a 200-megapixel telephone
    assert read(bomb).width == 17_000


def test_a_large_file_is_not_loaded(shared_data: Path, tmp_path: Path) -> None:
    for name in ("jpg/gps/DSCN0010.jpg", "synthetic/ios_like_screenshot.png", "tiff/Jobagent.tiff"):
        path = tmp_path / f"large{Path(name).suffix}"
        path.write_bytes((shared_data / "photos" / name).read_bytes())
        os.truncate(path, 500_000_000)
        read(path)
        tracemalloc.start()
        started = time.monotonic()
        facts = read(path)
        assert time.monotonic() - started < 1
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
        tracemalloc.stop()
        assert facts.width
    webp = tmp_path / "large.webp"
    Image.new("RGB", (4, 4)).save(webp)
    assert read(webp).width == 4
    os.truncate(webp, 100_000_000)
    assert any("stopped" in limit for limit in read(webp).limits)


def tiff_of(entries: int, field: bytes) -> bytes:
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", entries) + field * entries + b"\x00" * 4


@pytest.mark.parametrize(
    "field",
    [
        struct.pack("<HHII", 0xC001, 4, 999, 8),  # 65,535 fields of 999 numbers each
        struct.pack("<HHII", 0xC001, 2, 0x7FFFFFFF, 8),  # each text claims the whole file
        struct.pack("<HHII", 0x8825, 4, 1, 8),  # every field a directory: the same one
        struct.pack("<HHII", 0x8769, 4, 1, 8),
    ],
)
def test_a_file_built_to_keep_readers_busy_is_given_up(tmp_path: Path, field: bytes) -> None:
    path = tmp_path / "busy.tif"
    path.write_bytes(tiff_of(65_535, field))
    started = time.process_time()
    facts = read(path)
    assert time.process_time() - started < 2
    assert any("stopped" in limit for limit in facts.limits)


FUZZED = (
    "jpg/gps/DSCN0010.jpg",
    "exifr/broken1.jpg",
    "exifr/png/png_with_exif_and_gps.png",
    "synthetic/text_chunks_screenshot.png",
    "tiff/Crémieux11.tiff",
    "heic/IMG_5195.HEIC",
    "pillow_heif/heif_other/L_exif_xmp_iptc.heic",
)


@pytest.mark.parametrize("name", FUZZED)
def test_cut_off_and_flipped_bytes_never_raise_print_or_take_long(
    shared_data: Path,
    tmp_path: Path,
    name: str,
    recwarn: pytest.WarningsRecorder,
    capfd: pytest.CaptureFixture[str],
) -> None:
    whole = (shared_data / "photos" / name).read_bytes()
    chance = random.Random(name)
    # Metadata lies in front, so most cuts and flips fall there.
    front = min(len(whole), 4000)
    cuts = [
        *range(0, 64, 7),
        *(chance.randrange(front) for _ in range(60)),
        *(chance.randrange(len(whole)) for _ in range(10)),
    ]
    variants = [whole[:cut] for cut in cuts]
    for _ in range(120):
        flipped = bytearray(whole)
        for _ in range(chance.choice((1, 3, 20, 200))):
            flipped[chance.randrange(front)] = chance.randrange(256)
        variants.append(bytes(flipped))
    path = tmp_path / "x"
    for number, content in enumerate(variants):
        path.write_bytes(content)
        started = time.process_time()
        read(path, "IMG-20240305-WA0007.jpg")
        assert time.process_time() - started < 1, (name, number)
    assert recwarn.list == []
    assert capfd.readouterr() == ("", "")


def test_undecodable_text_and_control_characters(photo: Callable[..., PhotoFacts]) -> None:
    facts = photo(
        {0x9286: b"UNICODE\x00" + "\ud83d".encode("utf-16-be", "surrogatepass")}, main={0x010F: "a\x1b[31m"}
    )
    assert facts.tags["make"] == "a\x1b[31m"
    long = photo({}, main={0x0131: "x" * 5000})
    assert len(long.tags["software"]) == MAX_TEXT
    assert any("cut here" in limit for limit in long.limits)


def test_readers_that_differ_are_told(tmp_path: Path) -> None:
    # Exif texts are ASCII; beyond it exifread reads UTF-8 and Pillow Latin-1.
    path = tmp_path / "a.jpg"
    tags = Image.Exif()
    tags.get_ifd(0x8769)[ORIGINAL] = "2024:03:05 18:02:11"
    Image.new("RGB", (8, 6)).save(path, exif=tags)
    content = path.read_bytes()
    assert content.count(b"18:02:11\x00") == 1
    path.write_bytes(content.replace(b"18:02:11\x00", "18:02:1é".encode()))
    facts = read(path)
    assert facts.cross_check == "differ"
    assert any("readers differ on date_time_original" in problem for problem in facts.problems)
    assert facts.moments == []


def test_a_bounded_file_stops_at_its_bounds() -> None:
    few = BoundedFile(io.BytesIO(b"0123456789"), reads=2, max_bytes=100)
    assert (few.read(3), few.tell(), few.seek(-1, 2), few.read()) == (b"012", 3, 9, b"9")
    with pytest.raises(WorkLimitError):
        few.read(1)
    short = BoundedFile(io.BytesIO(b"0123456789"), reads=100, max_bytes=4)
    assert short.read(4) == b"0123"
    with pytest.raises(WorkLimitError):
        short.read(1)
    for size in (None, -1, 5, 1 << 40):
        with pytest.raises(WorkLimitError):
            BoundedFile(io.BytesIO(b"0123456789"), reads=100, max_bytes=4).read(size)


def test_what_is_not_a_photo(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("hello")
    facts = read(text)
    assert (facts.media, facts.width, facts.moments) == ("text/plain", None, [])
    for path in (tmp_path, tmp_path / "absent.jpg"):
        with pytest.raises(InputError):
            read_photo(path)
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(InputError, match="regular"):
            read_photo(tmp_path / "pipe")


def test_nothing_is_printed(shared_data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for path in sorted((shared_data / "photos").rglob("*")):
        if path.is_file():
            read(path)
    assert capfd.readouterr() == ("", "")
