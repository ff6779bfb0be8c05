"""Snapchat: the samples against their known truth, clocks, media and people."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from tests.importers.read_whole import container, reading

from abusekit.containers.container import Container, Member, open_container
from abusekit.errors import InputError
from abusekit.importers import snapchat
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Message, Profile, Record


def chat(**fields: object) -> Record:
    good = {
        "From": "troll",
        "Media Type": "TEXT",
        "Created": "2024-04-20 01:29:22 UTC",
        "Content": "x",
        "IsSender": False,
    }
    ((record,), _) = reading(snapchat, container({"json/chat_history.json": {"troll": [{**good, **fields}]}}))
    return record


@pytest.mark.parametrize("name", ["snapchat/synthetic/", "snapchat/synthetic_legacy/"])
def test_sample_gives_what_is_known_of_it(shared_data: Path, name: str) -> None:
    expected = json.loads((shared_data / "exports/expected.json").read_text("utf-8"))[name]
    path = shared_data / "exports" / name
    with open_container([(path, path.name)]) as export:
        records, _ = reading(snapchat, export)
    messages = [record for record in records if isinstance(record, Message)]
    assert len(messages) == expected["messages"]
    assert sum(isinstance(record, Event) for record in records) == expected["events"]
    times = sorted(message.sent.at[:19] + "Z" for message in messages if message.sent)
    assert (times[0], times[-1]) == (expected["first"], expected["last"])
    assert {message.author.handle if message.author else "owner" for message in messages} == set(
        expected["senders"]
    )


def test_sample_in_detail(shared_data: Path) -> None:
    path = shared_data / "exports/snapchat/synthetic"
    with open_container([(path, path.name)]) as export:
        records, notes = reading(snapchat, export)
    messages = [record for record in records if isinstance(record, Message)]
    assert [message.direction for message in messages] == ["in", "out", "in", "in", "in"]
    assert [(one.name, one.state) for one in messages[2].attachments] == [
        ("b~AAA", "present"),
        ("b~BBB", "missing"),
    ]
    assert notes.read_members == {"chat_media/2024-04-20_b~AAA.jpg"}
    assert messages[3].title == "Class of 24"
    assert (messages[4].kind, messages[4].attachments[0].state) == ("snap", "not_exported")
    (erased,) = [record for record in records if isinstance(record, Event)]
    assert erased.kind == "erased"
    assert messages[0].sent is not None
    assert (messages[0].sent.at, messages[0].sent.basis) == ("2024-04-20T01:29:22.686Z", "epoch")


def test_legacy_direction_is_in_the_section(shared_data: Path) -> None:
    path = shared_data / "exports/snapchat/synthetic_legacy"
    with open_container([(path, path.name)]) as export:
        records, _ = reading(snapchat, export, "jo.reyes")
    first, second = records
    assert isinstance(first, Message) and isinstance(second, Message)
    assert (first.direction, second.direction) == ("in", "out")
    assert first.recipients[0].handle == "jo.reyes" and second.author is not None and second.author.owner


@pytest.mark.parametrize(
    ("count", "at"),
    [
        (1713576562686, "2024-04-20T01:29:22.686Z"),
        (1713576562686123, "2024-04-20T01:29:22.686123Z"),
        (1713576562, "2024-04-20T01:29:22Z"),
    ],
)
def test_unit_of_the_count_by_its_size(count: int, at: str) -> None:
    record = chat(**{"Created(microseconds)": count})
    assert isinstance(record, Message) and record.sent is not None
    assert record.sent.at == at
    assert "same second" in record.sent.agrees[0]


def test_clocks_that_disagree() -> None:
    record = chat(**{"Created(microseconds)": 1713576599000})
    assert isinstance(record, Message) and record.sent is not None
    assert (record.sent.at, record.sent.basis) == ("2024-04-20T01:29:22Z", "stated")
    assert record.sent.agrees[0].startswith("CONFLICT")


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("STATUSERASEDMESSAGE", "erased"), ("STATUSERASEDSNAPMESSAGE", "erased"), ("STATUSCALLENDEDAUDIO", "call"),
        ("STATUSCALLMISSEDVIDEO", "missed_call"), ("STATUSCONVERSATIONCAPTURESCREENSHOT", "notice"),
    ],
)  # fmt: skip
def test_status_is_an_event(kind: str, event: str) -> None:
    record = chat(**{"Media Type": kind, "Content": ""})
    assert isinstance(record, Event)
    assert (record.kind, record.text) == (event, kind)


@pytest.mark.parametrize(
    "fields",
    [
        {"Created": "yesterday"}, {"Created": 5}, {"IsSender": "no"}, {"Content": []}, {"From": {}}, {"Media IDs": 4},
        {"Created(microseconds)": "1"}, {"Media Type": None, "Content": 1},
    ],
)  # fmt: skip
def test_wrong_types_are_unparsed(fields: dict[str, object]) -> None:
    record = chat(**fields)
    assert isinstance(record, Event) and record.kind == "unparsed"


def test_unknown_key_and_absent_time() -> None:
    record = chat(Created="", Novelty=1)
    assert isinstance(record, Message)
    assert record.sent is None and set(record.flags) == {"no_time", "unknown_fields:Novelty"}


def test_media_without_id_is_omitted() -> None:
    record = chat(**{"Media Type": "MEDIA", "Content": "", "Media IDs": ""})
    assert isinstance(record, Message)
    assert [one.state for one in record.attachments] == ["omitted"]


def test_people_and_account() -> None:
    friend = {"Username": "troll", "Display Name": "T", "Creation Timestamp": "2024-04-20 01:00:00 UTC",
        "Last Modified Timestamp": "2024-05-20 01:00:00 UTC", "Source": "x"}  # fmt: skip
    export = container({
        "json/friends.json": {"Friends": [friend], "Blocked Users": [friend]},
        "json/account.json": {
            "Basic Information": {"Username": "jo.reyes", "Name": "Jo", "Creation Date": "2015-01-01 00:00:00 UTC",
                "Registration IP": "192.0.2.7"},
            "Login History": [{"IP": "192.0.2.8", "Created": "2024-01-01 00:00:00 UTC", "Status": "ok", "Device": "d"}],
        },
    })  # fmt: skip
    records, notes = reading(snapchat, export)
    profile, login, met, block = records
    assert (
        isinstance(profile, Profile)
        and profile.account.owner
        and profile.facts == {"created": "2015-01-01T00:00:00Z"}
    )
    assert isinstance(login, Event) and (login.kind, login.author and login.author.handle) == (
        "login",
        "jo.reyes",
    )
    assert isinstance(met, Event) and (met.kind, met.text, met.sent and met.sent.at) == (
        "notice", "Friends", "2024-04-20T01:00:00Z",
    )  # fmt: skip
    assert isinstance(block, Event) and (block.kind, block.sent) == ("block", None)
    assert "entry_changed:2024-05-20T01:00:00Z" in block.flags
    assert {secret.kind for secret in notes.secrets} == {"IP address"}
    assert "192.0.2" not in repr(records) + repr(notes)


def test_cut_off_file_keeps_what_precedes() -> None:
    whole = json.dumps(
        {
            "troll": [
                {"From": "troll", "Media Type": "TEXT", "Created": "2024-04-20 01:29:22 UTC", "Content": "a"}
            ]
            * 2
        }
    )
    raw = whole[:-20].encode()
    export = Container("x", [Member("json/chat_history.json", len(raw), None, lambda: io.BytesIO(raw))])
    records, notes = reading(snapchat, export)
    assert (len(records), len(notes.damaged)) == (1, 1)
    nothing = Container("x", [Member("a.json", 2, None, lambda: io.BytesIO(b'{"'))])
    with pytest.raises(InputError, match="Snapchat"):
        list(snapchat.read(nothing, nothing.members, Notes()))
