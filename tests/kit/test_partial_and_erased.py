"""Both programs on what `export partial` and `erase` really make."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from handed_over import Handed
from honest_case import PASSPHRASE, START, Built

from abusekit.case.erasure import erase
from abusekit.case.folder import Case
from abusekit.export.partial import export_partial, plan_partial
from abusekit.integrity.keys import store as keys
from abusekit.integrity.keys.signing import StoredKey
from abusekit.integrity.sealing import seal
from abusekit.integrity.sealing.manifest import make_manifest
from abusekit.kit.writing import write_kit

LATER = START + timedelta(hours=3)


def both(
    handed: Handed, case: Path
) -> tuple[subprocess.CompletedProcess[str], subprocess.CompletedProcess[str]]:
    cas = [word for pem in sorted(handed.roots.iterdir()) for word in ("--ca", f"{pem.stem}={pem}")]
    python = [
        sys.executable,
        "-I",
        str(case / "kit/verify_case.py"),
        str(case),
        "--signers",
        str(handed.signers),
        *cas,
    ]
    shell = ["sh", str(case / "kit/verify.sh"), str(case), str(handed.signers), str(handed.roots)]
    first, second = (
        subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        for words in (python, shell)
    )
    return first, second


@pytest.fixture
def copy(handed: Handed, built: Built, tmp_path: Path) -> Path:
    case = Case.open(handed.case)
    plan = plan_partial(case, ["E0004", "E0006"])
    return export_partial(case, plan, tmp_path / "partial", trust=built.trust).folder


def test_a_partial_copy(handed: Handed, copy: Path) -> None:
    python, shell = both(handed, copy)
    assert python.returncode == 0, python.stdout
    assert python.stdout.splitlines()[-1].startswith("VERIFIED (PARTIAL: ")
    assert python.stdout.count("existed not later than") == 2
    assert shell.returncode == 7, shell.stdout
    assert "log-sha256 cannot be compared" in shell.stdout and "signed by me" in shell.stdout
    assert "logged" not in shell.stdout.replace("that the log names", ""), shell.stdout
    doubts = [line for line in shell.stdout.splitlines() if line.startswith("COULD-NOT-CHECK")]
    assert len(doubts) == 1 and "verify_case.py compares the root" in doubts[0], shell.stdout


def test_the_page_of_a_partial_copy_tells_nothing_of_the_rest(copy: Path) -> None:
    for name in ("VERIFY.txt", "VERIFY.html"):
        page = (copy / "kit" / name).read_text("utf-8")
        for word in ("E0001", "E0005", "PO/1", "alpha", "OP-1", "a wrong file", "manifest"):
            assert word not in page, (name, word)


def test_its_page_says_what_to_expect(copy: Path) -> None:
    page = " ".join((copy / "kit/VERIFY.txt").read_text("utf-8").split())
    assert "(PARTIAL …) as it should be in this copy" in page
    assert "verify.sh always ends with 7 here" in page


@pytest.mark.parametrize("sealed_again", [False, True])
def test_an_erased_case(handed: Handed, built: Built, sealed_again: bool) -> None:
    case = Case.open(handed.case)
    erase(case, "E0007", reason="a bystander", authority="court order 1", by="PO", now=LATER)
    if sealed_again:
        case = Case.open(handed.case)
        folder = make_manifest(case, by="PO", now=LATER)
        key = StoredKey("me", keys.load(built.store, "me", PASSPHRASE))
        seal.sign_seal(case, folder, key, by="PO", now=LATER)
    write_kit(handed.case)
    python, shell = both(handed, handed.case)
    assert python.returncode == 7 and "(ERASED: " in python.stdout.splitlines()[-1], python.stdout
    assert shell.returncode == 7 and "was erased by law" in shell.stdout, shell.stdout
    assert "WRONG" not in shell.stdout
    if sealed_again:
        newest = f"OK               seals/{folder.name}/seal.txt: the first"
        assert newest in shell.stdout, shell.stdout
