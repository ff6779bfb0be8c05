"""The verdicts of a re-check, on facts alone: which sign counts, and what is never said."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from abusekit.capture.markers import Match
from abusekit.capture.outcome import OUTCOMES
from abusekit.capture.recheck import verdict
from abusekit.capture.recheck_history import _by_name as by_name
from abusekit.capture.seen import Seen
from abusekit.capture.signs import GONE
from abusekit.capture.verdicts import HANDLE_REUSE, LIVE, NOT_SHOWN, Kind

POST = "https://chatter.example/post/5007"
PROFILE = "https://chatter.example/@night_owl"
WORDS = "I know which gate\nis yours now."
CHROME = "Chatter\nHome\nAbout this site\nRules of the house\nHelp\n"

LIVE_POST = Seen(
    "complete", 200, POST, POST,
    title="Night Owl",
    text=f"{CHROME}Night Owl @night_owl\n{WORDS}\n12 likes\n3 hours ago\n",
    facts={
        "post.id": ("5007",), "post.text": (WORDS,), "author.id": ("1002",), "author.handle": ("night_owl",),
    },
    page_kind="post",
)  # fmt: skip
LIVE_PROFILE = Seen(
    "complete", 200, PROFILE, PROFILE,
    text=f"{CHROME}Night Owl @night_owl\nWatches gates.\nfirst post\n",
    facts={"author.id": ("1002",), "author.handle": ("@night_owl",)},
    page_kind="profile",
)  # fmt: skip
PLAIN = Seen(
    "complete", 200, "https://a.example/x", "https://a.example/x", text="one\ntwo\nthree\nfour\nfive\n"
)


def gone(of: Seen, status: int = 404, *markers: Match) -> Seen:
    return replace(
        of, outcome="http-error", status=status, text=f"{CHROME}Nothing here.", facts={}, markers=markers
    )


def wall(of: Seen, kind: str, confidence: str = "high", **more: object) -> Seen:
    marker = Match(kind, f"m-{kind}", confidence, "text 'x'")  # type: ignore[arg-type]
    return replace(of, text="Log in to go on.", facts={}, markers=(marker,), **more)  # type: ignore[arg-type]


def facts(of: Seen, **changed: tuple[str, ...]) -> Seen:
    return replace(of, facts={**of.facts, **{name.replace("_", "."): v for name, v in changed.items()}})


TEXT_404 = Match("deleted", "removed/en", "medium", "text 'this post was removed'")

CASES: list[tuple[str, Seen | None, Seen, str, str]] = [
    ("same post", LIVE_POST, LIVE_POST, "present", "high"),
    ("other counts", LIVE_POST, replace(LIVE_POST, text=LIVE_POST.text.replace("12", "99")), "present", "high"),  # type: ignore[union-attr]
    ("edited", LIVE_POST, facts(LIVE_POST, post_text=("I know nothing.",)), "edited", "high"),
    ("a number", facts(LIVE_POST, post_text=("at 5",)), facts(LIVE_POST, post_text=("at 6",)), "edited", "high"),
    ("blanks only", LIVE_POST, facts(LIVE_POST, post_text=("I know  which gate is yours now.",)), "present", "high"),
    ("renamed", LIVE_PROFILE, facts(LIVE_PROFILE, author_handle=("owl_is_back",)), "renamed", "high"),
    ("renamed, post", LIVE_POST, facts(LIVE_POST, author_handle=("owl_is_back",)), "renamed", "high"),
    ("deleted 410", LIVE_POST, gone(LIVE_POST, 410), "deleted", "high"),
    ("deleted 404", LIVE_POST, gone(LIVE_POST), "deleted", "medium"),
    ("deleted 404 with words", LIVE_POST, gone(LIVE_POST, 404, TEXT_404), "deleted", "high"),
    ("profile gone", LIVE_PROFILE, gone(LIVE_PROFILE), "account-gone", "medium"),
    ("profile deleted", LIVE_PROFILE, gone(LIVE_PROFILE, 404, TEXT_404), "account-gone", "high"),
    ("suspended", LIVE_PROFILE, wall(LIVE_PROFILE, "suspended", outcome="http-error", status=403), "suspended", "high"),
    ("403 without a word", LIVE_PROFILE, gone(LIVE_PROFILE, 403), "changed-unclear", "low"),
    ("500", LIVE_POST, gone(LIVE_POST, 500), "changed-unclear", "low"),
    ("login wall, 200", LIVE_POST, wall(LIVE_POST, "login-wall", outcome="login-wall"), "login-wall", "high"),
    ("login wall, 404", LIVE_POST, wall(LIVE_POST, "login-wall", "medium", outcome="http-error", status=404),
     "login-wall", "medium"),
    ("401", LIVE_POST, gone(LIVE_POST, 401), "login-wall", "medium"),
    ("challenge", LIVE_POST, wall(LIVE_POST, "challenge", outcome="challenge", status=403), "challenge", "high"),
    ("outcome without marker", LIVE_POST, replace(gone(LIVE_POST, 200), outcome="challenge"), "challenge", "high"),
    ("geo", LIVE_POST, gone(LIVE_POST, 451), "geo-block", "high"),
    ("limited", LIVE_POST, replace(gone(LIVE_POST, 429), outcome="rate-limited"), "rate-limited", "high"),
    ("consent", LIVE_POST, wall(LIVE_POST, "consent-wall"), "changed-unclear", "medium"),
    ("another page", LIVE_POST, replace(PLAIN, final_url=POST), "changed-unclear", "low"),
    ("moved, no ids", PLAIN, replace(PLAIN, final_url="https://a.example/y", text="other\nwords"),
     "changed-unclear", "medium"),
    ("moved, same text", PLAIN, replace(PLAIN, final_url="https://a.example/y"), "present", "medium"),
    ("plain, edited", PLAIN, replace(PLAIN, text="one\ntwo\nthree\nfour\nFIVE\n"), "edited", "medium"),
    ("plain, other engine", PLAIN, replace(PLAIN, text="one\ntwo\nthree\nfour\n5", engine="browser"),
     "changed-unclear", "low"),
    ("no text in either", replace(PLAIN, text=None), replace(PLAIN, text=None), "present", "low"),
    ("never live, 200", None, LIVE_POST, "present", "low"),
    ("never live, 404", None, gone(LIVE_POST, 410), "changed-unclear", "medium"),
    ("never live, wall", None, wall(LIVE_POST, "login-wall"), "login-wall", "high"),
    ("cut", LIVE_POST, replace(LIVE_POST, outcome="truncated"), "changed-unclear", "low"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "earlier", "now", "kind", "sure"), CASES, ids=[case[0] for case in CASES])
def test_verdict(name: str, earlier: Seen | None, now: Seen, kind: str, sure: str) -> None:
    found = verdict(earlier, now)
    assert (found.kind, found.confidence) == (kind, sure), found
    assert found.reasons and found.not_shown and found.alarm == ""


def test_every_kind_has_a_case() -> None:
    network = {"network-failed"}
    assert {case[3] for case in CASES} | network == set(get_args(Kind)) == set(NOT_SHOWN)


@pytest.mark.parametrize("outcome", ["dns-failure", "connect-failure", "timeout", "tls-failure", "reset"])
@pytest.mark.parametrize("status", [None, 404, 410])
def test_a_fault_of_the_network_is_never_a_deletion(outcome: str, status: int | None) -> None:
    found = verdict(LIVE_POST, replace(gone(LIVE_POST), outcome=outcome, status=status, markers=(TEXT_404,)))
    assert (found.kind, found.markers[0].marker) == ("network-failed", f"outcome-{outcome}")


@pytest.mark.parametrize("outcome", [outcome for outcome, _ in OUTCOMES])
def test_every_outcome_is_judged_and_only_success_or_an_answer_says_live_or_gone(outcome: str) -> None:
    found = verdict(LIVE_POST, replace(LIVE_POST, outcome=outcome, text=None, facts={}, status=None))
    assert found.kind not in (*LIVE, *GONE)


class TestHandleReuse:
    def test_another_account_under_the_same_handle(self) -> None:
        found = verdict(LIVE_PROFILE, facts(LIVE_PROFILE, author_id=("1099",)))
        assert (found.kind, found.confidence, found.alarm) == ("changed-unclear", "high", HANDLE_REUSE)

    def test_the_words_of_before_do_not_hide_it(self) -> None:
        found = verdict(LIVE_POST, facts(LIVE_POST, author_id=("1099",)))
        assert found.kind == "changed-unclear" and found.alarm == HANDLE_REUSE

    def test_a_new_owner_who_names_the_old_one_too(self) -> None:
        earlier = facts(LIVE_PROFILE, author_id=("1002", "7"))
        found = verdict(earlier, facts(LIVE_PROFILE, author_id=("1099", "7")))
        assert (found.alarm, found.confidence) == (HANDLE_REUSE, "medium")

    def test_one_more_spelling_of_the_same_id_is_no_alarm(self) -> None:
        found = verdict(LIVE_PROFILE, facts(LIVE_PROFILE, author_id=("acct:1002", "1002")))
        assert (found.kind, found.alarm) == ("present", "")

    def test_an_id_that_is_not_stated_is_no_alarm(self) -> None:
        found = verdict(LIVE_PROFILE, facts(LIVE_PROFILE, author_id=()))
        assert found.alarm == ""

    @pytest.mark.parametrize(
        ("ids", "engine", "alarm", "sure"),
        [
            (("1099", "1002"), "http", HANDLE_REUSE, "medium"),
            (("1099", "1002"), "browser", HANDLE_REUSE, "medium"),
            (("1002", "1099"), "http", HANDLE_REUSE, "low"),
            (("1002", "1099"), "browser", "", "low"),
        ],
    )
    def test_another_account_beside_the_old_one_is_never_present(
        self, ids: tuple[str, ...], engine: str, alarm: str, sure: str
    ) -> None:
        for of in (LIVE_POST, LIVE_PROFILE):
            found = verdict(of, replace(facts(of, author_id=ids), engine=engine))
            assert (found.kind, found.alarm, found.confidence) == ("changed-unclear", alarm, sure)


class TestOldDataInThePage:
    """A page may keep the data of a post that it does not show any more."""

    @staticmethod
    def facts_shown(said: str) -> Seen:
        return replace(LIVE_POST, facts={**LIVE_POST.facts, "post.text_shown": (said,)})

    def test_words_that_are_shown_are_proof(self) -> None:
        assert verdict(LIVE_POST, self.facts_shown("yes")).kind == "present"

    def test_the_site_says_that_it_is_deleted(self) -> None:
        sign = Match("deleted", "removed/en", "high", "text 'this post has been deleted'")
        for text in (
            "This post has been deleted",
            f"{CHROME}Night Owl @night_owl\nThis post has been deleted",
        ):
            now = replace(self.facts_shown("no"), text=text, markers=(sign,))
            assert verdict(LIVE_POST, now).kind == "deleted"

    def test_the_site_says_nothing_that_is_understood(self) -> None:
        for text in (
            "Ez a bejegyz\u00e9s nem l\u00e9tezik",
            f"{CHROME}Night Owl @night_owl\nNincs itt semmi",
        ):
            found = verdict(LIVE_POST, replace(self.facts_shown("no"), text=text))
            assert (found.kind, found.confidence) == ("changed-unclear", "low")
            assert "does not show it any more" in found.reasons[0]

    def test_a_page_that_never_shows_them_word_for_word_is_compared_by_its_text(self) -> None:
        never = self.facts_shown("no")
        assert verdict(never, never).kind == "present"
        assert verdict(never, replace(never, text="other words")).kind == "changed-unclear"

    def test_what_was_read_of_an_item(self) -> None:
        ld, meta = "json-ld articleBody", "microdata text"
        found = [("post.text", "old", ld), ("post.text", "new", meta), ("post.text", "newer", meta)]
        shown = [("post.text_shown", "no", ld), ("post.text_shown", "yes", meta)]
        assert by_name([*found, *shown], "new newer")["post.text"] == ("new", "newer")
        mixed = [*shown, ("post.text_shown", "no", meta)]
        assert by_name([*found, *mixed], "only newer")["post.text"] == ("newer",)
        assert by_name(found, None)["post.text_shown"] == ("no",)


class TestHostilePages:
    def test_a_sign_that_the_author_wrote_himself_does_not_count(self) -> None:
        mark = Match("suspended", "suspended/en", "high", "text 'account suspended'")
        with_it = replace(LIVE_POST, markers=(mark,))
        assert verdict(with_it, with_it).kind == "present"
        shell = replace(with_it, facts={}, text="short")
        assert verdict(with_it, shell).kind == "changed-unclear"

    def test_a_shell_that_keeps_the_id_of_a_deleted_post(self) -> None:
        shell = replace(facts(LIVE_POST, post_text=("[removed]",)), markers=(TEXT_404,))
        assert verdict(LIVE_POST, shell).kind == "deleted"
        without_words = replace(
            LIVE_POST,
            facts={"post.id": ("5007",)},
            markers=(TEXT_404,),
            text=f"{CHROME}This post was removed",
        )
        assert verdict(LIVE_POST, without_words).kind == "deleted"

    def test_a_page_that_shows_the_post_is_no_wall(self) -> None:
        mark = Match("login-wall", "form", "medium", "markup")
        assert verdict(LIVE_POST, replace(LIVE_POST, markers=(mark,))).kind == "present"

    def test_a_low_sign_decides_nothing_and_is_told(self) -> None:
        mark = Match("deleted", "word", "low", "text 'removed'")
        found = verdict(LIVE_POST, replace(PLAIN, markers=(mark,), final_url=POST))
        assert found.kind == "changed-unclear" and found.markers == (mark,)

    def test_an_address_that_is_none(self) -> None:
        assert verdict(PLAIN, replace(PLAIN, final_url="http://[")).kind in ("present", "changed-unclear")


def test_another_post_in_the_same_surroundings_is_not_called_edited() -> None:
    other = facts(LIVE_POST, post_id=("6000",), post_text=("hello",))
    assert verdict(LIVE_POST, other).kind == "changed-unclear"


def test_a_profile_that_lists_more_posts_is_present() -> None:
    more = replace(LIVE_PROFILE, text=f"{LIVE_PROFILE.text}second post\nthird post\n")
    found = verdict(LIVE_PROFILE, more)
    assert (found.kind, found.confidence) == ("present", "medium")
    assert found.difference and (found.difference.added, found.difference.removed) == (2, 0)
