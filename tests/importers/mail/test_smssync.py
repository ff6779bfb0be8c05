"""Text messages and calls that SMS Backup+ stored as mails."""

from __future__ import annotations

from pathlib import Path

import pytest
from mail_reading import read

from abusekit.importers.model import Event, Message


def stored(**fields: str) -> bytes:
    given = {"address": "+447700900123", "date": "1609459200000", "type": "1", **fields}
    lines = "".join(f"X-smssync-{name}: {value}\n" for name, value in given.items())
    return b"From: a@unknown.email\nTo: me@example.com\nSubject: SMS with A\n" + lines.encode() + b"\nhello"


@pytest.mark.parametrize(
    ("code", "direction", "flags"),
    [
        ("1", "in", ()),
        ("2", "out", ()),
        ("3", "unknown", ("draft",)),
        ("5", "out", ("never_sent",)),
        ("x", "unknown", ()),
    ],
)
def test_directions(tmp_path: Path, code: str, direction: str, flags: tuple[str, ...]) -> None:
    (sms,) = read(tmp_path, stored(type=code))
    assert isinstance(sms, Message)
    assert (sms.direction, sms.flags, sms.kind) == (direction, flags, "sms")
    if direction == "out":
        assert sms.author is not None
        assert sms.author.owner is True
        assert sms.recipients[0].id == "+447700900123"
    if direction == "unknown":
        assert sms.author is None


def test_calls(tmp_path: Path) -> None:
    (call,) = read(tmp_path, stored(type="3", datatype="CALLLOG", duration="0"))
    assert isinstance(call, Event)
    assert (call.kind, call.direction, call.outcome, call.duration_s) == ("missed_call", "in", "missed", 0)
    assert call.author is not None
    (out,) = read(tmp_path, stored(type="2", datatype="CALLLOG", duration="65"))
    assert isinstance(out, Event)
    assert (out.kind, out.direction, out.duration_s) == ("call", "out", 65)
    assert out.author is None
    assert out.target is not None


@pytest.mark.parametrize("date", ["", "yesterday", "9" * 40, "9" * 18, "-"])
def test_times_that_are_none(tmp_path: Path, date: str) -> None:
    (sms,) = read(tmp_path, stored(date=date))
    assert isinstance(sms, Message)
    assert sms.sent is None
    assert "date_unreadable" in sms.flags
