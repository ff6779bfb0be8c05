"""Which captures bear each other out."""

from __future__ import annotations

from typing import Any

import pytest

from abusekit.capture.corroboration import MOST, Corroborations
from abusekit.case.decisions import Standing, standings
from abusekit.case.records import Item, grade


def capture(item: str, who: str, **changes: Any) -> Item:
    facts = changes.pop("facts", {})
    told: dict[str, Any] = {
        "case": "", "exhibit": "", "kind": "capture", "at": "", "local": "", "zone": "", "role": "", "tool": {},
        "files": [], "source": {"address": changes.pop("address", "https://example.org/1")}, "facts": facts,
    } | changes  # fmt: skip
    return Item(id=item, who=who, **told)


def bears_out(first: Item, second: Item, **standing: Any) -> bool:
    """Whether the second bears the first out."""
    known = {first.id: Standing(), second.id: Standing(**standing)}
    return Corroborations.over([first, second], known).of(first.id) == [second.id]


FIRST = capture("E0001", "PO")


def text(*texts: str) -> dict[str, Any]:
    return {"page_facts": [{"name": "post.text", "value": one, "where": ""} for one in texts]}


def test_another_producer_who_captured_it_exactly() -> None:
    assert bears_out(FIRST, capture("E0002", "P2"))
    assert bears_out(capture("E0001", "PO", facts=text("a", "b")), capture("E0002", "P2", facts=text("b")))
    assert bears_out(capture("E0001", "PO", outcome="timeout"), capture("E0002", "P2"))


@pytest.mark.parametrize(
    "second",
    [
        capture("E0002", "PO"),
        capture("E0002", "P2", address="https://example.org/2"),
        capture("E0002", "P2", fidelity="decoded"),
        capture("E0002", "P2", fidelity="exact-partial"),
        capture("E0002", "P2", outcome="login-wall"),
        capture("E0002", "P2", facts={"recheck": {"verdict": "edited"}}),
        capture("E0002", "P2", facts={"recheck": {"verdict": "deleted"}}),
        capture("E0002", "P2", facts={"markers": [{"kind": "login-wall", "confidence": "medium"}]}),
        capture("E0002", "P2", facts={"markers": ["?"]}),
        capture("E0002", "P2", kind="file"),
    ],
)
def test_what_bears_out_nothing(second: Item) -> None:
    assert not bears_out(FIRST, second)


def test_another_text_of_the_post() -> None:
    assert not bears_out(capture("E0001", "PO", facts=text("a")), capture("E0002", "P2", facts=text("b")))


@pytest.mark.parametrize("standing", [{"withdrawn": "twice"}, {"quarantined": "2026-01-01T00:00:00Z"}])
def test_what_is_out_of_use(standing: dict[str, Any]) -> None:
    assert not bears_out(FIRST, capture("E0002", "P2"), **standing)


def test_said_and_captured_are_one_list() -> None:
    entries: list[dict[str, Any]] = [{"do": "item.add", "item": f"E000{n}"} for n in range(1, 5)]
    entries += [{"do": "item.corroborate", "item": "E0001", "by_item": other} for other in ("E0004", "E0002")]
    items = [FIRST, capture("E0002", "P2"), capture("E0003", "P3")]
    found = Corroborations.over(items, standings(entries))
    assert found.of("E0001") == ["E0004", "E0002", "E0003"]
    assert found.captured("E0002") == ["E0001", "E0003"] and found.of("E0009") == []


def test_very_many_captures_of_one_address() -> None:
    items = [capture(f"E{n:04}", f"P{n % 3}") for n in range(1, 3000)]
    found = Corroborations.over(items, {item.id: Standing() for item in items})
    assert all(len(found.of(item.id)) == MOST for item in items)


def test_grade_a_needs_both() -> None:
    from abusekit.case.records import Legs

    whole = capture("E0001", "PO", legs=Legs(True, True, True))
    assert grade(whole, stamped=True, corroborated=True) == ("A", [])
    assert grade(whole, stamped=True) == ("B", ["nothing independent in the case shows the same"])
    assert grade(whole, corroborated=True)[0] == "C"
    partial = capture("E0001", "PO", legs=Legs(True, True, True), fidelity="exact-partial")
    assert grade(partial, stamped=True, corroborated=True) == (
        "B",
        ["the recording is exact-partial, not exact"],
    )
