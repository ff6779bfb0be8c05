"""Discord beyond the samples: the clock in ids, refusals, files, channels of a package."""

from __future__ import annotations

from typing import Any

import pytest

from abusekit.errors import InputError
from abusekit.importers.chats import discord_chat, discord_package, snowflake

SAM = {"id": "200000000000000001", "name": "sam", "discriminator": "0000", "nickname": "Sam", "isBot": False}
ID = "1247218237955899392"  # 2024-06-03T16:00:00.123Z


def _message(**more: Any) -> dict[str, Any]:
    return {
        "id": ID, "type": "Default", "timestamp": "2024-06-03T16:00:00.123+00:00", "timestampEdited": None,
        "callEndedTimestamp": None, "isPinned": False, "content": "words", "author": SAM, "attachments": [],
        "embeds": [], "stickers": [], "reactions": [], "mentions": [], "inlineEmojis": [], **more,
    }  # fmt: skip


def _chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {
        "guild": {"id": "600000000000000006", "name": "Club"},
        "channel": {"id": "300000000000000003", "type": "GuildTextChat", "name": "general"},
        "messages": list(messages),
        "messageCount": len(messages),
        **more,
    }


@pytest.mark.parametrize(
    ("written", "at", "basis", "zone", "agrees"),
    [
        ("2024-06-03T18:00:00.123+02:00", "2024-06-03T16:00:00.123Z", "stated", "+02:00", "id: +0 ms"),
        ("2024-06-03T16:00:01.123+00:00", "2024-06-03T16:00:01.123Z", "stated", "+00:00", "CONFLICT: id: +1,000 ms"),
        ("2024-06-03 16:00:00", "2024-06-03T16:00:00.123Z", "native_id", "+00:00", "id: same second"),
        ("2024-06-03 21:45:00", "2024-06-03T16:00:00.123Z", "native_id", "+05:45", "id: same second"),
        ("2024-06-03 16:07:00", "2024-06-03T16:07:00", "unknown", "", "CONFLICT: the id says 2024-06-03T16:00:00.123Z"),
        ("2024-06-05 16:00:00", "2024-06-05T16:00:00", "unknown", "", "CONFLICT: the id says 2024-06-03T16:00:00.123Z"),
        ("today", "2024-06-03T16:00:00.123Z", "native_id", "",
         "CONFLICT: the written time is not read, this is the id's"),
    ],
)  # fmt: skip
def test_id_and_written_time(written: str, at: str, basis: str, zone: str, agrees: str) -> None:
    time = snowflake.settle(written, ID)
    assert time is not None
    assert (time.raw, time.at, time.basis, time.zone, time.agrees) == (written, at, basis, zone, (agrees,))
    assert snowflake.conflict(time) == agrees.startswith("CONFLICT")


@pytest.mark.parametrize("identity", ["", "7", "-1247218237955899392", "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧", "9" * 400])
def test_what_is_no_id_settles_nothing(identity: str) -> None:
    time = snowflake.settle("2024-06-03 16:00:00", identity)
    assert time is not None
    assert (time.basis, time.agrees) == ("unknown", ())
    assert snowflake.settle("today", identity) is None


def test_count_that_is_not_the_declared_one_is_told(reads: Any) -> None:
    assert not reads(discord_chat, {"a.json": _chat(_message())}).notes.warnings
    assert "holds 1" in reads(discord_chat, {"a.json": _chat(_message(), messageCount=2)}).notes.warnings[0]


def test_time_against_its_id_is_told(reads: Any) -> None:
    result = reads(discord_chat, {"a.json": _chat(_message(timestamp="2024-06-04T16:00:00.123+00:00"))})
    assert "1 written times differ" in result.notes.warnings[0]


def test_csv_is_refused_with_a_hint(reads: Any) -> None:
    csv = (
        b'AuthorID,Author,Date,Content,Attachments,Reactions\n"1","sam","06/03/2024 4:00 PM","words","",""\n'
    )
    with pytest.raises(InputError) as refused:
        reads(discord_chat, {"a.csv": csv})
    assert refused.value.hint == "export the channel again as JSON"
    both = reads(discord_chat, {"a.csv": csv, "a.json": _chat(_message())})
    assert len(both.messages) == 1
    assert "CSV" in both.notes.damaged[0]


