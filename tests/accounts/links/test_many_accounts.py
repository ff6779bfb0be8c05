"""More accounts than pairs can be weighed one by one: what shares something is found all the same, and it is said what
was passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.accounts.links.linked_cases import Said, discord, imported, key, new_case

from abusekit.accounts.ledger.reading import ledger
from abusekit.accounts.links.blocking import ALL_PAIRS, pairs_between
from abusekit.accounts.links.candidates import compare_all, compare_two
from abusekit.accounts.model import pair

COUNT = 150


def handle(person: int) -> str:
    """Letters of a number, so that no two are alike."""
    mixed = person * 7_919 * 104_729 + 12_345
    return "".join(chr(97 + (mixed >> (4 * place)) % 23) for place in range(12))


@pytest.fixture(scope="module")
def links() -> list[Said]:
    talk = [
        (n * 11 + place, n, f"word{n} other{n * 3} third{n * 7} and so {place}")
        for n in range(1_000, 1_000 + COUNT)
        for place in range(10)
    ]
    return [
        *talk,
        (5, 1, "write to me at sly.fox@mail.example any time"), (9, 2, "sly.fox@mail.example is where to write"),
        (6, 3, "seven wet horses stood behind the old mill and waited for the evening train"),
        (7, 4, "why, seven wet horses stood behind the old mill and waited for the evening train"),
        (8, 5, "nothing to say"), (10, 6, "nothing more to say"),
    ]  # fmt: skip


def test_every_planted_link_is_found_without_all_pairs(tmp_path: Path, links: list[Said]) -> None:
    case = new_case(tmp_path)
    people = {person for _, person, _ in links}
    handles = {person: handle(person) for person in people} | {5: "umberharrow", 6: "umberharrow_"}
    imported(case, discord(tmp_path / "room.json", links, handles=handles))
    shown = ledger(case)
    found = compare_all(case, shown)
    assert found.accounts == len(people) == COUNT + 6
    assert found.pairs == len(people) * (len(people) - 1) // 2 > ALL_PAIRS
    planted = {pair(key(1), key(2)), pair(key(3), key(4)), pair(key(5), key(6))}
    top = [pair(one.a, one.b) for one in found.candidates if one.total >= 10]
    assert planted == set(top[:3]), found.candidates[:5]
    assert any("style and hours: compared for" in text for text in found.not_compared)
    for one in found.candidates[:3]:
        assert one.expected == found.pairs / one.total, (
            "all pairs were looked through, not only those weighed"
        )
        assert compare_two(case, shown, one.a, one.b) == one


def test_the_number_of_pairs() -> None:
    assert pairs_between(100, 0) == 4_950 and pairs_between(100, 1) == 99 and pairs_between(100, 100) == 4_950
    assert pairs_between(0, 0) == pairs_between(1, 0) == pairs_between(1, 1) == 0
    for only in range(6):
        expected = sum(1 for a in range(5) for b in range(a) if not only or b < only)
        assert pairs_between(5, only) == expected
