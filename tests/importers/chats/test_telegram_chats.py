"""Telegram beyond the samples: gaps, files, repairs, notices, damage; and its HTML."""

from __future__ import annotations

import json
from typing import Any

import pytest

from abusekit.errors import InputError
from abusekit.importers.chats import telegram_html, telegram_json

CHAT: dict[str, Any] = {"name": "Sam", "type": "personal_chat", "id": 22}


def _message(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "message",
        "date": "2024-03-05T14:07:09",
        "date_unixtime": "1709647629",
        "from": "Sam",
        "from_id": "user22",
        "text": f"m{number}",
        **more,
    }


def _chat(*messages: Any, **more: Any) -> dict[str, bytes]:
    return {"ChatExport/result.json": json.dumps({**CHAT, **more, "messages": list(messages)}).encode()}


def test_gap_in_a_channel_says_more_than_in_a_private_chat(reads: Any) -> None:
    private = reads(telegram_json, _chat(_message(1), _message(4))).notes.warnings
    channel = reads(telegram_json, _chat(_message(1), _message(4), type="private_supergroup")).notes.warnings
    assert len(private) == len(channel) == 1
    assert "only a gap" in private[0]
    assert "deleted or are hidden" in channel[0]
    assert "2 message numbers" in channel[0]
    assert not reads(telegram_json, _chat(_message(1), _message(2))).notes.warnings


def test_messages_out_of_order_are_kept_in_file_order(reads: Any) -> None:
    result = reads(telegram_json, _chat(_message(5), _message(3)))
    assert [one.native_id for one in result.messages] == ["5", "3"]
    assert "order of the file is kept" in result.notes.warnings[0]


def test_pair_that_no_zone_has_is_a_conflict(reads: Any) -> None:
    sent = reads(telegram_json, _chat(_message(1, date="2024-03-07T14:07:09"))).messages[0].sent
    assert sent.basis == "epoch"
    assert sent.at == "2024-03-05T14:07:09Z"
    assert sent.agrees[0].startswith("CONFLICT")


def test_time_that_cannot_be_read_is_flagged(reads: Any) -> None:
    message = _message(1, date="5.3.2024")
    del message["date_unixtime"]
    (one,) = reads(telegram_json, _chat(message)).messages
    assert one.sent is None
    assert one.flags == ("time_not_read",)


def test_files_are_found_beside_the_json_and_nowhere_else(reads: Any) -> None:
    files = _chat(
        _message(1, photo="photos/a.jpg", width=1, height=1, photo_file_size=3),
        _message(2, file="../../secret.txt", mime_type="text/plain"),
        _message(3, file="cat.mp4 (File exceeds maximum size. Change data exporting settings to download.)"),
    )
    files["ChatExport/photos/a.jpg"] = b"\xff\xd8\xff\xe0 jpeg"
    result = reads(telegram_json, files, claimed=["ChatExport/result.json"])
    attached = [one.attachments[0] for one in result.messages]
    assert [(one.state, one.member) for one in attached] == [
        ("present", "ChatExport/photos/a.jpg"),
        ("missing", ""),
        ("omitted", ""),
    ]
    assert attached[0].media_type == "image/jpeg"
    assert attached[2].name == "cat.mp4"
    assert result.notes.read_members == {"ChatExport/photos/a.jpg"}


def test_text_and_entities_that_differ_are_flagged(reads: Any) -> None:
    entities = [
        {"type": "plain", "text": "m1 "},
        {"type": "text_link", "text": "x", "href": "https://x.example"},
    ]
    same = _message(1, text=["m1 ", entities[1]], text_entities=entities)
    changed = _message(2, text="something else", text_entities=entities)
    first, second = reads(telegram_json, _chat(same, changed)).messages
    assert first.flags == ()
    assert first.text == "m1 x"
    assert first.urls == ("https://x.example",)
    assert second.flags == ("text_entities_differ",)


def _twice(first: str, last: str, **more: Any) -> dict[str, bytes]:
    """A chat with one message, in which `text` stands twice."""
    good = json.dumps(_message(1, text=first, **more))
    message = f'{good[:-1]}, "text": {json.dumps(last)}}}'.encode()
    return {
        path: raw.replace(b'"messages": []', b'"messages": [%s]' % message) for path, raw in _chat().items()
    }


@pytest.mark.parametrize(
    ("first", "last", "kept"), [("for you", "", "for you"), ("", "b", "b"), ("a", "b", "b")]
)
def test_text_that_stands_twice_is_told_and_not_lost(reads: Any, first: str, last: str, kept: str) -> None:
    (message,) = reads(telegram_json, _twice(first, last)).messages
    assert (message.text, message.flags) == (kept, ("repeated_key:text",))


