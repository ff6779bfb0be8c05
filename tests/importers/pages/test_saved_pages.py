"""Pages of SingleFile, of "Save page as", and of Safari."""

from __future__ import annotations

import hashlib
import json
import plistlib
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.importers.read_whole import (
    at,
    container,
    happened,
    read_files,
    read_path,
    said,
    spoilt,
    survives,
)

from abusekit.importers.importer import Notes
from abusekit.importers.model import Message
from abusekit.importers.pages import saved_page, singlefile, webarchive
from abusekit.importers.pages.page_text import MOST_TEXT, page_text
from abusekit.importers.pages.save_times import javascript_date, mail_date

SINGLE = (
    b"<!DOCTYPE html> <html lang=en><!--\n Page saved with SingleFile \n url: https://forum.example/1 \n"
    b" saved date: Tue Mar 05 2024 18:00:00 GMT+0100 (Central European Standard Time)\n-->"
    b"<meta charset=utf-8><title>T</title><p>hello</p><script>no()</script>"
)
SAVED = (
    b"<!DOCTYPE html>\r\n<!-- saved from url=(0030)https://forum.example/thread/1 -->\r\n<html><head><title>T</title>"
    b'</head><body><p>hello</p><img src="./T_files/a%20b.png"><img src="T_files/gone.png"><a href="x/y">l</a>'
)
ARCHIVE: dict[str, Any] = {
    "WebMainResource": {
        "WebResourceData": b"<title>T</title><p>caf\xe9</p>",
        "WebResourceMIMEType": "text/html",
        "WebResourceTextEncodingName": "iso-8859-1",
        "WebResourceURL": "https://forum.example/1",
    },
    "WebSubresources": [
        {
            "WebResourceData": b"pic",
            "WebResourceMIMEType": "image/png",
            "WebResourceURL": "https://forum.example/ä.png",
        }
    ],
    "WebSubframeArchives": [
        {
            "WebMainResource": {
                "WebResourceData": b"<p>framed</p>",
                "WebResourceMIMEType": "text/html",
                "WebResourceURL": "https://forum.example/f",
            }
        }
    ],
}


def plist(value: object) -> bytes:
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY)


def one(importer: Any, files: dict[str, bytes]) -> tuple[Message, Notes]:
    records, notes = read_files(importer, files)
    (message,) = said(records)
    return message, notes


# SingleFile


def test_singlefile() -> None:
    message, notes = one(singlefile, {"a.html": SINGLE})
    assert (message.title, message.text, message.urls) == ("T", "hello", ("https://forum.example/1",))
    ((name, saved),) = message.times
    assert (name, at(saved), saved.zone) == ("saved", "2024-03-05T17:00:00Z", "+01:00")
    assert "Central European Standard Time" in saved.raw
    assert message.sent is None and message.flags == () and not notes.limits


def test_singlefile_sample(shared_data: Path) -> None:
    name = "singlefile/synthetic/forum_thread_singlefile.html"
    assert (
        "url + saved date"
        in json.loads((shared_data / "exports" / "expected.json").read_text())[name]["note"]
    )
    (message,) = said(read_path(singlefile, shared_data / "exports" / name)[0])
    assert at(message.times[0][1]) == "2026-11-22T07:12:23Z" and message.urls == ("http://127.0.0.1:8765/",)
    assert "third comment loaded late" in message.text and message.text.endswith("framed: still here")


def test_a_comment_that_the_page_wrote_does_not_count() -> None:
    comment = SINGLE[SINGLE.index(b"<!--") : SINGLE.index(b"-->") + 3]
    assert not singlefile.claim(container({"a.html": b"<html><body>" + comment}))
    later = SINGLE.replace(b"<p>hello</p>", comment.replace(b"forum.example/1", b"other.example/9"))
    assert one(singlefile, {"a.html": later})[0].urls == ("https://forum.example/1",)


def test_self_extracting() -> None:
    message, notes = one(
        singlefile, {"a.html": SINGLE.replace(b"SingleFile ", b"SingleFileZ ", 1) + b"PK\x03\x04"}
    )
    assert "self_extracting" in message.flags and notes.limits
    files = {"p.html!/index.html": SINGLE, "p.html!/images/1.png": b"x", "else.txt": b""}
    message, notes = one(singlefile, files)
    assert "self_extracting" in message.flags
    assert notes.read_members == {"p.html!/index.html", "p.html!/images/1.png"}


def test_a_date_that_is_none() -> None:
    message, _ = one(singlefile, {"a.html": SINGLE.replace(b"Tue Mar 05", b"Tue Foo 05")})
    assert message.times == () and message.flags[0].startswith("date_not_read:Tue Foo")


# Save page as


