"""Instagram: the sample against its known truth, and the lists in their three layouts and many languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.importers.read_whole import container, reading

from abusekit.containers.container import open_container
from abusekit.errors import InputError
from abusekit.importers.importer import Notes
from abusekit.importers.meta import instagram, messenger
from abusekit.importers.model import Event, Message, Profile


def test_sample_gives_what_is_known_of_it(shared_data: Path) -> None:
    expected = json.loads((shared_data / "exports/expected.json").read_text("utf-8"))["instagram/synthetic/"]
    path = shared_data / "exports/instagram/synthetic"
    with open_container([(path, path.name)]) as export:
        records, _ = reading(instagram, export)
        assert list(messenger.claim(export)) == []
    messages = [record for record in records if isinstance(record, Message) and record.kind == "message"]
    assert len(messages) == expected["messages"]
    times = [message.sent.at[:19] + "Z" for message in messages if message.sent]
    assert (times[0], times[-1]) == (expected["first"], expected["last"])
    assert times == sorted(times)
    assert {message.author.name for message in messages if message.author} == set(expected["senders"])
    assert sum(message.deleted is not None for message in messages) == 1
    assert "you can’t hide — “ever” 😂" in [message.text for message in messages]
    assert [one.state for message in messages for one in message.attachments] == ["not_exported", "missing"]
    assert {url for message in messages for url in message.urls} == {"https://www.instagram.com/p/EXAMPLE/"}
    (comment,) = [record for record in records if isinstance(record, Message) and record.kind == "comment"]
    assert (comment.text, comment.sent and comment.sent.at) == ("please don’t", "2024-05-29T16:26:40Z")
    assert comment.text_raw == "please donâ\x80\x99t"
    assert [account.handle for account in comment.recipients] == ["troll"]
    (block,) = [record for record in records if isinstance(record, Event)]
    assert (block.kind, block.sent and block.sent.at, block.target and block.target.handle) == (
        "block", "2024-06-03T16:10:00Z", "troll",
    )  # fmt: skip
    (profile,) = [record for record in records if isinstance(record, Profile)]
    assert (profile.account.handle, profile.account.name, profile.account.owner, profile.role) == (
        "jo.reyes", "Jo Reyes", True, "owner",
    )  # fmt: skip


def test_declared_handle_is_found_in_threads_by_the_profile(shared_data: Path) -> None:
    path = shared_data / "exports/instagram/synthetic"
    with open_container([(path, path.name)]) as export:
        records, _ = reading(instagram, export, "jo.reyes")
        undeclared, _ = reading(instagram, export)
    kinds = {
        record.direction for record in records if isinstance(record, Message) and record.kind == "message"
    }
    assert kinds == {"in", "out"}
    kinds = {
        record.direction for record in undeclared if isinstance(record, Message) and record.kind == "message"
    }
    assert kinds == {"unknown"}


@pytest.mark.parametrize(("comment", "owner", "time"), [
    ("Comment", "Media Owner", "Time"), ("Opmerking", "Media-eigenaar", "Tijd"), ("Kommentar", "Medieninhaber", "Zeit"),
])  # fmt: skip
def test_comments_in_several_languages(comment: str, owner: str, time: str) -> None:
    element = {
        "string_map_data": {
            comment: {"value": "no"},
            owner: {"value": "troll"},
            time: {"timestamp": 1717000000},
        }
    }
    for files in (
        {"x/comments/reels_comments.json": {"comments_reels_comments": [element]}},
        {"post_comments_1.json": [element]},
    ):
        ((found,), _) = reading(instagram, container(files))
        assert isinstance(found, Message)
        assert (found.text, found.recipients[0].handle, found.sent and found.sent.at) == (
            "no", "troll", "2024-05-29T16:26:40Z",
        )  # fmt: skip


def test_unknown_labels_are_kept_as_words() -> None:
    element = {
        "string_map_data": {"Xyz": {"value": "no"}, "Abc": {"value": "troll"}, "T": {"timestamp": 1717000000}}
    }
    ((found,), _) = reading(instagram, container({"post_comments_1.json": [element]}))
    assert isinstance(found, Message)
    assert (found.text, found.flags, found.recipients) == ("Xyz: no\nAbc: troll", ("labels_unknown",), ())


def test_comments_of_the_layout_until_2022() -> None:
    element = {"title": "troll", "string_list_data": [{"value": "no", "timestamp": 1600000000}]}
    ((found,), _) = reading(
        instagram, container({"comments/post_comments.json": {"comments_media_comments": [element]}})
    )
    assert isinstance(found, Message)
    assert (found.text, found.recipients[0].handle) == ("no", "troll")


def test_relations_and_their_direction() -> None:
    def person(name: str) -> dict[str, object]:
        return {"title": "", "media_list_data": [], "string_list_data": [
            {"href": f"https://www.instagram.com/_u/{name}", "value": name, "timestamp": 1600000000}]}  # fmt: skip

    files: dict[str, object] = {
        "c/followers_1.json": [person("a")],
        "c/following.json": {"relationships_following": [{"title": "b", "string_list_data": [
            {"href": "https://www.instagram.com/b", "timestamp": 1600000000}]}]},
        "c/recently_unfollowed_profiles.json": {"relationships_unfollowed_users": [person("c")]},
        "c/requests.json": {"relationships_follow_requests_received": [person("d")]},
        "c/new.json": {"relationships_blocked_users": [{"timestamp": 1600000000, "media": [], "label_values": [
            {"label": "Profil", "vec": [], "dict": [{"label": "URL", "href": "https://www.instagram.com/e/"}]}]}]},
        "c/broken.json": {"relationships_restricted_users": [{"string_list_data": 5}, {}, "x"]},
    }  # fmt: skip
    records, _ = reading(instagram, container(files), "jo.reyes")
    events = [record for record in records if isinstance(record, Event)]
    assert [(event.kind, event.author and event.author.id, event.target and event.target.id) for event in events] == [
        ("follow", "a", "jo.reyes"), ("follow", "jo.reyes", "b"), ("unfollow", "jo.reyes", "c"),
        ("notice", "d", "jo.reyes"), ("block", "jo.reyes", "e"),
        ("unparsed", None, None), ("unparsed", None, None), ("unparsed", None, None),
    ]  # fmt: skip
    assert {event.sent.at for event in events if event.sent} == {"2020-09-13T12:26:40Z"}


def test_logins_hide_address_and_cookie() -> None:
    login = {"title": "2024-06-03T10:00:00+00:00", "string_map_data": {
        "Cookie Name": {"value": "*****abc"}, "IP Address": {"value": "192.0.2.7"}, "Language Code": {"value": "en"},
        "Time": {"timestamp": 1717430400}, "User Agent": {"value": "Mozilla/5.0 (X11)"}}}  # fmt: skip
    records, notes = reading(
        instagram, container({"s/login_activity.json": {"account_history_login_history": [login]}})
    )
    (event,) = records
    assert isinstance(event, Event)
    assert (event.kind, event.text, event.sent and event.sent.at) == (
        "login",
        "Mozilla/5.0 (X11)",
        "2024-06-03T16:00:00Z",
    )
    assert {secret.kind for secret in notes.secrets} == {"cookie", "IP address"}
    assert "192.0.2.7" not in repr(records) + repr(notes) and "abc" not in repr(records) + repr(notes)


def test_profile_hides_mail_and_phone() -> None:
    profile = {"title": "x", "string_map_data": {
        "Benutzername": {"value": "jo.reyes"}, "Name": {"value": "J\u00c3\u00b6"}, "E": {"value": "jo@mail.example"},
        "Telefonnummer": {"value": "+49 30 901820"}, "Geburtsdatum": {"value": "2001-02-03"}}}  # fmt: skip
    records, notes = reading(instagram, container({"personal_information.json": {"profile_user": [profile]}}))
    (found,) = records
    assert isinstance(found, Profile)
    assert (found.account.handle, found.account.name, found.facts) == ("jo.reyes", "Jö", {})
    assert sorted(secret.kind for secret in notes.secrets) == ["owner's e-mail", "owner's phone"]


def test_threads_are_instagrams_by_root_reference_or_lists() -> None:
    def thread(uri: str = "") -> dict[str, object]:
        message = {"sender_name": "T", "timestamp_ms": 1, "photos": [{"uri": uri}] if uri else []}
        return {
            "participants": [{"name": "T"}],
            "messages": [message],
            "title": "T",
            "thread_path": "inbox/t_1",
        }

    path = "messages/inbox/t_1/message_1.json"
    lists: dict[str, object] = {
        "followers_and_following/blocked_accounts.json": {"relationships_blocked_users": []}
    }
    for files, theirs in (
        ({"your_instagram_activity/" + path: thread()}, True),
        ({path: thread("your_instagram_activity/messages/inbox/t_1/photos/1.jpg")}, True),
        ({path: thread(), **lists}, True),
        ({path: thread()}, False),
        ({"your_facebook_activity/" + path: thread(), **lists}, False),
    ):
        export = container(files)
        assert (path in " ".join(member.path for member in instagram.claim(export))) is theirs
        assert (path in " ".join(member.path for member in messenger.claim(export))) is not theirs


def test_nothing_readable_is_an_error() -> None:
    export = container({"message_1.json": '{"broken'})
    with pytest.raises(InputError):
        list(instagram.read(export, export.members, Notes()))
