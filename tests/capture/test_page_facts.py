"""What pages say of themselves, whose facts they are, and that no page breaks the reader."""

from __future__ import annotations

import json
import re
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.capture.page_facts import (
    FACTS_LIMIT,
    VALUE_LIMIT,
    PageFact,
    facts_for_item,
    facts_of_item,
    page_facts,
    same_account,
    values_of,
)
from abusekit.case.canonical import encode
from abusekit.demo.site import PracticeSite

POST = "https://social.example/@owl/posts/77"


def ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def places(facts: tuple[PageFact, ...], name: str) -> dict[str, list[str]]:
    """Value → where, of one name."""
    found: dict[str, list[str]] = {}
    for one in facts:
        if one.name == name:
            found.setdefault(one.value, []).append(one.where)
    return found


def test_each_place_of_a_fact_is_listed_and_a_contradiction_is_seen() -> None:
    page = """<title> A &amp; B </title><link rel=canonical href="/@owl/posts/77">
        <meta property="og:title" content="A &amp; B"><meta property="og:site_name" content="Social">
        <meta property="og:url" content="https://social.example/@owl/posts/77">
        <meta name="twitter:creator" content="@owl"><meta name="twitter:creator:id" content="1003">
        <meta property="article:published_time" content="2026-06-12T20:00:00Z">
        <meta property="article:modified_time" content="2026-06-13T20:00:00Z">
        <meta name="twitter:site" content="@social"><meta name="user-id" content="9">"""
    page += ld(
        {
            "@context": "https://schema.org",
            "@type": "SocialMediaPosting",
            "identifier": {"@type": "PropertyValue", "propertyID": "id", "value": 77},
            "@id": "https://social.example/posts/77",
            "url": "/@owl/posts/77",
            "articleBody": "Nobody likes you.",
            "datePublished": "2026-06-12T20:00:00Z",
            "author": {
                "@type": "Person", "identifier": 10020000000000000002, "name": "Night Owl",
                "alternateName": "@owl", "url": "/@owl", "sameAs": ["https://other.example/owl"],
            },
        }
    )  # fmt: skip
    facts = page_facts(page, POST, shown_text="Night Owl\nNobody  likes you.")
    assert places(facts, "title") == {"A & B": ["title element", "meta og:title"]}
    assert places(facts, "canonical") == {POST: ["meta og:url", "link canonical"]}
    assert places(facts, "author.id") == {
        "1003": ["meta twitter:creator:id"],
        "10020000000000000002": ["json-ld SocialMediaPosting author.identifier"],  # not rounded
    }
    assert places(facts, "author.handle") == {
        "owl": ["meta twitter:creator", "json-ld SocialMediaPosting author.alternateName"]
    }
    found = values_of(facts)
    assert found["post.id"] == ("77",)
    assert found["post.uri"] == ("https://social.example/posts/77",)
    assert found["author.url"] == ("https://social.example/@owl",)
    assert found["author.same_as"] == ("https://other.example/owl",)
    assert found["edited.machine"] == ("2026-06-13T20:00:00Z",)
    assert found["site"] == ("Social",)
    assert found["post.text_shown"] == ("yes",)
    assert values_of(page_facts(page, POST, shown_text="other words"))["post.text_shown"] == ("no",)


def test_a_graph_with_references_and_answers() -> None:
    page = ld(
        {
            "@graph": [
                {"@type": "Organization", "@id": "#site", "identifier": "1", "name": "Social"},
                {"@type": "Person", "@id": "#owl", "identifier": "1002", "name": "Night Owl"},
                {
                    "@type": ["http://schema.org/DiscussionForumPosting"],
                    "url": POST,
                    "text": "A\n b",
                    "author": {"@id": "#owl"},
                    "publisher": {"@id": "#site"},
                    "comment": [
                        {
                            "@type": "Comment",
                            "identifier": "78",
                            "text": "No.",
                            "author": {"identifier": 1001},
                        },
                        {"@type": "Comment", "identifier": "79", "author": "Sam"},
                    ],
                },
                {"@type": "SocialMediaPosting", "identifier": "5", "author": {"identifier": "1004"}},
            ]
        }
    )
    found = values_of(page_facts(page, POST))
    assert found["author.id"] == ("1002",)
    assert found["post.text"] == ("A\n b",)
    assert found["comment.post.id"] == ("78", "79")
    assert found["comment.author.id"] == ("1001",)
    assert found["listed.author.id"] == ("1004",)


