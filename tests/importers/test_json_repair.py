"""Telegram's faulty JSON is mended in a copy, every place told, and every offset leads back to the original."""

from __future__ import annotations

import json
import time
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.importers import json_repair
from abusekit.importers.json_repair import ESCAPE, UNQUOTED, Repair, repair, to_original


def mended(data: bytes) -> tuple[bytes, list[Repair]]:
    out = BytesIO()
    found = repair(BytesIO(data), out)
    return out.getvalue(), found


def check(data: bytes, copy: bytes, repairs: list[Repair]) -> None:
    """Each change stands where it says, and all the rest is the same bytes."""
    at, there = 0, 0
    for one in repairs:
        assert data[one.offset : one.offset + len(one.was)] == one.was
        assert copy[one.at : one.at + len(one.became)] == one.became
        assert data[at : one.offset] == copy[there : one.at]
        at, there = one.offset + len(one.was), one.at + len(one.became)
        assert to_original(repairs, one.at) == one.offset
        assert to_original(repairs, there) == at
    assert data[at:] == copy[there:]
    for offset in range(0, len(copy) + 1, 1 + len(copy) // 500):
        original = to_original(repairs, offset)
        assert 0 <= original <= len(data)
        if not any(one.at <= offset < one.at + len(one.became) for one in repairs) and offset < len(copy):
            assert data[original] == copy[offset]
    assert to_original(repairs, len(copy)) == len(data)


def test_the_sample_of_2020(shared_data: Path) -> None:
    path = shared_data / "exports/telegram/synthetic/legacy_2020_invalid_escape/result.json"
    data = path.read_bytes()
    copy, repairs = mended(data)
    assert [(one.was, one.became, one.why) for one in repairs] == [(b"\\x07", b"\\u0007", ESCAPE)]
    assert repairs[0].offset == data.index(b"\\x07")
    assert json.loads(copy)["messages"][0]["text"] == "bell\x07 here"
    check(data, copy, repairs)


FAULTY = rb"""[
 {"text": "\\x07 stays, \\\x07 and \x1F not; \"document_id\": nor this
"},
 {"document_id": video_files/sticker (2).webm
 },
 {"document_id": (File not included. Change "data" \ settings.)
 , "document_id": stickers/a.webp ,
  "document_id": 5368324170671202286
 , "document_id": "quoted"
 , "document_id": null
 , "document_id": -1
 , "document_id": [
 ]},
 ["document_id"
 ]
]
"""


def test_what_is_mended_and_what_is_not() -> None:
    copy, repairs = mended(FAULTY)
    assert [(one.was, one.became, one.why) for one in repairs] == [
        (b"\\x07", b"\\u0007", ESCAPE),
        (b"\\x1F", b"\\u001F", ESCAPE),
        (b"video_files/sticker (2).webm", b'"video_files/sticker (2).webm"', UNQUOTED),
        (
            b'(File not included. Change "data" \\ settings.)',
            b'"(File not included. Change \\"data\\" \\\\ settings.)"',
            UNQUOTED,
        ),
        (b"stickers/a.webp", b'"stickers/a.webp"', UNQUOTED),
    ]
    check(FAULTY, copy, repairs)
    value = json.loads(copy, strict=False)
    assert value[1]["document_id"] == "video_files/sticker (2).webm"
    assert value[0]["text"].startswith("\\x07 stays, \\\x07 and \x1f not")


@pytest.mark.parametrize("block", [1, 2, 7, 100, 5000])
def test_it_does_not_matter_how_the_bytes_arrive(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = (FAULTY + b"\\" * 9001 + b"\n" + b"x" * 5000) * 3
    expected = mended(data)
    monkeypatch.setattr(json_repair, "_BLOCK", block if block >= 100 else 100 + block)
    assert mended(data) == expected
    check(data, *expected)


@given(st.lists(st.sampled_from([b"\\", b"x07", b"x1f", b'"', b'"document_id": ', b"a.webm", b"\n", b",", b"\r", b"}",
    b"\xff", "é".encode(), b"5", b"\0"]), max_size=40))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_copied_and_every_change_is_told(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    copy, repairs = mended(data)
    check(data, copy, repairs)
    again, none = mended(copy)
    assert (again, none) == (copy, [])


@pytest.mark.parametrize(
    "piece", [b'"document_id": a', b'"document_id": ', b"\\", b"\\x", b"\\x07", b'"', b"a", b" "]
)
def test_linear_time(piece: bytes) -> None:
    data = b'"document_id": ' + piece * (600_000 // len(piece))
    began = time.process_time()
    mended(data)
    assert time.process_time() - began < 6
