"""What speaks against one hand: typing in two places at once, another script."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from abusekit.accounts.links.against import SCRIPT_LR, against_findings, moments_together, script_of
from abusekit.accounts.links.material import Material, Post, Told
from abusekit.accounts.model import Account, Where

AT = int(datetime(2026, 3, 1).timestamp())
A, B = Account("x:1", "x", "1", "platform_id", 1), Account("x:2", "x", "2", "platform_id", 2)


def told(text: str = "", seconds: tuple[int, ...] = ()) -> Told:
    found = Told()
    found.sample = [Post(text, Where("E0001", n)) for n in (1, 2)]
    found.seconds.extend(seconds)
    return found


def lrs(one: Told, other: Told) -> dict[str, float]:
    return {f.signal: f.lr for f in against_findings(Material({A.key: one, B.key: other}), A, B)}


def test_typing_in_two_places_at_once_speaks_against() -> None:
    times = tuple(AT + 3_600 * n for n in range(40))
    near = tuple(at + 4 for at in times)
    far = tuple(at + 6 for at in times)
    assert moments_together(times, near) == 40 and moments_together(times, far) == 0
    assert lrs(told(seconds=times), told(seconds=near)) == {"at-once": 1 / 1_000}
    assert lrs(told(seconds=times[:10]), told(seconds=near)) == {"at-once": 1 / 100}
    assert lrs(told(seconds=times[:3]), told(seconds=near)) == {"at-once": 1 / 10}
    assert lrs(told(seconds=times[:2]), told(seconds=near)) == {}


def test_one_burst_is_one_moment() -> None:
    burst = tuple(AT + n for n in range(50))
    assert moments_together(burst, burst) == 1


@given(st.lists(st.integers(0, 500)), st.lists(st.integers(0, 500)))
def test_moments_are_those_of_a_plain_search(one: list[int], other: list[int]) -> None:
    expected, last = 0, -60
    for at in sorted(one):
        if at >= last + 60 and any(abs(at - each) <= 5 for each in other):
            expected, last = expected + 1, at
    assert moments_together(one, other) == expected


def test_another_script_speaks_against_only_where_there_is_enough() -> None:
    latin, cyrillic = told("leave me alone for good " * 10), told("оставь меня в покое " * 12)
    assert script_of(latin) == "Latin" and script_of(cyrillic) == "Cyrillic"
    assert lrs(latin, cyrillic) == {"script": SCRIPT_LR}
    assert lrs(latin, latin) == {}
    assert lrs(latin, told("оставь")) == {}
    assert script_of(told("оставь me alone " * 30)) == "", "mixed"
    assert script_of(told("\ud800\x00\u202e" * 300)) == "" == script_of(Told())
