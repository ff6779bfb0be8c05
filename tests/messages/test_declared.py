"""Declarations: replayed from the log, taken back by a line more."""

from __future__ import annotations

import pytest

from abusekit.errors import UsageError
from abusekit.messages.declared import check, declarations, read_mapping


def act(n: int, name: str, value: str, item: str = "E0001") -> dict[str, object]:
    return {
        "do": "item.declare",
        "n": n,
        "by": "PO",
        "at": "2026-11-24T00:00:00Z",
        "item": item,
        "declared": name,
        "value": value,
    }


def test_the_newest_counts_and_an_empty_one_takes_back() -> None:
    said = [
        act(3, "timezone", "Europe/London"),
        act(4, "timezone", "+05:30"),
        act(5, "order", "DMY", "E0002"),
    ]
    found = declarations(said)  # type: ignore[arg-type]
    assert found["E0001"].value("timezone") == "+05:30" and found["E0001"].by("timezone") == "PO"
    assert found["E0002"].value("order") == "DMY" and found["E0002"].value("timezone") == ""
    found = declarations([*said, act(6, "timezone", "")])  # type: ignore[arg-type]
    assert found["E0001"].value("timezone") == ""


def test_several_items_can_hold_keys() -> None:
    found = declarations([act(1, "keys", "E0003"), act(2, "keys", "E0004"), act(3, "keys", "E0003")])  # type: ignore[arg-type]
    assert found["E0001"].values("keys") == ["E0004", "E0003"]


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("timezone", " Europe/London ", "Europe/London"),
        ("timezone", "+05:30", "+05:30"),
        ("order", "dmy", "DMY"),
        ("owner", "Jo Reyes", "Jo Reyes"),
        ("mapping", '{ "time": "Date" }', '{"time":"Date"}'),
    ],
)
def test_values_in_their_one_spelling(name: str, value: str, kept: str) -> None:
    assert check(name, value) == kept


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("zone", "Europe/London"),
        ("timezone", "London time"),
        ("timezone", "../../etc/passwd"),
        ("timezone", "+29:00"),
        ("order", "DYM"),
        ("keys", "../E0001"),
        ("owner", "x" * 9_000),
        ("mapping", "[]"),
        ("mapping", '{"time": 1}'),
        ("mapping", "{"),
    ],
)
def test_what_is_no_declaration_is_refused(name: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        check(name, value)
    assert caught.value.hint


def test_a_mapping_names_columns() -> None:
    assert read_mapping(b'{"time": "Date", "text": "Message"}') == {"time": "Date", "text": "Message"}
    with pytest.raises(UsageError):
        read_mapping(b"{}")
