"""Answers of the Bluesky API, as saved: threads, feeds, records, notifications."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.importers.read_whole import (
    at,
    container,
    happened,
    read_files,
    read_path,
    said,
    spoilt,
    survives,
)

from abusekit.importers.model import Message
from abusekit.importers.social import bluesky

URI = "at://did:plc:troll/app.bsky.feed.post/3kkdtrnzexk2a"


def post(uri: str = URI, text: str = "hello", **more: Any) -> dict[str, Any]:
    return {
        "$type": "app.bsky.feed.defs#postView",
        "uri": uri,
        "cid": "bafyexample",
        "author": {"did": uri.split("/")[2], "handle": "troll.example", "displayName": "Troll"},
        "record": {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2024-02-01T17:00:00.000Z"},
        "indexedAt": "2024-02-01T17:00:02.000Z",
        **more,
    }


def read(value: object) -> tuple[list[Message], list[Any], Any]:
    records, notes = read_files(bluesky, {"a.json": json.dumps(value)})
    return said(records), happened(records), notes


def test_thread_of_the_sdk(shared_data: Path) -> None:
    name = "bluesky/atproto-sdk/thread_view_post_with_embed_media.json"
    wanted = json.loads((shared_data / "exports" / "expected.json").read_text())[name]
    records, _ = read_path(bluesky, shared_data / "exports" / name)
    messages = said(records)
    assert (len(messages), len(happened(records))) == (wanted["messages"], wanted["events"]) == (2, 0)
    times = sorted(at(one.sent) for one in messages)
    assert (times[0], times[-1]) == (wanted["first"], wanted["last"])
    for one in messages:
        assert one.author is not None
        assert f"{one.author.id} (@{one.author.handle})" == wanted["senders"][0]
        assert one.author.name_from == "sender"
        ((name, indexed),) = one.times
        assert name == "indexed" and at(indexed) == at(one.sent) and indexed.clock == "server"
        assert one.sent and one.sent.clock == "claimed"
    first, quoted = messages
    assert quoted.text == "test" and f"quotes:{quoted.native_id}" in first.flags
    assert quoted.source.at == "/thread/post/embed/record/record"
    (image,) = first.attachments
    assert (image.state, image.media_type, image.size) == ("not_exported", "image/jpeg", 474482)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("atproto-sdk/post_record.json", ["post"]),
        ("atproto-sdk/like_record.json", ["notice"]),
        ("granary/note.bsky.json", ["post"]),
        ("granary/comment_inreplyto_id.bsky.json", ["comment"]),
        ("granary/quote.bsky.json", ["post", "post"]),
        ("indigo/repo_slice_record.json", ["post"]),
    ],
)
def test_other_samples(shared_data: Path, name: str, kinds: list[str]) -> None:
    records, notes = read_path(bluesky, shared_data / "exports" / "bluesky" / name)
    assert [one.kind for one in records if not hasattr(one, "role")] == kinds
    assert not notes.damaged


def test_a_time_without_zone_stays_without(shared_data: Path) -> None:
    (note,) = said(read_path(bluesky, shared_data / "exports" / "bluesky" / "granary" / "note.bsky.json")[0])
    assert note.sent is not None and (note.sent.basis, note.sent.at) == ("unknown", "2012-02-22T20:26:41")
    assert note.urls == ("http://my/link",)


def test_author_and_address_disagree(shared_data: Path) -> None:
    records, _ = read_path(bluesky, shared_data / "exports" / "bluesky" / "granary" / "quote.bsky.json")
    assert all("did_conflict:the address names did:plc:user" in one.flags for one in said(records))


def test_a_thread_with_everything() -> None:
    deep = post("at://did:plc:c/app.bsky.feed.post/3kkdtrnzexk2c", "deep")
    reply = post("at://did:plc:b/app.bsky.feed.post/3kkdtrnzexk2b", "reply")
    reply["record"]["reply"] = {"root": {"uri": URI, "cid": "x"}, "parent": {"uri": URI, "cid": "x"}}
    thread = {
        "$type": "app.bsky.feed.defs#threadViewPost",
        "post": post(),
        "parent": {
            "$type": "app.bsky.feed.defs#notFoundPost",
            "uri": "at://did:plc:x/app.bsky.feed.post/1",
            "notFound": True,
        },
        "replies": [
            {"$type": "app.bsky.feed.defs#threadViewPost", "post": reply, "replies": [{"post": deep}]},
            {
                "$type": "app.bsky.feed.defs#blockedPost",
                "uri": "at://did:plc:y/app.bsky.feed.post/2",
                "blocked": True,
                "author": {"did": "did:plc:y"},
            },
        ],
    }
    messages, events, notes = read({"thread": thread, "threadgate": {"uri": "at://did:plc:troll/x/y"}})
    assert [one.text for one in messages] == ["hello", "reply", "deep"]
    assert (messages[1].kind, messages[1].reply_to, messages[1].conversation) == ("comment", URI, URI)
    assert [(one.kind, one.target and one.target.id) for one in events] == [
        ("notice", "did:plc:x"), ("notice", "did:plc:y"),
    ]  # fmt: skip
    assert messages[2].source.at == "/thread/replies/0/replies/0/post"
    assert not notes.damaged


def test_feed_with_repost_and_pin() -> None:
    by = {"did": "did:plc:fan", "handle": "fan.example"}
    feed = [
        {
            "post": post(),
            "reason": {
                "$type": "app.bsky.feed.defs#reasonRepost",
                "by": by,
                "indexedAt": "2024-02-02T00:00:00Z",
            },
        },
        {"post": post(), "reason": {"$type": "app.bsky.feed.defs#reasonPin"}},
    ]
    messages, events, _ = read({"feed": feed, "cursor": "x"})
    assert len(messages) == 2
    (event,) = events
    assert event.author.id == "did:plc:fan" and at(event.sent) == "2024-02-02T00:00:00Z"


def test_notifications() -> None:
    like = {
        **{key: value for key, value in post().items() if key != "$type"},
        "reason": "like",
        "isRead": True,
        "record": {
            "$type": "app.bsky.feed.like", "subject": {"uri": URI, "cid": "x"}, "createdAt": "2024-02-01T17:00:00Z",
        },
    }  # fmt: skip
    messages, events, _ = read({"notifications": [{**post(), "reason": "mention"}, like]})
    assert "notified_as:mention" in messages[0].flags
    assert [(one.kind, one.text) for one in events] == [("notice", f"likes {URI}")]


def test_posts_of_others_are_not_read_out_of_what_an_author_wrote() -> None:
    """The record is free text of its author, who could put a whole view of somebody else's post into it."""
    bait = post("at://did:plc:victim/app.bsky.feed.post/3kkdtrnzexk2v", "invented")
    one = post()
    one["record"]["embed"] = {"$type": "x", "record": bait, "post": bait}
    one["record"]["post"] = bait
    messages, _, _ = read({"posts": [one]})
    assert [one.text for one in messages] == ["hello"]


