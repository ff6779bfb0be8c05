"""The X archive: the sample against its known truth, owners, times and ids, counts, old forms, hostile files."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.importers.read_whole import (
    at,
    happened,
    read_files,
    read_path,
    said,
    sent_of,
    spoilt,
    survives,
)

from abusekit.containers.container import Container, Member
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.model import Event, Message, Profile
from abusekit.importers.social import x_archive

SYNTHETIC = (
    "account",
    "block",
    "deleted-tweets",
    "direct-messages",
    "direct-messages-group",
    "manifest",
    "tweets",
)
OWNER = {
    "account": {
        "accountId": "1000001",
        "username": "jo_reyes",
        "accountDisplayName": "Jo Reyes",
        "email": "x@y",
    }
}
TWEET = {
    "id_str": "1797659507413745664",
    "created_at": "Mon Jun 03 16:00:00 +0000 2024",
    "full_text": "hello",
}


def js(kind: str, *entries: object, part: int = 0) -> str:
    return f"window.YTD.{kind}.part{part} = {json.dumps(list(entries))}"


def one(entry: object, kind: str = "tweets") -> Message | Event:
    files = {"data/account.js": js("account", OWNER), "data/x.js": js(kind, entry)}
    records, _ = read_files(x_archive, files)
    (record,) = [one for one in records if not isinstance(one, Profile)]
    assert not isinstance(record, Profile)
    return record


def tweet(**fields: object) -> Message:
    record = one({"tweet": {**TWEET, **fields}})
    assert isinstance(record, Message), record
    return record


def conversation(*messages: object, **more: object) -> dict[str, Any]:
    return {"dmConversation": {"conversationId": "1000001-2000002", "messages": list(messages), **more}}


def direct(**fields: object) -> Message:
    usual = {"id": "1797660766237622272", "senderId": "2000002", "recipientId": "1000001", "text": "hi",
             "createdAt": "2024-06-03T16:05:00.250Z"}  # fmt: skip
    record = one(conversation({"messageCreate": {**usual, **fields}}), "direct_messages")
    assert isinstance(record, Message), record
    return record


def test_the_sample_is_read_as_its_truth_says(shared_data: Path) -> None:
    truth = json.loads((shared_data / "exports/expected.json").read_text("utf-8"))[
        "x-twitter/synthetic/data/"
    ]
    records, notes = read_path(x_archive, shared_data / "exports/x-twitter/synthetic")
    moments = sorted(at(time) for time in sent_of(records))
    assert len(said(records)) == truth["messages"]
    # the block has no time, and the truth counts joining and leaving only
    assert [event.kind for event in happened(records)] == ["block", "join", "leave"]
    assert truth["events"] == 2
    assert moments[0] == truth["first"]
    assert max(at(message.sent) for message in said(records)) == truth["last"]
    assert all("CONFLICT" not in word for time in sent_of(records) for word in time.agrees)
    assert all(message.sent is not None and message.sent.agrees for message in said(records))
    authors = {(message.author.id, message.author.handle) for message in said(records) if message.author}
    assert authors == {("1000001", "jo_reyes"), ("2000002", "")}
    assert {message.forwarded_from for message in said(records)} == {"", "@friend"}
    assert not notes.warnings and not notes.damaged
    assert not any("unknown_fields" in flag for record in said(records) for flag in record.flags)
    assert sum(message.deleted is not None for message in said(records)) == 1


def test_texts_are_unescaped_and_links_expanded(shared_data: Path) -> None:
    records, _ = read_path(x_archive, shared_data / "exports/x-twitter/synthetic")
    texts = {message.native_id: message for message in said(records)}
    reply = texts["1797659507413745664"]
    assert reply.text == "@troll_x stop & leave me alone https://x.com/i/status/1797659005678518272"
    assert reply.text_raw == "@troll_x stop &amp; leave me alone https://t.co/abc"
    assert reply.steps == ("html unescape", "t.co expanded") and reply.reply_to == "1797659005678518272"
    assert reply.recipients[0].id == "2000002"
    assert texts["1797660766237622272"].text == "do not contact me <again>"
    photo = texts["1797662023480246272"]
    assert photo.direction == "in" and photo.attachments[0].state == "missing"
    assert photo.reactions[0].value == "funny" and photo.reactions[0].actor is not None


def test_places_are_those_of_the_whole_file(shared_data: Path) -> None:
    path = shared_data / "exports/x-twitter/synthetic/data/tweets.js"
    raw = path.read_bytes()
    message = said(read_path(x_archive, path)[0])[1]
    assert json.loads(raw[message.source.start : message.source.end])["tweet"]["id"] == message.native_id
    assert message.source.at == "/1"


def test_secrets_of_the_owner(shared_data: Path) -> None:
    records, notes = read_path(x_archive, shared_data / "exports/x-twitter/ts_zip_contents")
    assert {secret.kind for secret in notes.secrets} == {"owner's e-mail", "owner's phone"}
    assert "5555555555" not in repr(records) + repr(notes) and "swillison@" not in repr(records) + repr(notes)
    assert notes.counts["follower"] == 2 and notes.counts["following"] == 2
    assert [record.role for record in records if isinstance(record, Profile)] == ["owner"]


def test_two_accounts_in_two_folders_are_kept_apart() -> None:
    other = {"account": {**OWNER["account"], "accountId": "7", "username": "other"}}
    files = {
        "a/data/account.js": js("account", OWNER), "a/data/tweets.js": js("tweets", {"tweet": TWEET}),
        "b/data/account.js": js("account", other), "b/data/tweets.js": js("tweets", {"tweet": TWEET}),
        "c/data/tweets.js": js("tweets", {"tweet": TWEET}),
    }  # fmt: skip
    records, notes = read_files(x_archive, files)
    assert [message.author.id for message in said(records) if message.author] == ["1000001", "7", ""]
    assert notes.warnings


def test_a_further_part_of_the_archive_is_of_the_same_account() -> None:
    files = {
        "1.zip!/data/account.js": js("account", OWNER),
        "2.zip!/data/tweets-part1.js": js("tweets", TWEET, part=1),
    }
    (message,) = said(read_files(x_archive, files)[0])
    assert message.author is not None and message.author.handle == "jo_reyes"


def test_without_an_owner_no_direction_is_guessed() -> None:
    files = {
        "direct-messages.js": js(
            "direct_messages", conversation({"messageCreate": {"id": "1", "senderId": "2"}})
        )
    }
    (message,) = said(read_files(x_archive, files)[0])
    assert message.direction == "unknown" and message.author is not None and message.author.owner is None


def test_an_id_that_contradicts_the_written_time() -> None:
    message = tweet(created_at="Mon Jun 03 17:00:00 +0000 2024")
    assert message.sent is not None and message.sent.agrees == ("CONFLICT: id: -3599877 ms",)
    assert tweet(id_str="20").sent.agrees == ()  # type: ignore[union-attr]


@pytest.mark.parametrize("written", ["2024-06-03 16:00:00 +0000", "Mon Jun 03 16:00:00 +0000 2024"])
def test_older_forms_of_the_time(written: str) -> None:
    message = tweet(created_at=written)
    assert (
        at(message.sent) == "2024-06-03T16:00:00Z"
        and message.sent is not None
        and message.sent.raw == written
    )


@pytest.mark.parametrize("written", ["", "Mon Foo 03 16:00:00 +0000 2024", "Mon Jun 99 16:00:00 +0000 2024"])
def test_a_time_that_is_none(written: str) -> None:
    message = tweet(created_at=written)
    assert message.sent is None and "date_not_read" in message.flags and message.text == "hello"


def test_posts_without_a_wrapper_and_of_the_oldest_archives() -> None:
    old = "Grailbird.data.tweets_2013_01 = \n" + json.dumps([TWEET, {"id": "1", "text": "older"}])
    records, _ = read_files(x_archive, {"data/js/tweets/2013_01.js": old, "tweet.js": js("tweet", TWEET)})
    assert [message.text for message in said(records)] == ["hello", "older", "hello"]


def test_links_are_replaced_whole_and_once() -> None:
    links = [{"url": "https://t.co/ab", "expanded_url": "https://x.example/t.co"},
             {"url": "https://t.co/abc", "expanded_url": "https://t.co/ab"}]  # fmt: skip
    message = tweet(full_text="https://t.co/abc https://t.co/ab &amp;lt;", entities={"urls": links})
    assert message.text == "https://t.co/ab https://x.example/t.co &lt;"


def test_files_of_posts_and_messages() -> None:
    files = {
        "data/account.js": js("account", OWNER),
        "data/tweets.js": js("tweets", {"tweet": {**TWEET, "extended_entities": {"media": [
            {"media_url_https": "https://pbs.twimg.com/media/AAA.jpg", "type": "photo"},
            {"media_url_https": "https://pbs.twimg.com/poster.jpg", "type": "video",
             "video_info": {"variants": [{"url": "https://video.twimg.com/v/B.mp4?tag=1"}]}},
            {"media_url_https": "https://pbs.twimg.com/media/gone.jpg", "type": "photo"}]}}}),
        "data/tweets_media/1797659507413745664-AAA.jpg": b"\xff\xd8\xff",
        "data/tweets_media/1797659507413745664-B.mp4": b"",
        "data/tweets_media/1-gone.jpg": b"",
    }  # fmt: skip
    records, notes = read_files(x_archive, files)
    found = said(records)[0].attachments
    assert [(one.name, one.state) for one in found] == [
        ("AAA.jpg", "present"),
        ("B.mp4", "present"),
        ("gone.jpg", "missing"),
    ]
    assert found[0].media_type == "image/jpeg" and len(notes.read_members) == 2


def test_deleted_edited_and_long_posts() -> None:
    record = one({"tweet": {**TWEET, "deleted_at": "2024-06-04T00:00:00.000Z"}}, "deleted_tweets")
    assert (
        isinstance(record, Message)
        and record.deleted is not None
        and at(record.deleted.at) == "2024-06-04T00:00:00Z"
    )
    assert tweet(edit_info={"initial": {"editTweetIds": ["1", "2"]}}).edited is not None
    assert tweet(edit_info={"initial": {"editTweetIds": ["1"]}}).edited is None
    note = {
        "noteTweet": {
            "noteTweetId": "9",
            "createdAt": "2024-06-03T16:00:00.000Z",
            "core": {"text": "l" * 3000},
        }
    }
    record = one(note, "note_tweet")
    assert isinstance(record, Message) and len(record.text) == 3000 and "long_text_of_a_post" in record.flags


def test_an_edited_direct_message_keeps_its_older_texts() -> None:
    message = direct(editHistory=[{"createdAtSec": "1", "editedText": "older"}])
    assert message.edited is not None and message.edited.previous == ("older",)


def test_events() -> None:
    muted = one({"muting": {"accountId": "5", "userLink": "x"}}, "mute")
    assert isinstance(muted, Event) and muted.kind == "block" and muted.flags == ("muted",)
    change = {"screenNameChange": {"accountId": "1", "screenNameChange": {
        "changedAt": "2020-01-01T00:00:00.000Z", "changedFrom": "a", "changedTo": "b"}}}  # fmt: skip
    renamed = one(change, "screen_name_change")
    assert isinstance(renamed, Event) and (renamed.kind, renamed.text) == ("name_change", "@a → @b")
    audit = {"ipAudit": {"accountId": "1", "createdAt": "2020-01-01T00:00:00.000Z", "loginIp": "203.0.113.5"}}
    records, notes = read_files(x_archive, {"ip-audit.js": js("ip_audit", audit)})
    assert happened(records)[0].kind == "login" and "203.0.113.5" not in repr(records) + repr(notes)
    assert notes.secrets[0].where == "ip-audit.js /0/ipAudit/loginIp"
    name = conversation(
        {"conversationNameUpdate": {"name": "new", "initiatingUserId": "2", "createdAt": "x"}}
    )
    renamed = one(name, "direct_messages_group")
    assert isinstance(renamed, Event) and (renamed.kind, renamed.text) == ("title_change", "new")


def test_the_counts_of_the_manifest_are_compared_both_ways() -> None:
    files = [{"fileName": "data/tweets.js", "globalName": "YTD.tweets.part0", "count": "3"},
             {"fileName": "data/direct-messages.js", "globalName": "", "count": "2"},
             {"fileName": "data/tweets-part1.js", "globalName": "", "count": "7"},
             {"fileName": "data/ad-engagements.js", "globalName": "", "count": "7"}]  # fmt: skip
    config = {"userInfo": {"accountId": "1"}, "archiveInfo": {"isPartialArchive": True},
              "dataTypes": {"tweets": {"files": files}}}  # fmt: skip
    held = {
        "data/manifest.js": "window.__THAR_CONFIG = " + json.dumps(config),
        "data/tweets.js": js("tweets", TWEET),
        "data/direct-messages.js": js(
            "direct_messages", conversation({"messageCreate": {"id": "1"}}), conversation({})
        ),
    }
    _, notes = read_files(x_archive, held)
    assert notes.warnings == [
        "data/tweets.js: the manifest declares 3 entries, and 1 were found",
        "data/tweets-part1.js: declared by the manifest with 7 entries, and not in the export",
    ]
    assert notes.limits


@pytest.mark.parametrize(
    "entry",
    [5, None, "x", [], {}, {"tweet": 5}, {"tweet": {**TWEET, "id_str": 5}}, {"tweet": {**TWEET, "entities": []}},
     {"tweet": {**TWEET, "entities": {"urls": 5}}}, {"tweet": {**TWEET, "edit_info": "x"}},
     {"tweet": {**TWEET, "extended_entities": {"media": [1]}}}, {"tweet": {}}],
)  # fmt: skip
def test_a_wrong_type_is_told_and_the_rest_goes_on(entry: object) -> None:
    records, _ = read_files(x_archive, {"tweets.js": js("tweets", TWEET, entry, TWEET)})
    assert len(said(records)) == 2
    assert [(record.kind, bool(record.text)) for record in happened(records)] == [("unparsed", True)]


@pytest.mark.parametrize(
    "entry",
    [5, {}, {"messageCreate": 5}, {"messageCreate": {"id": 5, "senderId": "1"}}, {"newKind": {}},
     {"messageCreate": {"id": "1", "reactions": [5]}}, {"a": {}, "b": {}}, {"joinConversation": {"userIds": "x"}}],
)  # fmt: skip
def test_a_wrong_type_in_a_conversation(entry: object) -> None:
    good = {"messageCreate": {"id": "1", "senderId": "2"}}
    records, _ = read_files(x_archive, {"d.js": js("direct_messages", conversation(good, entry, good))})
    assert len(said(records)) == 2 and [record.kind for record in happened(records)] == ["unparsed"]


def test_a_new_field_and_half_a_sign_are_noticed() -> None:
    text = js("tweets", {"tweet": {**TWEET, "mood": 1, "full_text": "a\ud83d"}})
    (message,) = said(read_files(x_archive, {"tweets.js": text})[0])
    assert message.flags == ("unknown_fields:mood",) and message.text == "a\ufffd"
    assert message.steps == ("lone surrogate replaced",)


def test_a_file_cut_off_keeps_what_precedes_and_one_that_is_none_is_refused() -> None:
    text = js("tweets", TWEET, TWEET)
    records, notes = read_files(x_archive, {"tweets.js": text[:-20]})
    assert len(said(records)) == 1 and len(notes.damaged) == 1
    with pytest.raises(InputError):
        read_files(x_archive, {"tweets.js": "window.YTD.tweets.part0 = [}"})


def test_a_large_file_keeps_memory_flat() -> None:
    """48 MB of posts in less than 12 MB beside the file itself."""
    entry = json.dumps({"tweet": {**TWEET, "filling": "x" * 3000}}).encode()
    raw = b"window.YTD.tweets.part0 = [" + b",".join([entry] * 15_000) + b"]"
    member = Member("tweets.js", len(raw), None, lambda: io.BytesIO(raw))
    tracemalloc.start()
    count = sum(1 for _ in x_archive.read(Container("x", [member]), [member], Notes()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 15_000 and peak < 12 << 20


LINKED = {"tweet": {**TWEET, "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "b"}]}}}
CONFIG = {"userInfo": {"accountId": "1"}, "dataTypes": {"a": {"files": [{"fileName": "b", "count": "1"}]}}}
CREATED = {
    "id": "1797660766237622272", "senderId": "1000001", "text": "a\ud83d &amp;", "urls": [],
    "createdAt": "2024-06-03T16:05:00.250Z", "mediaUrls": ["https://x/a.jpg"],
    "reactions": [{"senderId": "2", "reactionKey": "x", "createdAt": "x"}],
}  # fmt: skip
JOINED = {"initiatingUserId": "2", "participantsSnapshot": ["1"], "createdAt": "x"}
FUZZED = {
    "data/account.js": js("account", OWNER),
    "data/tweets.js": js("tweets", LINKED, TWEET),
    "data/direct-messages.js": js(
        "direct_messages", conversation({"messageCreate": CREATED}, {"joinConversation": JOINED})
    ),
    "data/manifest.js": "window.__THAR_CONFIG = " + json.dumps(CONFIG),
}
SWAPS = (
    (b'"1"', b"1"), (b"[", b"{"), (b'"', b"5"), (b"null", b"{}"), (b"{}", b"[]"), (b'": "', b'": ["'),
    (b"1797", b"9e999"),
)  # fmt: skip


def test_a_conversation_that_is_none_is_told() -> None:
    good = {"messageCreate": {"id": "1", "senderId": "2"}}
    for wrong in (5, {}, {"dmConversation": 5}, {"dmConversation": {"conversationId": "x", "messages": "y"}}):
        records, _ = read_files(
            x_archive, {"d.js": js("direct_messages", conversation(good), wrong, conversation(good))}
        )
        assert len(said(records)) == 2 and [record.kind for record in happened(records)] == ["unparsed"]
    assert read_files(x_archive, {"d.js": js("direct_messages", conversation())})[0] == []


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**64))
def test_whatever_is_damaged_nothing_else_is_raised(seed: int) -> None:
    survives(
        x_archive,
        {path: spoilt(text.encode(), seed + i, SWAPS) for i, (path, text) in enumerate(FUZZED.items())},
    )


def _paths(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    found = [path]
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        found += _paths(one, (*path, key))
    return found


def test_any_type_at_any_place_of_a_file() -> None:
    """Each value of each file in turn replaced by each other type: nothing is raised but InputError."""
    count = 0
    for path, text in FUZZED.items():
        prefix, _, body = text.partition(" = ")
        for place in _paths(json.loads(body)):
            for wrong in (None, True, 5, -1e300, "x", "", [], {}, [[]], {"a": {}}, "\ud83d"):
                value = json.loads(body)
                if place:
                    inner = value
                    for key in place[:-1]:
                        inner = inner[key]
                    inner[place[-1]] = wrong
                else:
                    value = wrong
                survives(
                    x_archive,
                    {
                        **{k: v.encode() for k, v in FUZZED.items()},
                        path: f"{prefix} = {json.dumps(value)}".encode(),
                    },
                )
                count += 1
    assert count > 550
