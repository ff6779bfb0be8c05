"""Erasure as a way to make evidence go quietly: it takes its own lines and lists, and says so, or the case is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from forger import Entry, leaf, overwrite, raw_lines, spell, store_lines
from honest_case import START, Suspect

from abusekit.case.erasure import erase
from abusekit.case.folder import Case
from abusekit.integrity.findings import Status

REDACTED = "custody/log.redacted"


@pytest.fixture
def erased(suspect: Suspect) -> Suspect:
    """E0003 is erased: said, and nothing else is wrong."""
    case = Case.open(suspect.root)
    done = erase(
        case, "E0003", reason="it has to go", authority="court order 1", by="PO", now=START.replace(day=24)
    )
    assert (done.lines, len(done.removed)) == ([3], 4)
    suspect.finds(7, "log", Status.UNCHECKED, REDACTED, says="line 4 is ERASED, as line 18 says")
    verdict = suspect.verdict()
    assert verdict.sentence == "NOT FULLY CHECKED (ERASED: 1 of 18 lines are erased)"
    assert not (suspect.root / "evidence/E0003").exists()
    return suspect


def lines_of(suspect: Suspect) -> list[bytes]:
    return (suspect.root / REDACTED).read_bytes().split(b"\n")[:-1]


def restate(suspect: Suspect, **members: Any) -> None:
    """Write the act of erasure, which is the last line, with other members."""
    lines = lines_of(suspect)
    act: Entry = {**json.loads(lines[-1]), **members}
    store_lines(suspect.root, [*lines[:-1], spell(act)], "log.redacted")


def test_another_line_goes_without_a_word(erased: Suspect) -> None:
    """It is a partial copy then, and says so; its files have to go, too."""
    lines = lines_of(erased)
    lines[4] = leaf(lines[4]).hex().encode()
    store_lines(erased.root, lines, "log.redacted")
    erased.finds(1, "unlisted", Status.UNLISTED, "evidence/E0004/photo.jpg")
    assert erased.verdict().partial == "PARTIAL"


@pytest.mark.parametrize(
    "path",
    [
        "evidence/E0004/photo.jpg",
        "evidence/E0004/item.json",
        "seals/000015/seal.txt",
        "seals/000015/seal.txt.me.sig",
        "settings/0001.yaml",
        "custody/log.redacted",
        "seals/000015/../../evidence/E0004/photo.jpg",
    ],
)
def test_evidence_of_others_is_said_to_have_gone_along(erased: Suspect, path: str) -> None:
    restate(erased, removed=[path])
    erased.finds(1, "log", Status.CHANGED, REDACTED, says="does not go with line 4")


def test_the_list_of_a_seal_that_does_not_name_it(erased: Suspect) -> None:
    """A seal over lines before the erased one names none of its files."""
    restate(erased, removed=["seals/000003/manifest-sha256.txt"])
    erased.finds(1, "log", Status.CHANGED, REDACTED, says="does not go with line 4")


def test_a_list_that_goes_twice(erased: Suspect) -> None:
    restate(erased, removed=["seals/000015/salt.txt"] * 2)
    erased.finds(1, "log", Status.CHANGED, REDACTED, says="does not go with line 4")


@pytest.mark.parametrize("removed", ["seals/000015/salt.txt", {"a": 1}, [7], [["x"]], [None], 5])
def test_what_is_no_list_of_paths(erased: Suspect, removed: object) -> None:
    restate(erased, removed=removed)
    assert erased.verdict().exit_code == 1


@pytest.mark.parametrize("line", [0, 17, 18, 99, -1, True, "3", None, 3.0])
def test_a_line_that_cannot_be_erased(erased: Suspect, line: object) -> None:
    if isinstance(line, float):
        lines = lines_of(erased)
        store_lines(erased.root, [*lines[:-1], lines[-1].replace(b'"line":3', b'"line":3.0')], "log.redacted")
    else:
        restate(erased, line=line)
    assert erased.verdict().exit_code == 1


def test_the_wrong_line_is_named(erased: Suspect) -> None:
    restate(erased, line=4)
    erased.finds(1, "log", Status.CHANGED, REDACTED, says="line 5 is erased, but it is there")
    assert erased.verdict().partial == "PARTIAL"


def test_lists_that_went_without_a_word(erased: Suspect) -> None:
    restate(erased, removed=["seals/000007/manifest-sha256.txt", "seals/000007/salt.txt"])
    erased.finds(1, "seal", Status.MISSING, "seals/000015/manifest-sha256.txt")


def test_a_list_is_put_back(erased: Suspect, built: Any) -> None:
    path = "seals/000015/manifest-sha256.txt"
    overwrite(erased.root / path, (built.root / path).read_bytes())
    erased.finds(1, "seal", Status.CHANGED, path, says="went with what was erased")


def test_the_files_are_put_back(erased: Suspect, built: Any) -> None:
    path = "evidence/E0003/text.txt"
    overwrite(erased.root / path, (built.root / path).read_bytes())
    erased.finds(1, "unlisted", Status.UNLISTED, path)


def test_the_hash_is_another(erased: Suspect) -> None:
    lines = lines_of(erased)
    store_lines(erased.root, [*lines[:3], b"0" * 64, *lines[4:]], "log.redacted")
    erased.finds(1, "log", Status.CHANGED, REDACTED, says="does not continue the chain")


def test_the_erasure_is_cut_off(erased: Suspect) -> None:
    """Then the line is only withheld, and it shows: the acts of sealing stand without their lists."""
    lines = lines_of(erased)
    store_lines(erased.root, lines[:-1], "log.redacted")
    verdict = erased.verdict()
    assert (verdict.exit_code, verdict.partial) == (0, "PARTIAL")


def test_a_whole_log_with_an_erasure_in_it(suspect: Suspect) -> None:
    """Somebody says that it is erased, and lets the list go: but the line is there."""
    from forger import chained, entries

    act = {"do": "line.erase", "line": 3, "item": "E0003", "reason": "x", "authority": "y", "by": "PO"}
    known = entries(suspect.root)
    act |= {"at": known[-1]["at"], "salt": "0" * 32, "removed": ["seals/000015/salt.txt"]}
    assert raw_lines(suspect.root)
    store_lines(suspect.root, chained([*known, act]))
    overwrite(suspect.root / "seals/000015/salt.txt", b"")
    (suspect.root / "seals/000015/salt.txt").unlink()
    suspect.finds(1, "log", Status.CHANGED, "custody/log.jsonl", says="is erased, but it is there")
