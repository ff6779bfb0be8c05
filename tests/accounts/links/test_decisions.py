"""What the log says of links: the newest counts, nothing is joined over what nobody confirmed."""

from __future__ import annotations

from itertools import count
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abusekit.accounts.links.bases import BASIS_WORDS
from abusekit.accounts.links.decisions import (
    cluster_of,
    decisions,
    fallen,
    ground_told,
    grounded_links,
    left_out,
    of_account,
    other_of,
    rejected_within,
    stale,
    standing_links,
    without_ground,
)
from abusekit.accounts.model import Account, Candidate, Decided, Decision, Ledger
from abusekit.cli.account.grounds import WORDS as OFFERED
from abusekit.errors import EvidenceError


def line(n: int, a: str, b: str, decision: str, **more: Any) -> dict[str, Any]:
    return {
        "do": "account.link",
        "n": n,
        "at": f"2026-11-20T21:00:{n:02}.000000Z",
        "by": "PO",
        "a": a,
        "b": b,
        "decision": decision,
        "reason": "why",
        "basis": ["timing"],
        "items": ["E0001"],
        "findings": "",
        **more,
    }


def test_the_newest_counts_whichever_way_round_the_pair_is_named() -> None:
    found = decisions(
        [
            {"do": "case.create", "n": 0},
            line(1, "x:2", "x:1", "proposed"),
            line(2, "x:1", "x:2", "confirmed", reason="she said so", basis=["other"], findings="0" * 64),
            line(3, "x:3", "x:1", "rejected"),
        ]
    )
    assert found.of("x:2", "x:1") == Decision(
        "x:1", "x:2", "confirmed", "PO", "2026-11-20T21:00:02.000000Z", 2, "she said so", ("other",), ("E0001",),
        "0" * 64,
    )  # fmt: skip
    assert [one.n for one in found.all] == [1, 2, 3]
    assert [one.decided for one in of_account(found, "x:1")] == ["confirmed", "rejected"]
    assert other_of(found.all[2], "x:1") == "x:3" and other_of(found.all[2], "x:3") == "x:1"
    assert found.of("x:2", "x:3") is None


def test_what_is_taken_back_joins_nothing() -> None:
    found = decisions([line(1, "x:1", "x:2", "confirmed"), line(2, "x:2", "x:1", "undecided", basis=[])])
    assert found.clusters() == [] and cluster_of(found, "x:1") == ()
    assert found.of("x:1", "x:2") is not None


def test_only_confirmed_links_join() -> None:
    found = decisions(
        [
            line(1, "x:1", "x:2", "confirmed"),
            line(2, "x:2", "x:3", "proposed"),
            line(3, "x:4", "x:3", "confirmed"),
            line(4, "x:5", "x:1", "rejected"),
        ]
    )
    assert found.clusters() == [("x:1", "x:2"), ("x:3", "x:4")]
    assert cluster_of(found, "x:3") == ("x:3", "x:4") and cluster_of(found, "x:5") == ()


def test_a_rejected_pair_inside_of_a_cluster_is_told() -> None:
    """x and y are joined over z, and a person said that they are not."""
    lines = [
        line(1, "x:z", "x:x", "confirmed"),
        line(2, "x:y", "x:z", "confirmed"),
        line(3, "x:y", "x:x", "rejected", reason="wrote at once"),
        line(4, "x:q", "x:x", "rejected"),
    ]
    found = decisions(lines)
    assert found.clusters() == [("x:x", "x:y", "x:z")]
    assert [(one.a, one.b, one.reason) for one in rejected_within(found)] == [("x:y", "x:x", "wrote at once")]
    assert rejected_within(decisions([*lines, line(5, "x:z", "x:y", "undecided")])) == []


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans()), max_size=40))
def test_clusters_are_the_components_of_the_confirmed_links(said: list[tuple[int, int, bool]]) -> None:
    """Against a search by steps, in any order of the lines."""
    numbers = count(1)
    lines = [
        line(next(numbers), f"x:{one}", f"x:{other}", "confirmed" if yes else "rejected")
        for one, other, yes in said
        if one != other
    ]
    found = decisions(lines)
    confirmed = {pair for pair, one in found.newest.items() if one.decided == "confirmed"}
    keys = {key for pair in confirmed for key in pair}
    expected = set()
    for key in keys:
        reached = {key}
        while more := {k for pair in confirmed if reached & set(pair) for k in pair} - reached:
            reached |= more
        expected.add(tuple(sorted(reached)))
    assert found.clusters() == sorted(expected)


def candidate(digest: str) -> Candidate:
    return Candidate("x:1", "x:2", (), {}, 1.0, "none", 0, "", 0.0, 1, (), digest)


def test_stale_is_what_was_decided_on_other_findings() -> None:
    seen = decisions([line(1, "x:1", "x:2", "confirmed", findings="a" * 64)]).all[0]
    unseen = decisions([line(1, "x:1", "x:2", "confirmed")]).all[0]
    assert not stale(seen, candidate("a" * 64))
    assert stale(seen, candidate("b" * 64)) and stale(seen, None)
    assert not stale(unseen, candidate("b" * 64)) and not stale(unseen, None)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("a", ""), ("a", None), ("a", "x:2"), ("b", 7), ("decision", "merged"), ("decision", ["confirmed"]),
        ("reason", None), ("basis", None), ("basis", [7]), ("basis", "timing"), ("items", 7), ("items", [None]),
        ("items", "E0001"), ("findings", 7), ("by", None),
    ],
)  # fmt: skip
def test_a_malformed_act_is_told_with_its_line(name: str, wrong: object) -> None:
    with pytest.raises(EvidenceError, match="log line 8 ") as fault:
        decisions([{**line(7, "x:1", "x:2", "confirmed"), name: wrong}])
    assert fault.value.hint == "run: abusekit verify"


