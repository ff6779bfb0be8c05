"""Scrolling and pressing, with a real browser; and the table of what may be pressed."""

from __future__ import annotations

import pytest
from hostile_pages import HostileSite

from abusekit.browser.page.behaviours import Act, Alteration, matches
from abusekit.browser.run import PageRun


def alteration(run: PageRun, what: str) -> Alteration:
    (found,) = [one for one in run.alterations if one.what == what]
    return found


@pytest.mark.parametrize(
    ("act", "label"),
    [
        ("expand", "Show more replies"),
        ("expand", "  SHOW 12 MORE\n replies (12) … "),
        ("expand", "View all 1,234 comments"),
        ("expand", "View 3.4K replies"),
        ("expand", "Weitere Antworten anzeigen …"),
        ("expand", "12 weitere Kommentare anzeigen"),
        ("expand", "Afficher 3 réponses"),
        ("expand", "Ver más comentarios"),
        ("consent", "Reject all"),
        ("consent", "Alle ablehnen"),
        ("consent", "Tout refuser"),
        ("consent", "Continuer sans accepter"),
    ],
)
def test_what_may_be_pressed(act: Act, label: str) -> None:
    assert matches(act, label)


@pytest.mark.parametrize(
    ("act", "label"),
    [
        ("expand", "Reply"),
        ("expand", "Show more replies and delete my account"),
        ("expand", "Delete"),
        ("expand", "Report"),
        ("expand", ""),
        ("expand", "Reject all"),
        ("consent", "Accept all"),
        ("consent", "Reject all friend requests"),
        ("consent", "Show more"),
        ("consent", ""),
    ],
)
def test_what_may_not_be_pressed(act: Act, label: str) -> None:
    assert not matches(act, label)


def test_only_buttons_of_the_table_are_pressed(visit, hostile_site: HostileSite) -> None:
    run = visit("/posts").run
    done = alteration(run, "expand")
    assert done.listed == ("Show 3 more replies", "Weitere Antworten anzeigen …", "View replies (2)")
    assert (done.count, done.outcome) == (3, "done")
    assert run.title == "posts" and run.final_url.endswith("/posts")
    assert not {"/elsewhere", "/sent"} & {path.partition("?")[0] for path in hostile_site.paths()}
    untouched = visit("/posts", expand=False).run
    assert [one for one in untouched.alterations if one.what == "expand"] == []


def test_a_button_that_comes_back_is_pressed_thirty_times(visit) -> None:
    run = visit("/endless-button").run
    done = alteration(run, "expand")
    assert (done.count, done.outcome) == (30, "limit-presses") and run.title == "pressed 30"


def test_a_button_that_leads_away_is_the_last(visit) -> None:
    run = visit("/away-button").run
    assert alteration(run, "expand").outcome == "navigated"
    assert run.hops[-1].url.endswith("/plain?away")


def test_consent_is_refused_only_when_asked(visit) -> None:
    untouched = visit("/consent").run
    assert untouched.title == "untouched" and not [a for a in untouched.alterations if a.what == "consent"]
    run = visit("/consent", dismiss_consent=True).run
    assert run.title == "rejected" and alteration(run, "consent").listed == ("Reject all",)


def test_a_list_that_grows_is_scrolled_to_its_end(visit) -> None:
    run = visit("/infinite").run
    done = alteration(run, "scroll")
    assert done.outcome == "end-reached" and 8 <= done.count <= 30 and run.height > 9000
    short = visit("/infinite", scroll_screens=3).run
    assert (alteration(short, "scroll").outcome, alteration(short, "scroll").count) == ("limit-screens", 3)
    none = visit("/infinite", scroll_screens=0).run
    assert [one for one in none.alterations if one.what == "scroll"] == []


def test_what_loads_when_it_is_seen_is_loaded(visit, hostile_site: HostileSite) -> None:
    for path, asked in (("/lazy", "/dot.png?lazy"), ("/box", "/dot.png?box")):
        run = visit(path).run
        assert alteration(run, "scroll").outcome == "end-reached"
        assert asked in hostile_site.paths(), path


def test_an_endless_page_ends(visit) -> None:
    went = visit("/endless", height=2000)
    done = alteration(went.run, "scroll")
    assert done.outcome == "limit-height" and done.count < 30 and went.run.height > 3_000_000
    assert alteration(visit("/endless", scroll_s=1.0).run, "scroll").outcome == "limit-seconds"


def test_a_page_cannot_forge_what_is_asked_of_it(visit) -> None:
    run = visit("/forged").run
    assert run.title == "true title" and not run.hung
    assert alteration(run, "scroll").outcome == "end-reached" and alteration(run, "scroll").count >= 2
