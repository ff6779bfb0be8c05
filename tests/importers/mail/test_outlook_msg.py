"""Outlook messages: what the library finds, and what is told where it cannot."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from abusekit.containers.container import open_container
from abusekit.errors import MissingExtraError
from abusekit.importers.importer import Notes
from abusekit.importers.mail import outlook_msg
from abusekit.importers.model import Event, Message


def read(path: Path, notes: Notes | None = None) -> Any:
    with open_container([(path, path.name)]) as export:
        members = outlook_msg.claim(export)
        assert len(members) == 1
        (record,) = outlook_msg.read(export, members, notes or Notes())
    return record


@pytest.fixture
def samples(shared_data: Path) -> Path:
    return shared_data / "exports/email/msg"


def test_attachments_and_times(samples: Path) -> None:
    message = read(samples / "hm_attachmentFiles.msg")
    assert [(one.name, one.media_type, one.state) for one in message.attachments] == [
        ("jpg.jpg", "image/jpeg", "present"), ("png.png", "image/png", "present"), ("tif.tif", "image/tiff", "present"),
    ]  # fmt: skip
    assert all(one.sha256 and one.size for one in message.attachments)
    assert message.sent.at == "2023-11-01T00:48:31Z"
    assert [name for name, _ in message.times] == ["delivered", "received by H270"]


def test_a_draft_names_three_kinds_of_recipients(samples: Path) -> None:
    message = read(samples / "hm_Subject.msg")
    assert [one.id for one in message.recipients] == ["to@example.com", "cc@example.com", "bcc@example.com"]
    assert message.sent is None
    assert set(message.flags) == {"date_missing", "recipients:to=1,cc=1,bcc=1"}


def test_a_message_within_the_message_is_listed(samples: Path) -> None:
    message = read(samples / "hm_msgInMsg.msg")
    assert len(message.attachments) == 2
    assert message.attachments[0].media_type == "application/vnd.ms-outlook"
    assert "within the message" in message.attachments[0].note


def test_letters_of_other_scripts(samples: Path) -> None:
    message = read(samples / "hm_voteNo.msg")
    assert message.title == "いいえ: 3 vote items: はい;いいえ;たぶん"


def test_no_signature_can_be_checked(samples: Path) -> None:
    check = read(samples / "hm_sent.msg").checks[0]
    assert (check.what, check.result) == ("DKIM", "not_checked")
    assert "ask for the original" in check.text


def test_a_broken_file_is_an_event(samples: Path, tmp_path: Path) -> None:
    raw = (samples / "hm_sent.msg").read_bytes()
    path = tmp_path / "broken.msg"
    path.write_bytes(raw[:3000] + bytes(len(raw) - 3000))
    notes = Notes()
    record = read(path, notes)
    assert isinstance(record, Event)
    assert record.kind == "unparsed"
    assert len(notes.damaged) == 1


def test_a_directory_that_claims_more_than_the_file_holds(samples: Path, tmp_path: Path) -> None:
    """Entries that all name the same bytes would be read into memory one by one."""
    raw = bytearray((samples / "hm_attachmentFiles.msg").read_bytes())
    entries = [at for at in range(512, len(raw), 128) if raw[at : at + 2] == b"_\0" and raw[at + 66] == 2]
    assert len(entries) > 50
    for at in entries:
        size = int.from_bytes(raw[at + 120 : at + 124], "little")
        if size >= 4096 or at == entries[0]:
            continue
        raw[at + 120 : at + 124] = (1 << 22).to_bytes(4, "little")
    path = tmp_path / "bomb.msg"
    path.write_bytes(raw)
    assert isinstance(read(path), Event)


def test_without_the_extra_it_says_what_to_install(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("oxmsg"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingExtraError) as caught:
        read(samples / "hm_sent.msg")
    assert caught.value.hint == "pip install 'abusekit[msg]'"


def test_other_office_files_are_not_claimed(tmp_path: Path) -> None:
    path = tmp_path / "letter.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    with open_container([(path, path.name)]) as export:
        assert not outlook_msg.claim(export)


def test_honest_messages_are_read_as_messages(samples: Path) -> None:
    assert all(isinstance(read(path), Message) for path in samples.glob("*.msg"))
