"""Text that accounts share."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abusekit.accounts.model import Where
from abusekit.accounts.signals.reuse import RUN_WORDS, Runs, SharedRun, own_words, words

THREAT = "i will find you wherever you go and then you will see"


def shared(*texts: tuple[str, str]) -> list[SharedRun]:
    runs = Runs()
    for number, (account, text) in enumerate(texts):
        runs.add(account, Where("E0001", number), text)
    return list(runs.shared())


def test_a_run_is_found_over_case_marks_and_quotes() -> None:
    (run,) = shared(("a", f"Well: {THREAT}!"), ("b", f"{THREAT.upper()} @you https://example.org"))
    assert run.words == 12
    assert run.places == (("a", Where("E0001", 0)), ("b", Where("E0001", 1)))


@pytest.mark.parametrize(("count", "found"), [(8, 0), (9, 1), (10, 1)])
def test_nine_words_within_longer_messages(count: int, found: int) -> None:
    piece = " ".join(THREAT.split()[:count])
    assert len(shared(("a", f"one two three {piece} four"), ("b", f"five {piece} six seven"))) == found


def test_an_equal_message_of_eight_words_and_none_of_seven() -> None:
    eight = "nobody will ever believe a word of yours"
    assert [run.words for run in shared(("a", eight), ("b", eight))] == [8]
    assert shared(("a", eight[:-6]), ("b", eight[:-6])) == []
    assert shared(("a", eight), ("b", f"{eight} anyway")) == []


def test_one_account_shares_nothing_with_itself() -> None:
    assert shared(("a", THREAT), ("a", THREAT)) == []


def test_all_accounts_are_told_once_each() -> None:
    (run,) = shared(*((f"{number % 300}", THREAT) for number in range(900)))
    assert len(run.places) == 300
    assert len({account for account, _ in run.places}) == 300


def test_marks_of_other_scripts_stay_in_their_words() -> None:
    assert words("नमस्ते दुनिया, don’t!") == ["नमस्ते", "दुनिया", "dont"]
    assert words("\ud800 \0 \u202ea\u200bb 😀 77") == ["ab", "77"]


def test_quoted_and_forwarded_lines_are_not_own_words() -> None:
    text = "mine\n> theirs\n  > theirs too\nmine again\n---- Forwarded message ----\nold"
    assert own_words(text) == "mine\nmine again"


def _runs(one: list[str], other: list[str]) -> int:
    """The longest run, found by looking at every pair of places."""
    best = 0
    for i in range(len(one)):
        for j in range(len(other)):
            size = 0
            while i + size < len(one) and j + size < len(other) and one[i + size] == other[j + size]:
                size += 1
            best = max(best, size)
    return best


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_the_same_as_looking_at_every_place(seed: int) -> None:
    draw = random.Random(seed)
    one, other = ([draw.choice("abc") for _ in range(draw.randint(9, 60))] for _ in "xy")
    longest = max((run.words for run in shared(("x", " ".join(one)), ("y", " ".join(other)))), default=0)
    truth = _runs(one, other)
    assert longest == (truth if truth >= RUN_WORDS else 0)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.text()), max_size=4))
@settings(max_examples=20, deadline=None)
def test_any_text_is_taken(texts: list[tuple[str, str]]) -> None:
    for run in shared(*texts):
        assert run.words >= 8


OUTLOOK = "From: Bob <bob@one.example>\nSent: Thursday\nTo: jo@two.example\nSubject: hi"


@pytest.mark.parametrize(
    "head",
    [
        OUTLOOK,
        "*From:* Bob <bob@one.example>\n*Sent:* Thursday\n*To:* jo@two.example",
        "Von: Bob\nGesendet: Montag\nAn: Jo\nBetreff: hallo",
        "De : Bob\nEnvoyé : lundi\nÀ : Jo\nObjet : bonjour",
        "De: Bob\nEnviado el: lunes\nPara: Jo\nAsunto: hola",
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "On Thu, 14 Mar 2024 at 21:00, Bob <bob@one.example> wrote:",
        "On Thu, 14 Mar 2024 at 21:00, Bob Miller\n<bob@one.example> wrote:",
        "Am 14.03.2024 um 21:00 schrieb Bob:",
        "Le jeu. 14 mars 2024 à 21:00, Bob <bob@one.example> a écrit :",
        "El jue, 14 mar 2024 a las 21:00, Bob escribió:",
    ],
)
def test_what_stands_below_the_head_of_a_quoted_mail_is_not_own(head: str) -> None:
    assert own_words(f"you will see\n\n{head}\n\nring +447700900123").strip() == "you will see"


def test_answers_below_a_marked_quotation_are_own() -> None:
    text = "On 3 May 2024 Bob <bob@one.example> wrote:\n> will you come\nno, never\n> why\nbecause"
    assert own_words(text) == "no, never\nbecause"


@pytest.mark.parametrize(
    "text",
    [
        "From: here to there\nit is far",
        "On Monday he wrote: nothing\nmore",
        "am I the one\nwho wrote 3 of them:\nno",
        "To: all\nSubject: rules",
    ],
)
def test_other_lines_stay(text: str) -> None:
    assert own_words(text) == text


def test_runs_that_are_versions_of_somebodys_words() -> None:
    runs = Runs()
    hers = "i have told the police about all of this yesterday"
    theirs = (
        "she wrote that i have told the police about it and who cares at all",
        "now one two three four five six seven eight nine ten",
    )
    runs.add("her", Where("E0001"), hers)
    for account in "ab":
        for number, text in enumerate(theirs):
            runs.add(account, Where("E0001", number), text)
    found = list(runs.shared())
    assert [found[number].words for number in runs.echoes(["her"])] == [15]
    assert runs.echoes([]) == frozenset()