@pytest.mark.parametrize("name", ["a", "b", "decision", "reason", "basis", "items", "findings"])
def test_an_act_that_lacks_a_member(name: str) -> None:
    act = line(7, "x:1", "x:2", "confirmed")
    del act[name]
    with pytest.raises(EvidenceError, match="log line 8 "):
        decisions([act])


def test_the_command_line_offers_what_there_is() -> None:
    assert OFFERED == BASIS_WORDS
    assert set(get_args(Decided)) == {"proposed", "confirmed", "rejected", "undecided"}


def test_what_a_claim_no_longer_rests_on() -> None:
    acts = [
        {"do": "item.withdraw", "item": "E0001"},
        {"do": "item.quarantine", "item": "E0002"},
        {"do": "item.quarantine", "item": "E0003"},
        {"do": "item.release", "item": "E0003"},
        {"do": "line.erase", "item": "E0004", "line": 3},
        {"do": "item.tag", "item": "E0005"},
        {"do": "item.withdraw", "item": "E0006"},
        {"do": "item.quarantine", "item": "E0006"},
        {"do": "item.release", "item": "E0006"},
    ]
    assert fallen(acts) == {
        "E0001": "withdrawn",
        "E0002": "in quarantine",
        "E0004": "erased",
        "E0006": "withdrawn",
    }


def of_case(*keys: str, own: str = "") -> Ledger:
    ledger = Ledger()
    for number, key in enumerate(keys, 1):
        ledger.accounts[key] = Account(key, "x", key[2:], "platform_id", number, own=key == own)
    return ledger


CHAIN = [line(1, "x:a", "x:m", "confirmed"), line(2, "x:m", "x:c", "proposed"), line(3, "x:m", "x:d", "confirmed"),
         line(4, "x:m", "x:e", "rejected"), line(5, "x:a", "x:c", "confirmed")]  # fmt: skip


@pytest.mark.parametrize(
    "ledger", [of_case("x:a", "x:c", "x:d", "x:e"), of_case("x:a", "x:m", "x:c", "x:d", "x:e", own="x:m")]
)
def test_nothing_is_joined_over_an_account_that_is_gone_or_the_victims_own(ledger: Ledger) -> None:
    found = decisions(CHAIN)
    assert found.clusters() == [("x:a", "x:c", "x:d", "x:m")]
    standing = standing_links(found, ledger)
    assert standing.clusters() == [("x:a", "x:c")]
    assert [one.n for one in standing.newest.values()] == [4, 5] and standing.all == found.all
    said = left_out(found, ledger)
    assert "x:a and x:m; x:m and x:c; x:m and x:d" in said and "x:m and x:e" not in said


def test_what_stands_is_left_alone() -> None:
    found, ledger = decisions(CHAIN), of_case("x:a", "x:m", "x:c", "x:d", "x:e")
    assert standing_links(found, ledger) == found and left_out(found, ledger) == ""
    assert grounded_links(found) == found and without_ground(found) == ""


def test_a_claim_whose_items_all_fell_is_told_and_joins_nothing() -> None:
    found = decisions(
        [
            line(1, "x:1", "x:2", "confirmed", items=["E0002", "E0003"]),
            line(2, "x:2", "x:3", "confirmed", items=["E0002", "E0004"]),
            line(3, "x:3", "x:4", "confirmed", items=[], findings="0" * 64),
            line(4, "x:4", "x:5", "rejected", items=["E0002"]),
            {"do": "item.withdraw", "item": "E0002"},
            {"do": "item.quarantine", "item": "E0003"},
        ]
    )
    first, second, unnamed, rejected = found.all
    assert ground_told(found, first) == "WITHDRAWN GROUND: E0002 withdrawn; E0003 in quarantine"
    assert ground_told(found, second) == ground_told(found, unnamed) == ""
    assert grounded_links(found).clusters() == [("x:2", "x:3", "x:4")]
    assert grounded_links(found).of("x:4", "x:5") is rejected
    assert (
        without_ground(found) == "WITHDRAWN GROUND: x:1 and x:2; no item that the claim names counts any more"
    )
    assert decisions([line(1, "x:1", "x:2", "confirmed")]).fallen == {}


def test_a_basis_that_is_none_is_not_printed_as_one() -> None:
    words = ["proves who", "timing", "\u200b", "other"]
    assert decisions([line(1, "x:1", "x:2", "confirmed", basis=words)]).all[0].basis == (
        "another basis", "timing", "other",
    )  # fmt: skip


def test_the_sentences_are_safe_to_print() -> None:
    found = decisions([line(1, "x:\x1b[31m\u202e" + "a" * 5000, "x:2", "confirmed")])
    said = left_out(found, of_case("x:2"))
    assert said.isprintable() and len(said) < 400
