"""Docs that cannot drift, and words that are not used."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from abusekit.errors import EXIT_CODES

FORBIDDEN = ("court-admissible", "tamper-proof", "certified", "proves who")
"""They promise what no tool can keep."""


def documents(project: Path) -> list[Path]:
    return [project / "README.md", project / "CHANGELOG.md", *sorted((project / "docs").rglob("*.md"))]


def published(project: Path) -> list[Path]:
    """Every text that a user can meet."""
    suffixes = {".py", ".md", ".html", ".css", ".yaml", ".toml", ".sh", ".txt"}
    folders = [path for name in ("src", "docs", "examples") for path in (project / name).rglob("*")]
    return [
        p
        for p in (project / "README.md", project / "CHANGELOG.md", *folders)
        if p.is_file() and p.suffix in suffixes
    ]


def test_commands_md_is_what_the_code_says(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "abusekit.cli.docs", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (project / "docs" / "commands.md").is_file()


def test_a_drift_would_be_found(project: Path) -> None:
    from abusekit.cli.docs import document

    text = document()
    assert text.count("\n## abusekit ") > 20 and "JSON schema" in text
    assert re.sub("unlisted", "", text) != text


def links(text: str) -> list[str]:
    return re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", text, flags=re.S))


def test_every_relative_link_leads_somewhere(project: Path) -> None:
    seen = 0
    for path in documents(project):
        for link in links(path.read_text("utf-8")):
            if not re.match(r"[a-z]+:|#", link):
                seen += 1
                target = path.parent / link.split("#")[0]
                assert target.exists(), f"{path.name}: {link}"
    assert seen >= 4


@pytest.mark.parametrize("word", FORBIDDEN)
def test_words_that_promise_too_much_are_not_used(project: Path, word: str) -> None:
    paths = published(project)
    assert len(paths) > 100
    assert [
        str(p.relative_to(project)) for p in paths if word in " ".join(p.read_text("utf-8").lower().split())
    ] == []


def table(text: str, heading: str) -> list[tuple[str, ...]]:
    rows = re.search(rf"## {heading}\n\n\|.*\n\|[-|]+\n((?:\|.*\n)+)", text)
    assert rows, heading
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows[1].splitlines()]


def test_the_readme_s_exit_codes_are_those_of_the_code(project: Path) -> None:
    expected = [(str(code), meaning) for code, meaning in EXIT_CODES]
    assert table((project / "README.md").read_text("utf-8"), "Exit codes") == expected
    drawn = sys.modules["abusekit.errors"].__doc__ or ""
    classes = {int(code) for code in re.findall(r"── \w+Error +(\d)", drawn)}
    assert classes == {code for code, _ in EXIT_CODES} - {0}


def test_every_decision_has_its_number(project: Path) -> None:
    names = sorted(p.name for p in (project / "docs" / "decisions").glob("*.md"))
    assert [name[:4] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]
    for name in names:
        first = (project / "docs" / "decisions" / name).read_text("utf-8").splitlines()[0]
        assert first.startswith(f"# {int(name[:4])}. "), name


def test_nothing_published_names_a_machine(project: Path) -> None:
    """Paths of the computer it was written on have no place in it."""
    pattern = re.compile(r"(?<![\w.])/(?:work|home/\w+|root|Users/\w+)/")
    assert [
        str(p.relative_to(project)) for p in published(project) if pattern.search(p.read_text("utf-8"))
    ] == []


def test_the_readme_names_every_variable_of_the_environment(project: Path) -> None:
    """ABUSEKIT_DEBUG is told where it is needed, and the completion's own is click's."""
    folders = ("cli", "browser")
    code = "".join(
        p.read_text("utf-8") for name in folders for p in (project / "src/abusekit" / name).glob("*.py")
    )
    read = set(re.findall(r"(?<!_)ABUSEKIT_[A-Z]+", code)) - {"ABUSEKIT_DEBUG"}
    text = (project / "README.md").read_text("utf-8")
    assert {row[0].strip("`") for row in table(text, "Settings from the environment")} == read
    assert len(read) == 10


def test_the_readme_names_the_other_exit_codes(project: Path) -> None:
    from abusekit.cli.boundary import INTERNAL, INTERRUPTED, READER_GONE

    section = (project / "README.md").read_text("utf-8").split("## Exit codes")[1].split("\n## ")[0]
    assert all(re.search(rf"\b{code}\b", section) for code in (INTERNAL, INTERRUPTED, READER_GONE))


def test_the_case_format_names_every_outcome_and_every_verdict(project: Path) -> None:
    from abusekit.capture.outcome import OUTCOMES
    from abusekit.capture.verdicts import NOT_SHOWN

    text = (project / "docs" / "case-format.md").read_text("utf-8")
    listed = re.search(
        r"\*\*Outcomes\*\* of a capture; only `complete` is success: (.*?)\. Their", text, re.S
    )
    verdicts = re.search(r"\| `verdict` \| (.*?) \|", text)
    assert listed and verdicts
    assert set(re.findall("`([^`]+)`", listed[1])) == {name for name, _ in OUTCOMES}
    assert re.findall("`([^`]+)`", verdicts[1]) == list(NOT_SHOWN)
