"""`abusekit init`."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from command_runner import PRODUCER, Abusekit, typed_on_a_terminal

from abusekit import safety

GIVEN = ("--ref", "OP-1", "--producer", PRODUCER, "--timezone", "Europe/London")


def test_starts_a_case_that_verifies(abusekit: Abusekit, tmp_path: Path) -> None:
    ended = abusekit("init", "c1", "--yes", *GIVEN, expect=0)
    assert "case OP-1 started in c1" in ended.out
    for text in (safety.UNDER_18, safety.KEEP, safety.PRIVATE, safety.BACKUP, "999", "988"):
        assert text in ended.err
    assert sorted(p.name for p in (tmp_path / "c1").iterdir()) == [
        "case.yaml", "custody", "derived", "evidence", "private", "seals", "settings", "staging",
    ]  # fmt: skip
    abusekit.verified(tmp_path / "c1")


def test_json(abusekit: Abusekit) -> None:
    answer = abusekit("init", "c1", "--yes", "--json", *GIVEN, expect=0).answer
    assert answer["reference"] == "OP-1" and answer["producers"] == ["PO"] and len(answer["case"]) == 36


def test_the_folder_we_stand_in(abusekit: Abusekit, tmp_path: Path) -> None:
    (tmp_path / "c1").mkdir()
    abusekit("init", ".", "--yes", *GIVEN, cwd=tmp_path / "c1", expect=0)
    abusekit.verified(tmp_path / "c1")


def test_a_folder_with_things_in_it_is_left_alone(abusekit: Abusekit, tmp_path: Path) -> None:
    (tmp_path / "c1").mkdir()
    (tmp_path / "c1" / "mine.txt").write_text("mine")
    ended = abusekit("init", "c1", "--yes", *GIVEN, expect=3)
    assert "something already" in ended.err and "choose a new folder" in ended.err
    assert [p.name for p in (tmp_path / "c1").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("--producer", "po:Other Person:officer", *GIVEN), "two producers with the initials PO", "PO2"),
        (("--producer", "nothing", *GIVEN), "not a producer", "PO:Producer One:volunteer"),
        (("--producer", "P/O:A:b", *GIVEN), "not initials", "PO2"),
        ((*GIVEN, "--timezone", "London"), "unknown time zone", "Europe/London"),
        ((*GIVEN, "--timezone", "../../etc/passwd"), "unknown time zone", "Europe/London"),
        ((*GIVEN, "--timezone", "Europe"), "unknown time zone", "Europe/London"),
        ((*GIVEN, "--allow-network", "127.0.0.1/8"), "not a network", "192.168.1.0/24"),
        ((*GIVEN, "--allow-network", "everything"), "not a network", "192.168.1.0/24"),
        ((*GIVEN, "--exhibit-style", "{n.__class__}"), "unknown exhibit style", "{initials}/{n}"),
        (GIVEN[2:], "--ref is needed", "init --help"),
        ((*GIVEN[:2], *GIVEN[4:]), "--producer is needed", "PO:Producer One:volunteer"),
        (GIVEN[:4], "--timezone is needed", "init --help"),
        ((*GIVEN, "--title", b"\xff"), "not UTF-8", "again"),
    ],
)
def test_what_is_refused(abusekit: Abusekit, arguments: tuple[str, ...], message: str, hint: str) -> None:
    ended = abusekit("init", "c1", "--yes", *arguments, expect=2)
    assert message in ended.err and hint in ended.err
    assert not (abusekit.home / "c1").exists()


def test_nothing_is_asked_without_a_terminal(abusekit: Abusekit) -> None:
    assert "--ref is needed" in abusekit("init", "c1", input="OP-1\n", expect=2).err


@pytest.mark.parametrize("folder", ["producer-files", "case_Producer", "x/the Producer case"])
def test_a_person_s_name_in_the_folder_s_name(abusekit: Abusekit, folder: str) -> None:
    ended = abusekit("init", folder, "--yes", *GIVEN, expect=2)
    assert "person's name" in ended.err and "neutral" in ended.err
    assert not (abusekit.home / folder).exists()


def test_two_producers(abusekit: Abusekit, tmp_path: Path) -> None:
    abusekit("init", "c1", "--yes", *GIVEN, "--producer", "ab:Anna Brown:officer", expect=0)
    (tmp_path / "a.txt").write_text("a")
    ended = abusekit("add", "--case", "c1", "a.txt", expect=2)
    assert "several producers" in ended.err and "--as PO" in ended.err
    abusekit("add", "--case", "c1", "a.txt", "--as", "ab", expect=0)
    assert abusekit.items(tmp_path / "c1")[0]["exhibit"] == "AB/1"
    assert "no producer" in abusekit("add", "--case", "c1", "a.txt", "--as", "XX", expect=2).err


def test_the_safety_questions_are_asked_and_kept_apart(abusekit: Abusekit, tmp_path: Path) -> None:
    answers = ["maybe, a shared tablet", "at a friend's house", "only my sister", "yes, with the helpline"]
    code, seen = typed_on_a_terminal(
        abusekit, ("init", "c1"),
        ["OP-7", "mv", "Mira Vale", "victim: herself", "Europe/Dublin", *answers],
    )  # fmt: skip
    assert code == 0, seen
    flat = " ".join(seen.replace("\0", "").split())
    for _, question in safety.QUESTIONS:
        assert question in flat
    case = tmp_path / "c1"
    notes = (case / "private" / "safety-notes.txt").read_text()
    for path in (p for p in case.rglob("*") if p.is_file() and p.parent.name != "private"):
        assert not any(answer in path.read_text("utf-8", "replace") for answer in answers), path
    assert all(answer in notes for answer in answers)
    settings = abusekit("settings", "show", "--case", case, "--json", expect=0).answer
    assert settings["zone"] == "Europe/Dublin"
    assert settings["producers"] == [{"initials": "MV", "name": "Mira Vale", "role": "victim  herself"}]
    abusekit.verified(case)


def test_the_safety_notes_are_for_their_owner_only(case: Path) -> None:
    assert stat.S_IMODE((case / "private").stat().st_mode) & 0o077 == 0


def test_ctrl_c_at_a_question_leaves_nothing(abusekit: Abusekit, tmp_path: Path) -> None:
    code, seen = typed_on_a_terminal(abusekit, ("init", "c1"), ["OP-7", "\x03"])
    assert code == 130 and "stopped" in seen
    assert list(tmp_path.iterdir()) == []


def test_no_case_in_a_case(abusekit: Abusekit, case: Path) -> None:
    for folder in (case / "evidence" / "c2", case / "new" / "c2"):
        ended = abusekit("init", folder, "--yes", *GIVEN, expect=2)
        assert "lies inside the case" in ended.err and "outside" in ended.err
        assert not folder.exists()
    abusekit("init", case.parent / "c2", "--yes", *GIVEN, expect=0)


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [("europe/london", "Europe/London"), ("AMERICA/new york", "America/New_York"), ("utc", "UTC")],
)
def test_a_zone_in_any_case(abusekit: Abusekit, typed: str, spelled: str) -> None:
    abusekit("init", "c1", "--yes", *GIVEN, "--timezone", typed, expect=0)
    assert abusekit("settings", "show", "--case", "c1", "--json", expect=0).answer["zone"] == spelled


@pytest.mark.parametrize("network", ["0.0.0.0/0", "8.0.0.0/7", "::/0", "2000::/15"])
def test_half_the_internet_is_not_allowed(abusekit: Abusekit, case: Path, network: str) -> None:
    ended = abusekit("init", "c1", "--yes", *GIVEN, "--allow-network", network, expect=2)
    assert "too wide" in ended.err and not (abusekit.home / "c1").exists()
    ended = abusekit(
        "settings", "change", "--case", case, "--allow-network", network, "--reason", "x", expect=2
    )
    assert "too wide" in ended.err and "192.168.1.0/24" in ended.err


@pytest.mark.parametrize("network", ["10.0.0.0/8", "fd00::/16"])
def test_a_network_of_one_s_own_is(abusekit: Abusekit, network: str) -> None:
    abusekit("init", "c1", "--yes", *GIVEN, "--allow-network", network, expect=0)


def test_a_wrong_answer_is_asked_again(abusekit: Abusekit) -> None:
    abusekit.environment["TZ"] = "Europe/Dublin"
    code, seen = typed_on_a_terminal(
        abusekit, ("init", "c1"),
        ["OP-7", "M/V", "mv", "Mira Vale", "victim", "Dublin", "", "", "", "", ""],
    )  # fmt: skip
    flat = " ".join(seen.replace("\0", "").split())
    assert code == 0, seen
    assert "not initials: M/V" in flat and "unknown time zone: Dublin" in flat
    assert "[Europe/Dublin]" in flat and flat.count("cannot be changed later") == 1
    assert "(Enter skips; kept in private/ only)" in flat
    answer = abusekit("settings", "show", "--case", "c1", "--json", expect=0).answer
    assert answer["zone"] == "Europe/Dublin" and answer["producers"][0]["initials"] == "MV"


def test_the_next_step_can_be_pasted(abusekit: Abusekit) -> None:
    err = abusekit("init", "my case; echo", "--yes", *GIVEN, expect=0).err
    assert "--case 'my case; echo' URL" in err
