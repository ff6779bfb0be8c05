"""Who had what, where: each kind of gap, its two ends, and what ends it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from abusekit.case.custodians import Papers, all_keepings
from abusekit.case.custody_gaps import Gap, gaps
from abusekit.case.transfer import Receipt, Releaser, Transfer, TransferredExhibit
from abusekit.errors import CaseError

CASE = "00000000-0000-0000-0000-000000000000"
IN_TRANSIT = "handed to the police, who has not confirmed it"
NO_PLACE = "taken in; nobody said where it is kept"


def at(minute: int) -> str:
    return f"2026-11-20T21:{minute:02}:00.000000Z"


def log(*acts: tuple[int, str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"n": n, "at": at(minute), "do": do, "by": "PO", **facts}
        for n, (minute, do, facts) in enumerate(acts)
    ]


def settings(minute: int, path: str) -> tuple[int, str, dict[str, Any]]:
    return minute, "settings.change", {"files": [{"path": path}]}


def added(minute: int, number: int = 1) -> tuple[int, str, dict[str, Any]]:
    return minute, "item.add", {"item": f"E{number:04}", "exhibit": f"PO/{number}"}


def stored(minute: int, place: str, number: int = 1) -> tuple[int, str, dict[str, Any]]:
    return minute, "custody.store", {"item": f"E{number:04}", "place": place, "reason": "x"}


def transfer(minute: int, k: int = 1) -> tuple[int, str, dict[str, Any]]:
    return minute, "custody.transfer", {"transfer": k, "files": [{"path": f"custody/transfer-{k:04}.json"}]}


def receive(minute: int, k: int = 1, how: str = "paper") -> tuple[int, str, dict[str, Any]]:
    return minute, "custody.receive", {"transfer": k, "how": how, "files": [{"path": f"r{k}"}]}


def papers(*items: str, received: dict[int, tuple[int, str]] | None = None, to: str = "the police") -> Papers:
    """Hand-overs 1 and 2 of these items; received: k → minute that the receipt names, and place."""
    exhibits = [TransferredExhibit(item, "PO/1", "0" * 64) for item in items]
    found = Papers({"s1": "safe 1", "s2": ""}, {"PO": "Producer One"})
    for k in (1, 2):
        found.transfers[k] = Transfer(
            case=CASE, transfer=k, at=at(0), releaser=Releaser("PO", "x", "y", []), to=to if k == 1 else "a lab",
            reason="x", exhibits=exhibits,
        )  # fmt: skip
    for k, (minute, place) in (received or {}).items():
        found.receipts[f"r{k}"] = Receipt(
            case=CASE,
            transfer=k,
            transfer_sha256="0" * 64,
            how="paper",
            at=at(minute),
            name="DC Smith",
            place=place,
        )
    return found


def gap(start: int, end: int | None, missing: str, why: str, number: int = 1) -> Gap:
    return Gap(f"E{number:04}", f"PO/{number}", at(start), None if end is None else at(end), missing, why)


def test_no_place_until_somebody_says() -> None:
    acts = log(added(1), added(2, 2), stored(5, "safe"))
    assert gaps(acts, papers()) == [gap(1, 5, "place", NO_PLACE), gap(2, None, "place", NO_PLACE, 2)]


def test_a_place_that_was_said_later() -> None:
    """The place since then; or, where a place was recorded since, or it changed hands, until that."""
    late = (9, "custody.store", {"item": "E0001", "place": "safe", "reason": "x", "since": at(3)})
    assert gaps(log(added(1), late), papers()) == [gap(1, 3, "place", NO_PLACE)]
    assert gaps(log(added(4), late), papers()) == []
    acts = log(settings(0, "s1"), added(1), transfer(5), late)
    assert gaps(acts, papers("E0001")) == [gap(5, None, "custodian and place", IN_TRANSIT)]
    acts = log(added(1), stored(6, "drive 2"), late)
    assert gaps(acts, papers()) == [gap(1, 3, "place", NO_PLACE)], (
        "the hole before the place that was said in time"
    )
    kept = [(k.start, k.end, k.place) for k in all_keepings(acts, papers())]
    assert kept == [(at(1), at(3), ""), (at(3), at(6), "safe"), (at(6), None, "drive 2")]
    acts = log(added(1), transfer(5), late)
    assert gaps(acts, papers("E0001")) == [
        gap(1, 3, "place", NO_PLACE), gap(5, None, "custodian and place", IN_TRANSIT)
    ]  # fmt: skip
    acts = log(settings(0, "s1"), added(1), stored(6, "drive 2"), late)
    assert [k.place for k in all_keepings(acts, papers())] == ["safe 1", "drive 2"], (
        "nothing in time is changed"
    )
    late[2]["since"] = at(30)  # after its own line: it counts from there
    assert gaps(log(added(1), late), papers()) == [gap(1, 9, "place", NO_PLACE)]


def test_a_place_from_the_settings_of_that_day() -> None:
    acts = log(added(1), settings(2, "s1"), added(3, 2), settings(4, "s2"), added(5, 3))
    assert [(g.item, g.start) for g in gaps(acts, papers())] == [("E0001", at(1)), ("E0003", at(5))]


def test_on_the_way_until_it_is_received() -> None:
    acts = log(settings(0, "s1"), added(1), transfer(3), receive(9))
    assert gaps(acts[:3], papers("E0001")) == [gap(3, None, "custodian and place", IN_TRANSIT)]
    assert gaps(acts, papers("E0001", received={1: (7, "room 2")})) == [], "somebody gave, somebody took"
    assert gaps(acts, papers("E0001", received={1: (7, "")})) == [
        gap(7, None, "place", "received; nobody said where it is kept")
    ]


@pytest.mark.parametrize(("day", "found"), [("21T21:03:00", 0), ("21T21:03:01", 1)])
def test_on_the_way_for_more_than_a_day(day: str, found: int) -> None:
    acts = log(settings(0, "s1"), added(1), transfer(3), receive(9))
    acts[-1]["at"] = f"2026-11-{day}.000000Z"
    long = papers("E0001", received={1: (9, "room 2")})
    long.receipts["r1"] = msgspec.structs.replace(long.receipts["r1"], at=acts[-1]["at"])
    assert [g.why for g in gaps(acts, long)] == ["on the way to the police"] * found


@pytest.mark.parametrize(("said", "counts"), [(2, 9), (3, 3), (9, 9), (12, 9)])
def test_a_receipt_counts_only_at_a_time_that_can_be(said: int, counts: int) -> None:
    """Not before the hand-over, not after the line that tells of it: else at that line."""
    acts = log(settings(0, "s1"), added(1), transfer(3), receive(9))
    found = all_keepings(acts, papers("E0001", received={1: (said, "room 2")}))
    assert (found[-1].custodian, found[-1].start) == ("DC Smith", at(counts))


def test_only_what_was_handed_over_is_on_the_way() -> None:
    acts = log(settings(0, "s1"), added(1), added(1, 2), transfer(3))
    assert [g.item for g in gaps(acts, papers("E0002"))] == ["E0002"]


def test_a_place_on_the_way_does_not_end_it() -> None:
    acts = log(settings(0, "s1"), added(1), transfer(3), stored(4, "car"), receive(9))
    assert gaps(acts[:4], papers("E0001")) == [
        gap(3, 4, "custodian and place", "on the way to the police"),
        gap(4, None, "custodian", IN_TRANSIT),
    ]
    assert gaps(acts, papers("E0001", received={1: (9, "")})) == []


def test_withdrawal_and_quarantine_end_no_custody() -> None:
    facts = {"item": "E0001", "reason": "x"}
    acts = log(settings(0, "s1"), added(1), (2, "item.withdraw", facts), (3, "item.quarantine", facts))
    assert gaps(acts, papers()) == []


def test_handed_on_before_the_first_receipt_came_back() -> None:
    acts = log(settings(0, "s1"), added(1), transfer(3), transfer(5, 2), receive(8, 1), receive(9, 2))
    found = gaps(acts, papers("E0001", received={1: (4, "room"), 2: (9, "lab")}))
    assert [(g.start, g.end) for g in found] == [(at(3), at(5))], "the first was never confirmed"
    keepings = all_keepings(acts, papers("E0001", received={1: (4, "room"), 2: (9, "lab")}))
    assert [(k.custodian, k.place) for k in keepings] == [
        ("Producer One", "safe 1"), ("", ""), ("", ""), ("DC Smith", "lab"),
    ]  # fmt: skip


def test_a_second_receipt_of_one_hand_over_moves_nothing() -> None:
    """On paper first, the signature came later."""
    acts = log(settings(0, "s1"), added(1), transfer(3), receive(4), stored(6, "lab"), receive(9))
    found = all_keepings(acts, papers("E0001", received={1: (4, "room 2")}))
    assert [(k.start, k.place) for k in found][-1] == (at(6), "lab")


def test_numbers_in_order() -> None:
    acts = log(added(1, 10_000), added(1, 9_999), added(1, 2))
    assert [g.item for g in gaps(acts, papers())] == ["E0002", "E9999", "E10000"]


@pytest.mark.parametrize(
    "acts",
    [
        [{"do": "item.add", "n": 0, "at": at(0)}],
        [{"do": "custody.store", "n": 0, "at": at(0), "item": []}],
        [{"do": "custody.transfer", "n": 0, "at": at(0)}],
    ],
)
def test_a_foreign_log(acts: list[dict[str, Any]]) -> None:
    with pytest.raises(CaseError):
        gaps(acts, papers())


def test_a_place_said_later_of_the_second_in_which_it_was_taken_in_and_put_away() -> None:
    """People read times off by the second; the hole between the two acts of one second is filled all the same."""
    acts = log(
        added(1),
        stored(1, "drive 2"),
        (9, "custody.store", {"item": "E0001", "place": "drive 0", "reason": "x"}),
    )
    acts[0]["at"], acts[1]["at"] = "2026-11-20T21:01:05.100000Z", "2026-11-20T21:01:05.900000Z"
    assert len(gaps(acts[:2], papers())) == 1
    acts[2]["since"] = "2026-11-20T21:01:05.000000Z"
    assert gaps(acts, papers()) == []
