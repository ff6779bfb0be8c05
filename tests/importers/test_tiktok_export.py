"""TikTok: the samples against their known truth, all section names, and the text form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.importers.read_whole import container, reading

from abusekit.containers.container import Container, open_container
from abusekit.errors import InputError
from abusekit.importers import tiktok
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Message, Profile


def export_of(data: object) -> Container:
    return container({"user_data_tiktok.json": data})


@pytest.mark.parametrize(
    "name", ["tiktok/synthetic/user_data_tiktok.json", "tiktok/synthetic/user_data_legacy.json"]
)
def test_sample_gives_what_is_known_of_it(shared_data: Path, name: str) -> None:
    expected = json.loads((shared_data / "exports/expected.json").read_text("utf-8"))[name]
    path = shared_data / "exports" / name
    with open_container([(path, path.name)]) as export:
        records, _ = reading(tiktok, export)
    messages = [record for record in records if isinstance(record, Message)]
    assert len(messages) == expected["messages"]
    assert sum(isinstance(record, Event) for record in records) == expected["events"]
    times = [message.sent.at for message in messages if message.sent]
    assert (times[0], times[-1]) == (expected["first"], expected["last"])
    assert {message.author.handle if message.author else "owner" for message in messages} == set(
        expected["senders"]
    )
    assert {message.sent.basis for message in messages if message.sent} == {"convention"}


def test_sample_in_detail(shared_data: Path) -> None:
    path = shared_data / "exports/tiktok/synthetic/user_data_tiktok.json"
    with open_container([(path, path.name)]) as export:
        records, _ = reading(tiktok, export)
    profile, first, second, third, comment, block = records
    assert isinstance(profile, Profile) and profile.account.handle == "jo.reyes"
    assert isinstance(first, Message) and isinstance(second, Message) and isinstance(third, Message)
    assert [one.direction for one in (first, second, third)] == ["in", "out", "in"]
    assert second.recipients[0].handle == "troll.tok" and first.recipients[0].owner
    assert (first.conversation, third.urls) == (
        "troll.tok", ("https://www.tiktokv.com/share/video/7000000000000000000/",),
    )  # fmt: skip
    assert isinstance(comment, Message) and (comment.kind, comment.direction, comment.attachments) == (
        "comment",
        "out",
        (),
    )
    assert isinstance(block, Event) and (block.kind, block.target and block.target.handle) == (
        "block",
        "troll.tok",
    )


def test_sections_under_their_other_names() -> None:
    person = {"Date": "2024-02-01 22:18:00", "UserName": "a"}
    said = {"Date": "2024-02-01 22:18:00", "From": "a", "Content": "x"}
    login = {"Date": "2024-02-01 22:18:00", "IP": "192.0.2.7", "DeviceModel": "M", "DeviceSystem": "S"}
    records, notes = reading(tiktok, export_of({
        "Comment": {"CommentsList": [{"Date": "2024-02-01 22:18:00", "Comment": "c"}]},
        "Profile And Settings": {"Block List": {"BlockList": [person]}, "Follower": {"FansList": [person]}},
        "Your Activity": {"Following": {"Following": [person]}, "Login History": {"LoginHistoryList": [login]}},
        "Direct Message": {"Group Chat": {"GroupChat": {"Friends": [said]}}},
        "Profile": {"Profile Information": {"ProfileMap": {"userName": "jo", "emailAddress": "jo@mail.example"}}},
    }))  # fmt: skip
    events = [record for record in records if isinstance(record, Event)]
    assert [(event.kind, event.author and event.author.id) for event in events] == [
        ("block", "jo"), ("follow", "a"), ("follow", "jo"), ("login", "jo"),
    ]  # fmt: skip
    assert [(record.kind, record.text) for record in records if isinstance(record, Message)] == [
        ("comment", "c"), ("message", "x"),
    ]  # fmt: skip
    assert {secret.kind for secret in notes.secrets} == {"IP address", "owner's e-mail"}
    assert "192.0.2.7" not in repr(records) + repr(notes)


def test_stated_utc_is_stated_and_wrong_types_are_unparsed() -> None:
    good = {"Date": "2024-02-01 22:15:30 UTC", "From": "a", "Content": "x", "New": 1}
    bad: list[object] = [
        {**good, "Date": "soon"},
        {**good, "Date": 1},
        {**good, "Content": []},
        {**good, "From": {}},
        "x",
        5,
    ]
    records, _ = reading(
        tiktok,
        export_of(
            {"Direct Message": {"Direct Messages": {"ChatHistory": {"Chat History with a:": [good, *bad]}}}}
        ),
    )
    message, *rest = records
    assert isinstance(message, Message) and message.sent is not None
    assert (message.sent.basis, message.flags) == ("stated", ("unknown_fields:New",))
    assert [record.kind for record in rest if isinstance(record, Event)] == ["unparsed"] * len(bad)


TEXT = b"""\xef\xbb\xbf>>> Chat History with troll.tok::