def test_saved_page() -> None:
    files = {"d/T.html": SAVED, "d/T_files/a b.png": b"x", "d/T_files/css.png": b"y", "T_files/a b.png": b"z"}
    message, notes = one(saved_page, files)
    assert (
        message.urls == ("https://forum.example/thread/1",) and message.times == () and message.sent is None
    )
    assert [(part.state, part.member) for part in message.attachments] == [
        ("present", "d/T_files/a b.png"), ("missing", ""),
    ]  # fmt: skip
    assert notes.read_members == {"d/T_files/a b.png", "d/T_files/css.png"}
    assert message.flags == () and not notes.warnings


def test_saved_page_sample(shared_data: Path) -> None:
    folder = shared_data / "exports" / "savepage"
    assert "saved from url=(0030)" in json.loads((shared_data / "exports" / "expected.json").read_text())[
        "savepage/synthetic/"
    ]["note"]  # fmt: skip
    records, notes = read_path(saved_page, folder)
    (message,) = said(records)
    assert message.urls == ("https://forum.example/thread/1",) and message.title == "Thread – Example Forum"
    assert "please stop" in message.text and "Bearer" not in message.text
    assert {one.rsplit("/", 1)[1] for one in notes.read_members} == {"a.png", "style.css"}
    assert {part.state for part in message.attachments} == {"present"}


def test_an_address_that_was_changed() -> None:
    message, notes = one(saved_page, {"T.html": SAVED.replace(b"thread/1 ", b"thread/22 ")})
    assert message.flags == ("url_length_conflict",) and notes.warnings


def test_no_address() -> None:
    message, _ = one(
        saved_page,
        {"T.html": SAVED.replace(b"(0030)https://forum.example/thread/1", b"(0014)about:internet")},
    )
    assert message.urls == () and message.flags == ("address_not_recorded",)


def test_paths_that_lead_out_are_not_followed() -> None:
    raw = SAVED.replace(b"./T_files/a%20b.png", b"T_files/../../secret.png")
    message, notes = one(saved_page, {"d/T.html": raw, "secret.png": b"x"})
    assert notes.read_members == set() and [part.state for part in message.attachments] == ["missing"]


# Safari


def test_webarchive() -> None:
    raw = plist(ARCHIVE)
    message, notes = one(webarchive, {"a.webarchive": raw})
    assert (message.title, message.text) == ("T", "café\n\nframed")
    assert message.steps[-1] == "text of frames appended: 1" and message.flags == ("frames:1",)
    picture, frame = message.attachments
    assert (
        picture.sha256 == hashlib.sha256(b"pic").hexdigest() and picture.name == "https://forum.example/ä.png"
    )
    start, end = (int(number) for number in picture.note.rsplit("bytes ", 1)[1].split("–"))
    assert raw[start:end] == b"pic" and frame.name == "https://forum.example/f"
    assert not notes.damaged


def test_webarchive_sample(shared_data: Path) -> None:
    path = next((shared_data / "exports" / "savepage").rglob("*.webarchive"))
    (message,) = said(read_path(webarchive, path)[0])
    assert message.urls == ("https://forum.example/thread/1",) and "please stop" in message.text
    assert [part.name for part in message.attachments] == ["https://forum.example/a.png"]


def test_one_broken_resource_leaves_the_page() -> None:
    message, notes = one(
        webarchive, {"a": plist({**ARCHIVE, "WebSubresources": [{"WebResourceData": "text"}, 7]})}
    )
    assert message.text.startswith("café") and message.flags[0] == "damaged" and notes.damaged


@pytest.mark.parametrize(
    "value", [7, "x", [], {"WebMainResource": 7}, {"WebMainResource": {"WebResourceURL": "x"}}]
)
def test_archives_without_a_page(value: object) -> None:
    records, _ = read_files(webarchive, {"a": plist({"WebMainResource_": 1})})
    assert [event.kind for event in happened(records)] == ["unparsed"]
    export = container({"a": plist(value) + b"WebMainResource"})
    assert all(event.kind == "unparsed" for event in webarchive.read(export, export.members, Notes()))


def test_a_list_that_shares_its_bytes_is_bounded() -> None:
    """Ten thousand lists over the same references: plistlib would hold them all."""
    lists, refs = 4_000, 20_000
    body = b"bplist00" + b"\xd1\x00\x01" + b"\x5f\x10\x0fWebMainResource"
    offsets = [8, 11]
    array_at = len(body)
    body += b"\xaf\x12" + struct.pack(">I", refs) + b"\0\2" * refs
    offsets += [array_at] * lists
    table = b"".join(struct.pack(">I", offset) for offset in offsets)
    raw = body + table + struct.pack(">6xBBQQQ", 4, 2, len(offsets), 0, len(body))
    start = time.perf_counter()
    survives(webarchive, {"a": raw})
    assert time.perf_counter() - start < 5