def test_text_that_stands_twice_in_a_gift(reads: Any) -> None:
    files = _twice("for you", "", type="service", action="send_star_gift")
    (event,) = reads(telegram_json, files).events
    assert event.text == "send_star_gift; text: for you"
    assert "repeated_key:text" in event.flags


def test_text_of_other_things_is_no_repetition(reads: Any) -> None:
    parts = ["see ", {"type": "link", "text": "https://x.example"}]
    poll = {"question": "q", "answers": [{"text": "a"}, {"text": "b"}]}
    said = 'he wrote "text": "x", and "text":'
    files = _chat(
        _message(1, text=parts, text_entities=[{"type": "plain", "text": "see "}, parts[1]]),
        _message(2, text="", text_entities=[], poll=poll),
        _message(3, text=said, text_entities=[{"type": "plain", "text": said}]),
    )
    assert [one.flags for one in reads(telegram_json, files).messages] == [(), (), ()]


def test_poll_place_and_contact_are_in_the_text(reads: Any) -> None:
    poll = {
        "question": "When?",
        "closed": False,
        "total_voters": 1,
        "answers": [{"text": "now", "voters": 1}],
    }
    place = {"latitude": 51.5, "longitude": -0.1}
    result = reads(
        telegram_json, _chat(_message(1, text="", poll=poll), _message(2, location_information=place))
    )
    assert "question When?" in result.messages[0].text
    assert result.messages[1].text == "m2\nlocation_information: latitude 51.5, longitude -0.1"
    assert result.notes.counts == {"polls": 1, "locations": 1}


@pytest.mark.parametrize(
    ("fields", "kind", "outcome"),
    [
        ({"action": "phone_call", "discard_reason": "missed"}, "missed_call", "missed"),
        ({"action": "phone_call", "discard_reason": "busy"}, "call", "rejected"),
        ({"action": "phone_call", "discard_reason": "hangup", "duration_seconds": 9}, "call", "answered"),
        ({"action": "phone_call", "discard_reason": "hangup"}, "call", ""),
        ({"action": "invite_members", "members": ["Al"]}, "join", ""),
        ({"action": "remove_members", "members": ["Al"]}, "leave", ""),
        ({"action": "edit_group_title", "title": "new"}, "title_change", ""),
        ({"action": "clear_history"}, "erased", ""),
        ({"action": "what_comes_next", "how": ["a", "b"]}, "system", ""),
    ],
)
def test_notices(reads: Any, fields: dict[str, Any], kind: str, outcome: str) -> None:
    notice = {
        "id": 7, "type": "service", "date": "2024-03-05T14:07:09", "date_unixtime": "1709647629",
        "actor": "Sam", "actor_id": "user22", **fields, "text": "",
    }  # fmt: skip
    (event,) = reads(telegram_json, _chat(notice)).events
    assert (event.kind, event.outcome) == (kind, outcome)
    assert event.duration_s == fields.get("duration_seconds")
    for key, value in fields.items():
        assert key == "action" or f"{key}: " in event.text, value
    assert (event.target.name if event.target else "") == ("Al" if "members" in fields else "")


def test_owner_of_a_whole_export_gives_the_directions(reads: Any) -> None:
    chats = {
        "list": [{**CHAT, "messages": [_message(1), _message(2, **{"from": "Jo", "from_id": "user11"})]}]
    }
    export = {"about": "x", "personal_information": {"user_id": 11, "first_name": "Jo"}, "chats": chats}
    result = reads(telegram_json, {"result.json": export})
    assert [one.direction for one in result.messages] == ["in", "out"]
    assert [one.role for one in result.profiles] == ["owner"]


def test_single_chat_knows_the_other_side_and_not_the_owner(reads: Any) -> None:
    mine = _message(2, **{"from": "Jo", "from_id": "user11"})
    assert [one.direction for one in reads(telegram_json, _chat(_message(1), mine)).messages] == [
        "in",
        "unknown",
    ]
    declared = reads(telegram_json, _chat(_message(1), mine), owner="user11").messages
    assert [one.direction for one in declared] == ["in", "out"]


def test_users_and_channels_of_one_number_are_two_conversations(reads: Any) -> None:
    user = {**CHAT, "messages": [_message(1)]}
    channel = {**CHAT, "type": "public_channel", "messages": [_message(1)]}
    result = reads(telegram_json, {"result.json": {"chats": {"list": [user, channel]}}})
    assert [one.conversation for one in result.messages] == ["user22", "channel22"]


