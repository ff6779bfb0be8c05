"""LinkedIn's messages.csv: the sample of 20,000 against its known truth, who the owner is, and hostile tables."""

from __future__ import annotations

import json
from pathlib import Path

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

from abusekit.importers.social import linkedin

HEADER = (
    "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER,"
    "ATTACHMENTS,IS MESSAGE DRAFT\n"
)
JO, SAM = "https://www.linkedin.com/in/jo-reyes", "https://www.linkedin.com/in/sam-c"
ROW = f"c1,,Sam C,{SAM},Jo Reyes,{JO},2024-03-05 21:00:00 UTC,,hello,INBOX,,false\n"
INVITED = "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl\n"


def test_the_sample_is_read_as_its_truth_says(shared_data: Path) -> None:
    truth = json.loads((shared_data / "exports/expected.json").read_text("utf-8"))[
        "linkedin/sample_export.zip"
    ]
    records, notes = read_path(linkedin, shared_data / "exports/linkedin/sample_export.zip")
    messages = said(records)
    moments = sorted(at(time) for time in sent_of(records))
    assert (len(messages), len(happened(records))) == (truth["messages"], truth["events"]) == (20_000, 0)
    assert (moments[0], moments[-1]) == (truth["first"], truth["last"])
    assert len({message.conversation for message in messages}) == 463
    assert len({message.author.name for message in messages if message.author}) == 133
    assert sum("\n" in message.text for message in messages) == 14_870
    assert all(message.direction != "unknown" for message in messages)
    assert notes.read_members == {"Invitations.csv"} and not notes.damaged


def test_the_owner_is_whom_the_invitations_name() -> None:
    invited = INVITED + f"Jo,X,,,OUTGOING,{JO},https://x\nY,Jo,,,INCOMING,https://y,{JO}\n"
    (message,) = said(read_files(linkedin, {"messages.csv": HEADER + ROW, "Invitations.csv": invited})[0])
    assert message.direction == "in" and message.recipients[0].owner is True
    assert message.author is not None and message.author.owner is False and message.author.handle == "sam-c"


def test_nobody_is_the_owner_where_nothing_says_so() -> None:
    two = INVITED + f"Jo,X,,,OUTGOING,{JO},https://x\nSam,X,,,OUTGOING,{SAM},https://x\n"
    for files in ({"messages.csv": HEADER + ROW}, {"messages.csv": HEADER + ROW, "Invitations.csv": two}):
        (message,) = said(read_files(linkedin, files)[0])
        assert message.direction == "unknown"
        assert message.author is not None and message.author.owner is None
    (message,) = said(read_files(linkedin, {"messages.csv": HEADER + ROW}, owner=JO)[0])
    assert message.direction == "in"


def test_several_recipients_are_profiles_without_names() -> None:
    row = ROW.replace(f"Jo Reyes,{JO}", f'"Reyes, Jo, Max",{JO},').replace(
        f"{JO},,", f'"{JO},https://www.linkedin.com/in/max",'
    )
    (message,) = said(read_files(linkedin, {"m.csv": HEADER + row})[0])
    assert [(one.handle, one.name) for one in message.recipients] == [("jo-reyes", ""), ("max", "")]


def test_a_draft_and_a_deleted_member() -> None:
    row = f"c1,,LinkedIn Member,,Jo Reyes,{JO},not a date,,hello,SPAM,https://x/a.pdf,TRUE\n"
    (message,) = said(read_files(linkedin, {"m.csv": HEADER + row})[0])
    assert message.flags == ("date_not_read", "never_sent", "folder:SPAM")
    assert message.author is not None and message.author.id_kind == "display_name"
    assert [(one.name, one.state) for one in message.attachments] == [("https://x/a.pdf", "not_exported")]


def test_a_preamble_before_the_header() -> None:
    text = 'Notes:\n"A paragraph, with commas, and\nlines"\n\n' + HEADER + ROW
    records, _ = read_files(linkedin, {"messages.csv": text})
    assert [message.text for message in said(records)] == ["hello"]
    assert text[said(records)[0].source.start :].startswith("c1,")


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**64))
def test_whatever_is_damaged_nothing_else_is_raised(seed: int) -> None:
    good = (HEADER + ROW + ROW.replace("hello", '"two\nlines, ""quoted"""')).encode()
    swaps = ((b"UTC", b"+99:99"), (b"\n", b"\r\n"), (b"2024", b"99999"))
    survives(
        linkedin,
        {"messages.csv": spoilt(good, seed, swaps), "Invitations.csv": spoilt(INVITED.encode(), seed)},
    )
