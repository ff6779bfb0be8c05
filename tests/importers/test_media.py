"""Media types by content, and extensions for stored copies."""

from __future__ import annotations

import gzip
import io
import json
import re
import wave
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from abusekit.importers.media import HEAD_BYTES, OCTETS, media_type, safe_extension


def picture(image_format: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, image_format)
    return out.getvalue()


@pytest.mark.parametrize(
    ("image_format", "media"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("TIFF", "image/tiff"),
        ("BMP", "image/bmp"),
        ("AVIF", "image/avif"),
        ("PDF", "application/pdf"),
    ],
)
def test_files_that_real_writers_made(image_format: str, media: str) -> None:
    assert media_type(picture(image_format)) == media


def test_archives_and_sound_that_real_writers_made() -> None:
    packed, sound = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", "b")
    with wave.open(sound, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\x00\x00")
    assert media_type(packed.getvalue()) == "application/zip"
    assert media_type(gzip.compress(b"x")) == "application/gzip"
    assert media_type(sound.getvalue()) == "audio/wav"


def box(brand: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + brand + b"\x00\x00\x00\x00" + b"".join(compatible)
    return (len(body) + 4).to_bytes(4, "big") + body + b"\x00\x00\x00\x08mdat"


@pytest.mark.parametrize(
    ("head", "media"),
    [
        (box(b"isom", b"isom", b"mp42"), "video/mp4"),
        (box(b"qt  "), "video/quicktime"),
        (b"\x00\x00\x00\x08wide\x00\x00\x10\x00mdat", "video/quicktime"),
        (box(b"M4A ", b"isom"), "audio/mp4"),
        (box(b"3gp5"), "video/3gpp"),
        (box(b"heic", b"mif1"), "image/heic"),
        (box(b"mif1", b"mif1", b"heic"), "image/heic"),
        (box(b"mif1", b"avif"), "image/avif"),
        (box(b"mif1", b"mif1"), "image/heif"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska", "video/matroska"),
        (b"ID3\x04\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x64\x00", "audio/mpeg"),
        (b"\xff\xf1\x50\x80\x00", "audio/aac"),
        (b"#!AMR\n", "audio/amr"),
        (b"OggS" + b"\x00" * 24 + b"OpusHead", "audio/ogg"),
        (b"OggS" + b"\x00" * 24 + b"\x80theora", "video/ogg"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "video/x-msvideo"),
        (b"junk %PDF-1.7", "application/pdf"),
        (b"<!DOCTYPE html><p>", "text/html"),
        (b"\xef\xbb\xbf\n<!-- saved from -->\n<HTML lang=en>", "text/html"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html>', "text/html"),
        (b"<?xml version='1.0'?>\n<smses count='1'>", "application/xml"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', "image/svg+xml"),
        (b'{"a": [1, 2]}', "application/json"),
        (b'[{"a": 1}]', "application/json"),
        (b'{"messages": [' + b'"' + b"x" * HEAD_BYTES, "application/json"),
        (b"[05/03/2024, 18:02:11] Sam: hello", "text/plain"),
        (b"[05/03/2024, 18:02:11] Sam: hello\n" * 200, "text/plain"),
        (b"{not json", "text/plain"),
        (b"05/03/2024, 18:02 - Sam: hello", "text/plain"),
        ("Grüße 👋\r\n".encode(), "text/plain"),
        (b"a" + ("é" * HEAD_BYTES).encode(), "text/plain"),
        ("hello".encode("utf-16"), "text/plain"),
        ("hällo".encode("latin-1"), OCTETS),
        (b"a\x00b", OCTETS),
        (b"", OCTETS),
        (b"\xff", OCTETS),
        (b"\xff\xe0\x00\x00", OCTETS),
        (b"BMW is a car", "text/plain"),
    ],
)
def test_by_content(head: bytes, media: str) -> None:
    assert media_type(head) == media


def test_the_samples(shared_data: Path) -> None:
    by_suffix = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".tiff": "image/tiff"}
    by_suffix |= {".avif": "image/avif", ".pem": "text/plain", ".md": "text/plain"}
    for path in sorted((shared_data / "photos").rglob("*")):
        if path.is_file() and path.name != "empty.heic":
            with path.open("rb") as handle:
                found = media_type(handle.read(HEAD_BYTES))
            assert found == by_suffix.get(path.suffix.lower(), "image/heic"), path.name


@given(st.binary(max_size=300) | st.sampled_from([b"<!--", b"[", b"{", b"\xff\xfb"]).map(lambda b: b * 3000))
def test_any_bytes_give_a_media_type(head: bytes) -> None:
    media = media_type(head)
    assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", media)
    assert re.fullmatch(r"[a-z0-9]{1,8}", safe_extension("x", media))


def test_deeply_nested_json_does_not_break_it() -> None:
    assert media_type(b"[" * 4000) == "text/plain"
    assert media_type(json.dumps([[1, 2], [3, 4]]).encode()) == "application/json"


@pytest.mark.parametrize(
    ("name", "media", "extension"),
    [
        ("IMG_1.JPG", "image/jpeg", "jpg"),
        ("photo.jpeg", "image/jpeg", "jpeg"),
        ("photo.png", "image/jpeg", "jpg"),
        ("page.exe", "text/html", "html"),
        ("letter.docx", "application/zip", "docx"),
        ("run.exe", OCTETS, "bin"),
        ("run.JAR", "application/zip", "zip"),
        ("run.sh", "text/plain", "txt"),
        ("chat.txt", "text/plain", "txt"),
        ("no extension", OCTETS, "bin"),
        ("dots...", OCTETS, "bin"),
        (".bashrc", "text/plain", "bashrc"),
        ("a.\u202egpj", OCTETS, "bin"),
        ("a.ÄÖ", "application/json", "json"),
        ("a.averylongextension", OCTETS, "bin"),
        ("a.b/../c", OCTETS, "bin"),
        ("a.md\n", "text/plain", "txt"),
    ],
)
def test_extensions(name: str, media: str, extension: str) -> None:
    assert safe_extension(name, media) == extension


@given(st.text(), st.sampled_from(["image/png", OCTETS, "text/plain", "unheard/of"]))
def test_any_name_gives_a_safe_extension(name: str, media: str) -> None:
    assert re.fullmatch(r"[a-z0-9]{1,8}", safe_extension(name, media))