2024-02-01 22:17:00 UTC troll.tok: third
2024-02-01 22:16:00 UTC jo.reyes: two lines

and a second: with a colon
2024-02-01 22:15:30 UTC troll.tok: see https://x.example/

>>> Chat History with friend1::\r
2024-02-03 10:00:00 UTC friend1: caf\xc3\xa9\r
"""


def test_text_form_is_read() -> None:
    records, notes = reading(tiktok, container({"Direct Messages.txt": TEXT}), "jo.reyes")
    messages = [record for record in records if isinstance(record, Message)]
    assert len(records) == len(messages)
    assert [
        (message.conversation, message.author and message.author.handle, message.text) for message in messages
    ] == [
        ("troll.tok", "troll.tok", "third"),
        ("troll.tok", "jo.reyes", "two lines\n\nand a second: with a colon"),
        ("troll.tok", "troll.tok", "see https://x.example/"),
        ("friend1", "friend1", "café"),
    ]
    assert [message.direction for message in messages] == ["in", "out", "in", "in"]
    assert messages[0].sent is not None and (messages[0].sent.at, messages[0].sent.basis) == (
        "2024-02-01T22:17:00Z", "stated",
    )  # fmt: skip
    assert any("JSON" in limit for limit in notes.limits)


def test_text_form_flags_a_line_against_the_clock() -> None:
    lines = [f"2024-02-0{day} 10:00:00 UTC a: {day}" for day in (1, 2, 3)]
    lines.insert(2, "2023-01-01 10:00:00 UTC jo: forged")
    records, _ = reading(tiktok, container({"x.txt": "\n".join([">>> Chat History with a::", *lines])}))
    assert [record.flags for record in records if isinstance(record, Message)] == [
        (),
        (),
        ("boundary_ambiguous",),
        (),
    ]


def test_text_form_keeps_what_belongs_to_no_message() -> None:
    raw = b">>> Chat History with a::\nstray\n2024-02-31 10:00:00 UTC a: no such day\n2024-02-01 10:00:00 UTC a: x"
    records, _ = reading(tiktok, container({"x.txt": raw}))
    assert [record.kind for record in records if isinstance(record, Event | Message)] == [
        "unparsed",
        "unparsed",
        "message",
    ]
    assert sum(record.source.end - record.source.start for record in records) == len(raw) - len(
        b">>> Chat History with a::\n\n\n"
    )


def test_other_text_and_json_are_not_claimed() -> None:
    for raw, name in (
        (b"You have no data in this section", "Direct Messages.txt"), (b"said >>> Chat History with a:: x", "a.txt"),
        (b'{"messages":[]}', "user_data_tiktok.json"), (b"[]", "user_data.json"), (b"", "user_data.json"),
    ):  # fmt: skip
        assert list(tiktok.claim(container({name: raw}))) == []


def test_cut_off_file_keeps_what_precedes() -> None:
    chats = {"Chat History with a:": [{"Date": "2024-02-01 22:15:30", "From": "a", "Content": "x"}] * 2}
    raw = json.dumps({"Direct Message": {"Direct Messages": {"ChatHistory": chats}}})[:-20].encode()
    records, notes = reading(tiktok, export_of(raw))
    assert (len(records), len(notes.damaged)) == (1, 1)
    nothing = container({"a.json": b'{"'})
    with pytest.raises(InputError, match="TikTok"):
        list(tiktok.read(nothing, nothing.members, Notes()))
