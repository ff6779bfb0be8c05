"""One string that one account took from another is no two findings, and no strong link."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.accounts.links.linked_cases import (
    Said,
    chatter,
    discord,
    imported,
    key,
    new_case,
    observed,
    room,
)

from abusekit.accounts.ledger.reading import ledger
from abusekit.accounts.links.candidates import compare_two
from abusekit.accounts.links.common_selectors import names_a_group
from abusekit.accounts.model import Candidate, Finding
from abusekit.case.folder import Case

PHONE = "+447700900123"
CALL = f"call me after six about the blue car please my number is {PHONE}"
FOOT = f"Klein and Son, hotline {PHONE}, what stands in this mail is confidential and only for you"
ONE, TWO = key(1), key(2)
HANDLES = {
    person: "".join(chr(97 + (person * 829_323_551 >> 4 * place) % 23) for place in range(12))
    for person in range(200)
}
"""No two alike."""


def alike(case: Case, one: str = ONE, other: str = TWO) -> Candidate:
    return compare_two(case, ledger(case), one, other)


def between(
    folder: Path, first: Iterable[str], second: Iterable[str], more: Iterable[Said] = ()
) -> Candidate:
    """Persons 1 and 2 among 30 bystanders."""
    said = [*((4_000 + 9 * n, 1, text) for n, text in enumerate(first)), *more]
    said += [(9_000 + 9 * n, 2, text) for n, text in enumerate(second)]
    return alike(room(folder, [*chatter((1, 2), 12, seed=3), *said], bystanders=30, handles=HANDLES))


def signal(candidate: Candidate, name: str) -> Finding:
    (finding,) = [one for one in candidate.findings if one.signal == name]
    return finding


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([CALL], [CALL]),
        ([CALL], [f"{CALL} look who is selling his car"]),
        ([CALL], [CALL, f"ring him: {PHONE}"]),
        ([CALL, f"or by day {PHONE}"], [CALL]),
        ([f"see you at nine\n--\n{FOOT}"], [f"all right then\n--\n{FOOT}"]),
    ],
)
def test_a_number_within_copied_words_is_counted_with_them(
    tmp_path: Path, first: list[str], second: list[str]
) -> None:
    candidate = between(tmp_path, first, second)
    phone, text = signal(candidate, "phone"), signal(candidate, "reused-text")
    assert candidate.strength in ("weak", "none") and candidate.total <= 100
    assert text.lr == 10 and "it may have been copied" in text.why
    assert phone.lr <= 10 and phone.why


def test_wholly_copied_it_counts_once(tmp_path: Path) -> None:
    candidate = between(tmp_path, [CALL], [CALL])
    assert signal(candidate, "phone").lr == 1 and "counted with those" in signal(candidate, "phone").why
    assert candidate.total == 10


def test_fewer_words_around_it_may_be_copied_too(tmp_path: Path) -> None:
    candidate = between(tmp_path, [f"now you can all ring {PHONE}"], [f"so now you can all ring {PHONE}"])
    assert signal(candidate, "phone").lr == 10 and "same words" in signal(candidate, "phone").why


def test_words_that_nobody_could_read_there_weigh_more(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    slogan = "nobody in this whole town will ever believe a single word that you say to them"
    rooms = [
        [
            *chatter([number, *range(100 + 20 * number, 115 + 20 * number)], 12, seed=number),
            (9_000, number, slogan),
        ]
        for number in (1, 2)
    ]
    imported(
        case,
        *(discord(tmp_path / f"{n}.json", said, handles=HANDLES, channel=n) for n, said in enumerate(rooms)),
    )
    text = signal(alike(case), "reused-text")
    assert text.lr > 100 and "it may have been copied" not in text.why


def test_somebody_elses_number_is_weak_by_itself(tmp_path: Path) -> None:
    once = between(tmp_path / "a", [CALL], [f"ring this one and tell him he is next: {PHONE}"])
    assert once.strength == "weak" and signal(once, "phone").lr == 10
    assert "may have copied" in signal(once, "phone").why
    often = between(tmp_path / "b", [CALL, f"or by day {PHONE}"], [f"ring {PHONE}", f"tell him: {PHONE}"])
    assert often.strength == "weak" and signal(often, "phone").lr == 30
    assert "not stated as its own" in signal(often, "phone").why


def test_many_numbers_spread_by_one_are_no_more_than_one(tmp_path: Path) -> None:
    numbers = [f"+4477009001{n:02}" for n in range(8)]
    candidate = between(
        tmp_path,
        [f"{word} {number}" for word in ("call", "or") for number in numbers],
        [f"{word} {number}" for word in ("ring", "dial") for number in numbers],
    )
    assert candidate.groups["selectors"] == 30 and candidate.strength == "weak"


def test_stated_by_both_as_their_own_it_weighs_all(tmp_path: Path) -> None:
    case = room(tmp_path, chatter((1, 2), 12, seed=3), bystanders=40, handles=HANDLES)
    observed(case, ONE, "phone", PHONE)
    observed(case, TWO, "bio", f"Best reached in the evening, {PHONE}")
    phone = signal(alike(case), "phone")
    assert phone.lr == 40 and phone.cap == 1_000


def test_a_copied_profile_text_is_one_finding(tmp_path: Path) -> None:
    case = room(
        tmp_path,
        chatter((1, 2), 12, seed=3),
        bystanders=40,
        handles=HANDLES | {1: "leedsplumber", 2: "leeds_plumber"},
    )
    for account in (ONE, TWO):
        observed(
            case, account, "bio", f"Plumber in Leeds since 2004, weekends too, call me any time on {PHONE}"
        )
    candidate = alike(case)
    assert signal(candidate, "phone").lr == 1 and candidate.strength != "strong"


def test_a_meeting_is_no_link(tmp_path: Path) -> None:
    page = "https://us02web.zoom.us/j/81234567890"
    candidate = between(tmp_path, [f"meeting at {page} come", f"or {page}"], [f"i am in {page} too", page])
    assert signal(candidate, "address").lr == 1


def test_the_victims_number_without_its_country_is_hers(tmp_path: Path) -> None:
    hers: list[Said] = [(10, 99, "my number is 07700 900123")]
    candidate = between(tmp_path, [f"call her: {PHONE}"], ["her number +44 7700 900123"], hers)
    assert signal(candidate, "phone").lr == 1 and "victim" in signal(candidate, "phone").why


@pytest.mark.parametrize(
    ("hers", "theirs"),
    [
        (
            "so leave me alone i have told the police about all of this yesterday",
            "she wrote: i have told the police about all of it, loser, what a joke she is to us",
        ),
        (
            "i would never have thought it of you my old neighbour",
            "i would never ever thought it of you dear old neighbour",
        ),
    ],
)
def test_the_victims_words_with_a_word_changed_are_hers(tmp_path: Path, hers: str, theirs: str) -> None:
    with_hers = between(tmp_path / "a", [theirs], [theirs], [(10, 99, hers)])
    without = between(tmp_path / "b", [theirs], [theirs])
    assert signal(without, "reused-text").lr == 10
    assert (
        signal(with_hers, "reused-text").lr == 1
        and "victim's own words" in signal(with_hers, "reused-text").why
    )


def test_several_accounts_with_one_number_are_named_as_a_group(tmp_path: Path) -> None:
    people = (1, 2, 3, 4)
    said = [
        (9_000 + n, n, f"{word} {PHONE}")
        for n, word in zip(people, ("call", "ring", "dial", "try"), strict=True)
    ]
    case = room(tmp_path, [*chatter(people, 12, seed=3), *said])
    phone = signal(alike(case), "phone")
    assert 1 < phone.lr < 10 and names_a_group(phone)
    assert f"also shown by {key(3)}, {key(4)}" in phone.why


def test_accounts_that_hardly_say_anything_are_no_comparison(tmp_path: Path) -> None:
    thrown = [(7_000 + n, n, f"hello {n}") for n in range(10, 90)]
    said = [*two_words(1, "call"), *two_words(2, "ring")]
    case = room(tmp_path, [*chatter((1, 2), 12, seed=3), *said, *thrown], handles=HANDLES)
    assert signal(alike(case), "phone").among == 14
    seen = [(8_000 + n, n, f"{n} says {PHONE}") for n in range(10, 30)]
    case = room(tmp_path / "b", [*chatter((1, 2), 12, seed=3), *said, *seen], handles=HANDLES)
    assert signal(alike(case), "phone").lr == 1, "but what they show is no secret"


def two_words(person: int, word: str) -> list[Said]:
    return [(9_000 + n, person, f"{word} {n} {PHONE}") for n in range(2)]