def test_left_chats_contacts_and_sessions_are_read(reads: Any) -> None:
    created = {"created": "2024-03-05T14:07:09", "created_unixtime": "1709647629"}
    export = {
        "about": "x",
        "personal_information": {"user_id": 11, "first_name": "Jo", "phone_number": "+44 7700 900001"},
        "contacts": {"list": [{"user_id": 22, "first_name": "Mr", "last_name": "X", "phone_number": "0044"}]},
        "sessions": {"list": [{**created, "last_ip": "192.0.2.7", "platform": "Linux"}]},
        "left_chats": {"list": [{**CHAT, "type": "private_group", "messages": [_message(1)]}]},
    }  # fmt: skip
    result = reads(telegram_json, {"result.json": export})
    assert [one.conversation for one in result.messages] == ["chat22"]
    assert [(one.role, one.account.name_from) for one in result.profiles] == [
        ("owner", "sender"),
        ("contact", "contact_book"),
    ]
    assert [one.kind for one in result.events] == ["login"]
    assert "192.0.2.7" not in repr(result.records)
    assert [one.kind for one in result.notes.secrets] == ["owner's phone", "IP address"]


def test_repairs_keep_the_places_of_the_original(reads: Any) -> None:
    data = _chat(_message(1, text="BELL"), _message(2), name="Sam\x02")["ChatExport/result.json"]
    data = data.replace(b"BELL", b"a\\x07\\\\x08").replace(b"\\u0002", b"\\x02")
    result = reads(telegram_json, {"result.json": data})
    assert [one.text for one in result.messages] == ["a\x07\\x08", "m2"]
    assert result.messages[0].title == "Sam\x02"
    assert [one.flags for one in result.messages] == [("repaired",), ()]
    offsets = [int(one.split("byte ")[1].split(":")[0]) for one in result.notes.repairs]
    assert [data[at : at + 4] for at in offsets] == [b"\\x02", b"\\x07"]


def test_damage_keeps_what_precedes(reads: Any) -> None:
    data = _chat(_message(1), _message(2), _message(3))["ChatExport/result.json"]
    result = reads(telegram_json, {"result.json": data[: data.index(b'"m3"')]})
    assert [one.text for one in result.messages] == ["m1", "m2"]
    assert "cut off" in result.notes.damaged[0]


def test_nothing_readable_is_refused(reads: Any) -> None:
    data = _chat(_message(1))["ChatExport/result.json"]
    with pytest.raises(InputError, match="nothing could be read"):
        reads(telegram_json, {"result.json": data[: data.index(b'"m1"')]})


def test_reactions_with_and_without_names(reads: Any) -> None:
    recent = [{"from": "Jo", "from_id": "user11", "date": "2024-03-05T15:00:00"}]
    reaction = {"type": "emoji", "count": 3, "emoji": "👍", "recent": recent}
    (message,) = reads(telegram_json, _chat(_message(1, reactions=[reaction]))).messages
    assert [(one.value, one.actor.id if one.actor else "") for one in message.reactions] == [
        ("👍", "user11"),
        ("👍 ×2", ""),
    ]
    assert message.reactions[0].at.basis == "unknown"  # no epoch stands beside it


def test_unknown_fields_are_named(reads: Any) -> None:
    (message,) = reads(telegram_json, _chat(_message(1, zzz=1, aaa=2))).messages
    assert message.flags == ("unknown_fields:aaa,zzz",)


def test_surrogates_without_a_partner_are_replaced(reads: Any) -> None:
    data = _chat(_message(1, text="X"))["ChatExport/result.json"].replace(b'"X"', b'"a\\ud83d"')
    (message,) = reads(telegram_json, {"result.json": data}).messages
    assert message.text == "a\ufffd"
    assert "lone surrogate replaced" in message.steps


def _div(number: int, body: str, classes: str = "default clearfix") -> str:
    return f'<div class="message {classes}" id="message{number}">{body}</div>'


def _body(name: str, text: str, title: str = "05.03.2024 14:07:09 UTC+01:00", media: str = "") -> str:
    shown = f'<div class="from_name">{name}</div>' if name else ""
    return (
        f'<div class="body"><div class="pull_right date details" title="{title}">14:07</div>{shown}{media}'
        f'<div class="text">{text}</div></div>'
    )


def _page(*blocks: str, title: str = "Sam", end: str = "</div></body></html>") -> bytes:
    return (
        f'<!DOCTYPE html><html><body><div class="page_header"><div class="content"><div class="text bold">{title}</div>'
        f'</div></div><div class="history">{"".join(blocks)}{end}'
    ).encode()


