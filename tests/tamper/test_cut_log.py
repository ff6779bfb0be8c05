"""The newest lines are cut off the log, with all that they name: a tidy rollback."""

from __future__ import annotations

import shutil
from pathlib import Path

from forger import chained, entries, overwrite, raw_lines, store_lines
from honest_case import Suspect

from abusekit.integrity.findings import Status
from abusekit.integrity.sealing.manifest import parse_seal
from abusekit.integrity.sealing.marks import HighWater, note_mark


def _cut_back(root: Path) -> None:
    """To the state right behind the first seal's signature."""
    store_lines(root, raw_lines(root)[:9])
    for item in ("E0006", "E0007", "E0008"):
        shutil.rmtree(root / "evidence" / item)
    shutil.rmtree(root / "seals/000015")
    (root / "settings/0002.yaml").unlink()
    overwrite(root / "case.yaml", (root / "settings/0001.yaml").read_bytes())


def test_only_lines(suspect: Suspect) -> None:
    store_lines(suspect.root, raw_lines(suspect.root)[:-3])
    suspect.finds(1, "seal", Status.CHANGED, "seals/000015/seal.txt", says="covers 15 lines")


def test_cannot_be_seen_in_the_folder_alone(suspect: Suspect) -> None:
    """What no log can show, said as a test: only knowledge from outside tells."""
    _cut_back(suspect.root)
    assert suspect.verdict().exit_code == 0


def test_is_found_with_an_earlier_copy_of_a_seal(suspect: Suspect) -> None:
    kept = (suspect.root / "seals/000015/seal.txt").read_bytes()
    assert suspect.verdict(against=(("kept.txt", kept),)).exit_code == 0
    _cut_back(suspect.root)
    question = {"against": (("kept.txt", kept),)}
    found = suspect.finds(1, "against", Status.CHANGED, "custody/log.jsonl", says="cut back", **question)
    assert suspect.verdict(**question).findings[0] == found, "it comes first"


def test_a_seal_of_another_case_says_so_and_nothing_else(suspect: Suspect) -> None:
    case = suspect.verdict().case
    other = (
        (suspect.root / "seals/000015/seal.txt")
        .read_bytes()
        .replace(case.encode(), b"0" * 8 + case[8:].encode())
    )
    question = {"against": (("kept.txt", other),)}
    found = suspect.finds(
        1, "against", Status.CHANGED, "custody/log.jsonl", says="is it the right file?", **question
    )
    assert [f for f in suspect.verdict(**question).findings if f.check == "against"] == [found]


def test_is_found_by_the_mark_on_this_computer(suspect: Suspect, tmp_path: Path) -> None:
    seal = parse_seal((suspect.root / "seals/000015/seal.txt").read_bytes())
    note_mark(tmp_path / "marks", HighWater(seal.case, seal.size, seal.root, seal.sealed_at))
    marks = tmp_path / "marks"
    assert suspect.verdict(marks=marks).exit_code == 0
    _cut_back(suspect.root)
    suspect.finds(7, "against", Status.UNCHECKED, "custody/log.jsonl", says="cut back", marks=marks)


def test_the_mark_is_found_whatever_the_first_line_holds_besides(suspect: Suspect, tmp_path: Path) -> None:
    """The case is the one that `case` names, not the first text that looks like it."""
    seal = parse_seal((suspect.root / "seals/000015/seal.txt").read_bytes())
    note_mark(tmp_path / "marks", HighWater(seal.case, seal.size, seal.root, seal.sealed_at))
    acts = entries(suspect.root)[:1]
    acts[0]["a"] = {"case": "00000000-0000-4000-8000-000000000000"}
    store_lines(suspect.root, chained(acts))
    found = [f for f in suspect.verdict(marks=tmp_path / "marks").findings if f.check == "against"]
    assert [f.status for f in found] == [Status.UNCHECKED]
