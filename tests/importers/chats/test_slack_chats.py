"""Slack beyond the samples: tokens, names, kinds, text of blocks."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from abusekit.importers.chats import slack
from abusekit.importers.chats.slack_text import readable

TOKEN = "xoxe-1234567890-abcdef"


def _message(**more: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U1", "text": "words", "ts": "1681413815.354069", **more}


def _day(*messages: Any) -> dict[str, Any]:
    return {
        "users.json": [
            {
                "id": "U1",
                "name": "sam",
                "real_name": "Sam C",
                "deleted": False,
                "profile": {"display_name": "Sammy"},
            },
            {"id": "U2", "name": "jo", "real_name": "Jo R", "deleted": True, "profile": {}},
        ],
        "dms.json": [{"id": "D1", "created": 1, "members": ["U1", "U2"]}],
        "D1/2023-04-13.json": list(messages),
    }


def test_tokens_are_in_no_record_and_told_once_for_each_field(reads: Any) -> None:
    file = {
        "id": "F1",
        "name": "a.png",
        "mimetype": "image/png",
        "size": 9,
        "url_private": f"https://f.example/a?t={TOKEN}",
    }
    messages = [_message(ts=f"16814138{n}.000000", files=[file, file], text=f"see {TOKEN}") for n in (10, 11)]
    result = reads(slack, _day(*messages))
    assert TOKEN.encode() not in msgspec.json.encode(result.records)
    assert [(one.kind, one.where) for one in result.notes.secrets] == [
        ("token", "D1/2023-04-13.json /0/text and 1 further places"),
        ("token", "D1/2023-04-13.json /0/files/0/url_private and 3 further places"),
    ]
    attached = result.messages[0].attachments[0]
    assert (attached.name, attached.state, attached.media_type) == ("a.png", "not_exported", "image/png")
    assert attached.note == "the export holds only its address, https://f.example/a?t=[secret withheld]"
    assert result.messages[0].text == "see [secret withheld]"


def test_names_rooms_and_declared_owner(reads: Any) -> None:
    result = reads(slack, _day(_message(), _message(user="U2")), owner="jo")
    assert [(one.author.name, one.direction) for one in result.messages] == [("Sammy", "in"), ("Jo R", "out")]
    assert {one.conversation for one in result.messages} == {"D1"}
    assert [(one.account.handle, one.facts) for one in result.profiles] == [
        ("sam", {"real_name": "Sam C"}),
        ("jo", {"deleted": "yes"}),
    ]


def test_name_within_a_message_is_used_where_no_list_has_it(reads: Any) -> None:
    shown = {"real_name": "Al", "display_name": "", "name": "al"}
    first, second = reads(slack, _day(_message(user="U9"), _message(user="U9", user_profile=shown))).messages
    assert (first.author.name, second.author.name) == ("", "Al")


@pytest.mark.parametrize(
    ("raw", "text", "urls"),
    [
        ("a &lt;b&gt; &amp;lt;", "a <b> &lt;", ()),
        ("<@U1> hi <@U7>", "@Sammy hi <@U7>", ()),
        (
            "<https://x.example/?a=1&amp;b=2|here>",
            "here (https://x.example/?a=1&b=2)",
            ("https://x.example/?a=1&b=2",),
        ),
        ("<#C1|general> <!here>", "#general @here", ()),
        ("<not a link> &nbsp;", "<not a link> &nbsp;", ()),
    ],
)
def test_text(raw: str, text: str, urls: tuple[str, ...]) -> None:
    assert readable(raw, {"U1": "Sammy"}.get)[:2] == (text, urls)  # type: ignore[arg-type]


def test_raw_text_is_kept_where_it_was_changed(reads: Any) -> None:
    first, second = reads(slack, _day(_message(text="&lt;3"), _message())).messages
    assert (first.text, first.text_raw, first.steps) == ("<3", "&lt;3", ("html unescape",))
    assert second.text_raw is None


@pytest.mark.parametrize(
    ("subtype", "kind"),
    [
        ("channel_join", "join"), ("channel_leave", "leave"), ("channel_name", "title_change"),
        ("channel_archive", "system"), ("bot_message", "message"), ("thread_broadcast", "message"),
        ("tombstone", "message"), ("of_next_year", "system"),
    ],
)  # fmt: skip
def test_kinds(reads: Any, subtype: str, kind: str) -> None:
    record = reads(slack, _day(_message(subtype=subtype))).records[-1]
    assert record.kind == kind
    assert (subtype in ("channel_join", "channel_leave")) != (f"subtype:{subtype}" in record.flags)


def test_bot_without_text_is_read_from_its_blocks(reads: Any) -> None:
    message = _message(
        user=None, bot_id="B1", username="Bot", text="", attachments=[{"title": "t", "text": "d"}]
    )
    (one,) = reads(slack, _day(message)).messages
    assert (one.author.id, one.author.name, one.text, one.flags) == ("B1", "Bot", "t\nd", ("bot",))


def test_edit_thread_reactions(reads: Any) -> None:
    message = _message(
        edited={"user": "U1", "ts": "1681413816.000000"}, thread_ts="1681413800.000000",
        reactions=[{"name": "+1", "users": ["U2"], "count": 3}],
    )  # fmt: skip
    (one,) = reads(slack, _day(message)).messages
    assert one.edited.at.at == "2023-04-13T19:23:36Z"
    assert one.reply_to == "1681413800.000000"
    assert [(each.value, each.actor.id if each.actor else "") for each in one.reactions] == [
        (":+1:", "U2"),
        (":+1: ×2", ""),
    ]


def test_time_that_is_none_is_an_event_of_its_own(reads: Any) -> None:
    result = reads(slack, _day(_message(ts="yesterday"), _message()))
    assert [one.kind for one in result.events] == ["unparsed"]
    assert len(result.messages) == 1
