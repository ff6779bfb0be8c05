"""`abusekit note` and `verify-note`: the diary."""

from __future__ import annotations

from pathlib import Path

import pytest
from capture_lists import stored
from command_runner import Abusekit, log_lines, typed_on_a_terminal


def entry(case: Path, number: int = -1) -> dict[str, object]:
    facts: dict[str, object] = stored(case)[number]["facts"]["entry"]
    return facts


def test_in_the_person_s_own_words(abusekit: Abusekit, case: Path) -> None:
    ended = abusekit(
        "note", "--case", case, "He stood at the gate.", "--at", "2026-06-15T22:10", "--noticed",
        "2026-06-16T07:00+01:00", "--effect", "could not sleep", "--action", "rang Sam", "--place", "home", expect=0,
    )  # fmt: skip
    assert ended.out.split()[:2] == ["E0001", "PO/1"] and "verify-note E0001" in ended.err
    facts = entry(case)
    assert (facts["text"], facts["effect"], facts["action"], facts["place"]) == (
        "He stood at the gate.", "could not sleep", "rang Sam", "home",
    )  # fmt: skip
    assert facts["source"] == "seen" and facts["told_by"] is None
    assert facts["event"]["utc"].startswith("2026-06-15T21:10")  # type: ignore[index]  # British Summer Time
    assert (case / "evidence/E0001/note.txt").read_text().endswith("\nHe stood at the gate.\n")
    abusekit.verified(case)


def test_standard_input(abusekit: Abusekit, case: Path) -> None:
    text = "First line\nзweite — 🙂\n"
    abusekit("note", "--case", case, "-", input=text, expect=0)
    abusekit("note", "--case", case, input="without a dash\n", expect=0)
    assert entry(case, 0)["text"] == text and entry(case, 1)["text"] == "without a dash\n"


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"caf\xe9", b"x" * 100_001], ids=["nothing", "blanks", "latin-1", "too-long"]
)
def test_standard_input_that_is_no_entry(abusekit: Abusekit, case: Path, data: bytes) -> None:
    ended = abusekit("note", "--case", case, "-", input=data, expect=2)
    assert "→" in ended.err and log_lines(case) == 1


def editor(tmp_path: Path, script: str) -> dict[str, str]:
    path = tmp_path / "editor.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {"EDITOR": str(path), "VISUAL": str(path), "TERM": "dumb"}


def test_the_editor(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit.environment |= editor(tmp_path, 'sleep 0.02; printf "written in the editor\\n" > "$1"')
    code, seen = typed_on_a_terminal(abusekit, ("note", "--case", str(case), "--at", "2026-06-15"), [])
    assert code == 0, seen
    assert entry(case)["text"] == "written in the editor\n"


def test_an_editor_that_saves_nothing(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    abusekit.environment |= editor(tmp_path, "exit 0")
    code, seen = typed_on_a_terminal(abusekit, ("note", "--case", str(case)), [])
    assert code == 2 and "nothing was written" in seen
    abusekit.environment |= {"EDITOR": "/no/such/editor", "VISUAL": "/no/such/editor"}
    code, seen = typed_on_a_terminal(abusekit, ("note", "--case", str(case)), [])
    assert code == 2 and "no editor could be started" in seen
    assert log_lines(case) == 1


def test_told_by_somebody(abusekit: Abusekit, case: Path) -> None:
    abusekit("note", "--case", case, "A car stood there.", "--told-by", "the neighbour", expect=0)
    assert entry(case)["source"] == "told" and entry(case)["told_by"] == "the neighbour"


def test_told_by_nobody_is_not_seen_oneself(abusekit: Abusekit, case: Path) -> None:
    assert "by whom is missing" in abusekit("note", "--case", case, "A car.", "--told-by", " ", expect=2).err
    assert "by whom is missing" in abusekit("note", "--case", case, "A car.", "--told-by", "", expect=2).err


def test_without_a_time_a_word_is_said(abusekit: Abusekit, case: Path) -> None:
    assert "--at" in abusekit("note", "--case", case, "Something.", expect=0).err
    assert entry(case)["event"] is None


def test_a_correction_is_a_new_entry(abusekit: Abusekit, case: Path) -> None:
    abusekit("note", "--case", case, "At eight.", expect=0)
    before = (case / "evidence/E0001/note.txt").read_bytes()
    abusekit("note", "--case", case, "At nine.", "--corrects", "e0001", expect=0)
    assert entry(case)["corrects"] == "E0001" and (case / "evidence/E0001/note.txt").read_bytes() == before
    (case.parent / "a.txt").write_text("a")
    abusekit("add", "--case", case, "a.txt", expect=0)
    assert "not a diary entry" in abusekit("note", "--case", case, "x", "--corrects", "E0003", expect=2).err
    assert "no item" in abusekit("note", "--case", case, "x", "--corrects", "E0099", expect=2).err


@pytest.mark.parametrize(
    "time",
    [
        "2025-10-26T01:30",
        "2026-03-29T01:30",
        "12/06/2026",
        "06/12/2026 10:00",
        "yesterday",
        "22:10",
        "2026-06-15 25:00",
        "2026-02-30",
        "2999-01-01",
        "",
        " ",
    ],
)
def test_times_that_are_not_clear(abusekit: Abusekit, case: Path, time: str) -> None:
    """The clocks go back (twice) and forward (never), a day and a month that can be swapped, the future."""
    ended = abusekit("note", "--case", case, "text", "--at", time)
    assert ended.code == 2 and "→" in ended.err, ended
    assert log_lines(case) == 1
    if not time.startswith("2999"):
        assert any(sign in ended.err for sign in ("2026-", "2025-", "+0")), "an example helps"


def test_somebody_stands_by_it(abusekit: Abusekit, case: Path) -> None:
    abusekit("note", "--case", case, "text", expect=0)
    assert abusekit.items(case)[0]["verified"] is False
    abusekit(
        "verify-note", "--case", case, "e0001", "--by", "the victim", "--comment", "as I said it", expect=0
    )
    assert abusekit.items(case)[0]["verified"] is True
    shown = abusekit("show", "--case", case, "E0001", expect=0).out
    assert "verified   by the victim" in shown
    (last,) = abusekit("custody", "log", "--case", case, "--json").answer["entries"][-1:]
    assert (last["do"], last["item"], last["verified_by"], last["comment"]) == (
        "item.verify",
        "E0001",
        "the victim",
        "as I said it",
    )


def test_nobody_stands_by_a_photo(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    abusekit("add", "--case", case, "a.txt", expect=0)
    assert "not a diary entry" in abusekit("verify-note", "--case", case, "E0001", "--by", "x", expect=2).err
    assert "no item" in abusekit("verify-note", "--case", case, "E0009", "--by", "x", expect=2).err
    assert "--by" in abusekit("verify-note", "--case", case, "E0001", expect=2).err
    assert "--by" in abusekit("verify-note", "--case", case, "E0001", "--by", " ", expect=2).err
    assert log_lines(case) == 2


def test_words_without_quotes(abusekit: Abusekit, case: Path) -> None:
    ended = abusekit("note", "--case", case, "He", "stood", "there", expect=2)
    assert "put the words in quotes" in ended.err and log_lines(case) == 1
