"""The programs and pages in kit/ are for others: no evidence, and no hiding place; a forged program is named."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from forger import flip, overwrite
from honest_case import Suspect

from abusekit import __version__
from abusekit.integrity.checks import kitcheck
from abusekit.integrity.findings import Status
from abusekit.kit.programs import verify_case
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


@pytest.mark.parametrize("name", ["VERIFY.html", "VERIFY.txt"])
def test_a_page_as_a_hiding_place(suspect: Suspect, name: str) -> None:
    write_kit(suspect.root)
    overwrite(suspect.root / "kit" / name, b"x" * (300 << 10))
    suspect.finds(1, "kit", Status.CHANGED, f"kit/{name}", says="is no page of a kit")


@pytest.mark.parametrize(
    "planted",
    [
        b"<script>location='x'</script>",
        b"<SCRIPT src=x>",
        b'<img src="x">',
        b'<a href="javascript:x">here</a>',
        b'<p onclick="x">',
        b"<svg/onload=x>",
        b'<meta http-equiv="refresh" content="0;url=x">',
        b"<style>p{background:url(x)}</style>",
        b"<style>p{background:\\75 rl(x)}</style>",
        b'<style class="a">@import "x";</style>',
        b"<!-- -->",
        b"<p\nonclick=x>",
    ],
)
def test_a_page_that_could_run_or_load(suspect: Suspect, planted: bytes) -> None:
    write_kit(suspect.root)
    page = (suspect.root / "kit/VERIFY.html").read_bytes()
    overwrite(suspect.root / "kit/VERIFY.html", page.replace(b"</body>", planted + b"</body>"))
    suspect.finds(7, "kit", Status.UNCHECKED, "kit/VERIFY.html", says="do not open it")


def test_other_words_in_a_page_are_not_found(suspect: Suspect) -> None:
    """The limit, which the note says: a page of an older state cannot be made again to be compared."""
    write_kit(suspect.root)
    page = (suspect.root / "kit/VERIFY.html").read_bytes()
    overwrite(suspect.root / "kit/VERIFY.html", page.replace(b"</body>", b"<p>all is well</p></body>"))
    suspect.finds(0, "kit", Status.NOTE, "kit", says="what the pages say is not compared")


@pytest.mark.parametrize("name", ["verify.sh", "verify_case.py"])
def test_a_program_of_an_earlier_release(
    suspect: Suspect, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever updates abusekit has not to fear for the cases that were sealed before."""
    write_kit(suspect.root)
    older = (suspect.root / "kit" / name).read_bytes() + b"# older\n"
    overwrite(suspect.root / "kit" / name, older)
    suspect.finds(7, "kit", Status.UNCHECKED, f"kit/{name}")
    for released in (kitcheck.RELEASED, verify_case.RELEASED):
        monkeypatch.setitem(released, hashlib.sha256(older).hexdigest(), "0.0.9")
    suspect.finds(0, "kit", Status.NOTE, f"kit/{name}", says="of version 0.0.9")


def test_the_programs_of_all_releases_are_known(project: Path) -> None:
    """For each version in the changelog but this one: the digests of its two programs, as its tag has them."""
    sections = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (project / "CHANGELOG.md").read_text("utf-8"), re.M)
    missing = {version for version in sections if version != __version__}
    for version in kitcheck.RELEASED.values():
        missing.discard(version)
    assert not missing, "enter them in kitcheck.RELEASED and verify_case.RELEASED"
    assert kitcheck.RELEASED == verify_case.RELEASED
    assert (
        not {hashlib.sha256(data).hexdigest() for data in kitcheck.programs().values()}
        & kitcheck.RELEASED.keys()
    )
