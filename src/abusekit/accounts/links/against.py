"""What speaks against one hand behind two accounts: typing in two places at once, another script.

The ratios are judgements, not measurements: a person with two devices, a program that posts, or a bilingual person
makes each of them possible. They are of the group `behaviour`, and shown before everything else. Style and hours speak
against by themselves where they fall below 1.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable

from abusekit.accounts.links.material import Material, Told
from abusekit.accounts.model import Account, Finding, Where

TOGETHER_S = 5
TIMES = ((30, 1 / 1_000), (10, 1 / 100), (3, 1 / 10))
"""Moments at which both typed within TOGETHER_S seconds, at least → likelihood ratio."""
SCRIPT_LR = 1 / 3
_LETTERS = 200
_SHARE = 0.9


def against_findings(material: Material, a: Account, b: Account) -> list[Finding]:
    ours, theirs = material.of(a.key), material.of(b.key)
    found = (_together(ours, theirs), _scripts(ours, theirs))
    return [one for one in found if one is not None]


def _together(ours: Told, theirs: Told) -> Finding | None:
    count = moments_together(ours.seconds, theirs.seconds)
    lr = next((lr for least, lr in TIMES if count >= least), None)
    if lr is None:
        return None
    return Finding(
        "behaviour", "at-once",
        f"At {count} moments both sent a typed message within {TOGETHER_S} seconds of each other.",
        _first(ours), _first(theirs), lr, raw=lr, cap=1.0,
        why="by the platform's clocks; a person with two devices, or a program, could do it",
    )  # fmt: skip


def moments_together(one: Iterable[int], other: Iterable[int]) -> int:
    """How often both have a time within TOGETHER_S seconds; times of a minute count once."""
    ours, theirs = sorted(one), array("q", sorted(other))
    found, place, last = 0, 0, -60
    for at in ours:
        while place < len(theirs) and theirs[place] < at - TOGETHER_S:
            place += 1
        if place < len(theirs) and theirs[place] <= at + TOGETHER_S and at >= last + 60:
            found, last = found + 1, at
    return found


def _scripts(ours: Told, theirs: Told) -> Finding | None:
    one, other = script_of(ours), script_of(theirs)
    if not one or not other or one == other:
        return None
    return Finding(
        "behaviour", "script", f"One writes in {one} letters, the other in {other} letters.",
        _first(ours), _first(theirs), SCRIPT_LR, raw=SCRIPT_LR, cap=1.0,
        why="many people write in two scripts",
    )  # fmt: skip


def script_of(told: Told) -> str:
    """The script of nine tenths of the letters of a sample; empty where there is none, or too little is written."""
    counted: Counter[str] = Counter()
    for post in told.sample[:: max(1, len(told.sample) // 50)]:
        for sign in post.text[:400]:
            if sign.isascii():
                counted["Latin"] += sign.isalpha()
            elif sign.isalpha():
                counted[unicodedata.name(sign, "?").split(" ")[0].split("-")[0].capitalize()] += 1
    letters = counted.total()
    script, most = counted.most_common(1)[0] if letters else ("", 0)
    return script if letters >= _LETTERS and most >= _SHARE * letters else ""


def _first(told: Told) -> tuple[Where, ...]:
    return tuple(post.where for post in (told.sample[:1] + told.sample[-1:]))
