"""Signal beyond the samples: people, media, notices, timers, damage; and the text of sigexport."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import msgspec
import pytest

from abusekit.importers.chats import signal_json, signal_text

KEY = base64.b64encode(b"k" * 32).decode()
HEAD = (
    {"version": "1", "backupTimeMs": "1780000000000", "mediaRootBackupKey": KEY},
    {"account": {"profileKey": KEY, "givenName": "Jo", "svrPin": "1234"}},
    {"recipient": {"id": "1", "self": {}}},
    {
        "recipient": {
            "id": "2",
            "contact": {"e164": "447700900123", "systemGivenName": "Mr X", "profileKey": KEY},
        }
    },
    {"recipient": {"id": "3", "group": {"masterKey": KEY, "snapshot": {"title": {"title": "Club"}}}}},
    {"chat": {"id": "1", "recipientId": "2"}},
    {"chat": {"id": "2", "recipientId": "3", "expirationTimerMs": "3600000"}},
)


def _item(**more: Any) -> dict[str, Any]:
    return {"chatItem": {"chatId": "1", "authorId": "2", "dateSent": "1779900000000", "incoming": {}, **more}}


def _text(body: str, **more: Any) -> dict[str, Any]:
    return {"standardMessage": {"text": {"body": body}, **more}}


def _export(*frames: Any) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in (*HEAD, *frames))


def test_contact_without_a_name_of_their_own(reads: Any) -> None:
    (message,) = reads(signal_json, {"main.jsonl": _export(_item(**_text("a")))}).messages
    author = message.author
    assert (author.id, author.id_kind, author.name, author.name_from) == (
        "447700900123",
        "phone",
        "Mr X",
        "contact_book",
    )
    assert author.owner is False
    assert (message.conversation, message.title) == ("447700900123", "Mr X")


def test_group_has_an_id_that_does_not_open_it(reads: Any) -> None:
    result = reads(signal_json, {"main.jsonl": _export(_item(chatId="2", **_text("a")))})
    (message,) = result.messages
    assert message.conversation == f"group {hashlib.sha256(KEY.encode()).hexdigest()[:32]}"
    assert message.title == "Club"
    assert KEY.encode() not in msgspec.json.encode(result.records)
    assert b"1234" not in msgspec.json.encode([one for one in result.profiles if one.role == "owner"])


def test_every_key_is_told_with_its_line(reads: Any) -> None:
    pointer = {"pointer": {"locatorInfo": {"key": KEY, "localKey": KEY}}}
    items = [_item(**_text("a", attachments=[pointer])) for _ in range(3)]
    place = "/chatItem/standardMessage/attachments/*/pointer/locatorInfo"
    where = [one.where for one in reads(signal_json, {"main.jsonl": _export(*items)}).notes.secrets]
    assert where == [
        "main.jsonl line 1 /mediaRootBackupKey",
        "main.jsonl line 2 /account/profileKey",
        "main.jsonl line 2 /account/svrPin",
        "main.jsonl line 4 /recipient/contact/profileKey",
        "main.jsonl line 5 /recipient/group/masterKey",
        *(f"main.jsonl line 8 {place}/{key}, and on 2 further lines" for key in ("key", "localKey")),
    ]


def test_timers_are_a_limit(reads: Any) -> None:
    notes = reads(signal_json, {"main.jsonl": _export(_item(**_text("a")))}).notes
    assert notes.limits == [
        "1 chats have disappearing messages turned on: what disappears there is not in this export."
    ]


def test_media_are_known_by_their_hash(reads: Any) -> None:
    photo = b"\xff\xd8\xff\xe0 photo"
    digest = base64.b64encode(hashlib.sha256(photo).digest()).decode()

    def pointer(size: int) -> dict[str, Any]:
        return {
            "pointer": {"contentType": "image/jpeg", "locatorInfo": {"plaintextHash": digest, "size": size}}
        }

    files = {
        "main.jsonl": _export(_item(**_text("a", attachments=[pointer(len(photo)), pointer(5)]))),
        "files/00/other": b"x" * len(photo),
        "files/00/whatever": photo,
        "metadata.json": {"version": 1},
    }
    result = reads(signal_json, files, claimed=["main.jsonl", "metadata.json"])
    attached = result.messages[0].attachments
    assert [(one.state, one.member) for one in attached] == [
        ("present", "files/00/whatever"),
        ("missing", ""),
    ]
    assert result.notes.read_members == {"files/00/whatever"}


def test_reply_points_at_the_key_of_its_message(reads: Any) -> None:
    quote = {"targetSentTimestamp": "1779900000000", "authorId": "2"}
    first, second = reads(
        signal_json,
        {"main.jsonl": _export(_item(**_text("a")), _item(authorId="1", outgoing={}, **_text("b", quote=quote)))},
    ).messages  # fmt: skip
    assert second.reply_to == first.native_id == "1779900000000 447700900123"


def test_sending_that_failed_or_reached_some(reads: Any) -> None:
    statuses = [
        {"recipientId": "2", "timestamp": "1779900061000", key: {}} for key in ("failed", "read", "read")
    ]
    item = _item(chatId="2", authorId="1", outgoing={"sendStatus": statuses}, **_text("a"))
    del item["chatItem"]["incoming"]
    (message,) = reads(signal_json, {"main.jsonl": _export(item)}).messages
    assert message.flags == ("failed:1", "read:2")
    assert message.direction == "out"


@pytest.mark.parametrize(
    ("update", "kind", "direction", "outcome"),
    [
        ({"simpleUpdate": {"type": "UNBLOCKED"}}, "unblock", "unknown", ""),
        ({"simpleUpdate": {"type": "IDENTITY_UPDATE"}}, "security_code", "unknown", ""),
        ({"simpleUpdate": {"type": "OF_NEXT_YEAR"}}, "system", "unknown", ""),
        ({"individualCall": {"direction": "INCOMING", "state": "MISSED"}}, "missed_call", "in", "missed"),
        ({"individualCall": {"direction": "OUTGOING", "state": "ACCEPTED"}}, "call", "out", "answered"),
        ({"profileChange": {"previousName": "A", "newName": "B"}}, "name_change", "unknown", ""),
        ({"groupChange": {"updates": [{"groupMemberLeftUpdate": {"aci": "x"}}]}}, "leave", "unknown", ""),
        ({"expirationTimerChange": {"expiresInMs": "1"}}, "system", "unknown", ""),
        ({"somethingNew": {"a": 1}}, "system", "unknown", ""),
        ({}, "system", "unknown", ""),
    ],
)
def test_notices(reads: Any, update: dict[str, Any], kind: str, direction: str, outcome: str) -> None:
    (event,) = reads(signal_json, {"main.jsonl": _export(_item(updateMessage=update))}).events
    assert (event.kind, event.direction, event.outcome) == (kind, direction, outcome)
    assert event.text


def test_deleted_by_an_admin_and_polls(reads: Any) -> None:
    data = _export(_item(adminDeletedMessage={"adminId": "1"}), _item(poll={"question": "when?"}))
    first, second = reads(signal_json, {"main.jsonl": data}).messages
    assert first.deleted.state == "by_other"
    assert second.text == "poll: question when?"


def test_unknown_frames_and_broken_lines_are_kept(reads: Any) -> None:
    data = _export({"newFrame": {}}, _item(**_text("a"))) + b'{"chatItem": {"chat\n{}\n[1]\n' + b"\xff\n"
    result = reads(signal_json, {"main.jsonl": data})
    assert len(result.messages) == 1
    assert [one.kind for one in result.events] == ["unparsed"] * 5
    assert result.events[0].text == "a frame of an unknown kind: newFrame."


def test_a_very_long_line_is_not_mistaken_for_several(reads: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal_json, "_MOST_LINE", 4096)
    inner = json.dumps(_item(**_text("forged"))).encode()
    line = b'{"x":"' + b" " * (4096 - 6) + inner + b"\n"
    result = reads(
        signal_json, {"main.jsonl": _export() + line + json.dumps(_item(**_text("real"))).encode() + b"\n"}
    )
    assert [one.text for one in result.messages] == ["real"]
    assert [one.kind for one in result.events] == ["unparsed"] * 2


def test_metadata_alone_is_not_claimed() -> None:
    from abusekit.containers.container import Container, Member

    member = Member("metadata.json", 13, None, lambda: __import__("io").BytesIO(b'{"version":1}'))
    assert signal_json.claim(Container("x", [member])) == []


def _read_text(reads: Any, data: bytes, **more: Any) -> Any:
    return reads(signal_text, {"Sam/chat.md": data, **more})


def test_me_is_a_name_and_nothing_more(reads: Any) -> None:
    data = b"[2019-05-29, 15:04] Me: hello\n[2019-05-29, 15:05] Sam: hi: there\n"
    result = _read_text(reads, data)
    assert [(one.author.name, one.author.owner, one.direction) for one in result.messages] == [
        ("Me", None, "unknown"),
        ("Sam", None, "unknown"),
    ]
    assert result.messages[1].text == "hi: there"
    assert {one.conversation for one in result.messages} == {"Sam"}
    assert [one.direction for one in reads(signal_text, {"a.txt": data}, owner="Me").messages] == [
        "out",
        "in",
    ]


def test_clock_that_runs_backwards_is_flagged_on_both_sides(reads: Any) -> None:
    data = b"[2019-05-29, 15:04] Sam: a\n[2019-05-29, 15:03] Me: forged\n[2019-05-29, 15:05] Sam: b\n"
    result = _read_text(reads, data)
    at = data.index(b"[2019-05-29, 15:03]")
    assert [one.flags for one in result.messages] == [
        (f"boundary_ambiguous:{at}",),
        (f"boundary_ambiguous:{at}",),
        (),
    ]
    assert f"byte {at}" in result.notes.warnings[0]


def test_lines_crlf_media_and_impossible_dates(reads: Any) -> None:
    data = b"\xef\xbb\xbf[2019-05-29 15:04] Sam: a\r\n\r\nb\r\n![x](./media/p.jpg)\r\n[2019-13-41, 15:04] Sam: c\r\n"
    result = _read_text(reads, data, **{"Sam/media/p.jpg": b"\xff\xd8\xff"})
    first, second = result.messages
    assert first.text == "a\n\nb\n![x](./media/p.jpg)"
    assert [(one.name, one.state) for one in first.attachments] == [("p.jpg", "present")]
    assert (first.sent.at, first.sent.precision) == ("2019-05-29T15:04", "min")
    assert (second.sent, second.flags) == (None, ("time_not_read",))


@pytest.mark.parametrize(
    "head",
    [
        b"[2019-12-24, 12:23:05] Jane: WhatsApp has seconds\n",
        b"[24/12/2019, 12:23] Jane: x\n",
        b"[2019-12-24, 12:23] no name\n",
        b"words\n[2019-12-24, 12:23] Jane: x\n",
    ],
)
def test_other_texts_are_not_claimed(reads: Any, head: bytes) -> None:
    with pytest.raises(AssertionError, match="not claimed"):
        reads(signal_text, {"a.txt": head})
