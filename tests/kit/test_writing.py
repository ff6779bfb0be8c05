"""The kit in a case: written whole, replaced, never evidence; its page tells what is there and nothing else."""

from __future__ import annotations

import hashlib
import html
import re
import shlex
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from forger import extend, overwrite, raw_lines, store_lines
from handed_over import Handed

from abusekit.errors import CaseError
from abusekit.integrity.checks.kitcheck import KIT_FILES, PROGRAMS, programs
from abusekit.integrity.verify import Question, verify_case
from abusekit.kit.writing import write_kit


def text_of(case: Path) -> str:
    return (case / "kit/VERIFY.txt").read_text("utf-8")


def commands(case: Path) -> list[str]:
    return [line[4:] for line in text_of(case).splitlines() if re.match(" {4}[^ ]", line)]


def test_exactly_four_files(handed: Handed) -> None:
    assert sorted(path.name for path in (handed.case / "kit").iterdir()) == sorted(KIT_FILES)
    for name in PROGRAMS:
        assert (handed.case / "kit" / name).read_bytes() == programs()[name]
        assert hashlib.sha256(programs()[name]).hexdigest() in text_of(handed.case)
    assert not list((handed.case / "derived").glob("kit-*"))


def test_is_replaced_and_the_case_is_not_touched(handed: Handed) -> None:
    before = {p: p.read_bytes() for p in handed.case.rglob("*") if p.is_file() and p.parent.name != "kit"}
    overwrite(handed.case / "kit/verify_case.py", b"print('VERIFIED')")
    overwrite(handed.case / "kit/VERIFY.txt", b"old")
    write_kit(handed.case)
    assert (handed.case / "kit/verify_case.py").read_bytes() == programs()["verify_case.py"]
    assert "HOW TO CHECK" in text_of(handed.case)
    assert {p: p.read_bytes() for p in before} == before
    assert (
        verify_case(handed.case, Question()).exit_code == 7
    )  # whose key, which authority: nobody is trusted here


def test_tells_what_was_done(handed_once: Handed) -> None:
    text = text_of(handed_once.case)
    assert "custody/log.jsonl, 21 lines" in text
    assert re.search(r"^exhibits +8$", text, re.M)
    assert "seals/000015, over the first 15 lines; seals in all: 2" in text
    assert re.search(r"^signed \(me\) +by the key SHA256:", text, re.M)
    assert len(re.findall(r"^stamped \(local-[ab]\) +says 2026-11-20 22:00:\d\d UTC$", text, re.M)) == 2
    assert "not that they are true" in text and "PARTIAL" not in text and "ERASED" not in text
    assert all(len(line) <= 110 for line in text.splitlines() if not line.startswith("    "))


def test_explains_every_word_that_the_programs_can_end_with(handed_once: Handed) -> None:
    text = " ".join(text_of(handed_once.case).split())
    for word in (
        "VERIFIED (exit code 0)",
        "NOT VERIFIED (1)",
        "NOT FULLY CHECKED (7)",
        "TORN LOG (3)",
        "COULD-NOT-CHECK",
    ):
        assert word in text, word
    assert "ssh-keygen -lf ../allowed_signers" in text
    programs_say = set(re.findall(r'[013]: "([A-Z ]+)"', programs()["verify_case.py"].decode()))
    assert programs_say and all(word in text for word in programs_say)


def test_no_name_of_the_case_is_in_it(handed_once: Handed) -> None:
    for name in ("VERIFY.txt", "VERIFY.html"):
        page = (handed_once.case / "kit" / name).read_text("utf-8")
        for word in (
            "OP-1",
            "Producer",
            "alpha",
            "letter",
            "safe 3",
            "London",
            "victim",
            "a wrong file",
            "E0001",
        ):
            assert word not in page, (name, word)


