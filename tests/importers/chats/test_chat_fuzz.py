"""Whatever is done to a good export, an importer reads on, or refuses in one sentence, and every place stays true."""

from __future__ import annotations

import copy
import hashlib
import io
import json
from functools import partial
from types import ModuleType
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.chats import (
    discord_chat,
    discord_package,
    signal_json,
    signal_text,
    skype,
    slack,
    telegram_html,
    telegram_json,
)
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Message

_USER = {
    "id": "200000000000000001",
    "name": "sam",
    "discriminator": "0001",
    "nickname": "Sam",
    "isBot": False,
}
_TELEGRAM = {
    "about": "x",
    "personal_information": {"user_id": 1, "first_name": "Jo", "last_name": "R", "phone_number": "1", "bio": "b"},
    "contacts": {"list": [{"user_id": 2, "first_name": "S", "phone_number": "2", "date": "2020-01-01T00:00:00"}]},
    "sessions": {"list": [{"created": "2020-01-01T00:00:00", "last_ip": "192.0.2.1", "platform": "p"}]},
    "chats": {
        "list": [
            {
                "name": "Sam",
                "type": "personal_chat",
                "id": 2,
                "messages": [
                    {
                        "id": 1, "type": "message", "date": "2024-01-01T00:00:00", "date_unixtime": "1704067200",
                        "edited": "2024-01-01T00:01:00", "edited_unixtime": "1704067260", "from": "Sam",
                        "from_id": "user2", "text": ["a", {"type": "link", "text": "https://x.example"}],
                        "text_entities": [{"type": "plain", "text": "a"}, {"type": "link", "text": "https://x.example"}],
                        "photo": "photos/a.jpg", "width": 1, "reply_to_message_id": 3, "forwarded_from": None,
                        "reactions": [{"type": "emoji", "count": 3, "emoji": "x", "recent": [
                            {"from": "Jo", "from_id": "user1", "date": "2024-01-01T00:00:00"}]}],
                        "poll": {"question": "q", "answers": [{"text": "a"}]}, "via_bot": "@b",
                    },
                    {"id": 2, "type": "service", "date": "2024-01-01T00:00:00", "actor": "Sam", "actor_id": "user2",
                     "action": "phone_call", "duration_seconds": 5, "discard_reason": "hangup",
                     "members": ["A"], "text": ""},
                ],
            }
        ]
    },
}  # fmt: skip
_DISCORD = {
    "guild": {"id": "1", "name": "G"},
    "channel": {"id": "300000000000000003", "type": "DirectTextChat", "name": "sam"},
    "dateRange": {"after": None, "before": "2024-01-01"},
    "messages": [
        {
            "id": "1247218237955899392", "type": kind, "timestamp": "2024-06-03T16:00:00.123+00:00",
            "timestampEdited": "2024-06-03T16:00:00.123+00:00", "callEndedTimestamp": "2024-06-03T16:00:00.123+00:00",
            "isPinned": True, "content": "", "author": _USER, "embeds": [{"title": "t", "description": "d"}],
            "attachments": [{"id": "4", "url": "x.json_Files\\a.png", "fileName": "a.png", "fileSizeBytes": 1}],
            "stickers": [{"name": "s", "sourceUrl": "https://x.example/s?ex=1"}], "interaction": {"name": "roll"},
            "reactions": [{"emoji": {"id": "", "name": "x"}, "count": 2, "users": [_USER]}],
            "reference": {"messageId": "1", "channelId": "2", "type": "Forward"},
            "forwardedMessage": {"content": "f", "attachments": []},
        }
        for kind in ("Default", "Call", "Reply")
    ],
    "messageCount": 3,
}  # fmt: skip
_SLACK = [
    {
        "type": "message", "subtype": subtype, "ts": "1681413815.354069", "user": "U1", "bot_id": "B1", "username": "b",
        "text": "<@U1> &lt;x&gt; <https://x.example|y> xoxe-123456789", "thread_ts": "1681413815.354069",
        "edited": {"user": "U1", "ts": "1681413816.000000"}, "user_profile": {"real_name": "R", "display_name": ""},
        "files": [{"id": "F1", "name": "a", "size": 1, "url_private": "https://x.example/a?t=xoxe-1"}],
        "reactions": [{"name": "x", "users": ["U1"], "count": 2}], "blocks": [{"elements": [{"text": "t"}]}],
    }
    for subtype in (None, "channel_join", "tombstone")
]  # fmt: skip
_SKYPE_CONTENTS = (
    (
        "RichText",
        'a &lt; <quote author="x">q<legacyquote>l</legacyquote></quote><a href="u">b</a><e_m></e_m>',
    ),
    ("Event/Call", '<partlist type="ended"><part identity="8:jo"><duration>5.5</duration></part></partlist>'),
    (
        "RichText/UriObject",
        '<URIObject uri="https://api/v1/objects/0-a-b"><OriginalName v="x"/><FileSize v="1"/></URIObject>',
    ),
)
_SKYPE = {
    "userId": "8:jo",
    "exportDate": "x",
    "conversations": [
        {
            "id": "8:sam", "displayName": "Sam", "properties": {"conversationblocked": True},
            "MessageList": [
                {
                    "id": "1714556600000", "displayName": "Sam", "originalarrivaltime": "2024-05-01T09:43:20.000Z",
                    "messagetype": kind, "content": content, "from": "8:sam", "amsreferences": ["0-a"],
                    "properties": {"edittime": "1714556600001", "deletetime": 1714556600002, "emotions": [
                        {"key": "heart", "users": [{"mri": "8:jo", "time": 1714556600003}]}]},
                }
                for kind, content in _SKYPE_CONTENTS
            ],
        }
    ],
}  # fmt: skip
_SIGNAL = [
    {"version": "1", "backupTimeMs": "1780000000000", "mediaRootBackupKey": "AAAA"},
    {"account": {"profileKey": "AAAA", "username": "jo.42", "givenName": "Jo"}},
    {"recipient": {"id": "1", "self": {}}},
    {"recipient": {"id": "2", "contact": {"aci": "X4x=", "e164": "44", "blocked": True, "profileGivenName": "S"}}},
    {"recipient": {"id": "3", "group": {"masterKey": "AAAA", "snapshot": {"title": {"title": "T"}}}}},
    {"chat": {"id": "1", "recipientId": "2", "expirationTimerMs": "1000"}},
    {
        "chatItem": {
            "chatId": "1", "authorId": "2", "dateSent": "1779900120000", "expiresInMs": "1",
            "incoming": {"dateReceived": "1779900121000", "dateServerSent": "1779900120300"},
            "revisions": [{"chatId": "1", "authorId": "2", "dateSent": "1779900100000", "incoming": {},
                           "standardMessage": {"text": {"body": "old"}}}],
            "standardMessage": {
                "text": {"body": "new"}, "quote": {"targetSentTimestamp": "1", "authorId": "1"},
                "attachments": [{"flag": "GIF", "pointer": {
                    "fileName": "a", "locatorInfo": {"size": 3, "plaintextHash": "AAAA", "key": "AA"}}}],
                "reactions": [{"emoji": "x", "authorId": "1", "sentTimestamp": "1779900050000"}],
            },
        }
    },
    {"chatItem": {"chatId": "1", "authorId": "1", "dateSent": "1", "outgoing": {"sendStatus": [
        {"recipientId": "2", "timestamp": "1779900061000", "read": {}}]}, "poll": {"question": "q"}}},
    {"chatItem": {"chatId": "1", "authorId": "1", "dateSent": "1", "directionless": {}, "updateMessage": {
        "individualCall": {
            "type": "AUDIO_CALL", "direction": "INCOMING", "state": "MISSED", "startedCallTimestamp": "1"}}}},
    {"chatItem": {"chatId": "1", "authorId": "1", "dateSent": "1", "directionless": {}, "updateMessage": {
        "groupChange": {"updates": [{"groupNameUpdate": {"updaterAci": "X4x=", "newGroupName": "n"}}]}}}},
]  # fmt: skip
_HTML = b"""<!DOCTYPE html><html><body><div class="page_header"><div class="text bold">Sam</div></div>
<div class="history"><div class="message service" id="message-1"><div class="body details">27 October 2024</div></div>
<div class="message default clearfix" id="message10"><div class="body">
<div class="pull_right date details" title="27.10.2024 01:30:00 UTC+01:00">01:30</div><div class="from_name">Sam</div>
<div class="pull_left forwarded userpic_wrap"></div><div class="forwarded body"><div class="from_name">X
<span class="date details" title="26.10.2024 01:30:00">26</span></div>
<div class="reply_to details">In reply to <a href="#go_to_message3">this</a></div>
<div class="media_wrap clearfix"><a class="photo_wrap clearfix pull_left" href="photos/a.jpg"><img src="x"></a></div>
<div class="text">a<br>b &amp; <a href="https://x.example">c</a></div></div></div></div>
<div class="message default clearfix joined" id="message11"><div class="body">
<div class="pull_right date details" title="27.10.2024 01:31:00">01:31</div><div class="media_wrap clearfix">
<div class="media clearfix pull_left media_call success"><div class="body"><div class="title bold">Jo</div>
<div class="status details">Outgoing (12 seconds)</div></div></div></div></div></div></div></body></html>"""
_TEXT = b"[2019-12-24, 12:23] Jane: Hello\n![a.jpg](./media/a.jpg)\n[2019-12-24, 12:22] Sam: x: y\n\nz\n"
_PACKAGE = [
    {
        "ID": 1247219499040505856,
        "Timestamp": "2024-06-03 16:05:00",
        "Contents": "x",
        "Attachments": "https://x.example/a.png",
    }
]
_PACKAGE_USER = {"id": "200000000000000002", "username": "jo", "email": "j@x.example", "relationships": [
    {"id": "200000000000000001", "type": 2, "user": {"id": "200000000000000001", "username": "sam"}}]}  # fmt: skip
