"""What programs get: the feed's JSON, the same post in four spellings, odd requests, codings and ranges."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import brotlicffi
import pytest
from site_client import get, status_of

from abusekit.demo import everyday
from abusekit.demo.site import PracticeSite


def told(url: str, **headers: str) -> Any:
    return json.loads(get(url, **headers)[2])


def test_the_feed_comes_in_steps_and_ends(site: PracticeSite) -> None:
    after, posts = "", []
    for _ in range(20):
        step = told(f"{site.base_url}/api/feed?after={after}")
        posts += step["posts"]
        if (after := step["next"]) is None:
            break
    assert after is None
    top = [one for one in site.story.newest_first() if one.reply_to is None]
    assert [one["id"] for one in posts] == [str(one.post_id) for one in top]
    assert len(posts) == len({one["id"] for one in posts}) == 47
    assert [one["posted_at"] for one in posts] == sorted((one["posted_at"] for one in posts), reverse=True)


def test_pages_made_by_script_hold_no_words_of_posts(site: PracticeSite) -> None:
    words = [one.text.encode() for one in site.story.newest_first()]
    page = get(site.base_url + "/feed")[2]
    assert b'id="feed"' in page
    assert not any(one in page for one in words)
    assert b"Note 3." not in get(site.post_page_url(3))[2]
    assert told(f"{site.base_url}/api/posts/3")["text"].startswith("Note 3. ")


def test_the_long_list_has_its_length_and_no_two_alike(site: PracticeSite) -> None:
    last = everyday.NUMBERED
    assert status_of(site.post_page_url(last)) == 200
    for path in (f"/posts/{last + 1}", "/posts/0", f"/api/posts/{last + 1}"):
        assert status_of(site.base_url + path) == 404
    every = [told(f"{site.base_url}/api/posts/{number}") for number in range(1, last + 1, 23)]
    assert len({one["text"] for one in every}) == len({one["id"] for one in every}) == len(every)
    assert status_of(site.base_url + every[0]["picture"]) == 200


def test_replies_behind_the_button(site: PracticeSite) -> None:
    page = get(site.thread_url(5001))[2]
    assert b"Show more replies" in page and b"12 replies" in page
    assert page.count(b'<article class="post"') == 2
    rest = told(f"{site.base_url}/api/thread/5001?after=2")["replies"]
    assert [one.post_id for one in site.story.replies(5001)][2:] == [int(one["id"]) for one in rest]
    assert len(rest) == 10
    assert b'data-thread-root="5001"' in get(site.thread_url(5004))[2]
    assert b"more-replies" not in get(site.thread_url(5003))[2]


def test_one_post_in_four_spellings(site: PracticeSite) -> None:
    url = site.post_url(5007)
    page = get(url)[2]
    found = re.search(rb'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    linked = json.loads(found[1])
    note = told(url + ".json")
    embed = told(f"{site.base_url}/oembed?url={url}")
    assert (linked["identifier"], linked["author"]["identifier"]) == ("5007", "1002")
    assert linked["datePublished"] == note["published"] == "2026-06-15T21:46:07.472Z"
    assert b'<meta property="og:image" content="/photo/gate_at_night.jpg">' in page
    assert b'<meta property="og:description" content="I know which gate is yours now.">' in page
    assert (note["id"], note["attributedTo"]) == (url + ".json", site.base_url + "/users/1002.json")
    assert embed["author_url"] == site.base_url + "/@night_owl_77"
    assert note["content"].removeprefix("<p>").removesuffix("</p>") in embed["html"]
    status, headers, body = get(url, Accept="application/activity+json")
    assert (status, headers["Content-Type"]) == (200, "application/activity+json")
    assert json.loads(body) == note


def test_accounts_and_replies_for_programs(site: PracticeSite) -> None:
    actor = told(site.base_url + "/users/1002.json")
    assert (actor["preferredUsername"], actor["url"]) == ("night_owl_77", site.base_url + "/@night_owl_77")
    assert told(site.post_url(5004) + ".json")["inReplyTo"] == site.post_url(5003) + ".json"
    for path in (
        "/users/1.json",
        "/post/1.json",
        "/oembed?url=//[",
        "/oembed?url=/feed",
        "/oembed",
        "/users/1",
    ):
        assert status_of(site.base_url + path) == 404, path
    assert status_of(site.base_url + "/users/1005.json") == 403


def test_brotli_where_it_is_offered_and_accepted(site: PracticeSite) -> None:
    for path in ("/static/site.css", "/feed", "/api/feed"):
        plain = get(site.base_url + path)
        packed = get(site.base_url + path, Accept_Encoding="gzip, deflate, br")
        assert packed[1]["Content-Encoding"] == "br"
        assert packed[1]["ETag"] != plain[1]["ETag"]
        assert brotlicffi.decompress(packed[2]) == plain[2]
        assert get(site.base_url + path, Accept_Encoding="gzip")[1]["Content-Encoding"] == "gzip"


def test_feed_is_sent_in_chunks(site: PracticeSite) -> None:
    _, headers, body = get(site.base_url + "/api/feed")
    assert (headers["Transfer-Encoding"], headers["Content-Length"]) == ("chunked", None)
    assert json.loads(body)["next"]


@pytest.mark.parametrize(
    ("wish", "status", "first", "last"),
    [
        ("bytes=0-", 206, 0, 23_497),
        ("bytes=100-199", 206, 100, 199),
        ("bytes=23000-99999", 206, 23_000, 23_497),
        ("bytes=99999-", 416, 0, -1),
        ("bytes=-5", 416, 0, -1),
    ],
)
def test_parts_of_the_video(site: PracticeSite, wish: str, status: int, first: int, last: int) -> None:
    url = site.base_url + "/media/gate_swing.webm"
    _, headers, whole = get(url)
    assert (headers["Accept-Ranges"], headers["Content-Type"], len(whole)) == ("bytes", "video/webm", 23_498)
    got, headers, part = get(url, Range=wish)
    assert (got, part) == (status, whole[first : last + 1])
    place = f"{first}-{last}" if status == 206 else "*"
    assert headers["Content-Range"] == f"bytes {place}/23498"


def test_odd_requests(site: PracticeSite) -> None:
    pings = [told(site.base_url + "/api/ping?from=x") for _ in range(2)]
    assert pings == [{"from": "x", "count": 1}, {"from": "x", "count": 2}]
    echo = json.loads(get(site.base_url + "/api/echo", body=b"words")[2])
    assert echo == {"bytes": 5, "sha256": hashlib.sha256(b"words").hexdigest()}
    status, headers, body = get(site.base_url + "/api/beacon", body=b"x")
    assert (status, headers["Content-Length"], body) == (204, None, b"")
    status, headers, _ = get(site.base_url + "/api/cors", method="OPTIONS", Origin="http://a.example")
    assert (status, headers["Access-Control-Allow-Origin"]) == (204, "http://a.example")
    assert get(site.base_url + "/api/cors", method="PUT", body=b"{}")[0] == 200
    assert get(site.base_url + "/api/ping", body=b"x")[0] == 405
    assert get(site.base_url + "/api/echo", body=b"x" * (1 << 20))[0] == 200
    assert get(site.base_url + "/photo/old/owl.jpg")[1]["Location"] == "/photo/owl.jpg"
    assert status_of(site.base_url + "/static/../site.py") == 404
    assert status_of(site.base_url + "/static/README.txt") == 404


def test_the_other_origin_is_the_same_site_under_another_name(site: PracticeSite) -> None:
    other = site.other_origin
    assert re.fullmatch(r"http://localhost:\d+", other)
    assert site.other_origin == other
    assert other.rpartition(":")[2] != site.base_url.rpartition(":")[2]
    assert f'src="{other}/widget"'.encode() in get(site.base_url + "/framed")[2]
    assert b"Weather" in get(other + "/widget")[2]


def test_urls_for_browsers(site: PracticeSite) -> None:
    plain = site.urls_text(pages=2)
    lines = [line for line in site.urls_text(pages=2, browser=3).splitlines() if not line.startswith("#")]
    assert set(plain.splitlines()) < {*lines, *plain.splitlines()}
    assert len(lines) == len(set(lines))
    assert site.post_page_url(3) in lines and site.post_page_url(4) not in lines
    added = {line: status_of(line) for line in lines if line not in plain}
    assert sorted(set(added.values())) == [200, 302, 403, 451]
