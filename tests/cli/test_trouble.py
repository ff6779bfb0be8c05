"""Where every command ends when something is wrong: one line, what to do next, the right code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_runner import Abusekit, log_lines

NEED_A_CASE = (
    ("list",),
    ("show", "E0001"),
    ("add", "a.txt"),
    ("note", "x"),
    ("capture", "http://127.0.0.1:1/"),
    ("tag", "E0001", "--add", "x"),
    ("withdraw", "E0001", "--reason", "x"),
    ("verify-note", "E0005", "--by", "x"),
    ("custody", "log"),
    ("settings", "show"),
    ("custody", "store", "E0001", "--place", "x", "--reason", "x"),
    ("settings", "change", "--title", "x", "--reason", "x"),
    ("manifest",),
    ("sign",),
    ("seal", "--again"),
    ("verify",),
    ("timeline",),
    ("recover",),
)
WRITERS = tuple(
    words
    for words in NEED_A_CASE
    if words[0] in ("add", "note", "capture", "tag", "withdraw", "verify-note", "manifest", "seal")
    or words[:2] in (("custody", "store"), ("settings", "change"))
)


def words_of(value: object) -> str:
    return "-".join(value) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("words", NEED_A_CASE, ids=words_of)
def test_a_case_that_is_absent_or_foreign(abusekit: Abusekit, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "foreign").mkdir()
    for case in ("nowhere", "foreign", "a.txt"):
        ended = abusekit(*words, "--case", case, expect=3)
        assert ended.err.splitlines()[-2].startswith("abusekit: ") and ended.err.splitlines()[-1].startswith(
            "  → "
        )
        assert ended.out == ""
    ended = abusekit(*words, expect=3)
    assert "no case here" in ended.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "foreign"]


@pytest.mark.parametrize("words", WRITERS, ids=words_of)
def test_a_read_only_case(
    abusekit: Abusekit, full_case: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "a.txt").write_text("a new file")
    everything = [full_case, *full_case.rglob("*")]
    for path in everything:
        path.chmod(0o500 if path.is_dir() else 0o400)
    before = log_lines(full_case)
    ended = abusekit(*words, "--case", full_case, powerless=True, expect=3)
    for path in everything:
        if path.is_dir():
            path.chmod(0o700)
    assert "read-only" in ended.err and "copy" in ended.err
    assert log_lines(full_case) == before
    abusekit.verified(full_case)


def test_the_powerless_are_refused(tmp_path: Path) -> None:
    """That the tests above would see a write that goes through: with its power, root passes over permissions."""
    from command_runner import POWERLESS

    (tmp_path / "closed").mkdir(mode=0o500)
    done = subprocess.run(
        [*POWERLESS, "touch", tmp_path / "closed" / "x"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0 and "denied" in done.stderr


def test_a_torn_log_and_its_mending(abusekit: Abusekit, full_case: Path) -> None:
    log = full_case / "custody/log.jsonl"
    before = log.read_bytes()
    log.chmod(0o600)
    log.write_bytes(before + b'{"at":"2026-')
    for words in (("note", "x"), ("list",), ("seal",)):
        ended = abusekit(*words, "--case", full_case, expect=3)
        assert "abusekit recover" in ended.err
    assert "TORN" in abusekit("verify", full_case, expect=3).out
    assert log.read_bytes() == before + b'{"at":"2026-'
    ended = abusekit("recover", "--case", full_case, "--json", expect=0)
    kept = full_case / ended.answer["torn_kept_as"]
    assert kept.read_bytes() == b'{"at":"2026-'
    assert log.read_bytes().startswith(before)
    abusekit.verified(full_case)
    assert "nothing to mend" in abusekit("recover", "--case", full_case, expect=0).out


def test_what_a_crash_left_in_evidence(abusekit: Abusekit, full_case: Path) -> None:
    """A whole item without its line is entered; a folder that is none is set aside."""
    log = full_case / "custody/log.jsonl"
    abusekit("note", "--case", full_case, "the last thing before the power went", expect=0)
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    (full_case / "evidence" / "E0007").mkdir()
    (full_case / "evidence" / "E0007" / "half.bin").write_bytes(b"half")
    assert abusekit("verify", full_case).code == 1
    answer = abusekit("recover", "--case", full_case, "--json", expect=0).answer
    assert answer["adopted"] == ["E0006"] and len(answer["set_aside"]) == 1
    assert (full_case / answer["set_aside"][0] / "half.bin").read_bytes() == b"half"
    assert abusekit("show", "--case", full_case, "E0006", "--reveal").out.count("the last thing before") >= 1
    abusekit.verified(full_case)


def test_a_reader_that_stops_early(abusekit: Abusekit, full_case: Path) -> None:
    """`| head`: quiet, and not 1, which would say that the evidence does not check out."""
    for words in ("custody log", "verify", "list", "--help"):
        line = f"set -o pipefail; {sys.executable} -m abusekit {words} | true"
        environment = {**abusekit.environment, "ABUSEKIT_CASE": str(full_case)}
        done = subprocess.run(
            ["bash", "-c", line], env=environment, cwd=full_case, capture_output=True, text=True, check=False
        )
        assert (
            "Traceback" not in done.stderr and "Broken" not in done.stderr and "fault" not in done.stderr
        ), done.stderr
        assert done.returncode in (0, 141), words


def test_a_reader_that_is_gone_before_the_first_word(abusekit: Abusekit, full_case: Path) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    running = abusekit.start("list", "--case", full_case, stdout=theirs)
    os.close(theirs)
    _, err = running.communicate(timeout=20)
    assert running.returncode == 141 and b"Broken" not in err and b"Traceback" not in err


def test_an_answer_that_finds_no_room(abusekit: Abusekit, full_case: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        running = abusekit.start("list", "--case", full_case, stdout=full)
        _, err = running.communicate(timeout=20)
    assert running.returncode == 3 and b"disk is full" in err and b"Traceback" not in err


OWN_FAULT = "from abusekit.cli.boundary import run; import sys; sys.exit(run(['list', '--case', 'a\\0b']))"
"""A path that cannot come from a command line, so that nothing foresees it."""


def test_a_fault_of_our_own_is_seventy(abusekit: Abusekit) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OWN_FAULT],
        env=abusekit.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (
        done.returncode == 70
        and "a fault in abusekit itself" in done.stderr
        and "Traceback" not in done.stderr
    )
    assert "ABUSEKIT_DEBUG=1" in done.stderr
    environment = {**abusekit.environment, "ABUSEKIT_DEBUG": "1"}
    done = subprocess.run(
        [sys.executable, "-c", OWN_FAULT], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 70 and "Traceback" in done.stderr


def test_wrong_usage_names_the_help(abusekit: Abusekit) -> None:
    for words in (
        ("show",),
        ("list", "--nope"),
        ("key", "nope"),
        ("capture", "--jobs", "many"),
        ("completion", "tcsh"),
    ):
        ended = abusekit(*words, expect=2)
        assert ended.err.startswith("abusekit: ") and "--help" in ended.err and ended.out == ""


def test_quiet_says_nothing_but_results(abusekit: Abusekit, case: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    assert abusekit("add", "--case", case, "a.txt", "--quiet", expect=0).err == ""
    assert abusekit("note", "--case", case, "x", "-q", expect=0).err == ""


def test_no_colour_and_no_control_characters_when_not_on_a_terminal(
    abusekit: Abusekit, full_case: Path
) -> None:
    for words in (("list",), ("verify",), ("timeline",), ("doctor",), ("--help",)):
        ended = abusekit(*words, cwd=full_case, env={"FORCE_COLOR": "1", "TERM": "xterm-256color"})
        assert "\x1b" not in ended.out + ended.err and "\r" not in ended.out + ended.err
