"""`erase`: what the law asks to go is gone, is told, and was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import Abusekit, typed_on_a_terminal

WHY = ("--reason", "a bystander", "--authority", "court order 12/2026")


def test_it_goes_and_the_case_says_so(abusekit: Abusekit, full_case: Path) -> None:
    ended = abusekit("erase", "po/4", "--case", full_case, *WHY, "--yes", expect=0)
    assert ended.out == "E0004: erased; 2 files and 1 lines of the log are gone\n"
    for word in ("evidence/E0004/item.json", "lists of files of 1 seals", "not reached: copies, backups"):
        assert word in ended.err
    assert not (full_case / "evidence/E0004").exists()
    checked = abusekit("verify", full_case, expect=7)
    assert "is ERASED, as line" in checked.out and "(ERASED: 1 of" in checked.out.splitlines()[-1]
    assert [one["item"] for one in abusekit.items(full_case)] == ["E0001", "E0002", "E0003", "E0005"]
    abusekit("note", "--case", full_case, "He came again.", expect=0)
    abusekit("seal", "--case", full_case, "--key", "me", expect=0)
    answer = abusekit("verify", full_case, "--json", expect=7).answer
    assert (answer["partial"], answer["erased"], answer["withheld"]) == ("ERASED", 1, 1)
    assert {f["status"] for f in answer["findings"]} <= {"ok", "note", "could-not-check"}
    abusekit("timeline", "--case", full_case, expect=0)
    abusekit("show", "E0006", "--case", full_case, expect=0)
    log = abusekit("custody", "log", "--case", full_case, expect=0).out
    assert "line.erase" in log and "court order 12/2026" in log
    for words in (("erase", "E0004", *WHY, "--yes"), ("show", "e4")):
        refused = abusekit(*words, "--case", full_case, expect=2)
        assert "E0004 was erased on 20" in refused.err and "court order 12/2026" in refused.err
    assert "erased: E0004 on 20" in abusekit("list", "--case", full_case, expect=0).err
    assert abusekit("list", "--case", full_case, "--json", expect=0).answer["erased"] == ["E0004"]


def test_json(abusekit: Abusekit, full_case: Path) -> None:
    answer = abusekit("erase", "E0004", "--case", full_case, *WHY, "--yes", "--json", expect=0).answer
    assert answer["item"] == "E0004" and len(answer["lines"]) == 1 and len(answer["removed"]) == 2
    assert "evidence/E0004/item.json" in answer["files"]


def test_the_same_bytes_in_another_item_are_told(abusekit: Abusekit, full_case: Path, site: object) -> None:
    listed = abusekit("list", "E0001", "--case", full_case, "--reveal", "--json", expect=0).answer["items"]
    address = listed[0]["address"]
    abusekit("capture", "--case", full_case, "--again", "--delay", "0", address)
    ended = abusekit("erase", "E0001", "--case", full_case, *WHY, "--yes", expect=0)
    assert "NOT erased, of the same address or with the same bytes: E0006" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        ("E0004", *WHY),
        ("E0004", "--reason", " ", "--authority", "x", "--yes"),
        ("E0004", "--reason", "x", "--authority", " ", "--yes"),
        ("E0004", "--reason", "x", "--yes"),
        ("E0009", *WHY, "--yes"),
        ("E0003-E0004", *WHY, "--yes"),
        ("E0004", *WHY, "--yes", "--police-agreed", "DC 1"),
    ],
)
def test_refused(abusekit: Abusekit, full_case: Path, words: tuple[str, ...]) -> None:
    before = {p: p.read_bytes() for p in full_case.rglob("*") if p.is_file()}
    abusekit("erase", "--case", full_case, *words, expect=2)
    assert {p: p.read_bytes() for p in full_case.rglob("*") if p.is_file()} == before


def test_in_quarantine_only_with_the_police(abusekit: Abusekit, full_case: Path) -> None:
    abusekit("quarantine", "E0003", "--case", full_case, "--reason", "x", "--seen-by", "nobody", expect=0)
    refused = abusekit("erase", "E0003", "--case", full_case, *WHY, "--yes", expect=2)
    assert "the police decide" in refused.err and "101" in refused.err
    assert (full_case / "evidence/E0003/item.json").exists()
    ended = abusekit(
        "erase",
        "E0003",
        "--case",
        full_case,
        *WHY,
        "--yes",
        "--police-agreed",
        "DC 1234, by letter",
        expect=0,
    )
    assert "E0003: erased" in ended.out
    log = abusekit("custody", "log", "--case", full_case, "--json", expect=0).answer["entries"]
    assert log[-1]["authority"] == "court order 12/2026; the police agreed: DC 1234, by letter"
    assert not [entry for entry in log if entry["do"] == "item.quarantine"]


@pytest.mark.parametrize(("typed", "gone"), [("E0004", True), ("yes", False)])
def test_asked_on_a_terminal(abusekit: Abusekit, full_case: Path, typed: str, gone: bool) -> None:
    code, shown = typed_on_a_terminal(abusekit, ("erase", "E0004", "--case", str(full_case), *WHY), [typed])
    assert (code, "Type E0004 to erase it" in shown) == (0 if gone else 2, True)
    assert (full_case / "evidence/E0004").exists() is not gone