def test_lone_surrogate() -> None:
    raw = json.dumps({"posts": [post()]}).replace("hello", "he\\ud83dllo")
    records, _ = read_files(bluesky, {"a.json": raw})
    (message,) = said(records)
    assert (message.text, message.steps) == ("he\ufffdllo", ("lone surrogate replaced",))


def test_labels_and_unknown_fields() -> None:
    messages, _, _ = read({"posts": [post(labels=[{"val": "!hide"}], novelty=1)]})
    assert {"label:!hide", "unknown_fields:novelty", "cid:bafyexample"} <= set(messages[0].flags)


@pytest.mark.parametrize("key", ["uri", "author", "record", "cid", "embed", "indexedAt", "labels"])
@pytest.mark.parametrize("wrong", [7, "text", ["list"], {"an": "object"}, True, None])
def test_wrong_types_drop_nothing(key: str, wrong: object) -> None:
    """One record of the answer is bad: it becomes an event, and the other one is read."""
    messages, events, _ = read({"posts": [post(text="good"), {**post(), key: wrong}]})
    assert messages[0].text == "good"
    assert len(messages) + len(events) == 2


@pytest.mark.parametrize("element", [7, "x", [], {}, {"uri": "at://did:plc:a/b/c", "cid": "x"}, None])
def test_elements_that_are_no_posts(element: object) -> None:
    messages, events, _ = read({"posts": [post(), element]})
    assert len(messages) == 1
    assert [one.kind for one in events] == ["unparsed"]


def test_one_bad_reply_leaves_the_others() -> None:
    raw = json.dumps(
        {"thread": {"post": post(), "replies": [{"post": post(text="fine")}, {"post": post(text="BAD")}]}}
    )
    records, notes = read_files(bluesky, {"a.json": raw.replace('"BAD"', "BAD")})
    assert [one.text for one in said(records)] == ["hello", "fine"]
    assert notes.damaged and any(one.kind == "unparsed" for one in happened(records))


def test_deep_thread() -> None:
    thread: dict[str, Any] = {"post": post(text="end")}
    for _ in range(60):
        thread = {"post": post(), "replies": [thread]}
    messages, _, _ = read({"thread": thread})
    assert len(messages) == 61 and messages[-1].text == "end"
    for _ in range(2_000):
        thread = {"post": 1, "parent": thread}
    survives(
        bluesky, {"a.json": json.dumps({"thread": {"uri": "at://did:plc:a/b/c", "cid": "", "post": post()}})}
    )


def test_declared_owner() -> None:
    records, _ = read_files(bluesky, {"a.json": json.dumps({"posts": [post()]})}, owner="did:plc:troll")
    (message,) = said(records)
    assert message.author and message.author.owner and message.direction == "out"


@pytest.mark.parametrize(
    "raw", ["", "{", "[]", "null", '{"posts": []}', '{"uri": "https://x", "cid": 1}', "\0" * 100]
)
def test_what_is_not_claimed(raw: str) -> None:
    assert not bluesky.claim(container({"a.json": raw}))


SWAPS = [
    (b'"text"', b"7"),
    (b'"did:', b'["did:'),
    (b"{", b"["),
    (b"null", b"{}"),
    (b'"', b""),
    (b"1", b"1e999"),
]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_damage_by_chance(seed: int) -> None:
    good = json.dumps(
        {"thread": {"post": post(), "replies": [{"post": post(embed={"record": post()})}]}}
    ).encode()
    survives(bluesky, {"a.json": spoilt(good, seed, SWAPS)})
