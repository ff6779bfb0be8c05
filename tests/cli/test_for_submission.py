"""`verify --for-submission`: what a person reads, what a script reads, and the exit code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from command_runner import Abusekit
from test_every_command import parse


def gate(abusekit: Abusekit, case: Path, *options: str) -> dict[str, object]:
    answer = abusekit("verify", case, "--for-submission", "--json", *options).answer
    assert answer["submission"] is not None
    return answer  # type: ignore[no-any-return]


def test_for_a_person(abusekit: Abusekit, full_case: Path) -> None:
    ended = abusekit("verify", full_case, "--for-submission", expect=7)
    verdict, _, rest = ended.out.partition("BEFORE IT IS HANDED OVER\n")
    assert "VERIFIED" in verdict and "signed by me" in verdict
    counts, _, details = rest.partition("\n\n")
    told = {line[1:].split()[1]: int(line[1:].split()[0]) for line in counts.splitlines()}
    assert {"leak", "stamp", "custody", "outcome", "grade", "diary", "screenshot", "time", "recheck"} <= set(
        told
    )
    assert told["custody"] == 5 and counts.count("\n!") + counts.startswith("!") == 1
    for line in (
        "E0002 exhibit PO/2: the capture ended as http-error",
        "E0003 exhibit PO/3: position: where a photo, a film or a track was made; in evidence/E0003/file.jpg",
        "E0005 exhibit PO/5: a diary entry that nobody has confirmed",
    ):
        assert line in details
    todo = details.partition("EVIDENCE STILL NEEDED")[2]
    assert todo.index("  1. leak") < todo.index("custody (5)") < todo.index("recheck")
    assert details.rstrip().endswith(
        f"NOT READY: {sum(told.values()) - told.get('to', 0)} things are still weak"
    )


def test_the_commands_that_it_names_parse(abusekit: Abusekit, full_case: Path) -> None:
    abusekit("tag", "--case", full_case, "E0001", "--add", "x", expect=0)
    submission: dict[str, list[dict[str, str]]] = gate(abusekit, full_case)["submission"]  # type: ignore[assignment]
    commands = {one["command"] for one in [*submission["evidence_needed"], *submission["needs"]]} - {""}
    assert len(commands) > 10
    for command in commands:
        parse(shlex.split(command)[1:])


def test_for_a_script(abusekit: Abusekit, full_case: Path) -> None:
    answer = gate(abusekit, full_case)
    again = gate(abusekit, full_case)
    assert answer == again and answer["exit_code"] == 0, "that of the verdict itself"
    submission: dict[str, list[dict[str, object]]] = answer["submission"]  # type: ignore[assignment]
    assert (submission["ready"], submission["exit_code"]) == (False, 7)
    assert sum(int(str(one["count"])) for one in submission["kinds"]) == len(submission["needs"])
    assert {leak["kind"] for leak in submission["leaks"]} == {"position"}
    assert all(need["exhibit"] for need in submission["needs"] if need["item"])


def test_content_stays_covered(abusekit: Abusekit, full_case: Path) -> None:
    """Neither addresses nor names nor words nor what was found."""
    words = full_case / "private" / "leak-words.txt"
    words.write_text("stood at the gate\n")
    ended = abusekit("verify", full_case, "--for-submission", expect=7)
    assert (
        "E0005 exhibit PO/5: personal: a word of private/leak-words.txt; in evidence/E0005/item.json"
        in ended.out
    )
    as_json = abusekit("verify", full_case, "--for-submission", "--json", expect=7).out
    for secret in ("stood at", "127.0.0.1", "letter.txt", "IMG_"):
        assert secret not in ended.out.partition("BEFORE")[2] and secret not in as_json


def test_what_a_person_accepts_weighs_nothing(abusekit: Abusekit, full_case: Path) -> None:
    accept = ("--add", "accepted:leak", "--reason", "the police get the original")
    abusekit("tag", "--case", full_case, "E0003", *accept, expect=0)
    ended = abusekit("verify", full_case, "--for-submission", expect=7)
    assert "1  accepted" in ended.out and "position:" not in ended.out


def test_a_changed_case_is_told_so_first(abusekit: Abusekit, full_case: Path) -> None:
    letter = next((full_case / "evidence/E0004").glob("file*"))
    letter.chmod(0o600)
    letter.write_text("A letter\n")
    ended = abusekit("verify", full_case, "--for-submission", expect=1)
    assert re.search(r"\(logged in line \d+ of 20", ended.out) and "wrong" in ended.out.partition("BEFORE")[2]
    finding = [one for one in gate(abusekit, full_case)["findings"] if one["item"] == "E0004"]  # type: ignore[attr-defined]
    assert finding[0]["exhibit"] == "PO/4" and re.match(r"line \d+ of 20", finding[0]["since"])


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"\xff" * 9])
def test_a_case_that_cannot_be_read_ends_with_the_verdict(
    abusekit: Abusekit, full_case: Path, damage: bytes
) -> None:
    log = full_case / "custody" / "log.jsonl"
    log.chmod(0o600)
    log.write_bytes(damage + log.read_bytes()[:-5])
    ended = abusekit("verify", full_case, "--for-submission")
    assert ended.code in (1, 3) and "the rest cannot be judged" in ended.out
    assert abusekit("verify", full_case, "--for-submission", "--json", expect=ended.code).answer["submission"]


def test_a_partial_copy_is_not_the_case(abusekit: Abusekit, full_case: Path, tmp_path: Path) -> None:
    abusekit("export", "partial", "--case", full_case, "--items", "E0004", tmp_path / "out", expect=0)
    assert (
        "a partial copy cannot be judged"
        in abusekit("verify", tmp_path / "out", "--for-submission", expect=2).err
    )


def test_an_erased_case_is_judged_without_what_is_gone(abusekit: Abusekit, full_case: Path) -> None:
    abusekit("corroborate", "--case", full_case, "E0003", "--by", "E0004", "--reason", "the same", expect=0)
    why = ("--reason", "image of a bystander", "--authority", "court order 12/2026", "--yes")
    abusekit("erase", "--case", full_case, "E0004", *why, expect=0)
    abusekit("seal", "--case", full_case, "--key", "me", expect=0)
    ended = abusekit("verify", full_case, "--for-submission", expect=7)
    told = ended.out.partition("BEFORE")[2]
    assert "ERASED" in told and "E0005 exhibit PO/5" in told
    assert "E0003 exhibit PO/3: a picture that was handed over" in told, "what is gone bears out nothing"


def test_a_list_of_words_that_is_too_long_is_not_cut(abusekit: Abusekit, full_case: Path) -> None:
    """Words behind the limit were not looked for, and nobody was told."""
    (full_case / "private" / "leak-words.txt").write_text("filler\n" * 10_000 + "stood outside\n")
    ended = abusekit("verify", full_case, "--for-submission", expect=4)
    assert "leak-words.txt is too large: 70014 bytes" in ended.err and "READY" not in ended.out
