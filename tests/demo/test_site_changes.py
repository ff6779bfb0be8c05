"""Each change shows at the address that it is about, and nowhere else."""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
from typing import Any

import pytest
from site_client import get, status_of

from abusekit.demo import content, everyday
from abusekit.demo.changes import EDITED_AFTER, NEWCOMER
from abusekit.demo.render import iso_milliseconds
from abusekit.demo.site import PracticeSite
from abusekit.errors import UsageError


def linked(page: bytes) -> Any:
    """The page's JSON-LD."""
    found = re.search(rb'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_edit_marks_the_post_and_keeps_its_number(site: PracticeSite) -> None:
    before = get(site.post_url(5006))[2]
    assert b"edited" not in before and "dateModified" not in linked(before)
    site.edit(5006, "Saw <you> at the library.")
    status, _, after = get(site.post_url(5006))
    facts = linked(after)
    at = content.tell(1).post(5006)
    assert at is not None
    assert (status, facts["identifier"], facts["articleBody"]) == (200, "5006", "Saw <you> at the library.")
    assert facts["datePublished"] == iso_milliseconds(at.at)
    assert facts["dateModified"] == iso_milliseconds(at.at + EDITED_AFTER)
    assert b"Saw &lt;you&gt; at the library." in after and b"bus stop" not in after
    assert b"edited <time" in after and b"article:modified_time" in after
    assert json.loads(get(site.post_url(5006) + ".json")[2])["updated"] == facts["dateModified"]
    with pytest.raises(UsageError):
        site.edit(4999, "no such post")


def test_closed_and_suspended_are_told_apart(site: PracticeSite) -> None:
    site.close_account("sam_bakes")
    site.suspend("tawny_watcher")
    for path, status, words in (
        ("/@sam_bakes", 404, b"This account doesn't exist"),
        ("/post/5002", 404, b"This account doesn't exist"),
        ("/@tawny_watcher", 403, b"Account suspended"),
        ("/post/5010", 403, b"Account suspended"),
    ):
        got, _, body = get(site.base_url + path)
        assert got == status, path
        assert words.replace(b"'", b"&#39;") in body, path
    assert status_of(site.base_url + "/users/1004.json") == 410
    front = get(site.base_url + "/")[2]
    assert b"sam_bakes" not in front and b"on this account either" not in front
    assert status_of(site.post_url(5001)) == 200
    with pytest.raises(UsageError):
        site.suspend("nobody_by_this_name")


@pytest.mark.parametrize("renamed_before", [False, True])
def test_a_known_handle_belongs_to_somebody_else(site: PracticeSite, renamed_before: bool) -> None:
    if renamed_before:
        site.rename()
    assert site.reuse_handle() == NEWCOMER
    status, _, body = get(site.profile_url(content.OLD_HANDLE))
    assert (status, linked(body)["mainEntity"]["identifier"]) == (200, str(NEWCOMER))
    _, _, body = get(site.profile_url(content.NEW_HANDLE))
    assert linked(body)["mainEntity"]["identifier"] == str(content.ABUSER)
    assert get(site.base_url + "/users/1002")[1]["Location"] == f"/@{content.NEW_HANDLE}"
    with pytest.raises(UsageError):
        site.reuse_handle("never_seen")


def test_any_account_can_be_renamed(site: PracticeSite) -> None:
    site.rename(user_id=content.FRIEND, handle="sam_rolls")
    assert get(site.profile_url("sam_bakes"))[1]["Location"] == "/@sam_rolls"
    assert status_of(site.profile_url("night_owl_77")) == 200


def test_everyday_posts_can_go_too(site: PracticeSite) -> None:
    number = site.story.others[0].post_id
    assert status_of(site.post_url(number)) == 200
    site.delete(number, status=404)
    assert status_of(site.post_url(number)) == 404
    assert json.loads(get(site.post_url(number) + ".json")[2]) == {"error": "no such post"}


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ("require_login", 302, b"/login?next=/post/5001"),
        ("challenge", 403, b"Checking your browser"),
        ("geo_block", 451, b"Not available in your country"),
        ("limit", 429, b"Slow down"),
        ("unclear", 200, b"new look"),
    ],
)
def test_barriers_stand_before_one_path(site: PracticeSite, change: str, status: int, words: bytes) -> None:
    getattr(site, change)("/post/5001")
    got, _, body = get(site.post_url(5001))
    assert got == status
    assert words in body
    assert b"new coat of paint" not in body
    assert status_of(site.post_url(5002)) == 200
    site.restore("/post/5001")
    assert b"new coat of paint" in get(site.post_url(5001))[2]


def test_down_and_back(site: PracticeSite) -> None:
    site.go_down()
    with pytest.raises((urllib.error.URLError, ConnectionResetError, http.client.RemoteDisconnected)):
        get(site.base_url + "/static/site.css")
    site.restore()
    assert status_of(site.base_url + "/static/site.css") == 200


def test_a_limit_that_ends(site: PracticeSite) -> None:
    site.limit(until=2)
    got = [status_of(site.base_url + path) for path in ("/post/5001", "/static/site.css", "/post/5001")]
    assert got == [429, 429, 200]
    assert get(site.base_url + "/limited/x")[1]["Retry-After"] == "1"


def test_the_wall_itself_stays_within_reach(site: PracticeSite) -> None:
    site.require_login()
    assert get(site.base_url + "/feed")[1]["Location"] == "/login?next=/feed"
    assert status_of(site.base_url + "/login") == 200
    assert status_of(site.base_url + "/static/site.css") == 200


def test_numbers_embed_their_time(site: PracticeSite) -> None:
    for post in site.story.others:
        milliseconds = (post.post_id >> 22) + everyday.EPOCH.timestamp() * 1000
        assert milliseconds == round(post.at.timestamp() * 1000)
    assert len({post.post_id for post in site.story.others}) == len(site.story.others) == 51
