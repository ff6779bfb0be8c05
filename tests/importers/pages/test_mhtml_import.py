"""MHTML: whole files, broken ones, hostile ones."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.importers.read_whole import (
    at,
    container,
    read_files,
    read_path,
    said,
    spoilt,
    survives,
)

from abusekit.importers.model import Message
from abusekit.importers.pages import mhtml

HEAD = (
    b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://forum.example/1\r\n"
    b"Subject: =?utf-8?Q?F=C3=B6rum?=\r\nDate: Tue, 05 Mar 2024 18:00:00 +0100\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="b1"\r\n\r\n'
)
PAGE = (
    b"--b1\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    b"Content-Location: https://forum.example/1\r\n\r\n<p>caf=C3=A9=\r\n!</p><script>hidden()</script>\r\n"
)
PICTURE = (
    b"--b1\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Location: https://forum.example/a.png\r\n\r\n" + base64.b64encode(b"picture") + b"\r\n"
)
GOOD = HEAD + PAGE + PICTURE + b"--b1--\r\n"


def read(raw: bytes) -> tuple[Message, list[str]]:
    records, notes = read_files(mhtml, {"a.mhtml": raw})
    (message,) = said(records)
    return message, notes.damaged


def test_a_whole_page() -> None:
    message, damaged = read(GOOD)
    assert message.text == "café!" and message.title == "Förum"
    assert message.urls == ("https://forum.example/1",) and message.conversation == "https://forum.example/1"
    assert message.sent is None and message.author is None
    ((name, saved),) = message.times
    assert (name, at(saved), saved.zone, saved.clock, saved.agrees) == (
        "saved", "2024-03-05T17:00:00Z", "+01:00", "export", (),
    )  # fmt: skip
    (picture,) = message.attachments
    assert picture.sha256 == hashlib.sha256(b"picture").hexdigest()
    assert (picture.name, picture.size, picture.state) == ("https://forum.example/a.png", 7, "present")
    start, end = (int(number) for number in picture.note.rsplit("bytes ", 1)[1].split("–"))
    assert base64.b64decode(GOOD[start:end]) == b"picture"
    assert (message.source.start, message.source.end) == (0, len(GOOD))
    assert message.flags == () and damaged == []


def test_chromium(shared_data: Path) -> None:
    name = "mhtml/synthetic/chromium_forum_thread.mhtml"
    assert (
        "third comment loaded late"
        in json.loads((shared_data / "exports" / "expected.json").read_text())[name]["note"]
    )
    (message,) = said(read_path(mhtml, shared_data / "exports" / name)[0])
    assert "third comment loaded late" in message.text and message.text.endswith("framed: still here")
    assert message.steps == ("html to text", "text of frames appended: 1")
    assert message.title == "Thread – Example Forum" and message.urls == ("http://127.0.0.1:8765/",)
    assert at(message.times[0][1]) == "2026-11-22T07:12:11Z"
    assert len(message.attachments) + 1 == 4


def test_blink_example(shared_data: Path) -> None:
    records, notes = read_path(mhtml, shared_data / "exports" / "mhtml" / "lc_blink_example.mht")
    (message,) = said(records)
    assert message.urls == ("https://langchain.com/",) and at(message.times[0][1]) == "2023-06-16T19:32:59Z"
    assert "🦜️🔗" in message.text and not notes.damaged


def test_a_picture_first_and_no_saver(shared_data: Path) -> None:
    (message,) = said(
        read_path(mhtml, shared_data / "exports" / "mhtml" / "mk_multipart-related-mhtml.txt")[0]
    )
    assert (message.text, message.times, message.urls) == ("def", (), ())
    assert [one.media_type for one in message.attachments] == ["image/png"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("mh_missing_boundary_header.mhtml", "no boundary is stated"),
        ("mh_unexpected_eof.mhtml", "closing boundary is missing"),
        ("mh_missing_headers.mhtml", "closing boundary is missing"),
    ],
)
def test_broken_samples(shared_data: Path, name: str, fault: str) -> None:
    records, notes = read_path(mhtml, shared_data / "exports" / "mhtml" / name)
    (message,) = said(records)
    assert message.title == "Max Sindwani" and "damaged" in message.flags
    assert any(fault in one for one in notes.damaged)
    assert message.times[0][1].agrees == ("CONFLICT: that day was no Tue",)


def test_no_page_inside() -> None:
    message, damaged = read(HEAD + PICTURE + b"--b1--")
    assert message.text == "" and any("no part of it is a page" in one for one in damaged)


def test_picture_that_is_no_base64() -> None:
    message, _ = read(GOOD.replace(base64.b64encode(b"picture"), b"%%%%"))
    assert [one.state for one in message.attachments] == ["corrupt"]


def test_no_date_is_made_up() -> None:
    message, _ = read(GOOD.replace(b"Tue, 05 Mar 2024 18:00:00 +0100", b"yesterday"))
    assert message.times == () and message.flags == ("date_not_read:yesterday",)
    message, _ = read(GOOD.replace(b"05 Mar 2024", b"31 Feb 2024"))
    assert message.times == ()


def test_charset_of_the_part() -> None:
    raw = GOOD.replace(b"text/html\r\n", b"text/html; charset=iso-8859-1\r\n").replace(b"=C3=A9", b"=E9")
    message, _ = read(raw)
    assert message.text == "café!" and "iso-8859-1 to utf-8" in message.steps


def test_nested_multipart() -> None:
    inner = PAGE.replace(b"--b1", b"--b2") + b"--b2--\r\n"
    message, damaged = read(
        HEAD + b'--b1\r\nContent-Type: multipart/alternative; boundary="b2"\r\n\r\n' + inner + b"--b1--"
    )
    assert message.text == "café!" and damaged == []


def test_token_in_the_address_is_told() -> None:
    _, notes = read_files(mhtml, {"a": GOOD.replace(b"forum.example/1", b"forum.example/1?access_token=abc")})
    assert [secret.kind for secret in notes.secrets] == ["token"]
    assert "abc" not in repr(notes)


def test_many_parts_and_deep_parts_end() -> None:
    start = time.perf_counter()
    many = HEAD + b"--b1\r\n\r\n" * 200_000
    _, damaged = read(many)
    assert any("more than" in one for one in damaged)
    deep = HEAD
    for _ in range(50):
        deep += b'--b1\r\nContent-Type: multipart/mixed; boundary="b1"\r\n\r\n'
    survives(mhtml, {"a": deep})
    survives(mhtml, {"a": HEAD + b"X" * 10_000_000})
    survives(
        mhtml,
        {
            "a": b"From: <Saved by x>\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n"
            + b" fold\r\n" * 500_000
        },
    )
    survives(mhtml, {"a": HEAD + PAGE + b"<title" * 300_000})
    assert time.perf_counter() - start < 60


@pytest.mark.parametrize(
    "raw",
    [
        b"From: jo@a.example\r\nTo: x@b\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n",
        b"MIME-Version: 1.0\r\nReceived: x\nContent-Type: multipart/related; boundary=b\r\n\r\nContent-Location: x\r\n",
        b"",
        b"Snapshot-Content-Location: x",
    ],
)
def test_mails_are_left_to_others(raw: bytes) -> None:
    assert not mhtml.claim(container({"a.eml": raw}))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_damage_by_chance(seed: int) -> None:
    survives(
        mhtml, {"a": spoilt(GOOD, seed, [(b"b1", b"b2"), (b"quoted-printable", b"base64"), (b"\r\n", b"\n")])}
    )