def test_every_line_of_the_page_runs_as_printed(handed: Handed) -> None:
    """From the case folder, with what a stranger brings beside it."""
    shutil.copy(handed.signers, handed.case.parent / "allowed_signers")
    shutil.copytree(handed.roots, handed.case.parent / "roots")
    lines = commands(handed.case)
    assert len(lines) == 9
    for line in lines:
        done = subprocess.run(
            ["sh", "-c", line], cwd=handed.case, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (line, done)
        if line.startswith("openssl"):
            assert "Verification: OK" in done.stdout + done.stderr


def test_a_change_is_found_by_the_lines_for_the_hand(handed: Handed) -> None:
    overwrite(handed.case / "evidence/E0004/photo.jpg", b"x")
    line = next(line for line in commands(handed.case) if line.startswith("sha256sum --quiet"))
    assert (
        subprocess.run(shlex.split(line), cwd=handed.case, capture_output=True, check=False).returncode == 1
    )


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_html_page_is_the_same_and_loads_nothing(handed_once: Handed) -> None:
    source = (handed_once.case / "kit/VERIFY.html").read_text("utf-8")
    page = _Page()
    page.feed(source)
    assert not {tag for tag, _ in page.tags} & {
        "script",
        "img",
        "link",
        "iframe",
        "form",
        "object",
        "a",
        "base",
    }
    assert not any(
        name.startswith("on") or name in ("src", "href") for _, attrs in page.tags for name in attrs
    )
    policy = next(
        a["content"] for t, a in page.tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None and policy.startswith("default-src 'none'")
    for line in commands(handed_once.case):
        assert line in page.text and html.escape(line) in source


def test_a_partial_copy_tells_its_own_numbers_only(handed: Handed) -> None:
    lines = raw_lines(handed.case)
    (handed.case / "custody/log.jsonl").unlink()
    hidden = [
        line if n in (0, 1) else hashlib.sha256(b"\0" + line).hexdigest().encode()
        for n, line in enumerate(lines)
    ]
    store_lines(handed.case, hidden[:15], "log.redacted")
    for name in ("manifest-sha256.txt", "salt.txt"):
        (handed.case / "seals/000015" / name).unlink()
    shutil.rmtree(handed.case / "seals/000007")
    write_kit(handed.case)
    text = text_of(handed.case)
    assert "PARTIAL copy: 13 of 15 lines" in " ".join(text.split())
    assert re.search(r"^exhibits +1$", text, re.M)
    assert "head -n" not in text and "sha256sum --quiet" not in text
    assert "verify_case.py compares the root" in " ".join(text.split())


def test_an_erased_line_is_named(handed: Handed) -> None:
    extend(
        handed.case,
        {"do": "line.erase", "line": 3, "item": "E0003", "reason": "x", "authority": "y", "removed": []},
    )
    lines = raw_lines(handed.case)
    (handed.case / "custody/log.jsonl").unlink()
    lines[3] = hashlib.sha256(b"\0" + lines[3]).hexdigest().encode()
    store_lines(handed.case, lines, "log.redacted")
    write_kit(handed.case)
    text = " ".join(text_of(handed.case).split())
    assert "ERASED because the law asked for it: 4." in text and "PARTIAL" not in text


def test_hostile_parts_are_passed_over(handed: Handed) -> None:
    """To judge them is the work of verify; the page is made all the same."""
    overwrite(handed.case / "seals/000015/stamp.local-a.tsr", b"\x30\x84\xff\xff\xff\xff" * 9)
    overwrite(handed.case / "seals/000015/seal.txt.me.sig", b"\xff" * 100_000)
    write_kit(handed.case)
    assert "stamped (local-b)" in text_of(handed.case) and "stamped (local-a)" not in text_of(handed.case)
    overwrite(handed.case / "seals/000015/seal.txt", b"x")
    write_kit(handed.case)
    assert "none: nothing shows" in text_of(handed.case)


def test_a_link_in_its_place_is_not_followed(handed: Handed, tmp_path: Path) -> None:
    shutil.rmtree(handed.case / "kit")
    (tmp_path / "elsewhere").mkdir()
    (handed.case / "kit").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CaseError):
        write_kit(handed.case)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_file_that_is_a_link_is_replaced_not_written_through(handed: Handed, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x", encoding="ascii")
    (handed.case / "kit/verify.sh").unlink()
    (handed.case / "kit/verify.sh").symlink_to(tmp_path / "precious")
    write_kit(handed.case)
    assert (tmp_path / "precious").read_text("ascii") == "x"
    assert not (handed.case / "kit/verify.sh").is_symlink()


def test_a_folder_without_a_log(tmp_path: Path) -> None:
    with pytest.raises(CaseError):
        write_kit(tmp_path)
    assert not list(tmp_path.iterdir())
