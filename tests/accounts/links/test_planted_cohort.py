"""Bystanders that somebody planted, so that two others look alike beside them; and pairs of one platform."""

from __future__ import annotations

import json
import random
import re
from itertools import combinations
from pathlib import Path

import pytest

from abusekit.accounts.links.cohorts import LEAST_COHORT, MOST_COHORT, Bystanders
from abusekit.accounts.links.manner import Manner
from abusekit.accounts.links.material import Material, Told
from abusekit.accounts.links.shown import Shown
from abusekit.accounts.model import Account, Decisions, Finding, Where

SLOGAN = re.findall(
    r"\w+",
    "you are the worst person in the world and we will find out what you do to all of them when it is time so get out",
)
WORDS = [
    f"{head}{tail}" for head in "bcdfghlmnprst" for tail in ("arrow", "ender", "illow", "otter", "undle")
]


def account(key: str) -> Account:
    platform, _, id_ = key.partition(":")
    return Account(key, platform, id_, "platform_id", 1)


def case_of(posts: dict[str, list[str]]) -> tuple[Bystanders, Manner, dict[str, Account]]:
    material = Material()
    shown = Shown()
    for number, (key, texts) in enumerate(sorted(posts.items()), start=1):
        told = material.told[key] = Told()
        for part, text in enumerate(texts):
            told.post(text, Where("E0001", part))
        one = account(key)
        one.number = number
        shown.suspects.append(one)
        shown.selectors[key] = {}
    among = Bystanders(shown, material, Decisions())
    return among, Manner(material, among, shown.suspects), {one.key: one for one in shown.suspects}


def styles(posts: dict[str, list[str]], people: list[str]) -> tuple[list[Finding], set[str]]:
    _, manner, accounts = case_of(posts)
    found, why = [], set()
    for one, other in combinations(people, 2):
        findings, silent = manner.findings(accounts[one], accounts[other])
        found += [each for each in findings if each.signal == "style"]
        why |= {each for each in silent if each.startswith("style: ")}
    return found, why


@pytest.fixture(scope="module")
def genuine(shared_data: Path) -> dict[str, list[str]]:
    lines = (shared_data / "attribution" / "ubuntu_av_n30.jsonl").read_text("utf-8").splitlines()
    return {f"irc:user{number}": json.loads(line)["a"] for number, line in enumerate(lines[:25])}


def bot(number: int, own: int = 0) -> list[str]:
    """Words of one slogan; with `own` words that no other bot has, in three of ten places."""
    source = random.Random(number)
    mine = [
        f"{word}{'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10]}" for word in source.sample(WORDS, own)
    ]
    return [
        " ".join(source.choice(mine if mine and source.random() < 0.3 else SLOGAN) for _ in range(12))
        for _ in range(60)
    ]


def bots(own: int = 0, count: int = 50) -> dict[str, list[str]]:
    return {f"irc:bot{number}": bot(number, own) for number in range(count)}


def test_bots_that_write_most_are_no_comparison(genuine: dict[str, list[str]]) -> None:
    people = list(genuine)[:8]
    before, _ = styles(genuine, people)
    assert len(before) > 20, "real bystanders give numbers"
    found, _ = styles(genuine | bots(), people)
    assert max(one.lr for one in found) < 10
    assert all(one.among <= 24 for one in found), "fifty bots count as one bystander"


def test_where_only_bots_are_left_no_number_is_given(genuine: dict[str, list[str]]) -> None:
    people = list(genuine)[:6]
    found, why = styles({key: genuine[key] for key in people} | bots(), people)
    assert found == [] and all("write too much alike" in one for one in why)


def test_bots_with_words_of_their_own_are_seen_by_how_alike_they_are(genuine: dict[str, list[str]]) -> None:
    people = list(genuine)[:6]
    posts = {key: genuine[key] for key in people} | bots(own=60)
    among, _, accounts = case_of(posts)
    chosen, _ = among.writers(accounts[people[0]], accounts[people[1]])
    assert len(chosen) == MOST_COHORT, "their words do not give them away"
    found, why = styles(posts, people)
    assert found == [] and all("far more like one another than like either" in one for one in why)


def test_who_is_a_bystander_does_not_hang_on_volume(genuine: dict[str, list[str]]) -> None:
    loud = {key: texts * 2 if number < 12 else texts for number, (key, texts) in enumerate(genuine.items())}
    (quiet, _, accounts), (shouted, _, _) = case_of(genuine), case_of(loud)
    a, b = list(accounts)[:2]
    one, other = (each.writers(accounts[a], accounts[b])[0] for each in (quiet, shouted))
    assert one == other and len(one) == 23 >= LEAST_COHORT and one != sorted(one)


def test_a_pair_is_compared_with_others_of_its_platform() -> None:
    words = ["something to say on this day"] * 10
    chats = {f"telegram:user{number}": words for number in range(40)}
    mails = {f"email:p{number}@mail.example": words for number in range(5)}
    among, _, accounts = case_of(chats | mails)
    a, b = accounts["email:p0@mail.example"], accounts["email:p1@mail.example"]
    excluded = among.not_among(a.key, b.key)
    assert (
        among.count(excluded, a, b) == 3
        and among.whose(excluded, a, b) == "3 other accounts of email in this case"
    )
    chat = accounts["telegram:user7"]
    excluded = among.not_among(a.key, chat.key)
    assert (
        among.count(excluded, a, chat) == 43
        and among.whose(excluded, a, chat) == "43 other accounts in this case"
    )
    among, _, accounts = case_of(chats | {key: mails[key] for key in (a.key, b.key)})
    excluded = among.not_among(a.key, b.key)
    assert among.count(excluded, a, b) == 40, "nobody else of the platform: all others"
