"""Mastodon: archives, answers of the API, single ActivityStreams objects."""

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

from abusekit.importers.model import Message, Profile
from abusekit.importers.social import mastodon

AS2 = "https://www.w3.org/ns/activitystreams"
JO = "https://social.example/users/jo"
ARCHIVE = "mastodon/synthetic/archive-20240105000000-abcdef.tar.gz"


def note(**more: Any) -> dict[str, Any]:
    return {
        "id": f"{JO}/statuses/111684134174720017",
        "type": "Note",
        "published": "2024-01-02T03:04:05Z",
        "attributedTo": JO,
        "to": [f"{AS2}#Public"],
        "cc": [f"{JO}/followers"],
        "content": "<p>one<br>two</p>",
        **more,
    }


def outbox(*items: object, total: int | None = None) -> str:
    return json.dumps(
        {
            "@context": AS2,
            "id": "outbox.json",
            "type": "OrderedCollection",
            "totalItems": len(items) if total is None else total,
            "orderedItems": list(items),
        }
    )


def create(**more: Any) -> dict[str, Any]:
    inner = note(**more)
    return {
        "id": f"{inner['id']}/activity",
        "type": "Create",
        "actor": JO,
        "published": inner["published"],
        "object": inner,
    }


ACTOR = json.dumps(
    {"@context": [AS2], "id": JO, "type": "Person", "preferredUsername": "jo", "name": "Jo R", "outbox": "outbox.json",
     "icon": {"type": "Image", "url": "avatar.png"}}
)  # fmt: skip


def status(**more: Any) -> dict[str, Any]:
    return {
        "id": "111",
        "created_at": "2024-01-02T03:04:05.678Z",
        "visibility": "public",
        "uri": "https://bad.example/users/troll/statuses/7",
        "content": "<p>x &amp; y</p>",
        "account": {"id": "1", "acct": "troll@bad.example", "uri": "https://bad.example/users/troll"},
        **more,
    }


def read(files: dict[str, Any]) -> tuple[list[Message], list[Any], Any]:
    records, notes = read_files(
        mastodon,
        {name: value if isinstance(value, str) else json.dumps(value) for name, value in files.items()},
    )
    return said(records), happened(records), notes


def test_archive(shared_data: Path) -> None:
    wanted = json.loads((shared_data / "exports" / "expected.json").read_text())[ARCHIVE]
    records, notes = read_path(mastodon, shared_data / "exports" / ARCHIVE)
    messages = said(records)
    assert (len(messages), len(happened(records))) == (wanted["messages"], wanted["events"]) == (2, 0)
    assert (at(messages[0].sent), at(messages[1].sent)) == (wanted["first"], wanted["last"])
    assert {one.author.id for one in messages if one.author} == set(wanted["senders"])
    first, boost = messages
    assert (first.text, first.visibility, first.direction, first.kind) == (
        "@troll stop",
        "direct",
        "out",
        "comment",
    )
    assert first.text_raw and first.text_raw.startswith("<p>") and first.steps == ("html to text",)
    assert first.edited and first.edited.at and at(first.edited.at) == "2024-01-02T04:00:00Z"
    (media,) = first.attachments
    assert (media.state, media.member) == ("present", "media_attachments/files/1/original/a.png")
    assert media.member in notes.read_members
    assert first.sent and first.sent.agrees == ("status id: +0 ms",)
    assert boost.forwarded_from == "https://help.example/users/line/statuses/9" and "repost" in boost.flags
    assert [one for one in notes.warnings if "totalItems says 3, 2 are there" in one]
    (profile,) = [one for one in records if isinstance(one, Profile)]
    assert profile.role == "owner" and profile.account.owner is True
    assert first.author == profile.account
    assert {"likes.json", "bookmarks.json"} <= set(claimed_of(shared_data))


def claimed_of(shared_data: Path) -> list[str]:
    from abusekit.containers.container import open_container

    path = shared_data / "exports" / ARCHIVE
    with open_container([(path, path.name)]) as export:
        return [member.name for member in mastodon.claim(export)]


def test_api_status(shared_data: Path) -> None:
    name = "mastodon/synthetic/api_status.json"
    wanted = json.loads((shared_data / "exports" / "expected.json").read_text())[name]
    records, _ = read_path(mastodon, shared_data / "exports" / name)
    (message,) = said(records)
    assert len(records) == wanted["messages"]
    assert at(message.sent) == wanted["first"] and message.sent and message.sent.clock == "claimed"
    assert message.author is not None
    assert f"{message.author.id} (acct {message.author.handle})" == wanted["senders"][0]
    assert message.text == "@jo you are nothing" and message.visibility == "public"
    assert message.edited and message.edited.at and at(message.edited.at) == "2024-01-02T04:00:00Z"
    assert "local_id:111689999999999999" in message.flags and message.native_id.startswith(
        "https://bad.example/users/"
    )
    assert not any(flag.startswith("unknown") for flag in message.flags)


