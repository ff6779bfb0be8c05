"""Messenger and Facebook, JSON: every sample against its known truth, and the traps of the format."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from tests.importers.read_whole import container, happened, reading, said

from abusekit.containers.container import Member, open_container
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.meta import messenger
from abusekit.importers.model import Event, Message, Profile

INBOX = "your_activity_across_facebook/messages/inbox/"
EMOJI = "\\u00f0\\u009f\\u0098\\u0082"


def thread(*messages: object, **more: object) -> str:
    head = {
        "participants": [{"name": "Jo Reyes"}, {"name": "Troll"}],
        "messages": list(messages),
        "title": "Troll",
    }
    return json.dumps({**head, "thread_path": "inbox/troll_1", **more})


def one(**fields: object) -> Message | Event:
    """The single record of a message with these fields."""
    message = {"sender_name": "Troll", "timestamp_ms": 1600000000000, **fields}
    records, _ = reading(messenger, container({INBOX + "troll_1/message_1.json": thread(message)}))
    found = [record for record in records if not isinstance(record, Profile)]
    assert len(found) == 1
    return found[0]


SAMPLES = (
    "facebook/msgvault/json_simple/your_activity_across_facebook/messages/inbox/alice_ABC123/message_1.json",
    "facebook/msgvault/json_simple/your_activity_across_facebook/messages/archived_threads/zoe_ARCH/message_1.json",
    "facebook/msgvault/json_multifile/your_activity_across_facebook/messages/inbox/dave_MULTI/*",
    "facebook/msgvault/json_with_media/your_activity_across_facebook/messages/inbox/bob_XYZ789/message_1.json",
    "facebook/msgvault/e2ee_simple/your_activity_across_facebook/messages/alice_1.json",
    "facebook/msgvault/e2ee_simple/your_activity_across_facebook/messages/group_2.json",
    "facebook/msgvault/html_simple/your_activity_across_facebook/messages/inbox/alice_ABC123/message_1.html",
    "facebook/msgvault/html_timestamps/layout1.html",
    "facebook/msgvault/html_timestamps/layout2.html",
    "facebook/msgvault/html_timestamps/layout3.html",
    "facebook/msgvault/corrupt/your_activity_across_facebook/messages/inbox/goodsibling_OK/message_1.json",
    "facebook/lc_message_1.json",
    "instagram/cm_message_1_minimal.json",
)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_gives_what_is_known_of_it(shared_data: Path, name: str) -> None:
    expected = json.loads((shared_data / "exports" / "expected.json").read_text("utf-8"))[name]
    path = shared_data / "exports" / name.removesuffix("/*")
    with open_container([(path, path.name)]) as export:
        records, notes = reading(messenger, export)
    messages = said(records)
    assert len(messages) == expected["messages"]
    assert len(happened(records)) == expected["events"]
    times = [message.sent.at for message in messages if message.sent is not None]
    assert times == sorted(times)
    seconds = len(expected["first"].removesuffix("Z"))
    shown = [time[:seconds] for time in times]
    assert (shown[0], shown[-1]) == (expected["first"].removesuffix("Z"), expected["last"].removesuffix("Z"))
    assert {message.author.name for message in messages if message.author} == set(expected["senders"])
    assert all(time.endswith("Z") == ("UTC" in expected["tz"]) for time in times)
    assert notes.damaged == []


def test_sample_text_and_reactions_are_mended(shared_data: Path) -> None:
    path = shared_data / "exports/facebook/msgvault/json_simple"
    with open_container([(path, path.name)]) as export:
        records, _ = reading(messenger, export)
    message = next(
        message for message in said(records) if message.conversation == "inbox/alice_ABC123" and message.steps
    )
    assert message.text == "café time?"
    assert message.text_raw == "cafÃ© time?"
    assert message.steps == ("latin-1 to utf-8",)
    assert [(one.value, one.actor and one.actor.name) for one in message.reactions] == [
        ("❤", "Test User"),
        ("👍", "Alice Example"),
    ]


def test_sample_of_all_kinds(shared_data: Path) -> None:
    """Expected: six things in all, of which a call, a missed call and a leaving are events."""
    path = shared_data / "exports/facebook/msgvault/json_nontext"
    with open_container([(path, path.name)]) as export:
        records, _ = reading(messenger, export)
    assert [(event.kind, event.duration_s) for event in happened(records)] == [
        ("leave", None), ("missed_call", 0), ("call", 192),
    ]  # fmt: skip
    share, photo, sticker = said(records)
    assert (share.text, share.urls) == ("Example share text", ("https://example.com/article",))
    assert [one.state for one in photo.attachments] == ["missing"]
    assert sticker.attachments[0].name == "messages/stickers_used/1.png"
    times = [record.sent.at for record in records if isinstance(record, Message | Event) and record.sent]
    assert (times[0], times[-1]) == ("2020-09-13T12:28:20.000Z", "2020-09-13T12:36:40.000Z")


def test_sample_media_is_found_beside_the_root(shared_data: Path) -> None:
    for name, end in (
        ("json_with_media", "bob_XYZ789/photos/tiny.png"),
        ("e2ee_simple", "messages/media/photo.jpg"),
    ):
        path = shared_data / "exports/facebook/msgvault" / name
        with open_container([(path, path.name)]) as export:
            records, notes = reading(messenger, export)
        (attachment,) = [attachment for message in said(records) for attachment in message.attachments]
        assert (attachment.state, attachment.member.endswith(end)) == ("present", True)
        assert notes.read_members == {attachment.member}


def test_sample_end_to_end_keeps_the_text_of_an_unsent_message(shared_data: Path) -> None:
    path = (
        shared_data
        / "exports/facebook/msgvault/e2ee_simple/your_activity_across_facebook/messages/alice_1.json"
    )
    with open_container([(path, path.name)]) as export:
        messages = said(reading(messenger, export)[0])
    assert [message.text for message in messages] == ["Hello", "café time?", "See you soon", "oops"]
    assert [message.deleted.state if message.deleted else "" for message in messages] == [
        "",
        "",
        "",
        "unsent",
    ]


def test_sample_broken_sibling_is_reported_and_the_rest_read(shared_data: Path) -> None:
    path = shared_data / "exports/facebook/msgvault/corrupt"
    with open_container([(path, path.name)]) as export:
        records, notes = reading(messenger, export)
    assert [message.text for message in said(records)] == ["Still valid"]
    assert len(notes.damaged) == 1 and "broken_BAD" in notes.damaged[0]


def test_files_are_taken_by_number_and_turned_round() -> None:
    files = {
        f"messages/inbox/troll_1/message_{number}.json": thread(
            *({"sender_name": "Troll", "timestamp_ms": at, "content": str(at)} for at in times)
        )
        for number, times in ((1, (50, 40)), (2, (30, 20)), (10, (10, 5)))
    }
    records, _ = reading(messenger, container(files))
    assert [message.text for message in said(records)] == ["5", "10", "20", "30", "40", "50"]


def test_file_that_stands_twice_is_counted_once() -> None:
    text = thread({"sender_name": "Troll", "timestamp_ms": 1, "content": "x"})
    export = container({"messages/inbox/troll_1/message_1.json": text})
    export.members.append(export.members[0])
    records, notes = reading(messenger, export)
    assert len(said(records)) == 1
    assert "twice" in notes.warnings[-1]


def test_mending_leaves_alone_what_nobody_spelled_in_bytes() -> None:
    raw = '{"participants":[{"name":"A"}],"messages":[{"sender_name":"A","timestamp_ms":1,"content":"%s"}]}'
    path = INBOX + "troll_1/message_1.json"

    def text(content: str) -> str:
        message, *_ = said(reading(messenger, container({path: raw % content}))[0])
        return message.text

    assert text("caf\\u00c3\\u00a9") == "café"
    assert text("cafÃ©") == "cafÃ©"  # written as itself
    assert text("caf\\u00c3\\u00a9 \\u2019") == "cafÃ© ’"  # the file writes characters, not bytes
    assert text("caf\\u00e9") == "café"
    assert text(EMOJI) == "😂"
    before = (
        "\\u2019" + '"},{"sender_name":"A","timestamp_ms":2,"content":"'
    )  # above U+00FF, elsewhere in the file
    for content, meant in (("caf\\u00c3\\u00a9", "cafÃ©"), ("can\\u00e2\\u0080\\u0099t", "can’t")):
        records, _ = reading(messenger, container({path: raw % (before + content)}))
        assert said(records)[1].text == meant
    # a record that writes é as itself, in whatever field, spells no bytes
    assert text('can\\u00e2\\u0080\\u0099t","other":"é') == "canâ\x80\x99t"
    assert text("\\\\u2019 \\u00c3\\u00a9") == "\\u2019 é"  # an escaped backslash is no escape
    assert text("half \\ud83d") == "half \ufffd"


def test_byte_order_mark_changes_nothing() -> None:
    raw = thread({"sender_name": "Troll", "timestamp_ms": 1, "content": "caf\u00c3\u00a9"})
    records, _ = reading(messenger, container({"message_1.json": b"\xef\xbb\xbf" + raw.encode()}))
    assert [message.text for message in said(records)] == ["café"]


def test_other_types_are_named() -> None:
    assert one(type="Payment", content="x").flags == ("type:Payment",)


def test_lone_surrogate_is_told() -> None:
    raw = '{"participants":[],"messages":[{"sender_name":"A","timestamp_ms":1,"content":"\\ud83d"}],"thread_path":"t"}'
    (message,) = said(reading(messenger, container({"a.json": raw}))[0])
    assert "lone surrogate replaced" in message.steps


def test_wrong_types_make_one_record_unparsed_and_no_more() -> None:
    good = {"sender_name": "Troll", "timestamp_ms": 1, "content": "ok"}
    bad: list[object] = [
        {**good, "content": []}, {**good, "timestamp_ms": "1"}, {**good, "photos": {}}, {**good, "photos": ["x"]},
        {**good, "reactions": [1]}, {**good, "share": "x"}, {**good, "is_unsent": "no"}, {**good, "sender_name": 5},
        {**good, "timestamp_ms": 10**30}, {**good, "timestamp_ms": True}, {**good, "timestamp_ms": 1.5},
        {**good, "call_duration": "1"}, {**good, "type": 4}, "text", 5, None, [], {**good, "sticker": []},
    ]  # fmt: skip
    records, _ = reading(messenger, container({INBOX + "troll_1/message_1.json": thread(good, *bad, good)}))
    assert [message.text for message in said(records)] == ["ok", "ok"]
    assert [event.kind for event in happened(records)] == ["unparsed"] * len(bad)
    assert all(event.text.endswith(".") for event in happened(records))


@pytest.mark.parametrize("spoilt", ['{"name": "Tr\\x"}', '{"name"}', '{"name": 5}', "5", "[]"])
def test_a_participant_that_is_not_understood_is_told_and_the_rest_read(spoilt: str) -> None:
    text = thread({"sender_name": "Troll", "timestamp_ms": 1700000000000, "content": "x"})
    files = {"message_1.json": text.replace('{"name": "Troll"}', spoilt)}
    records, notes = reading(messenger, container(files))
    assert [message.text for message in said(records)] == ["x"]
    assert notes.damaged == ["'message_1.json' /participants/1: a participant that is not understood."]


def test_a_title_that_is_no_text_is_none() -> None:
    text = thread({"sender_name": "Troll", "timestamp_ms": 1700000000000, "content": "x"})
    files = {"message_1.json": text.replace('"title": "Troll"', '"title": "Tr\\x"')}
    (message,) = said(reading(messenger, container(files))[0])
    assert (message.text, message.title) == ("x", "")


def test_unknown_keys_are_named() -> None:
    found = one(content="x", zeta=1, alpha={})
    assert "unknown_fields:alpha,zeta" in found.flags


def test_message_without_time_is_kept() -> None:
    records, _ = reading(
        messenger,
        container({"messages/inbox/t_1/message_1.json": thread({"sender_name": "Troll", "content": "x"})}),
    )
    (message,) = said(records)
    assert message.sent is None and "no_time" in message.flags


def test_calls_joins_and_leaves() -> None:
    call = one(call_duration=5, content="Troll called you.")
    assert isinstance(call, Event)
    assert (call.kind, call.duration_s, call.target and call.target.name) == ("call", 5, "Jo Reyes")
    records, _ = reading(messenger,
        container({
            "messages/inbox/g_1/message_1.json": thread({
                "sender_name": "Troll", "timestamp_ms": 1, "type": "Subscribe", "content": "Troll added A and B.",
                "users": [{"name": "A"}, {"name": "B"}],
            })
        })
    )  # fmt: skip
    assert [(event.kind, event.target and event.target.name) for event in happened(records)] == [
        ("join", "A"), ("join", "B"),
    ]  # fmt: skip


def test_unsent_and_share() -> None:
    unsent = one(is_unsent=True)
    assert isinstance(unsent, Message) and unsent.deleted is not None
    assert (unsent.deleted.state, unsent.text) == ("unsent", "")
    share = one(
        content="look",
        share={"link": "https://x.example/", "share_text": "words", "original_content_owner": "o"},
    )
    assert isinstance(share, Message)
    assert (share.text, share.urls) == ("look", ("https://x.example/",))
    assert share.attachments[0].note == "shared; text: words; by: o"


def test_media_states() -> None:
    found = one(
        photos=[
            {"uri": "messages/inbox/troll_1/photos/gone.jpg", "creation_timestamp": 1600000000},
            {"uri": "https://cdn.example/x.jpg"},
            {"uri": "Failed to download media"},
            {"uri": "../../../../etc/passwd"},
        ],
        videos=[{"uri": "a.mp4", "creation_timestamp": -62169958800}],
    )
    assert isinstance(found, Message)
    assert [attachment.state for attachment in found.attachments] == [
        "missing", "not_exported", "omitted", "missing", "missing",
    ]  # fmt: skip
    assert found.attachments[0].created is not None
    assert found.attachments[4].created is None and "no possible time" in found.attachments[4].note


def test_owner_only_where_declared_and_only_one_has_the_name() -> None:
    message = {"sender_name": "Jo Reyes", "timestamp_ms": 1, "content": "x"}
    files = {"messages/inbox/t_1/message_1.json": thread(message)}
    assert said(reading(messenger, container(files))[0])[0].direction == "unknown"
    (known,) = said(reading(messenger, container(files), "Jo Reyes")[0])
    assert (known.direction, known.author and known.author.owner) == ("out", True)
    assert said(reading(messenger, container(files), "Somebody Else")[0])[0].author.owner is None  # type: ignore[union-attr]
    twins = thread(message, participants=[{"name": "Jo Reyes"}, {"name": "Jo Reyes"}])
    (twin,) = said(reading(messenger, container({"messages/inbox/t_1/message_1.json": twins}), "Jo Reyes")[0])
    assert (twin.direction, twin.author and twin.author.owner, twin.recipients) == ("unknown", None, ())


def test_section_and_replaced_name_are_flagged() -> None:
    path = "your_facebook_activity/messages/message_requests/troll_1/message_1.json"
    message = {"sender_name": "Facebook user", "timestamp_ms": 1, "content": "x"}
    (found,) = said(reading(messenger, container({path: thread(message)}))[0])
    assert found.flags == ("section:message_requests", "name_replaced_by_platform")


def test_participants_who_are_silent_are_listed() -> None:
    records, _ = reading(
        messenger,
        container({"messages/inbox/t_1/message_1.json": thread({"sender_name": "Troll", "timestamp_ms": 1})}),
    )
    assert [record.account.name for record in records if isinstance(record, Profile)] == ["Jo Reyes"]


def test_address_of_old_exports_is_a_secret_and_its_number_an_id() -> None:
    message = {"sender_name": "Troll", "timestamp_ms": 1, "ip": "192.0.2.7", "sender_id_INTERNAL": 4711}
    records, notes = reading(messenger, container({"messages/inbox/t_1/message_1.json": thread(message)}))
    (found,) = said(records)
    assert (found.author and found.author.id, found.author and found.author.id_kind) == (
        "4711",
        "platform_id",
    )
    assert [secret.kind for secret in notes.secrets] == ["IP address"]
    assert "192.0.2.7" not in repr(records) + repr(notes)


def test_cut_off_file_keeps_what_precedes() -> None:
    whole = thread(*({"sender_name": "Troll", "timestamp_ms": at, "content": str(at)} for at in (3, 2, 1)))
    records, notes = reading(messenger, container({"message_1.json": whole[: whole.index('"content": "1"')]}))
    assert [message.text for message in said(records)] == ["2", "3"]
    assert len(notes.damaged) == 1


def test_what_is_out_of_the_ordinary_is_flagged() -> None:
    assert one(content="x", is_geoblocked_for_viewer=True, is_taken_down=True).flags == (
        "geoblocked",
        "taken_down",
    )
    assert one(content="x", is_geoblocked_for_viewer=False).flags == ()
    assert one(call_duration=1, reactions=[]).flags == ("unknown_fields:reactions",)


def test_broken_json_beside_a_good_page_gives_the_page() -> None:
    files = {
        "messages/inbox/troll_1/message_1.json": '{"broken',
        "messages/inbox/troll_1/message_1.html": "<html><body><div><h2>Troll</h2><div>x</div><div class='_a6-o'>"
        'Oct 19, 2019, 2:37 PM</div></div><div class="_a6-g"></div></body></html>',
    }
    records, notes = reading(messenger, container(files))
    assert [(message.text, message.flags) for message in said(records)] == [("x", ("html_only",))]
    assert len(notes.damaged) == 1


def test_large_file_is_read_in_its_own_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abusekit.importers.meta.threads.BUFFERED", 100)
    text = thread(*({"sender_name": "Troll", "timestamp_ms": at, "content": str(at)} for at in (2, 1)))
    records, notes = reading(messenger, container({"messages/inbox/troll_1/message_1.json": text}))
    assert [(message.text, message.title, message.conversation) for message in said(records)] == [
        ("2", "Troll", "inbox/troll_1"), ("1", "Troll", "inbox/troll_1"),
    ]  # fmt: skip
    assert "too large" in notes.warnings[-1]


def test_member_that_cannot_be_read_is_told() -> None:
    def refuse() -> io.BytesIO:
        raise InputError("encrypted")

    good = thread({"sender_name": "Troll", "timestamp_ms": 1, "content": "x"})
    export = container({"messages/inbox/a_1/message_1.json": good})
    export.members.append(Member("messages/inbox/b_1/message_1.json", 5, None, refuse))
    export.members.append(Member("messages/inbox/b_1/photo.jpg", 5, None, refuse))
    assert len(messenger.claim(export)) == 2
    records, notes = reading(messenger, export)
    assert len(said(records)) == 1
    assert notes.damaged == ["'messages/inbox/b_1/message_1.json': encrypted"]


def test_nothing_readable_is_an_error() -> None:
    export = container({"message_1.json": '{"nothing'})
    with pytest.raises(InputError, match="no message could be read"):
        list(messenger.read(export, export.members, Notes()))


def test_unknown_field_of_a_thread_is_told() -> None:
    _, notes = reading(messenger, container({"messages/inbox/t_1/message_1.json": thread(novelty=1)}))
    assert any("novelty" in warning for warning in notes.warnings)


def test_lists_of_facebook() -> None:
    files = {
        "connections/friends/your_friends.json": '{"friends_v2":[{"name":"Ann\\u00c3\\u00a9","timestamp":1600000000}]}',
        "connections/followers/who_you've_followed.json": '{"following_v3":[{"name":"Page","timestamp":1600000001}]}',
        "blocked.json": '{"blocked_users_v2":[{"name":"Troll","timestamp":1600000002},{"name":3}]}',
        "comments.json": json.dumps({"comments_v2": [{
            "timestamp": 1600000003, "title": "Jo commented on a post.",
            "data": [{"comment": {"timestamp": 1600000003, "comment": "no https://a.example/", "author": "Jo Reyes"}}],
        }]}),
        "your_posts_1.json": json.dumps([{
            "timestamp": 1600000004, "data": [{"post": "I am leaving"}], "title": "Jo updated her status.",
            "attachments": [{"data": [{"media": {"uri": "posts/media/a.jpg"}}]}],
        }]),
        "profile_information.json": json.dumps({"profile_v2": {
            "name": {"full_name": "Jo Reyes"}, "username": "jo.reyes", "registration_timestamp": 1200000000,
            "emails": {"emails": ["jo@mail.example"]}, "phone_numbers": [{"phone_number": "+441632960000"}],
        }}),
    }  # fmt: skip
    records, notes = reading(messenger, container(files))
    events = {event.text: event for event in happened(records)}
    assert events["friends_v2"].target is not None and events["friends_v2"].target.name == "Anné"
    assert (events["friends_v2"].kind, events["following_v3"].kind, events["blocked_users_v2"].kind) == (
        "notice", "follow", "block",
    )  # fmt: skip
    assert [event.kind for event in happened(records)].count("unparsed") == 1
    comment, post = said(records)
    assert (comment.kind, comment.text, comment.author and comment.author.name) == (
        "comment", "no https://a.example/", "Jo Reyes",
    )  # fmt: skip
    assert (post.kind, post.text, post.attachments[0].state) == ("post", "I am leaving", "missing")
    (profile,) = [record for record in records if isinstance(record, Profile)]
    assert (profile.account.handle, profile.account.owner, profile.facts) == (
        "jo.reyes", True, {"created": "2008-01-10T21:20:00Z"},
    )  # fmt: skip
    assert {secret.kind for secret in notes.secrets} == {"owner's e-mail", "owner's phone"}
    assert "441632960000" not in repr(records) + repr(notes)
