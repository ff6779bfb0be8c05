"""Walls and gone pages are told from ordinary ones; an ordinary page gets no sign."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.capture.address import target
from abusekit.capture.markers import Match, recognise
from abusekit.capture.page import read_page
from abusekit.capture.page_facts import page_facts
from abusekit.capture.tables import table

KINDS = {
    *("login-wall", "consent-wall", "challenge", "rate-limited", "geo-block"),
    *("deleted", "account-gone", "suspended", "gone"),
}
URL = "https://social.example/post/77"
WORDS = "<p>The garden gate has a new coat of paint, and the dog has met it already.</p>"


def look(
    body: str, url: str = URL, *, final: str = "", status: int | None = 200, **more: object
) -> tuple[Match, ...]:
    """The signs in a page, read as a capture reads it."""
    read = read_page(body, target(final or url))
    facts = page_facts(body, final or url)
    post = next((one.value for one in facts if one.name == "post.text"), None)
    return recognise(
        url=url,
        final_url=final or url,
        status=status,
        title=read.title,
        text=read.text,
        html=body,
        post_text=post,
        **more,  # type: ignore[arg-type]
    )


def page(title: str, *blocks: str) -> str:
    return f"<!doctype html><title>{title}</title><body>" + "".join(f"<p>{one}</p>" for one in blocks)


FORM = "<form><input name=u><input type=password name=p><button>Log in</button></form>"
LONG = WORDS * 60


@pytest.mark.parametrize(
    ("body", "url", "final", "status", "kind", "confidence"),
    [
        ("", URL, "", 410, "deleted", "high"),
        ("", URL, "", 404, "deleted", "medium"),
        ("", "https://social.example/@owl", "", 404, "account-gone", "medium"),
        ("", "https://x.com/owl", "", 410, "account-gone", "high"),
        ("", URL, "", 451, "geo-block", "high"),
        ("", URL, "", 429, "rate-limited", "high"),
        ("", URL, "", 401, "login-wall", "high"),
        (page("Gone", "This post was removed."), URL, "", 404, "deleted", "high"),
        (
            page("Chatterbox", "This account has been suspended."),
            "https://a.example/@owl",
            "",
            403,
            "suspended",
            "high",
        ),
        (
            page("Chatterbox", "This account doesn’t exist"),
            "https://a.example/@owl",
            "",
            200,
            "account-gone",
            "medium",
        ),
        (
            page("X", "Account suspended", "X suspends accounts which violate the X Rules."),
            "https://x.com/owl",
            "",
            200,
            "suspended",
            "high",
        ),
        (
            page("X", "Hmm...this page doesn’t exist. Try searching for something else."),
            "https://x.com/owl/status/15",
            "",
            200,
            "deleted",
            "medium",
        ),
        (
            page("Instagram", "Sorry, this page isn't available."),
            "https://instagram.com/owl/",
            "",
            200,
            "account-gone",
            "medium",
        ),
        (page("Log in • Net", "Log in") + FORM + WORDS * 8, URL, "", 200, "login-wall", "medium"),
        (page("Net", "Log in") + FORM, URL, "", 200, "login-wall", "medium"),
        (page("Net", "You must log in to continue."), URL, "", 200, "login-wall", "medium"),
        (
            LONG,
            "https://x.com/owl/status/15",
            "https://x.com/i/flow/login?redirect=1",
            200,
            "login-wall",
            "high",
        ),
        (LONG, URL, "https://social.example/login?next=/post/77", 200, "login-wall", "high"),
        (LONG, URL, "https://accounts.google.com/ServiceLogin", 200, "login-wall", "high"),
        (
            LONG,
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://consent.youtube.com/m?continue=x",
            200,
            "consent-wall",
            "high",
        ),
        (
            page("Net", "We value your privacy", "Accept all", "Reject all")
            + "<div role=dialog aria-modal=true>",
            URL,
            "",
            200,
            "consent-wall",
            "medium",
        ),
        (
            page("Just a moment...", "Verifying you are human.") + "<script>window._cf_chl_opt={};</script>",
            URL,
            "",
            403,
            "challenge",
            "high",
        ),
        (
            page("s.example", "") + "<script src=https://ct.captcha-delivery.com/c.js></script>",
            URL,
            "",
            403,
            "challenge",
            "high",
        ),
        (
            page("Access", "Press &amp; Hold to confirm you are a human") + '<div id="px-captcha">',
            URL,
            "",
            403,
            "challenge",
            "high",
        ),
        (
            page("Net", "Please wait a few minutes before you try again."),
            URL,
            "",
            200,
            "rate-limited",
            "medium",
        ),
        (page("Net", "This video is not available in your country."), URL, "", 200, "geo-block", "medium"),
    ],
)
def test_signs(body: str, url: str, final: str, status: int, kind: str, confidence: str) -> None:
    found = look(body, url, final=final, status=status)
    assert found, "no sign"
    assert (found[0].kind, found[0].confidence) == (kind, confidence), found
    order = ["high", "medium", "low"]
    assert [order.index(one.confidence) for one in found] == sorted(
        order.index(one.confidence) for one in found
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Dieser Beitrag wurde gelöscht.", "deleted"),
        ("Esta publicación ya no está disponible", "deleted"),
        ("Ce compte a été suspendu", "suspended"),
        ("Questo account non esiste", "account-gone"),
        ("Conta suspensa", "suspended"),
        ("Je moet inloggen", "login-wall"),
        ("To konto nie istnieje", "account-gone"),
        ("Bu gönderi silindi", "deleted"),
        ("تم حذف هذا المنشور", "deleted"),
        ("यह खाता निलंबित कर दिया गया है", "suspended"),
        ("この投稿は削除されました。", "deleted"),
        ("Zu viele Anfragen", "rate-limited"),
        ("私はロボットではありません", "challenge"),
        ("Vérifiez que vous êtes humain", "challenge"),
        ("Ülkenizde kullanılamıyor", "geo-block"),
    ],
)
def test_languages(text: str, kind: str) -> None:
    found = look(page("Net", text))
    assert [one.kind for one in found] == [kind]
    assert "/" in found[0].marker


LD = '<script type="application/ld+json">{"@type":"SocialMediaPosting","articleBody":"This post was deleted"}</script>'
ORDINARY = {
    "a log-in link": page("Net", "<a href=/login>Log in</a> <a>Sign up</a>") + WORDS,
    "a log-in form in the header": page("Gate talk", "Log in") + FORM + LONG,
    "a hidden form and pictures": page("Gate", "Log in") + FORM + "<img src=a>" * 5,
    "a hidden form and a film": page("Gate", "Log in") + FORM + "<video src=a></video>",
    "who wants to answer": page("Gate", "A short post.", "You must be logged in to post a comment."),
    "a post with a banner": page("Log in or sign up", "Log in to continue") + FORM + LD,
    "a post that says so": page("Owl", "This post was deleted", "This account has been suspended") + LD,
    "a long talk of deletion": page("Net", "This post was deleted") + LONG,
    "in a sentence": page(
        "Net",
        "I wrote that this post was deleted because he wanted it to be so, and nothing else in the"
        " world could be done about it by her or me or anyone at all in that town of ours, which is far"
        " away from here, and where nobody goes after the ninth hour of the evening, not even the dog.",
    )
    + WORDS,
    "a cookie banner": page("Net", "We value your privacy. Accept all. Reject all") + LONG,
    "words within words": page("Blog in German", "Catalog in use") + FORM.replace("Log in", "Go") + WORDS * 5,
    "cloudflare's own script": page("Net")
    + WORDS
    + "<script src=/cdn-cgi/challenge-platform/h/b/scripts/jsd/main.js></script>",
    "a captcha in a form": page("Write to us")
    + WORDS * 5
    + "<script src=https://www.google.com/recaptcha/api.js></script>",
    "a quoted post that is gone": "",
    "empty": "",
}


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_pages_have_no_sign(name: str) -> None:
    assert look(ORDINARY[name]) == ()


def test_ordinary_in_its_place() -> None:
    quoting = page("Owl on X", "Look at this", "This Post was deleted by the Post author. Learn more")
    assert look(quoting, "https://x.com/owl/status/15") == ()
    asked = "https://social.example/login"
    assert look(page("Log in", "Log in") + FORM, asked) == ()
    assert look(LONG, asked, final="https://social.example/login/") == ()
    assert look(LONG, URL, final="https://social.example/post/77/gate") == ()
    assert look("", status=None) == ()
    assert look(LONG, status=500) == ()
    assert look(LONG, status=403) == ()


def test_what_a_header_and_an_emptied_post_say() -> None:
    assert look("", headers=[("CF-Mitigated", "challenge")], status=403)[0].marker == "cloudflare-mitigated"
    reddit = (
        '<script type="application/ld+json">{"@type":"DiscussionForumPosting","text":"[deleted]"}</script>'
    )
    assert look(reddit, "https://www.reddit.com/r/a/comments/abc/t/")[0].kind == "deleted"
    assert look(reddit) == ()


def test_the_table() -> None:
    markers = table("markers")["markers"]
    names = [one["id"] for one in markers]
    assert len(names) == len(set(names))
    platforms = {one["name"] for one in table("platforms")["platforms"]} | {"any"}
    for one in markers:
        assert one["kind"] in KINDS, one["id"]
        assert one["confidence"] in ("high", "medium", "low"), one["id"]
        assert {one["platform"], *one.get("not_on", ())} <= platforms, one["id"]
        assert all(
            phrase and phrase == phrase.strip()
            for part in ("title", "text")
            for each in one.get(part, {}).values()
            for phrase in each
        ), one["id"]
    wanted = {"en", "de", "es", "fr", "it", "pt", "nl", "pl", "tr", "ar", "hi", "ja"}
    for name in (
        "any-deleted",
        "any-account-gone",
        "any-suspended",
        "any-login-asked",
        "any-geo-block",
        "any-rate-limited",
    ):
        assert set(next(one for one in markers if one["id"] == name)["text"]) == wanted, name


def test_the_practice_site() -> None:
    import urllib.error
    import urllib.request

    from abusekit.demo.site import PracticeSite

    with PracticeSite(seed=1) as site:
        site.delete(5007)

        def visit(path: str) -> tuple[Match, ...]:
            try:
                answer = urllib.request.urlopen(site.base_url + path, timeout=10)
            except urllib.error.HTTPError as refused:
                answer = refused
            with answer:
                return look(
                    answer.read().decode(), site.base_url + path, final=answer.geturl(), status=answer.status
                )

        assert visit("/members")[0].kind == "login-wall"
        assert (visit("/post/5007")[0].kind, visit("/post/5007")[0].confidence) == ("deleted", "high")
        assert (visit("/challenge/a")[0].kind, visit("/challenge/a")[0].confidence) == ("challenge", "high")
        assert visit("/private/1")[0].marker == "any-login-address"
        assert visit("/login") == ()
        assert visit("/geo")[0].kind == "geo-block"
        assert visit("/consent")[0].kind == "consent-wall"
        assert visit("/@nobody_here")[0].kind == "account-gone"
        assert visit("/@grey_gull_5")[0].kind == "suspended"
        for ordinary in ("/", "/@night_owl_77", "/post/5003", "/pages/3"):
            assert visit(ordinary) == (), ordinary


@pytest.mark.parametrize(
    "markup",
    [
        "<input " * 200_000,
        "<input type=" * 100_000,
        "<dialog " * 100_000,
        "log in " * 200_000,
        "log in\n" * 20_000,
        "<p>log in" * 50_000,
        "aria-modal = " * 100_000,
        "İ" * 300_000,
    ],
)
def test_hostile_pages_take_no_time(markup: str) -> None:
    started = time.process_time()
    recognise(
        url=URL,
        final_url=URL,
        status=404,
        title=markup,
        text=markup,
        html=markup,
        post_text=None,
        headers=[("a" * 100_000, markup)] * 1000,
    )
    assert time.process_time() - started < 3


@given(st.text(max_size=200), st.text(max_size=40), st.none() | st.integers(0, 999))
def test_any_page(text: str, url: str, status: int | None) -> None:
    recognise(
        url=url, final_url=url + text, status=status, title=text, text=text, html=text, post_text=text[:3]
    )
