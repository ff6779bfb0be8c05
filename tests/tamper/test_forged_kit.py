"""The programs and pages in kit/ are for others: no evidence, and no hiding place; a forged program is named."""

from __future__ import annotations

import pytest
from forger import flip, overwrite
from honest_case import Suspect

from abusekit.integrity.findings import Status
from abusekit.kit.writing import write_kit


def test_is_a_note(suspect: Suspect) -> None:
    write_kit(suspect.root)
    suspect.finds(0, "kit", Status.NOTE, "kit")


@pytest.mark.parametrize("name", ["verify.sh", "verify_case.py"])
def test_a_forged_program(suspect: Suspect, name: str) -> None:
    write_kit(suspect.root)
    flip(suspect.root / "kit" / name, -2)
    suspect.finds(7, "kit", Status.UNCHECKED, f"kit/{name}", says="get your own copy")


def test_a_program_that_always_agrees(suspect: Suspect) -> None:
    write_kit(suspect.root)
    overwrite(suspect.root / "kit/verify_case.py", b"print('VERIFIED')\n")
    suspect.finds(7, "kit", Status.UNCHECKED, "kit/verify_case.py")


def test_an_endless_program(suspect: Suspect) -> None:
    write_kit(suspect.root)
    with (suspect.root / "kit/verify.sh").open("r+b") as out:
        out.truncate(50_000_000_000)
    suspect.finds(7, "kit", Status.UNCHECKED, "kit/verify.sh")


@pytest.mark.parametrize("path", ["kit/json.py", "kit/VERIFY.html/x", "kit/more/evidence.jpg", "kit/.hidden"])
def test_anything_else_in_it(suspect: Suspect, path: str) -> None:
    overwrite(suspect.root / path, b"x")
    check, at = ("names", "kit/.hidden") if path.endswith("hidden") else ("unlisted", path)
    suspect.finds(1, check, Status.UNLISTED, at)


def test_a_page_gone(suspect: Suspect) -> None:
    write_kit(suspect.root)
    (suspect.root / "kit/VERIFY.html").unlink()
    assert suspect.verdict().exit_code == 0