def test_joined_message_after_a_notice_has_no_sender(reads: Any) -> None:
    page = _page(
        _div(1, _body("Sam", "a")),
        _div(-1, '<div class="body details">6 March 2024</div>', "service"),
        _div(2, _body("", "b"), "default clearfix joined"),
    )
    first, second = reads(telegram_html, {"messages.html": page}).messages
    assert first.author.name == "Sam"
    assert second.author is None
    assert second.flags == ("author_not_stated",)


def test_joined_message_at_the_top_of_a_page_has_no_sender(reads: Any) -> None:
    joined = _page(_div(2, _body("", "b"), "default clearfix joined"))
    result = reads(
        telegram_html, {"messages2.html": joined, "messages.html": _page(_div(1, _body("Sam", "a")))},
        claimed=["messages.html", "messages2.html"],
    )  # fmt: skip
    assert [one.author.name if one.author else "" for one in result.messages] == ["Sam", ""]


def test_forwarded_words_are_not_the_sender_s(reads: Any) -> None:
    forwarded = (
        '<div class="body"><div class="pull_right date details" title="05.03.2024 14:07:09">14:07</div>'
        '<div class="from_name">Sam</div><div class="pull_left forwarded userpic_wrap"></div>'
        '<div class="forwarded body"><div class="from_name">Jo <span class="date details" title="01.01.2020 00:00:00">'
        ' 01.01.2020</span></div><div class="text">words</div></div></div>'
    )
    (message,) = reads(telegram_html, {"messages.html": _page(_div(1, forwarded))}).messages
    assert (message.author.name, message.forwarded_from, message.text) == ("Sam", "Jo", "words")
    assert (message.sent.at, message.sent.basis) == ("2024-03-05T14:07:09", "unknown")


def test_media_and_calls_of_a_page(reads: Any) -> None:
    photo = '<div class="media_wrap clearfix"><a class="photo_wrap clearfix pull_left" href="photos/a.jpg"></a></div>'
    left_out = (
        '<div class="media_wrap clearfix"><div class="media clearfix pull_left media_video"><div class="body">'
        '<div class="title bold">Video file</div><div class="description">'
        "Not included, change data exporting settings to download.</div></div></div></div>"
    )
    call = (
        '<div class="media_wrap clearfix"><div class="media clearfix pull_left media_call"><div class="body">'
        '<div class="title bold">Jo</div><div class="status details">Missed</div></div></div></div>'
    )
    result = reads(
        telegram_html,
        {
            "messages.html": _page(
                _div(1, _body("Sam", "", media=photo)),
                _div(2, _body("Sam", "", media=left_out)),
                _div(3, _body("Sam", "", media=call)),
            ),
            "photos/a.jpg": b"\xff\xd8\xff\xe0",
        },
    )
    assert [
        (one.state, one.member, one.name) for message in result.messages for one in message.attachments
    ] == [
        ("present", "photos/a.jpg", "photos/a.jpg"),
        ("omitted", "", "Video file"),
    ]
    (event,) = result.events
    assert (event.kind, event.direction, event.outcome, event.target.name) == (
        "missed_call",
        "in",
        "missed",
        "Jo",
    )


def test_text_cannot_begin_a_message(reads: Any) -> None:
    words = '&lt;div class="message default clearfix" id="message9"&gt;&lt;div class="from_name"&gt;Jo&lt;/div&gt;'
    (message,) = reads(telegram_html, {"messages.html": _page(_div(1, _body("Sam", words)))}).messages
    assert message.text.startswith('<div class="message default')


def test_broken_mark_up_is_an_event_and_the_rest_goes_on(reads: Any) -> None:
    page = _page(
        '<div class="message default clearfix" id="message1"><div class="body"><div class="from_name">Sam</div>',
        _div(2, _body("Jo", "fine")),
    )
    result = reads(telegram_html, {"messages.html": page})
    assert [one.kind for one in result.events] == ["unparsed"]
    assert [one.text for one in result.messages] == ["fine"]


def test_text_between_messages_and_a_page_without_end_are_told(reads: Any) -> None:
    page = _page(_div(1, _body("Sam", "a")), "<p>smuggled</p>", _div(2, _body("Sam", "b")), end="")
    notes = reads(telegram_html, {"messages.html": page}).notes
    assert "1 pieces of text" in notes.warnings[0]
    assert "no end" in notes.damaged[0]


def test_two_chats_of_one_title_are_two_conversations(reads: Any) -> None:
    page = _page(_div(1, _body("Sam", "a")))
    result = reads(telegram_html, {"chats/chat_1/messages.html": page, "chats/chat_2/messages.html": page})
    assert len({one.conversation for one in result.messages}) == 2
