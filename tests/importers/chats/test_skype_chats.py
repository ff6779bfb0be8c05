"""Skype beyond the sample: mark-up, quotations, files, calls."""

from __future__ import annotations

from typing import Any

import pytest

from abusekit.importers.chats import skype
from abusekit.importers.chats.skype_content import content_of


def _export(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    listed = [
        {"id": "1714556600000", "displayName": "Sam", "originalarrivaltime": "2024-05-01T09:43:20.000Z",
         "messagetype": "RichText", "content": "words", "from": "8:sam", "properties": None, **one}
        for one in messages
    ]  # fmt: skip
    conversation = {"id": "8:sam", "displayName": "Sam", "MessageList": listed}
    return {"userId": "8:jo", "exportDate": "2024-05-02T08:00", "conversations": [conversation], **more}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("plain", "plain"),
        ("a &lt;b&gt; &amp;lt;", "a <b> &lt;"),
        ('<ss type="smile">:)</ss> <b raw_pre="*">loud</b>', ":) loud"),
        ("a<br/>b", "a\nb"),
        ('<quote author="8:jo" authorname="Jo"><legacyquote>[1] Jo: </legacyquote>old<legacyquote>&lt;&lt;'
         '</legacyquote></quote>new',
         "> Jo: old\nnew"),
        ('<quote authorname="A"><quote authorname="B">in</quote>out</quote>mine', "> A: B: inout\nmine"),
        ('<quote authorname="A">never closed', "> A: never closed"),
    ],
)  # fmt: skip
def test_mark_up(raw: str, text: str) -> None:
    assert content_of(raw).text == text


def test_what_others_said_is_not_the_author_s(reads: Any) -> None:
    raw = '<quote authorname="Jo" messageid="17145">I will pay</quote>liar'
    (message,) = reads(skype, {"messages.json": _export({"content": raw})}).messages
    assert (message.text, message.text_raw, message.reply_to) == ("> Jo: I will pay\nliar", raw, "17145")


def test_plain_text_is_not_unescaped(reads: Any) -> None:
    (message,) = reads(
        skype, {"messages.json": _export({"messagetype": "Text", "content": "&lt;3 <b>"})}
    ).messages
    assert (message.text, message.steps) == ("&lt;3 <b>", ())


def test_file_beside_the_messages(reads: Any) -> None:
    raw = (
        '<URIObject type="Picture.1" uri="https://api.asm.example/v1/objects/0-weu-d1-abc" doc_id="x">To view it'
        '<OriginalName v="door.jpg"></OriginalName><FileSize v="4"></FileSize></URIObject>'
    )
    message = {"messagetype": "RichText/UriObject", "content": raw}
    gone = {"messagetype": "RichText/UriObject", "content": raw.replace("abc", "xyz")}
    result = reads(
        skype,
        {
            "messages.json": _export(message, gone),
            "media/0-weu-d1-abc.1.jpg": b"\xff\xd8\xff",
            "media/0-weu-d1-abc.json": {},
        },
        claimed=["messages.json"],
    )  # fmt: skip
    attached = [one.attachments[0] for one in result.messages]
    assert [(one.name, one.state, one.member) for one in attached] == [
        ("door.jpg", "present", "media/0-weu-d1-abc.1.jpg"),
        ("door.jpg", "missing", ""),
    ]
    assert attached[1].size == 4
    assert result.messages[0].flags == ("messagetype:RichText/UriObject",)


@pytest.mark.parametrize(
    ("content", "kind", "outcome", "seconds"),
    [
        ('<partlist type="missed"><part identity="8:jo"/></partlist>', "missed_call", "missed", None),
        ('<partlist type="started"><part identity="8:jo"/></partlist>', "call", "", None),
        ('<partlist type="ended"><part identity="8:jo"><name>Jo</name><duration>61.4</duration></part></partlist>',
         "call", "answered", 61),
    ],
)  # fmt: skip
def test_calls(reads: Any, content: str, kind: str, outcome: str, seconds: int | None) -> None:
    (event,) = reads(
        skype, {"messages.json": _export({"messagetype": "Event/Call", "content": content})}
    ).events
    assert (event.kind, event.outcome, event.duration_s, event.target.id) == (kind, outcome, seconds, "8:jo")


def test_members_and_unknown_kinds(reads: Any) -> None:
    added = "<addmember><eventtime>1</eventtime><initiator>8:sam</initiator><target>8:al</target></addmember>"
    joined = {"messagetype": "ThreadActivity/AddMember", "content": added}
    result = reads(skype, {"messages.json": _export(joined, {"messagetype": "New/Kind"})})
    assert [(one.kind, one.target.id if one.target else "") for one in result.events] == [
        ("join", "8:al"),
        ("system", ""),
    ]
    assert result.events[1].flags == ("messagetype:New/Kind",)


def test_reactions_and_time_against_its_id(reads: Any) -> None:
    properties = {
        "emotions": [{"key": "heart", "users": [{"mri": "8:jo", "time": 1714556600000, "value": "x"}]}]
    }
    message = {"properties": properties, "id": "1714643000000"}
    (one,) = reads(skype, {"messages.json": _export(message)}).messages
    assert [(each.value, each.actor.owner) for each in one.reactions] == [("heart", True)]
    assert one.sent.agrees == ("CONFLICT: id: -86,400,000 ms",)


def test_two_conversations_keep_their_names(reads: Any) -> None:
    export = _export({})
    other = {"id": "19:group", "displayName": None, "MessageList": export["conversations"][0]["MessageList"]}
    export["conversations"].append(other)
    result = reads(skype, {"messages.json": export})
    assert [(one.conversation, one.title) for one in result.messages] == [("8:sam", "Sam"), ("19:group", "")]