_PACKAGE_CSV = (
    b'ID,Timestamp,Contents,Attachments\n806374685703929856,2021-02-03 04:05:06.789000+00:00,"a\n""b""",\n'
)

JSON: tuple[tuple[ModuleType, str, Any], ...] = (
    (telegram_json, "result.json", _TELEGRAM),
    (discord_chat, "a.json", _DISCORD),
    (discord_package, "messages/c1/messages.json", _PACKAGE),
    (discord_package, "account/user.json", _PACKAGE_USER),
    (slack, "general/2023-04-13.json", _SLACK),
    (skype, "messages.json", _SKYPE),
    (signal_json, "main.jsonl", _SIGNAL),
)
BYTES = (
    (telegram_html, "messages.html", _HTML),
    (signal_text, "chat.txt", _TEXT),
    (discord_package, "messages/c1/messages.csv", _PACKAGE_CSV),
)
_ODD = (
    None, True, 0, -1, 10**25, 1e300, "", "x", "\x00", "9" * 30, "2024-13-45T99:99:99", [], [[]], [1, "a", None], {},
    {"a": {"b": [None]}}, "https://[", "%ff", "../../etc", "<" * 50, "&#99999999999;", "\u202e",
)  # fmt: skip


def _spelled(name: str, value: Any) -> bytes:
    if name.endswith(".jsonl"):
        return b"\n".join(json.dumps(one).encode() for one in value) + b"\n"
    return json.dumps(value).encode()


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, one in value.items():
            found += _places(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            found += _places(one, (*path, index))
    return found


def _with(value: Any, path: tuple[Any, ...], put: Any) -> Any:
    changed = copy.deepcopy(value)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = put
    return changed


def _survives(importer: ModuleType, name: str, data: bytes) -> int:
    member = Member(name, len(data), None, partial(io.BytesIO, data))
    export = Container(name, [member])
    importer.claim(export)  # may say no
    try:
        records = list(importer.read(export, [member], Notes()))
    except InputError:
        return 0
    for record in records:
        source = record.source
        assert 0 <= source.start < source.end <= len(data)
        assert hashlib.sha256(data[source.start : source.end]).hexdigest() == source.sha256
        if isinstance(record, (Message, Event)):
            assert record.n == 0
    msgspec.json.encode(records)  # no lone surrogates, nothing that cannot be written
    return len(records)


@pytest.mark.parametrize(
    ("importer", "name", "value"), JSON, ids=lambda one: getattr(one, "__name__", "")[-20:]
)
def test_every_value_can_be_of_any_type(importer: ModuleType, name: str, value: Any) -> None:
    whole = _survives(importer, name, _spelled(name, value))
    assert whole >= 1
    for path in _places(value):
        for odd in _ODD:
            _survives(importer, name, _spelled(name, _with(value, path, odd)))


@pytest.mark.parametrize(
    ("importer", "name", "value"), JSON, ids=lambda one: getattr(one, "__name__", "")[-20:]
)
def test_a_wrong_type_in_one_record_leaves_the_others(importer: ModuleType, name: str, value: Any) -> None:
    """A record that cannot be read is an event of its own; the number of records stays."""
    data = _spelled(name, value)
    whole = _survives(importer, name, data)
    for path in _places(value):
        if (
            len(path) > 1
            and isinstance(path[-1], str)
            and path[-1] in ("text", "content", "Contents", "body", "author")
        ):
            assert _survives(importer, name, _spelled(name, _with(value, path, 7))) == whole, path


@pytest.mark.parametrize(
    ("importer", "name", "data"), BYTES, ids=lambda one: getattr(one, "__name__", "")[-20:]
)
def test_every_cut_of_text(importer: ModuleType, name: str, data: bytes) -> None:
    assert _survives(importer, name, data) >= 1
    for end in range(len(data)):
        _survives(importer, name, data[:end])


_CASES = [(importer, name, _spelled(name, value)) for importer, name, value in JSON] + list(BYTES)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=st.sampled_from(range(len(_CASES))), data=st.data())
def test_random_bytes_changed(case: int, data: st.DataObject) -> None:
    importer, name, good = _CASES[case]
    changed = bytearray(good)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(changed) - 1))
        kind = data.draw(st.sampled_from(("flip", "cut", "put", "double")))
        if kind == "flip":
            changed[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del changed[at : at + data.draw(st.integers(1, 40))]
        elif kind == "put":
            changed[at:at] = data.draw(
                st.sampled_from(
                    (
                        b"\x00",
                        b"\xff\xfe",
                        b"\\ud83d",
                        b"\\x07",
                        b'"',
                        b"{",
                        b"]",
                        b"<div>",
                        b"\n",
                        b"\xed\xa0\x80",
                    )
                )
            )
        else:
            changed[at:at] = changed[at : at + 60]
        if not changed:
            return
    _survives(importer, name, bytes(changed))
