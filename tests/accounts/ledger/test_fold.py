"""The fold: one account for each stable id, whatever the order of the items, and never two ids in one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_cases import instant

from abusekit.accounts.keys import of_page
from abusekit.accounts.ledger.fold import fold
from abusekit.accounts.ledger.observed import ItemAccounts, Sighting, seen_from_to
from abusekit.accounts.model import STABLE, Account, Ledger, Status, Where

HANDLES = ("a", "b", "c")


def look(item: str, id: str, handle: str, day: int, gone: bool) -> ItemAccounts:
    """A capture of one account; gone: it only said that the account is not there."""
    found = ItemAccounts(item)
    named = of_page("x", id, handle)
    assert named is not None
    shown = found.show(named)
    shown.places = 1
    at = seen_from_to(instant(day), instant(day), "Europe/London", "capture")
    if gone:
        shown.statuses.append(Status("gone", at, Where(item), "gone"))
    else:
        shown.sightings.append(Sighting("handle", handle, at, at, (Where(item),), 1, "platform"))
    return found


@st.composite
def looks(draw: st.DrawFn) -> list[ItemAccounts]:
    stated = st.tuples(
        st.sampled_from(["", "1", "2"]), st.sampled_from(HANDLES), st.integers(1, 28), st.booleans()
    )
    return [look(f"E{number:04}", *one) for number, one in enumerate(draw(st.lists(stated, max_size=12)), 1)]


def without_numbers(ledger: Ledger) -> dict[str, Account]:
    def bare(account: Account) -> Account:
        return replace(account, number=0, items=dict(sorted(account.items.items())), alarms=[])

    return {key: bare(account) for key, account in sorted(ledger.accounts.items())}


def alarms(ledger: Ledger) -> Counter[Any]:
    return Counter((alarm.kind, frozenset(alarm.accounts)) for alarm in ledger.alarms)


@settings(max_examples=150, deadline=None)
@given(looks(), st.randoms(use_true_random=False))
def test_the_order_of_the_items_changes_the_numbers_only(items: list[ItemAccounts], chance: Any) -> None:
    before = fold(items)
    shuffled = list(items)
    chance.shuffle(shuffled)
    after = fold(shuffled)
    assert without_numbers(before) == without_numbers(after)
    assert alarms(before) == alarms(after)
    assert sorted(one.number for one in after.accounts.values()) == list(range(1, len(after.accounts) + 1))


@settings(max_examples=150, deadline=None)
@given(looks())
def test_no_two_ids_are_ever_one_account(items: list[ItemAccounts]) -> None:
    ledger = fold(items)
    shown = {one.item: next(iter(one.shown.values())).named for one in items}
    for account in ledger.accounts.values():
        named = {shown[item] for item in account.items}
        ids = {one.id for one in named if one.basis in STABLE}
        assert len(ids) <= 1
        assert not (ids and account.weak), "a handle alone never joins an account with an id"
    places = sum(count for account in ledger.accounts.values() for count in account.items.values())
    assert places == len(items), "nothing is lost, and nothing counted twice"


@given(looks())
def test_spans_hold_every_sighting_once(items: list[ItemAccounts]) -> None:
    ledger = fold(items)
    sightings = sum(len(shown.sightings) for one in items for shown in one.shown.values())
    assert sum(span.count for account in ledger.accounts.values() for span in account.spans) == sightings
    for account in ledger.accounts.values():
        starts = [span.first.earliest for span in account.spans]
        assert starts == sorted(starts)
        assert all(span.where for span in account.spans)


def test_reuse_is_told_for_every_handle_that_two_ids_had() -> None:
    ledger = fold(
        [
            look("E0001", "1", "a", 1, False),
            look("E0002", "1", "b", 2, False),
            look("E0003", "2", "A", 3, False),
        ]
    )
    assert alarms(ledger) == Counter({("handle-reuse", frozenset({"x:1", "x:2"})): 1})
    assert "x:1 (2026-03-01" in ledger.alarms[0].text and "x:2 (2026-03-03" in ledger.alarms[0].text
