"""Log-in, consent, challenges and stories: what a visitor meets before the page."""

from __future__ import annotations

import pytest
from site_client import get, status_of

from abusekit.demo.site import PracticeSite
from abusekit.demo.walls import SESSION, session_cookie


def test_log_in_opens_every_wall_and_log_out_is_told(site: PracticeSite) -> None:
    _, _, wall = get(site.base_url + "/members")
    assert b'type="password"' in wall and b"allotment" not in wall
    status, headers, _ = get(site.base_url + "/private/7?x=1")
    assert (status, headers["Location"]) == (302, "/login?next=/private/7%3Fx%3D1")
    status, headers, _ = get(site.base_url + "/login", body=b"name=mira&password=x&next=/private/7")
    assert (status, headers["Location"]) == (303, "/private/7")
    cookie = headers["Set-Cookie"].split(";")[0]
    assert cookie == f"{SESSION}={session_cookie(1)}"
    assert "Max-Age" in headers["Set-Cookie"], "a session cookie would not outlive the browser"
    for path, words in (("/members", b"allotment"), ("/private/7", b"number 7")):
        status, _, page = get(site.base_url + path, Cookie=f"a=b; {cookie}")
        assert status == 200
        assert words in page and b"password" not in page
    assert "Max-Age=0" in get(site.base_url + "/logout")[1]["Set-Cookie"]
    assert status_of(site.base_url + "/private/7", Cookie=f"{SESSION}=guess") == 302


def test_a_browser_alone_can_log_in(site: PracticeSite) -> None:
    status, headers, _ = get(site.base_url + "/login?auto=1&next=/feed")
    assert (status, headers["Location"]) == (303, "/feed")
    assert session_cookie(1) in headers["Set-Cookie"]
    assert get(site.base_url + "/login?auto=1")[1]["Location"] == "/members"


@pytest.mark.parametrize(
    "back", ["//elsewhere.example", "https://elsewhere.example", "/%0d%0aX:1", "/%C3%A9"]
)
def test_the_way_back_stays_on_the_site(site: PracticeSite, back: str) -> None:
    status, headers, _ = get(f"{site.base_url}/login?auto=1&next={back}")
    assert (status, headers["Location"], headers["X"]) == (303, "/members", None)


def test_the_form_wants_a_name(site: PracticeSite) -> None:
    status, headers, page = get(site.base_url + "/login", body=b"password=x")
    assert (status, headers["Set-Cookie"]) == (403, None)
    assert b"A name is needed" in page


def test_challenge_until_it_is_passed(site: PracticeSite) -> None:
    for name, passes in (("door", b'data-passes="person"'), ("auto-door", b'data-passes="itself"')):
        url = f"{site.base_url}/challenge/{name}"
        status, headers, page = get(url)
        assert (status, headers["Cache-Control"]) == (403, "no-store")
        assert passes in page
        assert status_of(url, Cookie="clearance=passed") == 200
    site.challenge("/post/5001")
    assert status_of(site.post_url(5001)) == 403
    assert b"garden gate" in get(site.post_url(5001), Cookie="clearance=passed")[2]


def test_consent_covers_what_is_in_the_page(site: PracticeSite) -> None:
    status, _, page = get(site.base_url + "/consent")
    assert status == 200
    for words in (b"a heron", b'id="consent"', b"Reject all", b"Accept all"):
        assert words in page


def test_stories_end_one_by_one(site: PracticeSite) -> None:
    assert status_of(site.base_url + "/geo") == 451
    assert status_of(site.base_url + "/story/10") == 404
    assert b"look while it lasts" in get(site.base_url + "/story/1")[2]
    site.expire(1)
    status, _, page = get(site.base_url + "/story/1")
    assert status == 404
    assert b"no longer available" in page
    assert status_of(site.base_url + "/story/2") == 200
