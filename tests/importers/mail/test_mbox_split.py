"""Mailboxes: where a mail begins, and where somebody only wants it to seem so."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_reading import mailbox

from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.mail import mbox_split
from abusekit.importers.mail.mbox_split import Piece, split
from abusekit.importers.mail.shape import is_mail, is_mailbox
from abusekit.importers.model import Event, Message

HEAD = b"From: Sam <sam@mail.example>\nSubject: x\nDate: Tue, 5 Mar 2024 18:00:00 +0000\n\n"


def pieces(data: bytes) -> list[Piece]:
    found = list(split(BytesIO(data)))
    for one in found:
        assert data[one.start : one.end] == one.raw
        assert hashlib.sha256(one.raw).hexdigest() == one.sha256
    return found


@pytest.mark.parametrize(
    "opening",
    [
        b"From - Tue Mar  5 18:00:07 2024\n",
        b"From -\n",
        b"From - \n",
        b"From 1844347792267117879@xxx\n",
        b"From 1844347792267117879@xxx Tue Mar 05 18:00:07 +0000 2024\n",
        b"From sam@mail.example Tue, 05 Mar 2024 18:00:07 +0100\n",
        b"From MAILER-DAEMON Tue Mar  5 18:00:07 2024\n",
        b"From sam@mail.example  Tue Mar  5 18:00:07 2024\r\n",
    ],
)
def test_openings(opening: bytes) -> None:
    data = (opening + HEAD + b"one\n\n") * 3
    assert is_mailbox(data)
    assert not is_mail(data)
    found = pieces(data)
    assert [one.number for one in found] == [1, 2, 3]
    assert [one.ambiguous for one in found] == [False] * 3
    assert [one.raw for one in found[:2]] == [HEAD + b"one\n"] * 2
    assert found[0].marker == opening
    assert is_mailbox(b"\xef\xbb\xbf" + data)
    assert pieces(b"\xef\xbb\xbf" + data)[0].start == 3 + len(opening)


@pytest.mark.parametrize(
    "line",
    [
        b"From Russia with love\nYear: 1963\n",
        b"From Russia\nYear: 1963\n",
        b"From now on: listen\nFrom: me\n",
        b"From sam@mail.example Tue Mar 5 18:00:07 2024\nbut no header\n",
        b"From bob the man says\nSubject: x\n",
        b">From sam@mail.example Tue Mar 5 18:00:07 2024\nSubject: x\n",
        b"From -\n",
        b"From Fri on 10:00 it is\nSubject: x\n",
    ],
)
def test_sentences_are_no_openings(line: bytes) -> None:
    data = b"From -\n" + HEAD + b"text\n\n" + line + b"\nmore\n"
    found = pieces(data)
    assert len(found) == 1
    assert line in found[0].raw


def test_a_forged_opening_is_flagged(tmp_path: Path) -> None:
    """A text can hold a whole mail; where it does not look like the others of the file, it is said."""
    forged = b"From police@police.example Tue Mar 5 18:00:07 2024\nFrom: police@police.example\n\nforged"
    data = (
        b"From 1844347792267117879@xxx\n"
        + HEAD
        + b"hello\n\n"
        + forged
        + b"\n\nFrom 1844347839636459560@xxx\n"
        + HEAD
        + b"x\n"
    )
    notes = Notes()
    records = mailbox(tmp_path, data, notes=notes)
    assert [("boundary_ambiguous" in one.flags) for one in records if isinstance(one, Message)] == [
        False,
        True,
        False,
    ]
    assert len(notes.warnings) == 1


def test_an_opening_without_a_blank_line_is_flagged() -> None:
    data = b"From -\n" + HEAD + b"cut\nFrom -\n" + HEAD + b"two\n"
    assert [(one.number, one.ambiguous) for one in pieces(data)] == [(1, False), (2, True)]
    other = b"From -\n" + HEAD + b"cut\nFrom -\nX-Unknown: y\n\ntwo\n"
    assert len(pieces(other)) == 1


@given(
    st.lists(
        st.sampled_from(
            [
                b"From -\n",
                b"From: a\n",
                b"\n",
                b"\r\n",
                b"text\n",
                b"From x\n",
                b">From -\n",
                b"Received: x\n",
                b"end",
            ]
        ),
        max_size=40,
    ),
    st.integers(1, 64),
)
@settings(max_examples=300, deadline=None)
def test_every_byte_is_in_a_mail_or_between_two(parts: list[bytes], block: int) -> None:
    """The same pieces however the file is read; between two mails stand a blank line and the opening, no more."""
    data = b"From -\nFrom: a\n" + b"".join(parts)
    found = pieces(data)
    end = 0
    for one in found:
        assert data[end : one.start].strip(b"\r\n") == one.marker.strip(b"\r\n")
        end = one.end
    assert end == len(data)
    before = mbox_split._BLOCK
    try:
        mbox_split._BLOCK = block
        assert list(split(BytesIO(data))) == found
    finally:
        mbox_split._BLOCK = before


def test_a_mail_that_is_too_large_is_cut_and_hashed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox_split, "LARGEST", 1 << 20)
    monkeypatch.setattr(mbox_split, "_BLOCK", 1 << 16)
    line = b"the same line again and again, for as long as it takes to fill a disk\n"
    whole = b"From -\n" + HEAD + line * 70_000 + b"\nFrom -\n" + HEAD + b"after\n"
    big, after = split(BytesIO(whole))
    assert big.cut
    assert len(big.raw) == 1 << 20
    assert big.raw == whole[big.start : big.start + (1 << 20)]
    assert hashlib.sha256(whole[big.start : big.end]).hexdigest() == big.sha256
    assert after.raw == HEAD + b"after\n"
    assert not after.cut


def test_what_is_too_large_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox_split, "LARGEST", 400)
    raw = (
        HEAD.rstrip(b"\n")
        + b"\nContent-Type: multipart/mixed; boundary=q\n\n--q\n\nhello\n--q\nContent-Type: image/png\n\n"
    )
    first, second = mailbox(tmp_path, b"From -\n" + raw + b"y" * 900 + b"\n\nFrom -\n" + HEAD + b"x\n")
    assert isinstance(first, Message)
    assert "too_large" in first.flags
    assert first.text == "hello"
    assert first.attachments[0].state == "corrupt"
    assert "not read to its end" in first.attachments[0].note
    assert isinstance(second, Message)
    assert "too_large" not in second.flags


def test_a_stream_that_breaks_gives_what_precedes() -> None:
    class Broken(BytesIO):
        def read(self, most: int | None = -1) -> bytes:
            block = super().read(4096)
            if not block:
                raise InputError("broken archive")
            return block

    found = []
    with pytest.raises(InputError, match="broken archive"):
        for one in split(Broken((b"From -\n" + HEAD + b"x\n\n") * 100)):
            found.append(one)
    assert len(found) > 80


def test_a_mail_without_any_header_is_an_event(tmp_path: Path) -> None:
    records = mailbox(
        tmp_path, b"From -\nFrom: a\n\none\n\nFrom - Tue Mar  5 18:00:07 2024\n>From x\n\nno header\n"
    )
    assert isinstance(records[0], Message)
    assert isinstance(records[1], Event)
    assert records[1].kind == "unparsed"
