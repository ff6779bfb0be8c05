"""The shared samples against the truth that was counted without any importer."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from abusekit.containers.container import open_container
from abusekit.importers.importer import Notes
from abusekit.importers.model import Account, Event, Message, Profile, Record, Time

IMPORTERS = {
    name: import_module(f"abusekit.importers.chats.{module}")
    for name, module in (
        ("telegram", "telegram_json"),
        ("telegram-html", "telegram_html"),
        ("discord", "discord_chat"),
        ("discord-package", "discord_package"),
        ("slack", "slack"),
        ("skype", "skype"),
        ("signal", "signal_json"),
        ("signal-text", "signal_text"),
    )
}

OURS: dict[str, tuple[str, tuple[str, ...]]] = {
    "telegram/cm_result_batch.json": ("telegram", ("cm_result_batch.json",)),
    "telegram/id_private_channel.json": ("telegram", ("id_private_channel.json",)),
    "telegram/id_private_group.json": ("telegram", ("id_private_group.json",)),
    "telegram/id_saved.json": ("telegram", ("id_saved.json",)),
    "telegram/id_users_test.json": ("telegram", ("id_users_test.json",)),
    "telegram/lc_result_personal.json": ("telegram", ("lc_result_personal.json",)),
    "telegram/synthetic/full_export/result.json": ("telegram", ("result.json",)),
    "telegram/synthetic/legacy_2020_invalid_escape/result.json": ("telegram", ("result.json",)),
    "telegram/synthetic/html_export/messages.html": ("telegram-html", ("messages.html",)),
    "discord/synthetic/dce_dm.json": ("discord", ("dce_dm.json",)),
    "discord/synthetic/data_package/": (
        "discord-package",
        (
            "account/user.json",
            "messages/c300000000000000003/channel.json",
            "messages/c300000000000000003/messages.json",
            "messages/c500000000000000005/channel.json",
            "messages/c500000000000000005/messages.csv",
            "messages/index.json",
        ),
    ),
    "signal/cm_sigexport_chat.txt": ("signal-text", ("cm_sigexport_chat.txt",)),
    "signal/synthetic/": ("signal", ("main.jsonl", "metadata.json")),
    "slack/lc_slack_export.zip": (
        "slack",
        (
            "channels.json",
            "example-channel/2023-04-13.json",
            "general/2023-04-13.json",
            "random/2023-04-13.json",
            "users.json",
        ),
    ),
    "slack/zulip_normal_thread.json": ("slack", ("zulip_normal_thread.json",)),
    "skype/synthetic/messages.json": ("skype", ("messages.json",)),
}
"""Entry of the expected results → who reads it, and the members that are claimed."""


@pytest.fixture(scope="module")
def exports(shared_data: Path) -> Path:
    return shared_data / "exports"


@pytest.fixture(scope="module")
def expected(exports: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((exports / "expected.json").read_bytes())
    return loaded


def _read(path: Path, importer: ModuleType) -> tuple[list[Record], Notes, tuple[str, ...]]:
    with open_container([(path, path.name)]) as export:
        members = importer.claim(export)
        notes = Notes()
        return list(importer.read(export, members, notes)), notes, tuple(one.path for one in members)


def _spelled(time: Time | None) -> str:
    assert time is not None
    return time.at


def _same(expectation: str, time: Time) -> bool:
    """Whether the time is the expected one, to the precision that both have."""
    digits = min(len(expectation.rstrip("Z")), len(time.at.rstrip("Z")))
    return expectation.endswith("Z") == time.at.endswith("Z") and expectation[:digits] == time.at[:digits]


def _sender(account: Account | None) -> str:
    assert account is not None
    return account.name or account.id


def test_every_entry_of_these_formats_is_tested(expected: dict[str, Any]) -> None:
    prefixes = ("telegram/", "discord/", "signal/", "slack/", "skype/")
    assert {name for name in expected if name.startswith(prefixes)} == set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_sample_is_read_as_expected(name: str, exports: Path, expected: dict[str, Any]) -> None:
    format_name, claimed = OURS[name]
    records, notes, members = _read(exports / name, IMPORTERS[format_name])
    truth = expected[name]
    messages = [one for one in records if isinstance(one, Message)]
    events = [one for one in records if isinstance(one, Event)]
    assert members == claimed
    if "messages" in truth:
        assert len(messages) == truth["messages"]
    if "events" in truth:
        assert len(events) == truth["events"]
    assert not [one for one in events if one.kind == "unparsed"]
    times = sorted((one.sent for one in (*messages, *events) if one.sent is not None), key=lambda one: one.at)
    assert _same(truth["first"], times[0]), times[0]
    assert _same(truth["last"], times[-1]), times[-1]
    assert not any(flag.startswith("unknown_fields") for one in (*messages, *events) for flag in one.flags)
    assert not notes.damaged


@pytest.mark.parametrize(
    ("name", "senders"),
    [
        ("telegram/lc_result_personal.json", {"Jimmeny Marvelton", "Batman & Robin"}),
        ("telegram/cm_result_batch.json", {"Author 1", "Author 2"}),
        ("telegram/id_users_test.json", {"User1", "User2", "User4"}),
        ("telegram/id_private_channel.json", {"test"}),
        ("telegram/id_private_group.json", {"Ben"}),
        ("telegram/synthetic/full_export/result.json", {"Sam C", "Jo Reyes", "user333333333"}),
        ("telegram/synthetic/legacy_2020_invalid_escape/result.json", {"Sam C", "Jo"}),
        ("telegram/synthetic/html_export/messages.html", {"Sam C", "Jo Reyes"}),
        ("discord/synthetic/dce_dm.json", {"Sam", "Jo R"}),
        ("discord/synthetic/data_package/", {"Jo R"}),
        ("signal/cm_sigexport_chat.txt", {"Jane Doe", "John Doe"}),
        ("signal/synthetic/", {"Sam C", "Jo Reyes"}),
        ("slack/zulip_normal_thread.json", {"U061A5N1G", "U061A1R2R"}),
        ("skype/synthetic/messages.json", {"Sam", "8:live:.cid.1111111111111111"}),
    ],
)
def test_senders(name: str, senders: set[str], exports: Path) -> None:
    records = _read(exports / name, IMPORTERS[OURS[name][0]])[0]
    assert {_sender(one.author) for one in records if isinstance(one, Message)} == senders


def test_zones_of_telegram_come_from_the_pair(exports: Path) -> None:
    records = _read(exports / "telegram/lc_result_personal.json", IMPORTERS["telegram"])[0]
    times = [one.sent for one in records if isinstance(one, Message) and one.sent is not None]
    assert [(one.zone, one.basis) for one in times] == [("-07:00", "paired")] * 4


def test_telegram_repeated_hour_gap_and_edit(exports: Path) -> None:
    name = "telegram/synthetic/full_export/result.json"
    records, notes, _ = _read(exports / name, IMPORTERS["telegram"])
    messages = {one.native_id: one for one in records if isinstance(one, Message)}
    before, after = messages["10"].sent, messages["11"].sent
    assert before is not None
    assert after is not None
    assert (before.raw, before.at, before.zone) == ("2024-10-27T01:30:00", "2024-10-27T00:30:00Z", "+01:00")
    assert (after.raw, after.at, after.zone) == ("2024-10-27T01:30:00", "2024-10-27T01:30:00Z", "+00:00")
    assert [one.native_id for one in messages.values() if one.edited] == ["12"]
    assert messages["12"].reply_to == "11"
    assert messages["12"].text == "you will regret https://example.com"
    assert messages["12"].urls == ("https://example.com",)
    assert [one.state for one in messages["16"].attachments] == ["omitted"]
    assert messages["16"].forwarded_from == "Other Person"
    assert messages["20"].author == Account(
        "telegram", "user333333333", "platform_id", owner=False
    )  # its name is null: a deleted account
    assert [one.kind for one in records if isinstance(one, Event)] == ["missed_call"]
    assert [one for one in notes.warnings if "between 12 and 14" in one and "only a gap" in one]
    assert [(one.kind, one.where) for one in notes.secrets] == [
        ("owner's phone", "result.json /personal_information/phone_number")
    ]
    assert [one.direction for one in messages.values()] == ["in", "in", "in", "out", "in", "in"]


def test_telegram_repair_is_noted_with_its_byte(exports: Path) -> None:
    name = "telegram/synthetic/legacy_2020_invalid_escape/result.json"
    records, notes, _ = _read(exports / name, IMPORTERS["telegram"])
    first, last = [one for one in records if isinstance(one, Message)]
    place = (exports / name).read_bytes().index(b"\\x07")
    assert first.text == "bell\x07 here"
    assert first.flags == ("repaired",)
    assert len(notes.repairs) == 1
    assert f"byte {place}:" in notes.repairs[0]
    assert last.edited is None  # 1970: never
    (unsupported,) = [one for one in records if isinstance(one, Event)]
    assert (unsupported.kind, unsupported.native_id, unsupported.sent) == ("notice", "2", None)


def test_telegram_polls_and_skipped_file(exports: Path) -> None:
    _, notes, _ = _read(exports / "telegram/id_private_channel.json", IMPORTERS["telegram"])
    assert notes.counts["polls"] == 2
    records = _read(exports / "telegram/id_users_test.json", IMPORTERS["telegram"])[0]
    skipped = next(one for one in records if isinstance(one, Message) and one.native_id == "400")
    assert [one.state for one in skipped.attachments] == ["omitted"]
    assert skipped.forwarded_from == "User3"
    assert "via_bot:@gif" in [flag for one in records if isinstance(one, Message) for flag in one.flags]


def test_telegram_html_joined_message_inherits_its_sender(exports: Path) -> None:
    records = _read(exports / "telegram/synthetic/html_export/messages.html", IMPORTERS["telegram-html"])[0]
    messages = {one.native_id: one for one in records if isinstance(one, Message)}
    assert _sender(messages["11"].author) == "Sam C"
    assert messages["11"].flags == ("author_inherited",)
    assert messages["11"].text == "after <b>not bold</b>"
    assert [(one.sent.zone, one.sent.basis) for one in messages.values() if one.sent] == [
        ("+01:00", "stated"),
        ("+00:00", "stated"),
        ("+00:00", "stated"),
    ]
    assert (messages["14"].text, messages["14"].reply_to) == ("stop\nplease", "11")


def test_discord_ids_agree_with_times(exports: Path) -> None:
    records = _read(exports / "discord/synthetic/dce_dm.json", IMPORTERS["discord"])[0]
    assert all(
        one.sent is not None and one.sent.agrees == ("id: +0 ms",)
        for one in records
        if not isinstance(one, Profile)
    )
    messages = [one for one in records if isinstance(one, Message)]
    assert [one.author.id for one in messages if one.author] == ["200000000000000001"] * 2 + [
        "200000000000000002"
    ]
    assert [one.edited is not None for one in messages] == [False, True, False]
    assert messages[2].reply_to == "1247218237955899392"
    assert [(one.name, one.state, one.size) for one in messages[2].attachments] == [
        ("proof.png", "missing", 1234)
    ]
    assert [(one.value, one.actor.id if one.actor else "") for one in messages[2].reactions] == [
        ("😂", "200000000000000001")
    ]
    (call,) = [one for one in records if isinstance(one, Event)]
    assert (call.kind, call.duration_s) == ("call", 180)


def test_discord_package_zone_is_settled_by_the_id(exports: Path) -> None:
    records, notes, _ = _read(exports / "discord/synthetic/data_package", IMPORTERS["discord-package"])
    messages = [one for one in records if isinstance(one, Message)]
    sent = messages[0].sent
    assert sent is not None
    assert (sent.raw, sent.at, sent.basis, sent.zone) == (
        "2024-06-03 16:05:00",
        "2024-06-03T16:05:00.789Z",
        "native_id",
        "+00:00",
    )
    assert messages[2].text == 'multi\nline, with "quotes"'
    assert [one.title for one in messages] == ["Direct Message with sam_c#0"] * 2 + ["general in Book Club"]
    assert all(one.author and one.author.owner and one.direction == "out" for one in messages)
    assert [(one.role, one.account.handle) for one in records if isinstance(one, Profile)] == [
        ("owner", "jo"),
        ("blocked", "sam_c"),
    ]
    assert [(one.kind, one.where) for one in notes.secrets] == [
        ("owner's e-mail", "account/user.json /email")
    ]
    assert [one.state for one in messages[0].attachments] == ["not_exported"]


def test_signal_versions_deletions_and_keys(exports: Path) -> None:
    records, notes, _ = _read(exports / "signal/synthetic", IMPORTERS["signal"])
    messages = [one for one in records if isinstance(one, Message)]
    assert [one.direction for one in messages] == ["in", "out", "in", "in", "in"]
    edited = messages[2].edited
    assert edited is not None
    assert edited.previous == ("I will hurt you",)
    assert (_spelled(messages[2].sent), _spelled(edited.at)) == (
        "2026-05-27T16:41:40.000Z",
        "2026-05-27T16:42:00.000Z",
    )
    assert [one.deleted.state for one in messages if one.deleted] == ["remote_deleted"]
    assert [one.flags for one in messages if one.attachments] == [("view_once",)]
    assert [(one.value, one.actor.owner if one.actor else None) for one in messages[0].reactions] == [
        ("😡", True)
    ]
    (block,) = [one for one in records if isinstance(one, Event)]
    assert block.kind == "block"
    assert block.target is not None
    assert (block.target.id, block.target.name_from) == ("X4xWjQEZR72BqruHybcZlQ==", "sender")
    contact = [one for one in records if isinstance(one, Profile)][1]
    assert contact.facts == {
        "phone": "447700900123",
        "name in the owner's address book": "Sam (do not answer)",
    }
    assert contact.role == "blocked"
    assert [one.where for one in notes.secrets] == [
        "main.jsonl line 1 /mediaRootBackupKey",
        "main.jsonl line 2 /account/profileKey",
    ]
    import msgspec

    assert b"AAAAAAAA" not in msgspec.json.encode(records)


def test_slack_joins_threads_and_times(exports: Path) -> None:
    records = _read(exports / "slack/lc_slack_export.zip", IMPORTERS["slack"])[0]
    assert [type(one).__name__ for one in records if not isinstance(one, Profile)] == [
        "Event",
        *["Message"] * 4,
    ]
    assert [one.kind for one in records if isinstance(one, Event)] == ["join"]
    assert len({one.conversation for one in records if not isinstance(one, Profile)}) == 3
    thread = _read(exports / "slack/zulip_normal_thread.json", IMPORTERS["slack"])[0]
    assert [one.reply_to for one in thread if isinstance(one, Message)] == [
        "",
        "1434139102.000002",
        "",
        "1539868294.000007",
    ]
    assert all(one.sent and one.sent.precision == "s" for one in thread if isinstance(one, Message))


def test_skype_edit_deletion_and_missed_call(exports: Path) -> None:
    records = _read(exports / "skype/synthetic/messages.json", IMPORTERS["skype"])[0]
    messages = [one for one in records if isinstance(one, Message)]
    assert [bool(one.deleted) for one in messages] == [True, False, False]
    assert [bool(one.edited) for one in messages] == [False, True, False]
    assert messages[1].text == "you'll see <3"
    assert messages[1].text_raw is not None
    assert "<e_m" in messages[1].text_raw
    assert [one.direction for one in messages] == ["in", "in", "out"]
    (call,) = [one for one in records if isinstance(one, Event)]
    assert (call.kind, call.outcome, call.direction) == ("missed_call", "missed", "in")
    assert [one.role for one in records if isinstance(one, Profile)] == ["owner", "blocked"]