def test_many_posts_of_which_none_is_the_page() -> None:
    page = ld(
        [
            {"@type": "SocialMediaPosting", "identifier": str(n), "author": {"identifier": "1"}}
            for n in range(3)
        ]
    )
    found = values_of(page_facts(page, "https://social.example/"))
    assert "post.id" not in found
    assert "author.id" not in found
    assert found["listed.post.id"] == ("0", "1", "2")


def test_a_number_of_a_post_is_not_that_of_an_account() -> None:
    people = ld(
        [{"@type": "Person", "identifier": "77", "alternateName": "mira"}, {"@type": "Person", "name": "S"}]
    )
    assert "author.handle" not in values_of(page_facts(people, "https://a.example/posts/77"))
    assert values_of(page_facts(people, "https://a.example/users/77"))["author.handle"] == ("mira",)
    posts = ld(
        [{"@type": "Article", "identifier": "77", "author": {"identifier": "5"}}, {"@type": "Article"}]
    )
    marked = "<article data-post-id=77 data-user-id=6>"
    found = values_of(page_facts(posts + marked, "https://a.example/users/77"))
    assert found["author.id"] == ("77",)
    assert found["listed.author.id"] == ("5", "6")


def test_microdata_and_rdfa() -> None:
    microdata = f"""<div itemscope itemtype="https://schema.org/SocialMediaPosting" itemid="{POST}">
        <meta itemprop=identifier content=77><time itemprop=datePublished datetime="2026-06-12">12 June</time>
        <div itemprop=articleBody>Nobody <b>likes</b> you.<br>You.</div>
        <span itemprop=author itemscope itemtype="https://schema.org/Person"><a itemprop=url href="/@owl">
        <span itemprop=name>Night Owl</span></a><data itemprop=identifier value=1002></data></span></div>"""
    rdfa = f"""<div vocab="https://schema.org/" typeof="SocialMediaPosting" resource="{POST}">
        <span property="schema:identifier">77</span><p property=articleBody>Nobody likes you.</p>
        <span property=author typeof=Person><span property=identifier content=1002>x</span></span></div>"""
    for flavour, page in (("microdata", microdata), ("rdfa", rdfa)):
        facts = page_facts(page, POST)
        found = values_of(facts)
        assert found["author.id"] == ("1002",), flavour
        assert "77" in found["post.id"], flavour
        assert found["post.text"][0].startswith("Nobody likes you."), flavour
        assert {one.where.split()[0] for one in facts if one.name == "author.id"} == {flavour}
    found = values_of(page_facts(microdata, POST))
    assert found["post.text"] == ("Nobody likes you.\nYou.",)
    assert (found["posted.machine"], found["posted.shown"]) == (("2026-06-12",), ("12 June",))
    assert found["author.name"] == ("Night Owl",)


def test_microformats() -> None:
    page = """<article class="post h-entry"><a class="p-author h-card" href="/@owl">Night Owl</a>
        <div class="e-content"><p>Nobody likes you.</div><a class="u-url" href="/@owl/posts/77">
        <time class="dt-published" datetime="2026-06-12T20:00:00+01:00">yesterday</time></a>
        <a class=u-in-reply-to href="/@mira/posts/70">to</a></article>
        <article class=h-entry><a class=u-url href="/@sam/posts/78"></a>
        <a class="p-author h-card" href="/@sam">S</a></article>"""
    facts = page_facts(page, POST)
    found = values_of(facts)
    assert found["post.url"] == (POST,)
    assert found["post.text"] == ("Nobody likes you.",)
    assert found["reply.to"] == ("https://social.example/@mira/posts/70",)
    assert (found["author.name"], found["author.url"]) == (("Night Owl",), ("https://social.example/@owl",))
    assert found["posted.shown"] == ("yesterday",)
    assert (
        places(facts, "posted.machine")["2026-06-12T20:00:00+01:00"][0] == "microformats h-entry dt-published"
    )
    assert found["listed.author.url"] == ("https://social.example/@sam",)


