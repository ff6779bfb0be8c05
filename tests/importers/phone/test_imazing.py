"""iMazing's CSV: the samples against their known truth, dates without zone, attachments beside the table."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.importers.read_whole import (
    at,
    happened,
    read_files,
    read_path,
    said,
    sent_of,
    spoilt,
    survives,
)

from abusekit.importers.model import Message
from abusekit.importers.phone import imazing

SAMPLES = ("imazing/br_messages.csv", "imazing/br_whatsapp.csv")
NEWER = (
    "Chat Session", "Message Date", "Delivered Date", "Read Date", "Edited Date", "Deleted Date", "Service", "Type",
    "Sender ID", "Sender Name", "Status", "Replying to", "Subject", "Text", "Reactions", "Attachment",
    "Attachment type",
)  # fmt: skip


def table(*rows: dict[str, str], columns: tuple[str, ...] = NEWER) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def row(**cells: str) -> dict[str, str]:
    usual = {"Chat Session": "Sam", "Message Date": "2024-03-05 21:00:00", "Type": "Incoming", "Service": "iMessage",
             "Sender ID": "sam@example.org", "Sender Name": "Sam", "Status": "Read", "Text": "hello"}  # fmt: skip
    return {**usual, **{name.replace("_", " "): cell for name, cell in cells.items()}}


def one(**cells: str) -> Message:
    records, _ = read_files(imazing, {"messages.csv": table(row(**cells))})
    (message,) = said(records)
    return message


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_as_its_truth_says(shared_data: Path, name: str) -> None:
    truth = json.loads((shared_data / "exports" / "expected.json").read_text("utf-8"))[name]
    records, notes = read_path(imazing, shared_data / "exports" / name)
    moments = sent_of(records)
    assert (len(said(records)), len(happened(records))) == (truth["messages"], truth["events"])
    assert (at(moments[0]), at(moments[-1])) == (truth["first"], truth["last"])
    assert all(time.basis == "unknown" and not time.zone for time in moments)
    people = [message.author for message in said(records) if message.author]
    assert {(one.name, one.owner) for one in people} == {("Bob McRoy", None), ("", True)}
    assert [len(message.attachments) for message in said(records)] == [0, 0, 1]
    assert not notes.warnings and not [
        flag for message in said(records) for flag in message.flags if ":" in flag
    ]


def test_the_platform_is_that_of_the_row_or_of_the_columns(shared_data: Path) -> None:
    first, second = (said(read_path(imazing, shared_data / "exports" / name)[0]) for name in SAMPLES)
    assert [message.platform for message in first] == ["sms", "sms", "imessage"]
    assert {message.platform for message in second} == {"whatsapp"}
    assert second[2].flags == ("forwarded",)
    assert second[1].times[0][0] == "sent" and at(second[1].times[0][1]) == "2020-01-01T13:01:01"


def test_edited_and_deleted() -> None:
    message = one(Edited_Date="2024-03-05 21:01:00", Deleted_Date="2024-03-05 21:02:00")
    assert (
        message.edited is not None
        and message.edited.state == "yes"
        and at(message.edited.at) == "2024-03-05T21:01:00"
    )
    assert message.deleted is not None and message.deleted.state == "unknown"


def test_a_notification_is_no_message() -> None:
    records, _ = read_files(
        imazing, {"m.csv": table(row(Type="Notification", Text="Sam left the conversation"))}
    )
    assert [(one.kind, one.text) for one in happened(records)] == [("notice", "Sam left the conversation")]


def test_a_type_that_is_not_known_gives_no_direction() -> None:
    message = one(Type="Eingehend")
    assert message.direction == "unknown" and "unknown_type:Eingehend" in message.flags


def test_the_order_of_day_and_month_is_proved_or_left_open() -> None:
    dates = ("03/04/2024 21:00", "04/04/2024 9:00 PM")
    records, notes = read_files(imazing, {"m.csv": table(*(row(Message_Date=one) for one in dates))})
    first = said(records)[0].sent
    assert first is not None and first.order == "undecided"
    assert first.readings == (("DMY", "2024-04-03T21:00"), ("MDY", "2024-03-04T21:00"))
    assert notes.warnings
    records, notes = read_files(
        imazing, {"m.csv": table(*(row(Message_Date=one) for one in (*dates, "13/04/2024 10:00")))}
    )
    assert [at(message.sent) for message in said(records)] == [
        "2024-04-03T21:00",
        "2024-04-04T21:00",
        "2024-04-13T10:00",
    ]
    assert all(message.sent is not None and message.sent.order == "over_12" for message in said(records))
    assert not notes.warnings


def test_a_date_that_is_none_is_told() -> None:
    assert one(Message_Date="yesterday").sent is None
    assert "date_not_read" in one(Message_Date="yesterday").flags


def test_attachments_beside_the_table() -> None:
    files = {
        "x/m.csv": table(row(Attachment="a.jpg"), row(Attachment="b.jpg"), row(Attachment="c.jpg")),
        "x/a.jpg": b"\xff\xd8\xff",
        "x/2024-03-05 21 00 00 - Sam - b.jpg": b"\xff\xd8\xff",
        "y/c.jpg": b"",
    }
    records, notes = read_files(imazing, files)
    found = [message.attachments[0] for message in said(records)]
    assert [one.state for one in found] == ["present", "present", "missing"]
    assert found[0].media_type == "image/jpeg" and notes.read_members == set(list(files)[1:3])


def test_a_row_that_does_not_fit_is_told_and_not_guessed() -> None:
    text = table(row(), row()) + "Sam,too,few\n" + table(row()).split("\n", 1)[1]
    records, _ = read_files(imazing, {"m.csv": text})
    assert [record.kind for record in happened(records)] == ["unparsed"] and len(said(records)) == 3


def test_a_new_column_is_noticed() -> None:
    text = table({**row(), "Pinned": "yes"}, row(), columns=(*NEWER, "Pinned"))
    records, _ = read_files(imazing, {"m.csv": text})
    assert [message.flags for message in said(records)] == [("unknown_fields:Pinned",), ()]


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**64))
def test_whatever_is_damaged_nothing_else_is_raised(seed: int) -> None:
    good = table(
        row(Text='two\nlines "quoted"'), row(Type="Outgoing", Message_Date="31/12/2024 1:00 AM"), row()
    ).encode()
    survives(
        imazing, {"m.csv": spoilt(good, seed, ((b"Incoming", b"\xff"), (b",", b";"), (b"2024", b"20240")))}
    )
