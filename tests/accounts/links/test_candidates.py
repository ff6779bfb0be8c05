"""Possible links of whole cases: the true one on top with its reasons, decoys below, the victim's own worth nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.accounts.links.linked_cases import (
    NOW,
    WORDS,
    Said,
    chatter,
    decided,
    discord,
    handle_of,
    imported,
    key,
    new_case,
    observed,
    room,
)

from abusekit.accounts.ledger.reading import ledger
from abusekit.accounts.links.candidates import Compared, Comparing, compare_all, compare_two
from abusekit.accounts.links.in_short import short_lines
from abusekit.accounts.links.wording import candidate_lines
from abusekit.accounts.model import Candidate, Finding, pair
from abusekit.case.custody import Act
from abusekit.case.folder import Case
from abusekit.errors import UsageError

PHONE = "+447700900123"
SLOGAN = "nobody in this whole town will ever believe a single word that you say to them"
BANNED = (
    "is the same person",
    "probability that",
    "% likely",
    "tamper-proof",
    "court-admissible",
    "proves who",
)
ONE, TWO, THREE = key(1), key(2), key(3)


def two_hands(text_one: str, text_two: str, posts: int = 12) -> list[Said]:
    """Persons 1 and 2 chat as all others do, and each says one thing more."""
    return [*chatter((1, 2), posts, seed=3), (4_000, 1, text_one), (9_000, 2, text_two)]


def compared(case: Case, **more: object) -> Compared:
    return compare_all(case, ledger(case), **more)  # type: ignore[arg-type]


def of_pair(found: Compared, one: str, other: str) -> Candidate:
    (candidate,) = [each for each in found.candidates if pair(each.a, each.b) == pair(one, other)]
    return candidate


def signal(candidate: Candidate, name: str) -> Finding:
    (finding,) = [one for one in candidate.findings if one.signal == name]
    return finding


def lines(case: Case, found: Sequence[Candidate]) -> str:
    shown = ledger(case)
    return "\n".join(line for one in found for line in candidate_lines(one, shown, None))


@pytest.fixture
def linked(tmp_path: Path) -> Case:
    said = [
        *two_hands(f"{SLOGAN}, all of you", f"so {SLOGAN}"),
        *((5_000 + n, 1, f"{word} {PHONE}") for n, word in enumerate(("call", "best to try"))),
        *((9_900 + n, 2, f"{word} {PHONE}") for n, word in enumerate(("ring", "you can dial"))),
    ]
    return room(tmp_path, said, handles={1: "velvetbadger77", 2: "velvetbadger78"})


def test_the_true_link_is_on_top_and_explained(linked: Case) -> None:
    found = compared(linked)
    best = found.candidates[0]
    assert (best.a, best.b) == (ONE, TWO) and best.strength == "strong"
    assert found.accounts == 16 and found.pairs == best.pairs == 16 * 15 // 2
    phone, text, handle = (signal(best, name) for name in ("phone", "reused-text", "handle"))
    assert phone.lr == phone.among == best.cohort == 14 and phone.shared_by == 0 and phone.cap == 30
    assert "not stated as its own" in phone.why
    assert text.lr == text.cap == 10 and "it may have been copied" in text.why and handle.lr >= 10
    assert best.total == pytest.approx(14 * 10 * handle.lr, rel=0.5) and best.total >= 1_000
    assert best.expected == pytest.approx(best.pairs / best.total)
    assert all(other.total <= 10 for other in found.candidates[1:]), "nobody else is worth a line"
    for finding in best.findings:
        assert finding.here and finding.there
    cited = {
        linked.item(where.item).id for finding in best.findings for where in finding.here + finding.there
    }
    assert cited == {"E0001"}


def test_every_number_comes_with_both_propositions_its_group_and_its_limits(linked: Case) -> None:
    found = compared(linked)
    text = lines(linked, found.candidates)
    for best in found.candidates[:1]:
        said = "\n".join(candidate_lines(best, ledger(linked), None))
        assert (
            "about 1,400 times more probable if the two accounts are run by one person than if by different"
            in said
        )
        assert "14 other accounts in this case" in said and "caps: selectors 10,000" in said
        assert "expected by coincidence: at most about" in said and "not compared:" in said
        assert said.index("against") < said.index("selectors: LR")
    assert not any(word in text.casefold() for word in BANNED)
    assert SLOGAN[:20] not in text, "no words of messages"
    assert handle_of(105) not in lines(linked, found.candidates[:1]), "no bystander is named"


def test_numbers_of_speaking_against_have_the_same_weight(tmp_path: Path) -> None:
    at_once = [
        (20_000 + 60 * n, person, f"typing {person} this {WORDS[n]} {WORDS[n + person]} right now")
        for n in range(12)
        for person in (1, 2)
    ]
    case = room(tmp_path, [*two_hands("hello there", "hello you"), *at_once])
    candidate = compare_two(case, ledger(case), TWO, ONE)
    assert candidate.findings[0].signal == "at-once" and candidate.strength == "against"
    said = "\n".join(candidate_lines(candidate, ledger(case), None))
    assert (
        "times more probable if the two accounts are run by different people of the comparison group" in said
    )
    assert "AGAINST" in said and said.index("AGAINST") < said.index("not compared")


def test_decoys_stay_below(tmp_path: Path) -> None:
    said = [
        *two_hands(f"call {PHONE} now", f"ring {PHONE}"),
        *chatter((3, 4, 5, 6, 7, 8), 12, seed=5),
        (100, 3, "donate at https://www.redcross.org.uk/ please"),
        (101, 4, "https://www.redcross.org.uk/ please donate"),
        *((200 + n, n, f"{SLOGAN} so there") for n in (5, 6, 7, 8)),
    ]  # fmt: skip
    handles = {1: "velvetbadger77", 2: "velvetbadger78", 3: "emma", 4: "emma22"}
    found = compared(room(tmp_path, said, handles=handles))
    best = found.candidates[0]
    assert (best.a, best.b) == (ONE, TWO)
    assert max(one.total for one in found.candidates[1:]) < best.total / 10
    fans = of_pair(found, key(5), key(6))
    text = signal(fans, "reused-text")
    assert text.lr == 1 and text.shared_by == 2 and "bystander" in text.why
    names = of_pair(found, key(3), key(4))
    assert signal(names, "handle").lr <= 3, "a first name is no name of one person"
    assert not [one for one in names.findings if one.signal == "address" and one.lr > 1]


def test_what_is_the_victims_own_counts_nothing(tmp_path: Path) -> None:
    said = two_hands(f"everybody call her on {PHONE} now", f"her number is {PHONE}")
    case = room(tmp_path, said, handles={99: "velvetbadger", 1: "velvetbadger1", 2: "velvetbadger2"})
    before = of_pair(compared(case), ONE, TWO)
    assert signal(before, "phone").lr > 1, "nobody has said yet whose number it is"
    assert signal(before, "handle").lr == 1 and "victim's own" in signal(before, "handle").why
    observed(case, key(99), "phone", PHONE)
    after = of_pair(compared(case), ONE, TWO)
    assert signal(after, "phone").lr == 1 and "victim's own" in signal(after, "phone").why
    assert after.total < 10
    assert key(99) not in {one for each in compared(case).candidates for one in (each.a, each.b)}


def test_what_the_victim_wrote_first_may_come_from_her(tmp_path: Path) -> None:
    said = two_hands(f"call {PHONE} now", f"ring {PHONE}")
    first = room(tmp_path / "first", [*said, (10, 99, f"why do you call me from {PHONE} all day")])
    last = room(tmp_path / "last", [*said, (99_999, 99, f"why do you call me from {PHONE} all day")])
    assert signal(of_pair(compared(first), ONE, TWO), "phone").lr == 1
    assert signal(of_pair(compared(last), ONE, TWO), "phone").lr > 1


def test_no_cohort_no_number(tmp_path: Path) -> None:
    said = two_hands(f"call {PHONE} now, {SLOGAN}", f"{SLOGAN}, so ring {PHONE}")
    alone = of_pair(compared(room(tmp_path / "a", said, bystanders=0)), ONE, TWO)
    assert {signal(alone, name).lr for name in ("phone", "reused-text")} == {1}
    assert "no bystander" in signal(alone, "phone").why and alone.total < 10 and alone.cohort == 0
    few = of_pair(compared(room(tmp_path / "b", said, bystanders=4)), ONE, TWO)
    assert signal(few, "reused-text").lr == 4
    assert not {one.signal for one in few.findings} & {"style", "hours"}
    assert any(text.startswith("style: ") for text in few.not_compared)


def test_more_who_show_it_make_it_less(tmp_path: Path) -> None:
    said = two_hands(
        "join https://chat.example.net/r/AbCdEf0123", "https://chat.example.net/r/AbCdEf0123 is open"
    )
    rare = room(tmp_path / "rare", said)
    spread = [(50_000 + n, 100 + n, "see https://chat.example.net/r/AbCdEf0123") for n in range(7)]
    common = room(tmp_path / "common", [*said, *spread])
    one, other = (of_pair(compared(each), ONE, TWO) for each in (rare, common))
    assert [f.lr for f in one.findings if f.signal in ("address", "invite")] == [10]
    assert [f.lr for f in other.findings if f.signal in ("address", "invite")] == [2]


def test_few_others_that_show_it_are_named_for_a_person_to_look_at(tmp_path: Path) -> None:
    said = two_hands(f"call {PHONE} now", f"ring {PHONE}")
    others = [*chatter((3, 4, 5, 6), 12, seed=3), *((9_000 + n, n, f"or {PHONE}") for n in (3, 4, 5, 6))]
    case = room(tmp_path, [*said, *others])
    best = of_pair(compared(case), ONE, TWO)
    phone = signal(best, "phone")
    assert phone.shared_by == 4 and phone.lr == 18 / 4
    assert f"also shown by {key(3)}, {key(4)}, {key(5)} and 1 more, no part of this pair" in phone.why
    assert "one mailbox or number of several people, or all of one person" in phone.why
    short = "\n".join(short_lines(best, ledger(case), "nobody has decided"))
    assert f"also shown by {key(3)}, {key(4)}, {key(5)} and 1 more" in short
    decided(case, ONE, key(3), "proposed")
    phone = signal(of_pair(compared(case), ONE, TWO), "phone")
    assert phone.shared_by == 3 and key(3) not in phone.why
    spread = [(60_000 + n, 100 + n, f"dial {PHONE}") for n in range(8)]
    common = signal(of_pair(compared(room(tmp_path / "b", [*said, *others, *spread])), ONE, TWO), "phone")
    assert common.shared_by == 12 and "also shown" not in common.why, "what many show is nobody's"


def test_what_everybody_links_to_names_nobody(tmp_path: Path) -> None:
    page = "see https://pages.example.net/u/Quillon77"
    said = [*two_hands(page, page), *((50_000 + n, 100 + n, page) for n in range(3))]
    finding = signal(of_pair(compared(room(tmp_path, said)), ONE, TWO), "address")
    assert finding.shared_by == 3 and "discord:" not in finding.why


def test_the_short_form_holds_both_propositions_the_group_the_caps_and_chance(linked: Case) -> None:
    best = compared(linked).candidates[0]
    text = "\n".join(short_lines(best, ledger(linked), "nobody has decided"))
    assert (
        f"LR 1,400 (cap 10,000) for one person against different people of the comparison group, {best.cohort}"
        in text
    )
    assert f"of {best.pairs} pairs would reach it by coincidence" in text and "not compared: " in text
    assert text.count("(cap ") == 1 + sum(one.lr > 1 for one in best.findings)
    assert SLOGAN[:20] not in text and handle_of(105) not in text
    assert not any(word in text.casefold() for word in BANNED)


def test_the_short_form_tells_first_what_is_against(tmp_path: Path) -> None:
    at_once = [
        (20_000 + 60 * n, person, f"typing {person} this {WORDS[n]} {WORDS[n + person]} right now")
        for n in range(12)
        for person in (1, 2)
    ]
    case = room(tmp_path, [*two_hands(f"call {PHONE}", f"ring {PHONE}"), *at_once])
    candidate = compare_two(case, ledger(case), TWO, ONE)
    told = list(short_lines(candidate, ledger(case), "nobody has decided"))
    assert "times more probable for different people of the comparison group" in told[1]
    assert told[2] == "nobody has decided" and told[3].startswith(
        "AGAINST: typed at the same moments: LR 1/100"
    )
    assert any(line.startswith("same phone number") for line in told[4:])


def test_leaving_an_item_out_is_the_same_as_a_case_without_it(tmp_path: Path) -> None:
    people = chatter([1, 2, *range(100, 114)], 12)
    second = [(30_000, 1, f"call {PHONE}"), (30_500, 2, f"ring {PHONE}")]
    talk, more = discord(tmp_path / "a.json", people), discord(tmp_path / "b.json", second, channel=4)
    both, one = new_case(tmp_path / "both"), new_case(tmp_path / "one")
    imported(both, talk, more)
    imported(one, talk)
    whole = of_pair(compared(both), ONE, TWO)
    left_out, absent = of_pair(compared(both, without=("E0002",)), ONE, TWO), of_pair(compared(one), ONE, TWO)
    assert whole.total == pytest.approx(10 * absent.total), (
        "the phone number stands in the second export only"
    )
    assert left_out == absent
    again = compare_two(both, ledger(both), ONE, TWO, without=("E0002",))
    assert again == absent


def test_what_is_left_without_an_item_is_what_a_case_without_it_gives(tmp_path: Path) -> None:
    """Places are kept three to a finding: the number stands in the third item, too, which is not cited."""
    people = chatter([1, 2, *range(100, 114)], 12)
    lasting = [(20_000 + 100 * n, 1 + n % 2, f"{WORDS[n]} call {PHONE} {WORDS[-n]}") for n in range(8)]
    later = [(40_000 + 100 * n, 1 + n % 2, f"{WORDS[n]} ring {PHONE} {WORDS[-n]}") for n in range(4)]
    case = new_case(tmp_path)
    imported(
        case,
        discord(tmp_path / "a.json", [*people, *lasting]),
        discord(tmp_path / "b.json", later, channel=4),
        discord(tmp_path / "c.json", chatter(range(100, 114), 12, seed=8), channel=5),
    )
    comparing = Comparing(case, ledger(case))
    whole = comparing.one(ONE, TWO).candidates
    left = comparing.without_each(whole)
    assert "E0001" in left
    for item, totals in left.items():
        assert totals == {(ONE, TWO): compare_two(case, ledger(case), ONE, TWO, without=(item,)).total}
    assert left["E0001"][ONE, TWO] > 1, "the number stands elsewhere, too"
    alone = room(tmp_path / "alone", two_hands(f"call {PHONE}", f"ring {PHONE}"))
    comparing = Comparing(alone, ledger(alone))
    assert comparing.without_each(comparing.one(ONE, TWO).candidates) == {"E0001": {(ONE, TWO): 1.0}}


def test_a_pair_is_weighed_alike_whichever_way_it_is_asked_for(linked: Case) -> None:
    every, shown = compared(linked), ledger(linked)
    best = every.candidates[0]
    assert compare_two(linked, shown, ONE, TWO) == compare_two(linked, shown, TWO, ONE) == best
    some = compared(linked, only=(TWO,))
    assert some.pairs == 15 and {TWO in (one.a, one.b) for one in some.candidates} == {True}
    assert of_pair(some, ONE, TWO).digest == best.digest
    assert compared(linked) == every


def test_accounts_of_a_claimed_link_are_no_bystanders(tmp_path: Path) -> None:
    said = [
        *two_hands(f"{SLOGAN} now", f"{SLOGAN} then"),
        *chatter((3,), 12, seed=9),
        (9_100, 3, f"{SLOGAN} again"),
    ]
    case = room(tmp_path, said)
    before = of_pair(compared(case), ONE, TWO)
    assert signal(before, "reused-text").lr == 1 and before.cohort == 15
    decided(case, ONE, THREE, "proposed")
    after = of_pair(compared(case), ONE, TWO)
    assert signal(after, "reused-text").lr == 10 and after.cohort == 14
    assert "left out" not in before.cohort_of and after.cohort_of.endswith(
        "; left out: 1 linked by a decision"
    )
    assert after.cohort_of in lines(case, [after]), "whoever decided about one pair reads it at the other"
    decided(case, ONE, THREE, "rejected")
    assert of_pair(compared(case), ONE, TWO) == before


def test_withdrawn_and_quarantined_items_say_nothing(linked: Case) -> None:
    linked.record([Act("item.withdraw", {"item": "E0001", "reason": "by mistake"})], by="PO", now=NOW)
    assert compared(linked).candidates == ()


def test_fewer_than_two_accounts_are_nothing_to_compare(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    assert compared(case).candidates == () and compared(case).accounts == 0
    imported(case, discord(tmp_path / "a.json", chatter((1,), 3)))
    found = compared(case)
    assert found.candidates == () and found.pairs == 0 and found.accounts == 1


def test_wrong_use_is_refused(linked: Case) -> None:
    shown = ledger(linked)
    for wrong in ((ONE, ONE), (ONE, key(99)), ("x:nobody", ONE)):
        with pytest.raises(UsageError):
            compare_two(linked, shown, *wrong)
    with pytest.raises(UsageError, match="victim"):
        compare_all(linked, shown, only=(key(99),))


HOSTILE = (
    "\u202eevil\u2066",
    "a\u0300" * 200,
    "<script>alert(1)</script>",
    "\x1b[31mred",
    "=cmd()",
    "../../x",
    "",
)


def test_hostile_names_and_words_do_no_harm(tmp_path: Path) -> None:
    names = dict(enumerate(HOSTILE, start=1))
    said = [(n * 10, n, f"{name} {SLOGAN} {PHONE} \ud800\x00") for n, name in names.items()]
    case = room(tmp_path, said, handles={n: name + "x" * 20_000 for n, name in names.items()})
    found = compared(case)
    text = lines(case, found.candidates[:30])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert max(map(len, text.splitlines())) < 2_000


SENTENCES = (
    "i think that you should have told me about this when we were at the house of your mother",
    "she did not want to go there because it was late and the train had left already for the day",
    "what do you mean by that and why would anybody do such a thing to people like us here",
    "we have been waiting for the answer since monday and nothing has come of it so far at all",
)


@pytest.mark.parametrize(
    ("posts", "text", "why"),
    [
        (9, [f"# {one}" for one in SENTENCES], "9 different posts"),
        (12, ("you # me",), "characters"),
        (60, ("# yes it is so my dear", *["> # somebody else said that"] * 3), "quot"),
        (
            12,
            ("# das ist doch nicht wahr und ich will es auch nicht mehr von dir hören mein lieber freund",),
            "German",
        ),
    ],
)
def test_why_style_is_silent_reaches_the_output(
    tmp_path: Path, posts: int, text: Sequence[str], why: str
) -> None:
    """The table of all reasons is that of the signal; here: none of them is lost, and no number is given."""
    english = [
        (
            round_ * 600 + person * 7,
            person,
            f"{SENTENCES[(round_ + person) % 4]} {WORDS[round_]} {WORDS[person % 29]}",
        )
        for round_ in range(14)
        for person in (1, *range(100, 114))
    ]
    little = [
        (n * 500 + 3, 2, text[n % len(text)].replace("#", f"{WORDS[n % 30]} {WORDS[n // 5]}"))
        for n in range(posts)
    ]
    case = room(tmp_path, [*english, *little], bystanders=0)
    candidate = of_pair(compared(case), ONE, TWO)
    assert "style" not in {one.signal for one in candidate.findings}
    (said,) = [each for each in candidate.not_compared if each.startswith("style: ")]
    assert why in said, candidate.not_compared
    assert said in lines(case, [candidate])