def test_activity_streams_and_oembed() -> None:
    page = """<link rel=alternate type="application/activity+json" href="/n/77">
        <link rel=alternate type="application/json+oembed" href="/oembed?u=77">"""
    note = {
        "id": "https://social.example/n/77", "type": "Note", "published": "2026-06-12T20:00:00Z",
        "attributedTo": "https://social.example/users/1002", "content": "<p>Nobody&#39;s<br>here</p>",
        "inReplyTo": "https://social.example/n/70",
    }  # fmt: skip
    other = note | {"id": "https://social.example/n/78", "attributedTo": "https://social.example/users/1001"}
    embed = {
        "version": "1.0",
        "type": "rich",
        "author_name": "Night Owl",
        "author_url": "https://social.example/@owl",
    }
    bodies = [
        ("https://social.example/n/77", "application/activity+json; charset=utf-8", json.dumps(note)),
        ("https://social.example/n/78", "application/activity+json", json.dumps(other)),
        ("https://social.example/oembed?u=77", "application/json", json.dumps(embed)),
        ("https://social.example/x.html", "text/html", json.dumps(note | {"id": "no"})),
    ]
    found = values_of(page_facts(page, POST, bodies=bodies))
    assert found["author.uri"] == ("https://social.example/users/1002",)
    assert found["post.uri"] == ("https://social.example/n/77",)
    assert found["post.text"] == ("Nobody's\nhere",)
    assert found["reply.to"] == ("https://social.example/n/70",)
    assert found["author.name"] == ("Night Owl",)
    assert found["listed.author.uri"] == ("https://social.example/users/1001",)
    assert found["alternate.activity"] == ("https://social.example/n/77",)


@pytest.mark.parametrize(
    ("url", "markup", "body", "wanted"),
    [
        (
            "https://x.com/owl/status/1541815603606036480",
            "",
            {"a": [{"rest_id": "1541815603606036480", "core": {"user_results": {"result": {"rest_id": "1002"}}},
                    "legacy": {"full_text": "no", "created_at": "Tue Jun 28 16:07:40 +0000 2022"}}]},
            {"author.id": "1002", "post.text": "no", "posted.machine": "Tue Jun 28 16:07:40 +0000 2022"},
        ),
        (
            "https://bsky.app/profile/owl.example/post/3jzfcijpj2z2a",
            "",
            {"thread": {"post": {"uri": "at://did:plc:owl/app.bsky.feed.post/3jzfcijpj2z2a", "cid": "bafy",
                                 "author": {"did": "did:plc:owl", "handle": "owl.example"},
                                 "record": {"text": "no", "createdAt": "2023-06-30T15:03:01Z"}}}},
            {"author.id": "did:plc:owl", "post.cid": "bafy"},
        ),
        (
            "https://www.tiktok.com/@owl/video/7006694664724122881",
            '<script id="__UNIVERSAL" type="application/json">{"x":{"id":"7006694664724122881","createTime":1631373229,'
            '"desc":"no","author":{"id":"6785823001336415238","uniqueId":"owl","secUid":"MS4","nickname":"O"}}}</script>',
            None,
            {"author.id": "6785823001336415238", "author.sec_uid": "MS4", "posted.machine": "1631373229"},
        ),
        (
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            '<script>var ytInitialPlayerResponse = {"videoDetails":{"videoId":"dQw4w9WgXcQ","channelId":"UC1",'
            '"author":"O","title":"T"}};var b = {};</script>',
            None,
            {"author.id": "UC1", "author.name": "O"},
        ),
    ],
)  # fmt: skip
def test_the_stable_number_in_what_a_platform_hands_to_its_program(
    url: str, markup: str, body: object, wanted: dict[str, str]
) -> None:
    own = "/".join(url.split("/")[:3])
    bodies = [] if body is None else [(f"{own}/api/1", "application/json", json.dumps(body))]
    found = values_of(page_facts(markup, url, bodies=bodies))
    assert {name: found.get(name) for name in wanted} == {name: (value,) for name, value in wanted.items()}
    elsewhere = values_of(page_facts(markup, "https://evil.example/page", bodies=bodies))
    assert "author.id" not in elsewhere


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (
            "https://twitter.com/owl/status/15/photo/1",
            {"platform": "x", "author.handle": "owl", "post.id": "15"},
        ),
        (
            "https://www.instagram.com/reel/CEWvSc1gOJ_/?x=1",
            {"platform": "instagram", "post.code": "CEWvSc1gOJ_"},
        ),
        ("https://old.reddit.com/r/a/comments/abc/t/def/", {"post.id": "abc", "comment.id": "def"}),
        ("https://youtu.be/dQw4w9WgXcQ?t=1", {"platform": "youtube", "post.id": "dQw4w9WgXcQ"}),
        ("https://social.example/@owl/109254534512345678", {"platform": "mastodon", "author.handle": "owl"}),
        ("https://discord.com/channels/1/22/333", {"guild.id": "1", "channel.id": "22", "post.id": "333"}),
        ("https://t.me/owl/12", {"platform": "telegram", "post.id": "12"}),
        ("https://www.facebook.com/permalink.php?story_fbid=pf&id=12", {"post.id": "pf", "author.id": "12"}),
        (
            "https://bsky.app/profile/did:plc:a/post/3jzfcijpj2z2a",
            {"author.id": "did:plc:a", "platform": "bluesky"},
        ),
        ("https://x.com/explore", {"platform": "x"}),
        ("https://example.org/a/b", {}),
    ],
)
def test_ids_in_the_address(url: str, wanted: dict[str, str]) -> None:
    facts = page_facts("", url)
    found = {one.name: one.value for one in facts if one.name != "page.kind"}
    assert wanted.items() <= found.items()
    if len(wanted) < 2:
        assert found == wanted
    assert all(one.where.startswith("address") for one in facts)


