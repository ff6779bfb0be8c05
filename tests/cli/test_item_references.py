"""Items as people name them: ids, sloppy ids, exhibit references, ranges, wherever an ITEM is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import Abusekit, log_lines


@pytest.mark.parametrize("typed", ["E0003", "e0003", "E3", "e03", " E0003 ", "PO/3", "po/3", "PO/03"])
def test_one_item(abusekit: Abusekit, full_case: Path, typed: str) -> None:
    assert abusekit("show", "--case", full_case, typed, "--json", expect=0).answer["item"] == "E0003"


def test_several_each_once_in_their_order(abusekit: Abusekit, full_case: Path) -> None:
    said = ("tag", "--case", full_case, "PO/5", "E2-E0003", "e1..2", "--add", "x", "--json")
    assert abusekit(*said, expect=0).answer["items"] == ["E0005", "E0002", "E0003", "E0001"]
    listed = abusekit("list", "--case", full_case, "E0002-4", "--json", expect=0).answer["items"]
    assert [one["item"] for one in listed] == ["E0002", "E0003", "E0004"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "{}"),
        ("list", "{}"),
        ("tag", "{}", "--add", "x"),
        ("tag", "E0001", "{}", "--add", "x"),
        ("withdraw", "{}", "--reason", "x"),
        ("verify-note", "{}", "--by", "x"),
        ("custody", "log", "--item", "{}"),
        ("custody", "store", "{}", "--place", "x", "--reason", "x"),
        ("note", "text", "--corrects", "{}"),
        ("timeline", "--item", "{}"),
    ],
    ids=" ".join,
)
def test_every_command_says_that_there_is_none(
    abusekit: Abusekit, full_case: Path, arguments: tuple[str, ...]
) -> None:
    before = log_lines(full_case)
    words = [word.replace("{}", "E9999") for word in arguments]
    ended = abusekit(*words, "--case", full_case, expect=2)
    assert "no item E9999" in ended.err and "the case holds 5 items" in ended.err
    assert ended.out == "" and log_lines(full_case) == before


@pytest.mark.parametrize("typed", ["AB/1", "E0004-E0009", "E" + "9" * 30, "nothing", "E", ""])
def test_none_such(abusekit: Abusekit, full_case: Path, typed: str) -> None:
    ended = abusekit("list", typed, "--case", full_case, expect=2)
    assert f"no item {typed}" in ended.err and ended.out == ""


def test_a_range_that_runs_backwards(abusekit: Abusekit, full_case: Path) -> None:
    ended = abusekit("list", "e3-e1", "--case", full_case, expect=2)
    assert "runs backwards" in ended.err and "E0001-E0003" in ended.err


def test_every_command_takes_an_exhibit_reference(abusekit: Abusekit, full_case: Path) -> None:
    where = ("--case", full_case)
    assert "E0005: read" in abusekit("verify-note", "PO/5", "--by", "the victim", *where, expect=0).out
    assert (
        "E0005: kept"
        in abusekit("custody", "store", "po/5", "--place", "safe", "--reason", "copy", *where, expect=0).out
    )
    assert len(abusekit("custody", "log", "--item", "PO/5", *where, expect=0).out.splitlines()) == 3
    abusekit("note", "At nine.", "--corrects", "PO/5", *where, expect=0)
    rows = abusekit("timeline", "--item", "PO/5", *where, expect=0).out
    assert "E0005" in rows and "E0001" not in rows
    abusekit("withdraw", "PO/5", "--reason", "wrong", *where, expect=0)
    assert abusekit.items(full_case)[4]["withdrawn"] == "wrong"


def test_a_range_is_no_single_item(abusekit: Abusekit, full_case: Path) -> None:
    ended = abusekit("show", "--case", full_case, "E0001-E0003", expect=2)
    assert "means 3 items" in ended.err and "name one" in ended.err


def test_what_could_be_two_things_is_not_chosen(abusekit: Abusekit, tmp_path: Path) -> None:
    """With the style {initials}{n}, a producer E writes E1, which reads as an item, too."""
    abusekit(
        "init", "c1", "--yes", "--ref", "OP-1", "--timezone", "UTC", "--exhibit-style", "{initials}{n}",
        "--producer", "AB:Anna Brown:x", "--producer", "E:Eve Smith:x", expect=0,
    )  # fmt: skip
    for name, by in (("a", "AB"), ("b", "E")):
        (tmp_path / f"{name}.txt").write_text(name)
        abusekit("add", "--case", "c1", f"{name}.txt", "--as", by, expect=0)
    ended = abusekit("show", "--case", "c1", "E1", expect=2)
    assert "E1 is item E0001, and the exhibit reference of E0002" in ended.err
    assert abusekit("show", "--case", "c1", "E0001", "--json", expect=0).answer["exhibit"] == "AB1"
    assert abusekit("show", "--case", "c1", "ab1", "--json", expect=0).answer["item"] == "E0001"
