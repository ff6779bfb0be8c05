"""Reddit's CSV files: the samples against their known truth, each also alone, and hostile tables."""

from __future__ import annotations

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

from abusekit.importers.model import Message, Profile
from abusekit.importers.social import reddit

FILES = ("chat_history", "comments", "ip_logs", "messages", "posts", "statistics")
PRIVATE = "id,permalink,thread_id,date,ip,from,to,subject,body\n"


def test_the_sample_is_read_as_its_truth_says(shared_data: Path) -> None:
    truth = json.loads((shared_data / "exports/expected.json").read_text("utf-8"))["reddit/synthetic/"]
    records, _ = read_path(reddit, shared_data / "exports/reddit/synthetic")
    moments = sorted(at(time) for time in sent_of(records))
    assert (len(said(records)), len(happened(records))) == (truth["messages"], truth["events"])
    assert (moments[0], moments[-1]) == (truth["first"], truth["last"])
    authors = {message.author.id for message in said(records) if message.author}
    assert authors == set(truth["senders"])
    assert [message.kind for message in said(records)].count("comment") == 2
    assert [message.kind for message in said(records)].count("post") == 1
    assert not any("unknown_fields" in flag for message in said(records) for flag in message.flags)
    assert isinstance(records[0], Profile) and records[0].account.id == "jo_reyes"


def test_texts_stay_as_they_are(shared_data: Path) -> None:
    comments = [
        one
        for one in said(read_path(reddit, shared_data / "exports/reddit/synthetic")[0])
        if one.kind == "comment"
    ]
    assert comments[0].text == 'multi\n\nparagraph, with "quotes" &amp; entity'
    assert comments[1].text == '=HYPERLINK("http://example.com")' and comments[1].reply_to == "abc1234"


def test_a_removed_text_and_who_wrote_to_whom(shared_data: Path) -> None:
    records = said(read_path(reddit, shared_data / "exports/reddit/synthetic")[0])
    removed = next(one for one in records if one.text == "[removed]")
    assert removed.flags == ("placeholder_text:[removed]",) and removed.deleted is None
    assert removed.edited is not None and removed.edited.state == "unknown"
    received = next(one for one in records if one.native_id == "m1")
    assert (
        received.direction == "in" and received.conversation == "m1" and received.recipients[0].owner is True
    )
    assert next(one for one in records if one.native_id == "m2").conversation == "m1"


def test_addresses_of_the_owner_are_secrets_and_in_no_record(shared_data: Path) -> None:
    records, notes = read_path(reddit, shared_data / "exports/reddit/synthetic")
    assert {secret.kind for secret in notes.secrets} == {"IP address"} and len(notes.secrets) == 3
    assert "203.0.113" not in repr(records) + repr(notes) and "198.51.100.7" not in repr(records)


@pytest.mark.parametrize("name", FILES)
def test_each_file_alone(shared_data: Path, name: str) -> None:
    records, _ = read_path(reddit, shared_data / f"exports/reddit/synthetic/{name}.csv")
    for record in said(records):
        # without statistics.csv nobody is known to be the owner of a private message
        assert record.kind in ("comment", "post") or record.direction == "unknown"
    assert bool(said(records)) == (name not in ("ip_logs", "statistics"))


def test_two_accounts_in_two_folders_are_kept_apart() -> None:
    files = {}
    for name in ("jo", "sam"):
        files[f"{name}/statistics.csv"] = f"statistic,value\naccount name,{name}\n"
        files[f"{name}/messages.csv"] = PRIVATE + "m,p,,2023-07-03 09:00:00 UTC,,jo,sam,s,b\n"
    records, _ = read_files(reddit, files)
    assert {one.source.member: one.direction for one in said(records)} == {
        "jo/messages.csv": "out",
        "sam/messages.csv": "in",
    }


def test_a_declared_owner_counts_where_the_file_names_none() -> None:
    text = PRIVATE + "m,p,,2023-07-03 09:00:00 UTC,,jo,sam,s,b\n"
    assert said(read_files(reddit, {"m.csv": text}, owner="jo")[0])[0].direction == "out"
    assert said(read_files(reddit, {"m.csv": text})[0])[0].direction == "unknown"


def test_columns_are_read_by_name() -> None:
    text = "body,to,id,from,subject,date,thread_id,permalink,mood\nhello,sam,m1,jo,s,2023-07-03 09:00:00 UTC,,p,bad\n"
    (message,) = said(read_files(reddit, {"m.csv": text})[0])
    assert (message.text, message.flags) == ("hello", ("unknown_fields:mood",))


def test_a_date_that_is_none_and_a_quote_without_end() -> None:
    text = PRIVATE + 'm1,p,,2023-13-03 09:00:00 UTC,,jo,sam,s,b\nm2,p,,x,,jo,sam,s,"never\nends'
    records, _ = read_files(reddit, {"m.csv": text})
    assert "date_not_read" in said(records)[0].flags
    assert [record.kind for record in happened(records)] == ["unparsed"]


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**64))
def test_whatever_is_damaged_nothing_else_is_raised(seed: int) -> None:
    chat = (
        "message_id,created_at,updated_at,username,message,thread_parent_message_id,channel_url,subreddit,channel_name,"
        'conversation_type\nc1,2023-07-04 10:00:00.123000 UTC,,troll,"you\ncan""not hide",,!r:reddit.com,,,direct\n'
    )
    files = {
        "chat_history.csv": chat,
        "statistics.csv": "statistic,value\naccount name,jo\n",
        "messages.csv": PRIVATE + "a,b\n",
    }
    damaged = {
        name: spoilt(text.encode(), seed + i, ((b"UTC", b"Z"), (b",", b"\t")))
        for i, (name, text) in enumerate(files.items())
    }
    survives(reddit, damaged)


def test_every_message_has_the_bytes_of_its_row(shared_data: Path) -> None:
    path = shared_data / "exports/reddit/synthetic/messages.csv"
    raw = path.read_bytes()
    message = said(read_path(reddit, path)[0])[1]
    assert isinstance(message, Message)
    assert raw[message.source.start : message.source.end].startswith(b"m2,") and message.source.at == "row 3"