@pytest.mark.parametrize(
    ("name", "visibility", "kind"),
    [
        ("note_public", "public", "post"),
        ("note_unlisted", "unlisted", "post"),
        ("comment", "", "comment"),
        ("note_mastodon_with_video", "", "post"),
        ("question", "", "post"),
    ],
)
def test_single_objects(shared_data: Path, name: str, visibility: str, kind: str) -> None:
    path = shared_data / "exports" / "mastodon" / "granary" / f"{name}.as2.json"
    (message,) = said(read_path(mastodon, path)[0])
    assert (message.visibility, message.kind) == (visibility, kind)
    assert not any(flag.startswith("unknown") for flag in message.flags)


def test_other_objects(shared_data: Path) -> None:
    folder = shared_data / "exports" / "mastodon" / "granary"
    (undo,) = happened(read_path(mastodon, folder / "undo_repost.as2.json")[0])
    assert (undo.kind, undo.text) == ("notice", "Undo Announce tag:example.com,2001:2468")
    (actor,) = read_path(mastodon, folder / "actor.as2.json")[0]
    assert isinstance(actor, Profile) and actor.role == "other" and actor.account.owner is None
    assert actor.facts["bio"] == "this is my bio"


@pytest.mark.parametrize(
    ("to", "cc", "wanted"),
    [
        ([f"{AS2}#Public"], [], "public"),
        ("as:Public", None, "public"),
        ([f"{JO}/followers"], [f"{AS2}#Public"], "unlisted"),
        ([f"{JO}/followers"], [], "followers"),
        (["https://bad.example/users/troll"], [], "direct"),
        ([], [], ""),
    ],
)
def test_visibility(to: object, cc: object, wanted: str) -> None:
    messages, _, _ = read({"outbox.json": outbox(create(to=to, cc=cc))})
    assert messages[0].visibility == wanted


def test_media_that_is_not_there() -> None:
    attachment = [{"type": "Document", "mediaType": "image/png", "url": "/media_attachments/files/1/a.png"}]
    item = create(attachment=attachment)
    messages, _, notes = read({"x/outbox.json": outbox(item), "x/actor.json": ACTOR})
    assert [one.state for one in messages[0].attachments] == ["missing"]
    assert notes.read_members == set()
    files = {"x/outbox.json": outbox(item), "x/actor.json": ACTOR, "x/avatar.png": "p"}
    messages, _, notes = read(
        {**files, "x/media_attachments/files/1/a.png": "p", "media_attachments/files/1/a.png": "q"}
    )
    assert messages[0].attachments[0].member == "x/media_attachments/files/1/a.png"
    assert notes.read_members == {"x/media_attachments/files/1/a.png", "x/avatar.png"}


def test_an_actor_asked_over_the_network_is_no_owner() -> None:
    actor = json.dumps({**json.loads(ACTOR), "outbox": f"{JO}/outbox"})
    messages, _, _ = read({"outbox.json": outbox(create()), "actor.json": actor})
    assert messages[0].author and messages[0].author.owner is None and messages[0].direction == "unknown"


def test_id_and_date_disagree() -> None:
    messages, _, _ = read(
        {"outbox.json": outbox(create(published="2020-01-01T00:00:00Z")), "actor.json": ACTOR}
    )
    assert messages[0].sent
    assert messages[0].sent.agrees == ("CONFLICT: the status id says 2024-01-02T03:04:05.000Z",)


def test_block_and_follow() -> None:
    items = [
        {"id": "1", "type": "Block", "actor": JO, "object": "https://bad.example/users/troll"},
        {
            "id": "2",
            "type": "Undo",
            "actor": JO,
            "object": {"type": "Follow", "object": "https://bad.example/users/troll"},
        },
    ]
    _, events, _ = read({"outbox.json": outbox(*items)})
    assert [(one.kind, one.target.id) for one in events] == [
        ("block", "https://bad.example/users/troll"),
        ("unfollow", "https://bad.example/users/troll"),
    ]


def test_likes_are_counted() -> None:
    likes = json.dumps(
        {"@context": AS2, "id": "likes.json", "type": "OrderedCollection", "orderedItems": ["a", "b"]}
    )
    messages, events, notes = read({"likes.json": likes})
    assert (messages, events, notes.counts["entries of likes.json"]) == ([], [], 2)


def test_poll_and_content_warning() -> None:
    question = create(
        type="Question", summary="CW", oneOf=[{"type": "Note", "name": "yes"}, {"type": "Note", "name": "no"}]
    )
    messages, _, notes = read({"outbox.json": outbox(question)})
    assert (messages[0].text, messages[0].title) == ("one\ntwo\nyes\nno", "CW")
    assert notes.counts["polls"] == 1


def test_context_keeps_the_thread() -> None:
    root = status(id="1", uri="https://a.example/1")
    reply = status(id="2", uri="https://a.example/2", in_reply_to_id="1")
    deeper = status(id="3", uri="https://a.example/3", in_reply_to_id="2", content="z")
    messages, _, _ = read({"a.json": {"ancestors": [root, reply], "descendants": [deeper]}})
    assert [one.conversation for one in messages] == ["https://a.example/1"] * 3
    assert [one.reply_to for one in messages] == ["", "https://a.example/1", "https://a.example/2"]
    assert messages[2].source.at == "/descendants/0"


