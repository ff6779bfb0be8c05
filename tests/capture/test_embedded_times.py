"""Times inside of ids: published examples, ids that cannot be, and the check beside the page's time."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.capture.embedded_times import (
    EmbeddedTime,
    NotDecoded,
    checks,
    dated_facts,
    decode,
    embedded_times,
)
from abusekit.capture.id_schemes import SCHEMES
from abusekit.capture.page_facts import PageFact, page_facts
from abusekit.case.moment import from_facts
from abusekit.demo.everyday import snowflake
from abusekit.demo.site import PracticeSite

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("platform", "text", "at"),
    [
        # en.wikipedia.org/wiki/Snowflake_ID
        ("x", "1541815603606036480", "2022-06-28T16:07:40.105000+00:00"),
        # Discord developer documentation, Snowflakes
        ("discord", "175928847299117063", "2016-04-30T11:18:25.796000+00:00"),
        # two media ids with their known times in a question of 2020 (Stack Overflow 63683015)
        ("instagram", "2384288897814875714", "2020-08-26T13:43:27.313000+00:00"),
        ("instagram", "2383568809444681765", "2020-08-25T13:52:46.090000+00:00"),
        ("instagram", "2384288897814875714_25025320", "2020-08-26T13:43:27.313000+00:00"),
        # published with createTime 1631373229, one second later
        ("tiktok", "7006694664724122881", "2021-09-11T15:13:48+00:00"),
        ("linkedin", "7163147469877407744", "2024-02-13T12:30:41.663000+00:00"),
        ("mastodon", "109254534512345678", "2022-10-30T01:04:56+00:00"),
        ("slack", "p1700000000123456", "2023-11-14T22:13:20.123456+00:00"),
        # RFC 9562, appendix A, and B.2: all of 2022-02-22T14:22:22-05:00
        ("", "C232AB00-9414-11EC-B3C8-9F6BDECED846", "2022-02-22T19:22:22+00:00"),
        ("", "1EC9414C-232A-6B00-B3C8-9F6BDECED846", "2022-02-22T19:22:22+00:00"),
        ("", "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "2022-02-22T19:22:22+00:00"),
        # github.com/ulid/spec, and the MongoDB documentation
        ("", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "2016-07-30T23:54:10.259000+00:00"),
        ("", "507f1f77bcf86cd799439011", "2012-10-17T21:13:27+00:00"),
    ],
)
def test_known_ids(platform: str, text: str, at: str) -> None:
    found = decode(platform, text, now=NOW)
    assert isinstance(found, EmbeddedTime)
    assert found.at.isoformat() == at
    assert from_facts(found.moment().to_facts()).raw == text
    assert "derived from the id" in found.basis


def test_made_ids() -> None:
    """Built by the rule of each scheme, read back."""
    at = datetime(2026, 6, 12, 20, 41, 7, 250_000, tzinfo=UTC)
    us = int(at.timestamp()) * 1_000_000 + 250_000
    letters = "234567abcdefghijklmnopqrstuvwxyz"
    tid = "".join(letters[((us << 10) | 5) >> shift & 31] for shift in range(60, -1, -5))
    digits, count = "", us // 1000 - 946_684_800_000
    while count:
        count, last = divmod(count, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[last] + digits
    media = (us // 1000 - 1_314_220_021_721) << 23
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    code = "".join(letters[media >> shift & 63] for shift in range(60, -1, -6))
    made = {"bluesky": tid, "misskey": digits.rjust(8, "0") + "00", "instagram": code, "threads": code,
            "chatterbox": str(snowflake(at, 7))}  # fmt: skip
    for platform, text in made.items():
        found = decode(platform, text, now=NOW)
        assert isinstance(found, EmbeddedTime), platform
        assert found.at == at, platform


@pytest.mark.parametrize(
    ("platform", "text", "reason"),
    [
        ("x", "20", "before"),  # the first posts were counted
        ("x", "4999999999", "before"),
        ("x", "9223372036854775807", "future"),
        ("discord", "1", None),  # the very start is the platform's first day
        ("tiktok", "1000000000000000000", "before"),
        ("bluesky", "2222222222222", "before"),
        ("", "ffffffff0000000000000000", "future"),
        ("", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "calendar"),
    ],
)
def test_ids_whose_time_cannot_be(platform: str, text: str, reason: str | None) -> None:
    found = decode(platform, text, now=NOW)
    if reason is None:
        assert isinstance(found, EmbeddedTime)
    else:
        assert isinstance(found, NotDecoded)
        assert reason in found.reason


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        ("youtube", "dQw4w9WgXcQ"), ("reddit", "abc123"), ("telegram", "1700000000"), ("x", "1541815603606036480x"),
        ("x", ""), ("x", "-5"), ("x", "٣" * 18), ("", "1541815603606036480"), ("", "a" * 81),
        ("", "f47ac10b-58cc-4372-a567-0e02b2c3d479"), ("facebook", "507f1f77bcf86cd799439011"),
    ],
)  # fmt: skip
def test_ids_without_a_time(platform: str, text: str) -> None:
    assert decode(platform, text, now=NOW) is None


@given(
    st.sampled_from(["", *(one.platforms[0] for one in SCHEMES)]),
    st.text("0123456789abcdefABCXYZ-_", max_size=40),
)
def test_any_id(platform: str, text: str) -> None:
    found = decode(platform, text, now=NOW)
    if isinstance(found, EmbeddedTime):
        found.moment()


def page(posted: str, post_id: str = "1541815603606036480", platform: str = "x") -> list[PageFact]:
    return [
        PageFact("platform", platform, "address host"),
        PageFact("post.id", post_id, "address"),
        PageFact("post.id", post_id, "json-ld"),
        PageFact("posted.machine", posted, "meta article:published_time"),
        PageFact("posted.machine", posted, "time datetime"),
        PageFact("comment.post.id", "1541815603606036481", "json-ld"),
    ]


@pytest.mark.parametrize(
    ("posted", "agrees", "difference"),
    [
        ("2022-06-28T16:07:40Z", True, 105),
        ("2022-06-28T18:07:39.500+02:00", True, 605),
        ("Tue Jun 28 16:07:40 +0000 2022", True, 105),
        ("1656432460", True, 105),
        ("2022-06-28", True, None),
        ("2022-06-28T12:00:00", True, None),  # in some zone of the world it was so
        ("2022-06-29T16:07:40Z", False, -86_399_895),
        ("2022-06-28T16:05:40Z", False, 120_105),
        ("2022-06-27", False, None),
        ("2022-06-30T23:00:00", False, None),
    ],
)
def test_beside_the_time_of_the_page(posted: str, agrees: bool, difference: int | None) -> None:
    (one,) = checks(page(posted), now=NOW)
    assert (one.agrees, one.difference_ms) == (agrees, difference)
    assert (" s after " in one.text or " s before " in one.text) == (not agrees and difference is not None)


def test_what_cannot_be_compared() -> None:
    assert checks(page("yesterday"), now=NOW) == ()
    assert checks(page("2022-06-28", post_id="20"), now=NOW) == ()
    assert checks(page("2022-06-28", platform="youtube"), now=NOW) == ()
    ((fact, time),) = embedded_times(page("x", post_id="20"), now=NOW)
    assert fact.where == "address"
    assert isinstance(time, NotDecoded)


def test_as_dated_facts() -> None:
    found = dated_facts(page("2022-06-28T16:07:40Z"), "dom.html", now=NOW)
    assert [(one.what, one.field, one.file) for one in found] == [
        ("posted, as the page says", "meta article:published_time; time datetime", "dom.html"),
        ("time embedded in the id", "post.id: address", "dom.html"),
    ]
    assert found[1].moment["utc"] == "2022-06-28T16:07:40.105000Z"
    for one in found:
        from_facts(one.moment)
    assert dated_facts([PageFact("posted.machine", "soon", "x")], "", now=NOW) == []


def test_the_practice_site() -> None:
    """A post of the practice site embeds its time, in its address and its markup."""
    with PracticeSite(seed=1) as site:
        with urllib.request.urlopen(f"{site.base_url}/api/feed", timeout=10) as answer:
            numbers = [one["id"] for one in json.load(answer)["posts"] if len(one["id"]) > 15]
        with urllib.request.urlopen(f"{site.base_url}/post/{numbers[0]}", timeout=10) as answer:
            facts = page_facts(answer.read().decode(), answer.geturl())
    found = checks(facts, now=NOW)
    assert [(one.id, one.agrees) for one in found] == [(numbers[0], True)]
    assert [one.what for one in dated_facts(facts, "", now=NOW)] == [
        "posted, as the page says",
        "time embedded in the id",
    ]