def test_the_practice_site() -> None:
    import urllib.request

    with PracticeSite(seed=1) as site:

        def read(path: str) -> dict[str, tuple[str, ...]]:
            with urllib.request.urlopen(site.base_url + path, timeout=10) as answer:
                return values_of(page_facts(answer.read().decode(), answer.geturl()))

        reply, profile = read("/post/5003"), read("/@night_owl_77")
        before = profile
        site.rename()
        after = read("/@owl_is_back")
        stranger, base = read("/@mira_walks"), site.base_url
    assert (reply["post.id"], reply["author.id"]) == (("5003",), ("1002",))
    assert reply["author.handle"] == ("night_owl_77",)
    assert reply["posted.machine"] == ("2026-06-12T22:16:07.324Z",)
    assert (profile["author.id"], profile["page.kind"]) == (("1002",), ("profile",))
    assert profile["author.image"] == (f"{base}/avatar/1002.jpg",)
    assert profile["author.bio"] == ("I see everything. prints: owl.post@nightmail.example",)
    assert "author.image" not in reply
    assert after["author.handle"] == ("owl_is_back",)
    assert same_account(before, after) is True
    assert same_account(before, stranger) is False


def test_the_picture_and_the_words_of_a_profile() -> None:
    page = ld(
        {
            "@type": "ProfilePage",
            "mainEntity": {
                "@type": "Person", "alternateName": "owl", "description": "Here\nto stay",
                "image": {"@type": "ImageObject", "@id": "#i", "contentUrl": "/a/owl.jpg?v=2"},
            },
        }
    ) + """<meta property=og:image content="/a/og.jpg"><meta property=og:image content="data:image/png;base64,AA">
        <meta property=og:description content="12 followers">"""  # fmt: skip
    facts = page_facts(page, "https://social.example/@owl")
    assert places(facts, "author.image") == {
        "https://social.example/a/owl.jpg?v=2": ["json-ld Person image"],
        "https://social.example/a/og.jpg": ["meta og:image"],
    }
    assert places(facts, "author.bio") == {"Here to stay": ["json-ld Person description"]}
    own_words = (
        '<meta property=og:site_name content=Chatterbox><meta property=og:description content="/s hi">'
    )
    assert places(page_facts(own_words, "https://social.example/@owl"), "author.bio") == {
        "/s hi": ["meta og:description"]
    }
    # of a post they are the post's, and a card with counts is no portrait
    assert "author.image" not in values_of(page_facts(page, POST))
    card = '<meta property=og:image content="/card.png">'
    assert "author.image" not in values_of(page_facts(card, "https://www.reddit.com/user/owl"))
    assert "author.image" not in values_of(page_facts(card, "https://social.example/"))
    says = "<meta property=og:type content=profile>"
    assert "author.image" in values_of(page_facts(says + card, "https://social.example/owl"))