def test_reblog_and_quote() -> None:
    inner = status(uri="https://c.example/1", content="inner")
    quoted = status(uri="https://d.example/1", content="quoted")
    outer = status(content="", reblog=inner, quote={"state": "accepted", "quoted_status": quoted})
    messages, _, _ = read({"a.json": [outer]})
    assert [one.text for one in messages] == ["", "inner", "quoted"]
    assert (
        messages[0].forwarded_from == "https://c.example/1"
        and "quotes:https://d.example/1" in messages[0].flags
    )


def test_notifications_and_conversations() -> None:
    told = [
        {
            "id": "1",
            "type": "mention",
            "created_at": "2024-01-02T03:04:06Z",
            "account": {"acct": "t"},
            "status": status(),
        },
        {"id": "2", "type": "follow", "created_at": "2024-01-02T03:04:06Z", "account": {"acct": "t"}},
    ]
    messages, events, _ = read({"a.json": told})
    assert len(messages) == 1
    assert [(one.kind, one.author.handle) for one in events] == [("follow", "t")]
    direct = status(visibility="direct")
    messages, _, _ = read({"a.json": [{"id": "1", "unread": True, "accounts": [], "last_status": direct}]})
    assert messages[0].visibility == "direct"


@pytest.mark.parametrize(
    "key", ["id", "content", "account", "mentions", "media_attachments", "reblog", "poll", "card"]
)
@pytest.mark.parametrize("wrong", [1.5, "text", ["list"], {"an": "object"}, True])
def test_wrong_types_drop_nothing(key: str, wrong: object) -> None:
    messages, events, _ = read({"a.json": [status(content="good"), {**status(), key: wrong}]})
    assert messages[0].text == "good"
    assert len(messages) + len(events) >= 2


@pytest.mark.parametrize("element", [1, None, "x", [], {}, {"type": 5}, {"status": None}])
def test_elements_that_are_no_statuses(element: object) -> None:
    _, events, _ = read({"a.json": [status(), element]})
    assert [one.kind for one in events] == ["unparsed"]
    _, events, _ = read({"outbox.json": outbox(create(), element)})
    assert len(events) == (0 if element == "x" else 1)


@pytest.mark.parametrize(
    "key", ["content", "to", "tag", "attachment", "attributedTo", "published", "url", "oneOf"]
)
@pytest.mark.parametrize("wrong", [7, ["list"], {"an": "object"}, True, [[[]]]])
def test_wrong_types_of_activities(key: str, wrong: object) -> None:
    messages, events, _ = read({"outbox.json": outbox(create(content="good"), create(**{key: wrong}))})
    assert messages[0].text == "good" and len(messages) + len(events) == 2


def test_lone_surrogate() -> None:
    raw = json.dumps([status()]).replace("x &amp; y", "a\\udc00b")
    (message,) = said(read_files(mastodon, {"a.json": raw})[0])
    assert message.text == "a\ufffdb" and "lone surrogate replaced" in message.steps


def test_unknown_fields() -> None:
    messages, _, _ = read({"a.json": [status(zeta=1, alpha=2)]})
    assert "unknown_fields:alpha,zeta" in messages[0].flags


@pytest.mark.parametrize("raw", ["", "{", "[]", "[[[[", '{"type": "Note"}', '[{"uri": "x", "content": "y"}]'])
def test_what_is_not_claimed(raw: str) -> None:
    assert not mastodon.claim(container({"a.json": raw}))


SWAPS = [
    (b'"https:', b'["https:'),
    (b"{", b"["),
    (b"[", b"{"),
    (b"null", b"{}"),
    (b'"', b""),
    (b"1", b"1e999"),
]


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 2**32))
def test_damage_by_chance(seed: int) -> None:
    survives(
        mastodon,
        {
            "outbox.json": spoilt(outbox(create(), create()).encode(), seed, SWAPS),
            "actor.json": ACTOR.encode(),
        },
    )
    survives(
        mastodon,
        {"outbox.json": outbox(create()).encode(), "actor.json": spoilt(ACTOR.encode(), seed, SWAPS)},
    )
    raw = json.dumps([status(reblog=status()), {"type": "mention", "status": status()}]).encode()
    survives(mastodon, {"a.json": spoilt(raw, seed, SWAPS)})


@pytest.mark.parametrize("wrong", [7, ["Person"], {"a": 1}, None])
def test_an_actor_of_a_wrong_type_is_no_owner(wrong: object) -> None:
    actor = json.dumps({**json.loads(ACTOR), "type": wrong})
    messages, events, _ = read({"outbox.json": outbox(create()), "actor.json": actor})
    assert messages[0].author and messages[0].author.owner is None
    assert [one.kind for one in events] == ["unparsed"]