def test_media_with_backslashes_and_escapes_is_found(reads: Any) -> None:
    files = {
        "out/a.json": _chat(
            _message(
                attachments=[
                    {"id": "4", "url": "a.json_Files\\p-1.png", "fileName": "p.png", "fileSizeBytes": 8},
                    {"id": "5", "url": "a.json_Files/q%20x.png", "fileName": "q x.png", "fileSizeBytes": 8},
                    {
                        "id": "6",
                        "url": "https://cdn.example/r.png?ex=1&hm=2",
                        "fileName": "r.png",
                        "fileSizeBytes": 8,
                    },
                ]
            )
        ),
        "out/a.json_Files/p-1.png": b"\x89PNG\r\n\x1a\n",
        "out/a.json_Files/q x.png": b"\x89PNG\r\n\x1a\n",
    }
    result = reads(discord_chat, files, claimed=["out/a.json"])
    attached = result.messages[0].attachments
    assert [(one.name, one.state) for one in attached] == [
        ("p.png", "present"),
        ("q x.png", "present"),
        ("r.png", "missing"),
    ]
    assert attached[0].media_type == "image/png"
    assert "hm=2" not in attached[2].note
    assert len(result.notes.read_members) == 2


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        ("Default", "message"), ("Reply", "message"), ("20", "message"), ("Call", "call"), ("RecipientAdd", "join"),
        ("RecipientRemove", "leave"), ("ChannelNameChange", "title_change"), ("8", "system"),
    ],
)  # fmt: skip
def test_kinds(reads: Any, kind: str, made: str) -> None:
    (record,) = reads(discord_chat, {"a.json": _chat(_message(type=kind))}).records
    assert record.kind == made


def test_forwarded_message_and_embeds_of_a_bot(reads: Any) -> None:
    forwarded = _message(
        content="",
        reference={"type": "Forward", "messageId": "1", "channelId": "2"},
        forwardedMessage={"content": "old"},
    )  # fmt: skip
    bot = _message(content="", author={**SAM, "isBot": True}, embeds=[{"title": "t", "description": "d"}])
    first, second = reads(discord_chat, {"a.json": _chat(forwarded, bot)}).messages
    assert (first.text, first.reply_to, first.forwarded_from) == ("old", "", "message 1 in channel 2")
    assert (second.text, second.flags) == ("t\nd", ("bot", "embeds:1"))


def test_date_range_is_a_limit(reads: Any) -> None:
    result = reads(
        discord_chat, {"a.json": _chat(_message(), dateRange={"after": "2024-01-01", "before": None})}
    )
    assert "only a part" in result.notes.limits[0]


def test_declared_owner_gives_directions(reads: Any) -> None:
    other = _message(author={**SAM, "id": "200000000000000002", "name": "jo", "nickname": "Jo"})
    result = reads(discord_chat, {"a.json": _chat(_message(), other)}, owner="jo")
    assert [one.direction for one in result.messages] == ["in", "out"]
    unknown = reads(discord_chat, {"a.json": _chat(_message(), other)})
    assert {one.direction for one in unknown.messages} == {"unknown"}


USER = {
    "id": "200000000000000002",
    "username": "jo",
    "discriminator": 0,
    "global_name": "Jo",
    "email": "jo@x.example",
}
MESSAGES = [
    {"ID": 1247219499040505856, "Timestamp": "2024-06-03 16:05:00", "Contents": "x", "Attachments": ""}
]
CHANNEL = {"id": "300000000000000003", "type": "GROUP_DM", "name": "us", "recipients": ["200000000000000001"]}


def test_package_with_names_in_another_language(reads: Any) -> None:
    result = reads(
        discord_package,
        {
            "Compte/user.json": USER,
            "Messages/c300000000000000003/channel.json": CHANNEL,
            "Messages/c300000000000000003/messages.json": MESSAGES,
        },
    )
    (message,) = result.messages
    assert (message.author.name, message.title, message.conversation) == ("Jo", "us", "300000000000000003")
    assert [one.id for one in message.recipients] == ["200000000000000001"]


def test_package_messages_alone(reads: Any) -> None:
    (message,) = reads(discord_package, {"messages.json": MESSAGES}).messages
    assert (message.author.owner, message.direction, message.conversation) == (True, "out", "messages.json")


def test_package_channel_without_messages_is_told(reads: Any) -> None:
    result = reads(discord_package, {"user.json": USER, "m/c300000000000000003/channel.json": CHANNEL})
    assert "no messages" in result.notes.warnings[0]


def test_index_alone_is_refused(reads: Any) -> None:
    with pytest.raises(InputError, match="without messages"):
        reads(discord_package, {"index.json": {"300000000000000003": "Direct Message with sam"}})


def test_package_row_with_too_few_cells_is_not_dropped(reads: Any) -> None:
    csv = b"ID,Timestamp,Contents,Attachments\r\n806374685703929856,2021-02-03 04:05:06.789000+00:00,ok,\r\n1,2\r\n"
    result = reads(discord_package, {"messages.csv": csv})
    assert [one.text for one in result.messages] == ["ok"]
    assert [(one.kind, one.text) for one in result.events] == [
        ("unparsed", "The row has 2 cells, and the header 4.")
    ]
    assert csv[result.events[0].source.start : result.events[0].source.end] == b"1,2"


@pytest.mark.parametrize(
    "other",
    [
        {"id": "300000000000000003", "type": "Person", "name": "x"},
        {"id": "300000000000000003", "type": 1},
        {"id": "7", "type": "DM", "recipients": []},
        {"id": "300000000000000003", "type": "DM", "messages": []},
        {"7": "x"},
        [],
    ],
)
def test_other_json_is_not_claimed_as_a_package(reads: Any, other: Any) -> None:
    with pytest.raises(AssertionError, match="not claimed"):
        reads(discord_package, {"a.json": other})