def test_the_picture_of_those_who_answer_is_not_listed() -> None:
    person = {"@type": "Person", "identifier": "1", "image": "/a/1.jpg", "description": "me"}
    page = ld(
        {"@type": "SocialMediaPosting", "url": POST, "author": person,
         "comment": [{"@type": "Comment", "identifier": "78", "author": person | {"image": "/a/2.jpg"}}]}
    )  # fmt: skip
    facts = page_facts(page, POST)
    assert values_of(facts)["author.image"] == ("https://social.example/a/1.jpg",)
    assert [one.name for one in facts if one.name.endswith((".image", ".bio"))] == [
        "author.image",
        "author.bio",
    ]


def test_microdata_and_microformats_of_a_profile() -> None:
    microdata = """<div itemscope itemtype="https://schema.org/Person"><img itemprop=image src="/a/1.jpg">
        <p itemprop=description>me</p></div>"""
    card = '<div class=h-card><img class=u-photo src="/a/1.jpg" alt=x><p class=p-note>me</p></div>'
    for page in (microdata, card):
        found = values_of(page_facts(page, "https://social.example/@owl"))
        assert (found["author.image"], found["author.bio"]) == (("https://social.example/a/1.jpg",), ("me",))


PROFILES = [
    (
        "https://social.example/@owl",
        {"type": "Person", "preferredUsername": "owl", "summary": "<p>me &amp; you</p>",
         "icon": {"type": "Image", "url": "https://cdn.example/1.png"}},
    ),
    (
        "https://social.example/@owl",
        {"id": "9", "acct": "owl", "username": "owl", "display_name": "O", "note": "<p>me &amp; you</p>",
         "avatar": "https://cdn.example/1.png"},
    ),
    (
        "https://bsky.app/profile/owl.example",
        {"did": "did:plc:owl", "handle": "owl.example", "followersCount": 3, "description": "me & you",
         "avatar": "https://cdn.example/1.png"},
    ),
    (
        "https://x.com/owl",
        {"__typename": "User", "rest_id": "1002", "core": {"screen_name": "owl", "name": "O"},
         "avatar": {"image_url": "https://cdn.example/1.png"}, "legacy": {"description": "me & you"}},
    ),
    (
        "https://x.com/owl",
        {"__typename": "User", "rest_id": "1002", "legacy": {
            "description": "me & you", "screen_name": "owl",
            "profile_image_url_https": "https://cdn.example/1.png"}},
    ),
    (
        "https://www.tiktok.com/@owl",
        {"id": "6", "uniqueId": "owl", "secUid": "MS4", "nickname": "O", "signature": "me & you",
         "avatarLarger": "https://cdn.example/1.png", "avatarThumb": "https://cdn.example/2.png"},
    ),
    (
        "https://www.instagram.com/owl/",
        {"pk": "6", "username": "owl", "full_name": "O", "biography": "me & you",
         "profile_pic_url": "https://cdn.example/2.png", "profile_pic_url_hd": "https://cdn.example/1.png"},
    ),
    (
        "https://www.reddit.com/user/owl",
        {"name": "owl", "icon_img": "https://cdn.example/1.png", "created_utc": 1, "link_karma": 1,
         "subreddit": {"public_description": "me & you"}},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("url", "told"), PROFILES, ids=lambda one: one if isinstance(one, str) else "")
def test_the_profile_in_what_a_platform_hands_to_its_program(url: str, told: object) -> None:
    own = "/".join(url.split("/")[:3])
    for body in (told, {"others": [told]}):
        facts = page_facts("", url, bodies=[(f"{own}/api/1", "application/json", json.dumps(body))])
        found = values_of(facts)
        assert (found["author.image"], found["author.bio"]) == (("https://cdn.example/1.png",), ("me & you",))
        assert "listed.post.id" not in found
    stranger = page_facts("", f"{own}/@mira", bodies=[(f"{own}/api/1", "application/json", json.dumps(told))])
    assert "author.image" not in values_of(stranger)


def test_the_same_account() -> None:
    assert same_account({"author.id": ("1",)}, {"author.uri": ("http://a/1",)}) is None
    assert same_account({"author.handle": ("a",)}, {"author.handle": ("a",)}) is None
    assert same_account({"author.id": ("1", "2")}, {"author.id": ("2",)}) is True


def test_as_recorded_in_an_item() -> None:
    facts = page_facts("<title>a\ud800\x1b\0b</title><meta name=author content='  x\n y '>", POST)
    recorded = facts_for_item(facts)
    encode(recorded)
    assert facts_of_item(recorded) == facts
    assert values_of(facts)["author.name"] == ("x y",)
    assert facts_of_item([{"name": 1, "value": "x"}, "x", {"name": "a", "value": "b"}]) == (
        PageFact("a", "b", ""),
    )
    assert facts_of_item("no") == ()


HOSTILE = [
    "<div itemscope>" * 15_000,
    "<i itemprop=a itemscope>" * 15_000,
    "<i itemprop=a>" * 15_000 + "x",
    "<p class='h-entry p-name'>" * 15_000 + "</p>" * 15_000,
    "<i class=h-entry>" + "<b>" * 300 + "</i>" * 200_000,
    "<meta property=og:title content=x>" * 15_000,
    "<time datetime=2026>" * 15_000,
    "<a rel=me href=x>" * 15_000,
    "<article data-post-id=1 data-user-id=2>" * 15_000,
    ld({"@type": "Person"})[:-9] + "[" * 200_000 + "</script>",
    ld(
        [{"@type": "Article", "@id": f"http://a/{n}", "author": {"identifier": str(n)}} for n in range(5_000)]
    ),
    ld({"@type": "Article", "url": ["http://a/" + "a" * 50] * 20_000}),
    ld(
        [
            [[{"@graph": {"@graph": [1]}}]],
            None,
            1e400,
            {"@type": 3, "author": [[1]], "url": {"url": {"url": 1}}},
        ]
    ),
    "<script type='application/json'>" + "[{}," * 400_000 + "</script>",
    "<script type='application/json'>" + '{"a":' * 100_000 + "</script>",
    "<script type='application/json'>[" + '{"id":1,"type":"Note","attributedTo":1},' * 10_000 + "1]</script>",
    "<script>" + "ytInitialPlayerResponse = {" * 60_000 + "</script>",
    "<script>" + "ytInitialPlayerResponse" * 15_000 + "</script>",
    "<link rel=canonical href='http://[bad'><meta property=og:url content='http://\\a'>",
]


@pytest.mark.parametrize("markup", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_pages_take_neither_time_nor_memory(markup: str) -> None:
    body = [("https://a.example/", "application/json", markup[32:-9])] if "application/json" in markup else []
    started = time.process_time()
    tracemalloc.start()
    facts = page_facts(markup, POST, shown_text=markup, bodies=body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - started < 8
    assert peak < 200 << 20
    assert len(facts) <= FACTS_LIMIT
    assert all(len(one.value) <= VALUE_LIMIT for one in facts)
    encode(facts_for_item(facts))


pieces = st.sampled_from(
    [
        *(
            "<i itemscope itemprop=author>",
            "</i>",
            "<b class='h-entry u-url' href=/x>",
            "</b>",
            "text",
            "\0",
            "<",
            ">",
            "'",
        ),
        *(
            "<meta property=a:user_id content=1>",
            "<time datetime=2026-01-01>",
            "</time>",
            "<article data-post-id=77>",
        ),
        *("<script type=application/ld+json>", '{"@type":"Person"', ',"url":[1,null]}', "</script>"),
        "<a rel=author href=/\ud800>",
    ]
)
keys = st.sampled_from(
    re.findall(
        r"\S+",
        "@type @id @graph author url identifier comment type attributedTo id record uri cid mainEntity",
    )
)


@given(st.lists(pieces, max_size=30).map("".join))
def test_any_page_is_read(markup: str) -> None:
    encode(facts_for_item(page_facts(markup, POST, shown_text=markup, bodies=[(POST, "text/json", markup)])))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner),
    )
)
def test_any_json_is_read(value: object) -> None:
    text = json.dumps(value)
    page_facts(
        f"<script type=application/ld+json>{text}</script>", POST, bodies=[(POST, "application/json", text)]
    )