def test_frames_within_frames_end() -> None:
    archive = ARCHIVE
    for _ in range(30):
        archive = {**ARCHIVE, "WebSubframeArchives": [archive]}
    message, notes = one(webarchive, {"a": plist(archive)})
    assert "damaged" in message.flags and any("too deeply" in fault for fault in notes.damaged)


# Text and times


def test_text_is_cut() -> None:
    page = page_text(b"<p>" + b"x" * (MOST_TEXT + 5))
    assert len(page.text) == MOST_TEXT and page.flags == (f"text_cut:{MOST_TEXT + 5}",)


@pytest.mark.parametrize(
    ("html", "charset", "text"),
    [
        (b"caf\xe9", "windows-1252", "café"),
        (b"<meta charset=latin1>caf\xe9", "", "café"),
        (b'<meta http-equiv=content-type content="text/html; charset=koi8-r">\xcd', "", "м"),
        (b"\xef\xbb\xbfcaf\xc3\xa9", "iso-8859-1", "café"),
        (b"\xff\xfec\0\xe9\0", "", "cé"),
        (b"<meta charset=utf-16>caf\xc3\xa9", "", "café"),
        (b"caf\xc3\xa9", "unicode_escape", "café"),
        (b"caf\xc3\xa9", "rot13", "café"),
        (b"\x82\xa0", "Shift_JIS", "あ"),
    ],
)
def test_charsets(html: bytes, charset: str, text: str) -> None:
    assert page_text(html, charset).text == text


def test_srcdoc_within_srcdoc_ends() -> None:
    html = "<p>x</p>"
    for _ in range(8):
        html = f'<iframe srcdoc="{html.replace("&", "&amp;").replace(chr(34), "&quot;")}"></iframe>'
    assert page_text(html.encode()).text == ""
    assert page_text(b'<p>a</p><iframe srcdoc="<p>b</p>"></iframe>').text == "a\n\nb"


@pytest.mark.parametrize(
    "raw",
    ["", "x", "Tue, 32 Mar 2024 18:00:00 GMT", "Tue, 05 Mar 2024 25:00:00 GMT", "05 Mar 2024 18:00:00",
     "Tue, 05 Mär 2024 18:00:00 GMT", "Tue, 05 Mar 2024 18:00:00 +9900"],
)  # fmt: skip
def test_dates_that_are_none(raw: str) -> None:
    assert mail_date(raw) is None


def test_minus_zero_is_utc() -> None:
    time_ = mail_date("Fri, 16 Jun 2023 19:32:59 -0000")
    assert time_ is not None and (time_.at, time_.agrees) == ("2023-06-16T19:32:59Z", ())
    assert javascript_date("Fri Jun 16 2023 19:32:59 GMT-0500 (x)").zone == "-05:00"  # type: ignore[union-attr]
    assert javascript_date("Sat Jun 16 2023 19:32:59 GMT-0500").agrees == ("CONFLICT: that day was no Sat",)  # type: ignore[union-attr]


def test_hostile_pages_end() -> None:
    start = time.perf_counter()
    for importer, head in ((singlefile, SINGLE), (saved_page, SAVED)):
        for tail in (
            b"<" * 1_000_000,
            b"<!--" * 250_000,
            b"&#" * 500_000,
            b"<iframe srcdoc=" * 60_000,
            b"<img src='a/" * 80_000,
        ):
            survives(importer, {"T.html": head + tail})
    for head in (
        b"<html " * 10_000,
        b"<!doctype " * 6_000,
        b" " * 65_536,
        b"<!-- saved from url=(0001)" * 2_000,
    ):
        assert not singlefile.claim(container({"a": head})) and not saved_page.claim(container({"a": head}))
    assert time.perf_counter() - start < 60


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_damage_by_chance(seed: int) -> None:
    survives(singlefile, {"a.html": spoilt(SINGLE, seed)})
    survives(saved_page, {"T.html": spoilt(SAVED, seed), "T_files/a b.png": b""})
    survives(webarchive, {"a": spoilt(plist(ARCHIVE), seed)})


def test_only_the_folder_of_the_page_is_its_folder() -> None:
    raw = SAVED.replace(b"./T_files/a%20b.png", b"Things/a.png").replace(
        b"T_files/gone.png", b"T-Dateien/b.png"
    )
    message, _ = one(saved_page, {"T.html": raw, "Things/a.png": b"x", "T-Dateien/b.png": b"y"})
    assert [part.member for part in message.attachments] == ["T-Dateien/b.png"]
