"""The program that reads pictures, run for real on pictures that are made here."""

from __future__ import annotations

import hashlib
import struct
import sys
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from abusekit.errors import InputError, MissingExtraError
from abusekit.screenshots import bounded, ocr

WORDS = "you should leave this town"


@pytest.fixture(scope="module")
def tesseract() -> ocr.Tesseract:
    return ocr.find()


def drawn(path: Path, text: str = WORDS, **options: object) -> Path:
    picture = Image.new("RGB", (700, 120), "#e5ddd5")
    ImageDraw.Draw(picture).text((20, 40), text, font=ImageFont.load_default(30), fill="black")
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize(
    ("name", "media"),
    [("a.png", "image/png"), ("a.jpg", "image/jpeg"), ("a.webp", "image/webp"), ("a.gif", "image/gif"),
     ("a.bmp", "image/bmp"), ("a.tiff", "image/tiff")],
)  # fmt: skip
def test_words_of_a_picture_that_stays_as_it_is(
    tesseract: ocr.Tesseract, tmp_path: Path, name: str, media: str
) -> None:
    path = drawn(tmp_path / name)
    before = hashlib.sha256(path.read_bytes()).digest()
    read = ocr.read(tesseract, path, media, "eng", tmp_path)
    assert [word.folded for word in ocr.picture_of(read.table).words if word.readable] == WORDS.split()
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert read.program.startswith("tesseract ") and (read.scale, read.frames) == (2, 1)
    assert [one.name for one in tmp_path.iterdir()] == [name], "copies are gone"


def test_of_an_animation_only_the_first_picture(tesseract: ocr.Tesseract, tmp_path: Path) -> None:
    second = Image.open(drawn(tmp_path / "second.png", "another thing"))
    path = drawn(tmp_path / "a.gif", save_all=True, append_images=[second])
    read = ocr.read(tesseract, path, "image/gif", "eng", tmp_path)
    assert [word.folded for word in ocr.picture_of(read.table).words] == WORDS.split() and read.frames == 2


def huge_png(path: Path) -> Path:
    """A PNG of 20,000 times 20,000 pixels in 200 bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )
    return path


def test_what_cannot_be_read_is_said_in_one_line(tesseract: ocr.Tesseract, tmp_path: Path) -> None:
    whole = drawn(tmp_path / "whole.png").read_bytes()
    cases = {
        "too large": (huge_png(tmp_path / "huge.png"), "image/png"),
        "broken, or cut off": (tmp_path / "cut.png", "image/png"),
        "not a picture": (tmp_path / "letter.txt", "text/plain"),
    }
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "letter.txt").write_text("a letter")
    for said, (path, media) in cases.items():
        with pytest.raises(InputError) as fault:
            ocr.read(tesseract, path, media, "eng", tmp_path)
        assert said in fault.value.message and "\n" not in fault.value.message


def test_a_program_that_is_not_there_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingExtraError) as fault:
        ocr.find()
    assert "apt install tesseract-ocr" in fault.value.hint


def test_a_language_that_is_not_there(tesseract: ocr.Tesseract) -> None:
    ocr.check_languages(tesseract, "eng")
    with pytest.raises(MissingExtraError) as fault:
        ocr.check_languages(tesseract, "eng+tlh_Xx")
    assert fault.value.hint == "apt install tesseract-ocr-tlh-xx"


def test_bounds_of_time_and_memory(tmp_path: Path) -> None:
    started = time.monotonic()
    assert (
        bounded.run([sys.executable, "-c", "import time; time.sleep(60)"], seconds=1, folder=tmp_path).code
        is None
    )
    assert time.monotonic() - started < 20
    eats = f"x = bytearray({bounded.MEMORY * 2})"
    ended = bounded.run([sys.executable, "-c", eats], seconds=20, folder=tmp_path)
    assert ended.code not in (0, None) and "MemoryError" in ended.said
    assert bounded.run(["no-such-program-here"], seconds=20, folder=tmp_path).code == 127
